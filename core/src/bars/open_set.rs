//! A set that waits for bars.

use crate::model::Timestamp;

use super::outcome::BarOutcome;
use super::{Bar, BarSet, SlotState};

/// A set that has not gone out.
#[derive(Clone, Debug)]
pub(super) struct OpenSet {
    pub(super) set: BarSet,
    pub(super) deadline: Timestamp,
    pub(super) due: usize,
    pub(super) filled: usize,
}

impl OpenSet {
    pub(super) fn new(sources: usize) -> Self {
        Self {
            set: BarSet::new(sources),
            deadline: Timestamp(i64::MAX),
            due: 0,
            filled: 0,
        }
    }

    pub(super) fn begin(&mut self, ts: Timestamp, due: usize) {
        self.set.ts = ts;
        self.set.states.fill(SlotState::Missing);
        (self.due, self.filled) = (due, 0);
    }

    /// A bar that comes when the set only waits to be asked for.
    pub(super) fn refuse(&self, index: usize, bar: Bar) -> BarOutcome {
        let slots = (self.set.bars.get(index), self.set.states.get(index));
        match slots == (Some(&bar), Some(&SlotState::Present)) {
            true => BarOutcome::Duplicate,
            false => BarOutcome::Late,
        }
    }

    pub(super) fn put(&mut self, index: usize, bar: Bar, is_behind: bool) -> BarOutcome {
        let slots = (self.set.bars.get_mut(index), self.set.states.get_mut(index));
        let (Some(place), Some(state)) = slots else {
            return BarOutcome::Unexpected;
        };
        if *state == SlotState::Missing {
            (*place, *state) = (bar, SlotState::Present);
            self.filled += 1;
            return match is_behind {
                true => BarOutcome::OutOfOrder,
                false => BarOutcome::Taken,
            };
        }
        if *place == bar {
            return BarOutcome::Duplicate;
        }
        *place = bar;
        BarOutcome::Corrected
    }
}
