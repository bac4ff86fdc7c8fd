//! Executions, as venues report them.

use crate::model::{AccountId, Few, Fixed, Id, InstrumentId, PositionLeg, Side, Timestamp};

use crate::book::Liquidity;
use crate::book::event::FILL_FEES_MAX;

/// The fee of one execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FillFee {
    /// Its currency; the settlement currency where absent.
    pub currency: Option<Id>,
    /// How much; negative is a rebate.
    pub amount: Fixed,
}

/// The fees of one execution; empty is not yet known.
pub type FillFees = Few<FillFee, FILL_FEES_MAX>;

/// An execution, as the venue reports it.
#[derive(Clone, Debug)]
pub struct FillReport {
    /// Whose account.
    pub account: AccountId,
    /// What was traded.
    pub instrument: InstrumentId,
    /// Who decided it, where the order does not say.
    pub strategy: Option<Id>,
    /// Which leg, where the order does not say.
    pub leg: PositionLeg,
    /// Which way.
    pub side: Side,
    /// How much.
    pub last_qty: i128,
    /// At which price.
    pub last_px: i64,
    /// The venue's id of the execution; made from order, quantity, price and time where absent.
    pub trade_id: Option<Id>,
    /// The trade id of the execution that this one corrects.
    pub revises: Option<Id>,
    /// The order's id, ours.
    pub client_order_id: Option<Id>,
    /// The order's id, theirs.
    pub venue_order_id: Option<Id>,
    /// How much of the order is filled with this execution, where the venue says it.
    pub cum_qty: Option<i128>,
    /// The fees; empty is not yet known.
    pub fees: FillFees,
    /// Whether it rested or took.
    pub liquidity: Option<Liquidity>,
    /// Where the report came from.
    pub source: Option<Id>,
    /// When it happened.
    pub ts: Timestamp,
    /// What is known of it beside the newest fills, which the ledger remembers itself.
    pub beyond: Beyond,
}

/// What is known of an execution among those that the ledger has forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Beyond {
    /// Nothing, and nobody can be asked: one that may be among them is not booked.
    #[default]
    Unknown,
    /// Nothing yet: one that may be among them is answered as undecided, and comes again.
    Ask {
        /// Whether its time is the venue's, so that one newer than all of them is none of them.
        is_timed: bool,
    },
    /// It is none of them.
    New,
    /// It was booked by the event with this sequence.
    Booked(u64),
    /// One of them has its id and other numbers.
    Conflict,
    /// It may be one of those of which nothing is known any more: it is not booked.
    Stale,
}

impl FillReport {
    /// The id of the execution; where the venue gave none, what it says makes one, so that a repeat
    /// is one.
    #[must_use]
    pub fn known_trade_id(&self) -> Id {
        self.trade_id.unwrap_or_else(|| {
            let order = self.venue_order_id.or(self.client_order_id);
            let cum = self.cum_qty.unwrap_or(self.last_qty);
            Id::format(format_args!(
                "made-{cum}-{}-{}-{}",
                self.last_px,
                self.ts.0,
                order.unwrap_or_default()
            ))
        })
    }

    /// Makes it what [`FillReport::new`] makes, where it is; what it said is not read.
    pub fn begin(
        &mut self,
        instrument: InstrumentId,
        (side, last_qty): (Side, i128),
        last_px: i64,
    ) {
        self.account = AccountId::default();
        self.instrument = instrument;
        self.strategy = None;
        self.leg = PositionLeg::Net;
        (self.side, self.last_qty, self.last_px) = (side, last_qty, last_px);
        self.trade_id = None;
        self.revises = None;
        self.client_order_id = None;
        self.venue_order_id = None;
        self.cum_qty = None;
        self.fees.clear();
        self.liquidity = None;
        self.source = None;
        self.ts = Timestamp::default();
        self.beyond = Beyond::Unknown;
    }

    /// An execution with everything optional absent.
    #[must_use]
    pub fn new(instrument: InstrumentId, side: Side, last_qty: i128, last_px: i64) -> Self {
        Self {
            account: AccountId::default(),
            instrument,
            strategy: None,
            leg: PositionLeg::Net,
            side,
            last_qty,
            last_px,
            trade_id: None,
            revises: None,
            client_order_id: None,
            venue_order_id: None,
            cum_qty: None,
            fees: FillFees::new(),
            liquidity: None,
            source: None,
            ts: Timestamp::default(),
            beyond: Beyond::Unknown,
        }
    }
}

/// Which execution was taken back.
#[derive(Clone, Copy, Debug)]
pub struct BustReport {
    /// Whose account.
    pub account: AccountId,
    /// What was traded.
    pub instrument: InstrumentId,
    /// Which way; `None` finds either.
    pub side: Option<Side>,
    /// The venue's id of the execution.
    pub trade_id: Id,
    /// When.
    pub ts: Timestamp,
}

/// A fee that has become known after its execution.
#[derive(Clone, Copy, Debug)]
pub struct LateFee {
    /// Whose account.
    pub account: AccountId,
    /// What was traded.
    pub instrument: InstrumentId,
    /// Which way; `None` finds either.
    pub side: Option<Side>,
    /// The venue's id of the execution.
    pub trade_id: Id,
    /// The fee.
    pub fee: FillFee,
    /// When.
    pub ts: Timestamp,
}
