//! JSON: the only file that names its crate. Records have their decimals as text, absent values as
//! null, and names as in Python.

use serde::Serialize;
pub(crate) use serde_json::{Map, Value, json};
use truebook_core::model::{Fixed, Id, InvalidValue};

use crate::error::Error;
use crate::record::{
    BalanceRecord, ClosedPositionRecord, Field, Fields, NoticeRecord, OrderRecord, PnlRecord,
    PortfolioRecord, PositionRecord, StrategyRecord,
};

/// Reads the JSON text of the parameter `what`.
pub(crate) fn parse(what: &str, text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| {
        let allowed = format!("JSON ({error})");
        InvalidValue::new(what, text, &allowed).into()
    })
}

/// `value` as text for people: keys sorted, a line each.
pub(crate) fn pretty(value: &impl Serialize) -> Result<String, Error> {
    let text = serde_json::to_value(value).and_then(|value| serde_json::to_string_pretty(&value));
    let mut text = text.map_err(|error| Error::Store(error.to_string()))?;
    text.push('\n');
    Ok(text)
}

fn text(value: Fixed) -> Value {
    Value::String(value.to_string())
}

fn maybe(value: Option<Fixed>) -> Value {
    value.map_or(Value::Null, text)
}

fn by_name(values: &[(Id, Fixed)]) -> Value {
    let named = values
        .iter()
        .map(|(name, value)| (name.to_string(), text(*value)));
    Value::Object(named.collect::<Map<_, _>>())
}

impl PositionRecord {
    pub(crate) fn to_json(&self) -> Value {
        let side = match self.signed_qty.raw {
            0 => "flat",
            raw if raw > 0 => "long",
            _ => "short",
        };
        json!({
            "symbol": self.symbol.as_str(),
            "strategy": self.strategy.map(|name| name.to_string()),
            "account": self.account.as_str(),
            "leg": self.leg.name(),
            "side": side,
            "signed_qty": text(self.signed_qty),
            "available_to_reduce": text(self.available_to_reduce),
            "avg_px": maybe(self.avg_px),
            "cost": maybe(self.cost),
            "mark": maybe(self.mark),
            "realized_pnl": maybe(self.realized_pnl),
            "unrealized_pnl": maybe(self.unrealized_pnl),
            "cash_flow": text(self.cash_flow),
            "funding": text(self.funding),
            "margin": text(self.margin),
            "fees": by_name(&self.fees),
            "opened_at": self.opened_at,
            "updated_at": self.updated_at,
            "closed_trades": self.closed_trades,
            "is_dust": self.is_dust,
            "sequence": self.sequence,
        })
    }
}

impl ClosedPositionRecord {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "symbol": self.symbol.as_str(),
            "strategy": self.strategy.as_str(),
            "account": self.account.as_str(),
            "side": self.side,
            "entry_qty": text(self.entry_qty),
            "entry_px": maybe(self.entry_px),
            "exit_px": maybe(self.exit_px),
            "peak_qty": text(self.peak_qty),
            "realized_pnl": text(self.realized_pnl),
            "fees": text(self.fees),
            "opened_at": self.opened_at,
            "closed_at": self.closed_at,
            "sequence": self.sequence,
        })
    }
}

impl OrderRecord {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "client_order_id": self.client_order_id.as_str(),
            "venue_order_id": self.venue_order_id.map(|id| id.to_string()),
            "symbol": self.symbol.as_str(),
            "strategy": self.strategy.as_str(),
            "account": self.account.as_str(),
            "side": self.side,
            "order_type": self.order_type,
            "price": maybe(self.price),
            "stop": maybe(self.stop),
            "time_in_force": self.time_in_force,
            "reduce_only": self.reduce_only,
            "one_cancels": self.one_cancels.map(|id| id.to_string()),
            "bracket_of": self.bracket_of.map(|id| id.to_string()),
            "status": self.status,
            "is_cancel_requested": self.is_cancel_requested,
            "qty": text(self.qty),
            "cum_qty": text(self.cum_qty),
            "leaves_qty": text(self.leaves_qty),
            "avg_px": maybe(self.avg_px),
            "locked": text(self.locked.0),
            "lock_currency": self.locked.1.as_str(),
            "ts_init": self.ts_init,
            "sequence": self.sequence,
        })
    }
}

impl BalanceRecord {
    pub(crate) fn to_json(self) -> Value {
        json!({
            "total": text(self.total),
            "free": text(self.free),
            "in_orders": text(self.in_orders),
            "in_margin": text(self.in_margin),
            "stated": maybe(self.stated),
        })
    }
}

impl StrategyRecord {
    pub(crate) fn to_json(&self) -> Value {
        let refused = self
            .refused
            .iter()
            .map(|(name, count)| ((*name).to_owned(), json!(count)));
        json!({
            "name": self.name.as_str(),
            "orders": self.orders,
            "fills": self.fills,
            "refused": Value::Object(refused.collect()),
            "open_positions": self.open_positions,
            "realized_pnl": text(self.realized_pnl),
            "unrealized_pnl": text(self.unrealized_pnl),
            "fees": text(self.fees),
            "funding": text(self.funding),
            "total_pnl": text(self.total_pnl),
            "closed_trades": self.closed_trades,
            "winning_trades": self.winning_trades,
        })
    }
}

impl PnlRecord {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "name": self.name.as_str(),
            "realized_pnl": text(self.realized_pnl),
            "unrealized_pnl": text(self.unrealized_pnl),
            "fees": text(self.fees),
            "funding": text(self.funding),
            "total_pnl": text(self.total_pnl),
            "missing_rates": self.missing_rates.iter().map(Id::as_str).collect::<Vec<_>>(),
        })
    }
}

impl PortfolioRecord {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "equity": text(self.equity),
            "cash": text(self.cash),
            "holdings": text(self.holdings),
            "realized_pnl": text(self.realized_pnl),
            "unrealized_pnl": text(self.unrealized_pnl),
            "fees": text(self.fees),
            "funding": text(self.funding),
            "total_pnl": text(self.total_pnl),
            "difference": text(self.difference),
            "active": self.active,
            "dust": self.dust,
            "total": self.active + self.dust,
            "by_strategy": by_name(&self.by_strategy),
            "missing_rates": self.missing_rates.iter().map(Id::as_str).collect::<Vec<_>>(),
            "sequence": self.sequence,
        })
    }
}

impl NoticeRecord {
    /// All that it says as a JSON object, with names as in Python.
    #[must_use]
    pub fn to_json(&self) -> String {
        let name = |id: Option<Id>| id.map_or(Value::Null, |id| Value::String(id.to_string()));
        let mut all = fields(&self.fields);
        all.insert("kind".to_owned(), Value::from(self.kind));
        all.insert("sequence".to_owned(), Value::from(self.sequence));
        all.insert("index".to_owned(), Value::from(self.index));
        all.insert("ts".to_owned(), Value::from(self.ts));
        all.insert("symbol".to_owned(), name(self.symbol));
        all.insert("strategy".to_owned(), name(self.strategy));
        all.insert("account".to_owned(), name(self.account));
        Value::Object(all).to_string()
    }
}

fn fields(given: &Fields) -> Map<String, Value> {
    let each = given.iter();
    each.map(|(name, field)| ((*name).to_owned(), value(field)))
        .collect()
}

fn value(field: &Field) -> Value {
    match field {
        Field::None => Value::Null,
        Field::Text(text) => Value::from(text.as_str()),
        Field::Number(number) => text(*number),
        Field::Whole(whole) => Value::from(*whole),
        Field::Flag(flag) => Value::from(*flag),
        Field::Group(group) => Value::Object(fields(group)),
    }
}
