//! What happened to orders.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::model::{
    AccountId, CurrencyId, Id, InstrumentId, Links, OrderStatus, OrderType, PositionKey, Refusal,
    Side, StrategyId, TimeInForce,
};

/// An order that passed its checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OrderPlaced {
    /// The caller's id.
    pub client_order_id: Id,
    /// Whose position it will change.
    pub key: PositionKey,
    /// Which way.
    pub side: Side,
    /// How much.
    pub qty: i128,
    /// How it is priced.
    pub order_type: OrderType,
    /// How long it stands.
    pub time_in_force: TimeInForce,
    /// How it hangs together with others.
    pub links: Links,
    /// Whether it may only reduce.
    pub reduce_only: bool,
    /// Whether it opens or adds.
    pub opens: bool,
    /// The currency in which a balance is locked.
    pub lock_currency: CurrencyId,
    /// What is locked, at that currency's scale.
    pub reserved: i128,
}

/// An order that failed a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OrderRefused {
    /// The caller's id.
    pub client_order_id: Option<Id>,
    /// Whose account.
    pub account: AccountId,
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

/// An order that got another status, or the venue's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OrderChanged {
    /// Its number.
    pub order: u32,
    /// The status before.
    pub old: OrderStatus,
    /// The status since.
    pub status: OrderStatus,
    /// Whether a cancel is under way since.
    pub is_cancel_requested: bool,
    /// The venue's id, where it is news.
    pub venue_order_id: Option<Id>,
}

/// An order that stands with other terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OrderAmended {
    /// Its number.
    pub order: u32,
    /// How much, before.
    pub old_qty: i128,
    /// How much, since.
    pub qty: i128,
    /// How it was priced.
    pub old_type: OrderType,
    /// How it is priced since.
    pub order_type: OrderType,
    /// What it reserves since.
    pub reserved: i128,
    /// What it locks since.
    pub locked: i128,
}
