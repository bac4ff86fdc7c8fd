//! Strategies on a book: sets in, signals through selection and limits out as orders.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use truebook::model::{Fixed, Id, Side, Timestamp};
use truebook::settings::Settings;
use truebook::strategy::{
    Action, BarPlan, PlannedStrategy, Seen, Signal, Size, Strategy, StrategyRunner,
};
use truebook::{BarReport, Book, BookOptions, Error, decimal};

const MINUTE: i64 = 60_000_000_000;
const INSTRUMENTS: &str = r#"
[cash]
USD = "100000"

[[instrument]]
symbol = "A"
base = "A"
quote = "USD"
price_precision = 2
qty_precision = 8

[[instrument]]
symbol = "B"
base = "B"
quote = "USD"
price_precision = 2
qty_precision = 8
"#;
const PAIR: &str = r#"
[[synchronizer]]
name = "pair"
expected_sources = ["A_1m", "B_1m"]
waits_for_holes = false
"#;

fn settings(text: &str) -> Settings {
    Settings::from_toml("s.toml", text).unwrap()
}

/// A book of events' time that is configured with the instruments and `text`.
fn book(text: &str) -> (Book, BarPlan) {
    let settings = settings(&format!("{text}\n{INSTRUMENTS}"));
    let plan = settings.plan.clone();
    let mut options = BookOptions::configured(Some(settings), None, None).unwrap();
    options.has_event_clock = true;
    options.host.threaded = false;
    (Book::open(options).unwrap(), plan)
}

fn px(price: i64) -> Fixed {
    Fixed::new(i128::from(price), 0)
}

fn bar(book: &mut Book, symbol: &str, (minute, close): (i64, i64)) {
    let closes = minute * MINUTE;
    let report = BarReport {
        symbol,
        timeframe: "1m",
        span: (closes - MINUTE, closes),
        ohlc: [px(close); 4],
        volume: px(1),
    };
    book.bar(&report).unwrap();
}

fn quote(book: &mut Book, symbol: &str, (minute, price): (i64, i64)) {
    let sides = (Some(px(price)), Some(px(price)));
    book.quote(symbol, sides, Some(minute * MINUTE)).unwrap();
}

fn name(text: &str) -> Id {
    Id::new("name", text).unwrap()
}

fn planned(text: &str) -> PlannedStrategy {
    PlannedStrategy {
        order_notional: Some(px(1_000)),
        ..PlannedStrategy::new(name(text))
    }
}

/// A strategy made of a function.
struct Of<F>(F);

impl<F: FnMut(&Seen<'_>, &mut Vec<Signal>) + Send> Strategy for Of<F> {
    fn on_bars(&mut self, seen: &Seen<'_>, signals: &mut Vec<Signal>) {
        (self.0)(seen, signals);
    }
}

fn wants(action: Action) -> Option<Box<dyn Strategy>> {
    Some(Box::new(Of(
        move |seen: &Seen<'_>, signals: &mut Vec<Signal>| {
            let (bar, _) = seen.bar(&"A_1m".parse().unwrap()).unwrap();
            signals.push(Signal::new(bar.instrument, action));
        },
    )))
}

/// One set of both bars; what became of the signals.
fn turn(book: &mut Book, runner: &mut StrategyRunner, minute: i64) -> Vec<(String, String)> {
    quote(book, "A", (minute, 100));
    quote(book, "B", (minute, 50));
    bar(book, "A", (minute, 100));
    bar(book, "B", (minute, 50));
    let mut sets = 0;
    while runner.step(Some(Duration::ZERO), |_| sets += 1).unwrap() {}
    assert_eq!(sets, 1, "minute {minute}");
    let routed = runner.decide(book).unwrap();
    let shown = routed.into_iter().map(|order| {
        let answer = match order.answer {
            Ok(_) => "sent".to_owned(),
            Err(Error::Refused(why)) => why.name().to_owned(),
            Err(other) => other.to_string(),
        };
        (order.strategy.to_string(), answer)
    });
    shown.collect()
}

fn shown(all: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(one, other): &(&str, &str)| ((*one).to_owned(), (*other).to_owned());
    all.iter().map(owned).collect()
}

#[test]
fn a_signal_becomes_an_order_that_the_paper_venue_fills_and_an_exit_closes_it() {
    let (mut book, plan) = book(PAIR);
    let mut runner = book.run_strategies(Some(&plan), None).unwrap();
    let mut sets = 0;
    let mind = Of(move |seen: &Seen<'_>, signals: &mut Vec<Signal>| {
        sets += 1;
        let (bar, _) = seen.bar(&"B_1m".parse().unwrap()).unwrap();
        let action = if sets == 3 {
            Action::Exit
        } else {
            Action::Long
        };
        signals.push(Signal::new(bar.instrument, action));
    });
    runner.add(planned("own"), Some(Box::new(mind))).unwrap();
    let sent = shown(&[("own", "sent")]);
    assert_eq!(turn(&mut book, &mut runner, 1), sent);
    quote(&mut book, "B", (1, 50));
    let held = book.position(("default", "B"), Some("own")).unwrap();
    assert_eq!(held.signed_qty.to_string(), "20", "1000 at 50");
    assert_eq!(turn(&mut book, &mut runner, 2), [], "it is long already");
    assert_eq!(turn(&mut book, &mut runner, 3), sent);
    quote(&mut book, "B", (3, 50));
    let held = book.position(("default", "B"), Some("own")).unwrap();
    assert_eq!(held.signed_qty.raw, 0);
    let counts = runner.strategies()[0].counts;
    assert_eq!((counts.given, counts.sent, counts.idle), (3, 2, 1));
}

#[test]
fn one_that_panics_at_length_is_said_in_short() {
    let (mut book, plan) = book(PAIR);
    let mut runner = book.run_strategies(Some(&plan), None).unwrap();
    let mind = Of(|_: &Seen<'_>, _: &mut Vec<Signal>| panic!("{}", "x".repeat(100_000)));
    runner.add(planned("long"), Some(Box::new(mind))).unwrap();
    assert_eq!(turn(&mut book, &mut runner, 1), []);
    let stopped = runner.strategies()[0].stopped.clone().unwrap();
    assert!(stopped.starts_with("it panicked: xxx") && stopped.len() < 2_000);
}

/// What became of the signals of a strategy that gives `actions` in each of so many sets, which are
/// decided together: ids and sides of the orders.
fn together(actions: &'static [Action], held: bool, sets: i64) -> Vec<(String, Side)> {
    let (mut book, plan) = book(PAIR);
    let mut runner = book.run_strategies(Some(&plan), None).unwrap();
    let mut number = 0;
    let mind = Of(move |seen: &Seen<'_>, signals: &mut Vec<Signal>| {
        number += 1;
        let (bar, _) = seen.bar(&"A_1m".parse().unwrap()).unwrap();
        let buy = [Action::Buy];
        let own = if held && number == 1 { &buy } else { actions };
        signals.extend(own.iter().map(|one| Signal::new(bar.instrument, *one)));
    });
    runner.add(planned("own"), Some(Box::new(mind))).unwrap();
    if held {
        turn(&mut book, &mut runner, 1);
        quote(&mut book, "A", (1, 100));
    }
    for minute in 2..2 + sets {
        quote(&mut book, "A", (minute, 100));
        bar(&mut book, "A", (minute, 100));
        bar(&mut book, "B", (minute, 50));
    }
    while runner.step(Some(Duration::ZERO), |_| {}).unwrap() {}
    let routed = runner.decide(&mut book).unwrap();
    let shown = routed.into_iter().map(|order| {
        assert!(order.answer.is_ok(), "{order:?}");
        (order.client_order_id.to_string(), order.side)
    });
    shown.collect()
}

#[test]
fn what_a_strategy_wants_twice_at_once_is_one_order() {
    let first = format!("own-{}-1", 2 * MINUTE);
    let long = together(&[Action::Long, Action::Long], false, 2);
    assert_eq!(long, [(first.clone(), Side::Buy)]);
    let exit = together(&[Action::Exit, Action::Exit], true, 2);
    assert_eq!(exit, [(first, Side::Sell)]);
    let buy = together(&[Action::Buy, Action::Buy], false, 2);
    assert_eq!(buy.len(), 4, "whatever it holds: {buy:?}");
}

#[test]
fn one_that_panics_or_is_slow_is_stopped_and_said_and_the_others_go_on() {
    let (mut book, plan) = book(PAIR);
    let mut runner = book.run_strategies(Some(&plan), None).unwrap();
    let wrong = Of(|_: &Seen<'_>, _: &mut Vec<Signal>| panic!("no such number"));
    let slow = Of(|_: &Seen<'_>, signals: &mut Vec<Signal>| {
        signals.clear();
        std::thread::sleep(Duration::from_millis(60));
    });
    let nan = Of(|seen: &Seen<'_>, signals: &mut Vec<Signal>| {
        let (bar, _) = seen.bar(&"A_1m".parse().unwrap()).unwrap();
        let score = f64::NAN;
        signals.push(Signal {
            score,
            ..Signal::new(bar.instrument, Action::Buy)
        });
    });
    runner.set_budget(Duration::from_millis(50)).unwrap();
    runner.add(planned("wrong"), Some(Box::new(wrong))).unwrap();
    runner.add(planned("slow"), Some(Box::new(slow))).unwrap();
    runner.add(planned("nan"), Some(Box::new(nan))).unwrap();
    runner.add(planned("good"), wants(Action::Buy)).unwrap();
    for minute in 1..4 {
        assert_eq!(
            turn(&mut book, &mut runner, minute),
            shown(&[("good", "sent")])
        );
    }
    let stopped: Vec<_> = runner
        .strategies()
        .into_iter()
        .filter_map(|one| Some((one.name.to_string(), one.stopped?)))
        .collect();
    assert_eq!(
        stopped[0],
        ("wrong".to_owned(), "it panicked: no such number".to_owned())
    );
    assert!(stopped[1].1.starts_with("it took 6"), "{stopped:?}");
    assert!(stopped[2].1.contains("score"), "{stopped:?}");
    assert_eq!(stopped.len(), 3);
}

#[test]
fn the_last_slot_goes_by_the_rule() {
    for (rule, winner) in [("first", "one"), ("priority", "two"), ("score", "three")] {
        let text = format!("{PAIR}\n[selection]\nrule = \"{rule}\"\n[limits]\nmax_positions = 1");
        let (mut book, plan) = book(&text);
        let mut runner = book.run_strategies(Some(&plan), None).unwrap();
        for (text, priority, score) in [("one", 0, 0.1), ("two", 9, 0.2), ("three", 1, 0.3)] {
            let mind = Of(move |seen: &Seen<'_>, signals: &mut Vec<Signal>| {
                let (bar, _) = seen.bar(&"A_1m".parse().unwrap()).unwrap();
                signals.push(Signal {
                    score,
                    ..Signal::new(bar.instrument, Action::Long)
                });
            });
            let planned = PlannedStrategy {
                priority,
                ..planned(text)
            };
            runner.add(planned, Some(Box::new(mind))).unwrap();
        }
        let answers = turn(&mut book, &mut runner, 1);
        assert_eq!(answers[0], (winner.to_owned(), "sent".to_owned()), "{rule}");
        for (_, answer) in &answers[1..] {
            assert_eq!(answer, "MaxPositions", "{rule}");
        }
    }
}

#[test]
fn where_strategies_disagree_the_winner_goes_if_so_asked() {
    let text = format!("{PAIR}\n[selection]\nrule = \"priority\"\nopposed = \"winner\"");
    let (mut book, plan) = book(&text);
    let mut runner = book.run_strategies(Some(&plan), None).unwrap();
    for (text, priority, action) in [("bear", 1, Action::Sell), ("bull", 2, Action::Buy)] {
        let planned = PlannedStrategy {
            priority,
            ..planned(text)
        };
        runner.add(planned, wants(action)).unwrap();
    }
    assert_eq!(turn(&mut book, &mut runner, 1), shown(&[("bull", "sent")]));
    assert_eq!(runner.strategies()[0].counts.outvoted, 1);
}

#[test]
fn a_signal_that_has_become_too_old_is_no_order() {
    let text = PAIR.replace("waits", "timeout_ms = 1000\nrequire_all = false\nwaits");
    let (mut book, plan) = book(&text);
    let mut runner = book.run_strategies(Some(&plan), None).unwrap();
    let planned = PlannedStrategy {
        valid_ms: Some(30_000),
        ..planned("own")
    };
    runner.add(planned, wants(Action::Buy)).unwrap();
    quote(&mut book, "A", (1, 100));
    bar(&mut book, "A", (1, 100));
    // The set of minute 1 goes out when minute 2 shows that its time is over.
    bar(&mut book, "A", (2, 100));
    let mut times = Vec::new();
    while runner
        .step(Some(Duration::ZERO), |seen| {
            times.push(seen.set.ts().0 / MINUTE)
        })
        .unwrap()
    {}
    assert_eq!(times, [1]);
    assert!(runner.decide(&mut book).unwrap().is_empty());
    assert_eq!(runner.strategies()[0].counts.expired, 1);
}

#[test]
fn sets_that_are_told_again_are_those_that_were_live_and_no_order_comes_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let features = r#"
[[feature]]
name = "mean"
kind = "sma"
source = "A_1m"
span = 3
"#;
    let settings = settings(&format!("{PAIR}{features}{INSTRUMENTS}"));
    let plan = settings.plan.clone();
    let mut options = BookOptions::configured(Some(settings), None, None).unwrap();
    options.has_event_clock = true;
    options.path = Some(folder.path().join("book.db"));
    let mut book = Book::open(options.clone()).unwrap();
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let listen = |heard: &Arc<Mutex<Vec<String>>>| -> Option<Box<dyn Strategy>> {
        let heard = Arc::clone(heard);
        Some(Box::new(Of(
            move |seen: &Seen<'_>, signals: &mut Vec<Signal>| {
                let text = format!("{:?} {:?}", seen.set, seen.feature("mean"));
                heard.lock().unwrap().push(text);
                let (bar, _) = seen.bar(&"A_1m".parse().unwrap()).unwrap();
                signals.push(Signal::new(bar.instrument, Action::Buy));
            },
        )))
    };
    let mut runner = book.run_strategies(Some(&plan), None).unwrap();
    runner.add(planned("own"), listen(&heard)).unwrap();
    for minute in 1..50 {
        turn(&mut book, &mut runner, minute);
    }
    let live = std::mem::take(&mut *heard.lock().unwrap());
    assert_eq!(live.len(), 49);
    assert!(
        live[1].ends_with("None") && live[2].ends_with("Some(100.0)"),
        "{}",
        live[2]
    );
    drop(runner);
    book.close().unwrap();
    let mut book = Book::open(options).unwrap();
    let orders = book.orders().unwrap().len();
    let mut runner = book.run_strategies(Some(&plan), Some(0)).unwrap();
    runner.add(planned("own"), listen(&heard)).unwrap();
    while runner
        .step(Some(Duration::from_millis(200)), |_| {})
        .unwrap()
    {
        assert!(runner.is_past());
        assert!(runner.decide(&mut book).unwrap().is_empty());
    }
    assert_eq!(*heard.lock().unwrap(), live);
    assert_eq!(book.orders().unwrap().len(), orders);
    // What comes from now on is decided, and the features go on.
    assert_eq!(turn(&mut book, &mut runner, 50), shown(&[("own", "sent")]));
}

#[test]
fn a_slower_bar_of_a_set_that_was_skipped_is_in_its_features() {
    let text = r#"
[[synchronizer]]
name = "mixed"
expected_sources = ["A_1m", "B_1m", "A_2m"]
waits_for_holes = false

[[feature]]
name = "sum"
kind = "sma"
source = "A_2m"
span = 2
"#;
    let (mut book, plan) = book(text);
    let mut runner = book.run_strategies(Some(&plan), None).unwrap();
    let mut heard = Vec::new();
    for minute in 1..=8 {
        bar(&mut book, "A", (minute, 100));
        if minute % 2 == 0 {
            let closes = minute * MINUTE;
            let report = BarReport {
                symbol: "A",
                timeframe: "2m",
                span: (closes - 2 * MINUTE, closes),
                ohlc: [px(minute); 4],
                volume: px(1),
            };
            book.bar(&report).unwrap();
        }
        if minute != 4 {
            bar(&mut book, "B", (minute, 50));
        }
        let mut hear = |seen: &Seen<'_>| {
            heard.push((seen.set.ts().0 / MINUTE, seen.feature("sum")));
        };
        while runner.step(Some(Duration::ZERO), &mut hear).unwrap() {}
    }
    let means = [None, None, Some(3.0), Some(5.0), Some(5.0), Some(7.0)];
    let minutes = [2, 3, 5, 6, 7, 8];
    let means: Vec<_> = minutes.into_iter().zip(means).collect();
    assert_eq!(heard, means);
}

/// The sets that are shown after a restart, by minute and number of orders, where a bar of minute 2
/// was there before and `live` come after it.
fn after_restart(live: &[(&str, i64)]) -> Vec<(i64, usize)> {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{PAIR}require_all = false\n{INSTRUMENTS}");
    let settings = settings(&text);
    let plan = settings.plan.clone();
    let mut options = BookOptions::configured(Some(settings), None, None).unwrap();
    options.has_event_clock = true;
    options.path = Some(folder.path().join("book.db"));
    let mut book = Book::open(options.clone()).unwrap();
    bar(&mut book, "A", (2, 100));
    book.close().unwrap();
    let mut book = Book::open(options).unwrap();
    let mut runner = book.run_strategies(Some(&plan), Some(0)).unwrap();
    runner.add(planned("own"), wants(Action::Buy)).unwrap();
    let mut shown = Vec::new();
    let patience = Some(Duration::from_millis(200));
    for (symbol, minute) in live {
        quote(&mut book, "A", (*minute, 100));
        bar(&mut book, symbol, (*minute, 100));
        let mut minute = 0;
        while runner
            .step(patience, |seen| minute = seen.set.ts().0 / MINUTE)
            .unwrap()
        {
            shown.push((minute, runner.decide(&mut book).unwrap().len()));
        }
    }
    shown
}

#[test]
fn a_set_of_the_past_that_a_new_bar_lets_go_is_no_order() {
    let later = after_restart(&[("A", 1_000), ("A", 1_001)]);
    assert_eq!(later, [(2, 0), (1_000, 1)]);
    let completed = after_restart(&[("B", 2)]);
    assert_eq!(completed, [(2, 1)], "a part of it came since");
}

#[test]
fn a_set_of_the_past_that_a_new_bar_ends_is_no_order() {
    let folder = tempfile::tempdir().unwrap();
    let text = PAIR.replace("waits", "require_all = false\nwaits");
    let settings = settings(&format!("{text}{INSTRUMENTS}"));
    let plan = settings.plan.clone();
    let mut options = BookOptions::configured(Some(settings), None, None).unwrap();
    options.has_event_clock = true;
    options.path = Some(folder.path().join("book.db"));
    let mut book = Book::open(options.clone()).unwrap();
    quote(&mut book, "A", (1, 100));
    bar(&mut book, "A", (1, 100));
    book.close().unwrap();
    let mut book = Book::open(options).unwrap();
    let mut runner = book.run_strategies(Some(&plan), Some(0)).unwrap();
    runner.add(planned("own"), wants(Action::Buy)).unwrap();
    assert!(
        !runner
            .step(Some(Duration::from_millis(300)), |_| {})
            .unwrap()
    );
    quote(&mut book, "A", (500, 100));
    bar(&mut book, "A", (500, 100));
    assert!(runner.step(Some(Duration::from_secs(5)), |_| {}).unwrap());
    assert!(runner.is_past() && runner.decide(&mut book).unwrap().is_empty());
    bar(&mut book, "B", (500, 50));
    assert!(runner.step(Some(Duration::from_secs(5)), |_| {}).unwrap());
    assert_eq!(
        (runner.is_past(), runner.decide(&mut book).unwrap().len()),
        (false, 1)
    );
}

#[test]
fn a_clock_ends_a_timeout_and_a_set_goes_out_with_what_there_is() {
    let text = PAIR.replace("waits", "timeout_ms = 1000\nrequire_all = false\nwaits");
    let (mut book, plan) = book(&text);
    let mut runner = book.run_strategies(Some(&plan), None).unwrap();
    bar(&mut book, "A", (1, 100));
    assert!(!runner.step(Some(Duration::ZERO), |_| {}).unwrap());
    runner.advance(Timestamp(MINUTE + 999_999_999)).unwrap();
    assert!(!runner.step(Some(Duration::ZERO), |_| {}).unwrap());
    runner.advance(Timestamp(MINUTE + 1_000_000_000)).unwrap();
    assert!(runner.step(Some(Duration::ZERO), |_| {}).unwrap());
}

#[test]
fn a_strategy_with_a_synchronizer_of_its_own_sees_the_fastest_bars_alone() {
    let own = "[[strategy]]\nname = \"m\"\nkind = \"momentum\"\nsymbols = [\"A\"]\n\
               [[bars]]\nsource = \"A_2m\"\nfrom = \"A_1m\"";
    let (mut book, _) = book(own);
    let mut runner = book.run_strategies(None, None).unwrap();
    for minute in 1..9 {
        bar(&mut book, "A", (minute, 100));
    }
    let mut closes = Vec::new();
    let mut note = |seen: &Seen<'_>| closes.push(seen.set.ts().0 / MINUTE);
    while runner.step(Some(Duration::ZERO), &mut note).unwrap() {}
    assert_eq!(closes, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(runner.unexpected(), 4, "the four of two minutes");
}

#[test]
fn trades_become_bars_that_are_recorded_and_synchronized() {
    let made = r#"
[[bars]]
source = "A_1m"
from = "trades"

[[bars]]
source = "A_2m"
from = "A_1m"

[[synchronizer]]
name = "both"
expected_sources = ["A_1m", "A_2m"]
waits_for_holes = false
"#;
    let (mut book, plan) = book(made);
    let mut runner = book.run_strategies(Some(&plan), None).unwrap();
    for second in 60..=240 {
        let ts = second * 1_000_000_000;
        book.trade_print("A", (px(100), px(1)), Some(ts)).unwrap();
    }
    let mut seen_at = Vec::new();
    let slow = "A_2m".parse().unwrap();
    while runner
        .step(Some(Duration::ZERO), |seen| {
            let closed = seen.bar(&slow).map(|(bar, _)| bar.ts_close.0 / MINUTE);
            seen_at.push((seen.set.ts().0 / MINUTE, closed));
        })
        .unwrap()
    {}
    assert_eq!(
        seen_at,
        [(4, Some(4))],
        "the first whole 2m is that of minutes 3 and 4"
    );
    let error = book.trade_print("A", (px(100), px(0)), None).unwrap_err();
    assert!(error.to_string().contains("qty"), "{error}");
}

#[test]
fn who_decides_outside_gives_signals_of_the_newest_set_only() {
    let (mut book, plan) = book(PAIR);
    let mut runner = book.run_strategies(Some(&plan), None).unwrap();
    let own = runner.add(planned("own"), None).unwrap();
    let instrument = runner.registry().instruments[0].id;
    let buy = Signal {
        size: Size::Qty(50_000_000),
        ..Signal::new(instrument, Action::Buy)
    };
    let early = runner.signal(own, buy).unwrap_err().to_string();
    assert!(
        early.contains("whose synchronizer has no new set"),
        "{early}"
    );
    quote(&mut book, "A", (1, 100));
    bar(&mut book, "A", (1, 100));
    bar(&mut book, "B", (1, 50));
    assert!(runner.step(Some(Duration::ZERO), |_| {}).unwrap());
    runner.signal(own, buy).unwrap();
    for wrong in [
        Signal {
            score: f64::INFINITY,
            ..buy
        },
        Signal {
            size: Size::Qty(0),
            ..buy
        },
        Signal {
            size: Size::Notional(decimal("notional", "-1").unwrap()),
            ..buy
        },
        Signal {
            valid_ns: Some(-1),
            ..buy
        },
    ] {
        assert!(runner.signal(own, wrong).is_err(), "{wrong:?}");
    }
    let routed = runner.decide(&mut book).unwrap();
    assert_eq!(routed.len(), 1);
    let order = &routed[0];
    assert_eq!(
        (order.side, order.qty, order.symbol.as_str()),
        (Side::Buy, 50_000_000, "A")
    );
    assert_eq!(order.client_order_id.as_str(), "own-60000000000-1");
    assert!(order.answer.is_ok());
    runner.stop(own, "enough").unwrap();
    let stopped = runner.signal(own, buy).unwrap_err().to_string();
    assert!(stopped.contains("enough"), "{stopped}");
    runner.decide(&mut book).unwrap();
}

#[test]
fn a_plan_that_does_not_fit_says_what_there_is() {
    let (mut book, plan) = book(PAIR);
    let mut runner = book.run_strategies(Some(&plan), None).unwrap();
    let of = |text: &str| PlannedStrategy {
        synchronizer: Some(name(text)),
        ..planned("own")
    };
    let unknown = runner.add(of("pears"), None).unwrap_err().to_string();
    assert!(
        unknown.contains("'pears'") && unknown.contains("pair"),
        "{unknown}"
    );
    runner.add(of("pair"), None).unwrap();
    let twice = runner.add(of("pair"), None).unwrap_err().to_string();
    assert!(twice.contains("a second time"), "{twice}");
    let guessed = PAIR.replace("waits", "gap = \"interpolate\"\nwaits");
    let plan = settings(&format!("{guessed}{INSTRUMENTS}")).plan;
    let live = book
        .run_strategies(Some(&plan), None)
        .err()
        .unwrap()
        .to_string();
    assert!(live.contains("interpolate"), "{live}");
}

#[test]
fn the_composition_of_the_documentation_is_taken() {
    let page = include_str!("../../docs/strategies.md");
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    let instruments = INSTRUMENTS
        .replace("\"A\"", "\"BTC-USD\"")
        .replace("\"B\"", "\"ETH-USD\"");
    let instruments = instruments.replace("base = \"BTC-USD\"", "base = \"BTC\"");
    let instruments = instruments.replace("base = \"ETH-USD\"", "base = \"ETH\"");
    let plan = settings(&format!("{instruments}\n{text}")).plan;
    assert_eq!(
        (
            plan.bars.len(),
            plan.synchronizers.len(),
            plan.features.len()
        ),
        (2, 1, 2)
    );
    let momentum = plan.strategy(&name("momentum"));
    assert_eq!((momentum.priority, momentum.valid_ms), (2, Some(5_000)));
}

const WHOLE: &str = r#"
[[bars]]
source = "A_5m"
from = "A_1m"
[[synchronizer]]
name = "minutes"
expected_sources = ["A_1m", "B_1m", "A_5m"]
gaps = { "B_1m" = "last_known" }
[[feature]]
name = "rsi"
kind = "rsi"
source = "A_1m"
span = 14
[[feature]]
name = "corr"
kind = "correlation"
sources = ["A_1m", "B_1m"]
span = 60
[selection]
rule = "score"
[[strategy]]
name = "momentum"
kind = "momentum"
symbols = ["A"]
synchronizer = "minutes"
priority = 1
valid_ms = 1000
"#;
/// A line, what stands there, what instead, and what the refusal names.
const WRONG: &[(u32, &str, &str, &str)] = &[
    (3, "\"A_5m\"\nfrom", "\"A_5x\"\nfrom", "such as 30s, 5m"),
    (3, "\"A_5m\"\nfrom", "\"C_5m\"\nfrom", "A, B"),
    (
        4,
        "from = \"A_1m\"",
        "from = \"B_1m\"",
        "of the same symbol",
    ),
    (4, "from = \"A_1m\"", "from = \"A_2m\"", "that divide A_5m"),
    (
        6,
        "name = \"minutes\"",
        "named = \"minutes\"",
        "expected_sources",
    ),
    (
        7,
        "\"B_1m\", \"A_5m\"",
        "\"B_1m\", \"B_1m\"",
        "each source once",
    ),
    (8, "last_known", "last", "'interpolate'"),
    (8, "\"B_1m\" =", "\"B_2m\" =", "A_1m, B_1m, A_5m"),
    (11, "kind = \"rsi\"", "kind = \"rsy\"", "'sma', 'ema'"),
    (
        12,
        "source = \"A_1m\"",
        "source = \"B_5m\"",
        "minutes: A_1m, B_1m, A_5m",
    ),
    (9, "source = \"A_1m\"\nspan", "span", "one source"),
    (13, "span = 14", "span = 0", "from 1 to 1000000"),
    (
        17,
        "sources = [\"A_1m\", \"B_1m\"]",
        "sources = [\"A_1m\"]",
        "two sources",
    ),
    (
        20,
        "\"score\"",
        "\"loudest\"",
        "'first' or 'priority' or 'score'",
    ),
    (
        25,
        "synchronizer = \"minutes\"",
        "synchronizer = \"hours\"",
        "minutes",
    ),
    (26, "priority = 1", "priority = -1", "whole number"),
];

#[test]
fn a_wrong_composition_says_where_it_is_and_what_is_allowed() {
    settings(&format!("{WHOLE}{INSTRUMENTS}"));
    for (line, from, to, allowed) in WRONG {
        assert!(WHOLE.contains(from), "{from}");
        let text = format!("{}{INSTRUMENTS}", WHOLE.replacen(from, to, 1));
        let error = Settings::from_toml("s.toml", &text)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with(&format!("s.toml:{line}: ")),
            "{to}: {error}"
        );
        assert!(error.contains(allowed), "{to}: {error}");
    }
}
