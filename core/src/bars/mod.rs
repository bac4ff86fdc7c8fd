//! Bars, their synchronization and the features computed on them.

mod bar;
pub mod feature;
mod synchronizer;

pub use bar::Bar;
pub use synchronizer::{BarSet, BarSynchronizer};
