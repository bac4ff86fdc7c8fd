//! Bars of several sources made one set per close of the fastest of them.
//!
//! 1. Sets go out in the order of their times, each once.
//! 2. A set has nothing that closed after its time, interpolated bars aside; a bar of a slower
//!    timeframe is seen from its close on.
//! 3. A set goes out when all that is due is there, when its timeout is over, or when too many are
//!    open. A bar that arrives at the moment of the timeout comes too late.
//! 4. Time comes from outside: from arrivals and from [`BarSynchronizer::advance`]. The same calls
//!    give the same sets.
//! 5. Memory is bounded by sources × open sets; once these have been used, nothing is allocated.

use std::collections::VecDeque;

use crate::model::{InvalidValue, NANOS_PER_MS, Timestamp};

use super::gap::{next_of, stand_in};
use super::open_set::OpenSet;
use super::outcome::{BarCounts, BarOutcome, Release, SetCounts};
use super::rule::{SyncMode, SynchronizerOptions, check, grid};
use super::source::{ExpectedSource, GapPolicy, Source, SourceId};
use super::timeframe::{Grid, Timeframe};
use super::{Bar, SlotState};

/// What is kept of a source.
#[derive(Clone, Copy, Debug)]
struct Lane {
    group: usize,
    gap: GapPolicy,
    last: Bar,
}

/// Sources that close together.
#[derive(Clone, Copy, Debug)]
struct Group {
    grid: Grid,
    sources: usize,
    /// The close that its newest bar should have, in the set that is filled.
    newest_close: Timestamp,
}

/// Waits for the bars of every source.
///
/// # Examples
/// ```
/// use truebook_core::bars::{Bar, BarSynchronizer, SynchronizerOptions};
/// use truebook_core::model::{InstrumentId, Timestamp};
/// let names = ["SPY_1m", "QQQ_1m"];
/// let mut sync = BarSynchronizer::named(&names, SynchronizerOptions::default()).unwrap();
/// let (instrument, ts_close) = (InstrumentId(0), Timestamp(60_000_000_000));
/// let bar = Bar { instrument, ts_close, open: 1, high: 2, low: 1, close: 2, volume: 3 };
/// let (spy, qqq) = (sync.source("SPY_1m").unwrap(), sync.source("QQQ_1m").unwrap());
/// sync.push(spy, bar, ts_close);
/// assert!(sync.poll().is_none());
/// sync.push(qqq, bar, ts_close);
/// let set = sync.poll().and_then(|release| release.set()).unwrap();
/// assert_eq!(set.sources_present().count(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct BarSynchronizer {
    expected: Vec<ExpectedSource>,
    options: SynchronizerOptions,
    clock: Grid,
    groups: Vec<Group>,
    lanes: Vec<Lane>,
    /// In the order of their times.
    open: VecDeque<OpenSet>,
    spare: Vec<OpenSet>,
    out: OpenSet,
    now: Timestamp,
    newest: Timestamp,
    released: Timestamp,
    is_finished: bool,
    bars: BarCounts,
    sets: SetCounts,
}

impl BarSynchronizer {
    /// Waits for `expected`, which are numbered in this order.
    ///
    /// # Errors
    /// [`InvalidValue`] for no source, too many, or one twice; for sources of the fastest timeframe
    /// that close at different times; for a bound of 0 sets; for interpolation that is live or of a
    /// slower timeframe.
    pub fn new(
        expected: Vec<ExpectedSource>,
        options: SynchronizerOptions,
    ) -> Result<Self, InvalidValue> {
        let clock = check(&expected, &options)?;
        let mut groups: Vec<Group> = Vec::new();
        let mut lanes = Vec::with_capacity(expected.len());
        for each in &expected {
            let grid = grid(each);
            let known = groups.iter().position(|group| group.grid == grid);
            let group = known.unwrap_or(groups.len());
            if known.is_none() {
                groups.push(Group {
                    grid,
                    sources: 0,
                    newest_close: Timestamp(i64::MIN),
                });
            }
            if let Some(group) = groups.get_mut(group) {
                group.sources += 1;
            }
            lanes.push(Lane {
                group,
                gap: each.gap,
                last: Bar::NONE,
            });
        }
        let out = OpenSet::new(expected.len());
        Ok(Self {
            expected,
            options,
            clock,
            groups,
            lanes,
            open: VecDeque::new(),
            spare: Vec::new(),
            out,
            now: Timestamp(i64::MIN),
            newest: Timestamp(i64::MIN),
            released: Timestamp(i64::MIN),
            is_finished: false,
            bars: BarCounts::default(),
            sets: SetCounts::default(),
        })
    }

    /// Waits for sources by their names, with nothing in the place of missing bars.
    ///
    /// # Errors
    /// As [`BarSynchronizer::new`], and for a name that is no source.
    pub fn named(names: &[&str], options: SynchronizerOptions) -> Result<Self, InvalidValue> {
        let sources: Result<Vec<Source>, InvalidValue> =
            names.iter().map(|name| name.parse()).collect();
        let expected = sources?.into_iter().map(ExpectedSource::from).collect();
        Self::new(expected, options)
    }

    /// The sources, by their numbers.
    #[must_use]
    pub fn expected(&self) -> &[ExpectedSource] {
        &self.expected
    }

    /// The number of a source, to be looked up once; `None` for one that nobody expects.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<SourceId> {
        let source: Source = name.parse().ok()?;
        let mut numbers = (0..).map(SourceId).zip(&self.expected);
        numbers
            .find(|(_, expected)| expected.source == source)
            .map(|(number, _)| number)
    }

    /// Takes a bar that arrived at `arrival`; without another clock, that is its close. Then ask
    /// [`BarSynchronizer::poll`] until it has nothing more.
    pub fn push(&mut self, source: SourceId, bar: Bar, arrival: Timestamp) -> BarOutcome {
        self.now = self.now.max(arrival);
        let outcome = self.place(source, bar);
        self.bars.note(outcome)
    }

    /// Says that it is `now`, so that timeouts end without a bar. Then ask
    /// [`BarSynchronizer::poll`].
    pub fn advance(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// Says that nothing more comes: every set goes out.
    pub fn finish(&mut self) {
        self.is_finished = true;
    }

    /// The next set whose time has come.
    pub fn poll(&mut self) -> Option<Release<'_>> {
        let head = self.open.front()?;
        let is_crowded = self.open.len() > self.options.open_sets_max;
        let is_over = is_crowded || self.is_finished;
        let is_complete = head.filled == head.due && !self.is_after_hole(head);
        let is_timed_out = head.deadline <= self.now;
        if !(is_over || is_complete || is_timed_out && !self.waits_for_next(head)) {
            return None;
        }
        let head = self.open.pop_front()?;
        let used = std::mem::replace(&mut self.out, head);
        self.spare.push(used);
        self.sets.evicted += u64::from(is_crowded && !is_complete && !is_timed_out);
        Some(self.release())
    }

    /// How many bars had which outcome.
    #[must_use]
    pub fn bar_counts(&self) -> BarCounts {
        self.bars
    }

    /// How many sets went which way.
    #[must_use]
    pub fn set_counts(&self) -> SetCounts {
        self.sets
    }

    /// How many sets wait.
    #[must_use]
    pub fn open_sets(&self) -> usize {
        self.open.len()
    }
}

/// Into which set a bar goes.
impl BarSynchronizer {
    fn place(&mut self, source: SourceId, bar: Bar) -> BarOutcome {
        let index = usize::try_from(source.0).unwrap_or(usize::MAX);
        let Some(lane) = self.lanes.get(index) else {
            return BarOutcome::Unexpected;
        };
        if !bar.is_valid() {
            return BarOutcome::Invalid;
        }
        let ahead = i64::from(self.options.future_ms) * NANOS_PER_MS;
        if bar.ts_close.since_ns(self.now) > ahead {
            return BarOutcome::Future;
        }
        let own = self
            .groups
            .get(lane.group)
            .map_or(self.clock, |group| group.grid);
        let is_fast = own == self.clock;
        let at = match is_fast {
            true => bar.ts_close,
            false => self.clock.ceil(bar.ts_close),
        };
        if at <= self.released {
            return self.late(index, bar, own);
        }
        let before = self.open.iter().rposition(|open| open.set.ts <= at);
        let found = before.filter(|place| self.open.get(*place).is_some_and(|o| o.set.ts == at));
        // A fast bar of a set that is open is on the grid, since that set is.
        if (!is_fast || found.is_none()) && !own.has(bar.ts_close) {
            return BarOutcome::OffGrid;
        }
        let place = match found {
            Some(place) => place,
            None => match self.begin(before.map_or(0, |place| place + 1), at) {
                Ok(place) => place,
                Err(outcome) => return outcome,
            },
        };
        let is_behind = at < self.newest;
        self.newest = self.newest.max(at);
        match self.open.get_mut(place) {
            Some(open) if open.deadline <= self.now && found.is_some() => open.refuse(index, bar),
            Some(open) => open.put(index, bar, is_behind),
            None => BarOutcome::Crowded,
        }
    }

    /// A bar whose set has gone out: its source is known to have come that far.
    fn late(&mut self, index: usize, bar: Bar, own: Grid) -> BarOutcome {
        let Some(lane) = self.lanes.get_mut(index) else {
            return BarOutcome::Unexpected;
        };
        if !own.has(bar.ts_close) {
            return BarOutcome::OffGrid;
        }
        if bar == lane.last {
            return BarOutcome::Duplicate;
        }
        if bar.ts_close > lane.last.ts_close {
            lane.last = bar;
        }
        BarOutcome::Late
    }

    /// Begins the set of `at` as number `place` of those that are open.
    fn begin(&mut self, place: usize, at: Timestamp) -> Result<usize, BarOutcome> {
        // A newer set whose time is over goes out first, so this one would come after it.
        let mut newer = self.open.iter().skip(place);
        if newer.any(|open| open.deadline <= self.now) {
            return Err(BarOutcome::Late);
        }
        let count = self.open.len();
        let is_oldest = place == 0;
        let most = self.options.open_sets_max;
        if count > most || (count == most && is_oldest) {
            return Err(BarOutcome::Crowded);
        }
        let timeout = i64::from(self.options.timeout_ms) * NANOS_PER_MS;
        let mut open = self
            .spare
            .pop()
            .unwrap_or_else(|| OpenSet::new(self.lanes.len()));
        let due = self.groups.iter().filter(|group| self.is_due(group, at));
        open.begin(at, due.map(|group| group.sources).sum());
        // A bar that closes between two ticks of the clock begins a set before its time.
        open.deadline = Timestamp(self.now.max(at).0.saturating_add(timeout));
        self.open.insert(place, open);
        Ok(place)
    }

    /// Whether bars of `group` close between the clock's tick before `at` and `at`.
    fn is_due(&self, group: &Group, at: Timestamp) -> bool {
        at.since_ns(group.grid.floor(at)) < self.clock.step_ns
    }
}

/// When a set goes out, and with what.
impl BarSynchronizer {
    /// Whether the tick before `head` may still begin a set.
    fn is_after_hole(&self, head: &OpenSet) -> bool {
        self.options.waits_for_holes
            && self.clock.step_ns > Timeframe::UNALIGNED.ns()
            && self.released.0 != i64::MIN
            && head.deadline > self.now
            && head.set.ts.since_ns(self.released) > self.clock.step_ns
    }

    /// Whether a source of `head` that is interpolated still lacks its next bar.
    fn waits_for_next(&self, head: &OpenSet) -> bool {
        if self.options.mode == SyncMode::Live {
            return false;
        }
        let lanes = head.set.states.iter().zip(&self.lanes).enumerate();
        let missing = lanes.filter(|(_, (state, lane))| {
            **state == SlotState::Missing
                && lane.gap == GapPolicy::Interpolate
                && lane.last.ts_close.0 != i64::MIN
        });
        let mut missing = missing.map(|(index, _)| index);
        missing.any(|index| next_of(&self.open, index).is_none())
    }

    /// Makes of what is in `out` what goes out.
    fn release(&mut self) -> Release<'_> {
        let (ts, due, filled) = (self.out.set.ts, self.out.due, self.out.filled);
        self.released = ts;
        let all_present = due == filled && due == self.lanes.len();
        let (missing, failed) = match all_present {
            true => (0, None),
            false => self.fill_gaps(),
        };
        // Only now: a gap is filled with what was known before this set.
        let set = &self.out.set;
        for ((lane, bar), state) in self.lanes.iter_mut().zip(&set.bars).zip(&set.states) {
            if *state == SlotState::Present {
                lane.last = *bar;
            }
        }
        if let Some(source) = failed {
            self.sets.failed += 1;
            return Release::Failed { set, source };
        }
        if missing > 0 && self.options.require_all {
            self.sets.skipped += 1;
            return Release::Skipped(set);
        }
        let is_complete = set.states.iter().all(|state| state.is_present());
        self.sets.complete += u64::from(is_complete);
        self.sets.incomplete += u64::from(!is_complete);
        Release::Set(set)
    }

    /// Puts something in the place of what is missing in `out`; how many sources still are, and the
    /// first whose gaps are failures.
    fn fill_gaps(&mut self) -> (usize, Option<SourceId>) {
        let set = &mut self.out.set;
        for group in &mut self.groups {
            group.newest_close = group.grid.floor(set.ts);
        }
        let (mut missing, mut failed) = (0, None);
        let slots = set.states.iter_mut().zip(&mut set.bars);
        for (index, ((state, bar), lane)) in slots.zip(&self.lanes).enumerate() {
            if *state != SlotState::Missing {
                continue;
            }
            let group = self.groups.get(lane.group);
            let due_at = group.map_or(set.ts, |group| group.newest_close);
            let open = &self.open;
            let (found, kind) = match lane.last.ts_close == due_at {
                true => (Some(lane.last), SlotState::Carried),
                false => stand_in(lane.gap, &lane.last, set.ts, || next_of(open, index)),
            };
            if found.is_none() && lane.gap == GapPolicy::Fail {
                let source = u32::try_from(index).map_or(SourceId(u32::MAX), SourceId);
                failed = failed.or(Some(source));
            }
            match found {
                Some(found) => (*bar, *state) = (found, kind),
                None => missing += 1,
            }
        }
        (missing, failed)
    }
}
