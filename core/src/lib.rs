//! The deterministic ledger of truebook: no I/O, no clock, no randomness.

pub mod bars;
pub mod book;
pub mod digest;
pub mod engine;
pub mod hash;
pub mod model;
pub mod sync;
