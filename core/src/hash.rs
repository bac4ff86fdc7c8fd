//! Hash maps with a fast hash; their order reaches no result.

pub(crate) use rustc_hash::FxBuildHasher as Hashing;

/// A map of names and numbers of our own; not for keys that somebody else chooses to be slow.
pub type Map<K, V> = rustc_hash::FxHashMap<K, V>;
