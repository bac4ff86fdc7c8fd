//! The calls on a book.

use std::ffi::c_char;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use truebook::model::{InstrumentKind, InstrumentSpec};
use truebook::settings::{Mode, Settings};
use truebook::{
    Book, BookOptions, DEFAULT_ACCOUNT, Durability, DurabilityWatch, Error, Fill, Gone,
    HostOptions, Reader, Wait,
};

use crate::handle::Handle;
use crate::input::{Place, id, long_text, maybe, maybe_number, number, read, text};
use crate::record::{
    TBK_DURABILITY_OS, TBK_EVENT_CLOCK, TBK_INLINE, TBK_LIVE, TBK_WAIT_ADAPTIVE, TBK_WAIT_PARK,
    TBK_WAIT_SPIN, TBK_WAIT_YIELD, leg, side, tbk_applied, tbk_fill, tbk_instrument, tbk_options,
    tbk_portfolio, tbk_position,
};
use crate::status::{
    Failure, TBK_ABI_VERSION, TBK_ERROR_ABI_VERSION, TBK_ERROR_INVALID_VALUE, guard,
};

/// A book of record.
pub struct tbk_book {
    _opaque: (),
}

/// What a handle of a book is of.
pub(crate) struct Own {
    inner: Mutex<Book>,
    pub reader: Reader,
    pub durability: DurabilityWatch,
    pub has_event_clock: bool,
    /// Whether it runs on its callers' threads, and makes views in its calls only.
    pub is_inline: bool,
}

impl Own {
    /// The book for one call. A fork has the lock as it was, held by a thread that it has not.
    pub fn lock(&self) -> Result<MutexGuard<'_, Book>, Failure> {
        match self.reader.check() {
            Err(Gone::Forked) => Err(Error::Forked.into()),
            Ok(()) | Err(Gone::Ended) => {
                Ok(self.inner.lock().unwrap_or_else(PoisonError::into_inner))
            }
        }
    }
}

/// Opens a book. `abi_version` is TBK_ABI_VERSION; `options` may be NULL: in memory, paper mode, a
/// writer thread. Free it with tbk_close.
///
/// Any thread. Allocates, reads the files and starts the writer's thread.
///
/// # Safety
/// `options` is NULL or a valid struct, `book` is NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_open(
    abi_version: u32,
    options: *const tbk_options,
    book: *mut *mut tbk_book,
) -> i32 {
    guard(|| {
        if abi_version != TBK_ABI_VERSION {
            let why = format!("abi_version: found {abi_version}, allowed: {TBK_ABI_VERSION}");
            return Err(Failure::new(TBK_ERROR_ABI_VERSION, why));
        }
        if book.is_null() {
            return Err(Failure::null("book"));
        }
        let options = match options.is_null() {
            true => BookOptions::default(),
            // SAFETY: not NULL, and so a valid struct by the caller's promise.
            false => unsafe { open_options(options) }?,
        };
        let (has_event_clock, is_inline) = (options.has_event_clock, !options.host.threaded);
        let opened = Book::open(options)?;
        let own = Own {
            reader: opened.reader().clone(),
            durability: opened.durability(),
            has_event_clock,
            is_inline,
            inner: Mutex::new(opened),
        };
        // SAFETY: not NULL, and so a place for a pointer by the caller's promise.
        unsafe { book.write(Handle::open(Arc::new(own)).cast()) };
        Ok(())
    })
}

/// The options that the struct at `options` means.
///
/// # Safety
/// `options` points to a valid struct.
unsafe fn open_options(options: *const tbk_options) -> Result<BookOptions, Failure> {
    // SAFETY: the caller's promise; its text ends with NULs.
    let (options, path, config) = unsafe {
        let options = read("options", options)?;
        let path = maybe("path", options.path)?;
        (options, path, maybe("config", options.config)?)
    };
    let known = TBK_INLINE | TBK_LIVE | TBK_DURABILITY_OS | TBK_EVENT_CLOCK;
    if options.flags & !known != 0 {
        let allowed = "TBK_INLINE, TBK_LIVE, TBK_DURABILITY_OS, TBK_EVENT_CLOCK";
        return Err(Failure::invalid("flags", options.flags, allowed));
    }
    let wait = match options.wait {
        TBK_WAIT_ADAPTIVE => Wait::Adaptive,
        TBK_WAIT_SPIN => Wait::Spin,
        TBK_WAIT_YIELD => Wait::Yield,
        TBK_WAIT_PARK => Wait::Park,
        other => {
            let allowed = "TBK_WAIT_ADAPTIVE to TBK_WAIT_PARK";
            return Err(Failure::invalid("wait", other, allowed));
        }
    };
    let has = |flag| options.flags & flag != 0;
    let mode = has(TBK_LIVE).then_some(Mode::Live);
    let durability = has(TBK_DURABILITY_OS).then_some(Durability::Os);
    let configured = match config {
        Some(config) => {
            let settings = Settings::read(config.as_ref())
                .map_err(|error| Failure::new(TBK_ERROR_INVALID_VALUE, error.to_string()))?;
            BookOptions::configured(Some(settings), mode, durability)?
        }
        None => BookOptions {
            is_paper: mode.is_none(),
            durability: durability.unwrap_or_default(),
            ..BookOptions::default()
        },
    };
    Ok(BookOptions {
        path: path.filter(|path| *path != ":memory:").map(PathBuf::from),
        has_event_clock: has(TBK_EVENT_CLOCK),
        host: HostOptions {
            threaded: !has(TBK_INLINE),
            wait,
            core: options.pin.checked_sub(1).map(|core| core as usize),
            ..HostOptions::default()
        },
        ..configured
    })
}

/// Keeps everything, ends the writer and frees the book; NULL is allowed. No other thread may be in
/// a call on it. The book is freed whatever the status says. What was opened of it stays until it
/// is closed itself.
///
/// Any thread. Takes locks, and waits for the writer and the disk.
///
/// # Safety
/// `book` is NULL or from tbk_open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_close(book: *mut tbk_book) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        match unsafe { Handle::<Arc<Own>>::close("book", book.cast()) }? {
            Some(own) => close(own),
            None => Ok(()),
        }
    })
}

fn close(own: Arc<Own>) -> Result<(), Failure> {
    let forked = match own.lock() {
        Ok(mut book) => return Ok(book.close()?),
        Err(forked) => forked,
    };
    // A thread that the fork has not may have been in the middle of changing it.
    std::mem::forget(own);
    Err(forked)
}

/// Registers an instrument; a repeat with the same properties changes nothing.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or open; `instrument` is NULL or a valid struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_add_instrument(
    book: *mut tbk_book,
    instrument: *const tbk_instrument,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise; the struct's text ends with NULs.
        let spec = unsafe {
            let given = read("instrument", instrument)?;
            let precision = |what, found: u32| {
                u8::try_from(found).map_err(|_| Failure::invalid(what, found, "0 to 18"))
            };
            InstrumentSpec {
                symbol: id("symbol", given.symbol)?,
                kind: *usize::try_from(given.kind)
                    .ok()
                    .and_then(|kind| InstrumentKind::ALL.get(kind))
                    .ok_or_else(|| Failure::invalid("kind", given.kind, "TBK_SPOT to TBK_FX"))?,
                base: id("base", given.base)?,
                quote: id("quote", given.quote)?,
                price_precision: precision("price_precision", given.price_precision)?,
                qty_precision: precision("qty_precision", given.qty_precision)?,
                tick: maybe_number("tick", given.tick)?,
                lot: maybe_number("lot", given.lot)?,
                min_notional: maybe_number("min_notional", given.min_notional)?,
                maker_fee_pct: maybe_number("maker_fee_pct", given.maker_fee_pct)?,
                taker_fee_pct: maybe_number("taker_fee_pct", given.taker_fee_pct)?,
                multiplier: maybe_number("multiplier", given.multiplier)?,
                leverage: maybe_number("leverage", given.leverage)?,
                ..InstrumentSpec::default()
            }
        };
        // SAFETY: the caller's promise.
        unsafe { with(book, |book| book.add_instrument(spec)) }.map(drop)
    })
}

/// Takes a quote; a side that is NULL is missing. `ts_event` is in nanoseconds since the epoch, 0
/// is now. A price that is refused (crossed, out of band) leaves the last one.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or open; `symbol`, `bid` and `ask` are NULL or end with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_quote(
    book: *mut tbk_book,
    symbol: *const c_char,
    bid: *const c_char,
    ask: *const c_char,
    ts_event: i64,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let symbol = text("symbol", symbol)?;
            let sides = (maybe_number("bid", bid)?, maybe_number("ask", ask)?);
            with(book, |book| book.quote(symbol, sides, time(ts_event)))
        }
    })
}

/// Books an execution, once however often it is reported. `applied` may be NULL.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or open; `fill` and `applied` are NULL or valid structs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_fill(
    book: *mut tbk_book,
    fill: *const tbk_fill,
    applied: *mut tbk_applied,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise; the struct's text ends with NULs.
        unsafe {
            let place = Place::maybe("applied", applied)?;
            let given = read("fill", fill)?;
            let (side, leg) = (side(given.side)?, leg(given.leg)?);
            let fee = maybe_number("fee", given.fee)?;
            let fee_currency = maybe("fee_currency", given.fee_currency)?;
            let account = maybe("account", given.account)?;
            let fill = Fill {
                account: account.unwrap_or(DEFAULT_ACCOUNT),
                leg,
                qty: number("qty", given.qty)?,
                price: number("price", given.price)?,
                trade_id: maybe("trade_id", given.trade_id)?,
                client_order_id: maybe("client_order_id", given.client_order_id)?,
                venue_order_id: maybe("venue_order_id", given.venue_order_id)?,
                strategy: maybe("strategy", given.strategy)?,
                fees: fee.map(|fee| (fee, fee_currency)).into_iter().collect(),
                ts_event: time(given.ts_event),
                ..Fill::new(text("symbol", given.symbol)?, side)
            };
            let booked = with(book, |book| book.fill(&fill))?;
            if let Some(place) = place {
                place.fill(&booked.into());
            }
            Ok(())
        }
    })
}

/// Reads a position: of one strategy, or with NULL the account's net. Set `position->size` first.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or open; text is NULL or NUL-terminated; `position` is NULL or a
/// struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_position(
    book: *const tbk_book,
    symbol: *const c_char,
    strategy: *const c_char,
    position: *mut tbk_position,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let place = Place::new("position", position)?;
            let symbol = text("symbol", symbol)?;
            let strategy = maybe("strategy", strategy)?;
            let found = with(book, |book| {
                book.position((DEFAULT_ACCOUNT, symbol), strategy)
            })?;
            place.fill(&(&found).into());
            Ok(())
        }
    })
}

/// Reads what the book adds up to. Set `portfolio->size` first.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or open; `portfolio` is NULL or a valid struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_portfolio(
    book: *const tbk_book,
    portfolio: *mut tbk_portfolio,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let place = Place::new("portfolio", portfolio)?;
            let found = with(book, Book::portfolio)?;
            place.fill(&(&found).into());
            Ok(())
        }
    })
}

/// Calls the method called `name`, one of the Python package's, with `args`, the text of a JSON
/// object of its keywords; NULL is none. Writes what it returns as JSON text and a NUL into the
/// `size` bytes at `result`, cut off where they are too few; `result` may be NULL. tbk_last_text
/// has the whole.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or open; text is NULL or NUL-terminated; `result` NULL or `size`
/// bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_call(
    book: *mut tbk_book,
    name: *const c_char,
    args: *const c_char,
    result: *mut c_char,
    size: usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let said = unsafe {
            let name = text("name", name)?;
            let args = long_text("args", args)?;
            with(book, |book| {
                book.call_by_name(name, args.unwrap_or_default())
            })?
        };
        // SAFETY: the caller's promise.
        unsafe { crate::text::give(said, result, size) };
        Ok(())
    })
}

/// The book that `given` is.
///
/// # Safety
/// `given` is NULL or from tbk_open, and is not closed meanwhile.
pub(crate) unsafe fn book<'a>(given: *const tbk_book) -> Result<&'a Arc<Own>, Failure> {
    // SAFETY: the caller's promise.
    unsafe { Handle::of("book", given.cast()) }
}

/// Runs `call` on the book that `book` points to.
///
/// # Safety
/// `book` is NULL or open.
unsafe fn with<T>(
    book: *const tbk_book,
    call: impl FnOnce(&mut Book) -> Result<T, Error>,
) -> Result<T, Failure> {
    // SAFETY: the caller's promise; a NULL is refused.
    let mut inner = unsafe { self::book(book) }?.lock()?;
    Ok(call(&mut inner)?)
}

pub(crate) fn time(ts_event: i64) -> Option<i64> {
    (ts_event != 0).then_some(ts_event)
}
