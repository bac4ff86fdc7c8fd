//! The host of the ledger: one writer, on its own thread or inline, and what readers hold.
//!
//! 1. Inputs of one producer are executed in the order in which it gave them.
//! 2. What a reactor asks for is executed before the next input.
//! 3. Inline and threaded hosts give the same events for the same inputs.

mod bus;
mod host;
mod journal;
mod lane;
mod line;
mod pin;
mod producer;
mod reactor;
mod thread;
mod writer;

pub use bus::{Bus, Filter, Overflow, Subscription};
pub use host::{Enrol, Host, Options, PRODUCERS_MAX};
pub use journal::{Journal, NoJournal};
pub use line::{LineTable, PositionLine};
pub use pin::check_core;
pub use producer::{Discipline, Producer, Stopped, Unsent};
pub use reactor::{Happening, Quiet, Reactor};
pub use thread::Wait;
pub use writer::{Input, Writer};
