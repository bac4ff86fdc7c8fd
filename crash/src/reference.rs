//! What a book must be: the same commands told to one that nobody kills.
//!
//! 1. Its state hash is known at every event, also between two of one command.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use truebook::{Book, BookOptions, Durability, HostOptions, State};
use truebook_core::book::Entry;
use truebook_store::JournalFile;

use crate::script::{Told, tell};
use crate::world::World;

/// How long the reference may take to keep what it was told.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many events are read at once.
const BATCH: u32 = 4_096;

/// A command as the reference took it.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// The newest event before it.
    pub before: u64,
    /// The newest event since, its consequences included.
    pub since: u64,
    /// What the book said.
    pub told: Told,
}

/// A book that was never killed.
pub struct Reference {
    world: World,
    book: Book,
    file: JournalFile,
    taken: Vec<Taken>,
    newest: u64,
    /// Follows the journal up to the event that was asked for.
    state: State,
}

impl Reference {
    /// A reference whose journal is in `folder`.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn new(world: World, folder: &Path) -> Result<Self> {
        let path = folder.join("reference.db");
        let mut book = Book::open(BookOptions {
            durability: Durability::Os,
            host: HostOptions {
                threaded: false,
                ..HostOptions::default()
            },
            ..world.options(&path)
        })?;
        let newest = book.ask(|state| state.sequence)?;
        let file = JournalFile::read_only(&path)?;
        Ok(Self {
            world,
            book,
            file,
            taken: Vec::new(),
            newest,
            state: State::default(),
        })
    }

    /// How the command at `index` is taken.
    ///
    /// # Errors
    /// When it is refused in an order that nobody disturbed.
    pub fn taken(&mut self, index: u64) -> Result<Taken> {
        let place = usize::try_from(index)?;
        while self.taken.len() <= place {
            self.tell_next()?;
        }
        let found = self.taken.get(place).copied();
        found.context("a command that was told")
    }

    fn tell_next(&mut self) -> Result<()> {
        let index = self.taken.len() as u64;
        let before = self.newest;
        let answer = tell(&self.world, &mut self.book, index);
        self.newest = self.book.ask(|state| state.sequence)?;
        let told = Told::of(&answer, before);
        let is_late = self.world.is_paper && told == Told::Refused && self.newest == before;
        if !is_late && (told == Told::Refused || answer.as_ref().is_ok_and(is_quarantined)) {
            bail!("command {index} of seed {}: {answer:?}", self.world.seed);
        }
        self.taken.push(Taken {
            before,
            since: self.newest,
            told,
        });
        Ok(())
    }

    /// The command that makes the event `sequence`; `None` for those of the opening.
    ///
    /// # Errors
    /// As [`Reference::taken`].
    pub fn command_of(&mut self, sequence: u64) -> Result<Option<u64>> {
        while self.newest < sequence {
            self.tell_next()?;
        }
        let place = self.taken.partition_point(|taken| taken.since < sequence);
        let found = self.taken.get(place);
        Ok(found
            .filter(|taken| taken.before < sequence)
            .map(|_| place as u64))
    }

    /// The hash of the state after the event `sequence`.
    ///
    /// # Errors
    /// When the reference's journal cannot be read.
    pub fn hash_at(&mut self, sequence: u64) -> Result<[u8; 32]> {
        if sequence < self.state.sequence {
            self.state = State::default();
        }
        while self.state.sequence < sequence {
            for entry in self.entries_after(self.state.sequence, sequence)? {
                self.state.apply(&entry);
            }
        }
        Ok(self.state.hash())
    }

    /// A part of the events after `sequence` up to `last`.
    ///
    /// # Errors
    /// As [`Reference::hash_at`].
    pub fn entries_after(&mut self, sequence: u64, last: u64) -> Result<Vec<Entry>> {
        while self.newest < last {
            self.tell_next()?;
        }
        let is_kept = self.book.durability().wait(self.newest, PATIENCE)?;
        ensure!(is_kept, "the reference was not kept in time");
        let left = u32::try_from(last.saturating_sub(sequence)).unwrap_or(BATCH);
        Ok(self.file.read_after(sequence, left.min(BATCH))?)
    }
}

fn is_quarantined(applied: &Option<truebook::Applied>) -> bool {
    applied.is_some_and(|applied| applied.quarantined.is_some())
}
