//! Hash maps with a fast hash; their order reaches no result.

pub(crate) use rustc_hash::{FxBuildHasher as Hashing, FxHashMap as Map};
