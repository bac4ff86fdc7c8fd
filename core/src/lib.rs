//! The deterministic ledger of truebook.

pub mod sync;
