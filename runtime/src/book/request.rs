//! What a caller reports or asks for, before the book knows the instrument. Every struct has a
//! `new` that takes what has no default; the rest is filled in by struct update.

use truebook_core::book::OrderReport;
use truebook_core::book::{FillFee, FillFees, IncomeKind, Liquidity, OrderUpdate};
use truebook_core::model::{
    Fixed, Id, Instrument, InvalidValue, Links, OrderType, PositionLeg, Side, TimeInForce,
    Timestamp, parse,
};

use crate::error::Error;

/// The account of whoever names none.
pub const DEFAULT_ACCOUNT: &str = "default";

/// Cash that moves.
#[derive(Clone, Copy, Debug)]
pub struct Cash<'a> {
    /// Whose account; registered when new.
    pub account: &'a str,
    /// Which currency; registered when new.
    pub currency: &'a str,
    /// How much.
    pub amount: Fixed,
    /// The caller's id: a repeat is booked once.
    pub id: Option<&'a str>,
}

impl<'a> Cash<'a> {
    /// `amount` of `currency` in the default account.
    #[must_use]
    pub fn new(currency: &'a str, amount: Fixed) -> Self {
        Self {
            account: DEFAULT_ACCOUNT,
            currency,
            amount,
            id: None,
        }
    }
}

/// Funding, a dividend or interest.
#[derive(Clone, Copy, Debug)]
pub struct IncomeReport<'a> {
    /// Why.
    pub kind: IncomeKind,
    /// How much, positive was received, and where.
    pub cash: Cash<'a>,
    /// For what; `None` is for a balance.
    pub symbol: Option<&'a str>,
    /// Whose position.
    pub strategy: Option<&'a str>,
}

/// A split: each `denominator` shares become `numerator`.
#[derive(Clone, Copy, Debug)]
pub struct SplitReport<'a> {
    /// Of what.
    pub symbol: &'a str,
    /// How many shares come out.
    pub numerator: u32,
    /// Of how many.
    pub denominator: u32,
    /// What a share is worth where a fraction is paid out.
    pub cash_px: Option<Fixed>,
    /// The caller's id: a repeat is booked once.
    pub id: Option<&'a str>,
}

/// A position that was held before the book, or its cost.
#[derive(Clone, Copy, Debug)]
pub struct Holding<'a> {
    /// Whose account; registered when new.
    pub account: &'a str,
    /// What is held.
    pub symbol: &'a str,
    /// Whose it is.
    pub strategy: Option<&'a str>,
    /// How much, signed; 0 gives the cost of what was taken in without one.
    pub qty: Fixed,
    /// What it cost, signed like the quantity; `None` is unknown.
    pub cost: Option<Fixed>,
    /// The caller's id: a repeat is booked once.
    pub id: Option<&'a str>,
}

/// An execution to book.
#[derive(Clone, Debug)]
pub struct Fill<'a> {
    /// Whose account; registered when new.
    pub account: &'a str,
    /// What was traded.
    pub symbol: &'a str,
    /// Which way.
    pub side: Side,
    /// Which leg, where the order does not say.
    pub leg: PositionLeg,
    /// How much, positive.
    pub qty: Fixed,
    /// At which price.
    pub price: Fixed,
    /// The venue's id of the execution; made from what the report says where absent.
    pub trade_id: Option<&'a str>,
    /// The trade id of the execution that this one corrects.
    pub revises: Option<&'a str>,
    /// The order's id, ours.
    pub client_order_id: Option<&'a str>,
    /// The order's id, theirs.
    pub venue_order_id: Option<&'a str>,
    /// How much of the order is filled with this execution, where the venue says it.
    pub cum_qty: Option<Fixed>,
    /// Who decided it, where the order does not say.
    pub strategy: Option<&'a str>,
    /// Amounts of fees and their currencies, the settlement currency where absent; empty is not yet
    /// known.
    pub fees: Vec<(Fixed, Option<&'a str>)>,
    /// Whether it rested or took.
    pub liquidity: Option<Liquidity>,
    /// Where the report came from.
    pub source: Option<&'a str>,
    /// When, in nanoseconds since the epoch.
    pub ts_event: Option<i64>,
}

impl<'a> Fill<'a> {
    /// An execution of `symbol` on `side`, with everything else empty.
    #[must_use]
    pub fn new(symbol: &'a str, side: Side) -> Self {
        Self {
            account: DEFAULT_ACCOUNT,
            symbol,
            side,
            leg: PositionLeg::Net,
            qty: Fixed::default(),
            price: Fixed::default(),
            trade_id: None,
            revises: None,
            client_order_id: None,
            venue_order_id: None,
            cum_qty: None,
            strategy: None,
            fees: Vec::new(),
            liquidity: None,
            source: None,
            ts_event: None,
        }
    }
}

/// Which execution a later report is about.
#[derive(Clone, Copy, Debug)]
pub struct TradeRef<'a> {
    /// Whose account.
    pub account: &'a str,
    /// What was traded.
    pub symbol: &'a str,
    /// Which way; `None` finds either.
    pub side: Option<Side>,
    /// The venue's id of the execution.
    pub trade_id: &'a str,
}

/// An order to check and record.
#[derive(Clone, Debug)]
pub struct OrderRequest<'a> {
    /// Whose account.
    pub account: &'a str,
    /// What to trade.
    pub symbol: &'a str,
    /// Which way.
    pub side: Side,
    /// Which leg.
    pub leg: PositionLeg,
    /// How much, positive.
    pub qty: Fixed,
    /// The limit; with neither limit nor stop, a market order.
    pub price: Option<Fixed>,
    /// The price that sets it off.
    pub stop: Option<Fixed>,
    /// How long it stands.
    pub time_in_force: TimeInForce,
    /// How it hangs together with others.
    pub links: Links,
    /// Who decided it.
    pub strategy: Option<&'a str>,
    /// The caller's id; made where absent.
    pub client_order_id: Option<&'a str>,
    /// Whether it may only reduce.
    pub reduce_only: bool,
    /// When, in nanoseconds since the epoch.
    pub ts_event: Option<i64>,
}

impl<'a> OrderRequest<'a> {
    /// A market order for `qty` of `symbol`.
    #[must_use]
    pub fn new(symbol: &'a str, side: Side, qty: Fixed) -> Self {
        Self {
            account: DEFAULT_ACCOUNT,
            symbol,
            side,
            leg: PositionLeg::Net,
            qty,
            price: None,
            stop: None,
            time_in_force: TimeInForce::Gtc,
            links: Links::default(),
            strategy: None,
            client_order_id: None,
            reduce_only: false,
            ts_event: None,
        }
    }

    /// How it is priced, at the scale of `instrument`.
    pub(super) fn order_type(&self, instrument: &Instrument) -> Result<OrderType, Error> {
        let px = |what, value: Option<Fixed>| value.map(|v| price(instrument, what, v)).transpose();
        Ok(match (px("price", self.price)?, px("stop", self.stop)?) {
            (None, None) => OrderType::Market,
            (Some(limit), None) => OrderType::Limit(limit),
            (None, Some(trigger)) => OrderType::Stop(trigger),
            (Some(limit), Some(trigger)) => OrderType::StopLimit { trigger, limit },
        })
    }
}

/// What is changed of an order that stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Amendment {
    /// How much since; as it was where absent.
    pub qty: Option<Fixed>,
    /// Its limit since; as it was where absent.
    pub price: Option<Fixed>,
}

/// The update of one order.
pub(super) fn update(id: &str, report: OrderReport, ts: Timestamp) -> Result<OrderUpdate, Error> {
    Ok(OrderUpdate {
        client_order_id: Id::new("client_order_id", id)?,
        report,
        ts,
    })
}

/// Fees as the ledger takes them.
pub(super) fn fill_fees(fees: &[(Fixed, Option<&str>)]) -> Result<FillFees, Error> {
    let mut taken = FillFees::new();
    for (amount, currency) in fees {
        let currency = currency
            .map(|code| Id::new("fee_currency", code))
            .transpose()?;
        let fee = FillFee {
            currency,
            amount: *amount,
        };
        let most = taken.capacity();
        taken.try_push(fee).map_err(|_| {
            let found = format!("{} fees", fees.len());
            InvalidValue::new("fees", &found, &format!("at most {most}"))
        })?;
    }
    Ok(taken)
}

/// Reads decimal text for the parameter `what`.
///
/// # Errors
/// [`Error::Value`].
pub fn decimal(what: &str, text: &str) -> Result<Fixed, Error> {
    Ok(parse(what, text)?)
}

/// `value`, which must be above 0.
pub(super) fn positive(what: &'static str, value: Fixed) -> Result<Fixed, Error> {
    if value.raw > 0 {
        return Ok(value);
    }
    Err(InvalidValue::new(what, &value.to_string(), "a number above 0").into())
}

/// `value` as a price of `instrument`.
pub(super) fn price(
    instrument: &Instrument,
    what: &'static str,
    value: Fixed,
) -> Result<i64, Error> {
    let raw = value
        .exactly_at(instrument.price_scale)
        .and_then(|raw| i64::try_from(raw).ok());
    raw.ok_or_else(|| Error::digits(what, value, instrument.price_scale))
}

/// `value` as a quantity of `instrument`.
pub(super) fn quantity(instrument: &Instrument, value: Fixed) -> Result<i128, Error> {
    let raw = value.exactly_at(instrument.qty_scale);
    raw.ok_or_else(|| Error::digits("qty", value, instrument.qty_scale))
}
