//! The newest set of bars.

use std::ffi::c_char;
use std::time::Duration;

use truebook::bars::{Bar, ExpectedSource, SlotState, SourceId};
use truebook::model::Id;
use truebook::strategy::Seen;

use crate::input::{Place, Sized32, inline, text};
use crate::number::tbk_int128;
use crate::reader::TBK_NONE;
use crate::record::{size_u32, tbk_text};
use crate::status::{Failure, TBK_ERROR_UNKNOWN, guard};
use crate::strategy::{desk, seen, tbk_strategies};
use crate::text::give;

/// tbk_bar_line.state: nothing stands for the source.
pub const TBK_BAR_MISSING: u32 = 0;
/// tbk_bar_line.state: the bar that closed at the set's time.
pub const TBK_BAR_PRESENT: u32 = 1;
/// tbk_bar_line.state: the bar of a slower timeframe that closed before, and is its newest.
pub const TBK_BAR_CARRIED: u32 = 2;
/// tbk_bar_line.state: the last bar known, instead of one that did not come.
pub const TBK_BAR_STALE: u32 = 3;
/// tbk_bar_line.state: a bar on the line between two others, instead of one that did not come.
pub const TBK_BAR_INTERPOLATED: u32 = 4;

/// The bars that were known at one time.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_bar_set {
    /// sizeof(struct tbk_bar_set).
    pub size: u32,
    /// 1 where it is made of bars that were recorded before: no order comes of it.
    pub is_past: u32,
    /// Its time: every bar in it closed then or before, nanoseconds since the epoch.
    pub ts: i64,
    /// How many sources are expected; each has a place, from 0, that stays the same.
    pub source_count: u32,
    /// Of how many the own bar is not there, whatever stands for it.
    pub missing_count: u32,
    /// How many features there are; each has a place, from 0, that stays the same.
    pub feature_count: u32,
    /// How many strategies are asked for signals.
    pub asked_count: u32,
    /// Whose set it is; "" where a strategy of the configuration has a synchronizer to itself.
    pub synchronizer: tbk_text,
}

/// One bar of a set, integers at the scales of its instrument.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_bar_line {
    /// sizeof(struct tbk_bar_line).
    pub size: u32,
    /// TBK_BAR_MISSING to TBK_BAR_INTERPOLATED; all below is 0 of one that is missing.
    pub state: u32,
    /// The instrument's number; TBK_NONE of one that is missing.
    pub instrument: u32,
    /// 0.
    pub reserved: u32,
    /// When it closed, nanoseconds since the epoch.
    pub ts_close: i64,
    /// The first price.
    pub open: i64,
    /// The highest price.
    pub high: i64,
    /// The lowest price.
    pub low: i64,
    /// The last price.
    pub close: i64,
    /// The quantity traded.
    pub volume: tbk_int128,
}

// SAFETY: plain C data that begins with a u32 size, valid for any bytes.
unsafe impl Sized32 for tbk_bar_set {}
// SAFETY: as above.
unsafe impl Sized32 for tbk_bar_line {}

/// What is kept of the newest set.
#[derive(Default)]
pub(crate) struct Newest {
    synchronizer: Option<Id>,
    ts: i64,
    sources: Vec<ExpectedSource>,
    lines: Vec<tbk_bar_line>,
    pub names: Vec<Id>,
    pub values: Vec<Option<f64>>,
    asked: Vec<usize>,
}

/// Takes the next set; `has_set` is 0, and nothing else is written, where there is none yet.
/// Strategies of the configuration have given their signals then; those that were added are asked:
/// see tbk_strategies_asked. Does not wait: see tbk_strategies_fd. Set `set->size` first.
///
/// One thread at a time for the strategies. Allocates; while it is live, no lock and no system
/// call. One that lost bars, or that is told the past, takes locks and reads the database.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `set` is NULL or a struct;
/// `has_set` is NULL or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_poll(
    strategies: *mut tbk_strategies,
    set: *mut tbk_bar_set,
    has_set: *mut i32,
) -> i32 {
    guard(|| {
        if has_set.is_null() {
            return Err(Failure::null("has_set"));
        }
        // SAFETY: the caller's promise.
        let (own, place) = unsafe { (desk(strategies)?, Place::new("set", set)?) };
        let newest = &mut own.newest;
        let found = own
            .runner
            .step(Some(Duration::ZERO), |seen| newest.note(seen))?;
        if found {
            own.newest.asked = own.runner.asked();
            place.fill(&own.newest.shown(own.runner.is_past()));
        }
        // SAFETY: not NULL, and so a place by the caller's promise.
        unsafe { has_set.write(i32::from(found)) };
        Ok(())
    })
}

/// What stands in the newest set for the source at `at`, from 0. Set `bar->size` first.
///
/// One thread at a time for the strategies. No allocation, no lock, no system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `bar` is NULL or a struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_bar(
    strategies: *const tbk_strategies,
    at: usize,
    bar: *mut tbk_bar_line,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let (own, place) = unsafe { (seen(strategies)?, Place::new("bar", bar)?) };
        let lines = &own.newest.lines;
        let line = lines.get(at).ok_or_else(|| beyond(at, lines.len()))?;
        place.fill(line);
        Ok(())
    })
}

/// Writes the name of the source at `at` of the newest set ("BTC-USD_1m") and a NUL into the `size`
/// bytes at `text`, cut off where they are too few; `text` may be NULL, and tbk_last_text has the
/// whole.
///
/// One thread at a time for the strategies. Allocates; no lock, no system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `text` is NULL or has `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_source(
    strategies: *const tbk_strategies,
    at: usize,
    text: *mut c_char,
    size: usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let sources = unsafe { &seen(strategies)?.newest.sources };
        let found = sources.get(at).ok_or_else(|| beyond(at, sources.len()))?;
        // SAFETY: the caller's promise.
        unsafe { give(found.source.to_string(), text, size) };
        Ok(())
    })
}

/// The place of a source of the newest set by its name; TBK_ERROR_UNKNOWN where there is none.
///
/// One thread at a time for the strategies. No lock, no system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `name` is NULL or ends with a NUL;
/// `at` is NULL or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_source_number(
    strategies: *const tbk_strategies,
    name: *const c_char,
    at: *mut usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let (own, name) = unsafe { (seen(strategies)?, text("name", name)?) };
        let wanted = name.parse().ok();
        let mut sources = own.newest.sources.iter();
        let found = sources.position(|each| Some(each.source) == wanted);
        // SAFETY: the caller's promise.
        unsafe { place(found, at, ("name", name, "a source of the newest set")) }
    })
}

/// The number of the strategy at `at`, from 0, among those that were asked for signals of the
/// newest set.
///
/// One thread at a time for the strategies. No allocation, no lock, no system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `number` is NULL or a place for a
/// number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_asked(
    strategies: *const tbk_strategies,
    at: usize,
    number: *mut u32,
) -> i32 {
    guard(|| {
        if number.is_null() {
            return Err(Failure::null("number"));
        }
        // SAFETY: the caller's promise.
        let asked = unsafe { &seen(strategies)?.newest.asked };
        let found = asked.get(at).ok_or_else(|| beyond(at, asked.len()))?;
        // SAFETY: not NULL, and so a place by the caller's promise.
        unsafe { number.write(count_u32(*found)) };
        Ok(())
    })
}

impl Newest {
    /// Takes the place of the set before.
    fn note(&mut self, seen: &Seen<'_>) {
        (self.synchronizer, self.ts) = (seen.synchronizer, seen.set.ts().0);
        self.sources.clear();
        self.sources.extend_from_slice(seen.sources);
        self.lines.clear();
        let sources = (0..).map(SourceId).take(seen.sources.len());
        let line = |source| tbk_bar_line::of(seen.set.bar(source), seen.set.state(source));
        self.lines.extend(sources.map(line));
        self.names.clear();
        self.names.extend_from_slice(seen.features.names());
        self.values.clear();
        self.values.extend_from_slice(seen.features.values());
    }

    fn shown(&self, is_past: bool) -> tbk_bar_set {
        let is_there =
            |line: &&tbk_bar_line| !matches!(line.state, TBK_BAR_PRESENT | TBK_BAR_CARRIED);
        tbk_bar_set {
            size: size_u32::<tbk_bar_set>(),
            is_past: u32::from(is_past),
            ts: self.ts,
            source_count: count_u32(self.lines.len()),
            missing_count: count_u32(self.lines.iter().filter(is_there).count()),
            feature_count: count_u32(self.values.len()),
            asked_count: count_u32(self.asked.len()),
            synchronizer: inline(self.synchronizer.as_ref().map_or("", Id::as_str)),
        }
    }
}

impl tbk_bar_line {
    fn of(bar: Option<&Bar>, state: SlotState) -> Self {
        Self {
            size: size_u32::<Self>(),
            state: match state {
                SlotState::Missing => TBK_BAR_MISSING,
                SlotState::Present => TBK_BAR_PRESENT,
                SlotState::Carried => TBK_BAR_CARRIED,
                SlotState::Stale => TBK_BAR_STALE,
                SlotState::Interpolated => TBK_BAR_INTERPOLATED,
            },
            instrument: bar.map_or(TBK_NONE, |bar| bar.instrument.0),
            reserved: 0,
            ts_close: bar.map_or(0, |bar| bar.ts_close.0),
            open: bar.map_or(0, |bar| bar.open),
            high: bar.map_or(0, |bar| bar.high),
            low: bar.map_or(0, |bar| bar.low),
            close: bar.map_or(0, |bar| bar.close),
            volume: bar.map_or(0, |bar| bar.volume).into(),
        }
    }
}

/// Writes where something was found; what was looked for, and what is allowed, where it was not.
///
/// # Safety
/// `at` is NULL or a place for a number.
pub(crate) unsafe fn place(
    found: Option<usize>,
    at: *mut usize,
    (what, name, allowed): (&str, &str, &str),
) -> Result<(), Failure> {
    if at.is_null() {
        return Err(Failure::null("at"));
    }
    let why = || {
        let text = format!("{what}: found '{name}', allowed: {allowed}");
        Failure::new(TBK_ERROR_UNKNOWN, text)
    };
    // SAFETY: not NULL, and so a place by the caller's promise.
    unsafe { at.write(found.ok_or_else(why)?) };
    Ok(())
}

pub(crate) fn beyond(at: usize, count: usize) -> Failure {
    Failure::invalid("at", at, &format!("below {count}, see tbk_strategies_poll"))
}

pub(crate) fn count_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
