//! The store's thread: every event given is kept once, and recorded ones are compared.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use truebook_core::book::{Entry, Event};
use truebook_core::engine::Journal;
use truebook_core::model::{Currency, Id, Timestamp};
use truebook_store::{
    Audit, BACKLOG_BYTES_MAX, Durability, JournalFile, Mode, Session, StoreError, StoreThread,
};

const LONG: Duration = Duration::from_secs(30);

fn place() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    (dir, path)
}

fn open(path: &Path) -> JournalFile {
    let session = Session {
        mode: "paper".to_owned(),
        config: None,
    };
    JournalFile::open(path, &session, Durability::Disk).unwrap()
}

fn entry(sequence: u64, name: &str) -> Entry {
    Entry {
        sequence,
        ts: Timestamp(1_000),
        event: Event::StrategyAdded {
            name: Id::new("name", name).unwrap(),
        },
    }
}

fn entries(range: std::ops::RangeInclusive<u64>) -> Vec<Entry> {
    range.map(|sequence| entry(sequence, "same")).collect()
}

fn recorded(path: &Path) -> Vec<Entry> {
    open(path).read_after(0, u32::MAX).unwrap()
}

/// Has the database refuse every event, until [`accept`].
fn refuse(path: &Path) -> rusqlite::Connection {
    let other = rusqlite::Connection::open(path).unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON journal BEGIN \
                  SELECT RAISE(ABORT, 'no room'); END";
    other.execute_batch(refuse).unwrap();
    other
}

fn accept(other: rusqlite::Connection) {
    other.execute_batch("DROP TRIGGER refuse").unwrap();
}

/// Gives `entries` to a store on `path` and ends it.
fn give(path: &Path, mode: Mode, entries: &[Entry]) -> Result<(), StoreError> {
    let (thread, mut writer) = StoreThread::start(open(path), mode, Audit::default()).unwrap();
    for entry in entries {
        writer.append(entry);
        writer.end();
    }
    drop(writer);
    thread.finish()
}

#[test]
fn everything_given_is_kept_in_order_more_than_the_ring_holds() {
    let (_dir, path) = place();
    let all = entries(1..=40_000);
    give(&path, Mode::Continue, &all).unwrap();
    assert_eq!(recorded(&path), all);
}

#[test]
fn durable_is_claimed_only_for_what_another_opener_finds() {
    let (dir, path) = place();
    let (thread, mut writer) =
        StoreThread::start(open(&path), Mode::Continue, Audit::default()).unwrap();
    let progress = std::sync::Arc::clone(thread.progress());
    assert_eq!(progress.durable_sequence(), 0);
    let beyond = progress.wait_durable(1, Duration::from_millis(20));
    assert!(!beyond, "nothing was given yet");
    for entry in entries(1..=10) {
        writer.append(&entry);
        writer.end();
    }
    assert!(progress.wait_durable(10, LONG));
    // The thread still lives: a copy is what a crash would leave.
    let copy = dir.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    std::fs::copy(dir.path().join("a.db-wal"), dir.path().join("copy.db-wal")).unwrap();
    assert_eq!(recorded(&copy), entries(1..=10));
    assert!(writer.is_available());
    drop(writer);
    thread.finish().unwrap();
}

#[test]
fn a_continued_store_appends_after_what_was_recorded() {
    let (_dir, path) = place();
    give(&path, Mode::Continue, &entries(1..=5)).unwrap();
    give(&path, Mode::Continue, &entries(6..=9)).unwrap();
    assert_eq!(recorded(&path), entries(1..=9));
}

#[test]
fn recomputed_events_that_are_the_same_are_taken_and_not_written_again() {
    let (_dir, path) = place();
    let all = entries(1..=2_500);
    give(&path, Mode::Recompute, &all).unwrap();
    // All of them, some of them, none of them.
    for count in [2_500, 1_200, 0] {
        give(&path, Mode::Recompute, &all[..count]).unwrap();
        assert_eq!(recorded(&path), all, "{count}");
    }
}

#[test]
fn new_events_after_the_recomputed_ones_are_appended() {
    let (_dir, path) = place();
    give(&path, Mode::Recompute, &entries(1..=1_500)).unwrap();
    give(&path, Mode::Recompute, &entries(1..=3_100)).unwrap();
    assert_eq!(recorded(&path), entries(1..=3_100));
}

#[test]
fn a_recomputed_event_that_differs_is_named_and_nothing_is_written() {
    for different in [1, 700, 1_500] {
        let (_dir, path) = place();
        let all = entries(1..=1_500);
        give(&path, Mode::Recompute, &all).unwrap();
        let mut others = entries(1..=2_000);
        others[usize::try_from(different).unwrap() - 1] = entry(different, "other");
        let error = give(&path, Mode::Recompute, &others).unwrap_err();
        let is_named = matches!(error, StoreError::Diverged { sequence } if sequence == different);
        assert!(is_named, "{different}: {error}");
        let said = error.to_string();
        assert!(said.contains(&format!("event {different} ")), "{said}");
        assert_eq!(recorded(&path), all, "{different}");
    }
}

#[test]
fn a_failed_store_says_so_to_its_writer_and_never_blocks_it() {
    let (_dir, path) = place();
    give(&path, Mode::Recompute, &entries(1..=3)).unwrap();
    let (thread, mut writer) =
        StoreThread::start(open(&path), Mode::Recompute, Audit::default()).unwrap();
    writer.append(&entry(1, "other"));
    writer.end();
    let progress = std::sync::Arc::clone(thread.progress());
    assert!(!progress.wait_durable(4, LONG), "it failed");
    assert!(progress.is_failed());
    assert!(!writer.is_available());
    assert!(progress.error().unwrap().contains("event 1"));
    // Far more than the ring holds.
    for sequence in 2..=40_000 {
        writer.append(&entry(sequence, "same"));
        writer.end();
    }
    drop(writer);
    let error = thread.finish().unwrap_err();
    assert!(
        matches!(error, StoreError::Diverged { sequence: 1 }),
        "{error}"
    );
    assert_eq!(recorded(&path), entries(1..=3));
}

#[test]
fn what_the_disk_refuses_is_kept_and_written_once_it_accepts_again() {
    let (_dir, path) = place();
    let (thread, mut writer) =
        StoreThread::start(open(&path), Mode::Continue, Audit::default()).unwrap();
    let progress = std::sync::Arc::clone(thread.progress());
    let other = refuse(&path);
    writer.append(&entry(1, "same"));
    writer.end();
    while !progress.is_failed() {
        std::thread::yield_now();
    }
    assert!(!writer.is_available());
    assert!(progress.error().unwrap().contains("no room"));
    // Far more than the ring holds: the writer goes on meanwhile.
    for sequence in 2..=40_000 {
        writer.append(&entry(sequence, "same"));
        writer.end();
    }
    assert_eq!(progress.durable_sequence(), 0);
    accept(other);
    writer.append(&entry(40_001, "same"));
    writer.end();
    while !writer.is_available() {
        std::thread::yield_now();
    }
    writer.append(&entry(40_002, "same"));
    writer.end();
    assert!(progress.wait_durable(40_002, LONG));
    drop(writer);
    thread.finish().unwrap();
    assert_eq!(recorded(&path), entries(1..=40_002));
}

#[test]
fn a_store_that_ends_while_the_disk_refuses_says_what_was_lost() {
    let (_dir, path) = place();
    let (thread, mut writer) =
        StoreThread::start(open(&path), Mode::Continue, Audit::default()).unwrap();
    let _other = refuse(&path);
    writer.append(&entry(1, "same"));
    writer.end();
    drop(writer);
    let error = thread.finish().unwrap_err();
    assert!(error.to_string().contains("no room"), "{error}");
}

#[test]
fn a_store_that_can_hold_no_more_has_ended_and_has_no_gap() {
    let (_dir, path) = place();
    let (thread, mut writer) =
        StoreThread::start(open(&path), Mode::Continue, Audit::default()).unwrap();
    let progress = std::sync::Arc::clone(thread.progress());
    let other = refuse(&path);
    writer.append(&entry(1, "same"));
    writer.end();
    while !progress.is_failed() {
        std::thread::yield_now();
    }
    // Many large events beyond what the ring holds.
    let text: Box<str> = "x".repeat(1 << 20).into();
    let large = |sequence| Entry {
        sequence,
        ts: Timestamp(1_000),
        event: Event::StateSet {
            key: Id::new("key", "large").unwrap(),
            value: text.clone(),
        },
    };
    let mut last = 1;
    while !progress.has_ended() {
        last += 1;
        let given = if last < 20_000 {
            entry(last, "same")
        } else {
            large(last)
        };
        writer.append(&given);
        writer.end();
        assert!(progress.backlog_bytes() <= BACKLOG_BYTES_MAX);
    }
    // What is packed is up to 9/8 as large.
    assert!(
        last > 20_000 + (BACKLOG_BYTES_MAX >> 20) * 8 / 9 - 2,
        "{last}"
    );
    accept(other);
    // It takes no more, and what it had before is there without a gap.
    writer.append(&entry(last + 1, "same"));
    writer.end();
    assert!(!writer.is_available());
    assert_eq!(progress.backlog_bytes(), 0);
    drop(writer);
    let error = thread.finish().unwrap_err().to_string();
    assert!(error.contains("wait for the disk"), "{error}");
    let kept = recorded(&path);
    assert!(kept.len() < 20_000);
    assert_eq!(kept, entries(1..=kept.len() as u64));
}

#[test]
fn an_error_of_the_stores_own_ends_it_and_is_said() {
    let (_dir, path) = place();
    let (thread, mut writer) =
        StoreThread::start(open(&path), Mode::Continue, Audit::default()).unwrap();
    let progress = std::sync::Arc::clone(thread.progress());
    let currency = |sequence| Entry {
        sequence,
        ts: Timestamp(1_000),
        event: Event::CurrencyAdded(Currency {
            code: Id::new("code", "USD").unwrap(),
            scale: 2,
        }),
    };
    // No ledger registers a currency twice: whatever applies it stops.
    for sequence in 1..=2 {
        writer.append(&currency(sequence));
        writer.end();
    }
    while !progress.has_ended() {
        std::thread::yield_now();
    }
    assert!(!progress.wait_durable(3, LONG));
    assert!(!writer.is_available());
    drop(writer);
    let error = thread.finish().unwrap_err().to_string();
    assert!(error.contains("truebook-store stopped"), "{error}");
    let said = truebook_store::verify(&path).unwrap_err().to_string();
    assert!(said.contains("contradicts"), "{said}");
    let file = open(&path);
    let said = file.rebuild_tables().unwrap_err().to_string();
    assert!(said.contains("contradicts"), "{said}");
}

#[test]
fn a_store_whose_write_ahead_log_was_removed_goes_on_and_has_everything() {
    let (dir, path) = place();
    let (thread, mut writer) =
        StoreThread::start(open(&path), Mode::Continue, Audit::default()).unwrap();
    let progress = std::sync::Arc::clone(thread.progress());
    for entry in entries(1..=5) {
        writer.append(&entry);
        writer.end();
    }
    assert!(progress.wait_durable(5, LONG));
    std::fs::remove_file(dir.path().join("a.db-wal")).unwrap();
    for entry in entries(6..=9) {
        writer.append(&entry);
        writer.end();
    }
    assert!(progress.wait_durable(9, LONG));
    let copy = dir.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    std::fs::copy(dir.path().join("a.db-wal"), dir.path().join("copy.db-wal")).unwrap();
    assert_eq!(recorded(&copy), entries(1..=9));
    drop(writer);
    thread.finish().unwrap();
    assert_eq!(recorded(&path), entries(1..=9));
}

#[test]
fn tables_that_cannot_be_written_are_said_and_written_once_they_can() {
    let (_dir, path) = place();
    let (thread, mut writer) =
        StoreThread::start(open(&path), Mode::Continue, Audit::default()).unwrap();
    let progress = std::sync::Arc::clone(thread.progress());
    let other = rusqlite::Connection::open(&path).unwrap();
    other
        .execute_batch("ALTER TABLE strategies RENAME TO elsewhere")
        .unwrap();
    for entry in entries(1..=3) {
        writer.append(&entry);
        writer.end();
    }
    assert!(progress.wait_durable(3, LONG));
    while progress.tables_error().is_none() {
        std::thread::yield_now();
    }
    assert!(progress.tables_error().unwrap().contains("strategies"));
    assert!(!progress.is_failed(), "the journal goes on");
    other
        .execute_batch("ALTER TABLE elsewhere RENAME TO strategies")
        .unwrap();
    assert!(progress.wait_tables(3, LONG));
    while progress.tables_error().is_some() {
        std::thread::yield_now();
    }
    drop(writer);
    thread.finish().unwrap();
}

#[test]
fn inputs_of_several_events_are_all_kept_whatever_the_rings_hold() {
    let (_dir, path) = place();
    let (thread, mut writer) =
        StoreThread::start(open(&path), Mode::Continue, Audit::default()).unwrap();
    let progress = std::sync::Arc::clone(thread.progress());
    let all = entries(1..=40_001);
    writer.append(&all[0]);
    writer.end();
    for input in all[1..].chunks(5) {
        input.iter().for_each(|entry| writer.append(entry));
        writer.end();
    }
    // Nothing more is given, and nothing wakes anybody.
    assert!(progress.wait_durable(40_001, LONG));
    drop(writer);
    thread.finish().unwrap();
    assert_eq!(recorded(&path), all);
}

#[test]
fn what_waits_in_memory_is_passed_on_when_nothing_else_comes() {
    let (_dir, path) = place();
    let (thread, mut writer) =
        StoreThread::start(open(&path), Mode::Continue, Audit::default()).unwrap();
    let progress = std::sync::Arc::clone(thread.progress());
    let other = refuse(&path);
    let all = entries(1..=40_002);
    for (number, input) in all.chunks(3).enumerate() {
        input.iter().for_each(|entry| writer.append(entry));
        writer.end();
        while number == 0 && !progress.is_failed() {
            std::thread::yield_now();
        }
    }
    assert!(progress.backlog_bytes() > 0);
    assert!(writer.rest(), "something waits");
    accept(other);
    while writer.rest() {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(progress.wait_durable(40_002, LONG));
    assert_eq!(progress.backlog_bytes(), 0);
    drop(writer);
    thread.finish().unwrap();
    assert_eq!(recorded(&path), all);
}
