//! Text that a call gives, which may be longer than the place for it.

use std::cell::RefCell;
use std::ffi::{CString, c_char};

use crate::input::write_text;
use crate::status::{Failure, guard};

thread_local! {
    static LAST: RefCell<CString> = RefCell::new(CString::default());
}

/// Writes `said` and a NUL into the `size` bytes at `text`, cut off where they are too few, and
/// keeps the whole for tbk_last_text.
///
/// # Safety
/// `text` is NULL or points to `size` writable bytes.
pub(crate) unsafe fn give(said: String, text: *mut c_char, size: usize) {
    // SAFETY: the caller's promise.
    unsafe { write_text(&said, text, size) };
    // Neither JSON nor a name has a NUL inside.
    let said = CString::new(said).unwrap_or_default();
    let _ = LAST.try_with(|last| *last.borrow_mut() = said);
}

/// The whole text that the last call on this thread gave that names this one (tbk_call,
/// tbk_poll_json), where its place was too small or NULL; "" before the first. Valid until the next
/// of them on this thread. `length` is how many bytes it has without its NUL; it may be NULL.
///
/// Any thread. No allocation, no lock, no system call.
///
/// # Safety
/// `text` is NULL or a place for a pointer; `length` is NULL or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_last_text(text: *mut *const c_char, length: *mut usize) -> i32 {
    guard(|| {
        if text.is_null() {
            return Err(Failure::null("text"));
        }
        let found = LAST.try_with(|last| {
            let last = last.borrow();
            (last.as_ptr(), last.as_bytes().len())
        });
        // A thread that ends has no text any more.
        let (last, bytes) = found.unwrap_or((c"".as_ptr(), 0));
        // SAFETY: each is written only where it is not NULL, and so a place by the promise.
        unsafe {
            text.write(last);
            if !length.is_null() {
                length.write(bytes);
            }
        }
        Ok(())
    })
}
