//! The deterministic state machine: `decide` checks and never changes, `apply` changes and never
//! fails.
//!
//! 1. State changes only in [`State::apply`], by one [`Event`], and the sequence grows by one.
//! 2. An event carries its outcomes, so replay only adds.
//! 3. Prices are soft: outside the journal and outside the state hash.
//! 4. realized + unrealized = cash flow + quantity × mark, difference 0.

mod accounting;
mod apply;
mod check;
mod command;
mod decide;
mod decide_fill;
mod event;
mod exposure;
mod fill_key;
mod ledger;
mod map;
mod price;
mod registration;
mod state;
mod total;

pub use accounting::{Effect, Holding, effect};
pub use command::{CashKind, CashMove, Command, FillFee, FillReport, PriceTick, Submit};
pub use event::{
    CashMoved, Entry, Event, FeeLeg, Filled, Leg, Liquidity, OrderPlaced, OrderRefused, Quarantine,
    Quarantined, TradingState,
};
pub use ledger::{Answer, Applied, Invalid, Ledger};
pub use price::{Mark, PriceRefusal};
pub use state::{Balance, Counters, RiskMark, State, Strategy};
pub use total::{Portfolio, StrategyTotal};
