//! One bar: what a symbol traded at between two times. Known only from its close.

use crate::model::{InstrumentId, Timestamp};

/// Open, high, low, close at the instrument's price scale; volume at its quantity scale.
///
/// 1. `low <= open, close <= high`, and the volume is not negative.
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

impl Bar {
    /// No bar yet: closed at the beginning of time.
    pub(super) const NONE: Self = Self {
        instrument: InstrumentId(0),
        ts_close: Timestamp(i64::MIN),
        open: 0,
        high: 0,
        low: 0,
        close: 0,
        volume: 0,
    };

    /// Whether invariant 1 holds.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        let (least, most) = (self.open.min(self.close), self.open.max(self.close));
        self.low <= least && most <= self.high && self.volume >= 0
    }
}
