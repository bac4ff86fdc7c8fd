//! Closed bars and public trades that are given to a book.

use std::ffi::c_char;

use truebook::BarReport;

use crate::book::{book, tbk_book, time};
use crate::input::{Place, Sized32, number, read, text};
use crate::record::tbk_applied;
use crate::status::guard;

/// A bar that has closed. Numbers are decimal text.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_bar {
    /// sizeof(struct tbk_bar).
    pub size: u32,
    /// 0.
    pub flags: u32,
    /// Of what.
    pub symbol: *const c_char,
    /// How long it is, as its source calls it: "1m", "1h".
    pub timeframe: *const c_char,
    /// When it opened, nanoseconds since the epoch.
    pub ts_open: i64,
    /// When it closed, nanoseconds since the epoch.
    pub ts_close: i64,
    /// The first price.
    pub open: *const c_char,
    /// The highest price.
    pub high: *const c_char,
    /// The lowest price.
    pub low: *const c_char,
    /// The last price.
    pub close: *const c_char,
    /// The quantity traded.
    pub volume: *const c_char,
    /// 0.
    pub reserved: [u64; 4],
}

// SAFETY: plain C data that begins with a u32 size, valid for any bytes.
unsafe impl Sized32 for tbk_bar {
    fn is_reserved_used(&self) -> bool {
        self.reserved.iter().any(|word| *word != 0)
    }
}

/// Records a bar that has closed; one of the same symbol, timeframe and opening replaces it in the
/// history. `applied` may be NULL.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or from tbk_open; `bar` and `applied` are NULL or valid structs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_bar(
    book: *mut tbk_book,
    bar: *const tbk_bar,
    applied: *mut tbk_applied,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise; the struct's text ends with NULs.
        unsafe {
            let place = Place::maybe("applied", applied)?;
            let given = read("bar", bar)?;
            let report = BarReport {
                symbol: text("symbol", given.symbol)?,
                timeframe: text("timeframe", given.timeframe)?,
                span: (given.ts_open, given.ts_close),
                ohlc: [
                    number("open", given.open)?,
                    number("high", given.high)?,
                    number("low", given.low)?,
                    number("close", given.close)?,
                ],
                volume: number("volume", given.volume)?,
            };
            let recorded = self::book(book)?.lock()?.bar(&report)?;
            if let Some(place) = place {
                place.fill(&recorded.into());
            }
            Ok(())
        }
    })
}

/// Takes a public trade: its price is the last one, and bars that the configuration makes of trades
/// have it. `ts_event` is in nanoseconds since the epoch, 0 is now. A price that is refused (out of
/// band) leaves the last one.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or from tbk_open; `symbol`, `price` and `qty` are NULL or end with a
/// NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_trade_print(
    book: *mut tbk_book,
    symbol: *const c_char,
    price: *const c_char,
    qty: *const c_char,
    ts_event: i64,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let symbol = text("symbol", symbol)?;
            let print = (number("price", price)?, number("qty", qty)?);
            let mut own = self::book(book)?.lock()?;
            own.trade_print(symbol, print, time(ts_event))?;
        }
        Ok(())
    })
}
