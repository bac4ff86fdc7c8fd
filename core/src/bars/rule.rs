//! How a synchronizer waits, and what it may be asked for.

use borsh::BorshSerialize;

use crate::model::InvalidValue;

use super::source::{ExpectedSource, GapPolicy, Source};
use super::timeframe::{Grid, Timeframe};

/// How many sources there may be.
pub const SOURCES_MAX: usize = 4096;
/// How many sets may be open at once.
pub const OPEN_SETS_MAX: usize = 4096;

/// Whether the future is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize)]
pub enum SyncMode {
    /// It is not.
    #[default]
    Live,
    /// Data of the past: gaps may be interpolated.
    Replay,
}

/// How sets are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize)]
pub struct SynchronizerOptions {
    /// How long after its time, and after its first bar, a set waits for the rest, in milliseconds.
    pub timeout_ms: u32,
    /// Whether a set that still lacks a source after its timeout, and after its gap policy, is
    /// skipped; else it goes out with what is there.
    pub require_all: bool,
    /// How many sets wait at once: beyond that, the oldest goes as if its timeout were over.
    pub open_sets_max: usize,
    /// How much later than its arrival a bar may close, in milliseconds: clocks differ.
    pub future_ms: u32,
    /// Whether a set waits, up to its timeout, when the set before it has not begun yet: bars may
    /// then be delayed by more than a timeframe. Without, a set is out as soon as it is complete,
    /// which is what bars in order want: with bars as the only clock, the set after a night waits
    /// for the bar after it.
    pub waits_for_holes: bool,
    /// Whether the future is known.
    pub mode: SyncMode,
}

impl Default for SynchronizerOptions {
    /// All sources required within 100 ms, 64 sets, no time ahead of the clock, live.
    fn default() -> Self {
        Self {
            timeout_ms: 100,
            require_all: true,
            open_sets_max: 64,
            future_ms: 0,
            waits_for_holes: true,
            mode: SyncMode::Live,
        }
    }
}

pub(super) fn grid(expected: &ExpectedSource) -> Grid {
    let step_ns = expected.source.timeframe.ns();
    let offset_ns = expected.closes_at_ns.checked_rem_euclid(step_ns);
    Grid {
        step_ns,
        offset_ns: offset_ns.unwrap_or(0),
    }
}

/// Checks what is expected; gives the clock, which is the fastest of it.
pub(super) fn check(
    expected: &[ExpectedSource],
    options: &SynchronizerOptions,
) -> Result<Grid, InvalidValue> {
    let refuse = |what, found: String, allowed| Err(InvalidValue::new(what, &found, allowed));
    let fastest = expected.iter().min_by_key(|each| each.source.timeframe);
    let Some(fastest) = fastest.filter(|_| expected.len() <= SOURCES_MAX) else {
        let found = format!("{} sources", expected.len());
        return refuse("expected_sources", found, "1 to 4096 sources");
    };
    if !(1..=OPEN_SETS_MAX).contains(&options.open_sets_max) {
        let found = options.open_sets_max.to_string();
        return refuse("open_sets_max", found, "1 to 4096 sets");
    }
    let mut names: Vec<Source> = expected.iter().map(|each| each.source).collect();
    names.sort_unstable();
    if let Some([twice, _]) = names.array_windows().find(|[a, b]| a == b) {
        return refuse(
            "expected_sources",
            format!("{twice} twice"),
            "each source once",
        );
    }
    let clock = grid(fastest);
    for each in expected {
        let source = each.source;
        let own = grid(each);
        if own.step_ns == clock.step_ns && own != clock {
            let allowed = "one time of closing for all sources of the fastest timeframe";
            return refuse("closes_at_ns", source.to_string(), allowed);
        }
        let is_interpolated = each.gap == GapPolicy::Interpolate;
        if is_interpolated && options.mode == SyncMode::Live {
            let found = format!("interpolate for {source} in live mode");
            let allowed = "last_known, skip or fail: live, the next bar is not known";
            return refuse("gap policy", found, allowed);
        }
        if is_interpolated && own != clock {
            let found = format!("interpolate for {source}");
            let fastest = Timeframe::to_string(&fastest.source.timeframe);
            let allowed = format!("last_known, skip or fail, where bars are slower than {fastest}");
            return Err(InvalidValue::new("gap policy", &found, &allowed));
        }
        if let GapPolicy::LastKnown { age_max_ns } = each.gap
            && age_max_ns < 0
        {
            return refuse("age_max_ns", age_max_ns.to_string(), "0 and above");
        }
    }
    Ok(clock)
}
