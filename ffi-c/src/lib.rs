//! The C interface: `include/truebook.h` is made from this crate, and is the contract.
//!
//! 1. Every export runs inside [`status::guard`]: a panic becomes `TBK_ERROR_POISONED`.
//! 2. Outputs are written only on success, as many bytes as the caller's `size` says.
#![allow(
    unsafe_code,
    non_camel_case_types,
    reason = "C calls in, with C's names"
)]

mod bar;
mod bar_set;
mod book;
mod cash;
mod control;
mod decimal;
mod event;
mod feature;
mod feed;
mod handle;
mod input;
mod layout;
mod line;
mod number;
mod order;
mod producer;
mod push;
mod reader;
mod record;
mod signal;
mod status;
mod strategy;
mod strategy_status;
mod subscription;
mod text;
mod view;
mod wake;

pub use bar::*;
pub use bar_set::*;
pub use book::*;
pub use cash::*;
pub use control::*;
pub use decimal::*;
pub use event::*;
pub use feature::*;
pub use line::*;
pub use number::*;
pub use order::*;
pub use producer::*;
pub use push::*;
pub use reader::*;
pub use record::*;
pub use signal::*;
pub use status::*;
pub use strategy::*;
pub use strategy_status::*;
pub use subscription::*;
pub use text::*;
pub use view::*;
