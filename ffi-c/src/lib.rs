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
mod cash;
mod control;
mod decimal;
mod event;
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
mod status;
mod subscription;
mod text;
mod view;
mod wake;

pub use book::*;
pub use cash::*;
pub use control::*;
pub use decimal::*;
pub use event::*;
pub use line::*;
pub use number::*;
pub use order::*;
pub use producer::*;
pub use push::*;
pub use reader::*;
pub use record::*;
pub use status::*;
pub use subscription::*;
pub use text::*;
pub use view::*;
