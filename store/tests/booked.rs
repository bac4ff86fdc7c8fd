//! Executions of long ago, found by the rule by which the ledger finds those that it remembers.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use truebook_core::book::{Beyond, Command, FillReport, Ledger, State};
use truebook_core::engine::Journal;
use truebook_core::model::{Id, InstrumentId, InstrumentSpec, Side, Timestamp};
use truebook_store::{Audit, Durability, JournalFile, Mode, Reported, Session, StoreThread};

const DAY: i64 = 86_400_000_000_000;

fn id(text: &str) -> Id {
    Id::new("id", text).unwrap()
}

fn open(path: &Path) -> JournalFile {
    let session = Session {
        mode: "live".to_owned(),
        config: None,
    };
    JournalFile::open(path, &session, Durability::Os).unwrap()
}

fn report(trade_id: &str) -> FillReport {
    FillReport {
        trade_id: Some(id(trade_id)),
        ts: Timestamp(DAY / 2),
        ..FillReport::new(InstrumentId(0), Side::Buy, 150_000_000, 5_000_000_000)
    }
}

fn with_orders(trade_id: &str, ours: Option<&str>, theirs: Option<&str>) -> FillReport {
    FillReport {
        client_order_id: ours.map(id),
        venue_order_id: theirs.map(id),
        ..report(trade_id)
    }
}

/// A database with four fills on its first day, and something on its third.
fn kept(path: &Path) -> State {
    let mut ledger = Ledger::default();
    ledger.execute(&Command::Configure(Box::default()));
    let spec = InstrumentSpec {
        symbol: id("BTC-USD"),
        base: id("BTC"),
        quote: id("USD"),
        price_precision: 2,
        qty_precision: 8,
        ..InstrumentSpec::default()
    };
    ledger.execute(&Command::AddInstrument(Box::new(spec)));
    for fill in [
        report("plain"),
        with_orders("named", Some("c1"), Some("v1")),
        with_orders("named", Some("c2"), Some("v2")),
        FillReport {
            ts: Timestamp(2 * DAY),
            ..report("late")
        },
    ] {
        ledger.execute(&Command::Fill(Box::new(fill)));
    }
    let mut entries = Vec::new();
    ledger.take_emitted(&mut entries);
    let (thread, mut writer) =
        StoreThread::start(open(path), Mode::Continue, Audit::default()).unwrap();
    entries.iter().for_each(|entry| {
        writer.append(entry);
        writer.end();
    });
    drop(writer);
    thread.finish().unwrap();
    ledger.state().clone()
}

#[test]
fn a_fill_of_long_ago_is_found_by_its_id_its_numbers_and_its_orders() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let state = kept(&path);
    let file = JournalFile::read_only(&path).unwrap();
    let find = |report: &FillReport| {
        let reported = Reported::of(&state, report).unwrap();
        file.find_booked(&reported).unwrap()
    };
    let Beyond::Booked(plain) = find(&report("plain")) else {
        unreachable!()
    };
    assert_eq!(
        find(&with_orders("plain", Some("c9"), None)),
        Beyond::Booked(plain)
    );
    assert_eq!(find(&report("never")), Beyond::New);
    let sold = FillReport {
        side: Side::Sell,
        ..report("plain")
    };
    assert_eq!(
        find(&sold),
        Beyond::New,
        "the other side is another execution"
    );
    let doubled = FillReport {
        last_qty: 300_000_000,
        ..report("plain")
    };
    assert_eq!(find(&doubled), Beyond::Conflict);
    let one = find(&with_orders("named", None, Some("v1")));
    let two = find(&with_orders("named", Some("c2"), None));
    assert!(matches!((one, two), (Beyond::Booked(a), Beyond::Booked(b)) if a + 1 == b));
    assert_eq!(
        find(&with_orders("named", Some("c1"), Some("v3"))),
        Beyond::New
    );
}

#[test]
fn of_what_was_pruned_nothing_is_claimed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let state = kept(&path);
    assert!(open(&path).prune(DAY).unwrap().events > 0);
    let file = JournalFile::read_only(&path).unwrap();
    let find = |report: &FillReport| {
        let reported = Reported::of(&state, report).unwrap();
        file.find_booked(&reported).unwrap()
    };
    assert_eq!(find(&report("plain")), Beyond::Stale);
    let untimed = FillReport {
        ts: Timestamp(9 * DAY),
        beyond: Beyond::Ask { is_timed: false },
        ..report("plain")
    };
    assert_eq!(find(&untimed), Beyond::Stale);
    let newer = FillReport {
        ts: Timestamp(2 * DAY),
        ..report("another")
    };
    assert_eq!(find(&newer), Beyond::New);
    let late = FillReport {
        ts: Timestamp(2 * DAY),
        ..report("late")
    };
    assert!(matches!(find(&late), Beyond::Booked(_)));
}
