//! The deterministic state machine: `decide` checks and never changes, `apply` changes and never
//! fails.
//!
//! 1. State changes only in [`State::apply`], by one [`Event`], and the sequence grows by one.
//! 2. An event carries its outcomes: replay adds, and computes no money.
//! 3. Prices are soft: outside the journal and the state hash.
//! 4. realized + unrealized − fees + funding = cash flow + quantity × mark, exactly; per currency,
//!    cash + holdings = contributed + PnL.

mod accounting;
mod apply;
mod apply_fill;
mod apply_order;
mod check;
mod checkpoint;
mod command;
mod context;
mod correction;
mod decide_fill;
mod decide_order;
mod event;
mod fill_index;
mod fill_key;
mod fill_mark;
mod fingerprint;
mod holding;
mod ledger;
mod lookup;
mod money;
mod notice;
pub(crate) mod outcome;
mod pnl;
mod posted;
mod price;
mod record;
mod registration;
mod state;
mod sum;
mod tally;
mod total;
mod worth;

pub use accounting::{Effect, Holding, effect};
pub use command::{
    Adoption, Amend, Beyond, BustReport, CashKind, CashMove, Command, FillFee, FillFees,
    FillReport, Income, LateFee, OrderReport, OrderUpdate, PriceTick, Split, Statement, Submit,
    Transfer,
};
pub use event::{
    Adopted, Alert, AlertLevel, BarRecord, CashMoved, CostGiven, Entry, Event, FILL_FEES_MAX, Fees,
    FillAmended, Filled, IncomeKind, IncomePaid, Leg, Legs, Liquidity, Observation, OrderAmended,
    OrderChanged, OrderPlaced, OrderRefused, Outcome, Quarantine, Quarantined, Record, Reversal,
    Snapshot, SplitBooked, SplitPart, Stated, StatedOf, TradingState, Transferred,
};
pub use fill_key::FillKey;
pub use ledger::{Answer, Applied, Invalid, Ledger, SHARED_KEYS_MAX, SHARED_MAX};
pub use notice::{
    About, Change, FillNews, Kinds, News, Notice, OrderState, OrderStep, PositionState,
    PositionStep, Prices, Retold,
};
pub use pnl::{Pnl, PnlOf};
pub use price::{Mark, PriceRefusal};
pub use registration::MAX_PRECISION;
pub use state::{Account, Balance, CLOSED_MAX, ClosedTrip, Counters, RiskMark, State, Strategy};
pub use sum::Sum;
pub use tally::Totals;
pub use total::{Portfolio, StrategyTotal};
pub use worth::Count;
