//! The deterministic ledger of truebook: no I/O, no clock, no randomness.

pub mod book;
pub mod digest;
pub mod model;
pub mod sync;
