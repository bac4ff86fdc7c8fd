//! The hash map of the ledger: a fast hash; its order reaches no result.

pub(super) use rustc_hash::FxHashMap as Map;
