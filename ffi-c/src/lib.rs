//! The C interface: `include/truebook.h` is made from this crate, and is the contract.
//!
//! 1. Every export runs inside [`status::guard`]: a panic becomes `TBK_ERROR_POISONED`.
//! 2. Outputs are written only on success, as many bytes as the caller's `size` says.
#![allow(
    unsafe_code,
    non_camel_case_types,
    reason = "C calls in, with C's names"
)]

mod book;
mod decimal;
mod input;
mod record;
mod status;

pub use book::*;
pub use decimal::*;
pub use record::*;
pub use status::*;
