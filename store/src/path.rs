//! Files by their names: the one behind a name, whose it is, and whether it is still there.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

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

/// Whose a file says in its header that it is, and its format; zeros for an empty one, `None` where
/// it cannot be read. Read by SQLite, which knows that this process may have it open: closing it
/// any other way would give up every lock that the process has on it. Nothing is left beside it.
fn header(path: &Path) -> rusqlite::Result<Option<(i64, i64)>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-".contains(byte);
    let mut name = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match plain(byte) {
            true => name.push(char::from(*byte)),
            false => name += &format!("%{byte:02X}"),
        }
    }
    let Ok(connection) = Connection::open_with_flags(name + "?immutable=1", flags) else {
        return Ok(None);
    };
    let pragma = |sql| connection.query_row(sql, [], |row| row.get(0));
    let id = pragma("PRAGMA application_id")?;
    Ok(Some((id, pragma("PRAGMA user_version")?)))
}

/// Refuses, untouched, what is no SQLite file or names another application in its header.
pub fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    match header(path) {
        Ok(None | Some((APPLICATION_ID, _))) => Ok(()),
        // What is empty may become ours.
        Ok(Some(_)) if std::fs::metadata(path).is_ok_and(|known| known.len() == 0) => Ok(()),
        Ok(Some(_)) => Err(StoreError::NotOurs(path.to_owned())),
        Err(error) => match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Err(StoreError::NotOurs(path.to_owned())),
            // Whoever opens it for good says what is wrong.
            _ => Ok(()),
        },
    }
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
    let found = match header(path) {
        Ok(Some((_, format))) => format,
        Ok(None) | Err(_) => 0,
    };
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
        self.is == now && now.is_some()
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
