//! What becomes of a bar and of a set, each with its name and its count.

use crate::model::Timestamp;

use super::{BarSet, SourceId};

/// What became of a bar that was given to a synchronizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarOutcome {
    /// It is in its set.
    Taken,
    /// It is in its set, which is older than one that has begun already.
    OutOfOrder,
    /// The same bar is there already: nothing changed.
    Duplicate,
    /// It replaced one of the same time with other numbers, before their set went out.
    Corrected,
    /// Its set has gone out without it. Where nothing newer is known of its source, later sets
    /// have it as last known, or as the current bar of a slower timeframe.
    Late,
    /// It closes after it arrived, by more than is allowed: refused.
    Future,
    /// Nobody expects its source: refused.
    Unexpected,
    /// It closes between two closes of its timeframe: refused, since no set waits for it.
    OffGrid,
    /// Its high is below its low, say, or its volume below 0: refused.
    Invalid,
    /// As many sets are open as may be, all newer or none asked for yet: refused.
    Crowded,
}

impl BarOutcome {
    /// Every outcome.
    pub const ALL: [Self; 10] = [
        Self::Taken,
        Self::OutOfOrder,
        Self::Duplicate,
        Self::Corrected,
        Self::Late,
        Self::Future,
        Self::Unexpected,
        Self::OffGrid,
        Self::Invalid,
        Self::Crowded,
    ];

    /// Its name, as every language spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::OutOfOrder => "out_of_order",
            Self::Duplicate => "duplicate",
            Self::Corrected => "corrected",
            Self::Late => "late",
            Self::Future => "future",
            Self::Unexpected => "unexpected",
            Self::OffGrid => "off_grid",
            Self::Invalid => "invalid",
            Self::Crowded => "crowded",
        }
    }

    /// Whether the bar is in a set that has not gone out.
    #[must_use]
    pub fn is_taken(self) -> bool {
        matches!(self, Self::Taken | Self::OutOfOrder | Self::Corrected)
    }
}

/// A set whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release<'a> {
    /// Use it.
    Set(&'a BarSet),
    /// A source is missing and all are required: what there was of the set.
    Skipped(&'a BarSet),
    /// A source whose gaps are failures is missing: what there was of the set.
    Failed {
        /// The set.
        set: &'a BarSet,
        /// The first such source.
        source: SourceId,
    },
}

impl<'a> Release<'a> {
    /// The set, if it is to be used.
    #[must_use]
    pub fn set(self) -> Option<&'a BarSet> {
        match self {
            Self::Set(set) => Some(set),
            Self::Skipped(_) | Self::Failed { .. } => None,
        }
    }

    /// Whose time has come.
    #[must_use]
    pub fn ts(self) -> Timestamp {
        match self {
            Self::Set(set) | Self::Skipped(set) | Self::Failed { set, .. } => set.ts(),
        }
    }
}

/// How many sets went which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetCounts {
    /// Went out with every source present.
    pub complete: u64,
    /// Went out with a source missing, whatever stood for it.
    pub incomplete: u64,
    /// Skipped: a source was missing and all are required.
    pub skipped: u64,
    /// Failed: a source was missing whose gaps are failures.
    pub failed: u64,
    /// Of all these, how many went before their timeout because too many were open.
    pub evicted: u64,
}

/// How many bars had which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BarCounts([u64; BarOutcome::ALL.len()]);

impl BarCounts {
    /// How many had `outcome`.
    #[must_use]
    pub fn of(&self, outcome: BarOutcome) -> u64 {
        self.0.get(outcome as usize).copied().unwrap_or(0)
    }

    pub(super) fn note(&mut self, outcome: BarOutcome) -> BarOutcome {
        if let Some(count) = self.0.get_mut(outcome as usize) {
            *count += 1;
        }
        outcome
    }
}
