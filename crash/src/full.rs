//! The child of a disk that gives nothing more: what it does to the disk, and what must hold.
//!
//! 1. Executions are taken, new risk is refused, and nobody panics.
//! 2. Once there is room again, it goes on by itself and keeps everything.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use truebook::{Book, State};
use truebook_store::JournalFile;

use crate::child::say;
use crate::flip::open_once;
use crate::script::tell;
use crate::work::under_fault;
use crate::world::{BLOCK, World};

/// How long it may take to keep everything once there is room.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the disk must have refused.
const REFUSED: Duration = Duration::from_millis(300);
/// The most commands until the disk is full.
const COMMANDS_MAX: u64 = 20_000;

/// What is wrong with the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Case {
    /// A small disk is full.
    Full,
    /// Files may not grow beyond a size.
    Limit,
    /// The file may only be read.
    ReadOnlyFile,
    /// Nothing in the folder may be written.
    ReadOnlyFolder,
    /// The file is removed while it is written.
    Removed,
}

impl Case {
    /// Every case with its name on the command line, and whether it mounts something.
    pub const ALL: [(&'static str, Self, bool); 5] = [
        ("full", Self::Full, true),
        ("limit", Self::Limit, false),
        ("read-only-file", Self::ReadOnlyFile, true),
        ("read-only-folder", Self::ReadOnlyFolder, true),
        ("removed", Self::Removed, false),
    ];
}

/// What the child is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Orders {
    /// The case
    #[arg(long)]
    pub case: Case,
    /// An empty folder
    #[arg(long)]
    pub db: PathBuf,
}

/// Runs one case.
///
/// # Errors
/// What does not hold.
pub fn run(orders: &Orders) -> Result<()> {
    let folder = orders.db.parent().context("a folder")?;
    match orders.case {
        Case::Full => {
            mount(&["-t", "tmpfs", "-o", "size=1m", "tmpfs"], folder)?;
            without_room(&orders.db, &Ballast(folder.join("ballast")))
        }
        Case::Limit => without_room(&orders.db, &Limit),
        Case::ReadOnlyFile => {
            prepare(&orders.db)?;
            let path = orders.db.to_string_lossy().into_owned();
            mount(&["--bind", &path], &orders.db)?;
            read_only(&orders.db, &orders.db)
        }
        Case::ReadOnlyFolder => {
            mount(&["-t", "tmpfs", "tmpfs"], folder)?;
            prepare(&orders.db)?;
            read_only(&orders.db, folder)
        }
        Case::Removed => removed(&orders.db),
    }
}

fn mount(args: &[&str], on: &Path) -> Result<()> {
    let done = Command::new("mount").args(args).arg(on).status()?;
    ensure!(done.success(), "mount {args:?} ended with {done}");
    Ok(())
}

/// A way to leave the disk no room, and to make some.
trait Shortage {
    /// Takes what is left.
    fn take(&self) -> Result<()>;
    /// Gives it back.
    fn give(&self) -> Result<()>;
}

/// A file that fills the disk.
struct Ballast(PathBuf);

impl Shortage for Ballast {
    fn take(&self) -> Result<()> {
        let mut file = fs::File::create(&self.0)?;
        while file.write_all(&[0; 1_024]).is_ok() {}
        Ok(())
    }

    fn give(&self) -> Result<()> {
        Ok(fs::remove_file(&self.0)?)
    }
}

/// The bound that this process was started with.
struct Limit;

impl Shortage for Limit {
    fn take(&self) -> Result<()> {
        Ok(())
    }

    fn give(&self) -> Result<()> {
        let own = std::process::id().to_string();
        let args = ["--fsize=unlimited:unlimited", "--pid", &own];
        let done = Command::new("prlimit").args(args).status()?;
        ensure!(done.success(), "prlimit ended with {done}");
        Ok(())
    }
}

const WORLD: World = World {
    seed: 0,
    is_paper: false,
    durability: truebook::Durability::Disk,
    is_large: false,
};

/// A database with some events.
fn prepare(db: &Path) -> Result<()> {
    let mut book = WORLD.open(db)?;
    tell_until(&mut book, 0..2 * BLOCK)?;
    Ok(book.close()?)
}

/// Tells commands; what is told after the store has failed is an execution or nothing.
fn tell_until(book: &mut Book, part: std::ops::Range<u64>) -> Result<u64> {
    for index in part {
        tell(&WORLD, book, index)?;
    }
    Ok(book.ask(|state| state.sequence)?)
}

/// Tells a command, of which new risk may be refused, and what follows from an order that was.
fn tell_in_spite(book: &mut Book, index: u64) -> Result<()> {
    let Err(error) = tell(&WORLD, book, index) else {
        return Ok(());
    };
    let said = error.to_string();
    let is_due = ["StoreUnavailable", "no such order"];
    ensure!(is_due.iter().any(|due| said.contains(due)), "{said}");
    Ok(())
}

/// Tells commands until the disk has refused for a while; what is new risk may be refused then.
fn tell_until_refused(book: &mut Book, next: &mut u64) -> Result<()> {
    loop {
        ensure!(*next < COMMANDS_MAX, "the disk took everything");
        tell_in_spite(book, *next)?;
        *next += 1;
        let newest = book.ask(|state| state.sequence)?;
        if book.durability().wait(newest, REFUSED).is_err() {
            return Ok(());
        }
    }
}

/// Keeps writing until the disk is full, makes room, and checks both.
fn without_room(db: &Path, shortage: &dyn Shortage) -> Result<()> {
    let mut book = WORLD.open(db)?;
    let mut next = 4 * BLOCK;
    let newest = tell_until(&mut book, 0..next)?;
    ensure!(
        book.durability().wait(newest, PATIENCE)?,
        "no room to begin with"
    );
    shortage.take()?;
    tell_until_refused(&mut book, &mut next)?;
    under_fault(&mut book)?;
    say(&format!(
        "no room after event {}",
        book.durability().sequence()
    ))?;
    shortage.give()?;
    let newest = book.ask(|state| state.sequence)?;
    wait(&book, newest)?;
    // New risk is taken again, from a block on that needs no order which was refused.
    let again = next.next_multiple_of(2 * BLOCK);
    let newest = tell_until(&mut book, again..again + 2 * BLOCK)?;
    wait(&book, newest)?;
    let truth = settled(&mut book)?;
    book.close()?;
    check_kept(db, truth)?;
    say(&format!("everything kept, to event {}", truth.0))
}

/// Whether the file has everything up to `truth`: the opening may add what it says of the store.
fn check_kept(db: &Path, (sequence, hash): (u64, [u8; 32])) -> Result<()> {
    let found = open_once(&WORLD, db).map_err(anyhow::Error::msg)?;
    ensure!(
        found.0 >= sequence,
        "{sequence} events were acknowledged, {} are in the file",
        found.0
    );
    let limit = u32::try_from(sequence)?;
    let mut state = State::default();
    for entry in JournalFile::read_only(db)?.read_after(0, limit)? {
        state.apply(&entry);
    }
    ensure!(state.hash() == hash, "another state at event {sequence}");
    Ok(())
}

/// What the book is once it has nothing more to say of its store, all of it durable.
fn settled(book: &mut Book) -> Result<(u64, [u8; 32])> {
    loop {
        let found = book.ask(|state| (state.sequence, state.hash()))?;
        wait(book, found.0)?;
        std::thread::sleep(REFUSED);
        if book.ask(|state| state.sequence)? == found.0 {
            return Ok(found);
        }
    }
}

fn wait(book: &Book, sequence: u64) -> Result<()> {
    let begun = Instant::now();
    while !matches!(book.durability().wait(sequence, REFUSED), Ok(true)) {
        let last = book.durability().wait(sequence, Duration::ZERO);
        ensure!(
            begun.elapsed() < PATIENCE,
            "it did not go on by itself: {last:?}"
        );
    }
    Ok(())
}

/// A file or folder that may only be read: said at the opening, or as a full disk is.
fn read_only(db: &Path, place: &Path) -> Result<()> {
    let truth = open_once(&WORLD, db).map_err(anyhow::Error::msg)?;
    mount(&["-o", "remount,ro,bind"], place).or_else(|_| mount(&["-o", "remount,ro"], place))?;
    match WORLD.open(db) {
        Err(error) => say(&format!("said at the opening: {error}"))?,
        Ok(mut book) => {
            let mut next = 2 * BLOCK;
            tell_until_refused(&mut book, &mut next)?;
            under_fault(&mut book)?;
            say("opened, then refused new risk")?;
            mount(&["-o", "remount,rw,bind"], place)
                .or_else(|_| mount(&["-o", "remount,rw"], place))?;
            let newest = book.ask(|state| state.sequence)?;
            return wait(&book, newest).context("it can be written again");
        }
    }
    mount(&["-o", "remount,rw,bind"], place).or_else(|_| mount(&["-o", "remount,rw"], place))?;
    let found = open_once(&WORLD, db).map_err(anyhow::Error::msg)?;
    ensure!(found == truth, "it was changed");
    Ok(())
}

/// A file that is removed under the writer: what is said to be durable is there afterwards.
fn removed(db: &Path) -> Result<()> {
    let mut book = WORLD.open(db)?;
    let newest = tell_until(&mut book, 0..2 * BLOCK)?;
    wait(&book, newest)?;
    fs::remove_file(db)?;
    for index in 2 * BLOCK..3 * BLOCK {
        tell_in_spite(&mut book, index)?;
    }
    let newest = book.ask(|state| state.sequence)?;
    let said = book.durability().wait(newest, Duration::from_secs(2));
    if !matches!(said, Ok(true)) {
        under_fault(&mut book)?;
        return say(&format!("said: {said:?}"));
    }
    let truth = settled(&mut book)?;
    let closed = book.close();
    check_kept(db, truth).with_context(|| format!("nobody said so, close: {closed:?}"))?;
    say("kept in spite of it")
}
