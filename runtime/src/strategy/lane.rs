//! One synchronizer at a desk, and what is computed of its sets.

use truebook_core::bars::{BarCounts, BarSynchronizer, ExpectedSource, SetCounts};
use truebook_core::model::{Id, Instrument, InvalidValue};

use super::feature::FeatureSet;
use super::plan::{BarPlan, PlannedSynchronizer};

/// Sets of one synchronizer, with what is computed of them.
#[derive(Debug)]
pub(super) struct Lane {
    pub name: Option<Id>,
    pub expected: Vec<ExpectedSource>,
    pub synchronizer: BarSynchronizer,
    pub features: FeatureSet,
}

/// How a synchronizer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SynchronizerStatus {
    /// Its name; `None` of one that a strategy has to itself.
    pub name: Option<Id>,
    /// How many sets went which way.
    pub sets: SetCounts,
    /// How many bars had which outcome.
    pub bars: BarCounts,
}

impl Lane {
    /// What `planned` waits for, with those of `plan`'s features that are of its sources.
    ///
    /// # Errors
    /// [`InvalidValue`] for a synchronizer that cannot be, or a source without an instrument.
    pub fn new(
        (name, planned): (Option<Id>, &PlannedSynchronizer),
        plan: &BarPlan,
        instruments: &[Instrument],
    ) -> Result<Self, InvalidValue> {
        let expected = planned.expected.clone();
        Ok(Self {
            name,
            features: FeatureSet::new(&plan.features, &expected, instruments)?,
            synchronizer: BarSynchronizer::new(expected.clone(), planned.options)?,
            expected,
        })
    }

    pub fn status(&self) -> SynchronizerStatus {
        SynchronizerStatus {
            name: self.name,
            sets: self.synchronizer.set_counts(),
            bars: self.synchronizer.bar_counts(),
        }
    }
}
