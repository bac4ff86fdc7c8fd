//! What happened to balances and holdings without a trade.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::model::{
    AccountId, CurrencyId, Id, InstrumentId, PositionId, PositionKey, StrategyId, Timestamp,
};

use crate::book::CashKind;

/// Why money came or went without a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum IncomeKind {
    /// Funding of a perpetual.
    Funding,
    /// A dividend.
    Dividend,
    /// Interest.
    Interest,
}

/// Cash that moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CashMoved {
    /// The leg of the balance.
    pub leg: Leg,
    /// Why.
    pub kind: CashKind,
    /// What tells a repeat from another booking under the same id.
    pub fingerprint: u64,
    /// The caller's id.
    pub id: Option<Id>,
}

/// Cash that moved from one account to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Transferred {
    /// What left.
    pub from: Leg,
    /// What came.
    pub to: Leg,
    /// What tells a repeat from another booking under the same id.
    pub fingerprint: u64,
    /// The caller's id.
    pub id: Option<Id>,
}

/// A change of one balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Leg {
    /// Whose account.
    pub account: AccountId,
    /// Which currency.
    pub currency: CurrencyId,
    /// The signed change, at the currency's scale.
    pub amount: i128,
    /// The total since.
    pub total: i128,
}

/// Income that was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct IncomePaid {
    /// Why.
    pub kind: IncomeKind,
    /// The leg of the balance.
    pub leg: Leg,
    /// Whose it is.
    pub strategy: StrategyId,
    /// The position that it belongs to, where its settlement currency is the leg's.
    pub position: Option<PositionKey>,
    /// What tells a repeat from another booking under the same id.
    pub fingerprint: u64,
    /// The caller's id.
    pub id: Option<Id>,
}

/// Shares that were split: every position in an instrument at once.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SplitBooked {
    /// Of what.
    pub instrument: InstrumentId,
    /// What it did to each position that was open.
    pub parts: Vec<SplitPart>,
    /// What tells a repeat from another booking under the same id.
    pub fingerprint: u64,
    /// The caller's id.
    pub id: Option<Id>,
}

/// What a split did to one position; its cost is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SplitPart {
    /// Which position.
    pub position: PositionId,
    /// The quantity before.
    pub qty_before: i128,
    /// The quantity since.
    pub qty: i128,
    /// What its round trip opened, closed and held at most, in the new shares.
    pub trip: [i128; 3],
}

/// A position that was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Adopted {
    /// Whose it is.
    pub key: PositionKey,
    /// The signed change of quantity.
    pub delta_qty: i128,
    /// The signed change of cost; 0 where it is unknown.
    pub delta_cost: i128,
    /// Whether the cost is known.
    pub is_cost_known: bool,
    /// What it locks more.
    pub delta_margin: i128,
    /// The leg of the base currency's balance, where it is held as one.
    pub leg: Option<Leg>,
    /// What tells a repeat from another booking under the same id.
    pub fingerprint: u64,
    /// The caller's id.
    pub id: Option<Id>,
}

/// The cost of an adopted holding, given later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CostGiven {
    /// Which position.
    pub position: PositionId,
    /// What the holding cost.
    pub cost: i128,
    /// Outcome: the part that is still held.
    pub delta_cost: i128,
    /// Outcome: the part that was released since, as realized.
    pub realized: i128,
    /// What it locks more.
    pub delta_margin: i128,
    /// What tells a repeat from another booking under the same id.
    pub fingerprint: u64,
    /// The caller's id.
    pub id: Option<Id>,
}

/// What the venue said is there, beside what the book says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Stated {
    /// Whose account.
    pub account: AccountId,
    /// Of what.
    pub what: StatedOf,
    /// What the venue says.
    pub stated: i128,
    /// What the book says.
    pub booked: i128,
    /// As of when.
    pub as_of: Timestamp,
}

/// What a statement is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub enum StatedOf {
    /// The balance of a currency.
    Balance(CurrencyId),
    /// The net position in an instrument.
    Position(InstrumentId),
}
