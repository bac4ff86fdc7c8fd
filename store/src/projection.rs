//! What is written behind the journal: the tables, the audit files, and checkpoints.
//!
//! 1. The ledger here is a copy that events alone have made: it is compared with the engine's while
//!    both run.
//! 2. Tables lag at most [`LAG_MAX`] events; beyond that the journal waits for them.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use truebook_core::book::{Entry, State};

use crate::audit::Audit;
use crate::checkpoint::Checkpoint;
use crate::packer::Row;
use crate::path::failed;
use crate::progress::Progress;
use crate::tables::{self, Tables};
use crate::wal::Wal;
use crate::writer::Witness;
use crate::{JournalFile, StoreError};

/// How far the tables may be behind before the journal waits for them.
pub const LAG_MAX: u64 = 500_000;
/// How many events are kept in memory for the tables.
const RECENT: usize = 16_384;
/// How many events are written to the tables at once where they are far behind.
const LARGE: u64 = 4_096;
/// A checkpoint is due when so many bytes of it would be written for each event since the last.
const CHECKPOINT_BYTES: u64 = 256;
/// How many times as rare a checkpoint is while the tables are far behind: they stand still while
/// it is made.
const CHECKPOINT_LATER: u64 = 4;
/// How many events there are between two checkpoints at least.
const CHECKPOINT_EVENTS: u64 = 20_000;
/// How many events since the last checkpoint are worth one at the end.
const CHECKPOINT_LAST: u64 = 1_000;

/// Where the copy of the ledger is.
enum Mirror {
    /// It is being made from a checkpoint and the events since.
    Loading(JoinHandle<Result<State, StoreError>>),
    /// It is here.
    Ready(Box<Tables>),
    /// It is being written down.
    Dumping(JoinHandle<(State, Option<Checkpoint>)>),
    /// It could not be made; it is tried again.
    Missing,
}

/// Everything that is behind the journal.
pub struct Projection {
    path: PathBuf,
    mirror: Mirror,
    progress: Arc<Progress>,
    sequence: u64,
    witnesses: VecDeque<Witness>,
    /// The events after those of the tables, where they are few: they need not be read back.
    recent: VecDeque<Entry>,
    checkpoint: Option<Checkpoint>,
    checkpointed: u64,
    /// The bytes of the last checkpoint.
    size: u64,
    audit: Audit,
    wal: Wal,
}

impl Projection {
    /// How many events are worth being written at once.
    pub const BATCH: u64 = 256;

    /// Begins where `file` stands.
    pub fn of(
        file: &JournalFile,
        progress: Arc<Progress>,
        audit: Audit,
    ) -> Result<Self, StoreError> {
        let fail = |e: rusqlite::Error| failed(file.path(), &e);
        let mut sequence = tables::tables_sequence(file.connection()).map_err(fail)?;
        let version = file.meta(tables::TABLES_VERSION)?;
        let is_ours = version.as_deref() == Some(tables::VERSION);
        if !is_ours || sequence > file.last() || sequence < file.base()? {
            // What was pruned is in the archive, which is read at once; without it the tables stay.
            sequence = match file.base()? {
                0 => {
                    tables::clear(file.connection()).map_err(fail)?;
                    file.set_meta(tables::TABLES_VERSION, tables::VERSION)?;
                    0
                }
                _ => match file.rebuild_tables() {
                    Ok(state) => state.sequence,
                    Err(_) => sequence,
                },
            };
        }
        let newest = file.checkpoints(u64::MAX)?.into_iter().next();
        let checkpointed = newest.map_or(0, |stored| stored.sequence);
        progress.project(sequence);
        progress.checkpoint(checkpointed);
        let mut made = Self {
            path: file.path().to_owned(),
            mirror: Mirror::Missing,
            progress,
            sequence,
            witnesses: VecDeque::new(),
            recent: VecDeque::new(),
            checkpoint: None,
            checkpointed,
            size: newest.map_or(0, |stored| stored.bytes()),
            audit,
            wal: Wal::of(file.path()),
        };
        made.audit.resume(file)?;
        made.load();
        Ok(made)
    }

    /// Makes the copy, on a thread and a connection of its own.
    fn load(&mut self) {
        if self.sequence == 0 {
            self.mirror = Mirror::Ready(Box::default());
            return;
        }
        let (path, sequence) = (self.path.clone(), self.sequence);
        let load = move || JournalFile::read_only(&path)?.state_at(sequence);
        let thread = std::thread::Builder::new().name("truebook-load".to_owned());
        self.mirror = thread.spawn(load).map_or(Mirror::Missing, Mirror::Loading);
    }

    /// A state of the engine's to be compared with the copy when that is as far.
    pub fn take_witness(&mut self, witness: Witness) {
        if witness.sequence > self.sequence {
            self.witnesses.push_back(witness);
        }
    }

    /// Keeps events that were committed until they are in the tables, unless they are too many.
    pub fn offer(&mut self, rows: &mut Vec<Row>) {
        let next = self.sequence + self.recent.len() as u64 + 1;
        let fits = self.recent.len() + rows.len() <= RECENT;
        let follows = rows.first().is_some_and(|row| row.entry.sequence == next);
        if fits && follows {
            self.recent.extend(rows.drain(..).map(|row| row.entry));
        } else {
            // What is kept must have no gap: the rest is read back.
            rows.clear();
        }
    }

    /// The events after those of the tables, at most so many.
    fn next(&mut self, file: &JournalFile, most: usize) -> Result<Vec<Entry>, StoreError> {
        if self.recent.is_empty() {
            let most = u32::try_from(most).unwrap_or(u32::MAX);
            return file.read_after(self.sequence, most);
        }
        let most = most.min(self.recent.len());
        Ok(self.recent.drain(..most).collect())
    }

    /// The event up to which the tables stand.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Whether the journal must wait.
    pub fn is_late(&self, last: u64) -> bool {
        last - self.sequence.min(last) > LAG_MAX || self.wal.is_full()
    }

    /// How much there is to do, in events.
    pub fn work(&self, last: u64) -> u64 {
        let behind = last - self.sequence.min(last);
        let waits = match &self.mirror {
            Mirror::Ready(_) | Mirror::Missing => false,
            Mirror::Loading(thread) => !thread.is_finished(),
            Mirror::Dumping(thread) => !thread.is_finished(),
        };
        match (&self.mirror, &self.checkpoint) {
            _ if waits => 0,
            (_, Some(_)) | (Mirror::Loading(_) | Mirror::Dumping(_) | Mirror::Missing, _) => {
                behind.max(1)
            }
            _ => behind.max(u64::from(self.wal.is_large())),
        }
    }

    /// Does a little of it.
    pub fn step(&mut self, file: &mut JournalFile) -> Result<(), StoreError> {
        self.wal.look(file)?;
        self.arrive();
        if let Some(checkpoint) = &mut self.checkpoint {
            file.set_synced(false)?;
            if checkpoint.write(file)? {
                self.progress.checkpoint(checkpoint.sequence());
                self.checkpoint = None;
            }
            return Ok(());
        }
        if self.sequence < file.last() {
            self.project(file)?;
            self.audit.export(file, false);
            self.dump_if_due(file.last());
        } else if self.wal.is_large() {
            self.wal.truncate(file)?;
        }
        Ok(())
    }

    /// Does all of it.
    pub fn finish(&mut self, file: &mut JournalFile) -> Result<(), StoreError> {
        self.join(file)?;
        while self.sequence < file.last() {
            self.project(file)?;
        }
        self.audit.export(file, true);
        let is_worth = self.sequence >= self.checkpointed + CHECKPOINT_LAST;
        if let (true, Mirror::Ready(tables)) = (is_worth, &self.mirror) {
            self.checkpoint = Checkpoint::of(tables.state());
        }
        while let Some(checkpoint) = &mut self.checkpoint {
            if checkpoint.write(file)? {
                self.progress.checkpoint(checkpoint.sequence());
                self.checkpoint = None;
            }
        }
        self.wal.truncate(file)
    }

    /// Waits for the copy to be here.
    fn join(&mut self, file: &mut JournalFile) -> Result<(), StoreError> {
        if matches!(self.mirror, Mirror::Missing) {
            self.load();
        }
        self.land()?;
        match self.mirror {
            Mirror::Ready(_) => Ok(()),
            Mirror::Loading(_) | Mirror::Dumping(_) | Mirror::Missing => {
                Err(failed(file.path(), &"its ledger could not be made"))
            }
        }
    }

    /// Takes what a thread has made, where it has; what is missing is tried again.
    fn arrive(&mut self) {
        match &self.mirror {
            Mirror::Loading(thread) if !thread.is_finished() => {}
            Mirror::Dumping(thread) if !thread.is_finished() => {}
            Mirror::Missing => self.load(),
            Mirror::Loading(_) | Mirror::Dumping(_) | Mirror::Ready(_) => {
                // What could not be loaded is missing, and is tried again.
                let _ = self.land();
            }
        }
    }

    /// Waits for the thread that has the copy, and takes it.
    fn land(&mut self) -> Result<(), StoreError> {
        let state = match std::mem::replace(&mut self.mirror, Mirror::Missing) {
            Mirror::Loading(thread) => thread.join().ok().transpose()?,
            Mirror::Dumping(thread) => thread.join().ok().map(|(state, checkpoint)| {
                self.take(checkpoint);
                state
            }),
            known @ (Mirror::Ready(_) | Mirror::Missing) => {
                self.mirror = known;
                None
            }
        };
        if let Some(state) = state {
            self.mirror = Mirror::Ready(Box::new(Tables::at(state)));
        }
        Ok(())
    }

    fn take(&mut self, checkpoint: Option<Checkpoint>) {
        if let Some(checkpoint) = &checkpoint {
            self.checkpointed = checkpoint.sequence();
            self.size = checkpoint.bytes();
        }
        self.checkpoint = checkpoint;
    }

    /// Writes the next events to the tables.
    fn project(&mut self, file: &mut JournalFile) -> Result<(), StoreError> {
        if !matches!(self.mirror, Mirror::Ready(_)) {
            return Ok(());
        }
        let behind = file.last() - self.sequence;
        let most = if behind > LARGE { LARGE } else { Self::BATCH };
        let until = self.witnesses.front().map(|witness| witness.sequence);
        let most = until.map_or(most, |until| most.min(until - self.sequence));
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let entries = self.next(file, most)?;
        let Mirror::Ready(tables) = &mut self.mirror else {
            return Ok(());
        };
        file.set_synced(false)?;
        let before = self.audit.mark();
        let written = tables.write(file.connection(), &entries, &mut self.audit);
        if let Err(error) = written {
            // What it holds is ahead of what was written.
            self.mirror = Mirror::Missing;
            self.recent.clear();
            self.audit.go_back(before);
            return Err(tables::refused(file.path(), &error));
        }
        self.sequence = tables.state().sequence;
        self.progress.project(self.sequence);
        self.compare()
    }

    /// Compares the copy with what the engine said.
    fn compare(&mut self) -> Result<(), StoreError> {
        let Mirror::Ready(tables) = &self.mirror else {
            return Ok(());
        };
        while let Some(witness) = self.witnesses.front().copied()
            && witness.sequence <= self.sequence
        {
            self.witnesses.pop_front();
            let is_same = witness.hash == tables.state().books_hash();
            if witness.sequence == self.sequence && !is_same {
                let sequence = witness.sequence;
                return Err(StoreError::Diverged { sequence });
            }
        }
        Ok(())
    }

    /// Begins a checkpoint where enough has happened since the last.
    fn dump_if_due(&mut self, last: u64) {
        let since = self.sequence - self.checkpointed.min(self.sequence);
        let is_far = last - self.sequence.min(last) > LARGE;
        let patience = if is_far { CHECKPOINT_LATER } else { 1 };
        let enough = patience * CHECKPOINT_EVENTS.max(self.size / CHECKPOINT_BYTES);
        if since < enough {
            return;
        }
        let mirror = std::mem::replace(&mut self.mirror, Mirror::Missing);
        let Mirror::Ready(tables) = mirror else {
            self.mirror = mirror;
            return;
        };
        let dump = move || {
            let state = tables.into_state();
            let checkpoint = Checkpoint::of(&state);
            (state, checkpoint)
        };
        let thread = std::thread::Builder::new().name("truebook-dump".to_owned());
        self.mirror = thread.spawn(dump).map_or(Mirror::Missing, Mirror::Dumping);
    }
}
