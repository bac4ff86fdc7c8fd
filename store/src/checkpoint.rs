//! States in the file, and the state that a file holds: the newest checkpoint that is whole, and
//! the events since.
//!
//! 1. A checkpoint is written in parts between groups of events, and counts once it is complete.
//! 2. It is served only if its bytes have the hash that was computed when it was made.

use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use borsh::BorshDeserialize;
use rusqlite::params;
use truebook_core::book::State;
use truebook_core::digest::{self, Digest};

use crate::StoreError;
use crate::codec::{Decoder, Head};
use crate::journal::{CONTRADICTION, JournalFile, corrupt, key};
use crate::path::failed;

/// The size of a part.
const PART: usize = 1 << 20;
/// How many complete checkpoints are kept.
const KEPT: usize = 2;
/// How many events are applied at once.
const REPLAY: u32 = 1_024;
/// For how many of them memory is loaded at once.
const TOUCHED: usize = 16;
/// How many times as many are read before they are applied.
const AHEAD: usize = 4;

/// A checkpoint on its way to the file.
pub struct Checkpoint {
    sequence: u64,
    ts: i64,
    hash: [u8; 32],
    bytes: Vec<u8>,
    written: usize,
    /// Whether older ones go when it is complete.
    replaces: bool,
}

impl Checkpoint {
    /// The checkpoint of `state`; `None` where its bytes cannot be made.
    #[must_use]
    pub fn of(state: &State) -> Option<Self> {
        let bytes = borsh::to_vec(state).ok()?;
        Some(Self {
            sequence: state.sequence,
            ts: state.now.0,
            hash: digest::of_bytes(&bytes),
            bytes,
            written: 0,
            replaces: true,
        })
    }

    /// Its sequence.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Leaves the others: it is not the newest.
    pub fn keep_others(&mut self) {
        self.replaces = false;
    }

    /// How many bytes it has.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Writes the next part; whether it is complete.
    ///
    /// # Errors
    /// [`StoreError::Failed`]: the same part may be tried again.
    pub fn write(&mut self, file: &JournalFile) -> Result<bool, StoreError> {
        let fail = |e: rusqlite::Error| failed(file.path(), &e);
        let transaction = file.connection().unchecked_transaction().map_err(fail)?;
        let sequence = key(self.sequence);
        if self.written == 0 {
            let chain = file.chain_at(self.sequence)?;
            let size = i64::try_from(self.bytes.len()).unwrap_or(i64::MAX);
            let delete = "DELETE FROM checkpoint_part WHERE sequence = ?1";
            transaction.execute(delete, [sequence]).map_err(fail)?;
            let row = params![sequence, self.ts, &self.hash[..], &chain[..], size];
            let sql = "INSERT OR REPLACE INTO checkpoint VALUES (?1, ?2, ?3, ?4, ?5, 0)";
            transaction.execute(sql, row).map_err(fail)?;
        }
        let end = (self.written + PART).min(self.bytes.len());
        let part = self.bytes.get(self.written..end).unwrap_or_default();
        let sql = "INSERT INTO checkpoint_part (sequence, body) VALUES (?1, ?2)";
        transaction
            .execute(sql, params![sequence, part])
            .map_err(fail)?;
        let is_complete = end == self.bytes.len();
        if is_complete {
            let sql = "UPDATE checkpoint SET is_complete = 1 WHERE sequence = ?1";
            transaction.execute(sql, [sequence]).map_err(fail)?;
            if self.replaces {
                forget_old(&transaction).map_err(fail)?;
            }
        }
        transaction.commit().map_err(fail)?;
        self.written = end;
        Ok(is_complete)
    }
}

/// Forgets all but the newest checkpoints; that of the base of a pruned journal stays.
fn forget_old(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    let oldest = format!(
        "(SELECT min(sequence) FROM (SELECT sequence FROM checkpoint WHERE is_complete \
         ORDER BY sequence DESC LIMIT {KEPT}))"
    );
    let base = "(SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'base')";
    for table in ["checkpoint_part", "checkpoint"] {
        let sql =
            format!("DELETE FROM {table} WHERE sequence < {oldest} AND sequence IS NOT {base}");
        connection.execute(&sql, [])?;
    }
    Ok(())
}

/// What is known of a checkpoint in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The event up to which it is the state.
    pub sequence: u64,
    /// The time of that event.
    pub ts: i64,
    /// The state hash.
    pub hash: [u8; 32],
    size: usize,
}

impl Stored {
    /// How many bytes it has.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.size as u64
    }
}

impl JournalFile {
    /// The complete checkpoints up to the event `limit`, newest first.
    ///
    /// # Errors
    /// [`StoreError::Failed`].
    pub fn checkpoints(&self, limit: u64) -> Result<Vec<Stored>, StoreError> {
        if !self.has_tables() {
            return Ok(Vec::new());
        }
        let fail = |e: rusqlite::Error| failed(self.path(), &e);
        let sql = "SELECT sequence, ts, hash, size FROM checkpoint \
                   WHERE is_complete AND sequence <= ?1 ORDER BY sequence DESC";
        let mut select = self.connection().prepare_cached(sql).map_err(fail)?;
        let rows = select.query_map([key(limit)], |row| {
            Ok(Stored {
                sequence: row.get(0)?,
                ts: row.get(1)?,
                hash: row.get(2)?,
                size: row.get(3)?,
            })
        });
        rows.map_err(fail)?.collect::<Result<_, _>>().map_err(fail)
    }

    /// The state of a checkpoint; `None` where its bytes are not those that were written.
    pub(crate) fn restored(&self, stored: &Stored) -> Result<Option<State>, StoreError> {
        let (sender, coming) = sync_channel(AHEAD);
        // Room that has been read goes back: fresh room costs more than what is copied into it.
        let (give_back, read) = sync_channel(AHEAD);
        // Read and hashed here while it is made there.
        let (hash, state) = std::thread::scope(|scope| {
            let made = scope.spawn(move || {
                let mut parts = Parts {
                    coming,
                    give_back,
                    part: Vec::new(),
                    at: 0,
                };
                let state = State::deserialize_reader(&mut parts).ok();
                state.filter(|_| parts.is_over())
            });
            let hash = self.send_parts(stored, (sender, read));
            hash.map(|hash| (hash, made.join().ok().flatten()))
        })?;
        let is_whole = hash == stored.hash;
        Ok(state.filter(|state| is_whole && state.sequence == stored.sequence))
    }

    /// Sends the parts of a checkpoint; the hash of all of them.
    fn send_parts(
        &self,
        stored: &Stored,
        (sender, read): (SyncSender<Vec<u8>>, Receiver<Vec<u8>>),
    ) -> Result<[u8; 32], StoreError> {
        let fail = |e: rusqlite::Error| failed(self.path(), &e);
        let sql = "SELECT body FROM checkpoint_part WHERE sequence = ?1 ORDER BY id";
        let mut select = self.connection().prepare_cached(sql).map_err(fail)?;
        let mut rows = select.query([key(stored.sequence)]).map_err(fail)?;
        let mut digest = Digest::default();
        while let Some(row) = rows.next().map_err(fail)? {
            let part = row.get_ref(0).map_err(fail)?;
            let part = part.as_blob().unwrap_or_default();
            digest.add(part);
            let mut room = read.try_recv().unwrap_or_default();
            room.clear();
            room.extend_from_slice(part);
            if sender.send(room).is_err() {
                // Whoever takes them has stopped: the bytes are none of a state.
                break;
            }
        }
        Ok(digest.end())
    }

    /// The state at the newest checkpoint up to `limit` that is whole; the empty one where there is
    /// none and the journal begins at the first event.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn checkpointed(&self, limit: u64) -> Result<State, StoreError> {
        for stored in self.checkpoints(limit)? {
            if let Some(state) = self.restored(&stored)? {
                return Ok(state);
            }
        }
        match self.base()? {
            0 => Ok(State::default()),
            base => Err(StoreError::Corrupt {
                sequence: base,
                what: "the checkpoint from which the journal goes on is damaged",
            }),
        }
    }

    /// The state after the event `limit`, or after the newest where that is not reached.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a damaged or missing record.
    pub fn state_at(&self, limit: u64) -> Result<State, StoreError> {
        let mut state = self.checkpointed(limit)?;
        if self.last() > state.sequence {
            self.replay(&mut state, limit)?;
        }
        Ok(state)
    }

    /// Applies the events after those of `state` up to `limit`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a damaged or missing record.
    pub fn replay(&self, state: &mut State, limit: u64) -> Result<(), StoreError> {
        let (sender, batches) = sync_channel::<Rows>(AHEAD);
        // Read and checked here while they are decoded and applied there.
        std::thread::scope(|scope| {
            let from = state.sequence;
            let applied = scope.spawn(move || {
                let mut decoder = Decoder::default();
                batches
                    .iter()
                    .try_for_each(|rows: Rows| rows.apply(state, &mut decoder))
            });
            let read = self.send_after(from, limit, &sender);
            drop(sender);
            match applied.join() {
                Ok(applied) => read.and(applied),
                // What contradicts itself is no journal of ours, whatever its checksums say.
                Err(_) => Err(corrupt(from + 1, CONTRADICTION)),
            }
        })
    }

    fn send_after(
        &self,
        from: u64,
        limit: u64,
        sender: &SyncSender<Rows>,
    ) -> Result<(), StoreError> {
        let mut at = from;
        while at < limit {
            let most = u32::try_from(limit - at).map_or(REPLAY, |left| left.min(REPLAY));
            let mut rows = Rows::default();
            let before = at;
            at = self.each_after(at, most, |head, (body, _)| {
                rows.bytes.extend_from_slice(body);
                rows.ends.push((head, rows.bytes.len()));
                Ok(())
            })?;
            if at == before || sender.send(rows).is_err() {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// The parts of a checkpoint as they come, to be read as one.
struct Parts {
    coming: Receiver<Vec<u8>>,
    give_back: SyncSender<Vec<u8>>,
    part: Vec<u8>,
    at: usize,
}

impl Parts {
    /// Whether nothing is left.
    fn is_over(&mut self) -> bool {
        matches!(self.read(&mut [0]), Ok(0))
    }
}

impl Read for Parts {
    #[inline]
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let rest = self.part.get(self.at..).unwrap_or_default();
            let count = rest.len().min(room.len());
            if let (Some(room), Some(rest)) = (room.get_mut(..count), rest.get(..count))
                && count > 0
            {
                room.copy_from_slice(rest);
                self.at += count;
                return Ok(count);
            }
            match self.coming.recv() {
                Ok(part) if !room.is_empty() => {
                    let read = std::mem::replace(&mut self.part, part);
                    self.at = 0;
                    // Where nobody wants it, it goes.
                    let _ = self.give_back.try_send(read);
                }
                _ => return Ok(0),
            }
        }
    }

    #[inline]
    fn read_exact(&mut self, room: &mut [u8]) -> std::io::Result<()> {
        // Most of what is read is in one part.
        let end = self.at + room.len();
        if let Some(here) = self.part.get(self.at..end) {
            room.copy_from_slice(here);
            self.at = end;
            return Ok(());
        }
        let mut left = room;
        while !left.is_empty() {
            let count = self.read(left)?;
            if count == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            left = left.get_mut(count..).unwrap_or_default();
        }
        Ok(())
    }
}

/// Rows as they are stored, one body behind the other, with where each ends.
#[derive(Default)]
struct Rows {
    bytes: Vec<u8>,
    ends: Vec<(Head, usize)>,
}

impl Rows {
    fn apply(&self, state: &mut State, decoder: &mut Decoder) -> Result<(), StoreError> {
        let mut from = 0;
        let mut entries = Vec::with_capacity(TOUCHED);
        for ends in self.ends.chunks(TOUCHED) {
            for (ahead, (head, end)) in ends.iter().enumerate() {
                let body = self.bytes.get(from..*end).unwrap_or_default();
                from = *end;
                let entry = decoder.entry(*head, body);
                let entry = entry.map_err(|what| corrupt(head.sequence, what))?;
                state.touch(&entry, ahead);
                entries.push(entry);
            }
            entries.drain(..).for_each(|entry| state.apply(&entry));
        }
        Ok(())
    }
}
