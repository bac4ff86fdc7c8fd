//! The journal in its file: events appended in groups, read back in order, each checked.
//!
//! 1. Sequences are 1, 2, 3, … without a gap.
//! 2. Each row carries a CRC of its bytes and a hash chained to the row before.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use borsh::BorshDeserialize;
use rusqlite::{Connection, OptionalExtension, params};
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

    fn prepare(&mut self, durability: Durability) -> Result<(), StoreError> {
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
        let tables: i64 = self.query("SELECT count(*) FROM sqlite_master")?;
        if id != APPLICATION_ID && (tables > 0 || id != 0) {
            return Err(StoreError::NotOurs(self.path.clone()));
        }
        let level = match durability {
            Durability::Disk => "FULL",
            Durability::Os => "NORMAL",
        };
        self.run(&format!(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous={level};"
        ))?;
        if id != APPLICATION_ID {
            self.run(&format!(
                "BEGIN IMMEDIATE; {CREATE} PRAGMA application_id={APPLICATION_ID}; \
                 PRAGMA user_version={FORMAT}; COMMIT;"
            ))?;
        }
        Ok(())
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
        let sql = "SELECT sequence, chain FROM journal ORDER BY sequence DESC LIMIT 1";
        let found = self
            .connection
            .query_row(sql, [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
            })
            .optional()
            .map_err(|e| failed(&self.path, &e))?;
        let Some((sequence, chain)) = found else {
            return Ok((0, [0; 32]));
        };
        let sequence = u64::try_from(sequence).unwrap_or(0);
        let chain = chain.try_into().map_err(|_| StoreError::Corrupt {
            sequence,
            what: "its chain hash has another size",
        })?;
        Ok((sequence, chain))
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
        let sql = "SELECT sequence, body, crc FROM journal WHERE sequence > ?1 \
                   ORDER BY sequence LIMIT ?2";
        let fail = |e: rusqlite::Error| failed(&self.path, &e);
        let mut select = self.connection.prepare_cached(sql).map_err(fail)?;
        let after = i64::try_from(sequence).unwrap_or(i64::MAX);
        let rows = select.query_map(params![after, limit], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, Vec<u8>>(1)?,
                row.get::<_, i64>(2)?,
            ))
        });
        let mut entries = Vec::new();
        let mut expected = sequence;
        for row in rows.map_err(fail)? {
            let (_, body, crc) = row.map_err(fail)?;
            expected += 1;
            let damaged = |what| StoreError::Corrupt {
                sequence: expected,
                what,
            };
            if i64::from(crc32fast::hash(&body)) != crc {
                return Err(damaged("its bytes do not match their checksum"));
            }
            let entry =
                Entry::try_from_slice(&body).map_err(|_| damaged("its bytes cannot be read"))?;
            if entry.sequence != expected {
                return Err(damaged("it is missing"));
            }
            entries.push(entry);
        }
        Ok(entries)
    }
}

fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    use std::io::Read;
    let Ok(mut file) = File::open(path) else {
        return Ok(());
    };
    let mut head = Vec::new();
    let read = file.by_ref().take(16).read_to_end(&mut head);
    match read {
        Ok(_) if head.is_empty() || head.starts_with(b"SQLite format 3\0") => Ok(()),
        Ok(_) => Err(StoreError::NotOurs(path.to_owned())),
        Err(error) => Err(failed(path, &error)),
    }
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
        Err(_) => Err(StoreError::Locked(path.to_owned())),
    }
}

fn failed(path: &Path, cause: &dyn std::fmt::Display) -> StoreError {
    StoreError::Failed {
        path: path.to_owned(),
        cause: cause.to_string(),
    }
}
