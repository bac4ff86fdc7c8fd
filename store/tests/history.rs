//! Tables, checkpoints, archive: all of them are what the events make, whenever they were written.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;
use truebook_core::book::{Entry, State};
use truebook_core::digest;
use truebook_core::engine::Journal;
use truebook_simulation::World;
use truebook_store::{
    Audit, Durability, JournalFile, Mode, Session, StoreError, StoreThread, verify,
};

const LONG: Duration = Duration::from_secs(60);
const DAY: i64 = 86_400_000_000_000;

fn place() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    (dir, path)
}

fn open(path: &Path) -> JournalFile {
    let session = Session {
        mode: "live".to_owned(),
        config: None,
    };
    JournalFile::open(path, &session, Durability::Os).unwrap()
}

fn tamper(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

/// Gives `entries` to a store in so many sessions.
fn keep(path: &Path, entries: &[Entry], sessions: usize) {
    for part in entries.chunks(entries.len().div_ceil(sessions)) {
        let (thread, mut writer) =
            StoreThread::start(open(path), Mode::Continue, Audit::default()).unwrap();
        part.iter().for_each(|entry| {
            writer.append(entry);
            writer.end();
        });
        drop(writer);
        thread.finish().unwrap();
    }
}

fn replayed(entries: &[Entry]) -> State {
    let mut state = State::default();
    entries.iter().for_each(|entry| state.apply(entry));
    state
}

/// The events of a world, spread over some days.
fn spread(seed: u64, events: u64) -> Vec<Entry> {
    let mut entries = World::history(seed, events).unwrap();
    let step = 5 * DAY / i64::try_from(entries.len()).unwrap();
    let first = entries[0].ts.0;
    for (number, entry) in (0_i64..).zip(&mut entries) {
        entry.ts.0 = first + number * step;
    }
    entries
}

#[test]
fn every_table_is_what_the_events_make_however_they_were_grouped() {
    for (seed, sessions) in [(0, 1), (1, 3), (2, 40)] {
        let (_dir, path) = place();
        let entries = World::history(seed, 3_000).unwrap();
        keep(&path, &entries, sessions);
        let found = verify(&path).unwrap();
        assert_eq!(found.differences, Vec::<String>::new(), "{seed}");
        assert_eq!(found.last, entries.len() as u64);
        assert_eq!(found.tables_sequence, found.last);
        assert_eq!(found.hash, replayed(&entries).hash());
        let connection = Connection::open(&path).unwrap();
        let ended = |table: &str| {
            let sql = format!("SELECT sum(closed_trades), sum(winning_trades) FROM {table}");
            let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
            connection.query_row(&sql, [], read).unwrap()
        };
        assert_eq!(ended("daily_performance"), ended("strategies"));
        let sql = "SELECT count(*), sum(is_win) FROM closed_positions";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
        let all = connection.query_row(sql, [], read).unwrap();
        assert_eq!(all, ended("strategies"));
        let rows: u64 = found.tables.iter().map(|(_, rows)| rows).sum();
        assert!(rows > 3_000, "{rows}");
        let empty = found.tables.iter().filter(|(_, rows)| *rows == 0);
        let empty: Vec<_> = empty.map(|(table, _)| *table).collect();
        assert_eq!(empty, ["venue_statements", "shared_state"]);
    }
}

#[test]
fn a_changed_row_of_any_table_is_found_by_name() {
    let (_dir, path) = place();
    keep(&path, &World::history(3, 2_000).unwrap(), 1);
    for (table, change) in [
        (
            "fills",
            "UPDATE fills SET last_px='1' WHERE sequence=(SELECT max(sequence) FROM fills)",
        ),
        ("positions", "DELETE FROM positions WHERE id=1"),
        (
            "balances",
            "UPDATE balances SET total='7' WHERE currency='USD'",
        ),
        ("daily_performance", "UPDATE daily_performance SET fees='7'"),
        ("closed_positions", "DELETE FROM closed_positions"),
    ] {
        let (_dir, copy) = place();
        std::fs::copy(&path, &copy).unwrap();
        tamper(&copy, change);
        let found = verify(&copy).unwrap();
        assert_eq!(
            found.differences.len(),
            1,
            "{table}: {:?}",
            found.differences
        );
        let said = &found.differences[0];
        assert!(said.starts_with(&format!("table {table}: ")), "{said}");
        open(&copy).rebuild_tables().unwrap();
        assert_eq!(verify(&copy).unwrap().differences, Vec::<String>::new());
    }
}

#[test]
fn an_opening_goes_on_from_the_newest_checkpoint_that_is_whole() {
    let (_dir, path) = place();
    let entries = World::history(4, 5_000).unwrap();
    keep(&path, &entries[..2_000], 1);
    keep(&path, &entries[2_000..], 1);
    let file = open(&path);
    let all: Vec<u64> = file
        .checkpoints(u64::MAX)
        .unwrap()
        .iter()
        .map(|c| c.sequence)
        .collect();
    assert_eq!(all, [entries.len() as u64, 2_000]);
    let hash = replayed(&entries).hash();
    assert_eq!(file.checkpointed(u64::MAX).unwrap().hash(), hash);
    assert_eq!(file.state_at(u64::MAX).unwrap().hash(), hash);
    assert_eq!(
        file.state_at(3_000).unwrap().hash(),
        replayed(&entries[..3_000]).hash()
    );
    drop(file);
    // Its bytes are damaged: the one before is served, with the events since.
    tamper(
        &path,
        "UPDATE checkpoint_part SET body=zeroblob(9) WHERE sequence > 2000",
    );
    let file = open(&path);
    assert_eq!(file.checkpointed(u64::MAX).unwrap().sequence, 2_000);
    assert_eq!(file.state_at(u64::MAX).unwrap().hash(), hash);
    drop(file);
    // One that was never completed counts as none.
    tamper(&path, "UPDATE checkpoint SET is_complete=0");
    let file = open(&path);
    assert_eq!(file.checkpointed(u64::MAX).unwrap().sequence, 0);
    assert_eq!(file.state_at(u64::MAX).unwrap().hash(), hash);
}

#[test]
fn a_checkpoint_of_another_state_is_found() {
    let (_dir, path) = place();
    keep(&path, &World::history(5, 2_000).unwrap(), 1);
    tamper(&path, "UPDATE checkpoint SET hash=zeroblob(32)");
    let found = verify(&path).unwrap();
    assert!(found.checkpoints.is_empty());
    assert!(
        found.differences[0].contains("checkpoint"),
        "{:?}",
        found.differences
    );
}

#[test]
fn pruned_events_are_in_the_archive_and_everything_is_verified_with_it_and_without() {
    let (_dir, path) = place();
    let entries = spread(6, 4_000);
    let first = entries[0].ts.0;
    keep(&path, &entries[..3_000], 2);
    let hash = |count: usize| replayed(&entries[..count]).hash();
    for days in 1..=3 {
        let cut = (first + days * DAY) / DAY * DAY;
        let pruned = open(&path).prune(cut).unwrap();
        assert!(pruned.events > 0 && pruned.archive.is_some(), "{pruned:?}");
        let found = verify(&path).unwrap();
        assert_eq!(found.differences, Vec::<String>::new(), "{days}");
        assert_eq!((found.from, found.hash), (1, hash(3_000)), "{days}");
        assert_eq!(open(&path).state_at(u64::MAX).unwrap().hash(), hash(3_000));
        let again = open(&path).prune(cut).unwrap();
        assert_eq!((again.events, again.archive), (0, None));
    }
    let base = open(&path).base().unwrap();
    keep(&path, &entries[3_000..], 2);
    assert_eq!(verify(&path).unwrap().differences, Vec::<String>::new());
    open(&path).rebuild_tables().unwrap();
    assert_eq!(verify(&path).unwrap().differences, Vec::<String>::new());
    std::fs::remove_dir_all(path.with_extension("db.archive")).unwrap();
    let found = verify(&path).unwrap();
    assert_eq!(found.differences, Vec::<String>::new());
    assert_eq!((found.from, found.hash), (base + 1, hash(entries.len())));
}

#[test]
fn a_damaged_archive_is_an_error_that_names_the_event() {
    let (_dir, path) = place();
    let entries = spread(7, 2_000);
    keep(&path, &entries, 1);
    let cut = (entries[0].ts.0 + 2 * DAY) / DAY * DAY;
    let archive = open(&path).prune(cut).unwrap().archive.unwrap();
    let whole = std::fs::read(&archive).unwrap();
    std::fs::write(&archive, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(
        verify(&path),
        Err(StoreError::Corrupt { .. } | StoreError::Failed { .. })
    ));
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    std::fs::write(&archive, &flipped).unwrap();
    assert!(verify(&path).is_err());
    std::fs::write(&archive, &whole).unwrap();
    assert_eq!(verify(&path).unwrap().differences, Vec::<String>::new());
}

#[test]
fn a_database_of_format_3_is_read_and_goes_on() {
    let (_dir, path) = place();
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format/format-3.sqlite");
    std::fs::copy(old, &path).unwrap();
    let chain = "188b4ec05413cac584db5cb67b9b50eb52062403e2a224618efe5f17908dd9a5";
    let tip = |path: &Path| {
        let sql = "SELECT chain FROM journal WHERE sequence = 22";
        let connection = Connection::open(path).unwrap();
        let chain: [u8; 32] = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        digest::hex(&chain)
    };
    let read = JournalFile::read_only(&path)
        .unwrap()
        .state_at(u64::MAX)
        .unwrap();
    assert_eq!((read.sequence, tip(&path).as_str()), (22, chain));
    assert_eq!(verify(&path).unwrap().hash, read.hash());
    let state = open(&path).state_at(u64::MAX).unwrap();
    assert_eq!(state.hash(), read.hash());
    let trip = state
        .positions()
        .iter()
        .map(|held| held.realized_pnl.to_string());
    assert_eq!(trip.collect::<Vec<_>>().len(), 2);
    let (thread, mut writer) =
        StoreThread::start(open(&path), Mode::Continue, Audit::default()).unwrap();
    let more = Entry {
        sequence: 23,
        ts: state.now,
        event: truebook_core::book::Event::StoreChanged { is_available: true },
    };
    writer.append(&more);
    writer.end();
    assert!(thread.progress().wait_tables(23, LONG));
    drop(writer);
    thread.finish().unwrap();
    let found = verify(&path).unwrap();
    assert_eq!((found.last, found.differences), (23, Vec::new()));
    assert_eq!(tip(&path), chain);
}
