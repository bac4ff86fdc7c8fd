//! When the write-ahead log is copied into the database: most of it beside the writing, the rest
//! when there is nothing else to do, or when it is large.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use rusqlite::{Connection, OpenFlags};

use crate::path::{beside, failed};
use crate::{JournalFile, StoreError};

/// From here on a pause is used to empty it.
const LARGE: u64 = 16 << 20;
/// From here on it is copied beside the writing.
const COPIED: u64 = 32 << 20;
/// From here on nothing else is done before.
const FULL: u64 = 128 << 20;

/// The size of a log.
pub struct Wal {
    path: PathBuf,
    /// Up to where it could not be emptied the last time, because somebody reads from it.
    kept: u64,
    size: u64,
    copy: Option<JoinHandle<()>>,
    /// Up to where it was copied, at least, when the last copy is done.
    copied: u64,
}

impl Wal {
    /// The log of the database at `path`.
    pub fn of(path: &Path) -> Self {
        Self {
            path: beside(path, "-wal"),
            kept: 0,
            size: 0,
            copy: None,
            copied: 0,
        }
    }

    /// Looks how large it is, and copies it where it is too large.
    pub fn look(&mut self, file: &JournalFile) -> Result<(), StoreError> {
        self.size = std::fs::metadata(&self.path).map_or(0, |known| known.len());
        if self.is_full() {
            self.truncate(file)?;
        } else if self.size.saturating_sub(self.copied) > COPIED {
            self.begin_copy(file.path());
        }
        Ok(())
    }

    /// Whether it is worth being emptied in a pause.
    pub fn is_large(&self) -> bool {
        self.size.saturating_sub(self.kept) > LARGE
    }

    /// Whether it must be emptied.
    pub fn is_full(&self) -> bool {
        self.size.saturating_sub(self.kept) > FULL
    }

    /// Copies what it holds now, on a thread and a connection of its own, unless one is at it. What
    /// fails is copied when it is emptied.
    fn begin_copy(&mut self, database: &Path) {
        if self.copy.as_ref().is_some_and(|copy| !copy.is_finished()) {
            return;
        }
        self.end_copy();
        let database = database.to_owned();
        let copy = move || {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let copied = Connection::open_with_flags(database, flags).and_then(|connection| {
                connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
            });
            drop(copied);
        };
        let thread = std::thread::Builder::new().name("truebook-wal".to_owned());
        self.copy = thread.spawn(copy).ok();
        self.copied = self.size;
    }

    fn end_copy(&mut self) {
        if let Some(copy) = self.copy.take() {
            let _ = copy.join();
        }
    }

    /// Copies it into the database, and empties it unless somebody reads from it.
    pub fn truncate(&mut self, file: &JournalFile) -> Result<(), StoreError> {
        self.end_copy();
        let connection = file.connection();
        let fail = |e: rusqlite::Error| failed(file.path(), &e);
        // Who reads is not waited for.
        connection
            .busy_timeout(std::time::Duration::ZERO)
            .map_err(fail)?;
        let done = file.empty_wal();
        connection
            .busy_timeout(crate::opening::PATIENCE)
            .map_err(fail)?;
        done?;
        let left = std::fs::metadata(&self.path).map_or(0, |known| known.len());
        (self.size, self.kept, self.copied) = (left, left, left);
        Ok(())
    }
}

impl Drop for Wal {
    fn drop(&mut self) {
        self.end_copy();
    }
}
