//! Readers beside a writer: never locked out, and always of one moment.

use std::path::Path;
use std::sync::mpsc;

use truebook_store::export::{self, Format, Reading, Teller, status};

use crate::open;
use truebook_store::{Existing, Lock, backup};

use crate::story;

/// Works on the database `path` until `read` is done.
fn beside(path: &Path, read: impl FnOnce()) {
    let (done, end) = mpsc::channel::<()>();
    let mut book = story::book(path);
    story::tell(&mut book);
    story::settle(&mut book);
    std::thread::scope(|scope| {
        let writer = scope.spawn(move || {
            let mut from = 0;
            while end.try_recv() == Err(mpsc::TryRecvError::Empty) {
                story::trade(&mut book, from, 100);
                from += 100;
                // Opened and closed again, too: that is when a file is most often locked.
                if from % 1_000 == 0 {
                    book.close().unwrap();
                    book = story::book(path);
                }
            }
            book.close().unwrap();
            from
        });
        read();
        drop(done);
        assert!(
            writer.join().unwrap() > 1_000,
            "the writer wrote too little"
        );
    });
}

#[test]
fn tables_that_are_read_together_are_of_one_sequence() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let folder = dir.path().join("out");
    beside(&path, || {
        let mut before = 0;
        for _ in 0..40 {
            let file = open(&path).unwrap();
            let reading = Reading::of(&file).unwrap();
            let tables = reading.tables(&[]).unwrap();
            let exported = export::export(&reading, &tables, Format::Csv, &folder).unwrap();
            assert!(before <= exported.sequence && exported.sequence <= exported.last);
            before = exported.sequence;
            let read = |name: &str| {
                let reader = csv::Reader::from_path(folder.join(name)).unwrap();
                reader
                    .into_records()
                    .map(Result::unwrap)
                    .collect::<Vec<_>>()
            };
            let fills = read("fills.csv");
            let newest = fills.last().unwrap()[0].parse::<u64>().unwrap();
            assert!(newest <= exported.sequence);
            let of_swing = fills.iter().filter(|row| &row[3] == "swing").count();
            let strategies = read("strategies.csv");
            let swing = strategies.iter().find(|row| &row[0] == "swing").unwrap();
            assert_eq!(swing[3].parse::<usize>().unwrap(), of_swing);
            let daily = read("daily_performance.csv");
            let days = daily.iter().filter(|row| &row[2] == "swing");
            let sum: usize = days.map(|row| row[8].parse::<usize>().unwrap()).sum();
            assert_eq!(sum, of_swing);
        }
    });
}

#[test]
fn no_reader_is_ever_told_that_the_database_is_locked() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    beside(&path, || {
        let (mut last, mut told) = (0, 0);
        for number in 0..60 {
            let file = open(&path).unwrap();
            let stands = status(&file).unwrap();
            assert!(stands.last >= last && stands.tables.unwrap().sequence <= stands.last);
            last = stands.last;
            let mut teller = Teller::after(&file, last.saturating_sub(20)).unwrap();
            while !teller.next(1_000).unwrap().is_empty() {}
            assert!(teller.sequence() >= last && teller.sequence() >= told);
            told = teller.sequence();
            let to = dir.path().join(format!("copy-{}.db", number % 2));
            let copy = backup(&file, &to, Existing::Replace).unwrap();
            assert!(copy.sequence >= last);
        }
    });
}

#[test]
fn who_writes_is_said_while_it_writes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let mut book = story::book(&path);
    story::tell(&mut book);
    let last = story::settle(&mut book);
    let stands = status(&open(&path).unwrap()).unwrap();
    let writer = stands.writer.unwrap();
    assert!(
        writer.contains(&format!("process {}", std::process::id())),
        "{writer}"
    );
    assert_eq!((stands.first, stands.last, stands.base), (1, last, 0));
    assert_eq!((stands.mode.as_deref(), stands.format), (Some("live"), 4));
    assert!(stands.wal_bytes > 0 && stands.bytes > 0);
    let tables = stands.tables.unwrap();
    assert_eq!(tables.sequence, last);
    assert_eq!(tables.config.unwrap().0, 1);
    book.close().unwrap();
    let stands = status(&open(&path).unwrap()).unwrap();
    assert_eq!(stands.writer, None);
    assert_eq!(Lock::holder(&path), None);
}

#[test]
fn what_stands_is_counted_as_the_book_counts_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let mut book = story::book(&path);
    story::tell(&mut book);
    story::settle(&mut book);
    let open_positions = book.positions().unwrap().len() as u64;
    let orders = book.orders().unwrap();
    let open_orders = orders
        .iter()
        .filter(|order| order.status == "pending")
        .count() as u64;
    let stands = status(&open(&path).unwrap()).unwrap();
    let tables = stands.tables.unwrap();
    assert_eq!(tables.open_positions, open_positions);
    assert_eq!(tables.open_orders, open_orders);
    assert!(open_orders > 0 && open_positions > 0);
    let alerts = &tables.alerts;
    assert!(alerts.critical >= 2 && alerts.warning >= 1, "{alerts:?}");
    assert_eq!(alerts.newest[0].text, story::ODD);
    assert!(alerts.newest.len() <= export::ALERTS_SHOWN);
    // A day later they are old.
    let args = r#"{"symbol": "BTC-USD", "timeframe": "1m", "open": "1", "high": "1", "low": "1",
                   "close": "1", "volume": "0", "ts_open": 1700090000000000000,
                   "ts_event": 1700090060000000000}"#;
    book.call_by_name("bar", args).unwrap();
    story::settle(&mut book);
    let alerts = status(&open(&path).unwrap())
        .unwrap()
        .tables
        .unwrap()
        .alerts;
    assert_eq!((alerts.critical, alerts.warning, alerts.info), (0, 0, 0));
    assert!(alerts.newest.is_empty());
    book.close().unwrap();
}
