//! What can go wrong with a database file, and what to do about it.

use std::fmt;
use std::path::PathBuf;

/// Why the store cannot go on.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The file is something else.
    NotOurs(PathBuf),
    /// The file was written by a newer version.
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this version knows.
        known: i64,
    },
    /// The file was written by an older version, before formats were kept readable.
    Older {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The format that this version knows.
        known: i64,
    },
    /// Another process writes to the file, or this one does already.
    Locked {
        /// The file.
        path: PathBuf,
        /// Who has it.
        holder: String,
    },
    /// Events that were acknowledged as durable are not in the file.
    Lost {
        /// The file.
        path: PathBuf,
        /// The newest event that is there.
        last: u64,
        /// The newest that was acknowledged.
        noted: u64,
    },
    /// The file was removed or replaced while it was open.
    Removed(PathBuf),
    /// The file holds a session on something else.
    OtherSession {
        /// What differs: `mode`, `config` or `data`.
        what: &'static str,
        /// What the file holds.
        found: String,
        /// What was asked for.
        asked: String,
    },
    /// A recomputed event differs from the recorded one.
    Diverged {
        /// Its sequence.
        sequence: u64,
    },
    /// A record does not match its checksum, or is missing.
    Corrupt {
        /// Its sequence.
        sequence: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// The database or the disk refused.
    Failed {
        /// The file.
        path: PathBuf,
        /// What it said.
        cause: String,
    },
}

impl StoreError {
    /// Whether it may pass by itself: the disk refused, or the file is gone.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Removed(_))
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOurs(path) => write!(
                f,
                "{}: not a truebook database; name another file, it was left untouched",
                path.display()
            ),
            Self::Newer { path, found, known } => write!(
                f,
                "{}: written by a newer truebook (format {found}, this one knows up to {known}); \
                 upgrade truebook to open it",
                path.display()
            ),
            Self::Older { path, found, known } => write!(
                f,
                "{}: written by an older truebook (format {found}, this one knows {known}); name \
                 another file, or open it with the version that wrote it; it was left untouched",
                path.display()
            ),
            Self::Locked { path, holder } => write!(
                f,
                "{}: it is already open for writing, by {holder}; close it there, or read it \
                 beside its writer",
                path.display()
            ),
            Self::Lost { path, last, noted } => write!(
                f,
                "{}: events {} to {noted} were durable and are not in the database: it or its \
                 -wal file is damaged, or an older copy was put in its place; to go on from event \
                 {last} all the same, remove {}.lock",
                path.display(),
                last + 1,
                path.display()
            ),
            Self::Removed(path) => write!(
                f,
                "{}: it was removed or replaced while it was open",
                path.display()
            ),
            Self::OtherSession { what, found, asked } => write!(
                f,
                "the database holds a session with another {what} ({found}, asked for {asked}); \
                 name another file to start a new one"
            ),
            Self::Diverged { sequence } => write!(
                f,
                "event {sequence} recomputed differs from the recorded one; the database was left \
                 as it is"
            ),
            Self::Corrupt { sequence, what } => {
                write!(f, "event {sequence} is damaged: {what}")
            }
            Self::Failed { path, cause } => write!(f, "{}: {cause}", path.display()),
        }
    }
}

impl std::error::Error for StoreError {}
