//! What C gives us: text, structs with their size, and places for results.

use std::ffi::{CStr, c_char};

use truebook::model::{Fixed, Id};

use crate::status::{Failure, TBK_ERROR_INVALID_VALUE};

/// How long a parameter's text may be, in bytes.
const TEXT_MAX: usize = 4_096;
/// How long an object of arguments may be, in bytes.
const LONG_TEXT_MAX: usize = 1 << 20;

/// A struct of the interface: plain data that begins with its own size.
///
/// # Safety
/// The type is `repr(C)`, begins with a `u32` size in bytes, and is valid for any bytes.
pub(crate) unsafe trait Sized32: Copy {
    /// Whether a member that is reserved says something: it may mean something later.
    fn is_reserved_used(&self) -> bool {
        false
    }
}

/// Reads the struct at `given`, as far as its size says; what an older caller lacks is 0.
///
/// # Safety
/// `given` is NULL or points to as many readable bytes as the size that it begins with.
pub(crate) unsafe fn read<T: Sized32>(what: &str, given: *const T) -> Result<T, Failure> {
    if given.is_null() {
        return Err(Failure::null(what));
    }
    // SAFETY: the struct begins with its size, and the caller's promise.
    let size = unsafe { given.cast::<u32>().read() };
    let size = checked_size::<T>(what, size)?;
    let mut taken = std::mem::MaybeUninit::<T>::zeroed();
    // SAFETY: `size` bytes are readable by the promise and fit in `taken`; any bytes are a `T`.
    let taken = unsafe {
        let to = taken.as_mut_ptr().cast::<u8>();
        std::ptr::copy_nonoverlapping(given.cast::<u8>(), to, size);
        taken.assume_init()
    };
    match taken.is_reserved_used() {
        true => Err(Failure::invalid(&format!("{what}.reserved"), "not 0", "0")),
        false => Ok(taken),
    }
}

/// A place for a result, checked before the work is done so that nothing fails after it.
pub(crate) struct Place<T> {
    at: *mut T,
    /// The size that the caller said, and as much of it as is known.
    found: u32,
    size: usize,
}

impl<T: Sized32> Place<T> {
    /// The place at `at`.
    ///
    /// # Safety
    /// `at` is NULL or points to as many writable bytes as the size that it begins with, until
    /// [`Place::fill`].
    #[inline]
    pub unsafe fn new(what: &str, at: *mut T) -> Result<Self, Failure> {
        if at.is_null() {
            return Err(Failure::null(what));
        }
        // SAFETY: the struct begins with its size, and the caller's promise.
        let found = unsafe { at.cast::<u32>().read() };
        let size = checked_size::<T>(what, found)?;
        Ok(Self { at, found, size })
    }

    /// The place at `at`; `None` where it is NULL.
    ///
    /// # Safety
    /// As [`Place::new`].
    pub unsafe fn maybe(what: &str, at: *mut T) -> Result<Option<Self>, Failure> {
        match at.is_null() {
            true => Ok(None),
            // SAFETY: the caller's promise.
            false => unsafe { Self::new(what, at) }.map(Some),
        }
    }

    /// Writes `value` behind the size.
    #[inline]
    pub fn fill(self, value: &T) {
        if self.size == size_of::<T>() {
            // SAFETY: `new` was promised so many writable bytes; a copy of known length is faster.
            unsafe {
                self.at.write(*value);
                self.at.cast::<u32>().write(self.found);
            }
            return;
        }
        let skip = size_of::<u32>();
        // SAFETY: `new` was promised `size` writable bytes, and checked that they are within `T`.
        unsafe {
            let from = std::ptr::from_ref(value).cast::<u8>().add(skip);
            let to = self.at.cast::<u8>().add(skip);
            std::ptr::copy_nonoverlapping(from, to, self.size - skip);
        }
    }
}

#[inline]
fn checked_size<T>(what: &str, size: u32) -> Result<usize, Failure> {
    let (found, known) = (size as usize, size_of::<T>());
    if found < 2 * size_of::<u32>() || found > 16 * known {
        let text = format!("{what}.size: found {found}, allowed: sizeof(*{what})");
        return Err(Failure::new(TBK_ERROR_INVALID_VALUE, text));
    }
    Ok(found.min(known))
}

/// `text` as bytes that end with a NUL, cut off where they are too few.
pub(crate) fn inline<const N: usize>(text: &str) -> [c_char; N] {
    let mut made = [0; N];
    for (to, from) in made.iter_mut().take(N.saturating_sub(1)).zip(text.bytes()) {
        *to = from.cast_signed();
    }
    made
}

/// Writes `said` and a NUL into the `size` bytes at `text`, cut off before a character for which
/// they are too few.
///
/// # Safety
/// `text` is NULL or points to `size` writable bytes.
pub(crate) unsafe fn write_text(said: &str, text: *mut c_char, size: usize) {
    let mut length = said.len().min(size.saturating_sub(1));
    while !said.is_char_boundary(length) {
        length -= 1;
    }
    if !text.is_null() && size > 0 {
        // SAFETY: `length` and the NUL are within the `size` bytes of the caller's promise.
        unsafe {
            std::ptr::copy_nonoverlapping(said.as_ptr(), text.cast::<u8>(), length);
            text.add(length).write(0);
        }
    }
}

/// Text that may be NULL.
///
/// # Safety
/// `text` is NULL or ends with a NUL, and stays unchanged for `'a`.
pub(crate) unsafe fn maybe<'a>(
    what: &str,
    text: *const c_char,
) -> Result<Option<&'a str>, Failure> {
    // SAFETY: the caller's promise is the same.
    unsafe { bounded(what, text, TEXT_MAX) }
}

/// Text that may be NULL and long: a whole object of arguments.
///
/// # Safety
/// As [`maybe`].
pub(crate) unsafe fn long_text<'a>(
    what: &str,
    text: *const c_char,
) -> Result<Option<&'a str>, Failure> {
    // SAFETY: the caller's promise is the same.
    unsafe { bounded(what, text, LONG_TEXT_MAX) }
}

/// Text of at most `most` bytes that may be NULL.
///
/// # Safety
/// As [`maybe`].
unsafe fn bounded<'a>(
    what: &str,
    text: *const c_char,
    most: usize,
) -> Result<Option<&'a str>, Failure> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    let bytes = unsafe { CStr::from_ptr(text) };
    let text = bytes.to_str().ok().filter(|text| text.len() <= most);
    let Some(text) = text else {
        let why = format!("{what}: allowed: UTF-8 of at most {most} bytes");
        return Err(Failure::new(TBK_ERROR_INVALID_VALUE, why));
    };
    Ok(Some(text))
}

/// Text that must be there.
///
/// # Safety
/// As [`maybe`].
pub(crate) unsafe fn text<'a>(what: &str, given: *const c_char) -> Result<&'a str, Failure> {
    // SAFETY: the caller's promise is the same.
    unsafe { maybe(what, given) }?.ok_or_else(|| Failure::null(what))
}

/// An identifier.
///
/// # Safety
/// As [`maybe`].
pub(crate) unsafe fn id(what: &'static str, given: *const c_char) -> Result<Id, Failure> {
    // SAFETY: the caller's promise is the same.
    let found = unsafe { text(what, given) }?;
    Ok(Id::new(what, found).map_err(truebook::Error::from)?)
}

/// A decimal number.
///
/// # Safety
/// As [`maybe`].
pub(crate) unsafe fn number(what: &str, given: *const c_char) -> Result<Fixed, Failure> {
    // SAFETY: the caller's promise is the same.
    let found = unsafe { text(what, given) }?;
    Ok(truebook::decimal(what, found)?)
}

/// A decimal number that may be NULL.
///
/// # Safety
/// As [`maybe`].
pub(crate) unsafe fn maybe_number(
    what: &str,
    given: *const c_char,
) -> Result<Option<Fixed>, Failure> {
    // SAFETY: the caller's promise is the same.
    let found = unsafe { maybe(what, given) }?;
    Ok(found
        .map(|text| truebook::decimal(what, text))
        .transpose()?)
}
