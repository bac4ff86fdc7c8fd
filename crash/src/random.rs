//! Random numbers that a seed makes again. The only file that names their crate.

pub use fastrand::Rng;
