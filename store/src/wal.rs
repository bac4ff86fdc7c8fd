//! When the write-ahead log is copied into the database: when there is nothing else to do, or when
//! it is large.

use std::path::{Path, PathBuf};

use crate::path::{beside, failed};
use crate::{JournalFile, StoreError};

/// From here on a pause is used to empty it.
const LARGE: u64 = 1 << 20;
/// From here on nothing else is done before.
const FULL: u64 = 128 << 20;

/// The size of a log.
pub struct Wal {
    path: PathBuf,
    /// Up to where it was copied, while it was too busy to be emptied.
    copied: u64,
    size: u64,
}

impl Wal {
    /// The log of the database at `path`.
    pub fn of(path: &Path) -> Self {
        Self {
            path: beside(path, "-wal"),
            copied: 0,
            size: 0,
        }
    }

    /// Looks how large it is, and copies it where it is too large.
    pub fn look(&mut self, file: &JournalFile) -> Result<(), StoreError> {
        self.size = std::fs::metadata(&self.path).map_or(0, |known| known.len());
        if self.is_full() {
            self.truncate(file)?;
        }
        Ok(())
    }

    /// Whether it is worth being emptied in a pause.
    pub fn is_large(&self) -> bool {
        self.size.saturating_sub(self.copied) > LARGE
    }

    /// Whether it must be emptied.
    pub fn is_full(&self) -> bool {
        self.size.saturating_sub(self.copied) > FULL
    }

    /// Copies it into the database, and empties it unless somebody reads from it.
    pub fn truncate(&mut self, file: &JournalFile) -> Result<(), StoreError> {
        let connection = file.connection();
        let fail = |e: rusqlite::Error| failed(file.path(), &e);
        // Who reads is not waited for.
        connection
            .busy_timeout(std::time::Duration::ZERO)
            .map_err(fail)?;
        let done = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
            row.get::<_, i64>(0)
        });
        connection
            .busy_timeout(crate::opening::PATIENCE)
            .map_err(fail)?;
        done.map_err(fail)?;
        let left = std::fs::metadata(&self.path).map_or(0, |known| known.len());
        (self.size, self.copied) = (left, left);
        Ok(())
    }
}
