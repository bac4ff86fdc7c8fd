//! The journal in its file: events appended in groups, read back in order, each checked.
//!
//! 1. Sequences are 1, 2, 3, … without a gap.
//! 2. Each row carries a CRC of its bytes and a hash chained to the row before.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use borsh::BorshDeserialize;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use truebook_core::book::Entry;
use truebook_core::digest;

use crate::schema::{APPLICATION_ID, CREATE, FORMAT};
use crate::{Durability, Session, StoreError};

/// An open journal.
pub struct JournalFile {
    path: PathBuf,
    connection: Connection,
    last: u64,
    chain: [u8; 32],
    _lock: Option<File>,
}

impl JournalFile {
    /// Opens or creates the file for writing, for `session`.
    ///
    /// # Errors
    /// [`StoreError`], and the file is left as it was.
    pub fn open(
        path: &Path,
        session: &Session,
        durability: Durability,
    ) -> Result<Self, StoreError> {
        let path = &resolved(path)?;
        refuse_foreign(path)?;
        let lock = lock(path)?;
        let connection = Connection::open(path).map_err(|e| failed(path, &e))?;
        let mut file = Self {
            path: path.to_owned(),
            connection,
            last: 0,
            chain: [0; 32],
            _lock: Some(lock),
        };
        file.prepare(durability)?;
        file.claim("mode", &session.mode)?;
        if let Some(config) = &session.config {
            file.claim("config", config)?;
        }
        (file.last, file.chain) = file.tip()?;
        Ok(file)
    }

    /// Opens the file to be read beside its writer.
    ///
    /// # Errors
    /// [`StoreError`] where it is not ours, or of another format.
    pub fn read_only(path: &Path) -> Result<Self, StoreError> {
        let path = &resolved(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|e| failed(path, &e))?;
        let file = Self {
            path: path.to_owned(),
            connection,
            last: 0,
            chain: [0; 32],
            _lock: None,
        };
        match file.header()? {
            id if id == APPLICATION_ID => Ok(file),
            _ => Err(StoreError::NotOurs(path.to_owned())),
        }
    }

    /// Whose file it is, where its format is ours.
    fn header(&self) -> Result<i64, StoreError> {
        let pragma = |name: &str| {
            self.connection
                .query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0))
                .map_err(|_| StoreError::NotOurs(self.path.clone()))
        };
        let (id, format) = (pragma("application_id")?, pragma("user_version")?);
        if format > FORMAT && id == APPLICATION_ID {
            let path = self.path.clone();
            return Err(StoreError::Newer {
                path,
                found: format,
                known: FORMAT,
            });
        }
        if format < FORMAT && id == APPLICATION_ID {
            let path = self.path.clone();
            return Err(StoreError::Older {
                path,
                found: format,
                known: FORMAT,
            });
        }
        Ok(id)
    }

    fn prepare(&mut self, durability: Durability) -> Result<(), StoreError> {
        let id = self.header()?;
        let tables: i64 = self.query("SELECT count(*) FROM sqlite_master")?;
        if id != APPLICATION_ID && (tables > 0 || id != 0) {
            return Err(StoreError::NotOurs(self.path.clone()));
        }
        let level = match durability {
            Durability::Disk => "FULL",
            Durability::Os => "NORMAL",
        };
        if id != APPLICATION_ID {
            // Before the WAL, so that the file's own header says whose it is from the first.
            self.run(&format!(
                "BEGIN IMMEDIATE; {CREATE} PRAGMA application_id={APPLICATION_ID}; \
                 PRAGMA user_version={FORMAT}; COMMIT;"
            ))?;
        }
        self.run(&format!(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous={level};"
        ))
    }

    fn run(&self, sql: &str) -> Result<(), StoreError> {
        self.connection
            .execute_batch(sql)
            .map_err(|e| failed(&self.path, &e))
    }

    fn query(&self, sql: &str) -> Result<i64, StoreError> {
        let found = self.connection.query_row(sql, [], |row| row.get(0));
        found.map_err(|_| StoreError::NotOurs(self.path.clone()))
    }

    /// Records `value` under `key`, or checks that it is what was recorded.
    fn claim(&self, key: &'static str, value: &str) -> Result<(), StoreError> {
        match self.meta(key)? {
            None => self.set_meta(key, value),
            Some(found) if found == value => Ok(()),
            Some(found) => Err(StoreError::OtherSession {
                what: key,
                found,
                asked: value.to_owned(),
            }),
        }
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

    /// The sequence of the newest event.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.last
    }

    fn tip(&self) -> Result<(u64, [u8; 32]), StoreError> {
        let sql = "SELECT sequence FROM journal ORDER BY sequence DESC LIMIT 1";
        let found = self.connection.query_row(sql, [], |row| row.get(0));
        let last: i64 = found
            .optional()
            .map_err(|e| failed(&self.path, &e))?
            .unwrap_or(0);
        let last = u64::try_from(last).unwrap_or(0);
        Ok((last, self.chain_at(last)?))
    }

    /// The chain hash after the event with `sequence`; zeros before the first.
    fn chain_at(&self, sequence: u64) -> Result<[u8; 32], StoreError> {
        if sequence == 0 {
            return Ok([0; 32]);
        }
        let sql = "SELECT chain FROM journal WHERE sequence = ?1";
        let key = i64::try_from(sequence).unwrap_or(i64::MAX);
        let found = self.connection.query_row(sql, [key], |row| row.get(0));
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

    /// Appends `entries` in one transaction.
    ///
    /// # Errors
    /// [`StoreError::Failed`], and none of them is kept.
    pub fn append(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut chain = self.chain;
        let mut last = self.last;
        let transaction = self
            .connection
            .transaction()
            .map_err(|e| failed(&path, &e))?;
        {
            let sql = "INSERT INTO journal (sequence, ts, body, crc, chain) \
                       VALUES (?1, ?2, ?3, ?4, ?5)";
            let mut insert = transaction
                .prepare_cached(sql)
                .map_err(|e| failed(&path, &e))?;
            for entry in entries {
                if entry.sequence != last + 1 {
                    let cause = format!("event {} does not follow {last}", entry.sequence);
                    return Err(failed(&path, &cause));
                }
                let body = borsh::to_vec(entry).map_err(|e| failed(&path, &e))?;
                chain = digest::chain(&chain, &body);
                last = entry.sequence;
                let crc = i64::from(crc32fast::hash(&body));
                let sequence = i64::try_from(entry.sequence).unwrap_or(i64::MAX);
                insert
                    .execute(params![sequence, entry.ts.0, body, crc, chain.as_slice()])
                    .map_err(|e| failed(&path, &e))?;
            }
        }
        transaction.commit().map_err(|e| failed(&path, &e))?;
        (self.chain, self.last) = (chain, last);
        Ok(())
    }

    /// Gives up to `limit` events after `sequence`, each checked.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a damaged or missing record.
    pub fn read_after(&self, sequence: u64, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let sql = "SELECT body, crc, chain FROM journal WHERE sequence > ?1 \
                   ORDER BY sequence LIMIT ?2";
        let mut chain = self.chain_at(sequence)?;
        let fail = |e: rusqlite::Error| failed(&self.path, &e);
        let mut select = self.connection.prepare_cached(sql).map_err(fail)?;
        let after = i64::try_from(sequence).unwrap_or(i64::MAX);
        let mut rows = select.query(params![after, limit]).map_err(fail)?;
        let mut entries = Vec::new();
        let mut expected = sequence;
        while let Some(row) = rows.next().map_err(fail)? {
            expected += 1;
            let damaged = |what| StoreError::Corrupt {
                sequence: expected,
                what,
            };
            let unreadable = |e: rusqlite::Error| self.unreadable(expected, &e);
            let body: Vec<u8> = row.get(0).map_err(unreadable)?;
            let crc: i64 = row.get(1).map_err(unreadable)?;
            let linked: [u8; 32] = row.get(2).map_err(unreadable)?;
            if i64::from(crc32fast::hash(&body)) != crc {
                return Err(damaged("its bytes do not match their checksum"));
            }
            let entry =
                Entry::try_from_slice(&body).map_err(|_| damaged("its bytes cannot be read"))?;
            if entry.sequence != expected {
                return Err(damaged("it is missing"));
            }
            chain = digest::chain(&chain, &body);
            if linked != chain {
                return Err(damaged("it does not follow the event before it"));
            }
            entries.push(entry);
        }
        Ok(entries)
    }
}

/// The file behind every name that it has but hard links.
fn resolved(path: &Path) -> Result<PathBuf, StoreError> {
    let Some(name) = path.file_name() else {
        return Err(failed(path, &"found no name of a file"));
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let found = path.canonicalize().or_else(|_| {
        let folder = folder.canonicalize()?;
        Ok::<_, std::io::Error>(folder.join(name))
    });
    found.map_err(|e| failed(path, &e))
}

/// Refuses, untouched, what is no SQLite file or names another application in its header.
fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    use std::io::Read;
    const APPLICATION: std::ops::Range<usize> = 68..72;
    let Ok(mut file) = File::open(path) else {
        return Ok(());
    };
    let mut head = Vec::new();
    let read = file.by_ref().take(100).read_to_end(&mut head);
    read.map_err(|e| failed(path, &e))?;
    let known = i32::try_from(APPLICATION_ID).unwrap_or(0).to_be_bytes();
    let is_ours = head.starts_with(b"SQLite format 3\0") && head.get(APPLICATION) == Some(&known);
    if head.iter().all(|byte| *byte == 0) || is_ours {
        return Ok(());
    }
    Err(StoreError::NotOurs(path.to_owned()))
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let opened = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name);
    let file = opened.map_err(|e| failed(path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(path, &error)),
    }
}

fn failed(path: &Path, cause: &dyn std::fmt::Display) -> StoreError {
    StoreError::Failed {
        path: path.to_owned(),
        cause: cause.to_string(),
    }
}
