//! What a call returns, and the text of the last error on this thread.

use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use truebook::Error;

/// The version of this interface; pass it to `tbk_open`.
pub const TBK_ABI_VERSION: u32 = 1;

/// Success.
pub const TBK_OK: i32 = 0;
/// The book is closed.
pub const TBK_ERROR_CLOSED: i32 = -1;
/// The writer stopped after an error of its own: open the book again.
pub const TBK_ERROR_POISONED: i32 = -2;
/// A value cannot be taken; tbk_last_error() names it and what is allowed.
pub const TBK_ERROR_INVALID_VALUE: i32 = -3;
/// No such instrument: tbk_add_instrument first.
pub const TBK_ERROR_UNKNOWN_INSTRUMENT: i32 = -4;
/// The database cannot be used.
pub const TBK_ERROR_STORE: i32 = -5;
/// A rule refused it; tbk_last_error() is the rule's name.
pub const TBK_ERROR_REFUSED: i32 = -6;
/// A pointer that must be given is NULL.
pub const TBK_ERROR_NULL: i32 = -7;
/// The header's TBK_ABI_VERSION is not this library's.
pub const TBK_ERROR_ABI_VERSION: i32 = -8;

/// No strategy, account, position or order that is looked up is called so. An order that is to be
/// changed, and that nobody knows, is a value that cannot be taken, as in every language.
pub const TBK_ERROR_UNKNOWN: i32 = -9;
/// This process was forked from the one that opened the book: it can be used there only.
pub const TBK_ERROR_FORKED: i32 = -10;
/// There is no room just now, and nothing was given: try again.
pub const TBK_ERROR_FULL: i32 = -11;
/// The operating system refused something; tbk_last_error() has its words.
pub const TBK_ERROR_SYSTEM: i32 = -12;

/// What was waited for did not come in time.
pub const TBK_ERROR_TIMED_OUT: i32 = -13;

/// Why a call failed: its status and its text.
pub(crate) struct Failure {
    pub status: i32,
    pub text: String,
}

impl Failure {
    pub fn new(status: i32, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { status, text }
    }

    pub fn invalid(what: &str, found: impl Display, allowed: &str) -> Self {
        let text = format!("{what}: found {found}, allowed: {allowed}");
        Self::new(TBK_ERROR_INVALID_VALUE, text)
    }

    pub fn null(what: &str) -> Self {
        Self::new(TBK_ERROR_NULL, format!("{what}: found NULL"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status = match &error {
            Error::Closed => TBK_ERROR_CLOSED,
            Error::Forked => TBK_ERROR_FORKED,
            Error::Refused(refusal) => return Self::new(TBK_ERROR_REFUSED, refusal.name()),
            Error::Value(_) | Error::Invalid(_) | Error::InvalidFor(..) => TBK_ERROR_INVALID_VALUE,
            Error::UnknownInstrument(_) => TBK_ERROR_UNKNOWN_INSTRUMENT,
            Error::Store(_) | Error::NotDurable(_) | Error::Undecided => TBK_ERROR_STORE,
            Error::Poisoned | _ => TBK_ERROR_POISONED,
        };
        Self::new(status, error.to_string())
    }
}

thread_local! {
    static LAST: RefCell<CString> = RefCell::new(CString::default());
}

/// Runs `body` and turns its end, by a panic too, into a status.
pub(crate) fn guard(body: impl FnOnce() -> Result<(), Failure>) -> i32 {
    let panicked = || {
        Failure::new(
            TBK_ERROR_POISONED,
            "an error inside truebook: open the book again",
        )
    };
    let ended = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| Err(panicked()));
    let Err(failure) = ended else {
        return TBK_OK;
    };
    let text = failure.text.replace('\0', " ");
    // A thread that ends has no text any more, for what is called by destructors of its own.
    let _ = LAST.try_with(|last| *last.borrow_mut() = CString::new(text).unwrap_or_default());
    failure.status
}

/// The text of the last call that failed on this thread, "" before the first. Valid until the next
/// failure on this thread. A thread that is past its own destructors has none: "".
///
/// Any thread. No allocation, no lock, no system call.
#[unsafe(no_mangle)]
pub extern "C" fn tbk_last_error() -> *const c_char {
    LAST.try_with(|last| last.borrow().as_ptr())
        .unwrap_or(c"".as_ptr())
}
