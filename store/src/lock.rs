//! Who writes to a database: one process at a time, which says who it is.
//!
//! 1. The lock is the system's own on `FILE.lock`: that of a process that died is gone with it.
//! 2. The file holds who has the lock, and the newest event that was acknowledged as durable: what
//!    is missing of those when the database is opened again was damaged, not unfinished. Where an
//!    acknowledgement survives the process only, that is so until the machine starts again.

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
/// The most of its first line.
const LINE_MAX: usize = 256;
/// What was acknowledged survives a loss of power.
const DISK: &str = "d";
/// What was acknowledged survives the end of the process.
const OS: &str = "o";

/// The right to write.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
    database: PathBuf,
    /// What was noted before it was taken, where that still holds.
    noted: u64,
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
                    holder: lines(&file).0,
                });
            }
            Err(TryLockError::Error(error)) => return Err(failed(database, &error)),
        }
        let lock = Self {
            noted: noted(&file),
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
            Err(TryLockError::WouldBlock) => Some(lines(&file).0),
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
        line.truncate(line.floor_char_boundary(LINE_MAX));
        let text = format!("{line}\n{}", boot()).into_bytes();
        // What does not hold any more must not seem to, beside the start of the machine below.
        if self.noted == 0 {
            self.file.write_all_at(&[0; TEXT as usize], 0)?;
        }
        self.file.write_all_at(&text, TEXT)?;
        self.file.set_len(TEXT + text.len() as u64)
    }

    /// Notes that everything up to `sequence` is durable, and whether on the disk. Not synced: a
    /// loss of power may make it older, never newer than what is on the disk.
    pub fn note(&self, sequence: u64, is_synced: bool) {
        let kind = if is_synced { DISK } else { OS };
        let line = format!("{sequence:0>21} {kind}\n");
        // Where it cannot be written, less damage is noticed; nothing else depends on it.
        let _ = self.file.write_all_at(line.as_bytes(), 0);
    }

    /// The newest event that was noted as durable before it was taken, and must be there; 0 where
    /// none was.
    #[must_use]
    pub fn noted(&self) -> u64 {
        self.noted
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
            // The next commit notes again what is durable.
            *self = Self::take(&self.database)?;
        }
        Ok(())
    }
}

/// What was noted last, where it still holds.
fn noted(file: &File) -> u64 {
    let mut line = [0; TEXT as usize];
    let read = file.read_exact_at(&mut line, 0);
    let line = read.ok().and_then(|()| std::str::from_utf8(&line).ok());
    let Some((sequence, kind)) = line.and_then(|line| line.trim().split_once(' ')) else {
        return 0;
    };
    let holds = match kind {
        OS => lines(file)
            .1
            .is_some_and(|noted| !noted.is_empty() && noted == boot()),
        _ => kind == DISK,
    };
    sequence.parse().ok().filter(|_| holds).unwrap_or(0)
}

/// Which start of the machine this is; empty where the system does not say.
fn boot() -> String {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().to_owned()
}

/// Who has it, and since which start of the machine.
fn lines(file: &File) -> (String, Option<String>) {
    let all = text(file);
    let mut lines = all.lines().map(str::to_owned);
    (lines.next().unwrap_or_default(), lines.next())
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
