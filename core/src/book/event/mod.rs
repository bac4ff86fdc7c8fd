//! Facts: what has happened, with its outcomes. The bytes of these types are the journal's format,
//! and a change of them is a new format number in the store.
//!
//! 1. An outcome is a change and the value since, so that a follower need not read back.

mod cash;
mod fill;
mod order;
mod record;

pub use cash::{
    Adopted, CashMoved, CostGiven, IncomeKind, IncomePaid, Leg, SplitBooked, SplitPart, Stated,
    StatedOf, Transferred,
};
pub use fill::{
    FILL_FEES_MAX, Fees, FillAmended, Filled, Legs, Liquidity, Outcome, Quarantine, Quarantined,
    Reversal,
};
pub use order::{OrderAmended, OrderChanged, OrderPlaced, OrderRefused};
pub use record::{Alert, AlertLevel, BarRecord, Observation, Record, Snapshot};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::model::{Config, Currency, Id, Instrument, InstrumentId, Timestamp};

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Entry {
    /// From 1, without gaps.
    pub sequence: u64,
    /// When it happened, by the caller's clock.
    pub ts: Timestamp,
    /// What happened.
    pub event: Event,
}

/// A fact.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[allow(
    clippy::large_enum_variant,
    reason = "a fill is the common case, and a box would allocate on the hot path"
)]
pub enum Event {
    /// The book was configured; the version counts from 1.
    Configured {
        /// How many configurations there were, this one included.
        version: u32,
        /// The configuration since.
        config: Box<Config>,
    },
    /// A currency was registered.
    CurrencyAdded(Currency),
    /// An instrument was registered.
    InstrumentAdded(Box<Instrument>),
    /// Steps or fees of an instrument changed; its scales never do.
    InstrumentChanged(Box<Instrument>),
    /// An account was registered.
    AccountAdded {
        /// Its name.
        name: Id,
    },
    /// A strategy was registered.
    StrategyAdded {
        /// Its name.
        name: Id,
    },
    /// Cash moved.
    CashMoved(CashMoved),
    /// Cash moved from one account to another.
    Transferred(Transferred),
    /// Funding, a dividend or interest was paid.
    IncomePaid(IncomePaid),
    /// Shares were split; what they cost is unchanged.
    SplitBooked(SplitBooked),
    /// A position that was held before was taken in.
    Adopted(Adopted),
    /// The cost of what was adopted without one became known.
    CostGiven(CostGiven),
    /// An order passed its checks and was recorded.
    OrderPlaced(OrderPlaced),
    /// An order failed a check.
    OrderRefused(OrderRefused),
    /// An order got another status, or the venue's id.
    OrderChanged(OrderChanged),
    /// An order stands with another quantity or limit.
    OrderAmended(OrderAmended),
    /// An execution was booked.
    Filled(Filled),
    /// An execution was taken back.
    Busted(Reversal),
    /// What was missing of an execution became known.
    FillAmended(FillAmended),
    /// A report could not be booked.
    Quarantined(Quarantined),
    /// A price far from the last became the new level.
    PriceLevelMoved {
        /// Of what.
        instrument: InstrumentId,
        /// The level before, at the instrument's price scale.
        old: i64,
        /// The level since.
        new: i64,
    },
    /// What trading is allowed changed.
    TradingStateChanged {
        /// The state before.
        old: TradingState,
        /// The state since.
        state: TradingState,
        /// Why.
        reason: Id,
    },
    /// The equity against which losses are measured.
    RiskMarked {
        /// The highest equity so far, in reporting money.
        peak: i128,
        /// The equity at the start of the day.
        day_start: i128,
        /// The day, counted from the epoch.
        day: i64,
    },
    /// What the venue said of a balance or a position.
    Stated(Stated),
    /// A value that components share.
    StateSet {
        /// Its name.
        key: Id,
        /// Its text.
        value: Box<str>,
    },
    /// A bar, a score from elsewhere or an alert.
    Recorded(Box<Record>),
    /// What the book came to at the turn of an hour.
    SnapshotTaken(Snapshot),
    /// The store ceased to keep events, or keeps them again.
    StoreChanged {
        /// Whether events are kept since.
        is_available: bool,
    },
}

/// What trading is allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum TradingState {
    /// Everything.
    #[default]
    Active,
    /// Only what reduces.
    Reducing,
    /// Nothing.
    Halted,
}

impl TradingState {
    /// `"ACTIVE"`, `"REDUCING"` or `"HALTED"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Reducing => "REDUCING",
            Self::Halted => "HALTED",
        }
    }
}
