//! The bars of all sources as they were known at one time.
//!
//! 1. No bar in a set closed after the set's time, an interpolated one aside.
//! 2. A bar that is not the source's own at that time is marked as what it is.

use crate::model::Timestamp;

use super::{Bar, SourceId};

/// What stands in a set for one source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SlotState {
    /// Nothing.
    #[default]
    Missing,
    /// The bar that closed at the set's time.
    Present,
    /// The bar of a slower timeframe that closed before, and is its newest.
    Carried,
    /// The last bar known, instead of one that did not come.
    Stale,
    /// A bar on the line between two others, instead of one that did not come.
    Interpolated,
}

impl SlotState {
    /// Whether the bar is the source's own, and the one that is due.
    #[must_use]
    pub fn is_present(self) -> bool {
        matches!(self, Self::Present | Self::Carried)
    }
}

/// One bar of each source, as far as there is one, at one time.
#[derive(Clone, Debug)]
pub struct BarSet {
    pub(super) ts: Timestamp,
    pub(super) bars: Vec<Bar>,
    pub(super) states: Vec<SlotState>,
}

impl PartialEq for BarSet {
    /// What is in the place of a missing bar does not count.
    fn eq(&self, other: &Self) -> bool {
        let is_alike = self.ts == other.ts && self.states == other.states;
        is_alike && self.bars().eq(other.bars())
    }
}

impl Eq for BarSet {}

impl BarSet {
    pub(super) fn new(sources: usize) -> Self {
        Self {
            ts: Timestamp(i64::MIN),
            bars: vec![Bar::NONE; sources],
            states: vec![SlotState::Missing; sources],
        }
    }

    /// The time at which all of it was known to have closed.
    #[must_use]
    pub fn ts(&self) -> Timestamp {
        self.ts
    }

    /// The bar that stands for `source`, whatever its state; `None` when there is none.
    #[must_use]
    pub fn bar(&self, source: SourceId) -> Option<&Bar> {
        let index = usize::try_from(source.0).ok()?;
        let is_there = *self.states.get(index)? != SlotState::Missing;
        self.bars.get(index).filter(|_| is_there)
    }

    /// What stands for `source`; `Missing` for one that is not expected.
    #[must_use]
    pub fn state(&self, source: SourceId) -> SlotState {
        let index = usize::try_from(source.0).ok();
        let state = index.and_then(|index| self.states.get(index));
        state.copied().unwrap_or_default()
    }

    /// How long before the set its bar of `source` closed, in nanoseconds.
    #[must_use]
    pub fn age_ns(&self, source: SourceId) -> Option<i64> {
        self.bar(source).map(|bar| self.ts.since_ns(bar.ts_close))
    }

    /// The sources whose own bar is in the set, in the order in which they are expected.
    pub fn sources_present(&self) -> impl Iterator<Item = SourceId> {
        self.sources()
            .filter(|(_, state)| state.is_present())
            .map(|(source, _)| source)
    }

    /// The other sources; a gap policy may have put something else in their place.
    pub fn sources_missing(&self) -> impl Iterator<Item = SourceId> {
        self.sources()
            .filter(|(_, state)| !state.is_present())
            .map(|(source, _)| source)
    }

    /// Every bar in the set, in the order in which the sources are expected.
    pub fn bars(&self) -> impl Iterator<Item = (SourceId, &Bar, SlotState)> {
        let known = self.sources().zip(&self.bars);
        known
            .filter(|((_, state), _)| *state != SlotState::Missing)
            .map(|((source, state), bar)| (source, bar, state))
    }

    fn sources(&self) -> impl Iterator<Item = (SourceId, SlotState)> {
        (0..).map(SourceId).zip(self.states.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_equal_whatever_is_in_the_place_of_a_missing_bar() {
        let empty = BarSet::new(2);
        let mut used = empty.clone();
        used.bars[1].close = 5;
        assert_eq!(used, empty);
        used.states[1] = SlotState::Present;
        assert_ne!(used, empty);
        let mut same = used.clone();
        assert_eq!(same, used);
        same.bars[1].close = 6;
        assert_ne!(same, used);
    }
}
