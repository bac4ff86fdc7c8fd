//! Where atomics and threads come from: std, or loom under the private cfg `truebook_loom`.
//!
//! Invariants:
//!
//! 1. No other file names `std::sync::atomic` (clippy's `disallowed-types` sees to it), so a loom
//!    model of our code sees every atomic access in it.
//! 2. The cfg is our own: `cfg(loom)` would switch dependencies too, and `cfg(test)` never holds
//!    in a dependency.
//!
//! # Examples
//!
//! ```
//! use truebook_core::sync::primitive::{AtomicU64, Ordering};
//!
//! let count = AtomicU64::new(1);
//! // SYNC: Relaxed is enough, one thread.
//! assert_eq!(count.fetch_add(1, Ordering::Relaxed), 1);
//! ```

#![allow(
    clippy::disallowed_types,
    reason = "the one place that may name them, so that every other file gets loom's under the cfg"
)]

use std::time::Duration;

#[cfg(truebook_loom)]
use loom::sync::atomic;
#[cfg(not(truebook_loom))]
use std::sync::atomic;

pub use self::atomic::{Ordering, fence};
#[cfg(truebook_loom)]
pub use loom::{
    hint::spin_loop,
    sync::Mutex,
    thread::{Thread, current, park, yield_now},
};
#[cfg(not(truebook_loom))]
pub use std::{
    hint::spin_loop,
    sync::Mutex,
    thread::{Thread, current, park, yield_now},
};

// Aliases, not re-exports: clippy looks through a re-export and would ban it where it is used.

/// A flag.
pub type AtomicBool = atomic::AtomicBool;
/// A 32-bit word.
pub type AtomicU32 = atomic::AtomicU32;
/// A 64-bit word.
pub type AtomicU64 = atomic::AtomicU64;
/// An index or a count.
pub type AtomicUsize = atomic::AtomicUsize;

/// Parks the current thread until it is unparked, or for about `timeout`.
///
/// Like [`park`], it may return early for no reason. Loom has no clock, so a model never times
/// out.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use truebook_core::sync::primitive::{current, park_for};
///
/// current().unpark();
/// park_for(None); // the token was there: returns at once
/// park_for(Some(Duration::from_millis(1)));
/// ```
pub fn park_for(timeout: Option<Duration>) {
    #[cfg(not(truebook_loom))]
    if let Some(timeout) = timeout {
        return std::thread::park_timeout(timeout);
    }
    let _ = timeout;
    park();
}
