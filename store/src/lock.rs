//! Who writes to a database: one process at a time, which says who it is.
//!
//! 1. The lock is the system's own on `FILE.lock`: that of a process that died is gone with it.
//! 2. The file holds who has the lock, and the newest event that was acknowledged as durable: what
//!    is missing of those when the database is opened again was damaged, not unfinished.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::StoreError;
use crate::path::{beside, failed};

/// What its name ends with.
const LOCK: &str = ".lock";
/// Where the text on who has the lock begins; before it stands the durable sequence.
const TEXT: u64 = 24;
/// How long somebody may ask who has it.
const ASKED: Duration = Duration::from_millis(100);
/// The most of it.
const TEXT_MAX: usize = 512;

/// The right to write.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
    database: PathBuf,
}

impl Lock {
    /// Takes the right to write to `database`.
    ///
    /// # Errors
    /// [`StoreError::Locked`], with who has it.
    pub fn take(database: &Path) -> Result<Self, StoreError> {
        let path = beside(database, LOCK);
        let opened = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path);
        let file = opened.map_err(|e| failed(database, &e))?;
        let begun = Instant::now();
        let mut locked = file.try_lock();
        // Who asks whether somebody has it holds it for a moment.
        while matches!(locked, Err(TryLockError::WouldBlock)) && begun.elapsed() < ASKED {
            std::thread::sleep(ASKED / 20);
            locked = file.try_lock();
        }
        match locked {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked {
                    path: database.to_owned(),
                    holder: text(&file),
                });
            }
            Err(TryLockError::Error(error)) => return Err(failed(database, &error)),
        }
        let lock = Self {
            file,
            path,
            database: database.to_owned(),
        };
        lock.sign().map_err(|e| failed(database, &e))?;
        Ok(lock)
    }

    /// Who writes to `database` at the moment; `None` where nobody does.
    #[must_use]
    pub fn holder(database: &Path) -> Option<String> {
        let file = OpenOptions::new().read(true).open(beside(database, LOCK));
        let file = file.ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(text(&file)),
            Ok(()) | Err(TryLockError::Error(_)) => None,
        }
    }

    /// Writes down who has it.
    fn sign(&self) -> std::io::Result<()> {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let program = std::env::current_exe().ok();
        let program = program.as_deref().and_then(Path::file_name);
        let program = program.unwrap_or_default().to_string_lossy();
        let mut line = format!("process {} ({program})", std::process::id());
        if !host.trim().is_empty() {
            line = format!("{line} on {}", host.trim());
        }
        let mut text = line.into_bytes();
        text.truncate(TEXT_MAX);
        if self.file.metadata()?.len() < TEXT {
            self.file.write_all_at(&[0; TEXT as usize], 0)?;
        }
        self.file.write_all_at(&text, TEXT)?;
        self.file.set_len(TEXT + text.len() as u64)
    }

    /// Notes that everything up to `sequence` is durable. Not synced: a loss of power may make it
    /// older, never newer than what is durable.
    pub fn note(&self, sequence: u64) {
        let line = format!("{sequence:0>23}\n");
        // Where it cannot be written, less damage is noticed; nothing else depends on it.
        let _ = self.file.write_all_at(line.as_bytes(), 0);
    }

    /// The newest event that was noted as durable; 0 where none was.
    #[must_use]
    pub fn noted(&self) -> u64 {
        let mut line = [0; TEXT as usize];
        let read = self.file.read_exact_at(&mut line, 0);
        let text = read.ok().and_then(|()| std::str::from_utf8(&line).ok());
        text.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }

    /// Takes the right again where its file was removed or replaced.
    ///
    /// # Errors
    /// [`StoreError::Locked`] where somebody else has it by now.
    pub fn renew(&mut self) -> Result<(), StoreError> {
        let same = |there: &std::fs::Metadata, own: &std::fs::Metadata| {
            (there.dev(), there.ino()) == (own.dev(), own.ino())
        };
        let there = std::fs::metadata(&self.path).ok();
        let own = self.file.metadata().ok();
        let is_there = there
            .zip(own)
            .is_some_and(|(there, own)| same(&there, &own));
        if !is_there {
            let noted = self.noted();
            *self = Self::take(&self.database)?;
            self.note(noted);
        }
        Ok(())
    }
}

fn text(file: &File) -> String {
    let mut bytes = [0; TEXT_MAX];
    let read = file.read_at(&mut bytes, TEXT).unwrap_or(0);
    let text = bytes.get(..read).unwrap_or_default();
    let text = String::from_utf8_lossy(text).trim().to_owned();
    match text.is_empty() {
        true => "a process that did not say who it is".to_owned(),
        false => text,
    }
}
