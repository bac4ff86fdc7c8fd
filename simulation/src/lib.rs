//! Random worlds for the ledger: a venue that executes, and a feed to the book that repeats,
//! reorders, delays, drops and corrects what it reports, with restarts in between. Beside them,
//! input that nobody should send.
//!
//! 1. A seed makes one world: the same commands on every machine.
//! 2. What must hold is said by `check`, and by the venue, which knows only executions.

mod act;
mod check;
mod follower;
pub mod hostile;
mod record;
mod shown;
mod venue;
mod world;

pub use check::check;
pub use world::{Failure, Outcome, World};
