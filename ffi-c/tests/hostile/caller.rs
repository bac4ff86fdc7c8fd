//! A C program that is decoded from bytes: calls in any order, on handles that may be closed.
//!
//! 1. Every call returns a status of the header, and one that fails has a text.
//! 2. None ends with TBK_ERROR_POISONED, which is a panic that was caught.
//! 3. What was opened closes in the end.
#![allow(unsafe_code, reason = "calls as C makes them")]
#![allow(
    clippy::undocumented_unsafe_blocks,
    reason = "every pointer is NULL, a handle, or to something of its own"
)]

use std::ffi::CStr;
use std::ptr::{null, null_mut};

use truebook_c::*;

use crate::argument::Arguments;

/// How many of a kind are opened at most.
const HANDLES_MAX: usize = 6;
/// How many calls one input has at most.
const CALLS_MAX: usize = 300;
/// How many are given at once at most.
const BATCH_MAX: usize = 4;

/// Makes the calls that `bytes` decode to; how many went well, and how many did not.
pub fn run(bytes: &[u8]) -> [u64; 2] {
    let mut caller = Caller {
        of: Arguments::new(bytes),
        counts: [0; 2],
        books: Vec::new(),
        producers: Vec::new(),
        readers: Vec::new(),
        subscriptions: Vec::new(),
        views: Vec::new(),
        strategies: Vec::new(),
        minute: 0,
    };
    caller.begin();
    for _ in 0..CALLS_MAX {
        if !caller.of.goes_on() {
            break;
        }
        caller.call();
    }
    caller.end();
    caller.counts
}

struct Caller<'a> {
    of: Arguments<'a>,
    counts: [u64; 2],
    books: Vec<*mut tbk_book>,
    producers: Vec<*mut tbk_producer>,
    readers: Vec<*mut tbk_reader>,
    subscriptions: Vec<*mut tbk_subscription>,
    views: Vec<*mut tbk_view>,
    strategies: Vec<*mut tbk_strategies>,
    /// When the newest bar closed.
    minute: i64,
}

/// A struct of the interface, all 0.
fn zeroed<T>() -> T {
    // Each is valid for any bytes.
    unsafe { std::mem::zeroed() }
}

impl Caller<'_> {
    fn told(&mut self, status: i32) {
        let text = unsafe { CStr::from_ptr(tbk_last_error()) };
        assert!((TBK_ERROR_TIMED_OUT..=TBK_OK).contains(&status));
        assert_ne!(status, TBK_ERROR_POISONED, "{}", text.to_string_lossy());
        assert!(text.to_str().is_ok());
        assert!(status == TBK_OK || !text.is_empty(), "{status}");
        self.counts[usize::from(status != TBK_OK)] += 1;
    }

    /// A struct whose size is mostly right; all else is 0.
    fn sized<T>(&mut self) -> T {
        let (mut made, size) = (zeroed::<T>(), self.of.size(size_of::<T>()));
        // Every struct that is made so begins with its size.
        unsafe { (&raw mut made).cast::<u32>().write(size) };
        made
    }

    /// A book as it should be, so that calls find something.
    fn begin(&mut self) {
        let mut options: tbk_options = zeroed();
        options.size = u32::try_from(size_of::<tbk_options>()).unwrap_or(0);
        options.flags = u32::from(self.of.byte()) & (TBK_INLINE | TBK_LIVE | TBK_EVENT_CLOCK);
        let mut btc: tbk_instrument = zeroed();
        btc.size = u32::try_from(size_of::<tbk_instrument>()).unwrap_or(0);
        btc.kind = u32::from(self.of.byte()) % 3;
        (btc.symbol, btc.base, btc.quote) = (c"BTC-USD".as_ptr(), c"BTC".as_ptr(), c"USD".as_ptr());
        (btc.price_precision, btc.qty_precision) = (2, 8);
        let (mut book, mut reader, mut producer) = (null_mut(), null_mut(), null_mut());
        let usd = c"USD".as_ptr();
        unsafe {
            let opened = tbk_open(TBK_ABI_VERSION, &raw const options, &raw mut book);
            assert_eq!(opened, TBK_OK);
            assert_eq!(tbk_add_instrument(book, &raw const btc), TBK_OK);
            assert_eq!(
                tbk_deposit(book, usd, c"100000000".as_ptr(), null()),
                TBK_OK
            );
            assert_eq!(tbk_reader_open(book, &raw mut reader), TBK_OK);
            if tbk_producer_open(book, TBK_ORDERED, &raw mut producer) == TBK_OK {
                self.producers.push(producer);
            }
        }
        self.begin_strategies(book);
        self.books.push(book);
        self.readers.push(reader);
    }

    /// Closes whatever is open.
    fn end(&mut self) {
        let closed = [TBK_OK, TBK_ERROR_CLOSED];
        for book in std::mem::take(&mut self.books) {
            assert!(closed.contains(&unsafe { tbk_close(book) }));
        }
        for producer in std::mem::take(&mut self.producers) {
            assert!(closed.contains(&unsafe { tbk_producer_close(producer) }));
        }
        for reader in std::mem::take(&mut self.readers) {
            assert!(closed.contains(&unsafe { tbk_reader_close(reader) }));
        }
        for subscription in std::mem::take(&mut self.subscriptions) {
            assert!(closed.contains(&unsafe { tbk_unsubscribe(subscription) }));
        }
        for view in std::mem::take(&mut self.views) {
            assert!(closed.contains(&unsafe { tbk_view_close(view) }));
        }
        for strategies in std::mem::take(&mut self.strategies) {
            assert!(closed.contains(&unsafe { tbk_strategies_close(strategies) }));
        }
    }

    fn call(&mut self) {
        match self.of.byte() % 24 {
            0 => self.open(),
            1 => self.close(),
            2 | 3 => self.cash(),
            4 | 5 => self.fill(),
            6 => self.read(),
            7 => self.submit(),
            8 => self.order(),
            9 => self.govern(),
            10 | 11 => self.push(),
            12 => self.push_many(),
            13 => self.look(),
            14 => self.hear(),
            15 => self.view(),
            16..=18 => self.bars(),
            _ => self.trade(),
        }
    }

    /// Opens one of a kind, of which there are not too many.
    fn open(&mut self) {
        let book = self.of.handle(&self.books);
        let which = self.of.below(6);
        let count = [
            self.books.len(),
            self.producers.len(),
            self.readers.len(),
            self.subscriptions.len(),
            self.views.len(),
            self.strategies.len(),
        ];
        if count.get(which).is_none_or(|count| *count >= HANDLES_MAX) {
            return;
        }
        let mut at = null_mut::<()>();
        let place: *mut *mut () = self.of.place(&mut at);
        let status = match which {
            0 => {
                let mut options: tbk_options = self.sized();
                (options.flags, options.config) = (self.of.small(), null());
                // A writer that spins would take the core that the next call needs.
                options.wait = self.of.small().min(8) & !1;
                if self.of.rarely() {
                    (options.flags, options.config) = (u32::MAX, self.of.text());
                }
                let version = TBK_ABI_VERSION + u32::from(self.of.rarely());
                unsafe { tbk_open(version, &raw const options, place.cast()) }
            }
            1 => unsafe { tbk_producer_open(book, self.of.small(), place.cast()) },
            2 => unsafe { tbk_reader_open(book, place.cast()) },
            3 => {
                let numbers = [self.of.small(), self.of.small()];
                let mut filter: tbk_filter = self.sized();
                filter.flags = self.of.small() / 3;
                filter.overflow = self.of.small() % 2;
                (filter.kinds, filter.since) = (self.of.moment(), self.of.moment());
                (filter.instruments, filter.instrument_count) = (numbers.as_ptr(), 2);
                filter.strategy_count = self.of.small();
                let filter = self.of.place(&mut filter);
                unsafe { tbk_subscribe(book, filter, place.cast()) }
            }
            4 => {
                let (at_least, most) = (u64::from(self.of.small()), self.of.moment());
                unsafe { tbk_view_open(book, at_least, most, place.cast()) }
            }
            _ => self.compose(book, place),
        };
        self.told(status);
        if status != TBK_OK {
            assert!(at.is_null());
            return;
        }
        match which {
            0 => self.books.push(at.cast()),
            1 => self.producers.push(at.cast()),
            2 => self.readers.push(at.cast()),
            3 => self.subscriptions.push(at.cast()),
            4 => self.views.push(at.cast()),
            _ => self.strategies.push(at.cast()),
        }
    }

    /// Closes one, which stays in the list, or NULL.
    fn close(&mut self) {
        // Books are closed rarely, or there would be little else.
        let which = self.of.below(10);
        let status = match which {
            0 => unsafe { tbk_close(self.of.handle(&self.books)) },
            1 | 2 => unsafe { tbk_producer_close(self.of.handle(&self.producers)) },
            3 | 4 => unsafe { tbk_reader_close(self.of.handle(&self.readers)) },
            5 | 6 => unsafe { tbk_unsubscribe(self.of.handle(&self.subscriptions)) },
            7 => unsafe { tbk_strategies_close(self.of.handle(&self.strategies)) },
            _ => unsafe { tbk_view_close(self.of.handle(&self.views)) },
        };
        self.told(status);
    }

    fn cash(&mut self) {
        let book = self.of.handle(&self.books);
        let (a, b, c) = (self.of.text(), self.of.text(), self.of.text());
        let mut instrument: tbk_instrument = self.sized();
        let status = match self.of.below(4) {
            0 => unsafe { tbk_deposit(book, a, b, c) },
            1 => unsafe { tbk_withdraw(book, a, b, c) },
            2 => unsafe { tbk_quote(book, a, b, c, self.of.integer()) },
            _ => {
                (instrument.symbol, instrument.base, instrument.quote) = (a, b, c);
                (instrument.kind, instrument.tick) = (self.of.small(), self.of.text());
                instrument.price_precision = self.of.small();
                instrument.qty_precision = self.of.small();
                unsafe { tbk_add_instrument(book, self.of.place(&mut instrument)) }
            }
        };
        self.told(status);
    }

    fn fill(&mut self) {
        let book = self.of.handle(&self.books);
        let mut fill: tbk_fill = self.sized();
        (fill.symbol, fill.side) = (self.of.text(), self.of.small());
        (fill.qty, fill.price) = (self.of.text(), self.of.text());
        (fill.trade_id, fill.strategy) = (self.of.text(), self.of.text());
        (fill.fee, fill.fee_currency) = (self.of.text(), self.of.text());
        if !self.of.rarely() {
            (fill.symbol, fill.price) = (c"BTC-USD".as_ptr(), c"100".as_ptr());
            (fill.fee, fill.fee_currency) = (null(), null());
        }
        fill.ts_event = self.of.integer();
        if self.of.rarely() {
            (fill.account, fill.leg) = (self.of.text(), self.of.small());
        }
        let mut applied = self.sized();
        let fill = self.of.place(&mut fill);
        let applied = self.of.place(&mut applied);
        let status = unsafe { tbk_fill(book, fill, applied) };
        self.told(status);
    }
}

#[path = "trader.rs"]
mod trader;
#[path = "user.rs"]
mod user;
