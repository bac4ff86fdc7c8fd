//! One bar: what a symbol traded at between two times. Known only from its close.

use crate::model::{InstrumentId, Timestamp};

/// Open, high, low, close at the instrument's price scale; volume at its quantity scale.
///
/// 1. `low <= open, close <= high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Of what.
    pub instrument: InstrumentId,
    /// When it closed: the time from which it is known.
    pub ts_close: Timestamp,
    /// The first price.
    pub open: i64,
    /// The highest price.
    pub high: i64,
    /// The lowest price.
    pub low: i64,
    /// The last price.
    pub close: i64,
    /// The quantity traded.
    pub volume: i128,
}
