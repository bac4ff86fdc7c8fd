//! A consistent copy of a database, made beside its writer.
//!
//! 1. The copy is complete, on the disk and looked through before it gets its name: whatever ends
//!    the process, there is no half file under that name.
//! 2. What has the name already is replaced only where that was asked for, is a database of ours,
//!    and nobody writes to it.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::path::{beside, failed, refuse_foreign, resolved};
use crate::{JournalFile, Lock, StoreError};

/// What happens to a file that has the name of the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It is kept, and there is no copy.
    Keep,
    /// The copy replaces it.
    Replace,
}

/// A copy that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Its file.
    pub path: PathBuf,
    /// The newest event that it has.
    pub sequence: u64,
    /// The last event that was pruned away; 0 where none was. The archive of those is not copied.
    pub base: u64,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Why there is no copy; a file that had its name is as it was.
#[derive(Debug)]
#[non_exhaustive]
pub enum BackupError {
    /// A file has the name already.
    Exists(PathBuf),
    /// It is no name for a file.
    NotAFile(PathBuf),
    /// The copy would replace the database itself.
    Itself(PathBuf),
    /// The copy is not what was copied.
    Unsound {
        /// What is wrong with it.
        error: StoreError,
    },
    /// The database or the disk refused.
    Store(StoreError),
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(path) => write!(
                f,
                "{}: it is there already; name another file, or say --force to replace it",
                path.display()
            ),
            Self::NotAFile(path) => {
                write!(f, "{}: not a name for a file; name one", path.display())
            }
            Self::Itself(path) => write!(
                f,
                "{}: it is the database itself; name another file",
                path.display()
            ),
            Self::Unsound { error } => write!(
                f,
                "the copy was thrown away, since its events do not give its state: {error}"
            ),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BackupError {}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Copies the database of `file` to `to`, with whatever its writer commits until the copy begins.
///
/// # Errors
/// [`BackupError`].
pub fn backup(file: &JournalFile, to: &Path, existing: Existing) -> Result<Backup, BackupError> {
    let to = &resolved(to)?;
    let is_there = to.symlink_metadata().is_ok();
    if is_there && !to.is_file() {
        return Err(BackupError::NotAFile(to.clone()));
    }
    if is_same(file.path(), to) {
        return Err(BackupError::Itself(to.clone()));
    }
    if is_there && existing == Existing::Keep {
        return Err(BackupError::Exists(to.clone()));
    }
    refuse_foreign(to)?;
    let mut place = Place::take(to)?;
    let (sequence, base) = copy(file, &place.part)?;
    let bytes = place.settle(sequence, existing)?;
    Ok(Backup {
        path: to.clone(),
        sequence,
        base,
        bytes,
    })
}

/// Whether two names are of one file.
fn is_same(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let number = |path: &Path| {
        let known = std::fs::metadata(path).ok()?;
        Some((known.dev(), known.ino()))
    };
    a == b || (number(a).is_some() && number(a) == number(b))
}

/// Copies and looks through the copy; the newest event that it has, and its base.
fn copy(file: &JournalFile, part: &Path) -> Result<(u64, u64), BackupError> {
    let Some(name) = part.to_str() else {
        return Err(BackupError::NotAFile(part.to_owned()));
    };
    let fail = |cause: &dyn fmt::Display| BackupError::Store(failed(part, cause));
    let copied = file.connection().execute("VACUUM INTO ?1", [name]);
    copied.map_err(|e| fail(&e))?;
    let synced = File::open(part).and_then(|copy| copy.sync_all());
    synced.map_err(|e| fail(&e))?;
    let unsound = |error| BackupError::Unsound { error };
    let copy = JournalFile::read_only(part).map_err(unsound)?;
    let state = copy.state_at(u64::MAX).map_err(unsound)?;
    let (sequence, least) = (state.sequence, file.last());
    if sequence != copy.last() || sequence < least {
        let what = "it is missing";
        let sequence = sequence + 1;
        return Err(unsound(StoreError::Corrupt { sequence, what }));
    }
    Ok((sequence, copy.base()?))
}

/// The name of the copy, which nobody else takes meanwhile.
struct Place {
    to: PathBuf,
    part: PathBuf,
    lock: Lock,
    /// Whether the lock's file was made for this.
    is_new: bool,
}

impl Place {
    fn take(to: &Path) -> Result<Self, StoreError> {
        let is_new = !beside(to, ".lock").exists();
        let lock = Lock::take(to)?;
        let part = beside(to, ".part");
        // What an interrupted backup left: nobody else makes one.
        let _ = std::fs::remove_file(&part);
        Ok(Self {
            to: to.to_owned(),
            part,
            lock,
            is_new,
        })
    }

    /// Gives the copy its name; its size.
    fn settle(&mut self, sequence: u64, existing: Existing) -> Result<u64, BackupError> {
        let fail = |cause: &dyn fmt::Display| BackupError::Store(failed(&self.to, cause));
        let is_there = self.to.exists();
        if is_there && existing == Existing::Keep {
            return Err(BackupError::Exists(self.to.clone()));
        }
        if is_there {
            empty_log(&self.to).map_err(|e| fail(&e))?;
        }
        // What the one before had is not missing in the copy.
        self.lock.note(0, true);
        std::fs::rename(&self.part, &self.to).map_err(|e| fail(&e))?;
        if let Some(folder) = self.to.parent() {
            let synced = File::open(folder).and_then(|folder| folder.sync_all());
            synced.map_err(|e| fail(&e))?;
        }
        self.lock.note(sequence, true);
        let known = std::fs::metadata(&self.to).map_err(|e| fail(&e))?;
        Ok(known.len())
    }
}

/// Brings what is in the write-ahead log of a database into it, so that no log is left that would
/// be taken for that of the copy.
fn empty_log(path: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open(path)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    connection.query_row("PRAGMA journal_mode=DELETE", [], |_| Ok(()))
}

impl Drop for Place {
    fn drop(&mut self) {
        // After a success there is none; what is left otherwise is replaced by the next backup.
        let _ = std::fs::remove_file(&self.part);
        let _ = std::fs::remove_file(beside(&self.part, "-journal"));
        if self.is_new {
            let _ = std::fs::remove_file(beside(&self.to, ".lock"));
        }
    }
}
