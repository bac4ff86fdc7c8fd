//! Orders, and what is reported of them.

use crate::model::{
    AccountId, Id, InstrumentId, Links, OrderType, PositionLeg, Side, TimeInForce, Timestamp,
};

/// An order to check and record.
#[derive(Clone, Debug)]
pub struct Submit {
    /// The caller's id; made from the sequence where absent.
    pub client_order_id: Option<Id>,
    /// Whose account.
    pub account: AccountId,
    /// What to trade.
    pub instrument: InstrumentId,
    /// Who decided it; `None` is `EXTERNAL`.
    pub strategy: Option<Id>,
    /// Which leg.
    pub leg: PositionLeg,
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
    /// When.
    pub ts: Timestamp,
}

impl Submit {
    /// An order of `qty` on `side` with everything else at its default.
    #[must_use]
    pub fn market(instrument: InstrumentId, side: Side, qty: i128, ts: Timestamp) -> Self {
        Self {
            client_order_id: None,
            account: AccountId::default(),
            instrument,
            strategy: None,
            leg: PositionLeg::Net,
            side,
            qty,
            order_type: OrderType::Market,
            time_in_force: TimeInForce::Gtc,
            links: Links::default(),
            reduce_only: false,
            ts,
        }
    }
}

/// A change of an order that stands.
#[derive(Clone, Copy, Debug)]
pub struct Amend {
    /// The order.
    pub client_order_id: Id,
    /// How much since; as it was where absent.
    pub qty: Option<i128>,
    /// Its limit since; as it was where absent.
    pub limit: Option<i64>,
    /// When.
    pub ts: Timestamp,
}

/// Something that happened to an order.
#[derive(Clone, Copy, Debug)]
pub struct OrderUpdate {
    /// The order.
    pub client_order_id: Id,
    /// What.
    pub report: OrderReport,
    /// When.
    pub ts: Timestamp,
}

/// What happened to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderReport {
    /// The venue knows it, by this id.
    Accepted(Option<Id>),
    /// The venue refused it.
    Rejected,
    /// A cancel was sent.
    CancelRequested,
    /// The venue refused to cancel it.
    CancelRejected,
    /// The venue cancelled it.
    Canceled,
    /// It ended by its time in force.
    Expired,
    /// Nobody knows what became of it.
    Unknown,
}
