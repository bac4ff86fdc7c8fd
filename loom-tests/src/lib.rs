//! Loom models of the lock-free code in truebook-core: one file in `tests/` for each structure.
//!
//! Without `cfg(truebook_loom)` this package is empty. To run the models:
//!
//! ```text
//! RUSTFLAGS="--cfg truebook_loom" CARGO_TARGET_DIR=/tmp/target-loom \
//!     cargo test -p truebook-loom-tests --release
//! ```
//!
//! Loom tries every order of the atomic accesses it sees, and every value a load may return. It
//! sees ours, by `truebook_core::sync::primitive`; it does not see those of rtrb and arc-swap, so
//! the ring and the shelf have no model.
//!
//! For each ordering that a structure needs there is a broken variant without it, which its model
//! must reject: a model that passes shows something only if it can fail.
