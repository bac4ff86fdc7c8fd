//! Why tables could not be exported, and what to do about it.

use std::fmt;
use std::path::PathBuf;

use super::table::names;
use crate::StoreError;

/// Why tables could not be exported; nothing was written then.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExportError {
    /// There is no table and no view of this name.
    UnknownTable(String),
    /// The file is of a format that had no tables.
    NoTables(PathBuf),
    /// A file would be written over the database.
    Itself(PathBuf),
    /// The database or the disk refused.
    Store(StoreError),
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownTable(name) => write!(
                f,
                "no table and no view is called '{name}'; there are: {}",
                names().join(", ")
            ),
            Self::NoTables(path) => write!(
                f,
                "{}: it was written by an older truebook and has no tables yet; open it once for \
                 writing, which makes them",
                path.display()
            ),
            Self::Itself(path) => write!(
                f,
                "{}: it would be written over the database; name another folder",
                path.display()
            ),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ExportError {}

impl From<StoreError> for ExportError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
