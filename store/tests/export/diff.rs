//! Two databases are told apart at the first event that differs.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use truebook_store::export::{Compared, Field, ROWS_SHOWN, Verdict, compare};

use crate::open;

use crate::story;

fn compared(a: &Path, b: &Path) -> Compared {
    compare(&open(a).unwrap(), &open(b).unwrap()).unwrap()
}

/// Two databases with the story, which then go on with `a` and `b` more fills.
fn two(dir: &Path, first: &[u64], second: &[u64]) -> [PathBuf; 2] {
    [("a.db", first), ("b.db", second)].map(|(name, more)| {
        let path = dir.join(name);
        let mut book = story::book(&path);
        story::tell(&mut book);
        for from in more {
            story::trade(&mut book, *from, 50);
        }
        story::settle(&mut book);
        book.close().unwrap();
        path
    })
}

#[test]
fn the_same_story_twice_is_equal() {
    let dir = tempfile::tempdir().unwrap();
    let [a, b] = two(dir.path(), &[0], &[0]);
    for (a, b) in [(&a, &b), (&a, &a)] {
        let compared = compared(a, b);
        assert_eq!(compared.verdict, Verdict::Equal);
        assert!(compared.is_equal(), "{compared:?}");
    }
}

#[test]
fn the_beginning_of_another_is_told_from_both_sides() {
    let dir = tempfile::tempdir().unwrap();
    let [a, b] = two(dir.path(), &[], &[0]);
    let forth = compared(&a, &b);
    assert_eq!(forth.verdict, Verdict::FirstIsPrefix);
    assert!(!forth.is_equal());
    assert_eq!(forth.last[0] + 50, forth.last[1]);
    assert_eq!(compared(&b, &a).verdict, Verdict::SecondIsPrefix);
    let balances = forth
        .tables
        .iter()
        .find(|it| it.table == "balances")
        .unwrap();
    assert!(
        balances.changed > 0 && balances.only_first == 0,
        "{balances:?}"
    );
}

#[test]
fn the_first_event_that_differs_is_found_wherever_it_is() {
    for same in [0, 1, 3] {
        let dir = tempfile::tempdir().unwrap();
        let common: Vec<u64> = (0..same).map(|part| part * 50).collect();
        let first = [&common[..], &[1_000]].concat();
        let second = [&common[..], &[2_001, 3_000]].concat();
        let [a, b] = two(dir.path(), &first, &second);
        let compared = compared(&a, &b);
        let Verdict::Differ(both) = &compared.verdict else {
            panic!("{:?}", compared.verdict);
        };
        let at = compared.last[0] - 50 + 1;
        assert_eq!((both.0.sequence, both.1.sequence), (at, at));
        let trade = |told: &truebook_store::export::Told| {
            let found = told.pieces[0]
                .fields
                .iter()
                .find(|(name, _)| *name == "trade_id");
            found.unwrap().1.clone()
        };
        assert_eq!(trade(&both.0), Field::Text("more-1000".to_owned()));
        assert_eq!(trade(&both.1), Field::Text("more-2001".to_owned()));
    }
}

#[test]
fn what_stands_differs_by_what_it_is_about_not_by_its_number() {
    let dir = tempfile::tempdir().unwrap();
    let open = |name: &str, first: &str, second: &str| {
        let path = dir.path().join(name);
        let mut book = story::book(&path);
        story::tell(&mut book);
        for strategy in [first, second] {
            let args = format!(
                r#"{{"symbol": "ACME", "side": "buy", "qty": "1", "price": "10",
                     "trade_id": "{strategy}", "strategy": "{strategy}", "fee": "0",
                     "fee_currency": "USD", "ts_event": 1700000009000000000}}"#
            );
            book.call_by_name("fill", &args).unwrap();
        }
        story::settle(&mut book);
        path
    };
    // The same two positions, the one opened first here, the other there.
    let (a, b) = (open("a.db", "one", "two"), open("b.db", "two", "one"));
    let compared = compared(&a, &b);
    assert!(matches!(compared.verdict, Verdict::Differ(_)));
    for table in &compared.tables {
        assert!(table.is_empty(), "{table:?}");
    }
    assert!(!compared.is_equal());
}

#[test]
fn rows_that_only_one_has_are_counted_all_and_shown_in_part() {
    let dir = tempfile::tempdir().unwrap();
    let [a, b] = two(dir.path(), &[], &[]);
    let connection = Connection::open(&a).unwrap();
    let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) \
               INSERT INTO balances SELECT 'made-' || i, 'USD', '1', '1', '0', '0', '0', '1' \
               FROM n";
    connection.execute_batch(sql).unwrap();
    connection
        .execute_batch("UPDATE balances SET free = NULL WHERE 0; DELETE FROM orders")
        .unwrap();
    let compared = compared(&a, &b);
    // The journals are the same: the tables do not follow from them, which is a difference, too.
    assert_eq!(compared.verdict, Verdict::Equal);
    assert!(!compared.is_equal());
    let table = |name| compared.tables.iter().find(|it| it.table == name).unwrap();
    let balances = table("balances");
    assert_eq!(
        (balances.only_first, balances.only_second, balances.changed),
        (500, 0, 0)
    );
    assert_eq!(balances.rows.len(), ROWS_SHOWN);
    assert_eq!(balances.rows[0].is_in, [true, false]);
    let orders = table("orders");
    assert!(orders.only_second > 0 && orders.only_first == 0);
    assert!(table("positions").is_empty());
}

#[test]
fn a_damaged_event_is_an_error_and_no_difference() {
    let dir = tempfile::tempdir().unwrap();
    let [a, b] = two(dir.path(), &[0], &[1_000]);
    let connection = Connection::open(&a).unwrap();
    let sql = "UPDATE journal SET body = x'00' WHERE sequence = (SELECT max(sequence) - 49 \
               FROM journal)";
    connection.execute_batch(sql).unwrap();
    let error = compare(&open(&a).unwrap(), &open(&b).unwrap()).unwrap_err();
    assert!(error.to_string().contains("damaged"), "{error}");
}

#[test]
fn the_same_events_in_another_encoding_are_equal() {
    let dir = tempfile::tempdir().unwrap();
    let old = dir.path().join("old.db");
    std::fs::copy("tests/format/format-3.sqlite", &old).unwrap();
    let file = open(&old).unwrap();
    let entries = file.read_after(0, u32::MAX).unwrap();
    let session = truebook_store::Session {
        mode: "paper".to_owned(),
        config: None,
    };
    let new = dir.path().join("new.db");
    let durability = truebook_store::Durability::Os;
    let mut copy = truebook_store::JournalFile::open(&new, &session, durability).unwrap();
    copy.append(&entries).unwrap();
    drop(copy);
    let equal = compared(&old, &new);
    assert_eq!(equal.verdict, Verdict::Equal);
    assert_eq!(equal.tables_sequence, None, "the old one has no tables");
}
