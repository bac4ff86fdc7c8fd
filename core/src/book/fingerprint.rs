//! Fast hashes of identities, to find again what was seen: not for integrity, which has `digest`.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// 64 bits of `bytes`.
pub(super) fn short(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// 128 bits of `bytes`: two of a billion differ but for a chance of 10^-20.
pub(super) fn wide(bytes: &[u8]) -> u128 {
    xxh3_128(bytes)
}
