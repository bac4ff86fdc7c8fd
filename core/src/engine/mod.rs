//! The host of the ledger: one writer, on its own thread or inline, and what readers hold.
//!
//! 1. Inputs are executed in the order in which the producer gave them.
//! 2. What a reactor asks for is executed before the next input.
//! 3. Inline and threaded hosts give the same events for the same inputs.

mod host;
mod journal;
mod line;
mod pin;
mod reactor;
mod thread;
mod writer;

pub use host::{Host, Options, Stopped};
pub use journal::{Journal, NoJournal};
pub use line::{LineTable, PositionLine};
pub use pin::check_core;
pub use reactor::{Happening, Quiet, Reactor};
pub use writer::{Input, Writer};
