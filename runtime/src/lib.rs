//! Under construction.

pub mod market;
