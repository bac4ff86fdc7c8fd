//! Facts: what has happened, with its outcomes. The bytes of these types are the journal's format:
//! variants and fields are only ever added at the end.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::model::{
    AccountId, Config, Currency, CurrencyId, Fixed, Id, Instrument, InstrumentId, OrderStatus,
    OrderType, Refusal, Side, StrategyId, Timestamp,
};

use super::CashKind;

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
pub enum Event {
    /// The book was configured.
    Configured(Box<Config>),
    /// A currency was registered.
    CurrencyAdded(Currency),
    /// An instrument was registered.
    InstrumentAdded(Box<Instrument>),
    /// A strategy was registered.
    StrategyAdded {
        /// Its name.
        name: Id,
    },
    /// Cash moved.
    CashMoved(CashMoved),
    /// An order passed its checks and was recorded.
    OrderPlaced(Box<OrderPlaced>),
    /// An order failed a check.
    OrderRefused(Box<OrderRefused>),
    /// The venue knows an order.
    OrderAccepted {
        /// Its number.
        order: u32,
        /// The venue's id.
        venue_order_id: Option<Id>,
    },
    /// An order ended without (further) fills.
    OrderClosed {
        /// Its number.
        order: u32,
        /// How it ended.
        status: OrderStatus,
    },
    /// An execution was booked.
    Filled(Box<Filled>),
    /// A report could not be booked.
    Quarantined(Box<Quarantined>),
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

/// Whether an execution rested or took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Liquidity {
    /// It rested.
    Maker,
    /// It took.
    Taker,
}

/// Cash that moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CashMoved {
    /// Whose account.
    pub account: AccountId,
    /// Which currency.
    pub currency: CurrencyId,
    /// The signed amount at the currency's scale.
    pub amount: i128,
    /// Why.
    pub kind: CashKind,
    /// The caller's id.
    pub id: Option<Id>,
}

/// An order that passed its checks.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OrderPlaced {
    /// The caller's id.
    pub client_order_id: Id,
    /// Whose account.
    pub account: AccountId,
    /// What is traded.
    pub instrument: InstrumentId,
    /// Who decided it.
    pub strategy: StrategyId,
    /// Which way.
    pub side: Side,
    /// How much.
    pub qty: i128,
    /// How it is priced.
    pub order_type: OrderType,
    /// Whether it may only reduce.
    pub reduce_only: bool,
    /// Whether it opens or adds to a position.
    pub opens: bool,
    /// The currency of what it locks.
    pub lock_currency: CurrencyId,
    /// What it locks.
    pub reserved: i128,
}

/// An order that failed a check.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OrderRefused {
    /// The caller's id, where given.
    pub client_order_id: Option<Id>,
    /// What was to be traded.
    pub instrument: InstrumentId,
    /// Who decided it.
    pub strategy: StrategyId,
    /// Which way.
    pub side: Side,
    /// How much.
    pub qty: i128,
    /// How it was priced.
    pub order_type: OrderType,
    /// Why.
    pub refusal: Refusal,
}

/// A signed change of a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Leg {
    /// Which currency.
    pub currency: CurrencyId,
    /// The change at the currency's scale.
    pub amount: i128,
}

/// A fee as it is attributed: in its own currency, or in quote currency where it left the position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FeeLeg {
    /// Which currency.
    pub currency: CurrencyId,
    /// How much; negative is a rebate.
    pub amount: i128,
}

/// An execution and everything that it changed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Filled {
    /// Whose account.
    pub account: AccountId,
    /// What was traded.
    pub instrument: InstrumentId,
    /// Who decided it.
    pub strategy: StrategyId,
    /// Which way.
    pub side: Side,
    /// How much.
    pub last_qty: i128,
    /// At which price.
    pub last_px: i64,
    /// The venue's id of the execution.
    pub trade_id: Id,
    /// The order's number, where known.
    pub order: Option<u32>,
    /// The order's id, ours.
    pub client_order_id: Option<Id>,
    /// The order's id, theirs.
    pub venue_order_id: Option<Id>,
    /// The fee as reported, at its currency's scale.
    pub fee: Option<FeeLeg>,
    /// Whether it rested or took.
    pub liquidity: Option<Liquidity>,
    /// Where the report came from.
    pub source: Option<Id>,
    /// Outcome: the signed change of quantity, the fee in base included.
    pub delta_qty: i128,
    /// Outcome: the signed change of cost.
    pub delta_cost: i128,
    /// Outcome: realized, gross of fees.
    pub realized: i128,
    /// Outcome: quote currency received less paid, fees apart.
    pub cash_flow: i128,
    /// Outcome: the fee as attributed to the position.
    pub attributed_fee: Option<FeeLeg>,
    /// Outcome: changes of balances; an amount of 0 is no change.
    pub legs: [Leg; 3],
    /// Outcome: what the order no longer locks.
    pub unlocked: i128,
    /// Outcome: the order's status since.
    pub order_status: Option<OrderStatus>,
}

/// Why a report could not be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Quarantine {
    /// The same trade id with another quantity or price.
    FillConflict,
    /// A number does not fit.
    Overflow,
}

impl Quarantine {
    /// Its name, as every language spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FillConflict => "FillConflict",
            Self::Overflow => "Overflow",
        }
    }
}

/// A report that could not be booked.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Quarantined {
    /// Whose account.
    pub account: AccountId,
    /// What was traded.
    pub instrument: InstrumentId,
    /// Which way.
    pub side: Side,
    /// How much.
    pub last_qty: i128,
    /// At which price.
    pub last_px: i64,
    /// The venue's id of the execution.
    pub trade_id: Id,
    /// The fee as reported.
    pub fee: Option<Fixed>,
    /// Why.
    pub why: Quarantine,
}
