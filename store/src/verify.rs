//! Whether a database is what its events make: every event replayed, every checkpoint and every
//! table compared.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, types::Value};
use truebook_core::book::State;

use crate::archive::Archive;
use crate::journal::{CONTRADICTION, corrupt};
use crate::path::{beside, failed, resolved};
use crate::schema::{APPLICATION_ID, CHECKPOINTS, CREATE, FORMAT};
use crate::tables::{self, TABLES, Tables, trim};
use crate::{Audit, JournalFile, StoreError};

/// How many events are read at once.
const BATCH: u32 = 4_096;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The event from which on everything was replayed: 1, or the first after a prune whose archive
    /// is not there.
    pub from: u64,
    /// The newest event.
    pub last: u64,
    /// The state hash after it.
    pub hash: [u8; 32],
    /// The events whose checkpoints have the hash that replay gives.
    pub checkpoints: Vec<u64>,
    /// The event up to which the tables stand.
    pub tables_sequence: u64,
    /// Every table with the number of its rows, as they were compared.
    pub tables: Vec<(&'static str, u64)>,
    /// What differs, in words; empty where nothing does.
    pub differences: Vec<String>,
}

/// Replays a database from its first event and compares everything that follows from them. Reads
/// beside a writer; what it makes anew for the comparison is in a file beside it that is removed.
///
/// # Errors
/// [`StoreError`] for a file that cannot be read, or a record that is damaged.
pub fn verify(path: &Path) -> Result<Verified, StoreError> {
    let mut file = JournalFile::read_only(path)?;
    // Everything is of one moment.
    file.run("BEGIN")?;
    let fail = |e: rusqlite::Error| failed(path, &e);
    let sound = file
        .connection()
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0));
    let sound: String = sound.map_err(fail)?;
    if sound != "ok" {
        return Err(failed(file.path(), &sound));
    }
    let scratch = Scratch::new(file.path())?;
    (file.last, file.chain) = file.tip()?;
    let mut run = Run::new(&file, &scratch)?;
    sound_to_the_end(|| run.replay())?;
    run.compare()?;
    Ok(run.found)
}

/// Runs `replay`, whose events may contradict each other: they are no journal of ours then,
/// whatever their checksums say.
pub(crate) fn sound_to_the_end<T>(
    replay: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let run = std::panic::AssertUnwindSafe(replay);
    std::panic::catch_unwind(run).unwrap_or(Err(corrupt(1, CONTRADICTION)))
}

/// A database of its own for the time of a comparison.
struct Scratch {
    path: PathBuf,
    connection: Option<Connection>,
}

impl Scratch {
    fn new(beside_of: &Path) -> Result<Self, StoreError> {
        let path = beside(
            &resolved(beside_of)?,
            &format!(".verify-{}", std::process::id()),
        );
        let fail = |e: rusqlite::Error| failed(&path, &e);
        let _ = std::fs::remove_file(&path);
        let connection = Connection::open(&path).map_err(fail)?;
        connection
            .execute_batch(&format!(
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {CREATE} {CHECKPOINTS} {} \
                 PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={FORMAT};",
                tables::CREATE
            ))
            .map_err(fail)?;
        Ok(Self {
            path,
            connection: Some(connection),
        })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.connection = None;
        // It is of no use any more.
        let _ = std::fs::remove_file(&self.path);
    }
}

struct Run<'a> {
    file: &'a JournalFile,
    scratch: &'a Connection,
    tables: Tables,
    /// The ledger after the tables' last event.
    state: Option<State>,
    expected: Vec<crate::Stored>,
    found: Verified,
}

impl<'a> Run<'a> {
    fn new(file: &'a JournalFile, scratch: &'a Scratch) -> Result<Self, StoreError> {
        let fail = |e: rusqlite::Error| failed(file.path(), &e);
        let Some(scratch) = &scratch.connection else {
            return Err(failed(file.path(), &"nothing to compare with"));
        };
        let tables_sequence = match file.has_tables() {
            true => tables::tables_sequence(file.connection()).map_err(fail)?,
            false => 0,
        };
        let mut expected = file.checkpoints(u64::MAX)?;
        expected.reverse();
        Ok(Self {
            file,
            scratch,
            tables: Tables::default(),
            state: None,
            expected,
            found: Verified {
                from: 1,
                last: file.last(),
                hash: [0; 32],
                checkpoints: Vec::new(),
                tables_sequence,
                tables: Vec::new(),
                differences: Vec::new(),
            },
        })
    }

    fn replay(&mut self) -> Result<(), StoreError> {
        let base = self.file.base()?;
        if base > 0 {
            self.begin_at(base)?;
        }
        self.checkpoints();
        while self.sequence() < self.found.last {
            let left = self.limit() - self.sequence();
            let most = u32::try_from(left).map_or(BATCH, |left| left.min(BATCH));
            let entries = self.file.read_after(self.sequence(), most)?;
            if entries.is_empty() {
                let sequence = self.sequence() + 1;
                let what = "it is missing";
                return Err(StoreError::Corrupt { sequence, what });
            }
            match &mut self.state {
                Some(state) => entries.iter().for_each(|entry| state.apply(entry)),
                None => self.write(&entries)?,
            }
            self.checkpoints();
            if self.state.is_none() && self.sequence() == self.found.tables_sequence {
                // What follows is in the journal only.
                let tables = std::mem::take(&mut self.tables);
                self.state = Some(tables.into_state());
            }
        }
        self.found.hash = self.current().hash();
        Ok(())
    }

    /// Up to where the next batch may go: it ends where something is to be compared.
    fn limit(&self) -> u64 {
        let next = self.expected.first().map(|stored| stored.sequence);
        let tables = Some(self.found.tables_sequence).filter(|_| self.state.is_none());
        let stops = next.into_iter().chain(tables);
        let ahead = stops.filter(|stop| *stop > self.sequence());
        ahead.min().unwrap_or(self.found.last).min(self.found.last)
    }

    fn current(&self) -> &State {
        self.state.as_ref().unwrap_or_else(|| self.tables.state())
    }

    fn sequence(&self) -> u64 {
        self.current().sequence
    }

    /// Begins with the archive of what was pruned, or without it where it is not there.
    fn begin_at(&mut self, base: u64) -> Result<(), StoreError> {
        let Some(mut archive) = Archive::of(self.file.path())? else {
            self.found.from = base + 1;
            let state = self.file.checkpointed(base)?;
            let made = Tables::standing(self.scratch, state);
            self.tables = made.map_err(|e| tables::refused(self.file.path(), &e))?;
            return Ok(());
        };
        let chain = archive.batches(base, |batch| self.write(batch))?;
        if chain != self.file.chain_at(base)? {
            let what = "the archive is of another journal";
            let sequence = base;
            return Err(StoreError::Corrupt { sequence, what });
        }
        Ok(())
    }

    fn write(&mut self, entries: &[truebook_core::book::Entry]) -> Result<(), StoreError> {
        let written = self
            .tables
            .write(self.scratch, entries, &mut Audit::default());
        written.map_err(|e| tables::refused(self.file.path(), &e))
    }

    /// Compares the checkpoints of where the replay is; those before can no longer be.
    fn checkpoints(&mut self) {
        let sequence = self.sequence();
        while let Some(stored) = self.expected.first().copied()
            && stored.sequence <= sequence
        {
            self.expected.remove(0);
            if stored.sequence < sequence {
                continue;
            }
            if self.current().hash() == stored.hash {
                self.found.checkpoints.push(sequence);
            } else {
                let what = format!("the checkpoint at event {sequence} is of another state");
                self.found.differences.push(what);
            }
        }
    }

    /// Compares every table with what was made anew.
    fn compare(&mut self) -> Result<(), StoreError> {
        if self.found.tables_sequence == 0 {
            return Ok(());
        }
        let fail = |e: rusqlite::Error| failed(self.file.path(), &e);
        let version = self.file.meta(tables::TABLES_VERSION)?;
        if version.as_deref() != Some(tables::VERSION) {
            let what = "the tables are of another version of truebook: \
                        verify --rebuild makes them anew";
            self.found.differences.push(what.to_owned());
            return Ok(());
        }
        let cut = self.file.cut_at()?;
        if cut.sequence > 0 {
            trim(self.scratch, cut).map_err(fail)?;
        }
        let is_whole = self.found.from == 1;
        for (table, order) in TABLES {
            if !is_whole && !tables::is_standing(table) {
                continue;
            }
            let compared = Comparison {
                table,
                kept: tables::kept(table, cut),
                order,
                ours: self.file.connection(),
                other: self.scratch,
            };
            let (rows, difference) = compared.run().map_err(fail)?;
            self.found.tables.push((table, rows));
            self.found.differences.extend(difference);
        }
        Ok(())
    }
}

struct Comparison<'a> {
    table: &'static str,
    /// Which rows are whole.
    kept: String,
    order: &'static str,
    ours: &'a Connection,
    other: &'a Connection,
}

impl Comparison<'_> {
    /// How many rows are the same, and the first that is not.
    fn run(&self) -> rusqlite::Result<(u64, Option<String>)> {
        let sql = format!(
            "SELECT * FROM {} WHERE {} ORDER BY {}",
            self.table, self.kept, self.order
        );
        let (mut ours, mut other) = (self.ours.prepare(&sql)?, self.other.prepare(&sql)?);
        let columns = ours.column_count();
        let (mut ours, mut other) = (ours.query([])?, other.query([])?);
        let mut same = 0;
        loop {
            let next = |rows: &mut rusqlite::Rows<'_>| {
                rows.next()?
                    .map(|row| (0..columns).map(|at| row.get(at)).collect())
                    .transpose()
            };
            let found: Option<Vec<Value>> = next(&mut ours)?;
            let wanted: Option<Vec<Value>> = next(&mut other)?;
            if found != wanted {
                let shown = |row: &Option<Vec<Value>>| {
                    row.as_ref()
                        .map_or("no row".to_owned(), |row| format!("{row:?}"))
                };
                let what = format!(
                    "table {}: found {}, its events make {}",
                    self.table,
                    shown(&found),
                    shown(&wanted)
                );
                return Ok((same, Some(what)));
            }
            if found.is_none() {
                return Ok((same, None));
            }
            same += 1;
        }
    }
}
