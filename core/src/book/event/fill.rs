//! What happened to executions, with what each did to positions and balances.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::model::{
    AccountId, Fee, Few, Fixed, Id, InstrumentId, OrderStatus, PositionKey, PositionLeg, Side,
};

use super::Leg;
use crate::book::FillKey;

/// How many fees one execution may have.
pub const FILL_FEES_MAX: usize = 3;

/// Whether an execution rested or took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Liquidity {
    /// It rested.
    Maker,
    /// It took.
    Taker,
}

impl Liquidity {
    /// `"maker"` or `"taker"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Maker => "maker",
            Self::Taker => "taker",
        }
    }
}

/// What a change of quantity did to one position. Money in settlement currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Outcome {
    /// The signed change of quantity, the fee in base included.
    pub delta_qty: i128,
    /// The signed change of cost.
    pub delta_cost: i128,
    /// Realized, gross of fees.
    pub realized: i128,
    /// Received less paid for the quantity, fees apart.
    pub cash_flow: i128,
    /// The change of what is locked as margin.
    pub delta_margin: i128,
    /// The quantity since.
    pub qty: i128,
    /// The cost since.
    pub cost: i128,
    /// Realized since the beginning.
    pub realized_pnl: i128,
    /// The part of an unknown cost that is still held, since.
    pub unknown_part: Option<i128>,
}

/// The changes of balances by one execution: base, settlement, and one for each fee.
pub type Legs = Few<Leg, { 2 + FILL_FEES_MAX }>;

/// The fees of an execution.
pub type Fees = Few<Fee, FILL_FEES_MAX>;

/// An execution that was booked.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Filled {
    /// Whose position it changed.
    pub key: PositionKey,
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
    /// The order's id, ours, where the order is not known.
    pub client_order_id: Option<Id>,
    /// The order's id, theirs.
    pub venue_order_id: Option<Id>,
    /// The fees as reported, at their currencies' scales; empty is not yet known.
    pub fees: Fees,
    /// Whether it rested or took.
    pub liquidity: Option<Liquidity>,
    /// Where the report came from.
    pub source: Option<Id>,
    /// What it did to the position.
    pub outcome: Outcome,
    /// The fees as attributed to the position.
    pub attributed: Fees,
    /// What it did to balances.
    pub legs: Legs,
    /// What the order no longer locks; below 0 is what it locks again.
    pub unlocked: i128,
    /// The order's status since.
    pub order_status: Option<OrderStatus>,
    /// The execution that it corrects, taken back first.
    pub reversal: Option<Box<Reversal>>,
    /// The execution that it corrects, where there was nothing to take back: it never came, or was
    /// taken back before.
    pub voided: Option<Box<Id>>,
}

/// An execution that was taken back: its quantity, cash and fees, exactly.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Reversal {
    /// The sequence at which it was booked.
    pub booked_at: u64,
    /// What it is remembered by.
    pub fill_key: FillKey,
    /// Whose position it changed.
    pub key: PositionKey,
    /// Which way the execution was.
    pub side: Side,
    /// How much it was.
    pub last_qty: i128,
    /// At which price it was.
    pub last_px: i64,
    /// The venue's id of the execution.
    pub trade_id: Id,
    /// The order's number, where known.
    pub order: Option<u32>,
    /// What it did to the position.
    pub outcome: Outcome,
    /// The fees as attributed to the position, to be taken back.
    pub attributed: Fees,
    /// What it did to balances.
    pub legs: Legs,
    /// What its order no longer locks; below 0 is what it locks again.
    pub unlocked: i128,
}

/// What was missing of an execution.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FillAmended {
    /// The sequence at which the execution was booked.
    pub booked_at: u64,
    /// Whose position it changed.
    pub key: PositionKey,
    /// Which way the execution was.
    pub side: Side,
    /// The venue's id of the execution.
    pub trade_id: Id,
    /// The number of its order, where that was missing and is known now.
    pub order: Option<u32>,
    /// What that order no longer locks.
    pub unlocked: i128,
    /// That order's status since.
    pub order_status: Option<OrderStatus>,
    /// How much the execution was.
    pub last_qty: i128,
    /// At which price it was.
    pub last_px: i64,
    /// The venue's id of its order, where that was missing.
    pub venue_order_id: Option<Id>,
    /// Whether it rested or took, where that was missing.
    pub liquidity: Option<Liquidity>,
    /// The fees that were missing.
    pub fees: Fees,
    /// What they did to the position.
    pub outcome: Outcome,
    /// The fees as attributed to the position.
    pub attributed: Fees,
    /// What they did to balances.
    pub legs: Legs,
}

/// Why a report could not be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Quarantine {
    /// The same trade id with another quantity or price.
    FillConflict,
    /// A number does not fit.
    Overflow,
    /// The execution that is corrected or taken back is not known.
    UnknownTrade,
    /// More currencies or fees than are kept.
    TooManyFees,
    /// Several executions have the trade id that is corrected or taken back.
    AmbiguousTrade,
    /// The execution that is corrected or taken back was booked before a split.
    BeforeSplit,
    /// It may have been booked so long ago that nobody remembers.
    StaleFill,
}

impl Quarantine {
    /// Its name, as every language spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FillConflict => "FillConflict",
            Self::Overflow => "Overflow",
            Self::UnknownTrade => "UnknownTrade",
            Self::TooManyFees => "TooManyFees",
            Self::AmbiguousTrade => "AmbiguousTrade",
            Self::BeforeSplit => "BeforeSplit",
            Self::StaleFill => "StaleFill",
        }
    }
}

/// A report that could not be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Quarantined {
    /// Whose account.
    pub account: AccountId,
    /// What was traded.
    pub instrument: InstrumentId,
    /// Which leg.
    pub leg: PositionLeg,
    /// Which way.
    pub side: Side,
    /// How much.
    pub last_qty: i128,
    /// At which price.
    pub last_px: i64,
    /// The venue's id of the execution.
    pub trade_id: Id,
    /// The first fee as reported.
    pub fee: Option<Fixed>,
    /// Why.
    pub why: Quarantine,
}
