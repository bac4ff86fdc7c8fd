//! Cash that moves, and what there is of it.

use std::ffi::c_char;

use truebook::{BalanceRecord, Cash, DEFAULT_ACCOUNT};

use crate::book::{book, tbk_book};
use crate::decimal::tbk_decimal;
use crate::input::{Place, Sized32, maybe, number, text};
use crate::record::size_u32;
use crate::status::guard;

/// A balance: total = free + in_orders + in_margin.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_balance {
    /// sizeof(struct tbk_balance).
    pub size: u32,
    /// 0.
    pub reserved: u32,
    /// Everything.
    pub total: tbk_decimal,
    /// What is not locked.
    pub free: tbk_decimal,
    /// What open orders lock.
    pub in_orders: tbk_decimal,
    /// What positions lock as margin.
    pub in_margin: tbk_decimal,
    /// What the venue last said the total is; absent where it said nothing.
    pub stated: tbk_decimal,
}

// SAFETY: plain C data that begins with a u32 size, valid for any bytes.
unsafe impl Sized32 for tbk_balance {}

/// Books cash that came in; a repeat of `id` is booked once, NULL is a deposit of its own.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or from tbk_open; `currency`, `amount` and `id` are NULL or end with
/// a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_deposit(
    book: *mut tbk_book,
    currency: *const c_char,
    amount: *const c_char,
    id: *const c_char,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let cash = cash(currency, amount, id)?;
            self::book(book)?.lock()?.deposit(&cash)?;
        }
        Ok(())
    })
}

/// Books cash that went out, as tbk_deposit.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or from tbk_open; `currency`, `amount` and `id` are NULL or end with
/// a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_withdraw(
    book: *mut tbk_book,
    currency: *const c_char,
    amount: *const c_char,
    id: *const c_char,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let cash = cash(currency, amount, id)?;
            self::book(book)?.lock()?.withdraw(&cash)?;
        }
        Ok(())
    })
}

/// Reads a balance; 0 where nothing was booked. `account` NULL is "default". Set `balance->size`
/// first.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or from tbk_open; `account` and `currency` are NULL or end with a
/// NUL; `balance` is NULL or a struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_read_balance(
    book: *const tbk_book,
    account: *const c_char,
    currency: *const c_char,
    balance: *mut tbk_balance,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let place = Place::new("balance", balance)?;
            let account = maybe("account", account)?.unwrap_or(DEFAULT_ACCOUNT);
            let currency = text("currency", currency)?;
            let found = self::book(book)?.lock()?.balance(account, currency)?;
            place.fill(&found.into());
        }
        Ok(())
    })
}

/// The cash that is meant.
///
/// # Safety
/// The text is NULL or ends with a NUL, and stays unchanged for `'a`.
unsafe fn cash<'a>(
    currency: *const c_char,
    amount: *const c_char,
    id: *const c_char,
) -> Result<Cash<'a>, crate::status::Failure> {
    // SAFETY: the caller's promise.
    unsafe {
        let (currency, amount) = (text("currency", currency)?, number("amount", amount)?);
        let id = maybe("id", id)?;
        Ok(Cash {
            id,
            ..Cash::new(currency, amount)
        })
    }
}

impl From<BalanceRecord> for tbk_balance {
    fn from(balance: BalanceRecord) -> Self {
        Self {
            size: size_u32::<Self>(),
            reserved: 0,
            total: balance.total.into(),
            free: balance.free.into(),
            in_orders: balance.in_orders.into(),
            in_margin: balance.in_margin.into(),
            stated: balance.stated.into(),
        }
    }
}
