//! One read transaction: everything that is read in it is of one sequence, whatever the writer
//! commits meanwhile.
//!
//! 1. While it lives the write-ahead log keeps what the writer commits: it is not to be kept long.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rusqlite::{Row, Transaction};

use super::ExportError;
use super::table::{Table, names};
use crate::path::{failed, refuse_foreign};
use crate::schema::FORMAT;
use crate::tables::tables_sequence;
use crate::{JournalFile, StoreError};

/// Opens a database to be read beside its writer, and touches nothing that is none.
///
/// # Errors
/// [`StoreError`] for a file that is missing, not ours, or of another format.
pub fn open(path: &Path) -> Result<JournalFile, StoreError> {
    match std::fs::metadata(path) {
        Ok(known) if known.is_file() => {}
        Ok(_) => return Err(failed(path, &"not a file; name a truebook database")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(failed(path, &"no such file; name a truebook database"));
        }
        Err(error) => return Err(failed(path, &error)),
    }
    refuse_foreign(path)?;
    refuse_newer(path)?;
    JournalFile::read_only(path)
}

/// Refuses a newer format by the head of the file: whoever opens a database as one leaves files
/// beside it.
fn refuse_newer(path: &Path) -> Result<(), StoreError> {
    const VERSION: std::ops::Range<usize> = 60..64;
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(100).read_to_end(&mut head));
    read.map_err(|e| failed(path, &e))?;
    let version = head.get(VERSION).and_then(|bytes| bytes.try_into().ok());
    let found = i64::from(version.map_or(0, u32::from_be_bytes));
    match found > FORMAT {
        true => Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known: FORMAT,
        }),
        false => Ok(()),
    }
}

/// A database as it is at one moment.
pub struct Reading<'a> {
    file: &'a JournalFile,
    transaction: Transaction<'a>,
    sequence: u64,
    last: u64,
}

impl<'a> Reading<'a> {
    /// `file` as it is now.
    ///
    /// # Errors
    /// [`ExportError::NoTables`] for a format without tables, [`ExportError::Store`] when the
    /// database refuses.
    pub fn of(file: &'a JournalFile) -> Result<Self, ExportError> {
        match file.has_tables() {
            true => Ok(Self::begin(file)?),
            false => Err(ExportError::NoTables(file.path().to_owned())),
        }
    }

    /// The same, of a file that has tables.
    pub(super) fn begin(file: &'a JournalFile) -> Result<Self, StoreError> {
        let fail = |e: rusqlite::Error| failed(file.path(), &e);
        let transaction = file.connection().unchecked_transaction().map_err(fail)?;
        // The transaction begins with the first read.
        let sequence = tables_sequence(&transaction).map_err(fail)?;
        let newest = "SELECT max(sequence) FROM journal";
        let last = transaction.query_row(newest, [], |row| row.get::<_, Option<u64>>(0));
        let last = last.map_err(fail)?.unwrap_or(file.base()?);
        Ok(Self {
            file,
            transaction,
            sequence,
            last,
        })
    }

    /// The event up to which the tables stand.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The newest event; the tables are that much behind it.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.last
    }

    /// The database.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// The tables and views called `asked`, in their own order; all that there are where none is.
    ///
    /// # Errors
    /// [`ExportError::UnknownTable`] for the first that there is not.
    pub fn tables(&self, asked: &[String]) -> Result<Vec<Table>, ExportError> {
        let mut found = Vec::new();
        for name in names() {
            if asked.is_empty() || asked.iter().any(|asked| asked == name) {
                found.extend(Table::of(&self.transaction, name).map_err(|e| self.fail(&e))?);
            }
        }
        let is_found = |name: &&String| found.iter().any(|table| table.name == name.as_str());
        match asked.iter().find(|name| !is_found(name)) {
            Some(name) => Err(ExportError::UnknownTable(name.clone())),
            None => Ok(found),
        }
    }

    /// Shows each row of what `sql` selects.
    pub(super) fn each<E>(
        &self,
        sql: &str,
        mut see: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<u64, E>
    where
        E: From<rusqlite::Error>,
    {
        let mut select = self.transaction.prepare_cached(sql)?;
        let mut rows = select.query([])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            see(row)?;
            count += 1;
        }
        Ok(count)
    }

    /// What speaks SQL within it.
    pub(super) fn transaction(&self) -> &Transaction<'a> {
        &self.transaction
    }

    pub(super) fn fail(&self, cause: &dyn std::fmt::Display) -> ExportError {
        ExportError::Store(failed(self.file.path(), cause))
    }
}
