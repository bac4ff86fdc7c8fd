//! Who is killed: a table, so that another victim is another line.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::chore::Kind;

/// A database, and where its story goes on.
#[derive(Clone, Debug)]
pub struct Target {
    /// The file.
    pub db: PathBuf,
    /// The world.
    pub seed: u64,
    /// The command after the last acknowledged one.
    pub next: u64,
    /// What the chances of the child's life follow from.
    pub life: u64,
}

/// A program that is killed while it works on a database.
pub struct Victim {
    /// Its name.
    pub name: &'static str,
    /// How many of a hundred kills are its.
    pub share: u64,
    /// How it is started.
    pub command: fn(&Target) -> Result<Command>,
}

/// A bot that tells its book commands.
const WRITE: Victim = Victim {
    name: "write",
    share: 76,
    command: |target| own("write", target),
};

/// Every victim; the shares add up to a hundred. A program that is no child of this crate says
/// nothing on its output, and is checked by the child that follows it.
const VICTIMS: &[Victim] = &[
    WRITE,
    Victim {
        name: "open",
        share: 12,
        command: |target| own("open", target),
    },
    Victim {
        name: "checkpoint",
        share: 4,
        command: |target| chore(Kind::Checkpoint, target),
    },
    Victim {
        name: "prune",
        share: 4,
        command: |target| chore(Kind::Prune, target),
    },
    Victim {
        name: "backup",
        share: 4,
        command: |target| chore(Kind::Backup, target),
    },
];

/// The victim of a chance from 0 to 99.
#[must_use]
pub fn victim_of(chance: u64) -> &'static Victim {
    let mut sum = 0;
    let found = VICTIMS.iter().find(|victim| {
        sum += victim.share;
        chance < sum
    });
    found.unwrap_or(&WRITE)
}

/// This program looking after a database.
fn chore(kind: Kind, target: &Target) -> Result<Command> {
    let mut command = program("chore", &target.db)?;
    let life = target.life.to_string();
    command.args(["--kind", kind.name(), "--life", &life]);
    Ok(command)
}

/// This program in one of its modes as a child, which says what it does on its output.
///
/// # Errors
/// When the program cannot be found.
pub fn own(mode: &str, target: &Target) -> Result<Command> {
    let mut command = program(mode, &target.db)?;
    for (name, value) in [
        ("--seed", target.seed),
        ("--next", target.next),
        ("--life", target.life),
    ] {
        command.arg(name).arg(value.to_string());
    }
    Ok(command)
}

/// This program in `mode` on the database `db`, its output piped.
///
/// # Errors
/// When the program cannot be found.
pub fn program(mode: &str, db: &Path) -> Result<Command> {
    let program = std::env::current_exe().context("this program")?;
    let mut command = Command::new(program);
    command
        .args([mode, "--db"])
        .arg(db)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Ok(command)
}
