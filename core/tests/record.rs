//! What is recorded beside trades, snapshots of an hour, orders of unknown fate, a lost store.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod desk;

use desk::{Desk, id, number};
use truebook_core::book::{
    Alert, AlertLevel, Answer, BarRecord, Command, Event, Invalid, Observation, PriceTick, Record,
    SHARED_MAX, Snapshot, State,
};
use truebook_core::model::{InstrumentId, InstrumentKind, Refusal, Side, Timestamp};

const HOUR: i64 = 3_600_000_000_000;
const PRICE: i64 = 10_000_000_000;

fn record(desk: &mut Desk, record: Record) -> Answer {
    let ts = Timestamp(desk.now);
    let record = Box::new(record);
    desk.run(Command::Record { record, ts })
}

fn bar() -> BarRecord {
    BarRecord {
        instrument: InstrumentId(0),
        timeframe: id("1h"),
        ts_open: Timestamp(HOUR),
        ts_close: Timestamp(2 * HOUR),
        open: 20,
        high: 30,
        low: 10,
        close: 20,
        volume: 0,
    }
}

#[test]
fn a_bar_that_contradicts_itself_is_refused_and_changes_nothing() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    assert!(matches!(
        record(&mut desk, Record::Bar(bar())),
        Answer::Applied(_)
    ));
    let before = desk.state().hash();
    let of = |change: fn(&mut BarRecord)| {
        let mut bar = bar();
        change(&mut bar);
        bar
    };
    for wrong in [
        of(|bar| bar.low = 21),
        of(|bar| bar.high = 19),
        of(|bar| bar.close = 31),
        of(|bar| bar.low = 0),
        of(|bar| bar.volume = -1),
        of(|bar| bar.ts_close = bar.ts_open),
        of(|bar| bar.timeframe = Default::default()),
    ] {
        let refused = record(&mut desk, Record::Bar(wrong));
        assert_eq!(refused, Answer::Invalid(Invalid::Bar), "{wrong:?}");
    }
    let unknown = of(|bar| bar.instrument = InstrumentId(9));
    let refused = record(&mut desk, Record::Bar(unknown));
    assert_eq!(refused, Answer::Invalid(Invalid::UnknownInstrument));
    assert_eq!(desk.state().hash(), before);
    desk.check();
}

#[test]
fn a_score_and_an_alert_have_names_and_a_bounded_text() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    let seen = |text: usize| Observation {
        kind: id("sentiment"),
        symbol: id("BTC"),
        ts: Timestamp(1),
        value: Some(number("-0.25")),
        text: Some("x".repeat(text).into()),
        source: None,
    };
    let alert = |text: usize| Alert {
        level: AlertLevel::Info,
        kind: id("note"),
        symbol: None,
        text: "x".repeat(text).into(),
    };
    for text in [0, SHARED_MAX] {
        let taken = record(&mut desk, Record::Observation(seen(text)));
        assert!(matches!(taken, Answer::Applied(_)));
        let taken = record(&mut desk, Record::Alert(alert(text)));
        assert!(matches!(taken, Answer::Applied(_)));
    }
    let long = SHARED_MAX + 1;
    for refused in [
        record(&mut desk, Record::Observation(seen(long))),
        record(&mut desk, Record::Alert(alert(long))),
    ] {
        assert_eq!(refused, Answer::Invalid(Invalid::Text));
    }
    let unnamed = Observation {
        symbol: Default::default(),
        ..seen(1)
    };
    let refused = record(&mut desk, Record::Observation(unnamed));
    assert_eq!(refused, Answer::Invalid(Invalid::UnnamedRecord));
    let unnamed = Alert {
        kind: Default::default(),
        ..alert(1)
    };
    let refused = record(&mut desk, Record::Alert(unnamed));
    assert_eq!(refused, Answer::Invalid(Invalid::UnnamedRecord));
    desk.check();
}

fn price(desk: &mut Desk, px: i64, ts: i64) -> Answer {
    let tick = PriceTick {
        last: Some(px),
        ..PriceTick::empty(InstrumentId(0), Timestamp(ts))
    };
    desk.run(Command::Price(tick))
}

fn snapshots(desk: &Desk) -> Vec<Snapshot> {
    let events = desk.entries.iter().map(|entry| &entry.event);
    let taken = events.filter_map(|event| match event {
        Event::SnapshotTaken(snapshot) => Some(*snapshot),
        _ => None,
    });
    taken.collect()
}

#[test]
fn a_snapshot_is_of_what_was_there_before_the_first_price_after_the_turn() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    desk.deposit("USD", "1000");
    desk.each(|ledger| ledger.set_snapshots(true));
    let first = desk.now / HOUR * HOUR + HOUR;
    price(&mut desk, PRICE, first - 1);
    desk.buy("1", "100", "t");
    assert!(snapshots(&desk).is_empty(), "no hour has turned");
    price(&mut desk, PRICE + 100_000_000, first);
    let [taken] = snapshots(&desk)[..] else {
        panic!("one hour has turned")
    };
    let money = |raw: i128| State::money(raw).to_string();
    assert_eq!((taken.at, taken.missing), (Timestamp(first), 0));
    assert_eq!(money(taken.equity), "1000");
    assert_eq!(money(taken.holdings), "100");
    // Refused: no snapshot, though the next hour has begun.
    let refused = price(&mut desk, 0, first + HOUR);
    assert!(matches!(refused, Answer::PriceRefused(_)));
    assert_eq!(snapshots(&desk).len(), 1);
    // Three hours of nothing are one turn.
    price(&mut desk, PRICE, first + 3 * HOUR + 5);
    let taken = snapshots(&desk)[1];
    assert_eq!(taken.at, Timestamp(first + 3 * HOUR));
    assert_eq!(money(taken.equity), "1001");
    assert_eq!(money(taken.peak), "1001");
    price(&mut desk, PRICE, first + 4 * HOUR);
    let taken = snapshots(&desk)[2];
    assert_eq!(money(taken.equity), "1000");
    assert_eq!(money(taken.peak), "1001");
    desk.check();
}

#[test]
fn while_the_store_keeps_nothing_new_risk_is_refused_and_an_event_says_so() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    desk.deposit("USD", "1000");
    let now = desk.now;
    price(&mut desk, PRICE, now);
    desk.each(|ledger| ledger.set_store_available(false));
    desk.each(|ledger| ledger.set_store_available(false));
    let refused = desk.submit(desk.order(Side::Buy, "1"));
    assert_eq!(refused, Answer::Refused(Refusal::StoreUnavailable));
    assert_eq!(desk.buy("1", "100", "t").quarantined, None);
    desk.each(|ledger| ledger.set_store_available(true));
    let passed = desk.submit(desk.order(Side::Buy, "1"));
    assert!(matches!(passed, Answer::Applied(_)), "{passed:?}");
    let said = desk.entries.iter().filter_map(|entry| match entry.event {
        Event::StoreChanged { is_available } => Some(is_available),
        _ => None,
    });
    assert_eq!(said.collect::<Vec<_>>(), [false, true]);
    desk.check();
}
