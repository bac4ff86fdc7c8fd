//! Orders: what was intended, where each is in its life, and what it reserves.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{
    AccountId, CurrencyId, Fixed, Id, Instrument, InstrumentId, PositionId, Settlement, StrategyId,
    Timestamp, Wide,
};

/// 10^36: how fine a quantity is divided by a price.
const FINE: u128 = 1_000_000_000_000_000_000_000_000_000_000_000_000;

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

/// How an order is priced; prices are at the instrument's price scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub enum OrderType {
    /// At the venue's price.
    Market,
    /// At this price or better.
    Limit(i64),
    /// A market order once the price has reached this one.
    Stop(i64),
    /// A limit order once the price has reached the trigger.
    StopLimit {
        /// What sets it off.
        trigger: i64,
        /// At this price or better.
        limit: i64,
    },
}

impl OrderType {
    /// The price that it may not fill beyond.
    #[must_use]
    pub fn limit(self) -> Option<i64> {
        match self {
            Self::Market | Self::Stop(_) => None,
            Self::Limit(limit) | Self::StopLimit { limit, .. } => Some(limit),
        }
    }

    /// The price that sets it off.
    #[must_use]
    pub fn trigger(self) -> Option<i64> {
        match self {
            Self::Market | Self::Limit(_) => None,
            Self::Stop(trigger) | Self::StopLimit { trigger, .. } => Some(trigger),
        }
    }

    /// Its name, as every language spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Limit(_) => "limit",
            Self::Stop(_) => "stop",
            Self::StopLimit { .. } => "stop_limit",
        }
    }
}

/// How long an order stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub enum TimeInForce {
    /// Until it is cancelled.
    #[default]
    Gtc,
    /// What fills at once; the rest is cancelled.
    Ioc,
    /// All of it at once, or nothing.
    Fok,
    /// Until the end of the day.
    Day,
    /// Until this time.
    Gtd(Timestamp),
}

impl TimeInForce {
    /// Its name, as every language spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gtc => "gtc",
            Self::Ioc => "ioc",
            Self::Fok => "fok",
            Self::Day => "day",
            Self::Gtd(_) => "gtd",
        }
    }
}

/// How an order hangs together with another. Kept as state; who sends orders acts on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Links {
    /// The order that is to be cancelled when this one fills.
    pub one_cancels: Option<Id>,
    /// The entry whose fill this one protects.
    pub bracket_of: Option<Id>,
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
    /// Sent, and nobody knows what became of it. Keeps what it reserves.
    Unknown,
    /// Filled whole.
    Filled,
    /// Cancelled; what was filled stays.
    Canceled,
    /// Refused by the venue.
    Rejected,
    /// Ended by its time in force; what was filled stays.
    Expired,
}

impl OrderStatus {
    /// Every status.
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Working,
        Self::PartiallyFilled,
        Self::Unknown,
        Self::Filled,
        Self::Canceled,
        Self::Rejected,
        Self::Expired,
    ];

    /// Whether it can still fill.
    #[must_use]
    pub fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::Working | Self::PartiallyFilled | Self::Unknown => true,
            Self::Filled | Self::Canceled | Self::Rejected | Self::Expired => false,
        }
    }

    /// Its name, as every language spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Working => "working",
            Self::PartiallyFilled => "partially_filled",
            Self::Unknown => "unknown",
            Self::Filled => "filled",
            Self::Canceled => "canceled",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
        }
    }

    /// Whether a report may take an order from this status to `to`. A fill may come at any time,
    /// after an end too; every other end is final, and nothing goes back to pending.
    #[must_use]
    pub fn may_become(self, to: Self) -> bool {
        match to {
            Self::Pending => false,
            Self::Working => matches!(self, Self::Pending | Self::Unknown),
            Self::Unknown => matches!(self, Self::Pending | Self::Working | Self::PartiallyFilled),
            Self::PartiallyFilled => self.is_open(),
            Self::Filled => true,
            Self::Rejected => matches!(self, Self::Pending | Self::Unknown),
            Self::Canceled | Self::Expired => self.is_open(),
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
    /// The position that its fills change.
    pub position: PositionId,
    /// Which way.
    pub side: Side,
    /// How much, at the instrument's quantity scale.
    pub qty: i128,
    /// How it is priced.
    pub order_type: OrderType,
    /// How much and how priced it was when it was submitted, before it was amended.
    pub submitted: (i128, OrderType),
    /// How long it stands.
    pub time_in_force: TimeInForce,
    /// How it hangs together with others.
    pub links: Links,
    /// Whether it may only reduce.
    pub reduce_only: bool,
    /// Whether it opens or adds to a position, as decided at submission.
    pub opens: bool,
    /// Where it is in its life.
    pub status: OrderStatus,
    /// Whether a cancel was asked for and is not yet answered.
    pub is_cancel_requested: bool,
    /// How much was filled.
    pub cum_qty: i128,
    /// The sum of quantity × price of its fills, of quantity / price where it is inverse, for their
    /// average.
    pub cum_value: Wide,
    /// The currency in which a balance is locked.
    pub lock_currency: CurrencyId,
    /// What was locked at submission, at that currency's scale.
    pub reserved: i128,
    /// What is still locked.
    pub locked: i128,
    /// When it was submitted.
    pub ts_init: Timestamp,
    /// When something last happened to it.
    pub ts_event: Timestamp,
    /// The sequence of its submission.
    pub sequence: u64,
}

impl Order {
    /// The average price of its fills, at the scale of the instrument's prices, rounded half to
    /// even; `None` before the first.
    ///
    /// `Σ quantity × price / Σ quantity`; where it is inverse, `Σ quantity / Σ (quantity / price)`.
    #[must_use]
    pub fn avg_px(&self, instrument: &Instrument) -> Option<Fixed> {
        let qty = self.cum_qty.unsigned_abs();
        let average = match instrument.settlement() {
            Settlement::Paid | Settlement::Linear => self.cum_value.over(Wide::product(qty, 1)),
            Settlement::Inverse => Wide::product(qty, FINE).over(self.cum_value),
        };
        Some(Fixed::new(average?, instrument.price_scale))
    }

    /// What an execution adds to [`Order::cum_value`].
    #[must_use]
    pub fn value_of(instrument: &Instrument, px: i64, qty: i128) -> Wide {
        let (px, qty) = (u128::from(px.unsigned_abs()), qty.unsigned_abs());
        match instrument.settlement() {
            Settlement::Paid | Settlement::Linear => Wide::product(px, qty),
            Settlement::Inverse => Wide::quotient(qty, FINE, px),
        }
    }

    /// What is left to fill.
    #[must_use]
    pub fn leaves_qty(&self) -> i128 {
        (self.qty - self.cum_qty).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::OrderStatus as S;

    #[test]
    fn the_transitions_are_those_of_the_table() {
        let table: [(S, &[S]); 8] = [
            (
                S::Pending,
                &[
                    S::Working,
                    S::PartiallyFilled,
                    S::Unknown,
                    S::Filled,
                    S::Canceled,
                    S::Rejected,
                    S::Expired,
                ],
            ),
            (
                S::Working,
                &[
                    S::PartiallyFilled,
                    S::Unknown,
                    S::Filled,
                    S::Canceled,
                    S::Expired,
                ],
            ),
            (
                S::PartiallyFilled,
                &[
                    S::PartiallyFilled,
                    S::Unknown,
                    S::Filled,
                    S::Canceled,
                    S::Expired,
                ],
            ),
            (
                S::Unknown,
                &[
                    S::Working,
                    S::PartiallyFilled,
                    S::Filled,
                    S::Canceled,
                    S::Rejected,
                    S::Expired,
                ],
            ),
            (S::Filled, &[S::Filled]),
            (S::Canceled, &[S::Filled]),
            (S::Rejected, &[S::Filled]),
            (S::Expired, &[S::Filled]),
        ];
        for (from, allowed) in table {
            for to in S::ALL {
                assert_eq!(
                    from.may_become(to),
                    allowed.contains(&to),
                    "{from:?} to {to:?}"
                );
            }
        }
    }
}
