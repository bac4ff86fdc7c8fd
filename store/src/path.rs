//! Files by their names: the one behind a name, whose it is, and whether it is still there.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::StoreError;
use crate::schema::{APPLICATION_ID, FORMAT};

/// The file behind every name that it has but hard links.
pub fn resolved(path: &Path) -> Result<PathBuf, StoreError> {
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
pub fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
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

/// Refuses what is no file.
pub fn refuse_missing(path: &Path) -> Result<(), StoreError> {
    match std::fs::metadata(path) {
        Ok(known) if known.is_file() => Ok(()),
        Ok(_) => Err(failed(path, &"not a file; name a truebook database")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(failed(path, &"no such file; name a truebook database"))
        }
        Err(error) => Err(failed(path, &error)),
    }
}

/// Refuses a newer format by the head of the file: whoever opens a database as one leaves files
/// beside it.
pub fn refuse_newer(path: &Path) -> Result<(), StoreError> {
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

/// `path` with `end` behind its name.
pub fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// What is open under a name, to notice when it is gone.
#[derive(Clone, Debug)]
pub struct Identity {
    path: PathBuf,
    is: Option<(u64, u64)>,
}

impl Identity {
    /// What is at `path` now.
    pub fn of(path: PathBuf) -> Self {
        let is = std::fs::metadata(&path).ok().as_ref().map(number);
        Self { path, is }
    }

    /// Whether it still is; what was not there yet may have come.
    pub fn is_there(&mut self) -> bool {
        let now = std::fs::metadata(&self.path).ok().as_ref().map(number);
        if self.is.is_none() {
            self.is = now;
        }
        self.is == now
    }
}

fn number(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// The error of a file.
pub fn failed(path: &Path, cause: &dyn std::fmt::Display) -> StoreError {
    StoreError::Failed {
        path: path.to_owned(),
        cause: cause.to_string(),
    }
}
