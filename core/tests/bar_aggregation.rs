//! Bars made of prints and of smaller bars.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use proptest::prelude::*;
use truebook_core::bars::{
    Aggregator, AggregatorOptions, Bar, BarRule, BuiltBar, Completeness, EmptyPeriods,
    NANOS_PER_DAY, Print, PrintOutcome, QuotePrice, QuotePrint, Resampler, ResamplerOptions,
    Session, SessionHours, Stamp, Timeframe,
};
use truebook_core::model::{InstrumentId, NANOS_PER_SECOND, Timestamp};

const MINUTE: i64 = 60 * NANOS_PER_SECOND;
const HOUR: i64 = 60 * MINUTE;
const OF: InstrumentId = InstrumentId(3);

fn print(ts: i64, px: i64, qty: i128) -> Print {
    Print {
        ts: Timestamp(ts),
        px,
        qty,
    }
}

fn options(rule: BarRule) -> AggregatorOptions {
    AggregatorOptions::new(OF, rule)
}

fn minutes() -> AggregatorOptions {
    options(BarRule::Time(Timeframe::MINUTE))
}

/// The bars of these prints, with what is open at the end.
fn bars(options: AggregatorOptions, prints: &[Print]) -> Vec<BuiltBar> {
    let (mut aggregator, mut out) = (Aggregator::new(options).unwrap(), Vec::new());
    for print in prints {
        aggregator.push(*print, &mut out).unwrap();
    }
    aggregator.flush(&mut out);
    out
}

fn figures(bar: &BuiltBar) -> [i64; 5] {
    let Bar {
        open,
        high,
        low,
        close,
        volume,
        ..
    } = bar.bar;
    [open, high, low, close, i64::try_from(volume).unwrap()]
}

#[test]
fn a_time_bar_holds_its_begin_and_not_its_end_and_says_which_stamp_is_which() {
    let prints = [
        print(0, 10, 1),
        print(MINUTE - 1, 12, 2),
        print(MINUTE, 9, 4),
        print(2 * MINUTE + 5, 11, 8),
    ];
    let made = bars(minutes(), &prints);
    let seen: Vec<_> = made
        .iter()
        .map(|bar| (figures(bar), bar.completeness))
        .collect();
    let (whole, part) = (Completeness::Complete, Completeness::Partial);
    let wanted = [
        ([10, 12, 10, 12, 3], whole),
        ([9, 9, 9, 9, 4], whole),
        ([11, 11, 11, 11, 8], part),
    ];
    assert_eq!(seen, wanted);
    assert_eq!(made[1].ts(Stamp::Open), Timestamp(MINUTE));
    assert_eq!(made[1].ts(Stamp::Close), Timestamp(2 * MINUTE));
    let open = made[1].ts(Stamp::Open);
    assert_eq!(
        Stamp::Open.ts_close(open, Timeframe::MINUTE),
        made[1].bar.ts_close
    );
    assert_eq!(Stamp::Close.ts_close(open, Timeframe::MINUTE), open);
    assert_eq!((made[0].parts, made[0].bar.instrument), (2, OF));
}

#[test]
fn a_bar_that_was_begun_late_is_partial() {
    let prints = [
        print(1, 10, 1),
        print(MINUTE, 10, 1),
        print(2 * MINUTE, 10, 1),
    ];
    let kinds: Vec<_> = bars(minutes(), &prints)
        .iter()
        .map(|bar| bar.completeness)
        .collect();
    let (whole, part) = (Completeness::Complete, Completeness::Partial);
    assert_eq!(kinds, [part, whole, part]);
    let (mut heard, mut out) = (Aggregator::new(minutes()).unwrap(), Vec::new());
    heard.advance(Timestamp(0), &mut out);
    heard.push(prints[0], &mut out).unwrap();
    heard.advance(Timestamp(MINUTE), &mut out);
    assert_eq!(
        (out.len(), out[0].completeness),
        (1, whole),
        "nothing was missed"
    );
}

#[test]
fn what_comes_after_its_bar_is_refused_and_what_comes_before_its_end_is_taken() {
    let (mut aggregator, mut out) = (Aggregator::new(minutes()).unwrap(), Vec::new());
    let mut push = |ts, px| aggregator.push(print(ts, px, 1), &mut out).unwrap();
    assert_eq!(push(20, 10), PrintOutcome::Taken);
    assert_eq!(push(10, 7), PrintOutcome::OutOfOrder);
    assert_eq!(push(MINUTE, 8), PrintOutcome::Taken);
    assert_eq!(push(MINUTE - 1, 99), PrintOutcome::Late);
    assert_eq!(
        figures(&out[0]),
        [7, 10, 7, 10, 2],
        "open and close are by time"
    );
    let counts = aggregator.counts();
    assert_eq!((counts.taken, counts.out_of_order, counts.late), (2, 1, 1));
}

#[test]
fn a_period_without_trades_is_skipped_or_filled_up_to_a_bound() {
    let prints = [print(0, 10, 1), print(10 * MINUTE, 11, 1)];
    assert_eq!(bars(minutes(), &prints).len(), 2);
    for (most, empties, cut) in [(3, 3, 1), (9, 9, 0), (100, 9, 0)] {
        let options = AggregatorOptions {
            empty: EmptyPeriods::Fill(most),
            ..minutes()
        };
        let (mut aggregator, mut out) = (Aggregator::new(options).unwrap(), Vec::new());
        for print in prints {
            aggregator.push(print, &mut out).unwrap();
        }
        let empty = out
            .iter()
            .filter(|bar| bar.completeness == Completeness::Empty);
        assert_eq!(empty.clone().count(), empties);
        for (bar, minute) in empty.zip(2..) {
            assert_eq!(
                (bar.bar.ts_close.0, figures(bar)),
                (minute * MINUTE, [10, 10, 10, 10, 0])
            );
        }
        assert_eq!(aggregator.counts().cut_gaps, cut);
        assert_eq!(aggregator.counts().taken, 2);
    }
}

#[test]
fn days_follow_the_session_and_nothing_outside_it_is_in_a_bar() {
    let hours = SessionHours {
        begins_ns: 14 * HOUR,
        length_ns: 7 * HOUR,
    };
    let session = Session::new(hours).unwrap();
    let options = AggregatorOptions {
        session,
        empty: EmptyPeriods::Fill(10),
        ..options(BarRule::Time(Timeframe::DAY))
    };
    let (mut aggregator, mut out) = (Aggregator::new(options).unwrap(), Vec::new());
    let day = |days: i64, hours: i64| days * NANOS_PER_DAY + hours * HOUR;
    let mut push = |ts, px| aggregator.push(print(ts, px, 1), &mut out).unwrap();
    assert_eq!(push(day(0, 13), 1), PrintOutcome::OutsideSession);
    assert_eq!(push(day(0, 14), 5), PrintOutcome::Taken);
    assert_eq!(push(day(0, 21), 99), PrintOutcome::OutsideSession);
    assert_eq!(push(day(2, 15), 6), PrintOutcome::Taken);
    let closes: Vec<_> = out
        .iter()
        .map(|bar| (bar.bar.ts_close.0, bar.bar.high))
        .collect();
    assert_eq!(
        closes,
        [(day(0, 21), 5), (day(1, 21), 5)],
        "the second is empty"
    );
    assert!(
        aggregator.set_session(Session::default()).is_err(),
        "a bar is open"
    );
    aggregator.advance(Timestamp(day(2, 21)), &mut out);
    let summer = SessionHours {
        begins_ns: 13 * HOUR,
        ..hours
    };
    aggregator
        .set_session(Session::new(summer).unwrap())
        .unwrap();
    let outcome = aggregator.push(print(day(3, 13), 7, 1), &mut out);
    assert_eq!(outcome, Ok(PrintOutcome::Taken));
    aggregator.advance(Timestamp(day(3, 20)), &mut out);
    assert_eq!(out.last().unwrap().bar.ts_close.0, day(3, 20));
}

#[test]
fn bars_by_count_volume_and_value_close_with_the_print_that_fills_them() {
    let prints: Vec<Print> = (1..=9).map(|ts| print(ts, 10, 4)).collect();
    for (rule, sizes) in [
        (BarRule::Ticks(4), vec![4, 4, 1]),
        (BarRule::Volume(10), vec![3, 3, 3]),
        (BarRule::Value(41), vec![2, 2, 2, 2, 1]),
        (BarRule::Value(1), vec![1; 9]),
    ] {
        let made = bars(options(rule), &prints);
        let parts: Vec<u64> = made.iter().map(|bar| bar.parts).collect();
        assert_eq!(parts, sizes, "{rule:?}");
        assert_eq!(made[0].bar.ts_close, prints[sizes[0] as usize - 1].ts);
        assert_eq!(made[0].ts_open, Timestamp(1));
    }
}

#[test]
fn a_quote_gives_its_bid_its_ask_or_its_middle_and_no_volume() {
    let quote = QuotePrint {
        ts: Timestamp(7),
        bid: i64::MAX - 2,
        ask: i64::MAX,
    };
    for (price, px) in [
        (QuotePrice::Bid, i64::MAX - 2),
        (QuotePrice::Ask, i64::MAX),
        (QuotePrice::Mid, i64::MAX - 1),
    ] {
        assert_eq!(Print::quote(quote, price), Print::last(Timestamp(7), px));
    }
    let made = bars(minutes(), &[Print::last(Timestamp(0), 5)]);
    assert_eq!(figures(&made[0]), [5, 5, 5, 5, 0]);
}

#[test]
fn what_does_not_fit_is_refused_by_name_and_changes_nothing() {
    for rule in [
        BarRule::Ticks(0),
        BarRule::Volume(0),
        BarRule::Value(-1),
        BarRule::Time(Timeframe::UNALIGNED),
    ] {
        assert_eq!(Aggregator::new(options(rule)).unwrap_err().what, "bar rule");
    }
    let (mut aggregator, mut out) = (Aggregator::new(minutes()).unwrap(), Vec::new());
    aggregator.push(print(0, 10, i128::MAX), &mut out).unwrap();
    assert_eq!(
        aggregator.push(print(1, 99, 1), &mut out).unwrap_err().what,
        "bar"
    );
    let negative = aggregator.push(print(1, 99, -1), &mut out).unwrap_err();
    assert_eq!(negative.what, "print quantity");
    aggregator.flush(&mut out);
    assert_eq!(
        (out[0].bar.high, out[0].bar.volume, out[0].parts),
        (10, i128::MAX, 1)
    );
    let mut by_value = Aggregator::new(options(BarRule::Value(1))).unwrap();
    assert!(by_value.push(print(0, 10, i128::MAX), &mut out).is_err());
}

#[test]
fn the_ends_of_time_end_nothing() {
    for empty in [EmptyPeriods::Skip, EmptyPeriods::Fill(5)] {
        for timeframe in ["1s", "1d", "366d"] {
            let rule = BarRule::Time(timeframe.parse().unwrap());
            let options = AggregatorOptions {
                empty,
                ..options(rule)
            };
            let ends = [i64::MIN, i64::MIN + 1, 0, i64::MAX - 1, i64::MAX];
            assert!(!bars(options, &ends.map(|ts| print(ts, 1, 1))).is_empty());
        }
    }
}

fn minute(number: i64, close: i64) -> Bar {
    Bar {
        instrument: OF,
        ts_close: Timestamp(number * MINUTE),
        open: close - 1,
        high: close + 2,
        low: close - 3,
        close,
        volume: 10,
    }
}

fn five() -> ResamplerOptions {
    ResamplerOptions {
        instrument: OF,
        from: Timeframe::MINUTE,
        to: "5m".parse().unwrap(),
        session: Session::default(),
    }
}

#[test]
fn five_minutes_are_one_bar_with_the_fifth_and_partial_when_one_is_missing() {
    let (mut resampler, mut out) = (Resampler::new(five()).unwrap(), Vec::new());
    for number in (1..=5).chain([6, 7, 9, 11]) {
        let bar = minute(number, 100 + number);
        let outcome = resampler.push(&bar, Completeness::Complete, &mut out);
        assert_eq!(outcome, Ok(PrintOutcome::Taken));
        assert_eq!(
            out.len(),
            [0, 1, 2][usize::from(number >= 5) + usize::from(number >= 11)]
        );
    }
    assert_eq!(figures(&out[0]), [100, 107, 98, 105, 50]);
    assert_eq!((out[0].ts_open, out[0].parts), (Timestamp(0), 5));
    assert_eq!(out[0].completeness, Completeness::Complete);
    assert_eq!(
        (out[1].completeness, out[1].parts),
        (Completeness::Partial, 3)
    );
    assert_eq!(out[1].bar.ts_close.0, 10 * MINUTE);
    let again = resampler.push(&minute(11, 7), Completeness::Complete, &mut out);
    assert_eq!(again, Ok(PrintOutcome::Late));
    resampler.advance(Timestamp(15 * MINUTE), &mut out);
    assert_eq!(out.len(), 3);
    let late = resampler.push(&minute(15, 7), Completeness::Complete, &mut out);
    assert_eq!(late, Ok(PrintOutcome::Late));
    assert_eq!(resampler.counts().late, 2);
}

#[test]
fn a_larger_bar_is_what_its_parts_are() {
    for (last, wanted) in [
        (Completeness::Complete, Completeness::Complete),
        (Completeness::Partial, Completeness::Partial),
        (Completeness::Empty, Completeness::Empty),
    ] {
        let (mut resampler, mut out) = (Resampler::new(five()).unwrap(), Vec::new());
        for number in 1..=5 {
            let kind = if number == 5 {
                last
            } else {
                Completeness::Empty
            };
            resampler
                .push(&minute(number, 100), kind, &mut out)
                .unwrap();
        }
        assert_eq!(out[0].completeness, wanted);
    }
}

#[test]
fn what_is_no_part_of_a_larger_bar_is_refused_by_name() {
    for (from, to) in [("5m", "5m"), ("5m", "1m"), ("4m", "5m")] {
        let options = ResamplerOptions {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            ..five()
        };
        assert_eq!(Resampler::new(options).unwrap_err().what, "timeframe");
    }
    let (mut resampler, mut out) = (Resampler::new(five()).unwrap(), Vec::new());
    let other = Bar {
        instrument: InstrumentId(9),
        ..minute(1, 5)
    };
    let crooked = Bar {
        low: 99,
        ..minute(1, 5)
    };
    let between = Bar {
        ts_close: Timestamp(MINUTE + 1),
        ..minute(1, 5)
    };
    for (bar, what) in [(other, "bar"), (crooked, "bar"), (between, "bar close")] {
        let error = resampler
            .push(&bar, Completeness::Complete, &mut out)
            .unwrap_err();
        assert_eq!(error.what, what);
    }
}

proptest! {
    #[test]
    fn bars_agree_with_a_look_at_all_prints_whatever_their_order_within_a_bar(
        prints in prop::collection::vec((0..600_i64, 1..1_000_i64, 0..50_i128), 1..200),
        shuffle in prop::collection::vec(any::<u32>(), 200),
    ) {
        // No two at one time: of those, the last to come is the last.
        let mut prints: Vec<Print> = prints.into_iter()
            .map(|(second, px, qty)| print(second * NANOS_PER_SECOND, px, qty))
            .collect();
        prints.sort_by_key(|print| print.ts);
        prints.dedup_by_key(|print| print.ts);
        let mut keyed: Vec<_> = prints.iter().copied().zip(shuffle).collect();
        keyed.sort_by_key(|(print, dice)| (print.ts.0 / MINUTE, *dice));
        let shuffled: Vec<Print> = keyed.into_iter().map(|(print, _)| print).collect();
        let made = bars(minutes(), &shuffled);
        for group in prints.chunk_by(|a, b| a.ts.0 / MINUTE == b.ts.0 / MINUTE) {
            let end = Timestamp((group[0].ts.0 / MINUTE + 1) * MINUTE);
            let bar = made.iter().find(|bar| bar.bar.ts_close == end).unwrap();
            let prices = group.iter().map(|print| print.px);
            prop_assert_eq!(bar.bar.open, group[0].px);
            prop_assert_eq!(bar.bar.close, group[group.len() - 1].px);
            prop_assert_eq!(Some(bar.bar.high), prices.clone().max());
            prop_assert_eq!(Some(bar.bar.low), prices.min());
            prop_assert_eq!(bar.bar.volume, group.iter().map(|print| print.qty).sum::<i128>());
            prop_assert!(bar.bar.is_valid());
        }
        let parts: u64 = made.iter().map(|bar| bar.parts).sum();
        prop_assert_eq!(parts, prints.len() as u64);
    }

    #[test]
    fn hours_of_minutes_are_the_hours_of_the_prints(
        prints in prop::collection::vec((0..40_000_i64, 1..1_000_i64, 0..50_i128), 1..300),
    ) {
        let mut prints: Vec<Print> = prints.into_iter()
            .map(|(second, px, qty)| print(second * NANOS_PER_SECOND, px, qty))
            .collect();
        prints.sort_by_key(|print| print.ts);
        let hour: Timeframe = "1h".parse().unwrap();
        let straight = bars(options(BarRule::Time(hour)), &prints);
        let small = bars(minutes(), &prints);
        let to_hours = ResamplerOptions { to: hour, ..five() };
        let (mut resampler, mut out) = (Resampler::new(to_hours).unwrap(), Vec::new());
        for bar in &small {
            resampler.push(&bar.bar, bar.completeness, &mut out).unwrap();
        }
        resampler.flush(&mut out);
        let only = |bars: &[BuiltBar]| bars.iter().map(|bar| bar.bar).collect::<Vec<_>>();
        prop_assert_eq!(only(&out), only(&straight));
    }
}
