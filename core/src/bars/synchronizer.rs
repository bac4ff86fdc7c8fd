//! Bars of several instruments made one set per close, when all of them are there.
//!
//! 1. A set holds bars of one close time only, each expected instrument once.
//! 2. A set that is incomplete when time moves on is dropped and counted.
//! 3. Memory is bounded by the number of expected instruments.

use crate::model::{InstrumentId, Timestamp};

use super::Bar;

/// The bars of one close, in the order in which the instruments are expected.
pub type BarSet = Vec<Bar>;

/// Waits for one bar of each expected instrument at the same close.
#[derive(Clone, Debug)]
pub struct BarSynchronizer {
    expected: Vec<InstrumentId>,
    current: Timestamp,
    present: Vec<Option<Bar>>,
    complete: u64,
    incomplete: u64,
    late: u64,
}

impl BarSynchronizer {
    /// Expects one bar of each of `expected` at every close.
    #[must_use]
    pub fn new(expected: Vec<InstrumentId>) -> Self {
        let present = vec![None; expected.len()];
        let current = Timestamp(i64::MIN);
        Self {
            expected,
            current,
            present,
            complete: 0,
            incomplete: 0,
            late: 0,
        }
    }

    /// Takes a bar; gives the set that it completes.
    pub fn push(&mut self, bar: Bar) -> Option<BarSet> {
        let slot = self
            .expected
            .iter()
            .position(|expected| *expected == bar.instrument)?;
        if bar.ts_close < self.current {
            self.late += 1;
            return None;
        }
        if bar.ts_close > self.current {
            let waiting = self.present.iter().any(Option::is_some);
            self.incomplete += u64::from(waiting);
            self.present.fill(None);
            self.current = bar.ts_close;
        }
        if let Some(place) = self.present.get_mut(slot) {
            *place = Some(bar);
        }
        let set: Option<BarSet> = self.present.iter().copied().collect();
        if set.is_some() {
            self.complete += 1;
            self.present.fill(None);
        }
        set
    }

    /// How many sets went out complete.
    #[must_use]
    pub fn complete(&self) -> u64 {
        self.complete
    }

    /// How many closes lacked a bar.
    #[must_use]
    pub fn incomplete(&self) -> u64 {
        self.incomplete
    }

    /// How many bars came after their close had passed.
    #[must_use]
    pub fn late(&self) -> u64 {
        self.late
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(instrument: u32, close: i64) -> Bar {
        let instrument = InstrumentId(instrument);
        let ts_close = Timestamp(close);
        Bar {
            instrument,
            ts_close,
            open: 1,
            high: 1,
            low: 1,
            close: 1,
            volume: 0,
        }
    }

    #[test]
    fn a_set_goes_out_once_all_are_there_and_never_mixes_closes() {
        let mut sync = BarSynchronizer::new(vec![InstrumentId(0), InstrumentId(1)]);
        assert!(sync.push(bar(1, 60)).is_none());
        assert_eq!(sync.push(bar(0, 60)).unwrap(), vec![bar(0, 60), bar(1, 60)]);
        assert!(sync.push(bar(0, 120)).is_none());
        assert!(sync.push(bar(1, 180)).is_none());
        assert!(sync.push(bar(0, 120)).is_none());
        assert!(sync.push(bar(7, 180)).is_none());
        assert!(sync.push(bar(0, 180)).is_some());
        assert_eq!((sync.complete(), sync.incomplete(), sync.late()), (2, 1, 1));
    }
}
