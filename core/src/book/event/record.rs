//! What is kept beside the ledger: closed bars, outside scores, alerts, and what the book came to
//! at the turn of an hour.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::bars::Bar;
use crate::model::{Fixed, Id, InstrumentId, Timestamp};

/// Something that was recorded; it changes no balance and no position.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Record {
    /// A bar that has closed.
    Bar(BarRecord),
    /// A score from elsewhere.
    Observation(Observation),
    /// Something that somebody should know.
    Alert(Alert),
}

/// A bar that has closed. One of the same instrument, timeframe and opening replaces it in the
/// history. Prices are at the instrument's price scale, the volume at its quantity scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BarRecord {
    /// Of what.
    pub instrument: InstrumentId,
    /// Its length, as its source calls it: "1m", "1h".
    pub timeframe: Id,
    /// When it opened.
    pub ts_open: Timestamp,
    /// When it closed: the time from which it is known.
    pub ts_close: Timestamp,
    /// The first price.
    pub open: i64,
    /// The highest price.
    pub high: i64,
    /// The lowest price.
    pub low: i64,
    /// The last price.
    pub close: i64,
    /// The quantity traded.
    pub volume: i128,
}

impl BarRecord {
    /// The bar without its opening time.
    #[must_use]
    pub fn bar(&self) -> Bar {
        Bar {
            instrument: self.instrument,
            ts_close: self.ts_close,
            open: self.open,
            high: self.high,
            low: self.low,
            close: self.close,
            volume: self.volume,
        }
    }
}

/// A score from elsewhere: sentiment, confluence, the flow of options. One of the same kind, symbol
/// and time replaces it in the history.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Observation {
    /// What it measures.
    pub kind: Id,
    /// Of what; it need not be an instrument.
    pub symbol: Id,
    /// As of when.
    pub ts: Timestamp,
    /// The score.
    pub value: Option<Fixed>,
    /// What else there is to say, in a form of its source's own.
    pub text: Option<Box<str>>,
    /// Where it came from.
    pub source: Option<Id>,
}

/// How much an alert matters.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub enum AlertLevel {
    /// To be known.
    Info,
    /// To be looked at.
    Warning,
    /// To be acted on.
    Critical,
}

impl AlertLevel {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 3] = [
        ("info", Self::Info),
        ("warning", Self::Warning),
        ("critical", Self::Critical),
    ];

    /// `"info"`, `"warning"` or `"critical"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// Something that somebody should know.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Alert {
    /// How much it matters.
    pub level: AlertLevel,
    /// What kind it is.
    pub kind: Id,
    /// What it is about.
    pub symbol: Option<Id>,
    /// In words.
    pub text: Box<str>,
}

/// What the book came to at the turn of an hour; money in the reporting currency at
/// [`MAX_SCALE`](crate::model::MAX_SCALE).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Snapshot {
    /// The turn: the first command at or after it made the snapshot, before it was executed.
    pub at: Timestamp,
    /// Whether a day turned, too, by the configured boundary.
    pub is_day: bool,
    /// Balances that no position accounts for.
    pub cash: i128,
    /// Open positions at their marks.
    pub holdings: i128,
    /// What was paid in, plus the PnL.
    pub equity: i128,
    /// Realized, gross of fees.
    pub realized_pnl: i128,
    /// Unrealized, gross of fees.
    pub unrealized_pnl: i128,
    /// Fees paid; negative is a net rebate.
    pub fees: i128,
    /// Funding, dividends and interest received less paid.
    pub funding: i128,
    /// The highest equity of any snapshot so far, this one included.
    pub peak: i128,
    /// Positions that are open and not dust.
    pub open_positions: u64,
    /// Currencies that are not in these sums, and open positions without a mark.
    pub missing: u64,
}
