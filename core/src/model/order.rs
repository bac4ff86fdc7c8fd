//! Orders and who they belong to.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{CurrencyId, Id, InstrumentId, Timestamp};

/// The dense number of an account, from 0 (`"default"`).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
)]
pub struct AccountId(pub u16);

/// The dense number of a strategy; 0 is `EXTERNAL`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub struct StrategyId(pub u16);

impl StrategyId {
    /// What no strategy claims.
    pub const EXTERNAL: Self = Self(0);

    /// As an index.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// Which way.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub enum Side {
    /// Buy.
    Buy,
    /// Sell.
    Sell,
}

impl Side {
    /// `1` for buy, `-1` for sell.
    #[must_use]
    pub fn sign(self) -> i128 {
        match self {
            Self::Buy => 1,
            Self::Sell => -1,
        }
    }

    /// `"buy"` or `"sell"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

/// How an order is priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub enum OrderType {
    /// At the venue's price.
    Market,
    /// At this price or better, at the instrument's price scale.
    Limit(i64),
}

/// Where an order is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub enum OrderStatus {
    /// Recorded, not yet known at the venue.
    Pending,
    /// Known at the venue.
    Working,
    /// Filled in part.
    PartiallyFilled,
    /// Filled whole.
    Filled,
    /// Cancelled; what was filled stays.
    Canceled,
    /// Refused by the venue.
    Rejected,
}

impl OrderStatus {
    /// Whether it can still fill.
    #[must_use]
    pub fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::Working | Self::PartiallyFilled => true,
            Self::Filled | Self::Canceled | Self::Rejected => false,
        }
    }

    /// Its name, as every language spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Working => "working",
            Self::PartiallyFilled => "partially_filled",
            Self::Filled => "filled",
            Self::Canceled => "canceled",
            Self::Rejected => "rejected",
        }
    }
}

/// An order and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Order {
    /// The caller's id, unique for good.
    pub client_order_id: Id,
    /// The venue's id, once known.
    pub venue_order_id: Option<Id>,
    /// Whose account.
    pub account: AccountId,
    /// What is traded.
    pub instrument: InstrumentId,
    /// Who decided it.
    pub strategy: StrategyId,
    /// Which way.
    pub side: Side,
    /// How much, at the instrument's quantity scale.
    pub qty: i128,
    /// How it is priced.
    pub order_type: OrderType,
    /// Whether it may only reduce.
    pub reduce_only: bool,
    /// Whether it opens or adds to a position, as decided at submission.
    pub opens: bool,
    /// Where it is in its life.
    pub status: OrderStatus,
    /// How much was filled.
    pub cum_qty: i128,
    /// The currency in which a balance is locked.
    pub lock_currency: CurrencyId,
    /// What was locked at submission, at that currency's scale.
    pub reserved: i128,
    /// What is still locked.
    pub locked: i128,
    /// When it was submitted.
    pub ts_init: Timestamp,
    /// The sequence of its submission.
    pub sequence: u64,
}

impl Order {
    /// What is left to fill.
    #[must_use]
    pub fn leaves_qty(&self) -> i128 {
        (self.qty - self.cum_qty).max(0)
    }
}
