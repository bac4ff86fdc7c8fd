//! The whole book at one sequence.

use std::time::{Duration, Instant};

use truebook::{BookRecord, Unseen};

use crate::book::{book, tbk_book};
use crate::handle::Handle;
use crate::input::Place;
use crate::order::tbk_order;
use crate::record::{tbk_portfolio, tbk_position};
use crate::status::{Failure, TBK_ERROR_CLOSED, TBK_ERROR_TIMED_OUT, guard};

/// A book at one sequence; never changes. Any number of threads may read it.
pub struct tbk_view {
    _opaque: (),
}

/// Takes a view of the whole book at `at_least` that sequence; 0 is as it is. Waits at most
/// `timeout_ns` nanoseconds for a sequence that another thread brings, then TBK_ERROR_TIMED_OUT.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or from tbk_open; `view` is NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_view_open(
    book: *const tbk_book,
    at_least: u64,
    timeout_ns: u64,
    view: *mut *mut tbk_view,
) -> i32 {
    guard(|| {
        if view.is_null() {
            return Err(Failure::null("view"));
        }
        // SAFETY: the caller's promise.
        let own = unsafe { self::book(book) }?;
        let begun = Instant::now();
        let mut found = own.lock()?.view()?;
        while found.portfolio.sequence < at_least {
            let left = Duration::from_nanos(timeout_ns).saturating_sub(begun.elapsed());
            match own.reader.view_at_least(at_least, Some(left)) {
                Ok(_) => found = own.lock()?.view()?,
                Err(Unseen::Gone) => {
                    return Err(Failure::new(TBK_ERROR_CLOSED, "the book is closed"));
                }
                Err(Unseen::TimedOut) => {
                    let known = found.portfolio.sequence;
                    let why = format!("at_least: found {at_least}, and the book is at {known}");
                    return Err(Failure::new(TBK_ERROR_TIMED_OUT, why));
                }
            }
        }
        // SAFETY: not NULL, and so a place for a pointer by the caller's promise.
        unsafe { view.write(Handle::open(found).cast()) };
        Ok(())
    })
}

/// Closes a view; NULL is allowed. No other thread may be in a call on it.
///
/// Any thread. Frees, and takes a lock that all handles share.
///
/// # Safety
/// `view` is NULL or from tbk_view_open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_view_close(view: *mut tbk_view) -> i32 {
    // SAFETY: the caller's promise.
    guard(|| unsafe { Handle::<BookRecord>::close("view", view.cast()) }.map(drop))
}

/// What the book adds up to. Set `portfolio->size` first.
///
/// Any thread. No lock, no system call.
///
/// # Safety
/// `view` is NULL or from tbk_view_open; `portfolio` is NULL or a struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_view_portfolio(
    view: *const tbk_view,
    portfolio: *mut tbk_portfolio,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let place = Place::new("portfolio", portfolio)?;
            place.fill(&(&self::view(view)?.portfolio).into());
        }
        Ok(())
    })
}

/// How many open positions there are, and how many orders that can still fill. Either may be NULL.
///
/// Any thread. No allocation, no lock, no system call.
///
/// # Safety
/// `view` is NULL or from tbk_view_open; the others are NULL or places for numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_view_counts(
    view: *const tbk_view,
    positions: *mut usize,
    orders: *mut usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let own = unsafe { self::view(view) }?;
        // SAFETY: each is written only where it is not NULL, and so a place by the promise.
        unsafe {
            if !positions.is_null() {
                positions.write(own.positions.len());
            }
            if !orders.is_null() {
                orders.write(own.orders.len());
            }
        }
        Ok(())
    })
}

/// The open position at `at`, from 0, in the order in which they were first opened. Set
/// `position->size` first.
///
/// Any thread. No lock, no system call.
///
/// # Safety
/// `view` is NULL or from tbk_view_open; `position` is NULL or a struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_view_position(
    view: *const tbk_view,
    at: usize,
    position: *mut tbk_position,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let place = Place::new("position", position)?;
            let all = &self::view(view)?.positions;
            let found = all.get(at).ok_or_else(|| beyond(at, all.len()))?;
            place.fill(&found.into());
        }
        Ok(())
    })
}

/// The order at `at` that can still fill, from 0, oldest first. Set `order->size` first.
///
/// Any thread. No lock, no system call.
///
/// # Safety
/// `view` is NULL or from tbk_view_open; `order` is NULL or a struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_view_order(
    view: *const tbk_view,
    at: usize,
    order: *mut tbk_order,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let place = Place::new("order", order)?;
            let all = &self::view(view)?.orders;
            place.fill(&all.get(at).ok_or_else(|| beyond(at, all.len()))?.into());
        }
        Ok(())
    })
}

/// The view that `given` is.
///
/// # Safety
/// `given` is NULL or from tbk_view_open, and is not closed meanwhile.
unsafe fn view<'a>(given: *const tbk_view) -> Result<&'a BookRecord, Failure> {
    // SAFETY: the caller's promise.
    unsafe { Handle::of("view", given.cast()) }
}

fn beyond(at: usize, count: usize) -> Failure {
    Failure::invalid("at", at, &format!("below {count}, see tbk_view_counts"))
}
