//! The arguments of a call by its name, as the request that they make.

use truebook_core::book::{IncomeKind, Liquidity, OrderReport};
use truebook_core::model::{
    Fixed, Id, InstrumentKind, InstrumentSpec, Links, PositionLeg, Side, TimeInForce, Timestamp,
};

use super::DEFAULT_ACCOUNT;
use super::arguments::Arguments;
use super::record::{BarReport, Score};
use super::request::{Cash, Fill, Holding, IncomeReport, OrderRequest, SplitReport, TradeRef};
use crate::error::Error;

const SIDES: [(&str, Side); 2] = [("buy", Side::Buy), ("sell", Side::Sell)];
const LEGS: [(&str, PositionLeg); 3] = [
    ("net", PositionLeg::Net),
    ("long", PositionLeg::Long),
    ("short", PositionLeg::Short),
];
const LIQUIDITIES: [(&str, Liquidity); 2] =
    [("maker", Liquidity::Maker), ("taker", Liquidity::Taker)];

pub(super) fn account<'a>(args: &Arguments<'a>) -> Result<&'a str, Error> {
    Ok(args.maybe_text("account")?.unwrap_or(DEFAULT_ACCOUNT))
}

pub(super) fn reason<'a>(args: &Arguments<'a>, usual: Option<&'a str>) -> Result<&'a str, Error> {
    let reason = match usual {
        Some(usual) => args.maybe_text("reason")?.unwrap_or(usual),
        None => args.text("reason")?,
    };
    args.checked(reason)
}

pub(super) fn instrument(args: &Arguments<'_>) -> Result<InstrumentSpec, Error> {
    let kinds: Vec<(&str, InstrumentKind)> = InstrumentKind::ALL
        .iter()
        .map(|kind| (kind.name(), *kind))
        .collect();
    let id = |key: &'static str| Ok::<_, Error>(Id::new(key, args.text(key)?)?);
    let maybe = |key: &'static str| {
        let text = args.maybe_text(key)?;
        Ok::<_, Error>(text.map(|text| Id::new(key, text)).transpose()?)
    };
    let spec = InstrumentSpec {
        symbol: id("symbol")?,
        kind: args.one_of("kind", &kinds)?.unwrap_or_default(),
        base: id("base")?,
        quote: id("quote")?,
        settle: maybe("settle")?,
        venue: maybe("venue")?,
        price_precision: args.whole("price_precision")?,
        qty_precision: args.whole("qty_precision")?,
        tick: args.maybe_number("tick")?,
        lot: args.maybe_number("lot")?,
        min_qty: args.maybe_number("min_qty")?,
        max_qty: args.maybe_number("max_qty")?,
        min_notional: args.maybe_number("min_notional")?,
        multiplier: args.maybe_number("multiplier")?,
        leverage: args.maybe_number("leverage")?,
        maker_fee_pct: args.maybe_number("maker_fee")?,
        taker_fee_pct: args.maybe_number("taker_fee")?,
        expiry: args.time("expiry")?.map(Timestamp),
    };
    args.checked(spec)
}

pub(super) fn cash<'a>(args: &Arguments<'a>) -> Result<Cash<'a>, Error> {
    Ok(Cash {
        account: account(args)?,
        currency: args.text("currency")?,
        amount: args.number("amount")?,
        id: args.maybe_text("id")?,
    })
}

pub(super) fn income<'a>(
    args: &Arguments<'a>,
    kind: IncomeKind,
) -> Result<IncomeReport<'a>, Error> {
    let symbol = match kind {
        IncomeKind::Funding | IncomeKind::Dividend => Some(args.text("symbol")?),
        IncomeKind::Interest => None,
    };
    let report = IncomeReport {
        kind,
        cash: cash(args)?,
        symbol,
        strategy: args.maybe_text("strategy")?,
    };
    args.checked(report)
}

pub(super) fn split<'a>(args: &Arguments<'a>) -> Result<SplitReport<'a>, Error> {
    let report = SplitReport {
        symbol: args.text("symbol")?,
        numerator: args.whole("numerator")?,
        denominator: args.whole("denominator")?,
        cash_px: args.maybe_number("cash_px")?,
        id: args.maybe_text("id")?,
    };
    args.checked(report)
}

pub(super) fn holding<'a>(args: &Arguments<'a>) -> Result<Holding<'a>, Error> {
    let holding = Holding {
        account: account(args)?,
        symbol: args.text("symbol")?,
        strategy: args.maybe_text("strategy")?,
        qty: args.number("qty")?,
        cost: args.maybe_number("cost")?,
        id: args.maybe_text("id")?,
    };
    args.checked(holding)
}

pub(super) fn order<'a>(args: &Arguments<'a>) -> Result<OrderRequest<'a>, Error> {
    let until = args.time("expire_time")?.unwrap_or(i64::MAX);
    let forces = [
        ("gtc", TimeInForce::Gtc),
        ("ioc", TimeInForce::Ioc),
        ("fok", TimeInForce::Fok),
        ("day", TimeInForce::Day),
        ("gtd", TimeInForce::Gtd(Timestamp(until))),
    ];
    let link = |key: &'static str| {
        let text = args.maybe_text(key)?;
        Ok::<_, Error>(text.map(|text| Id::new(key, text)).transpose()?)
    };
    let side = args
        .one_of("side", &SIDES)?
        .ok_or_else(|| args.missing("side"))?;
    Ok(OrderRequest {
        account: account(args)?,
        leg: args.one_of("leg", &LEGS)?.unwrap_or_default(),
        price: args.maybe_number("price")?,
        stop: args.maybe_number("stop")?,
        time_in_force: args.one_of("time_in_force", &forces)?.unwrap_or_default(),
        links: Links {
            one_cancels: link("one_cancels")?,
            bracket_of: link("bracket_of")?,
        },
        strategy: args.maybe_text("strategy")?,
        client_order_id: args.maybe_text("client_order_id")?,
        reduce_only: args.flag("reduce_only")?,
        ts_event: args.time("ts_event")?,
        ..OrderRequest::new(args.text("symbol")?, side, args.number("qty")?)
    })
}

pub(super) fn fill<'a>(args: &Arguments<'a>) -> Result<Fill<'a>, Error> {
    let side = args
        .one_of("side", &SIDES)?
        .ok_or_else(|| args.missing("side"))?;
    let currency = args.maybe_text("fee_currency")?;
    let fee = args.maybe_number("fee")?.map(|amount| (amount, currency));
    let mut fees: Vec<(Fixed, Option<&str>)> = fee.into_iter().collect();
    fees.extend(
        args.numbers("fees")?
            .into_iter()
            .map(|(code, amount)| (amount, Some(code))),
    );
    let fill = Fill {
        account: account(args)?,
        leg: args.one_of("leg", &LEGS)?.unwrap_or_default(),
        qty: args.number("qty")?,
        price: args.number("price")?,
        trade_id: args.maybe_text("trade_id")?,
        revises: args.maybe_text("revises")?,
        client_order_id: args.maybe_text("client_order_id")?,
        venue_order_id: args.maybe_text("venue_order_id")?,
        cum_qty: args.maybe_number("cum_qty")?,
        strategy: args.maybe_text("strategy")?,
        fees,
        liquidity: args.one_of("liquidity", &LIQUIDITIES)?,
        source: args.maybe_text("source")?,
        ts_event: args.time("ts_event")?,
        ..Fill::new(args.text("symbol")?, side)
    };
    args.checked(fill)
}

pub(super) fn trade<'a>(args: &Arguments<'a>) -> Result<TradeRef<'a>, Error> {
    Ok(TradeRef {
        account: account(args)?,
        symbol: args.text("symbol")?,
        side: args.one_of("side", &SIDES)?,
        trade_id: args.text("trade_id")?,
    })
}

/// What a call that tells of an order means.
pub(super) fn order_report<'a>(
    name: &str,
    args: &Arguments<'a>,
) -> Result<Option<(&'a str, OrderReport)>, Error> {
    let report = match name {
        "accept" => {
            let id = args.maybe_text("venue_order_id")?;
            OrderReport::Accepted(id.map(|id| Id::new("venue_order_id", id)).transpose()?)
        }
        "reject" => OrderReport::Rejected,
        "cancel_request" => OrderReport::CancelRequested,
        "cancel_reject" => OrderReport::CancelRejected,
        "canceled" => OrderReport::Canceled,
        "expire" => OrderReport::Expired,
        "mark_unknown" => OrderReport::Unknown,
        _ => return Ok(None),
    };
    let id = args.checked(args.text("client_order_id")?)?;
    Ok(Some((id, report)))
}

pub(super) fn bar<'a>(args: &Arguments<'a>) -> Result<BarReport<'a>, Error> {
    let span = (args.whole("ts_open")?, args.whole("ts_event")?);
    Ok(BarReport {
        symbol: args.text("symbol")?,
        timeframe: args.text("timeframe")?,
        span,
        ohlc: [
            args.number("open")?,
            args.number("high")?,
            args.number("low")?,
            args.number("close")?,
        ],
        volume: args.number("volume")?,
    })
}

pub(super) fn score<'a>(args: &Arguments<'a>) -> Result<Score<'a>, Error> {
    Ok(Score {
        kind: args.text("kind")?,
        symbol: args.text("symbol")?,
        value: args.maybe_number("value")?,
        text: args.maybe_text("text")?,
        source: args.maybe_text("source")?,
        ts_event: args.time("ts_event")?,
    })
}
