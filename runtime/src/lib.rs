//! Under construction.

pub mod market;
pub mod settings;
