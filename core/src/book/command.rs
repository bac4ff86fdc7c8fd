//! Requests: what a caller asks of the ledger, or reports to it. A command may be refused.

use crate::model::{
    AccountId, Config, Fixed, Id, InstrumentId, InstrumentSpec, OrderType, Side, Timestamp,
};

use super::{Liquidity, TradingState};

/// A request or a report. Every number is an integer at the scale of what it belongs to.
#[derive(Clone, Debug)]
pub enum Command {
    /// Take this configuration; only before anything else.
    Configure(Box<Config>),
    /// Register an instrument.
    AddInstrument(Box<InstrumentSpec>),
    /// Move cash in or out.
    MoveCash(CashMove),
    /// A quote or a price has come in.
    Price(PriceTick),
    /// Check an order and record the intent to send it.
    Submit(Box<Submit>),
    /// The venue knows an order.
    Accept {
        /// The order.
        client_order_id: Id,
        /// The venue's id for it.
        venue_order_id: Option<Id>,
    },
    /// The venue refused an order.
    Reject {
        /// The order.
        client_order_id: Id,
    },
    /// The venue cancelled an order.
    Cancel {
        /// The order.
        client_order_id: Id,
    },
    /// An execution has happened.
    Fill(Box<FillReport>),
    /// Change what trading is allowed.
    SetTradingState {
        /// The state to enter.
        state: TradingState,
        /// Why.
        reason: Id,
    },
}

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

/// A quote or a last price: prices at the instrument's price scale, sizes at its quantity scale.
#[derive(Clone, Copy, Debug)]
pub struct PriceTick {
    /// Of what.
    pub instrument: InstrumentId,
    /// The best bid, where known.
    pub bid: Option<i64>,
    /// The best ask, where known.
    pub ask: Option<i64>,
    /// The last price, where this is one.
    pub last: Option<i64>,
    /// The size at the bid; 0 is not known.
    pub bid_size: i128,
    /// The size at the ask; 0 is not known.
    pub ask_size: i128,
    /// When it was known.
    pub ts: Timestamp,
}

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
    /// Which way.
    pub side: Side,
    /// How much.
    pub qty: i128,
    /// How it is priced.
    pub order_type: OrderType,
    /// Whether it may only reduce.
    pub reduce_only: bool,
    /// When.
    pub ts: Timestamp,
}

/// The fee of one execution.
#[derive(Clone, Copy, Debug)]
pub struct FillFee {
    /// Its currency; the quote currency where absent.
    pub currency: Option<Id>,
    /// How much; negative is a rebate.
    pub amount: Fixed,
}

/// An execution, as the venue reports it.
#[derive(Clone, Debug)]
pub struct FillReport {
    /// Whose account.
    pub account: AccountId,
    /// What was traded.
    pub instrument: InstrumentId,
    /// Who decided it, where the order does not say.
    pub strategy: Option<Id>,
    /// Which way.
    pub side: Side,
    /// How much.
    pub last_qty: i128,
    /// At which price.
    pub last_px: i64,
    /// The venue's id of the execution.
    pub trade_id: Id,
    /// The order's id, ours.
    pub client_order_id: Option<Id>,
    /// The order's id, theirs.
    pub venue_order_id: Option<Id>,
    /// The fee; `None` is not yet known.
    pub fee: Option<FillFee>,
    /// Whether it rested or took.
    pub liquidity: Option<Liquidity>,
    /// Where the report came from.
    pub source: Option<Id>,
    /// When it happened.
    pub ts: Timestamp,
}
