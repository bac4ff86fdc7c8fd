//! What C holds of what is open: a handle that knows when it was closed.
//!
//! 1. A handle that was closed is told from one that is open, as long as no more than [`KEPT`]
//!    others were closed after it.
//! 2. Closing is the caller's promise that no other thread is in a call on it.

#![allow(
    clippy::disallowed_types,
    reason = "one pointer that is swapped once; there is no structure for a model to check"
)]

use std::collections::VecDeque;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::status::{Failure, TBK_ERROR_CLOSED};

/// How many closed handles are kept.
const KEPT: usize = 65_536;

/// What a pointer that C holds points to.
pub(crate) struct Handle<T> {
    at: AtomicPtr<T>,
}

/// What C uses from any number of threads at once, and what it moves between them.
pub(crate) const fn any_thread<T: Send + Sync>() {}
pub(crate) const fn one_thread_at_a_time<T: Send>() {}

/// Handles that were closed, the oldest first: each the address of an `AtomicPtr`, whatever it
/// pointed to.
static CLOSED: Mutex<VecDeque<usize>> = Mutex::new(VecDeque::new());

impl<T> Handle<T> {
    /// A handle of `value`, for C to hold.
    pub fn open(value: T) -> *mut Self {
        let at = AtomicPtr::new(Box::into_raw(Box::new(value)));
        Box::into_raw(Box::new(Self { at }))
    }

    /// What the handle at `given` is of.
    ///
    /// # Safety
    /// `given` is NULL or from [`Handle::open`], and is not closed during `'a`.
    #[inline]
    pub unsafe fn of<'a>(what: &str, given: *const Self) -> Result<&'a T, Failure> {
        // SAFETY: the caller's promise; a handle is kept after it was closed.
        let handle = unsafe { given.as_ref() }.ok_or_else(|| Failure::null(what))?;
        // SYNC: Acquire, partner of Release in close: who sees NULL stays away.
        let at = handle.at.load(Ordering::Acquire);
        // SAFETY: it is from `Box::into_raw` until `close` put NULL in its place.
        unsafe { at.as_ref() }.ok_or_else(|| closed(what))
    }

    /// The same, to be changed.
    ///
    /// # Safety
    /// As [`Handle::of`], and no other call is made on this handle during `'a`.
    #[inline]
    pub unsafe fn of_mut<'a>(what: &str, given: *const Self) -> Result<&'a mut T, Failure> {
        // SAFETY: the caller's promise; a handle is kept after it was closed.
        let handle = unsafe { given.as_ref() }.ok_or_else(|| Failure::null(what))?;
        // SYNC: Acquire, partner of Release in close: who sees NULL stays away.
        let at = handle.at.load(Ordering::Acquire);
        // SAFETY: as in `of`; nobody else has it by the caller's promise.
        unsafe { at.as_mut() }.ok_or_else(|| closed(what))
    }

    /// Closes the handle at `given` and gives back what it was of; `None` for NULL.
    ///
    /// # Safety
    /// `given` is NULL or from [`Handle::open`]; no other thread is in a call on it.
    pub unsafe fn close(what: &str, given: *mut Self) -> Result<Option<T>, Failure> {
        // SAFETY: the caller's promise; a handle is kept after it was closed.
        let Some(handle) = (unsafe { given.as_ref() }) else {
            return Ok(None);
        };
        // SYNC: AcqRel: Release, partner of Acquire in of; of two that close, one gets it.
        let at = handle.at.swap(null_mut(), Ordering::AcqRel);
        if at.is_null() {
            return Err(closed(what));
        }
        keep(given.cast());
        // SAFETY: it is from `Box::into_raw`, and nobody gets it after NULL took its place.
        Ok(Some(*unsafe { Box::from_raw(at) }))
    }
}

fn closed(what: &str) -> Failure {
    Failure::new(
        TBK_ERROR_CLOSED,
        format!("{what}: found one that is closed"),
    )
}

/// Keeps a closed handle so that it is known when it comes again.
fn keep(given: *mut Handle<()>) {
    let mut kept = CLOSED.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() == KEPT
        && let Some(oldest) = kept.pop_front()
    {
        // SAFETY: it is from `Box::into_raw` in `open`; every handle is one thin pointer.
        drop(unsafe { Box::from_raw(oldest as *mut Handle<()>) });
    }
    kept.push_back(given as usize);
}
