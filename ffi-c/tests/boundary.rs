//! What C may do wrong: each mistake is a status with text, and nothing is written.
#![allow(unsafe_code, reason = "calls as C makes them")]
#![allow(clippy::unwrap_used, reason = "in a test")]

use std::ffi::{CStr, c_char};
use std::ptr::{null, null_mut};
use std::sync::atomic::AtomicI32;
use std::sync::atomic::Ordering::Relaxed;

use truebook_c::*;

fn said() -> String {
    // SAFETY: the library's text ends with a NUL and is copied before the next call.
    unsafe { CStr::from_ptr(tbk_last_error()) }
        .to_str()
        .unwrap()
        .to_owned()
}

fn open() -> *mut tbk_book {
    let mut book = null_mut();
    // SAFETY: NULL options are allowed, and the place is ours.
    let status = unsafe { tbk_open(TBK_ABI_VERSION, null(), &raw mut book) };
    assert_eq!(status, TBK_OK);
    book
}

fn zeroed<T>() -> T {
    // SAFETY: used for the structs of the interface only, which take any bytes.
    unsafe { std::mem::zeroed() }
}

fn size<T>() -> u32 {
    u32::try_from(size_of::<T>()).unwrap()
}

#[test]
fn null_for_every_pointer_is_a_status() {
    let book = open();
    let text = c"USD".as_ptr();
    // SAFETY: every NULL is a case that the interface allows and refuses.
    unsafe {
        for status in [
            tbk_open(TBK_ABI_VERSION, null(), null_mut()),
            tbk_add_instrument(null_mut(), null()),
            tbk_add_instrument(book, null()),
            tbk_deposit(null_mut(), text, c"1".as_ptr(), null()),
            tbk_deposit(book, null(), c"1".as_ptr(), null()),
            tbk_deposit(book, text, null(), null()),
            tbk_quote(book, null(), null(), null(), 0),
            tbk_fill(book, null(), null_mut()),
            tbk_position(book, text, null(), null_mut()),
            tbk_portfolio(book, null_mut()),
            tbk_portfolio(null_mut(), null_mut()),
            tbk_decimal_text(null(), null_mut(), 0),
        ] {
            assert_eq!(status, TBK_ERROR_NULL);
            assert!(said().ends_with("found NULL"), "{}", said());
        }
        assert_eq!(tbk_close(null_mut()), TBK_OK);
        assert_eq!(tbk_close(book), TBK_OK);
    }
}

#[test]
fn another_abi_version_is_refused_with_ours() {
    let mut book = null_mut();
    // SAFETY: NULL options are allowed, and the place is ours.
    let status = unsafe { tbk_open(7, null(), &raw mut book) };
    assert_eq!(status, TBK_ERROR_ABI_VERSION);
    assert_eq!(said(), "abi_version: found 7, allowed: 1");
    assert!(book.is_null());
}

#[test]
fn a_size_that_is_none_is_refused_and_nothing_is_written() {
    let book = open();
    for wrong in [0, 4, 1 << 20] {
        let mut portfolio: tbk_portfolio = zeroed();
        portfolio.size = wrong;
        // SAFETY: the size is refused before anything is written.
        let status = unsafe { tbk_portfolio(book, &raw mut portfolio) };
        assert_eq!(status, TBK_ERROR_INVALID_VALUE);
        assert!(said().starts_with("portfolio.size: found"), "{}", said());
    }
    // SAFETY: opened above, closed once.
    assert_eq!(unsafe { tbk_close(book) }, TBK_OK);
}

#[test]
fn an_older_callers_struct_is_filled_as_far_as_it_goes() {
    let book = open();
    let mut portfolio: tbk_portfolio = zeroed();
    portfolio.active = 77;
    portfolio.size = 16;
    // SAFETY: the struct is larger than its size says.
    assert_eq!(unsafe { tbk_portfolio(book, &raw mut portfolio) }, TBK_OK);
    assert!(portfolio.sequence > 0);
    assert_eq!((portfolio.size, portfolio.active), (16, 77));
    // SAFETY: opened above, closed once.
    assert_eq!(unsafe { tbk_close(book) }, TBK_OK);
}

#[test]
fn what_was_cut_off_is_there_whole() {
    let book = open();
    let (mut cut, mut whole, mut length): ([c_char; 4], _, _) = ([0; 4], null(), 0);
    // SAFETY: every place is ours, and every text ends with a NUL.
    unsafe {
        let name = c"set_state".as_ptr();
        let args = c"{\"key\":\"k\",\"value\":\"löng enough\"}".as_ptr();
        assert_eq!(tbk_call(book, name, args, null_mut(), 0), TBK_OK);
        let (name, args) = (c"state".as_ptr(), c"{\"key\":\"k\"}".as_ptr());
        let status = tbk_call(book, name, args, cut.as_mut_ptr(), cut.len());
        assert_eq!(status, TBK_OK);
        assert_eq!(tbk_last_text(&raw mut whole, &raw mut length), TBK_OK);
        let (cut, whole) = (CStr::from_ptr(cut.as_ptr()), CStr::from_ptr(whole));
        assert_eq!(whole.to_str(), Ok("\"löng enough\""));
        assert_eq!((cut.to_str(), length), (Ok("\"l"), 14));
        assert_eq!(tbk_last_text(null_mut(), &raw mut length), TBK_ERROR_NULL);
        assert_eq!(tbk_close(book), TBK_OK);
    }
}

#[test]
fn every_function_says_which_threads_may_call_it_and_what_it_costs() {
    let header = include_str!("../../include/truebook.h");
    let (mut said, mut count) = (String::new(), 0);
    for line in header.lines() {
        if line.starts_with("//") {
            said.push_str(line);
        } else if line.contains(" tbk_") || line.contains(" *tbk_") {
            if !line.starts_with(['#', ' ', '}']) && line.contains('(') && !said.is_empty() {
                let costs = ["llocat", "lock", "system call", "waits", "Frees"];
                assert!(said.contains("thread"), "{line}");
                assert!(costs.iter().any(|cost| said.contains(cost)), "{line}");
                count += 1;
            }
            said.clear();
        } else {
            said.clear();
        }
    }
    assert!(count > 50, "{count}");
}

/// Calls that fail when its thread ends, after the library has let go of its text.
struct Late;

impl Drop for Late {
    fn drop(&mut self) {
        let mut whole = null();
        // SAFETY: every NULL is a case that the interface allows and refuses; the place is ours.
        unsafe {
            LATE.store(tbk_portfolio(null_mut(), null_mut()), Relaxed);
            assert_eq!(*tbk_last_error(), 0);
            assert_eq!(tbk_last_text(&raw mut whole, null_mut()), TBK_OK);
            assert_eq!(*whole, 0);
        }
    }
}

static LATE: AtomicI32 = AtomicI32::new(TBK_OK);

#[test]
fn a_call_of_a_thread_that_ends_is_a_status() {
    thread_local!(static LAST: Late = const { Late });
    let ended = std::thread::spawn(|| {
        // What is registered last is destroyed first.
        LAST.with(|_| ());
        // SAFETY: as above.
        unsafe { tbk_portfolio(null_mut(), null_mut()) }
    });
    assert_eq!(ended.join().unwrap(), TBK_ERROR_NULL);
    assert_eq!(LATE.load(Relaxed), TBK_ERROR_NULL);
}

#[test]
fn wrong_values_are_named_with_what_is_allowed() {
    let book = open();
    let mut fill: tbk_fill = zeroed();
    fill.size = size::<tbk_fill>();
    fill.symbol = c"BTC-USD".as_ptr();
    fill.qty = c"1".as_ptr();
    fill.price = c"1".as_ptr();
    fill.trade_id = c"t".as_ptr();
    let bad: [u8; 2] = [0xff, 0];
    let mut text: [c_char; 2] = [0; 2];
    let value = tbk_decimal {
        high: 0,
        low: 1234,
        scale: 2,
        is_present: 1,
    };
    // SAFETY: every struct is whole and every text ends with a NUL.
    unsafe {
        assert_eq!(
            tbk_fill(book, &raw const fill, null_mut()),
            TBK_ERROR_INVALID_VALUE
        );
        assert_eq!(said(), "side: found 0, allowed: TBK_BUY or TBK_SELL");
        fill.side = TBK_BUY;
        assert_eq!(
            tbk_fill(book, &raw const fill, null_mut()),
            TBK_ERROR_UNKNOWN_INSTRUMENT
        );
        let amount = c"NaN".as_ptr();
        let status = tbk_deposit(book, c"USD".as_ptr(), amount, null());
        assert_eq!(status, TBK_ERROR_INVALID_VALUE);
        assert!(said().starts_with("amount: found 'NaN'"), "{}", said());
        let status = tbk_deposit(book, bad.as_ptr().cast(), c"1".as_ptr(), null());
        assert_eq!(status, TBK_ERROR_INVALID_VALUE);
        let status = tbk_decimal_text(&raw const value, text.as_mut_ptr(), text.len());
        assert_eq!((status, text), (TBK_ERROR_INVALID_VALUE, [0; 2]));
        assert_eq!(tbk_close(book), TBK_OK);
    }
}

#[test]
fn a_reserved_member_that_says_something_is_refused() {
    let mut options: tbk_options = zeroed();
    options.size = size::<tbk_options>();
    options.reserved[5] = 1;
    let mut book = null_mut();
    // SAFETY: pointers to what lives here, as the interface asks.
    unsafe {
        let status = tbk_open(TBK_ABI_VERSION, &options, &mut book);
        assert_eq!(status, TBK_ERROR_INVALID_VALUE);
    }
    assert_eq!(said(), "options.reserved: found not 0, allowed: 0");
    assert!(book.is_null());
}
