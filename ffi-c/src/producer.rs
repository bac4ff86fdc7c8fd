//! Giving quotes, prices and fills without waiting for them, from a thread of its own.

use truebook::Discipline;

use crate::book::{book, tbk_book};
use crate::feed::Feed;
use crate::handle::Handle;
use crate::input::read;
use crate::push::{tbk_fill_push, tbk_quote_push};
use crate::status::{Failure, guard};

/// tbk_producer_open: everything is taken, in the order in which it was given.
pub const TBK_ORDERED: u32 = 0;
/// tbk_producer_open: fills come before prices, and of the prices of an instrument the newest
/// replaces one that was not taken yet.
pub const TBK_LIVE_FEED: u32 = 1;

/// How many instruments a live feed keeps the newest price of; others wait for room.
const LIVE_INSTRUMENTS: usize = 4_096;

/// Gives to a book from one thread at a time.
pub struct tbk_producer {
    _opaque: (),
}

/// Opens a producer of `book`, which must have a writer thread: TBK_ORDERED or TBK_LIVE_FEED. At
/// most 64 are open at once. What it gave is executed although it is closed.
///
/// Any thread; the producer is used by one thread at a time. Allocates.
///
/// # Safety
/// `book` is NULL or from tbk_open; `producer` is NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_producer_open(
    book: *const tbk_book,
    discipline: u32,
    producer: *mut *mut tbk_producer,
) -> i32 {
    guard(|| {
        if producer.is_null() {
            return Err(Failure::null("producer"));
        }
        let discipline = match discipline {
            TBK_ORDERED => Discipline::Ordered,
            TBK_LIVE_FEED => Discipline::Live {
                instruments: LIVE_INSTRUMENTS,
            },
            other => {
                let allowed = "TBK_ORDERED or TBK_LIVE_FEED";
                return Err(Failure::invalid("discipline", other, allowed));
            }
        };
        // SAFETY: the caller's promise.
        let own = unsafe { self::book(book) }?;
        let feed = Feed::of(own, discipline)?;
        // SAFETY: not NULL, and so a place for a pointer by the caller's promise.
        unsafe { producer.write(Handle::open(feed).cast()) };
        Ok(())
    })
}

/// Closes a producer; NULL is allowed. What it gave is executed. No other thread may be in a call
/// on it.
///
/// Any thread. Frees, and takes a lock that all handles share.
///
/// # Safety
/// `producer` is NULL or from tbk_producer_open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_producer_close(producer: *mut tbk_producer) -> i32 {
    // SAFETY: the caller's promise.
    guard(|| unsafe { Handle::<Feed>::close("producer", producer.cast()) }.map(drop))
}

/// Gives a quote, integers at the instrument's price_scale; 0 is a side that is missing, or the
/// time now. Whether it is believed shows in what is read. TBK_ERROR_FULL where there is no room:
/// nothing was given. A live feed has always room for the prices of the first 4,096 instruments.
///
/// One thread at a time for a producer. No allocation, no lock; a system call only to wake a writer
/// that sleeps.
///
/// # Safety
/// `producer` is NULL or from tbk_producer_open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_push_quote(
    producer: *mut tbk_producer,
    instrument: u32,
    bid: i64,
    ask: i64,
    ts_event: i64,
) -> i32 {
    guard(|| {
        let quote = tbk_quote_push {
            instrument,
            reserved: 0,
            bid,
            ask,
            ts_event,
        };
        // SAFETY: the caller's promise.
        unsafe { feed(producer) }?.quote(&quote)
    })
}

/// Gives a last price, as tbk_push_quote.
///
/// One thread at a time for a producer. No allocation, no lock; a system call only to wake a writer
/// that sleeps.
///
/// # Safety
/// `producer` is NULL or from tbk_producer_open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_push_price(
    producer: *mut tbk_producer,
    instrument: u32,
    last: i64,
    ts_event: i64,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let feed = unsafe { feed(producer) }?;
        feed.last(instrument, last, ts_event)
    })
}

/// Gives `count` quotes, in order; `taken` is how many were, whatever the status says: all of them
/// with TBK_OK. It may be NULL, and so may `quotes` where there are none.
///
/// One thread at a time for a producer. No allocation, no lock; a system call only to wake a writer
/// that sleeps.
///
/// # Safety
/// `producer` is NULL or from tbk_producer_open; `quotes` is NULL or points to `count`
/// quotes; `taken` is NULL or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_push_quotes(
    producer: *mut tbk_producer,
    quotes: *const tbk_quote_push,
    count: usize,
    taken: *mut usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let taken = Taken::of(taken);
            let feed = feed(producer)?;
            let all = array("quotes", quotes, count)?;
            feed.together(|feed| taken.each(all, |quote| feed.quote(quote)))
        }
    })
}

/// Gives an execution, which is booked once however often it is given. What is wrong with it beyond
/// its numbers shows as an event, not as a status. TBK_ERROR_FULL where there is no room, of either
/// discipline: nothing was given.
///
/// One thread at a time for a producer. Allocates only while more executions wait than ever did;
/// no lock; a system call only to wake a writer that sleeps.
///
/// # Safety
/// `producer` is NULL or from tbk_producer_open; `fill` is NULL or a valid struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_push_fill(
    producer: *mut tbk_producer,
    fill: *const tbk_fill_push,
) -> i32 {
    // SAFETY: the caller's promise.
    guard(|| unsafe { feed(producer)?.fill(&read("fill", fill)?) })
}

/// Gives `count` executions, in order; `taken` as for tbk_push_quotes.
///
/// One thread at a time for a producer. Allocates only while more executions wait than ever did;
/// no lock; a system call only to wake a writer that sleeps.
///
/// # Safety
/// `producer` is NULL or from tbk_producer_open; `fills` is NULL or points to `count`
/// valid structs; `taken` is NULL or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_push_fills(
    producer: *mut tbk_producer,
    fills: *const tbk_fill_push,
    count: usize,
    taken: *mut usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let taken = Taken::of(taken);
            let feed = feed(producer)?;
            let all = array("fills", fills, count)?;
            feed.together(|feed| taken.each(all, |fill| feed.fill(&read("fill", fill)?)))
        }
    })
}

/// What the handle of a producer is of.
///
/// # Safety
/// `given` is NULL or from tbk_producer_open, and nobody else uses it meanwhile.
#[inline]
unsafe fn feed<'a>(given: *mut tbk_producer) -> Result<&'a mut Feed, Failure> {
    // SAFETY: the caller's promise.
    unsafe { Handle::of_mut("producer", given.cast()) }
}

/// The `count` structs at `given`, which may be NULL where there are none: of an empty vector.
///
/// # Safety
/// `given` is NULL or points to so many.
unsafe fn array<'a, T>(what: &str, given: *const T, count: usize) -> Result<&'a [T], Failure> {
    if count == 0 {
        return Ok(&[]);
    }
    if given.is_null() {
        return Err(Failure::null(what));
    }
    // SAFETY: not NULL, and the caller's promise.
    Ok(unsafe { std::slice::from_raw_parts(given, count) })
}

/// Where it is written how many of a batch were taken; may be NULL.
struct Taken(*mut usize);

impl Taken {
    /// The place at `at`, where none were so far.
    ///
    /// # Safety
    /// `at` is NULL or a place for a number, as long as this lives.
    unsafe fn of(at: *mut usize) -> Self {
        let own = Self(at);
        own.write(0);
        own
    }

    /// Gives one after the other until one fails, and writes how many were taken.
    fn each<T>(
        &self,
        all: &[T],
        mut give: impl FnMut(&T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut count = 0;
        let mut failed = Ok(());
        for one in all {
            failed = give(one);
            if failed.is_err() {
                break;
            }
            count += 1;
        }
        self.write(count);
        failed
    }

    fn write(&self, count: usize) {
        if !self.0.is_null() {
            // SAFETY: not NULL, and so a place by the promise that made it.
            unsafe { self.0.write(count) };
        }
    }
}
