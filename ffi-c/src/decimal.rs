//! Exact numbers across the boundary.

use std::ffi::c_char;

use truebook::model::{Fixed, MAX_SCALE};

use crate::input::number;
use crate::status::{Failure, TBK_ERROR_INVALID_VALUE, guard};

/// An exact decimal number: (high * 2^64 + low) / 10^scale, in two's complement.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct tbk_decimal {
    /// The upper 64 bits, signed.
    pub high: i64,
    /// The lower 64 bits.
    pub low: u64,
    /// Digits after the decimal point.
    pub scale: u32,
    /// 1 where there is a number, 0 where it is absent (an average price when flat).
    pub is_present: u32,
}

impl From<Fixed> for tbk_decimal {
    fn from(value: Fixed) -> Self {
        let [low, high] = halves(value.raw);
        Self {
            high: i64::from_le_bytes(high),
            low: u64::from_le_bytes(low),
            scale: u32::from(value.scale),
            is_present: 1,
        }
    }
}

impl From<Option<Fixed>> for tbk_decimal {
    fn from(value: Option<Fixed>) -> Self {
        value.map_or_else(Self::default, Self::from)
    }
}

fn halves(raw: i128) -> [[u8; 8]; 2] {
    let mut halves = [[0; 8]; 2];
    for (to, from) in halves.iter_mut().flatten().zip(raw.to_le_bytes()) {
        *to = from;
    }
    halves
}

impl tbk_decimal {
    fn fixed(self) -> Option<Fixed> {
        let raw = (i128::from(self.high) << 64) | i128::from(self.low);
        let scale = u8::try_from(self.scale).ok().filter(|scale| *scale <= 38)?;
        Some(Fixed::new(raw, scale))
    }
}

/// Writes `value` as the shortest exact text and a NUL into the `size` bytes at `text`; 64 are
/// always enough. An absent number is "".
///
/// Any thread. Allocates; no lock, no system call.
///
/// # Safety
/// `value` is NULL or points to a decimal, `text` is NULL or to `size` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_decimal_text(
    value: *const tbk_decimal,
    text: *mut c_char,
    size: usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise above; a NULL is refused.
        let value = *unsafe { value.as_ref() }.ok_or_else(|| Failure::null("value"))?;
        if text.is_null() {
            return Err(Failure::null("text"));
        }
        let invalid = |what: &str| Failure::new(TBK_ERROR_INVALID_VALUE, what);
        let written = match value.is_present {
            0 => String::new(),
            _ => value
                .fixed()
                .ok_or_else(|| invalid("value.scale: allowed: 0 to 38"))?
                .to_string(),
        };
        if written.len() >= size {
            return Err(invalid("size: too small, allowed: 64 or more"));
        }
        // SAFETY: `size` bytes are writable and the text with its NUL is at most `size`.
        unsafe {
            std::ptr::copy_nonoverlapping(written.as_ptr(), text.cast::<u8>(), written.len());
            text.add(written.len()).write(0);
        }
        Ok(())
    })
}

/// The integer that `text` writes, at `scale` digits after the point, exactly: what has more digits
/// is refused.
///
/// Any thread. No allocation, no lock, no system call.
///
/// # Safety
/// `text` is NULL or ends with a NUL; `integer` is NULL or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_integer_of_text(
    text: *const c_char,
    scale: u32,
    integer: *mut i64,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let value = unsafe { number("text", text) }?;
        if integer.is_null() {
            return Err(Failure::null("integer"));
        }
        let scale = u8::try_from(scale).ok().filter(|scale| *scale <= MAX_SCALE);
        let scale = scale.ok_or_else(|| Failure::invalid("scale", "more", "0 to 18"))?;
        let raw = value
            .exactly_at(scale)
            .and_then(|raw| i64::try_from(raw).ok());
        let why = || {
            Failure::invalid(
                "text",
                value,
                &format!("at most {scale} decimals and 64 bits"),
            )
        };
        let raw = raw.ok_or_else(why)?;
        // SAFETY: not NULL, and so a place by the caller's promise.
        unsafe { integer.write(raw) };
        Ok(())
    })
}
