//! The host of the ledger: one writer, on its own thread or inline, and what readers hold.
//!
//! 1. Inputs of one producer are executed in the order in which it gave them.
//! 2. What a reactor asks for is executed before the next input.
//! 3. Inline and threaded hosts give the same events for the same inputs.

mod bells;
mod board;
mod bus;
mod cell;
mod filter;
mod host;
mod journal;
mod lane;
mod line;
mod meter;
#[cfg(truebook_loom)]
mod model;
mod page;
mod pin;
mod position_line;
mod producer;
mod publication;
mod reactor;
mod reader;
mod rest;
mod status;
mod subscription;
mod thread;
mod touch;
mod view;
mod writer;

pub use board::BoardOptions;
pub use bus::Bus;
pub use filter::Filter;
pub use host::{Enrol, Host, Options, PRODUCERS_MAX};
pub use journal::{Journal, NoJournal};
pub use line::{InstrumentLine, InstrumentScales, TotalsLine};
pub use meter::Latency;
#[cfg(truebook_loom)]
pub use model::{ModelBells, modelled};
pub use pin::check_core;
pub use position_line::{PaidIn, PositionDetail, PositionFigures, PositionLine};
pub use producer::{Discipline, Gone, Producer, Unsent};
pub use reactor::{Happening, Quiet, Reactor};
pub use reader::{Reader, Unseen};
pub use rest::Rest;
pub use status::{ProducerStatus, Status, SubscriberStatus};
pub use subscription::{Overflow, Past, Retell, Subscription};
pub use thread::Wait;
pub use view::{Registry, View};
pub use writer::{Input, Writer};
