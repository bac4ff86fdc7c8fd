//! Reading without a lock: names to numbers, and the figures that the writer publishes.

use std::ffi::c_char;

use truebook::Reader;
use truebook::model::{AccountId, InstrumentId, PositionId, PositionKey, StrategyId};

use crate::book::{book, tbk_book};
use crate::handle::Handle;
use crate::input::{Place, text};
use crate::line::{tbk_instrument_info, tbk_instrument_line, tbk_position_line, tbk_totals_line};
use crate::status::{Failure, TBK_ERROR_UNKNOWN, guard};

/// In place of a number that is none: no strategy, no instrument.
pub const TBK_NONE: u32 = u32::MAX;

/// Reads a book from any number of threads, without a lock.
pub struct tbk_reader {
    _opaque: (),
}

/// Opens a reader of `book`: it sees everything that any thread has an answer for. Reads stay
/// possible after the book is closed, of what it was last.
///
/// Any thread. Allocates. Close it with tbk_reader_close.
///
/// # Safety
/// `book` is NULL or from tbk_open; `reader` is NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_reader_open(
    book: *const tbk_book,
    reader: *mut *mut tbk_reader,
) -> i32 {
    guard(|| {
        if reader.is_null() {
            return Err(Failure::null("reader"));
        }
        // SAFETY: the caller's promise.
        let opened = unsafe { self::book(book) }?.reader.clone();
        // SAFETY: not NULL, and so a place for a pointer by the caller's promise.
        unsafe { reader.write(Handle::open(opened).cast()) };
        Ok(())
    })
}

/// Closes a reader; NULL is allowed. No other thread may be in a call on it.
///
/// Any thread. Frees, and takes a lock that all handles share.
///
/// # Safety
/// `reader` is NULL or from tbk_reader_open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_reader_close(reader: *mut tbk_reader) -> i32 {
    // SAFETY: the caller's promise.
    guard(|| unsafe { Handle::<Reader>::close("reader", reader.cast()) }.map(drop))
}

/// The sequence of the newest event that is published.
///
/// Any thread. No allocation, no lock, no system call.
///
/// # Safety
/// `reader` is NULL or from tbk_reader_open; `sequence` is NULL or a place for a
/// number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_read_sequence(reader: *const tbk_reader, sequence: *mut u64) -> i32 {
    // SAFETY: the caller's promise.
    guard(|| unsafe { give("sequence", sequence, Ok(self::reader(reader)?.sequence())) })
}

/// The number of the instrument called `symbol`; it stays the same for good.
///
/// Any thread. No allocation, no lock, no system call.
///
/// # Safety
/// `reader` is NULL or from tbk_reader_open; `symbol` is NULL or ends with a NUL;
/// `instrument` is NULL or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_instrument_number(
    reader: *const tbk_reader,
    symbol: *const c_char,
    instrument: *mut u32,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let (reader, symbol) = (self::reader(reader)?, text("symbol", symbol)?);
            let found = reader.instrument_id(symbol).map(|id| id.0);
            let why = || truebook::Error::UnknownInstrument(symbol.to_owned()).into();
            give("instrument", instrument, found.ok_or_else(why))
        }
    })
}

/// The number of the strategy called `name`.
///
/// Any thread. No allocation, no lock, no system call.
///
/// # Safety
/// As tbk_instrument_number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategy_number(
    reader: *const tbk_reader,
    name: *const c_char,
    strategy: *mut u32,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let (reader, name) = (self::reader(reader)?, text("name", name)?);
            let found = reader.strategy_id(name).map(|id| u32::from(id.0));
            give(
                "strategy",
                strategy,
                found.ok_or_else(|| unknown("strategy", name)),
            )
        }
    })
}

/// The number of the account called `name`; "default" is 0.
///
/// Any thread. No allocation, no lock, no system call.
///
/// # Safety
/// As tbk_instrument_number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_account_number(
    reader: *const tbk_reader,
    name: *const c_char,
    account: *mut u32,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let (reader, name) = (self::reader(reader)?, text("name", name)?);
            let found = reader.account_id(name).map(|id| u32::from(id.0));
            give(
                "account",
                account,
                found.ok_or_else(|| unknown("account", name)),
            )
        }
    })
}

/// The number of a position: by the numbers of its account, instrument and strategy, and its leg,
/// TBK_NET where the account is not hedged. TBK_ERROR_UNKNOWN where there never was one.
///
/// Any thread. No allocation, no lock, no system call.
///
/// # Safety
/// `reader` is NULL or from tbk_reader_open; `position` is NULL or a place for a
/// number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_position_number(
    reader: *const tbk_reader,
    account: u32,
    instrument: u32,
    strategy: u32,
    leg: u32,
    position: *mut u32,
) -> i32 {
    guard(|| {
        let leg = crate::record::leg(leg)?;
        let small = |number: u32| u16::try_from(number).ok();
        let key = small(account).zip(small(strategy));
        let key = key.map(|(account, strategy)| PositionKey {
            account: AccountId(account),
            instrument: InstrumentId(instrument),
            strategy: StrategyId(strategy),
            leg,
        });
        // SAFETY: the caller's promise.
        unsafe {
            let reader = self::reader(reader)?;
            let found = key.and_then(|key| reader.position_id(&key));
            let why = || unknown("position", "a key that never had one");
            give("position", position, found.map(|id| id.0).ok_or_else(why))
        }
    })
}

/// Reads a position by its number, TBK_ERROR_INVALID_VALUE for one that nobody has. Set
/// `line->size` first.
///
/// Any thread. No allocation, no lock, no system call.
///
/// # Safety
/// `reader` is NULL or from tbk_reader_open; `line` is NULL or a struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_read_position(
    reader: *const tbk_reader,
    position: u32,
    line: *mut tbk_position_line,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let (place, reader) = (Place::new("line", line)?, self::reader(reader)?);
            let found = tbk_position_line::from(reader.position(PositionId(position)));
            if found.sequence == 0 {
                check_untouched(reader, position)?;
            }
            place.fill(&found);
        }
        Ok(())
    })
}

/// Reads the prices of an instrument by its number, TBK_ERROR_INVALID_VALUE for one that nobody
/// has. Set `line->size` first.
///
/// Any thread. No allocation, no lock, no system call.
///
/// # Safety
/// `reader` is NULL or from tbk_reader_open; `line` is NULL or a struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_read_instrument(
    reader: *const tbk_reader,
    instrument: u32,
    line: *mut tbk_instrument_line,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let (place, reader) = (Place::new("line", line)?, self::reader(reader)?);
            if instrument as usize >= reader.instrument_count() {
                return Err(unregistered("instrument", instrument));
            }
            place.fill(&reader.instrument(InstrumentId(instrument)).into());
        }
        Ok(())
    })
}

/// Reads the whole book in the reporting currency. Set `line->size` first.
///
/// Any thread. No allocation, no lock, no system call.
///
/// # Safety
/// `reader` is NULL or from tbk_reader_open; `line` is NULL or a struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_read_totals(
    reader: *const tbk_reader,
    line: *mut tbk_totals_line,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let place = Place::new("line", line)?;
            place.fill(&self::reader(reader)?.totals().into());
        }
        Ok(())
    })
}

/// What the integers of an instrument mean, by its number, TBK_ERROR_INVALID_VALUE for one that
/// nobody has. Set `info->size` first.
///
/// Any thread. No allocation, no lock, no system call.
///
/// # Safety
/// `reader` is NULL or from tbk_reader_open; `info` is NULL or a struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_read_instrument_info(
    reader: *const tbk_reader,
    instrument: u32,
    info: *mut tbk_instrument_info,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let place = Place::new("info", info)?;
            let found = self::reader(reader)?.instrument_scales(InstrumentId(instrument));
            let found = found.ok_or_else(|| unregistered("instrument", instrument))?;
            place.fill(&found.into());
        }
        Ok(())
    })
}

/// The reader that `given` is.
///
/// # Safety
/// `given` is NULL or from tbk_reader_open, and is not closed meanwhile.
#[inline]
unsafe fn reader<'a>(given: *const tbk_reader) -> Result<&'a Reader, Failure> {
    // SAFETY: the caller's promise.
    unsafe { Handle::of("reader", given.cast()) }
}

/// Writes what was found to `place`.
///
/// # Safety
/// `place` is NULL or a place for a `T`.
unsafe fn give<T>(what: &str, place: *mut T, found: Result<T, Failure>) -> Result<(), Failure> {
    if place.is_null() {
        return Err(Failure::null(what));
    }
    let found = found?;
    // SAFETY: not NULL, and so a place by the caller's promise.
    unsafe { place.write(found) };
    Ok(())
}

/// Refuses a position that nobody has; no event has changed the one with this number.
#[cold]
#[inline(never)]
fn check_untouched(reader: &Reader, position: u32) -> Result<(), Failure> {
    match reader.has_position(PositionId(position)) {
        true => Ok(()),
        false => Err(unregistered("position", position)),
    }
}

#[cold]
pub(crate) fn unregistered(what: &str, number: u32) -> Failure {
    Failure::invalid(what, number, "a registered number")
}

#[cold]
pub(crate) fn unknown(what: &str, name: &str) -> Failure {
    let text = format!("{what}: found '{name}', allowed: one that the book has");
    Failure::new(TBK_ERROR_UNKNOWN, text)
}
