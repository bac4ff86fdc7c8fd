//! After a warm-up, quotes and fills allocate nothing: counted by the allocator itself.
#![allow(unsafe_code, reason = "an allocator that counts is one by contract")]

mod desk;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use desk::{Desk, FIRST, id};
use truebook_core::bars::feature::{FloatBar, Pair, Panel, PanelSpans, Span};
use truebook_core::bars::{
    Aggregator, AggregatorOptions, Bar, BarRule, BarSynchronizer, Print, SourceId,
    SynchronizerOptions, Timeframe,
};
use truebook_core::book::{Command, Entry, FillReport, Ledger, PriceTick, State};
use truebook_core::engine::{
    BoardOptions, Discipline, Host, Input, NoJournal, Options, Quiet, Writer,
};
use truebook_core::model::{Config, Id, InstrumentKind, Side, Timestamp};

struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that ends has nothing to count.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is the system's.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is the system's.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn report(number: i64, strategy: Id) -> FillReport {
    let side = if number % 3 == 0 {
        Side::Sell
    } else {
        Side::Buy
    };
    FillReport {
        strategy: Some(strategy),
        trade_id: Some(Id::format(format_args!("t-{number}"))),
        venue_order_id: Some(id("v")),
        ts: Timestamp(number),
        ..FillReport::new(FIRST, side, 100_000_000, 10_000_000_000 + number)
    }
}

#[test]
fn quotes_and_fills_allocate_nothing_after_a_warm_up() {
    let mut made = Desk::new(Config::default());
    made.instrument(desk::spec("AIG-USD", InstrumentKind::Equity));
    let mut state = State::default();
    state.reserve();
    made.entries.iter().for_each(|entry| state.apply(entry));
    let mut ledger = Ledger::new(state);
    let mut entries: Vec<Entry> = Vec::with_capacity(64);
    let mut one = |number: i64| {
        let fill = Command::Fill(Box::new(report(number, id("s"))));
        let tick = Command::Price(PriceTick {
            bid: Some(10_000_000_000 + number),
            ask: Some(10_000_000_100 + number),
            ..PriceTick::empty(FIRST, Timestamp(number))
        });
        let before = COUNT.get();
        ledger.execute(&fill);
        ledger.execute(&tick);
        entries.clear();
        ledger.take_emitted(&mut entries);
        COUNT.get() - before
    };
    (1..1_000).for_each(|number| {
        one(number);
    });
    let counted: u64 = (1_000..20_000).map(&mut one).sum();
    assert_eq!(counted, 0);
}

#[test]
fn memory_of_reports_that_were_executed_is_used_again() {
    let mut made = Desk::new(Config::default());
    made.instrument(desk::spec("AIG-USD", InstrumentKind::Equity));
    let mut state = State::default();
    made.entries.iter().for_each(|entry| state.apply(entry));
    let writer = Writer::new(
        Ledger::new(state),
        Quiet,
        Box::new(NoJournal),
        BoardOptions::default(),
    );
    let host = Host::new(writer, Options::default());
    let mut producer = host.enrol().unwrap().producer(Discipline::Ordered).unwrap();
    let mut one = |number: u64| {
        let before = COUNT.get();
        let mut given = report(i64::try_from(number).unwrap(), id("s"));
        let spent = producer.spent();
        assert_eq!(spent.is_some(), number > 1, "{number}");
        let report = match spent {
            Some(mut spent) => {
                // Nothing of the one before is left in it.
                spent.revises = Some(id("old"));
                spent.begin(
                    given.instrument,
                    (given.side, given.last_qty),
                    given.last_px,
                );
                assert_eq!(spent.revises, None);
                std::mem::swap(&mut *spent, &mut given);
                spent
            }
            None => Box::new(given),
        };
        producer
            .post(Input::Command(Command::Fill(report)))
            .unwrap();
        let counted = COUNT.get() - before;
        // After what was given before.
        producer.ask(|_| ()).unwrap();
        counted
    };
    assert!(one(1) > 0);
    let counted: u64 = (2..200).map(&mut one).sum();
    assert_eq!(counted, 0);
}

#[test]
fn prints_bars_sets_and_features_allocate_nothing_after_a_warm_up() {
    let minute = Timeframe::MINUTE;
    let rule = BarRule::Time(minute);
    let mut aggregator = Aggregator::new(AggregatorOptions::new(FIRST, rule)).unwrap();
    let options = SynchronizerOptions {
        require_all: false,
        ..SynchronizerOptions::default()
    };
    let mut sync = BarSynchronizer::named(&["A_1m", "B_1m", "A_5m"], options).unwrap();
    let span = Span::new(20).unwrap();
    let (mut panel, mut pair) = (Panel::new(PanelSpans::all(span)), Pair::new(span));
    let mut bars = Vec::with_capacity(4);
    let mut one = |number: i64| {
        let before = COUNT.get();
        let ts = Timestamp(number * minute.ns());
        let px = 100 + number % 7;
        bars.clear();
        aggregator
            .push(Print { ts, px, qty: 1 }, &mut bars)
            .unwrap();
        for built in &bars {
            let bar: Bar = built.bar;
            for source in (0_u32..3).filter(|source| number % 11 > i64::from(*source)) {
                sync.push(SourceId(source), bar, ts);
                while sync.poll().is_some() {}
            }
            let close = px as f64;
            let volume = bar.volume as f64;
            panel.push(&FloatBar {
                open: close,
                high: close,
                low: close,
                close,
                volume,
            });
            pair.push((close, volume + close * close));
        }
        COUNT.get() - before
    };
    (1..100).for_each(|number| {
        one(number);
    });
    let counted: u64 = (100..5_000).map(&mut one).sum();
    assert_eq!(counted, 0);
}
