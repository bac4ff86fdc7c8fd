//! One read transaction: everything that is read in it is of one sequence, whatever the writer
//! commits meanwhile.
//!
//! 1. While it lives the write-ahead log keeps what the writer commits: it is not to be kept long.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Row, Transaction};

use super::ExportError;
use super::table::{Table, names};
use crate::path::failed;
use crate::tables::tables_sequence;
use crate::{JournalFile, StoreError};

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

    /// The values of `table`, column by column.
    ///
    /// # Errors
    /// [`ExportError::Store`] when the database refuses.
    pub fn values(&self, table: &Table) -> Result<Vec<Vec<Value>>, ExportError> {
        let mut values = vec![Vec::new(); table.columns.len()];
        let read: rusqlite::Result<u64> = self.each(&table.select(), |row| {
            for (at, column) in values.iter_mut().enumerate() {
                column.push(row.get(at)?);
            }
            Ok(())
        });
        read.map(|_| values).map_err(|e| self.fail(&e))
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
