//! Every call of a book by its name, with its arguments as JSON: for callers whose language has no
//! keywords, and for scenario files.
//!
//! 1. Names of calls and arguments are those of the Python package.
//! 2. An argument that is unknown, missing or of another type is refused by name.

use truebook_core::book::{Applied, IncomeKind, Liquidity, OrderReport, TradingState};
use truebook_core::model::{
    Fixed, Id, InstrumentKind, InstrumentSpec, InvalidValue, Links, PositionLeg, Side, TimeInForce,
    Timestamp,
};

use super::arguments::Arguments;
use super::request::{
    Amendment, Cash, Fill, Holding, IncomeReport, OrderRequest, SplitReport, TradeRef,
};
use super::{Book, DEFAULT_ACCOUNT};
use crate::error::Error;
use crate::json::{self, Map, Value, json};
use crate::record::{ClosedPositionRecord, OrderRecord, PnlBy, PnlRecord, PositionRecord};

const SIDES: [(&str, Side); 2] = [("buy", Side::Buy), ("sell", Side::Sell)];
const LEGS: [(&str, PositionLeg); 3] = [
    ("net", PositionLeg::Net),
    ("long", PositionLeg::Long),
    ("short", PositionLeg::Short),
];
const LIQUIDITIES: [(&str, Liquidity); 2] =
    [("maker", Liquidity::Maker), ("taker", Liquidity::Taker)];

impl Book {
    /// Calls the method called `name` with `args`, the text of a JSON object of its keywords, ""
    /// for none; what it returns, as JSON text.
    ///
    /// # Errors
    /// [`Error::Value`] for a name or an argument that is unknown, missing or of another type, and
    /// whatever the method itself says.
    ///
    /// # Examples
    /// ```
    /// let mut book = truebook::Book::in_memory()?;
    /// book.call_by_name("deposit", r#"{"currency": "USD", "amount": "12.50"}"#)?;
    /// let balance = book.call_by_name("balance", r#"{"currency": "USD"}"#)?;
    /// assert!(balance.contains(r#""total":"12.5""#));
    /// assert_eq!(book.call_by_name("positions", "")?, "[]");
    /// let pnl = book.call_by_name("pnl", r#"{"by": "currency"}"#)?;
    /// assert!(pnl.contains(r#""name":"USD""#));
    /// # Ok::<(), truebook::Error>(())
    /// ```
    pub fn call_by_name(&mut self, name: &str, args: &str) -> Result<String, Error> {
        let args = if args.trim().is_empty() { "{}" } else { args };
        let parsed = json::parse("args", args)?;
        let Some(map) = parsed.as_object() else {
            return Err(InvalidValue::new("args", args, "a JSON object").into());
        };
        Ok(self.dispatch(name, map)?.to_string())
    }

    fn dispatch(&mut self, name: &str, map: &Map<String, Value>) -> Result<Value, Error> {
        let args = Arguments::new(map);
        let read = self.read_by_name(name, &args)?;
        if let Some(value) = read {
            return Ok(value);
        }
        let applied = match name {
            "add_instrument" => self.add_instrument(instrument(&args)?),
            "add_account" => self.add_account(args.checked(args.text("name")?)?),
            "deposit" => self.deposit(&args.checked(cash(&args)?)?),
            "withdraw" => self.withdraw(&args.checked(cash(&args)?)?),
            "adjust" => self.adjust(&args.checked(cash(&args)?)?),
            "transfer" => {
                let (cash, to) = args.checked((cash(&args)?, args.text("to")?))?;
                self.transfer(&cash, to)
            }
            "funding" => self.income(&income(&args, IncomeKind::Funding)?),
            "dividend" => self.income(&income(&args, IncomeKind::Dividend)?),
            "interest" => self.income(&income(&args, IncomeKind::Interest)?),
            "split" => self.split(&split(&args)?),
            "adopt" => self.adopt(&holding(&args)?),
            "venue_balance" => {
                let owner = (account(&args)?, args.text("currency")?);
                let parts = args.checked((owner, args.number("total")?, args.time("ts_event")?))?;
                self.venue_balance(parts.0, parts.1, parts.2)
            }
            "venue_position" => {
                let owner = (account(&args)?, args.text("symbol")?);
                let parts = args.checked((owner, args.number("qty")?, args.time("ts_event")?))?;
                self.venue_position(parts.0, parts.1, parts.2)
            }
            "submit" => self.submit(&args.checked(order(&args)?)?),
            "amend" => {
                let qty = args.maybe_number("qty")?;
                let price = args.maybe_number("price")?;
                let id = args.checked(args.text("client_order_id")?)?;
                self.amend(id, Amendment { qty, price })
            }
            "fill" => self.fill(&fill(&args)?),
            "bust" => self.bust(&args.checked(trade(&args)?)?),
            "late_fee" => {
                let fee = (args.number("fee")?, args.maybe_text("fee_currency")?);
                let trade = args.checked(trade(&args)?)?;
                self.late_fee(&trade, fee)
            }
            "halt" => self.set_trading_state(TradingState::Halted, reason(&args, None)?),
            "reduce" => self.set_trading_state(TradingState::Reducing, reason(&args, Some(name))?),
            "resume" => self.set_trading_state(TradingState::Active, reason(&args, Some(name))?),
            "set_state" => {
                let (key, value) = args.checked((args.text("key")?, args.text("value")?))?;
                self.set_state(key, value)
            }
            _ => match order_report(name, &args)? {
                Some((id, report)) => self.order_update(id, report, None),
                None => {
                    let allowed = "a method of a book";
                    return Err(InvalidValue::new("call", name, allowed).into());
                }
            },
        };
        Ok(applied_json(&applied?))
    }

    /// Calls that return no place in the journal: prices, and what is read.
    fn read_by_name(&mut self, name: &str, args: &Arguments<'_>) -> Result<Option<Value>, Error> {
        let maybe = |value: Option<Value>| value.unwrap_or(Value::Null);
        Ok(Some(match name {
            "quote" => {
                let sides = (args.maybe_number("bid")?, args.maybe_number("ask")?);
                let (symbol, ts) = (args.text("symbol")?, args.time("ts_event")?);
                args.checked(())?;
                self.quote(symbol, sides, ts)?;
                Value::Null
            }
            "price" | "mark_price" => {
                let key = if name == "price" { "last" } else { "mark" };
                let (symbol, px) = (args.text("symbol")?, args.number(key)?);
                let ts = args.checked(args.time("ts_event")?)?;
                match name {
                    "price" => self.price(symbol, px, ts)?,
                    _ => self.mark_price(symbol, px, ts)?,
                }
                Value::Null
            }
            "would_refuse" => {
                let order = args.checked(order(args)?)?;
                let refusal = self.would_refuse(&order)?;
                maybe(refusal.map(|refusal| json!(refusal.name())))
            }
            "state" => {
                let key = args.checked(args.text("key")?)?;
                maybe(self.state(key)?.map(Value::String))
            }
            "position" => {
                let owner = (account(args)?, args.text("symbol")?);
                let strategy = args.checked(args.maybe_text("strategy")?)?;
                self.position(owner, strategy)?.to_json()
            }
            "balance" => {
                let owner = (account(args)?, args.text("currency")?);
                args.checked(())?;
                self.balance(owner.0, owner.1)?.to_json()
            }
            "order" => {
                let id = args.checked(args.text("client_order_id")?)?;
                maybe(self.order(id)?.map(|order| order.to_json()))
            }
            "strategy" => {
                let name = args.checked(args.text("name")?)?;
                maybe(self.strategy(name)?.map(|strategy| strategy.to_json()))
            }
            "portfolio" => {
                args.checked(())?;
                self.portfolio()?.to_json()
            }
            "pnl" => {
                let by = args.one_of("by", &PnlBy::ALL)?;
                let all = self.pnl(args.checked(by)?.unwrap_or(PnlBy::Strategy))?;
                all.iter().map(PnlRecord::to_json).collect()
            }
            "positions" | "orders" | "closed_positions" => {
                args.checked(())?;
                self.list_by_name(name)?
            }
            _ => return Ok(None),
        }))
    }
}

impl Book {
    fn list_by_name(&mut self, name: &str) -> Result<Value, Error> {
        Ok(match name {
            "positions" => {
                let all = self.positions()?;
                all.iter().map(PositionRecord::to_json).collect()
            }
            "orders" => self.orders()?.iter().map(OrderRecord::to_json).collect(),
            _ => {
                let all = self.closed_positions()?;
                all.iter().map(ClosedPositionRecord::to_json).collect()
            }
        })
    }
}

fn applied_json(applied: &Applied) -> Value {
    json!({
        "sequence": applied.sequence,
        "duplicate": applied.duplicate,
        "quarantined": applied.quarantined.map(|why| why.name()),
        "client_order_id": applied.client_order_id.map(|id| id.to_string()),
    })
}

fn account<'a>(args: &Arguments<'a>) -> Result<&'a str, Error> {
    Ok(args.maybe_text("account")?.unwrap_or(DEFAULT_ACCOUNT))
}

fn reason<'a>(args: &Arguments<'a>, usual: Option<&'a str>) -> Result<&'a str, Error> {
    let reason = match usual {
        Some(usual) => args.maybe_text("reason")?.unwrap_or(usual),
        None => args.text("reason")?,
    };
    args.checked(reason)
}

fn instrument(args: &Arguments<'_>) -> Result<InstrumentSpec, Error> {
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

fn cash<'a>(args: &Arguments<'a>) -> Result<Cash<'a>, Error> {
    Ok(Cash {
        account: account(args)?,
        currency: args.text("currency")?,
        amount: args.number("amount")?,
        id: args.maybe_text("id")?,
    })
}

fn income<'a>(args: &Arguments<'a>, kind: IncomeKind) -> Result<IncomeReport<'a>, Error> {
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

fn split<'a>(args: &Arguments<'a>) -> Result<SplitReport<'a>, Error> {
    let report = SplitReport {
        symbol: args.text("symbol")?,
        numerator: args.whole("numerator")?,
        denominator: args.whole("denominator")?,
        cash_px: args.maybe_number("cash_px")?,
        id: args.maybe_text("id")?,
    };
    args.checked(report)
}

fn holding<'a>(args: &Arguments<'a>) -> Result<Holding<'a>, Error> {
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

fn order<'a>(args: &Arguments<'a>) -> Result<OrderRequest<'a>, Error> {
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

fn fill<'a>(args: &Arguments<'a>) -> Result<Fill<'a>, Error> {
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

fn trade<'a>(args: &Arguments<'a>) -> Result<TradeRef<'a>, Error> {
    Ok(TradeRef {
        account: account(args)?,
        symbol: args.text("symbol")?,
        side: args.one_of("side", &SIDES)?,
        trade_id: args.text("trade_id")?,
    })
}

/// What a call that tells of an order means.
fn order_report<'a>(
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
