//! Rows as columns: what stands in memory, and the history in the database.

use truebook_core::book::State;
use truebook_core::model::{AccountId, Fixed, Id};
use truebook_store::JournalFile;
use truebook_store::export::{Kind, Reading, Value};

use crate::error::Error;
use crate::record::{BalanceRecord, ClosedPositionRecord, OrderRecord, PositionRecord};

/// A table: columns of the same length, each with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The columns in their order.
    pub columns: Vec<(String, Values)>,
}

/// The values of a column; any may be absent.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Names and words.
    Text(Vec<Option<String>>),
    /// Exact decimals.
    Decimal(Vec<Option<Fixed>>),
    /// Whole numbers.
    Whole(Vec<Option<i64>>),
    /// Nanoseconds since the epoch.
    Time(Vec<Option<i64>>),
    /// Yes or no.
    Flag(Vec<Option<bool>>),
    /// Ratios of counts.
    Ratio(Vec<Option<f64>>),
}

impl Eq for Values {}

impl Values {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Decimal(values) => values.len(),
            Self::Whole(values) | Self::Time(values) => values.len(),
            Self::Flag(values) => values.len(),
            Self::Ratio(values) => values.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Columns of `records`, each made of one of their values.
struct Columns<'a, T> {
    records: &'a [T],
    frame: Frame,
}

impl<'a, T> Columns<'a, T> {
    fn of(records: &'a [T]) -> Self {
        let frame = Frame::default();
        Self { records, frame }
    }

    fn with(mut self, name: &str, values: Values) -> Self {
        self.frame.columns.push((name.to_owned(), values));
        self
    }

    fn text<S: ToString>(self, name: &str, value: impl Fn(&T) -> Option<S>) -> Self {
        let texts = self
            .records
            .iter()
            .map(|each| value(each).map(|it| it.to_string()));
        let values = Values::Text(texts.collect());
        self.with(name, values)
    }

    fn decimal(self, name: &str, value: impl Fn(&T) -> Option<Fixed>) -> Self {
        let values = Values::Decimal(self.records.iter().map(value).collect());
        self.with(name, values)
    }

    fn whole(self, name: &str, value: impl Fn(&T) -> u64) -> Self {
        let whole = |each| Some(i64::try_from(value(each)).unwrap_or(i64::MAX));
        let values = Values::Whole(self.records.iter().map(whole).collect());
        self.with(name, values)
    }

    /// A time; 0 is none.
    fn time(self, name: &str, value: impl Fn(&T) -> i64) -> Self {
        let time = |each| Some(value(each)).filter(|ts| *ts != 0);
        let values = Values::Time(self.records.iter().map(time).collect());
        self.with(name, values)
    }

    fn flag(self, name: &str, value: impl Fn(&T) -> bool) -> Self {
        let values = Values::Flag(self.records.iter().map(|each| Some(value(each))).collect());
        self.with(name, values)
    }
}

impl Frame {
    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, values)| values.len())
    }

    /// Positions.
    #[must_use]
    pub fn of_positions(positions: &[PositionRecord]) -> Self {
        let fees = |of: &PositionRecord| {
            let each = of
                .fees
                .iter()
                .map(|(code, amount)| format!("\"{code}\":\"{amount}\""));
            Some(format!("{{{}}}", each.collect::<Vec<_>>().join(",")))
        };
        Columns::of(positions)
            .text("symbol", |of| Some(of.symbol))
            .text("strategy", |of| of.strategy)
            .text("account", |of| Some(of.account))
            .text("leg", |of| Some(of.leg.name()))
            .text("side", |of| Some(of.side()))
            .decimal("signed_qty", |of| Some(of.signed_qty))
            .decimal("available_to_reduce", |of| Some(of.available_to_reduce))
            .decimal("avg_px", |of| of.avg_px)
            .decimal("cost", |of| of.cost)
            .decimal("mark", |of| of.mark)
            .decimal("realized_pnl", |of| of.realized_pnl)
            .decimal("unrealized_pnl", |of| of.unrealized_pnl)
            .decimal("cash_flow", |of| Some(of.cash_flow))
            .decimal("funding", |of| Some(of.funding))
            .decimal("margin", |of| Some(of.margin))
            .text("fees", fees)
            .time("opened_at", |of| of.opened_at)
            .time("updated_at", |of| of.updated_at)
            .whole("closed_trades", |of| of.closed_trades)
            .flag("is_dust", |of| of.is_dust)
            .whole("sequence", |of| of.sequence)
            .frame
    }

    /// Orders.
    #[must_use]
    pub fn of_orders(orders: &[OrderRecord]) -> Self {
        Columns::of(orders)
            .text("client_order_id", |of| Some(of.client_order_id))
            .text("venue_order_id", |of| of.venue_order_id)
            .text("symbol", |of| Some(of.symbol))
            .text("strategy", |of| Some(of.strategy))
            .text("account", |of| Some(of.account))
            .text("side", |of| Some(of.side))
            .text("order_type", |of| Some(of.order_type))
            .decimal("price", |of| of.price)
            .decimal("stop", |of| of.stop)
            .text("time_in_force", |of| Some(of.time_in_force))
            .flag("reduce_only", |of| of.reduce_only)
            .text("one_cancels", |of| of.one_cancels)
            .text("bracket_of", |of| of.bracket_of)
            .text("status", |of| Some(of.status))
            .flag("is_cancel_requested", |of| of.is_cancel_requested)
            .decimal("qty", |of| Some(of.qty))
            .decimal("cum_qty", |of| Some(of.cum_qty))
            .decimal("leaves_qty", |of| Some(of.leaves_qty))
            .decimal("avg_px", |of| of.avg_px)
            .decimal("locked", |of| Some(of.locked.0))
            .text("lock_currency", |of| Some(of.locked.1))
            .time("ts_init", |of| of.ts_init)
            .whole("sequence", |of| of.sequence)
            .frame
    }

    /// Round trips that have ended.
    #[must_use]
    pub fn of_closed_positions(closed: &[ClosedPositionRecord]) -> Self {
        Columns::of(closed)
            .text("symbol", |of| Some(of.symbol))
            .text("strategy", |of| Some(of.strategy))
            .text("account", |of| Some(of.account))
            .text("side", |of| Some(of.side))
            .decimal("entry_qty", |of| Some(of.entry_qty))
            .decimal("entry_px", |of| of.entry_px)
            .decimal("exit_px", |of| of.exit_px)
            .decimal("peak_qty", |of| Some(of.peak_qty))
            .decimal("realized_pnl", |of| Some(of.realized_pnl))
            .decimal("fees", |of| Some(of.fees))
            .time("opened_at", |of| of.opened_at)
            .time("closed_at", |of| of.closed_at)
            .whole("sequence", |of| of.sequence)
            .frame
    }

    /// Every balance of every account in which something was booked.
    pub(crate) fn of_balances(state: &State) -> Self {
        let accounts = (0_u16..).map(AccountId).zip(state.accounts());
        let each = accounts.flat_map(|(id, account)| {
            let own = state.currencies().iter().map(move |known| {
                (
                    account.name,
                    known.code,
                    BalanceRecord::of(state, id, known.code),
                )
            });
            own.filter(|(_, _, of)| of.total.raw != 0 || of.free.raw != 0 || of.stated.is_some())
        });
        let balances: Vec<(Id, Id, BalanceRecord)> = each.collect();
        Columns::of(&balances)
            .text("account", |of| Some(of.0))
            .text("currency", |of| Some(of.1))
            .decimal("total", |of| Some(of.2.total))
            .decimal("free", |of| Some(of.2.free))
            .decimal("in_orders", |of| Some(of.2.in_orders))
            .decimal("in_margin", |of| Some(of.2.in_margin))
            .decimal("stated", |of| of.2.stated)
            .frame
    }

    /// The history table or view `name` of a database.
    ///
    /// # Errors
    /// [`Error::Store`] for one that there is not, or a database that cannot be read.
    pub(crate) fn of_history(file: &JournalFile, name: &str) -> Result<Self, Error> {
        let fail = |what: &dyn std::fmt::Display| Error::Store(what.to_string());
        let reading = Reading::of(file).map_err(|e| fail(&e))?;
        let found = reading.tables(&[name.to_owned()]).map_err(|e| fail(&e))?;
        let Some(table) = found.first() else {
            return Ok(Self::default());
        };
        let values = reading.values(table).map_err(|e| fail(&e))?;
        let named = table.columns.iter().zip(values).map(|(column, values)| {
            let values = match column.kind {
                Kind::Text => Values::Text(values.into_iter().map(text).collect()),
                Kind::Decimal => Values::Decimal(values.into_iter().map(number).collect()),
                Kind::Whole => Values::Whole(values.into_iter().map(whole).collect()),
                Kind::Time => Values::Time(values.into_iter().map(whole).collect()),
                Kind::Ratio => Values::Ratio(values.into_iter().map(ratio).collect()),
            };
            (column.name.clone(), values)
        });
        let columns = named.collect();
        Ok(Self { columns })
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text),
        Value::Integer(number) => Some(number.to_string()),
        Value::Null | Value::Real(_) | Value::Blob(_) => None,
    }
}

/// A decimal as the tables write it, of any length.
fn number(value: Value) -> Option<Fixed> {
    let text = text(value)?;
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let raw = format!("{whole}{part}").parse().ok()?;
    Some(Fixed::new(raw, u8::try_from(part.len()).ok()?))
}

fn whole(value: Value) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(number),
        Value::Null | Value::Real(_) | Value::Text(_) | Value::Blob(_) => None,
    }
}

fn ratio(value: Value) -> Option<f64> {
    match value {
        Value::Real(number) => Some(number),
        Value::Null | Value::Integer(_) | Value::Text(_) | Value::Blob(_) => None,
    }
}
