//! What became of bars, sets and signals in a session, for its report.

use std::collections::BTreeMap;

use serde::Serialize;
use truebook_core::bars::BarOutcome;

use crate::strategy::{StrategyDesk, StrategyStatus, SynchronizerStatus};

/// By synchronizer and strategy.
#[derive(Clone, Debug, Serialize)]
pub struct BarReport {
    /// By name; those that strategies have to themselves are not told.
    pub synchronizers: BTreeMap<String, SynchronizerReport>,
    /// By strategy.
    pub signals: BTreeMap<String, SignalReport>,
}

/// What became of one synchronizer's sets and bars.
#[derive(Clone, Debug, Serialize)]
pub struct SynchronizerReport {
    /// Sets that went out with every source present.
    pub complete: u64,
    /// Sets that went out with a source missing.
    pub incomplete: u64,
    /// Sets that were skipped, since all sources are required.
    pub skipped: u64,
    /// Sets that failed, since a source may not be missing.
    pub failed: u64,
    /// Of all these, sets that went before their timeout because too many were open.
    pub evicted: u64,
    /// Bars, by outcome; those that there were.
    pub bars: BTreeMap<&'static str, u64>,
}

/// What became of one strategy's signals.
#[derive(Clone, Debug, Serialize)]
pub struct SignalReport {
    /// Given.
    pub given: u64,
    /// Too old when they were to become orders.
    pub expired: u64,
    /// Dropped for one on the other side.
    pub outvoted: u64,
    /// Without anything to do.
    pub idle: u64,
    /// Sent as orders.
    pub sent: u64,
    /// Why the strategy was stopped; absent where it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

impl BarReport {
    pub(super) fn new(desk: &StrategyDesk) -> Self {
        let synchronizers = desk
            .synchronizers()
            .filter_map(|one| Some((one.name?.to_string(), SynchronizerReport::new(&one))));
        let signals = desk
            .strategies()
            .map(|one| (one.name.to_string(), SignalReport::new(one)));
        Self {
            synchronizers: synchronizers.collect(),
            signals: signals.collect(),
        }
    }
}

impl SynchronizerReport {
    fn new(status: &SynchronizerStatus) -> Self {
        let bars = BarOutcome::ALL.into_iter().filter_map(|outcome| {
            let count = status.bars.of(outcome);
            (count > 0).then(|| (outcome.name(), count))
        });
        Self {
            complete: status.sets.complete,
            incomplete: status.sets.incomplete,
            skipped: status.sets.skipped,
            failed: status.sets.failed,
            evicted: status.sets.evicted,
            bars: bars.collect(),
        }
    }
}

impl SignalReport {
    fn new(status: StrategyStatus) -> Self {
        Self {
            given: status.counts.given,
            expired: status.counts.expired,
            outvoted: status.counts.outvoted,
            idle: status.counts.idle,
            sent: status.counts.sent,
            stopped: status.stopped,
        }
    }
}
