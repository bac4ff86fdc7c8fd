//! What was computed of the newest set.

use std::ffi::c_char;

use crate::bar_set::{beyond, place};
use crate::input::text;
use crate::status::{Failure, guard};
use crate::strategy::{seen, tbk_strategies};
use crate::text::give;

/// What the feature at `at`, from 0, came to in the newest set; `is_known` is 0, and `value` not a
/// number, before its warm-up and where a source of it is missing.
///
/// One thread at a time for the strategies. No allocation, no lock, no system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `value` and `is_known` are NULL or
/// places for numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_feature(
    strategies: *const tbk_strategies,
    at: usize,
    value: *mut f64,
    is_known: *mut i32,
) -> i32 {
    guard(|| {
        if value.is_null() {
            return Err(Failure::null("value"));
        }
        // SAFETY: the caller's promise.
        let values = unsafe { &seen(strategies)?.newest.values };
        let found = *values.get(at).ok_or_else(|| beyond(at, values.len()))?;
        // SAFETY: each is written only where it is not NULL, and so a place by the promise.
        unsafe {
            value.write(found.unwrap_or(f64::NAN));
            if !is_known.is_null() {
                is_known.write(i32::from(found.is_some()));
            }
        }
        Ok(())
    })
}

/// Writes the name of the feature at `at` of the newest set, as tbk_strategies_source does.
///
/// One thread at a time for the strategies. Allocates; no lock, no system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `text` is NULL or has `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_feature_name(
    strategies: *const tbk_strategies,
    at: usize,
    text: *mut c_char,
    size: usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let names = unsafe { &seen(strategies)?.newest.names };
        let found = names.get(at).ok_or_else(|| beyond(at, names.len()))?;
        // SAFETY: the caller's promise.
        unsafe { give(found.to_string(), text, size) };
        Ok(())
    })
}

/// The place of a feature of the newest set by its name; TBK_ERROR_UNKNOWN where there is none.
///
/// One thread at a time for the strategies. No lock, no system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `name` is NULL or ends with a NUL;
/// `at` is NULL or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_feature_number(
    strategies: *const tbk_strategies,
    name: *const c_char,
    at: *mut usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let (own, name) = unsafe { (seen(strategies)?, text("name", name)?) };
        let mut names = own.newest.names.iter();
        let found = names.position(|known| known.as_str() == name);
        // SAFETY: the caller's promise.
        unsafe { place(found, at, ("name", name, "a feature of the newest set")) }
    })
}
