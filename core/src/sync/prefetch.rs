//! A hint to the processor: a place will be looked at soon.
//!
//! Invariants:
//!
//! 1. Nothing but time depends on it.

/// Begins to load the line of `place`; does not wait for it. Nothing where the processor has no
/// such hint.
///
/// # Examples
///
/// ```
/// let table = vec![7_u64; 1_000];
/// truebook_core::sync::prefetch(&table[500]);
/// assert_eq!(table[500], 7);
/// ```
#[inline]
pub fn prefetch<T>(place: &T) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    #[allow(unsafe_code, reason = "the hint takes an address")]
    // SAFETY: the address is that of a live reference, and the instruction reads nothing into the
    // program: it cannot fault and changes no memory.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(place).cast());
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = place;
}
