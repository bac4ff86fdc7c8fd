//! How strategies and synchronizers do.

use std::ffi::c_char;

use truebook::bars::BarOutcome;

use crate::bar_set::count_u32;
use crate::input::{Place, Sized32, inline, write_text};
use crate::record::{size_u32, tbk_text};
use crate::status::{Failure, guard};
use crate::strategy::{seen, tbk_strategies};

/// How strategies do together.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_strategies_state {
    /// sizeof(struct tbk_strategies_state).
    pub size: u32,
    /// 1 where there will be no more bars: the book is closed, and all were taken.
    pub is_over: u32,
    /// How many strategies there are, those of the configuration included; numbers are below it.
    pub strategy_count: u32,
    /// How many synchronizers there are.
    pub synchronizer_count: u32,
    /// How many parts of events were overwritten before they were read; not with a database.
    pub lost: u64,
    /// Once a poll gave nothing: the last event of which everything was taken.
    pub sequence: u64,
    /// 0.
    pub reserved: [u64; 4],
}

/// How a strategy does.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_strategy_state {
    /// sizeof(struct tbk_strategy_state).
    pub size: u32,
    /// 1 where it was stopped.
    pub is_stopped: u32,
    /// How many signals it gave.
    pub given: u64,
    /// How many of them were too old when they were to become orders.
    pub expired: u64,
    /// How many were dropped for one on the other side.
    pub outvoted: u64,
    /// How many had nothing to do: nothing to close, a position there already, less than one lot.
    pub idle: u64,
    /// How many were sent as orders, which the limits may have refused.
    pub sent: u64,
    /// Its name.
    pub name: tbk_text,
}

/// How a synchronizer does: how many sets and how many bars went which way.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_synchronizer_state {
    /// sizeof(struct tbk_synchronizer_state).
    pub size: u32,
    /// 0.
    pub reserved: u32,
    /// Sets that went out with every source present.
    pub complete: u64,
    /// Sets that went out with a source missing, whatever stood for it.
    pub incomplete: u64,
    /// Sets that were skipped: a source was missing and all are required.
    pub skipped: u64,
    /// Sets that failed: a source was missing whose gaps are failures.
    pub failed: u64,
    /// Of all these, how many went before their timeout because too many were open.
    pub evicted: u64,
    /// Bars that are in their set.
    pub taken: u64,
    /// Bars that are in their set, which is older than one that had begun already.
    pub out_of_order: u64,
    /// Bars that were there already.
    pub duplicate: u64,
    /// Bars that replaced one with other numbers before their set went out.
    pub corrected: u64,
    /// Bars whose set had gone out without them.
    pub late: u64,
    /// Bars that close after they arrived, by more than is allowed.
    pub future: u64,
    /// Bars that nobody expects.
    pub unexpected: u64,
    /// Bars that close between two closes of their timeframe.
    pub off_grid: u64,
    /// Bars whose numbers contradict each other.
    pub invalid: u64,
    /// Bars for which too many sets were open.
    pub crowded: u64,
    /// Its name; "" where a strategy of the configuration has it to itself.
    pub name: tbk_text,
}

// SAFETY: plain C data that begins with a u32 size, valid for any bytes.
unsafe impl Sized32 for tbk_strategies_state {}
// SAFETY: as above.
unsafe impl Sized32 for tbk_strategy_state {}
// SAFETY: as above.
unsafe impl Sized32 for tbk_synchronizer_state {}

/// How the strategies do together. Set `state->size` first.
///
/// One thread at a time for the strategies. Allocates; no lock, no system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `state` is NULL or a struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_read_strategies(
    strategies: *const tbk_strategies,
    state: *mut tbk_strategies_state,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let (own, place) = unsafe { (seen(strategies)?, Place::new("state", state)?) };
        let bars = own.runner.subscription();
        place.fill(&tbk_strategies_state {
            size: size_u32::<tbk_strategies_state>(),
            is_over: u32::from(bars.is_over()),
            strategy_count: count_u32(own.runner.strategies().len()),
            synchronizer_count: count_u32(own.runner.synchronizers().len()),
            lost: bars.lost(),
            sequence: bars.sequence(),
            reserved: [0; 4],
        });
        Ok(())
    })
}

/// How the strategy `number` does. Set `state->size` first. Why it was stopped is written with a
/// NUL into the `reason_size` bytes at `reason`, cut off where they are too few, "" while it runs;
/// it may be NULL.
///
/// One thread at a time for the strategies. Allocates; no lock, no system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `state` is NULL or a struct;
/// `reason` is NULL or has `reason_size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_read_strategy(
    strategies: *const tbk_strategies,
    number: u32,
    state: *mut tbk_strategy_state,
    reason: *mut c_char,
    reason_size: usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let (own, place) = unsafe { (seen(strategies)?, Place::new("state", state)?) };
        let all = own.runner.strategies();
        let member = own.member(number)?;
        let none = || Failure::invalid("number", number, "that of a strategy");
        let found = all.get(member).ok_or_else(none)?;
        let counts = found.counts;
        place.fill(&tbk_strategy_state {
            size: size_u32::<tbk_strategy_state>(),
            is_stopped: u32::from(found.stopped.is_some()),
            given: counts.given,
            expired: counts.expired,
            outvoted: counts.outvoted,
            idle: counts.idle,
            sent: counts.sent,
            name: inline(found.name.as_str()),
        });
        let why = found.stopped.as_deref().unwrap_or_default();
        // SAFETY: the caller's promise.
        unsafe { write_text(why, reason, reason_size) };
        Ok(())
    })
}

/// How the synchronizer at `at`, from 0, does; those with a name come first. Set `state->size`
/// first.
///
/// One thread at a time for the strategies. Allocates; no lock, no system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `state` is NULL or a struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_read_synchronizer(
    strategies: *const tbk_strategies,
    at: usize,
    state: *mut tbk_synchronizer_state,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let (own, place) = unsafe { (seen(strategies)?, Place::new("state", state)?) };
        let all = own.runner.synchronizers();
        let beyond = || Failure::invalid("at", at, &format!("below {}", all.len()));
        let found = all.get(at).ok_or_else(beyond)?;
        let (sets, bars) = (found.sets, found.bars);
        place.fill(&tbk_synchronizer_state {
            size: size_u32::<tbk_synchronizer_state>(),
            reserved: 0,
            complete: sets.complete,
            incomplete: sets.incomplete,
            skipped: sets.skipped,
            failed: sets.failed,
            evicted: sets.evicted,
            taken: bars.of(BarOutcome::Taken),
            out_of_order: bars.of(BarOutcome::OutOfOrder),
            duplicate: bars.of(BarOutcome::Duplicate),
            corrected: bars.of(BarOutcome::Corrected),
            late: bars.of(BarOutcome::Late),
            future: bars.of(BarOutcome::Future),
            unexpected: bars.of(BarOutcome::Unexpected),
            off_grid: bars.of(BarOutcome::OffGrid),
            invalid: bars.of(BarOutcome::Invalid),
            crowded: bars.of(BarOutcome::Crowded),
            name: inline(found.name.as_ref().map_or("", |name| name.as_str())),
        });
        Ok(())
    })
}
