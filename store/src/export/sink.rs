//! What takes the rows of a table, in whichever form.

use std::fmt;
use std::io::Write;

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::csv::CsvSink;
use super::json::JsonSink;
use super::parquet::ParquetSink;
use super::table::Table;

/// What went wrong with a row.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;

/// The form of an exported table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180 with a head line; NULL is nothing, empty text is `""`.
    Csv,
    /// An array of one object a row.
    Json,
    /// Apache Parquet: text as UTF-8, whole numbers as INT64, times as TIMESTAMP(NANOS, UTC).
    Parquet,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Json, Self::Parquet];

    /// Its name, which is the ending of its files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Parquet => "parquet",
        }
    }

    /// What writes `table` to `out` in this form.
    pub(super) fn sink<'a, W: Write + Send + 'a>(
        self,
        out: W,
        table: &'a Table,
        sequence: u64,
    ) -> Result<Box<dyn Sink + 'a>, Fault> {
        Ok(match self {
            Self::Csv => Box::new(CsvSink::new(out, table)?),
            Self::Json => Box::new(JsonSink::new(out, table)?),
            Self::Parquet => Box::new(ParquetSink::new(out, table, sequence)?),
        })
    }
}

/// What takes rows.
pub trait Sink {
    /// Takes one.
    fn row(&mut self, row: &Row<'_>) -> Result<(), Fault>;
    /// Writes what is left, and the end.
    fn finish(self: Box<Self>) -> Result<(), Fault>;
}

/// A value that is not of its column's kind: somebody else wrote it.
#[derive(Debug)]
pub struct Odd {
    /// Which table.
    pub table: &'static str,
    /// Which column.
    pub column: String,
    /// What is there.
    pub found: &'static str,
}

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            table,
            column,
            found,
        } = self;
        write!(f, "column {column} of table {table} holds {found}")
    }
}

impl std::error::Error for Odd {}

/// The type of a value, in words.
pub fn type_name(value: ValueRef<'_>) -> &'static str {
    match value {
        ValueRef::Null => "nothing",
        ValueRef::Integer(_) => "a whole number",
        ValueRef::Real(_) => "a float",
        ValueRef::Text(_) => "text that is not UTF-8",
        ValueRef::Blob(_) => "bytes",
    }
}
