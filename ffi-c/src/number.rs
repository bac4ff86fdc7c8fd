//! Whole numbers of 128 bits across the boundary.

/// A whole number: high * 2^64 + low, in two's complement.
#[repr(C)]
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct tbk_int128 {
    /// The lower 64 bits.
    pub low: u64,
    /// The upper 64 bits, signed.
    pub high: i64,
}

impl From<i128> for tbk_int128 {
    #[allow(clippy::cast_possible_truncation, reason = "the two halves")]
    #[inline]
    fn from(value: i128) -> Self {
        Self {
            low: value as u64,
            high: (value >> 64) as i64,
        }
    }
}
