//! What is killed while it looks after a database that no bot has open: checkpoints, prunes,
//! backups.
//!
//! 1. What a kill leaves is looked at by whoever comes next, the same chore among them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use truebook_store::{Durability, Existing, JournalFile, Session, backup, verify};

use crate::child::say;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Checkpoints are written.
    Checkpoint,
    /// Events go into the archive.
    Prune,
    /// Copies are made.
    Backup,
}

impl Kind {
    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Checkpoint => "checkpoint",
            Self::Prune => "prune",
            Self::Backup => "backup",
        }
    }
}

/// What the child is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Orders {
    /// The database
    #[arg(long)]
    pub db: PathBuf,
    /// What is done
    #[arg(long)]
    pub kind: Kind,
    /// What the chances of this life follow from
    #[arg(long, default_value_t = 0)]
    pub life: u64,
}

/// Does it until it is killed.
///
/// # Errors
/// What is wrong with the database.
pub fn run(orders: &Orders) -> Result<()> {
    let mut random = crate::random::Rng::with_seed(orders.life);
    say("ready")?;
    // Who was killed before may have left no database yet, or none that is complete.
    while JournalFile::read_only(&orders.db).is_ok_and(|file| file.last() > 0) {
        match orders.kind {
            Kind::Checkpoint => checkpoint(&orders.db, &mut random)?,
            Kind::Prune => prune(&orders.db, &mut random)?,
            Kind::Backup => copy(&orders.db)?,
        }
    }
    std::thread::park();
    Ok(())
}

fn open(path: &Path) -> Result<JournalFile> {
    let mode = JournalFile::read_only(path)?.meta("mode")?;
    let session = Session {
        mode: mode.context("a mode")?,
        config: None,
    };
    Ok(JournalFile::open(path, &session, Durability::Disk)?)
}

/// A checkpoint of any event.
fn checkpoint(path: &Path, random: &mut crate::random::Rng) -> Result<()> {
    let file = open(path)?;
    let at = random.u64(file.base()?..=file.last());
    if at > file.base()? {
        file.keep_checkpoint(at)?;
        ensure!(file.state_at(at)?.sequence == at, "a checkpoint at {at}");
    }
    Ok(())
}

/// A prune from any event on; the last stays.
fn prune(path: &Path, random: &mut crate::random::Rng) -> Result<()> {
    let mut file = open(path)?;
    let (base, last) = (file.base()?, file.last());
    // A little at a time: a prune leaves something to the next.
    let to = base + random.u64(0..=(last - base) / 8);
    if let Some(next) = file.read_after(to, 1)?.first() {
        file.prune(next.ts.0)?;
    }
    if random.u64(0..4) == 0 {
        file.vacuum()?;
    }
    Ok(())
}

/// A copy beside it; that of a life before is whole.
fn copy(path: &Path) -> Result<()> {
    let copy = path.with_extension("copy.db");
    if copy.exists() {
        let found = verify(&copy)?;
        ensure!(found.differences.is_empty(), "{:?}", found.differences);
    }
    backup(&JournalFile::read_only(path)?, &copy, Existing::Replace)?;
    Ok(())
}
