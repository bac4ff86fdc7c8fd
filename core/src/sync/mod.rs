//! All lock-free code.
