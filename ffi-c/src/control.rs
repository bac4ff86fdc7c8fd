//! What governs a book, and how it does.

use std::ffi::c_char;
use std::time::Duration;

use truebook::TradingState;

use crate::book::{book, tbk_book};
use crate::input::{Place, Sized32, text, write_text};
use crate::record::size_u32;
use crate::status::{Failure, guard};

/// Every order is taken that passes its checks.
pub const TBK_ACTIVE: u32 = 0;
/// Only orders that reduce are taken.
pub const TBK_REDUCING: u32 = 1;
/// No order is taken.
pub const TBK_HALTED: u32 = 2;

/// How a book does; each figure is of a moment of its own.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_status {
    /// sizeof(struct tbk_status).
    pub size: u32,
    /// 1 while the writer runs.
    pub is_running: u32,
    /// TBK_ACTIVE, TBK_REDUCING or TBK_HALTED.
    pub trading_state: u32,
    /// Orders of unknown fate since the book was opened.
    pub unresolved: u32,
    /// The newest event.
    pub sequence: u64,
    /// How many changes were published, prices included, in this process.
    pub version: u64,
    /// The newest event that survives; 0 without a database.
    pub durable_sequence: u64,
    /// The event up to which the history tables stand; 0 without a database.
    pub tables_sequence: u64,
    /// Bytes of events that wait in memory because the disk refuses.
    pub backlog_bytes: u64,
    /// 0.
    pub reserved: [u64; 8],
}

// SAFETY: plain C data that begins with a u32 size, valid for any bytes.
unsafe impl Sized32 for tbk_status {}

/// Changes what trading is allowed: `state` is TBK_ACTIVE, TBK_REDUCING or TBK_HALTED.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or from tbk_open; `reason` is NULL or ends with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_set_trading_state(
    book: *mut tbk_book,
    state: u32,
    reason: *const c_char,
) -> i32 {
    guard(|| {
        let state = match state {
            TBK_ACTIVE => TradingState::Active,
            TBK_REDUCING => TradingState::Reducing,
            TBK_HALTED => TradingState::Halted,
            other => {
                let allowed = "TBK_ACTIVE, TBK_REDUCING or TBK_HALTED";
                return Err(Failure::invalid("state", other, allowed));
            }
        };
        // SAFETY: the caller's promise.
        unsafe {
            let reason = text("reason", reason)?;
            self::book(book)?.lock()?.set_trading_state(state, reason)?;
        }
        Ok(())
    })
}

/// Waits at most `timeout_ns` nanoseconds until `sequence` is durable; `is_durable` is 1 when it
/// is.
///
/// Any thread. No lock of the book: others call it meanwhile.
///
/// # Safety
/// `book` is NULL or from tbk_open; `is_durable` is NULL or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_wait_durable(
    book: *const tbk_book,
    sequence: u64,
    timeout_ns: u64,
    is_durable: *mut i32,
) -> i32 {
    guard(|| {
        if is_durable.is_null() {
            return Err(Failure::null("is_durable"));
        }
        // SAFETY: the caller's promise.
        let own = unsafe { self::book(book) }?;
        let found = own
            .durability
            .wait(sequence, Duration::from_nanos(timeout_ns))?;
        // SAFETY: not NULL, and so a place by the caller's promise.
        unsafe { is_durable.write(i32::from(found)) };
        Ok(())
    })
}

/// How a book does. Set `status->size` first. What the disk last refused is written with a NUL into
/// the `error_size` bytes at `store_error`, cut off where they are too few, "" while it refuses
/// nothing; it may be NULL.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or from tbk_open; `status` is NULL or a struct; `store_error` is NULL
/// or has `error_size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_read_status(
    book: *const tbk_book,
    status: *mut tbk_status,
    store_error: *mut c_char,
    error_size: usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let (own, place) = unsafe { (self::book(book)?, Place::new("status", status)?) };
        let (trading_state, unresolved) = own.lock()?.ask(|state| {
            let count = state.unresolved().count();
            (
                state.trading_state,
                u32::try_from(count).unwrap_or(u32::MAX),
            )
        })?;
        let (engine, store) = (own.reader.status(), own.durability.store());
        place.fill(&tbk_status {
            size: size_u32::<tbk_status>(),
            is_running: u32::from(engine.is_running),
            trading_state: match trading_state {
                TradingState::Active => TBK_ACTIVE,
                TradingState::Reducing => TBK_REDUCING,
                TradingState::Halted => TBK_HALTED,
            },
            unresolved,
            sequence: engine.sequence,
            version: engine.version,
            durable_sequence: own.durability.sequence(),
            tables_sequence: own.durability.tables_sequence(),
            backlog_bytes: store.backlog_bytes,
            reserved: [0; 8],
        });
        let error = store.error.unwrap_or_default();
        // SAFETY: the caller's promise.
        unsafe { write_text(&error, store_error, error_size) };
        Ok(())
    })
}
