//! Requests: what a caller asks of the ledger, or reports to it. A command may be refused.

mod cash;
mod fill;
mod order;

pub use cash::{Adoption, CashKind, CashMove, Income, Split, Statement, Transfer};
pub use fill::{Beyond, BustReport, FillFee, FillFees, FillReport, LateFee};
pub use order::{Amend, OrderReport, OrderUpdate, Submit};

use crate::model::{Config, Id, InstrumentId, InstrumentSpec, Timestamp};

use super::{Record, TradingState};

/// A request or a report. Every number is an integer at the scale of what it belongs to, or a
/// [`Fixed`] where its currency may be new.
#[derive(Clone, Debug)]
pub enum Command {
    /// Take this configuration, or change to it.
    Configure(Box<Config>),
    /// Register an instrument, or change its steps and fees.
    AddInstrument(Box<InstrumentSpec>),
    /// Register an account.
    AddAccount(Id),
    /// Move cash in or out.
    MoveCash(Box<CashMove>),
    /// Move cash from one account to another.
    Transfer(Box<Transfer>),
    /// Funding, a dividend or interest was paid.
    Income(Box<Income>),
    /// Shares were split.
    Split(Box<Split>),
    /// Take in a position that was held before, or give its cost.
    Adopt(Box<Adoption>),
    /// A quote or a price has come in.
    Price(PriceTick),
    /// Check an order and record the intent to send it.
    Submit(Box<Submit>),
    /// Change an order that stands.
    Amend(Box<Amend>),
    /// Something happened to an order.
    Order(Box<OrderUpdate>),
    /// An execution has happened.
    Fill(Box<FillReport>),
    /// An execution was taken back.
    Bust(Box<BustReport>),
    /// The fee of an execution has become known.
    LateFee(Box<LateFee>),
    /// What the venue says of a balance or a position.
    Statement(Box<Statement>),
    /// Change what trading is allowed.
    SetTradingState {
        /// The state to enter.
        state: TradingState,
        /// Why.
        reason: Id,
    },
    /// Keep a value that components share.
    SetState {
        /// Its name.
        key: Id,
        /// Its text.
        value: Box<str>,
    },
    /// Record a bar, a score from elsewhere or an alert.
    Record {
        /// What is recorded.
        record: Box<Record>,
        /// When it became known.
        ts: Timestamp,
    },
    /// Begin after a restart: what was on its way then is of unknown fate.
    Recover,
    /// Take orders although some are of unknown fate.
    Acknowledge,
    /// It is so late; what follows carries no earlier time.
    Advance(Timestamp),
}

/// A quote or a last price: prices at the instrument's price scale, sizes at its quantity scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceTick {
    /// Of what.
    pub instrument: InstrumentId,
    /// The best bid, where known.
    pub bid: Option<i64>,
    /// The best ask, where known.
    pub ask: Option<i64>,
    /// The last price, where this is one.
    pub last: Option<i64>,
    /// The venue's own mark, where this is one.
    pub venue_mark: Option<i64>,
    /// The size at the bid; 0 is not known.
    pub bid_size: i128,
    /// The size at the ask; 0 is not known.
    pub ask_size: i128,
    /// When it was known.
    pub ts: Timestamp,
}

impl PriceTick {
    /// A tick without any price.
    #[must_use]
    pub fn empty(instrument: InstrumentId, ts: Timestamp) -> Self {
        Self {
            instrument,
            bid: None,
            ask: None,
            last: None,
            venue_mark: None,
            bid_size: 0,
            ask_size: 0,
            ts,
        }
    }
}
