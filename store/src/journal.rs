//! The journal in its file: events appended in groups, read back in order, each checked.
//!
//! 1. Sequences are 1, 2, 3, … without a gap; after a prune, from the base on.
//! 2. Each row carries a CRC of its bytes and a hash chained to the row before.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};
use truebook_core::book::Entry;

use crate::codec::{Decoder, ENCODING, Head, checksum, decode, link};
use crate::lock::Lock;
use crate::packer::{Packer, Row};
use crate::path::{Identity, failed};
use crate::schema::FORMAT;
use crate::{Durability, StoreError};

/// For how many events room is made at once.
const READ_AT_ONCE: u64 = 8_192;

/// An open journal.
pub struct JournalFile {
    pub(crate) path: PathBuf,
    pub(crate) connection: Connection,
    pub(crate) durability: Durability,
    /// Whether commits wait for the disk at the moment, where that is known.
    pub(crate) synced: Cell<Option<bool>>,
    pub(crate) format: i64,
    pub(crate) last: u64,
    pub(crate) chain: [u8; 32],
    pub(crate) lock: Option<Lock>,
    pub(crate) files: [Identity; 2],
}

impl JournalFile {
    /// Says whether what is committed from now on waits for the disk.
    pub(crate) fn set_synced(&self, is_synced: bool) -> Result<(), StoreError> {
        if self.synced.get() == Some(is_synced) {
            return Ok(());
        }
        self.synced.set(None);
        self.run(match is_synced {
            true => "PRAGMA synchronous=FULL",
            false => "PRAGMA synchronous=NORMAL",
        })?;
        self.synced.set(Some(is_synced));
        Ok(())
    }

    /// Whether commits of events wait for the disk.
    pub(crate) fn is_synced(&self) -> bool {
        self.durability == Durability::Disk
    }

    pub(crate) fn run(&self, sql: &str) -> Result<(), StoreError> {
        self.connection
            .execute_batch(sql)
            .map_err(|e| failed(&self.path, &e))
    }

    /// What is recorded under `key`.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when the database refuses.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.connection
            .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| {
                row.get(0)
            })
            .optional()
            .map_err(|e| failed(&self.path, &e))
    }

    /// Records `value` under `key`.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when the database refuses.
    pub fn set_meta(&self, key: &str, value: &str) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)";
        let done = self.connection.execute(sql, [key, value]);
        done.map(|_| ()).map_err(|e| failed(&self.path, &e))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file has what format 4 added: checkpoints and tables.
    pub(crate) fn has_tables(&self) -> bool {
        self.format == FORMAT
    }

    /// What speaks SQL.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The sequence of the newest event.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.last
    }

    /// The last event that was pruned away; 0 where none was.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when the database refuses.
    pub fn base(&self) -> Result<u64, StoreError> {
        let base = self.meta("base")?;
        Ok(base.and_then(|base| base.parse().ok()).unwrap_or(0))
    }

    pub(crate) fn tip(&self) -> Result<(u64, [u8; 32]), StoreError> {
        let sql = "SELECT sequence FROM journal ORDER BY sequence DESC LIMIT 1";
        let found = self.connection.query_row(sql, [], |row| row.get(0));
        let last: Option<i64> = found.optional().map_err(|e| failed(&self.path, &e))?;
        let last = match last {
            Some(last) => u64::try_from(last).unwrap_or(0),
            None => self.base()?,
        };
        Ok((last, self.chain_at(last)?))
    }

    /// The chain hash after the event with `sequence`; zeros before the first.
    pub(crate) fn chain_at(&self, sequence: u64) -> Result<[u8; 32], StoreError> {
        if sequence == 0 {
            return Ok([0; 32]);
        }
        let sql = match self.format {
            FORMAT => {
                "SELECT chain FROM journal WHERE sequence = ?1 UNION ALL \
                 SELECT chain FROM checkpoint WHERE sequence = ?1 LIMIT 1"
            }
            _ => "SELECT chain FROM journal WHERE sequence = ?1",
        };
        let found = self.connection.prepare_cached(sql);
        let found = found.and_then(|mut known| known.query_row([key(sequence)], |row| row.get(0)));
        found.map_err(|e| self.unreadable(sequence, &e))
    }

    /// The error for a row that could not be read: damage where its columns are of another type.
    fn unreadable(&self, sequence: u64, error: &rusqlite::Error) -> StoreError {
        let is_type = matches!(
            error,
            rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::FromSqlConversionFailure(..)
        );
        let what = if is_type {
            "a column has another type or size"
        } else if matches!(error, rusqlite::Error::QueryReturnedNoRows) {
            "it is missing"
        } else {
            return failed(&self.path, error);
        };
        StoreError::Corrupt { sequence, what }
    }

    /// Appends `entries` in one transaction. When this returns they survive what the file's
    /// durability says, and the file is still there.
    ///
    /// # Errors
    /// [`StoreError::Failed`], and none of them is acknowledged.
    pub fn append(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        let mut packer = Packer::after(self.last, self.chain);
        let rows: Result<Vec<_>, _> = entries.iter().map(|e| packer.row(e.clone())).collect();
        self.append_rows(&rows?)
    }

    /// The same, with rows that were made before.
    pub(crate) fn append_rows(&mut self, rows: &[Row]) -> Result<(), StoreError> {
        let (last, chain) = self.insert(rows)?;
        (self.last, self.chain) = (last, chain);
        self.check_there()?;
        if let Some(lock) = &self.lock {
            lock.note(last, self.is_synced());
        }
        Ok(())
    }

    fn insert(&mut self, rows: &[Row]) -> Result<(u64, [u8; 32]), StoreError> {
        self.set_synced(self.is_synced())?;
        let path = &self.path;
        let fail = |e: &dyn std::fmt::Display| failed(path, e);
        let (mut last, mut chain) = (self.last, self.chain);
        let transaction = self.connection.transaction().map_err(|e| fail(&e))?;
        let sql = "INSERT INTO journal (sequence, ts, body, crc, chain, encoding) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let mut insert = transaction.prepare_cached(sql).map_err(|e| fail(&e))?;
        for row in rows {
            let sequence = row.entry.sequence;
            if sequence != last + 1 {
                return Err(corrupt(sequence, "it does not follow the event before it"));
            }
            (last, chain) = (sequence, row.chain);
            let (ts, body, chain) = (row.entry.ts.0, &*row.body, row.chain.as_slice());
            let values = params![key(sequence), ts, body, row.crc, chain, ENCODING];
            insert.execute(values).map_err(|e| fail(&e))?;
        }
        drop(insert);
        transaction.commit().map_err(|e| fail(&e))?;
        Ok((last, chain))
    }

    /// Whether the file is still where it was: one that was removed or replaced takes what is
    /// written, and loses it.
    ///
    /// # Errors
    /// [`StoreError::Removed`].
    pub(crate) fn check_there(&mut self) -> Result<(), StoreError> {
        let is_there = self.files.iter_mut().all(Identity::is_there);
        if let Some(lock) = &mut self.lock {
            lock.renew()?;
        }
        match is_there {
            true => Ok(()),
            false => Err(StoreError::Removed(self.path.clone())),
        }
    }

    /// Gives up to `limit` events after `sequence`, each checked.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a damaged or missing record.
    pub fn read_after(&self, sequence: u64, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let left = self.last.saturating_sub(sequence).min(READ_AT_ONCE);
        let left = usize::try_from(left).unwrap_or(0);
        let mut entries = Vec::with_capacity(left.min(limit as usize));
        let mut decoder = Decoder::default();
        self.each_after(sequence, limit, |head, (body, _)| {
            let entry = decoder.entry(head, body);
            entries.push(entry.map_err(|what| corrupt(head.sequence, what))?);
            Ok(())
        })?;
        Ok(entries)
    }

    /// Shows up to `limit` rows after `sequence` to `see`, each checked: its head, its body and
    /// chain hash as they are stored; the sequence of the last.
    pub(crate) fn each_after(
        &self,
        sequence: u64,
        limit: u32,
        mut see: impl FnMut(Head, (&[u8], &[u8; 32])) -> Result<(), StoreError>,
    ) -> Result<u64, StoreError> {
        let encoding = if self.format == FORMAT {
            "encoding"
        } else {
            "0"
        };
        let sql = format!(
            "SELECT sequence, ts, {encoding}, body, crc, chain FROM journal \
             WHERE sequence > ?1 ORDER BY sequence LIMIT ?2"
        );
        let fail = |e: rusqlite::Error| failed(&self.path, &e);
        let mut chain = self.chain_at(sequence)?;
        let mut select = self.connection.prepare_cached(&sql).map_err(fail)?;
        let mut rows = select.query(params![key(sequence), limit]).map_err(fail)?;
        let mut expected = sequence;
        while let Some(row) = rows.next().map_err(fail)? {
            expected += 1;
            let damaged = |what| StoreError::Corrupt {
                sequence: expected,
                what,
            };
            let unreadable = |e: rusqlite::Error| self.unreadable(expected, &e);
            let head = Head {
                sequence: row.get(0).map_err(unreadable)?,
                ts: row.get(1).map_err(unreadable)?,
                encoding: row.get(2).map_err(unreadable)?,
            };
            if head.sequence != expected {
                return Err(damaged("it is missing"));
            }
            let body = row.get_ref(3).map_err(unreadable)?;
            let body = body
                .as_blob()
                .map_err(|_| damaged("a column has another type or size"))?;
            let crc: u32 = row.get(4).map_err(unreadable)?;
            let linked: [u8; 32] = row.get(5).map_err(unreadable)?;
            if checksum(head, body) != crc {
                return Err(damaged("its bytes do not match their checksum"));
            }
            chain = link(&chain, head, body);
            if linked != chain {
                return Err(damaged("it does not follow the event before it"));
            }
            see(head, (body, &linked))?;
        }
        Ok(expected)
    }
}

/// A sequence as SQLite keeps it.
pub(crate) fn key(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}

/// What is wrong with a journal whose events contradict each other, whatever their checksums say.
pub(crate) const CONTRADICTION: &str = "it, or one after it, contradicts those before";

/// The error for a damaged row.
pub(crate) fn corrupt(sequence: u64, what: &'static str) -> StoreError {
    StoreError::Corrupt { sequence, what }
}

/// The event of a row.
pub(crate) fn decoded(head: Head, body: &[u8]) -> Result<Entry, StoreError> {
    decode(head, body).map_err(|what| corrupt(head.sequence, what))
}
