//! Every call of a book by its name, with its arguments as JSON: for callers whose language has no
//! keywords, and for scenario files.
//!
//! 1. Names of calls and arguments are those of the Python package.
//! 2. An argument that is unknown, missing or of another type is refused by name.

use truebook_core::book::{Applied, IncomeKind, TradingState};
use truebook_core::model::InvalidValue;

use super::Book;
use super::arguments::Arguments;
use super::named::{
    account, bar, cash, fill, holding, income, instrument, order, order_report, reason, score,
    split, trade,
};
use super::request::Amendment;
use crate::error::Error;
use crate::json::{self, Map, Value, json};
use crate::record::{ClosedPositionRecord, OrderRecord, PnlBy, PnlRecord, PositionRecord};

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
            "halt" | "reduce" | "resume" | "advance" | "acknowledge" | "set_state" => {
                self.control_by_name(name, &args)
            }
            "bar" | "observe" | "alert" => self.record_by_name(name, &args),
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

    fn record_by_name(&mut self, name: &str, args: &Arguments<'_>) -> Result<Applied, Error> {
        match name {
            "bar" => self.bar(&args.checked(bar(args)?)?),
            "observe" => self.observe(&args.checked(score(args)?)?),
            _ => {
                let what = (args.text("level")?, args.text("kind")?);
                let (text, symbol) = (args.text("text")?, args.maybe_text("symbol")?);
                args.checked(())?;
                self.alert(what, text, symbol)
            }
        }
    }

    /// What governs the book rather than tells it something.
    fn control_by_name(&mut self, name: &str, args: &Arguments<'_>) -> Result<Applied, Error> {
        match name {
            "halt" => self.set_trading_state(TradingState::Halted, reason(args, None)?),
            "reduce" => self.set_trading_state(TradingState::Reducing, reason(args, Some(name))?),
            "resume" => self.set_trading_state(TradingState::Active, reason(args, Some(name))?),
            "advance" => {
                let now = args.time("now")?.ok_or_else(|| args.missing("now"))?;
                self.advance(args.checked(now)?)
            }
            "acknowledge" => {
                args.checked(())?;
                self.acknowledge()
            }
            _ => {
                let (key, value) = args.checked((args.text("key")?, args.text("value")?))?;
                self.set_state(key, value)
            }
        }
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
            "unresolved" => {
                args.checked(())?;
                let ids = self.unresolved()?;
                ids.iter().map(|id| json!(id.as_str())).collect()
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
