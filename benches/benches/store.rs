//! What the store can do, beside raw SQLite and a bare file in the same run.
//!
//! `STORE_FILLS` says how many fills are measured; memory is looked at over all of them.

use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use rusqlite::{Connection, params};
use truebook_benches::fills::{Fills, Folder, resident};
use truebook_benches::table::{Row, Table};
use truebook_core::book::{Entry, State};
use truebook_core::engine::Journal;
use truebook_store::{Audit, Durability, JournalFile, Mode, Session, StoreThread};

/// As many events as wait at most for the tables: the journal alone is measured.
const BURST: usize = 400_000;
/// How many waits at low load.
const WAITS: usize = 2_000;
/// How long there is nothing between two events at low load.
const GAP: Duration = Duration::from_millis(2);
/// How many events an opening has to deal with.
const OPENED: usize = 1_000_000;
const LONG: Duration = Duration::from_secs(600);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut table = Table::default();
    let entries: Vec<Entry> = Fills::default().take(BURST).collect();
    let folder = Folder::new()?;
    let sqlite = raw_sqlite(&folder.path("raw.db"), &entries)?;
    let file = bare_file(&folder.path("raw"), &entries)?;
    let (journal, tables) = burst(&folder.path("burst.db"), &entries)?;
    table.add(Row {
        what: "fills durable in the journal".to_owned(),
        found: format!("{:.0} k/s", journal / 1e3),
        beside: format!(
            "raw SQLite {:.0}, bare file {:.0}",
            sqlite / 1e3,
            file / 1e3
        ),
        target: "500 k/s".to_owned(),
        is_met: journal >= 500e3,
    });
    table.add(Row {
        what: "fills through all tables".to_owned(),
        found: format!("{:.0} k/s", tables / 1e3),
        beside: String::new(),
        target: "80 k/s".to_owned(),
        is_met: tables >= 80e3,
    });
    let sync = syncs(&folder.path("sync"))?;
    let waits = waits(&folder.path("wait.db"))?;
    let p99 = |histogram: &Histogram<u64>| histogram.value_at_quantile(0.99) as f64 / 1e3;
    let p50 = |histogram: &Histogram<u64>| histogram.value_at_quantile(0.5) as f64 / 1e3;
    table.add(Row {
        what: "wait_durable at low load, p99 (p50)".to_owned(),
        found: format!("{:.0} µs ({:.0})", p99(&waits), p50(&waits)),
        beside: format!("append + fdatasync {:.0} ({:.0})", p99(&sync), p50(&sync)),
        target: "2x".to_owned(),
        is_met: p99(&waits) <= 2.0 * p99(&sync),
    });
    drop(entries);
    opening(&mut table, &folder.path("open.db"))?;
    steady(&mut table, &folder.path("long.db"))?;
    table.end()?;
    Ok(())
}

/// Rows as large as those of the journal, as many a commit, nothing else.
fn raw_sqlite(path: &Path, entries: &[Entry]) -> rusqlite::Result<f64> {
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; \
         CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER, c BLOB, d INTEGER, e BLOB)",
    )?;
    let (body, chain) = ([7_u8; 190], [9_u8; 32]);
    let start = Instant::now();
    for group in entries.chunks(1_000) {
        let transaction = connection.unchecked_transaction()?;
        let mut insert = transaction.prepare_cached("INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for entry in group {
            let sequence = entry.sequence.cast_signed();
            insert.execute(params![sequence, entry.ts.0, &body[..], 77_777, &chain[..]])?;
        }
        drop(insert);
        transaction.commit()?;
    }
    Ok(entries.len() as f64 / start.elapsed().as_secs_f64())
}

/// The same bytes appended to a file, which is synced as often.
fn bare_file(path: &Path, entries: &[Entry]) -> std::io::Result<f64> {
    let mut file = File::create(path)?;
    let rows = vec![7_u8; 240 * 1_000];
    let start = Instant::now();
    for _ in entries.chunks(1_000) {
        file.write_all(&rows)?;
        file.sync_data()?;
    }
    Ok(entries.len() as f64 / start.elapsed().as_secs_f64())
}

fn open(path: &Path) -> Result<JournalFile, truebook_store::StoreError> {
    let session = Session {
        mode: "live".to_owned(),
        config: None,
    };
    JournalFile::open(path, &session, Durability::Disk)
}

/// Everything at once: how fast it is durable, and how fast the tables are behind it.
fn burst(path: &Path, entries: &[Entry]) -> Result<(f64, f64), Box<dyn std::error::Error>> {
    let (thread, mut writer) = StoreThread::start(open(path)?, Mode::Continue, Audit::default())?;
    let progress = std::sync::Arc::clone(thread.progress());
    let last = entries.last().map_or(0, |entry| entry.sequence);
    let start = Instant::now();
    entries.iter().for_each(|entry| {
        writer.append(entry);
        writer.end();
    });
    assert!(progress.wait_durable(last, LONG));
    let journal = start.elapsed();
    let (from, begun) = (progress.tables_sequence(), Instant::now());
    assert!(progress.wait_tables(last, LONG));
    let tables = (last - from) as f64 / begun.elapsed().as_secs_f64();
    drop(writer);
    thread.finish()?;
    Ok((entries.len() as f64 / journal.as_secs_f64(), tables))
}

fn syncs(path: &Path) -> std::io::Result<Histogram<u64>> {
    let mut file = File::create(path)?;
    let mut nanos = histogram();
    for _ in 0..WAITS {
        std::thread::sleep(GAP);
        let start = Instant::now();
        file.write_all(&[7; 240])?;
        file.sync_data()?;
        nanos.saturating_record(start.elapsed().as_nanos() as u64);
    }
    Ok(nanos)
}

fn waits(path: &Path) -> Result<Histogram<u64>, Box<dyn std::error::Error>> {
    let (thread, mut writer) = StoreThread::start(open(path)?, Mode::Continue, Audit::default())?;
    let progress = std::sync::Arc::clone(thread.progress());
    let mut nanos = histogram();
    for entry in Fills::default().take(WAITS) {
        std::thread::sleep(GAP);
        let start = Instant::now();
        writer.append(&entry);
        writer.end();
        assert!(progress.wait_durable(entry.sequence, LONG));
        nanos.saturating_record(start.elapsed().as_nanos() as u64);
    }
    drop(writer);
    thread.finish()?;
    Ok(nanos)
}

/// How long an opening takes with a checkpoint, and how fast everything is replayed without.
fn opening(table: &mut Table, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let (thread, mut writer) = StoreThread::start(open(path)?, Mode::Continue, Audit::default())?;
    Fills::default().take(OPENED).for_each(|entry| {
        writer.append(&entry);
        writer.end();
    });
    drop(writer);
    thread.finish()?;
    let mut took = Duration::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        let state = open(path)?.state_at(u64::MAX)?;
        took = took.min(start.elapsed());
        assert!(black_box(state).sequence >= OPENED as u64);
    }
    table.add(Row {
        what: "open, a checkpoint at 1 million events".to_owned(),
        found: format!("{:.0} ms", took.as_secs_f64() * 1e3),
        beside: String::new(),
        target: "100 ms".to_owned(),
        is_met: took <= Duration::from_millis(100),
    });
    let file = open(path)?;
    let start = Instant::now();
    let mut state = State::default();
    state.reserve();
    file.replay(&mut state, u64::MAX)?;
    let rate = state.sequence as f64 / start.elapsed().as_secs_f64();
    table.add(Row {
        what: "full replay, each event checked".to_owned(),
        found: format!("{:.0} k/s", rate / 1e3),
        beside: String::new(),
        target: "1000 k/s".to_owned(),
        is_met: rate >= 1e6,
    });
    Ok(())
}

/// Flat out for long: what the tables sustain, and whether memory stays where it was.
fn steady(table: &mut Table, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let fills = std::env::var("STORE_FILLS")
        .ok()
        .and_then(|text| text.parse().ok());
    let fills: usize = fills.unwrap_or(2_000_000);
    let (thread, mut writer) = StoreThread::start(open(path)?, Mode::Continue, Audit::default())?;
    let progress = std::sync::Arc::clone(thread.progress());
    let start = Instant::now();
    let mut middle = 0;
    for (number, entry) in Fills::default().take(fills).enumerate() {
        if number == fills / 2 {
            middle = resident();
        }
        writer.append(&entry);
        writer.end();
    }
    let end = resident();
    drop(writer);
    thread.finish()?;
    let rate = fills as f64 / start.elapsed().as_secs_f64();
    table.add(Row {
        what: format!("{} million fills, journal and tables", fills / 1_000_000),
        found: format!("{:.0} k/s", rate / 1e3),
        beside: format!(
            "behind at the end: {}",
            progress.durable_sequence() - progress.tables_sequence()
        ),
        target: "80 k/s".to_owned(),
        is_met: rate >= 80e3,
    });
    table.add(Row {
        what: "memory after half of them, and after all".to_owned(),
        found: format!("{} MB, {} MB", middle >> 20, end >> 20),
        beside: String::new(),
        target: "flat".to_owned(),
        is_met: end <= middle + middle / 20,
    });
    Ok(())
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 10_000_000_000, 3).unwrap_or_else(|_| unreachable!())
}
