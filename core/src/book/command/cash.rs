//! Cash, income, splits, holdings that were there before, and what the venue says is there.

use crate::model::{AccountId, Fixed, Id, InstrumentId, Timestamp};

use crate::book::IncomeKind;

/// Cash that moves in or out.
#[derive(Clone, Copy, Debug)]
pub struct CashMove {
    /// Whose account.
    pub account: AccountId,
    /// Which currency; registered when new.
    pub currency: Id,
    /// How much; positive unless an adjustment.
    pub amount: Fixed,
    /// Which way.
    pub kind: CashKind,
    /// The caller's id: a repeat is booked once.
    pub id: Option<Id>,
}

/// Why cash moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, borsh::BorshSerialize, borsh::BorshDeserialize)]
pub enum CashKind {
    /// In.
    Deposit,
    /// Out.
    Withdrawal,
    /// A signed correction.
    Adjustment,
}

/// Cash that moves from one account to another.
#[derive(Clone, Copy, Debug)]
pub struct Transfer {
    /// From whom.
    pub from: AccountId,
    /// To whom.
    pub to: AccountId,
    /// Which currency.
    pub currency: Id,
    /// How much, positive.
    pub amount: Fixed,
    /// The caller's id: a repeat is booked once.
    pub id: Option<Id>,
}

/// Money that a position or a balance earned or cost.
#[derive(Clone, Copy, Debug)]
pub struct Income {
    /// Why.
    pub kind: IncomeKind,
    /// Whose account.
    pub account: AccountId,
    /// For which instrument; `None` is for a balance.
    pub instrument: Option<InstrumentId>,
    /// Whose position; `None` is `EXTERNAL`.
    pub strategy: Option<Id>,
    /// Which currency.
    pub currency: Id,
    /// How much: positive was received.
    pub amount: Fixed,
    /// The caller's id: a repeat is booked once.
    pub id: Option<Id>,
}

/// A split: each `denominator` shares become `numerator`.
#[derive(Clone, Copy, Debug)]
pub struct Split {
    /// Of what.
    pub instrument: InstrumentId,
    /// How many shares come out.
    pub numerator: u32,
    /// Of how many.
    pub denominator: u32,
    /// What a share is worth where a fraction is paid out, at the instrument's price scale.
    pub cash_px: Option<i64>,
    /// The caller's id: a repeat is booked once.
    pub id: Option<Id>,
    /// When.
    pub ts: Timestamp,
}

/// A position that was held before the book, or the cost that was missing.
#[derive(Clone, Copy, Debug)]
pub struct Adoption {
    /// Whose account.
    pub account: AccountId,
    /// What is held.
    pub instrument: InstrumentId,
    /// Whose; `None` is `EXTERNAL`.
    pub strategy: Option<Id>,
    /// How much, signed; 0 gives the cost of what was adopted without one.
    pub qty: i128,
    /// What it cost in settlement currency, signed like the quantity's value; `None` is unknown.
    pub cost: Option<Fixed>,
    /// The caller's id: a repeat is booked once.
    pub id: Option<Id>,
    /// When.
    pub ts: Timestamp,
}

/// What a venue says is there.
#[derive(Clone, Copy, Debug)]
pub enum Statement {
    /// A balance.
    Balance {
        /// Whose account.
        account: AccountId,
        /// Which currency.
        currency: Id,
        /// Everything.
        total: Fixed,
        /// As of when.
        ts: Timestamp,
    },
    /// A position, net of strategies.
    Position {
        /// Whose account.
        account: AccountId,
        /// What is held.
        instrument: InstrumentId,
        /// How much, signed.
        qty: i128,
        /// As of when.
        ts: Timestamp,
    },
}
