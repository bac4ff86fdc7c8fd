//! Which tables and views there are, and what their columns hold.
//!
//! 1. Whether a whole number is a time follows from the name of its column, in every table alike.

use rusqlite::{Connection, OptionalExtension};

use crate::tables::{CREATE, TABLES};

/// What the values of a column are, NULL apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// An exact decimal, as text.
    Decimal,
    /// A whole number of 64 bits; a flag is 0 or 1.
    Whole,
    /// A whole number: nanoseconds since the epoch.
    Time,
    /// A ratio of two counts, as a float of 64 bits.
    Ratio,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// A table or a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns in their order.
    pub columns: Vec<Column>,
    /// What orders its rows; `None` for a view.
    pub(crate) order: Option<&'static str>,
}

/// The names of all tables, then of all views.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let tables = TABLES.iter().map(|(name, _)| *name);
    tables.chain(views()).collect()
}

/// The names of the views, as the statements that make them say.
fn views() -> impl Iterator<Item = &'static str> {
    const HEAD: &str = "CREATE VIEW IF NOT EXISTS ";
    let made = CREATE.split(HEAD).skip(1);
    made.filter_map(|rest| rest.split_whitespace().next())
}

impl Table {
    /// The table or view `name` of a database; `None` where it has none of this name.
    pub(crate) fn of(
        connection: &Connection,
        name: &'static str,
    ) -> rusqlite::Result<Option<Self>> {
        let sql = "SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view') AND name = ?1";
        let found = connection.query_row(sql, [name], |_| Ok(()));
        if found.optional()?.is_none() {
            return Ok(None);
        }
        let mut select = connection.prepare("SELECT name, type FROM pragma_table_info(?1)")?;
        let table = name;
        let columns = select.query_map([name], |row| {
            let (name, declared): (String, String) = (row.get(0)?, row.get(1)?);
            let kind = kind((table, &name), &declared);
            Ok(Column { name, kind })
        })?;
        let ordered = TABLES.iter().find(|(table, _)| *table == name);
        Ok(Some(Self {
            name,
            columns: columns.collect::<Result<_, _>>()?,
            order: ordered.map(|(_, order)| *order),
        }))
    }

    /// What selects its rows.
    pub(crate) fn select(&self) -> String {
        let order = self.order.map(|columns| format!(" ORDER BY {columns}"));
        format!("SELECT * FROM {}{}", self.name, order.unwrap_or_default())
    }
}

/// What a column holds; what a view computes has no declared type, and is known by its name.
fn kind((table, name): (&str, &str), declared: &str) -> Kind {
    match (declared, name) {
        ("INTEGER", _) if is_time(name) => Kind::Time,
        ("INTEGER", _) | (_, "fills" | "closed_trades" | "winning_trades") => Kind::Whole,
        (_, "win_rate") => Kind::Ratio,
        // A position and a fill have fees in several currencies: an object of them.
        (_, "fees") if matches!(table, "fills" | "positions" | "open_positions") => Kind::Text,
        (_, "value") if table == "shared_state" => Kind::Text,
        _ if DECIMALS.contains(&name) => Kind::Decimal,
        _ => Kind::Text,
    }
}

/// The columns that hold exact decimals, in every table that has them.
const DECIMALS: [&str; 47] = [
    "qty",
    "last_qty",
    "cum_qty",
    "leaves_qty",
    "signed_qty",
    "entry_qty",
    "peak_qty",
    "qty_before",
    "last_px",
    "limit_px",
    "trigger_px",
    "avg_px",
    "entry_px",
    "exit_px",
    "realized_pnl",
    "unrealized_pnl",
    "total_pnl",
    "cash_flow",
    "cost",
    "cost_before",
    "funding",
    "margin",
    "fees",
    "amount",
    "total",
    "free",
    "locked",
    "in_orders",
    "in_margin",
    "contributed",
    "equity",
    "cash",
    "holdings",
    "peak",
    "drawdown",
    "drawdown_pct",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "value",
    "tick",
    "lot",
    "multiplier",
    "stated",
    "booked",
];

/// Whether a whole number is a time.
fn is_time(name: &str) -> bool {
    let is_named = name == "ts" || name.starts_with("ts_") || name.ends_with("_at");
    is_named || matches!(name, "as_of" | "expiry")
}
