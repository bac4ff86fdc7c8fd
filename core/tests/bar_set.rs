//! Synchronized sets: what is in them, when they go out, and what becomes of every bar.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use proptest::prelude::*;
use truebook_core::bars::{
    Bar, BarOutcome, BarSynchronizer, ExpectedSource, GapPolicy, Release, SlotState, SourceId,
    SyncMode, SynchronizerOptions,
};
use truebook_core::model::{InstrumentId, NANOS_PER_MS, Timestamp};

const MINUTE: i64 = 60_000 * NANOS_PER_MS;

fn at(minutes: i64) -> Timestamp {
    Timestamp(minutes * MINUTE)
}

fn after(minutes: i64, ms: i64) -> Timestamp {
    Timestamp(minutes * MINUTE + ms * NANOS_PER_MS)
}

fn bar(source: u32, minutes: i64, close: i64) -> Bar {
    Bar {
        instrument: InstrumentId(source),
        ts_close: at(minutes),
        open: close,
        high: close + 1,
        low: close - 1,
        close,
        volume: 1,
    }
}

fn source(name: &str, gap: GapPolicy) -> ExpectedSource {
    ExpectedSource {
        gap,
        ..ExpectedSource::from(name.parse::<truebook_core::bars::Source>().unwrap())
    }
}

/// What went out, to be compared: its kind, its time, and what stands for each source.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    kind: &'static str,
    minutes: i64,
    slots: Vec<(u32, i64, i64, SlotState)>,
}

fn drain(sync: &mut BarSynchronizer, seen: &mut Vec<Seen>) {
    while let Some(release) = sync.poll() {
        let (kind, set) = match release {
            Release::Set(set) => ("set", set),
            Release::Skipped(set) => ("skipped", set),
            Release::Failed { set, .. } => ("failed", set),
        };
        let slots = set
            .bars()
            .map(|(source, bar, state)| (source.0, bar.ts_close.0 / MINUTE, bar.close, state));
        seen.push(Seen {
            kind,
            minutes: set.ts().0 / MINUTE,
            slots: slots.collect(),
        });
    }
}

fn polled(sync: &mut BarSynchronizer) -> Vec<Seen> {
    let mut seen = Vec::new();
    drain(sync, &mut seen);
    seen
}

fn push(sync: &mut BarSynchronizer, source: u32, minutes: i64, arrival: Timestamp) -> BarOutcome {
    sync.push(
        SourceId(source),
        bar(source, minutes, 100 + minutes),
        arrival,
    )
}

fn two(options: SynchronizerOptions) -> BarSynchronizer {
    BarSynchronizer::named(&["SPY_1m", "QQQ_1m"], options).unwrap()
}

fn lenient() -> SynchronizerOptions {
    SynchronizerOptions {
        require_all: false,
        ..SynchronizerOptions::default()
    }
}

#[test]
fn a_set_goes_out_once_all_are_there_and_names_who_is_missing() {
    let mut sync = two(lenient());
    assert_eq!(push(&mut sync, 1, 1, after(1, 5)), BarOutcome::Taken);
    assert!(sync.poll().is_none());
    assert_eq!(push(&mut sync, 0, 1, after(1, 9)), BarOutcome::Taken);
    let set = sync.poll().unwrap().set().unwrap().clone();
    assert_eq!((set.ts(), set.sources_present().count()), (at(1), 2));
    assert_eq!(sync.open_sets(), 0);
    push(&mut sync, 1, 2, after(2, 0));
    sync.advance(after(2, 99));
    assert!(sync.poll().is_none(), "the timeout is not over");
    sync.advance(after(2, 100));
    let set = sync.poll().unwrap().set().unwrap().clone();
    let missing: Vec<SourceId> = set.sources_missing().collect();
    assert_eq!((missing, set.bar(SourceId(0))), (vec![SourceId(0)], None));
    assert_eq!(set.state(SourceId(1)), SlotState::Present);
    assert_eq!(set.state(SourceId(9)), SlotState::Missing);
    let counts = sync.set_counts();
    assert_eq!((counts.complete, counts.incomplete), (1, 1));
}

#[test]
fn with_all_required_a_set_that_lacks_one_is_skipped_at_its_timeout() {
    let mut sync = two(SynchronizerOptions::default());
    push(&mut sync, 0, 1, after(1, 0));
    sync.advance(after(1, 100));
    assert_eq!(polled(&mut sync)[0].kind, "skipped");
    push(&mut sync, 0, 2, after(2, 0));
    push(&mut sync, 1, 2, after(2, 0));
    assert_eq!(polled(&mut sync)[0].kind, "set");
    assert_eq!(sync.set_counts().skipped, 1);
}

#[test]
fn every_bar_has_an_outcome_with_a_name_and_a_count() {
    let mut sync = two(lenient());
    let now = after(5, 0);
    let mut outcomes = vec![push(&mut sync, 0, 5, now), push(&mut sync, 0, 4, now)];
    outcomes.push(push(&mut sync, 0, 5, now));
    let corrected = bar(0, 5, 999);
    outcomes.push(sync.push(SourceId(0), corrected, now));
    outcomes.push(push(&mut sync, 0, 6, now));
    outcomes.push(push(&mut sync, 2, 5, now));
    let off = Bar {
        ts_close: after(4, 1),
        ..corrected
    };
    outcomes.push(sync.push(SourceId(0), off, now));
    let invalid = Bar {
        high: 0,
        ..corrected
    };
    outcomes.push(sync.push(SourceId(1), invalid, now));
    assert_eq!(push(&mut sync, 1, 5, now), BarOutcome::Taken);
    sync.advance(after(5, 100));
    // Sets that only wait to be asked for take nothing more.
    assert_eq!(push(&mut sync, 1, 4, now), BarOutcome::Late);
    assert_eq!(push(&mut sync, 1, 5, now), BarOutcome::Duplicate);
    let seen = polled(&mut sync);
    assert_eq!(seen[1].slots[0], (0, 5, 999, SlotState::Present));
    outcomes.push(push(&mut sync, 1, 4, now));
    assert_eq!(push(&mut sync, 1, 5, now), BarOutcome::Duplicate);
    assert_eq!(push(&mut sync, 1, 3, now), BarOutcome::Late);
    use BarOutcome as Is;
    let wanted = [
        Is::Taken,
        Is::OutOfOrder,
        Is::Duplicate,
        Is::Corrected,
        Is::Future,
        Is::Unexpected,
        Is::OffGrid,
        Is::Invalid,
        Is::Late,
    ];
    assert_eq!(outcomes, wanted);
    let counts = sync.bar_counts();
    assert_eq!(counts.of(Is::Late), 3);
    assert_eq!(counts.of(Is::Duplicate), 3);
    let all: u64 = Is::ALL.into_iter().map(|outcome| counts.of(outcome)).sum();
    assert_eq!(all, 14, "each bar is counted once");
}

#[test]
fn a_bar_that_would_begin_a_set_before_one_that_is_over_is_late() {
    let mut sync = two(lenient());
    push(&mut sync, 0, 5, at(5));
    assert_eq!(push(&mut sync, 1, 4, after(5, 99)), BarOutcome::OutOfOrder);
    assert_eq!(push(&mut sync, 1, 3, after(5, 100)), BarOutcome::Late);
    assert_eq!(polled(&mut sync).len(), 0, "the set of 4 began at 99 ms");
    sync.advance(after(5, 199));
    assert_eq!(polled(&mut sync).len(), 2);
}

#[test]
fn a_clock_that_is_behind_may_be_allowed_for() {
    let options = SynchronizerOptions {
        future_ms: 50,
        ..lenient()
    };
    let mut sync = two(options);
    assert_eq!(push(&mut sync, 0, 5, after(5, -51)), BarOutcome::Future);
    assert_eq!(push(&mut sync, 0, 5, after(5, -50)), BarOutcome::Taken);
}

#[test]
fn beyond_the_bound_the_oldest_set_goes_and_older_bars_are_refused() {
    let options = SynchronizerOptions {
        open_sets_max: 2,
        timeout_ms: 3_600_000,
        ..lenient()
    };
    let mut sync = two(options);
    let now = at(10);
    assert_eq!(push(&mut sync, 0, 3, now), BarOutcome::Taken);
    assert_eq!(push(&mut sync, 0, 4, now), BarOutcome::Taken);
    assert_eq!(push(&mut sync, 0, 2, now), BarOutcome::Crowded);
    assert!(sync.poll().is_none());
    assert_eq!(push(&mut sync, 0, 5, now), BarOutcome::Taken);
    assert_eq!(
        push(&mut sync, 0, 6, now),
        BarOutcome::Crowded,
        "nobody asked"
    );
    let seen = polled(&mut sync);
    assert_eq!((seen.len(), seen[0].minutes), (1, 3));
    assert_eq!((sync.set_counts().evicted, sync.open_sets()), (1, 2));
    assert_eq!(push(&mut sync, 0, 6, now), BarOutcome::Taken);
    sync.finish();
    assert_eq!(polled(&mut sync).len(), 3);
}

#[test]
fn a_slower_bar_is_seen_from_its_close_and_waited_for_only_then() {
    let mut sync = BarSynchronizer::named(&["A_1m", "A_5m"], lenient()).unwrap();
    let mut seen = Vec::new();
    for minute in 3..=11 {
        push(&mut sync, 0, minute, at(minute));
        drain(&mut sync, &mut seen);
        if minute % 5 == 0 {
            assert_eq!(sync.open_sets(), 1, "the slower bar is due");
            push(&mut sync, 1, minute, after(minute, 7));
            drain(&mut sync, &mut seen);
        }
        assert_eq!(sync.open_sets(), 0);
    }
    let slow: Vec<_> = seen
        .iter()
        .map(|set| set.slots.get(1).map(|slot| (slot.1, slot.3)))
        .collect();
    let (due, carried) = (SlotState::Present, SlotState::Carried);
    let mut wanted = vec![None, None, Some((5, due))];
    wanted.extend([Some((5, carried)); 4]);
    wanted.extend([Some((10, due)), Some((10, carried))]);
    assert_eq!(slow, wanted);
}

#[test]
fn a_close_between_two_ticks_of_the_clock_is_seen_at_the_next() {
    let mut sync = BarSynchronizer::named(&["A_2m", "B_3m"], lenient()).unwrap();
    let mut seen = Vec::new();
    for (source, minute) in [
        (0, 2),
        (1, 3),
        (0, 4),
        (0, 6),
        (1, 6),
        (0, 8),
        (1, 9),
        (0, 10),
    ] {
        let arrival = at(minute);
        assert_eq!(push(&mut sync, source, minute, arrival), BarOutcome::Taken);
        drain(&mut sync, &mut seen);
    }
    let slow: Vec<_> = seen
        .iter()
        .map(|set| set.slots.get(1).map(|slot| slot.1))
        .collect();
    assert_eq!(slow, [None, Some(3), Some(6), Some(6), Some(9)]);
}

#[test]
fn a_slower_bar_that_is_late_is_current_from_the_next_set_on() {
    let mut sync = BarSynchronizer::named(&["A_1m", "A_5m"], lenient()).unwrap();
    push(&mut sync, 0, 5, at(5));
    sync.advance(after(5, 100));
    assert_eq!(polled(&mut sync)[0].slots.len(), 1);
    assert_eq!(push(&mut sync, 1, 5, after(5, 200)), BarOutcome::Late);
    push(&mut sync, 0, 6, at(6));
    assert_eq!(polled(&mut sync)[0].slots[1].3, SlotState::Carried);
}

#[test]
fn a_day_that_closes_with_its_session_is_seen_from_there() {
    let daily = ExpectedSource {
        closes_at_ns: 20 * 60 * MINUTE,
        ..source("SPY_1d", GapPolicy::Skip)
    };
    let expected = vec![source("SPY_1h", GapPolicy::Skip), daily];
    let mut sync = BarSynchronizer::new(expected, lenient()).unwrap();
    let mut seen = Vec::new();
    for hour in 18..=22 {
        push(&mut sync, 0, hour * 60, at(hour * 60));
        if hour == 20 {
            assert_eq!(
                push(&mut sync, 1, hour * 60, at(hour * 60)),
                BarOutcome::Taken
            );
        }
        drain(&mut sync, &mut seen);
    }
    let counts: Vec<usize> = seen.iter().map(|set| set.slots.len()).collect();
    assert_eq!(counts, [1, 1, 2, 2, 2]);
    assert_eq!(
        push(&mut sync, 1, 24 * 60, at(24 * 60)),
        BarOutcome::OffGrid
    );
}

#[test]
fn the_last_known_bar_stands_in_while_it_is_young_and_says_that_it_is_stale() {
    let gap = GapPolicy::LastKnown {
        age_max_ns: 2 * MINUTE,
    };
    let expected = vec![source("A_1m", gap), source("B_1m", gap)];
    let mut sync = BarSynchronizer::new(expected, SynchronizerOptions::default()).unwrap();
    push(&mut sync, 0, 1, at(1));
    push(&mut sync, 1, 1, at(1));
    let mut seen = polled(&mut sync);
    for minute in 2..=4 {
        push(&mut sync, 0, minute, at(minute));
        sync.advance(after(minute, 100));
        let release = sync.poll().unwrap();
        if minute <= 3 {
            let set = release.set().unwrap();
            assert_eq!(set.age_ns(SourceId(1)), Some((minute - 1) * MINUTE));
            assert_eq!(set.sources_missing().collect::<Vec<_>>(), [SourceId(1)]);
            assert_eq!(set.state(SourceId(1)), SlotState::Stale);
        } else {
            assert_eq!(release.set(), None, "too old");
        }
    }
    drain(&mut sync, &mut seen);
    assert_eq!(seen.len(), 1);
}

#[test]
fn a_gap_that_is_a_failure_fails_by_name() {
    let expected = vec![
        source("A_1m", GapPolicy::Skip),
        source("B_1m", GapPolicy::Fail),
    ];
    let mut sync = BarSynchronizer::new(expected, lenient()).unwrap();
    push(&mut sync, 0, 1, at(1));
    sync.finish();
    let release = sync.poll().unwrap();
    assert!(matches!(
        release,
        Release::Failed {
            source: SourceId(1),
            ..
        }
    ));
    assert_eq!((release.set(), release.ts()), (None, at(1)));
    assert_eq!(sync.set_counts().failed, 1);
}

#[test]
fn between_two_known_ends_a_replay_interpolates_and_waits_for_the_second() {
    let expected = vec![
        source("A_1m", GapPolicy::Skip),
        source("B_1m", GapPolicy::Interpolate),
    ];
    let options = SynchronizerOptions {
        mode: SyncMode::Replay,
        ..SynchronizerOptions::default()
    };
    let mut sync = BarSynchronizer::new(expected.clone(), options).unwrap();
    let mut seen = Vec::new();
    for minute in 1..=6 {
        push(&mut sync, 0, minute, at(minute));
        if matches!(minute, 2 | 5) {
            sync.push(SourceId(1), bar(1, minute, minute * 100), at(minute));
        }
        drain(&mut sync, &mut seen);
    }
    sync.finish();
    drain(&mut sync, &mut seen);
    let kinds: Vec<_> = seen.iter().map(|set| (set.minutes, set.kind)).collect();
    let (set, skipped) = ("set", "skipped");
    let wanted = [
        (1, skipped),
        (2, set),
        (3, set),
        (4, set),
        (5, set),
        (6, skipped),
    ];
    assert_eq!(kinds, wanted);
    assert_eq!(seen[2].slots[1], (1, 3, 300, SlotState::Interpolated));
    assert_eq!(seen[3].slots[1], (1, 4, 400, SlotState::Interpolated));
    let error = BarSynchronizer::new(expected, SynchronizerOptions::default()).unwrap_err();
    assert_eq!(error.what, "gap policy");
    assert!(error.found.contains("live"), "{error}");
}

#[test]
fn what_cannot_be_waited_for_is_refused_by_name() {
    let skip = |name| source(name, GapPolicy::Skip);
    let replay = SynchronizerOptions {
        mode: SyncMode::Replay,
        ..lenient()
    };
    let none = SynchronizerOptions {
        open_sets_max: 0,
        ..lenient()
    };
    let shifted = ExpectedSource {
        closes_at_ns: 1,
        ..skip("B_1m")
    };
    let negative = GapPolicy::LastKnown { age_max_ns: -1 };
    for (expected, options, what) in [
        (vec![], lenient(), "expected_sources"),
        (
            vec![skip("A_1m"), skip("A_60s")],
            lenient(),
            "expected_sources",
        ),
        (vec![skip("A_1m"); 5_000], lenient(), "expected_sources"),
        (vec![skip("A_1m")], none, "open_sets_max"),
        (vec![skip("A_1m"), shifted], lenient(), "closes_at_ns"),
        (vec![source("A_1m", negative)], lenient(), "age_max_ns"),
        (
            vec![skip("A_1m"), source("A_5m", GapPolicy::Interpolate)],
            replay,
            "gap policy",
        ),
    ] {
        assert_eq!(
            BarSynchronizer::new(expected, options).unwrap_err().what,
            what
        );
    }
    assert!(BarSynchronizer::named(&["SPY"], lenient()).is_err());
    assert_eq!(two(lenient()).source("QQQ_60s"), Some(SourceId(1)));
    assert_eq!(two(lenient()).source("QQQ_5m"), None);
}

#[test]
fn the_ends_of_time_break_nothing() {
    for ts in [i64::MIN, i64::MIN + 1, 0, i64::MAX] {
        let mut sync = BarSynchronizer::named(&["A_1m", "A_7m"], lenient()).unwrap();
        for source in [0, 1] {
            let bar = Bar {
                ts_close: Timestamp(ts),
                ..bar(0, 0, 1)
            };
            sync.push(SourceId(source), bar, Timestamp(ts));
            sync.advance(Timestamp(i64::MAX));
            polled(&mut sync);
        }
    }
}

/// The sources of the properties: four of the fastest timeframe, and two slower.
const SOURCES: [(&str, i64); 6] = [
    ("A_1m", 1),
    ("B_1m", 1),
    ("C_1m", 1),
    ("D_1m", 1),
    ("A_5m", 5),
    ("B_3m", 3),
];
/// Two clocks that meet every six minutes only.
const CROSSED: [(&str, i64); 4] = [("A_2m", 2), ("B_2m", 2), ("A_3m", 3), ("B_5m", 5)];
const STEPS: i64 = 40;

fn many(sources: &[(&str, i64)], options: SynchronizerOptions) -> BarSynchronizer {
    let gap = GapPolicy::LastKnown {
        age_max_ns: 4 * MINUTE,
    };
    let expected = sources.iter().enumerate();
    // Every second source is filled with what was known.
    let expected = expected
        .map(|(index, (name, _))| source(name, if index % 2 == 0 { gap } else { GapPolicy::Skip }));
    BarSynchronizer::new(expected.collect(), options).unwrap()
}

/// Every bar of the sources, less those of `dropped`; the first minute is always whole.
fn feed(dropped: &[usize]) -> Vec<(u32, i64)> {
    let mut bars = Vec::new();
    for minute in 1..=STEPS {
        for (index, (_, every)) in SOURCES.into_iter().enumerate() {
            let number = usize::try_from(minute).unwrap() * SOURCES.len() + index;
            if minute % every == 0 && (minute == 1 || !dropped.contains(&number)) {
                bars.push((u32::try_from(index).unwrap(), minute));
            }
        }
    }
    bars
}

fn run(mut sync: BarSynchronizer, arrivals: &[(u32, i64, Timestamp)]) -> Vec<Seen> {
    let mut seen = Vec::new();
    for (source, minute, arrival) in arrivals {
        push(&mut sync, *source, *minute, *arrival);
        drain(&mut sync, &mut seen);
    }
    sync.finish();
    drain(&mut sync, &mut seen);
    seen
}

proptest! {
    #[test]
    fn shuffled_delayed_and_repeated_arrival_gives_the_sets_of_arrival_in_order(
        dropped in prop::collection::vec(0..300_usize, 0..40),
        delays in prop::collection::vec(0..299_i64, 400),
        repeats in prop::collection::vec(0..298_i64, 400),
        require_all in any::<bool>(),
    ) {
        // Delays of up to five minutes are within the timeout.
        let options = SynchronizerOptions {
            timeout_ms: 300_000,
            require_all,
            ..SynchronizerOptions::default()
        };
        let bars = feed(&dropped);
        let in_order: Vec<_> = bars.iter().map(|(s, minute)| (*s, *minute, at(*minute))).collect();
        let mut shuffled = Vec::new();
        let dice = delays.iter().zip(&repeats).cycle();
        for ((source, minute), (delay, repeat)) in bars.iter().zip(dice) {
            // What comes before the first set is not known to be missing.
            let delay = if *minute == 1 { 0 } else { *delay };
            shuffled.push((*source, *minute, after(*minute, delay * 1_000)));
            if repeat % 3 == 0 {
                let again = after(*minute, delay.max(*repeat) * 1_000);
                shuffled.push((*source, *minute, again));
            }
        }
        shuffled.sort_by_key(|(_, _, arrival)| *arrival);
        let sync = many(&SOURCES, options);
        prop_assert_eq!(run(sync.clone(), &shuffled), run(sync, &in_order));
    }

    #[test]
    fn nothing_in_a_set_closed_after_it_and_sets_come_in_their_order_once(
        arrivals in prop::collection::vec((0..7_u32, 0..60_i64, 0..4_000_000_i64), 0..400),
        is_crossed in any::<bool>(),
        require_all in any::<bool>(),
        timeout_ms in 0..200_000_u32,
        open_sets_max in 1..20_usize,
    ) {
        let options = SynchronizerOptions {
            timeout_ms,
            require_all,
            open_sets_max,
            future_ms: 1_000_000,
            ..SynchronizerOptions::default()
        };
        let mut arrivals: Vec<_> = arrivals
            .into_iter()
            .map(|(source, minute, ms)| (source, minute, after(0, ms)))
            .collect();
        arrivals.sort_by_key(|(_, _, arrival)| *arrival);
        let sources = if is_crossed { &CROSSED[..] } else { &SOURCES[..] };
        let sync = many(sources, options);
        let seen = run(sync.clone(), &arrivals);
        prop_assert!(seen.is_sorted_by(|a, b| a.minutes < b.minutes));
        for set in &seen {
            for (source, closed, _, state) in &set.slots {
                let every = sources[*source as usize].1;
                prop_assert!(*closed <= set.minutes);
                let newest = set.minutes - set.minutes % every;
                prop_assert_eq!(*closed == newest, *state != SlotState::Stale);
            }
            let all = set.slots.len() == sources.len();
            prop_assert_eq!(set.kind == "skipped", require_all && !all);
        }
        prop_assert_eq!(run(sync, &arrivals), seen, "the same again");
    }

    #[test]
    fn the_number_of_open_sets_is_bounded_and_every_bar_is_counted(
        arrivals in prop::collection::vec((0..7_u32, 0..200_i64), 0..400),
        open_sets_max in 1..10_usize,
        polls in any::<bool>(),
    ) {
        let options = SynchronizerOptions { open_sets_max, ..lenient() };
        let mut sync = many(&SOURCES, options);
        let count = arrivals.len();
        for (source, minute) in arrivals {
            push(&mut sync, source, minute, at(200));
            if polls {
                polled(&mut sync);
            }
            prop_assert!(sync.open_sets() <= open_sets_max + usize::from(!polls));
        }
        let counts = sync.bar_counts();
        let all: u64 = BarOutcome::ALL.into_iter().map(|outcome| counts.of(outcome)).sum();
        prop_assert_eq!(usize::try_from(all).unwrap(), count);
    }
}
