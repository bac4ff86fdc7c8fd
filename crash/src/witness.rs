//! Who hears what a child says before it is killed, and holds it against the reference.
//!
//! 1. What was durable once is there ever after.
//! 2. A state is that of the reference at the same event, whatever happened before.
//! 3. A command that is in the book changes nothing when it is told again, and is told so.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use truebook::State;
use truebook_core::book::{Entry, Event};
use truebook_store::JournalFile;

use crate::child::hex;
use crate::reference::Reference;
use crate::script::{Told, is_known_by_id};
use crate::world::World;

/// How much of an event is printed.
const EVENT_MAX: usize = 120;

/// Where a child was when it was killed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Before its first line.
    #[default]
    Starting,
    /// The book was being opened, or recovered.
    Opening,
    /// It told again what is known.
    Again,
    /// It wrote.
    Writing,
    /// The book was being closed, or was closed.
    Closing,
}

impl Phase {
    /// Every phase with its name.
    pub const ALL: [(&'static str, Self); 5] = [
        ("starting", Self::Starting),
        ("opening or recovering", Self::Opening),
        ("telling again", Self::Again),
        ("writing", Self::Writing),
        ("closing", Self::Closing),
    ];
}

/// What is wrong with a book.
#[derive(Clone, Debug)]
pub enum Wrong {
    /// So many events were acknowledged and are not there.
    Lost(u64),
    /// A command was booked twice.
    Doubled(String),
    /// The database could not be opened.
    Closed(String),
    /// What follows from a command was lost, where the file ended in its middle.
    Torn(String),
    /// Anything else.
    Other(String),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(events) => write!(f, "{events} acknowledged events are lost"),
            Self::Doubled(what) => write!(f, "booked twice: {what}"),
            Self::Closed(what) => write!(f, "did not open: {what}"),
            Self::Torn(what) => write!(f, "half a command: {what}"),
            Self::Other(what) => write!(f, "wrong: {what}"),
        }
    }
}

/// What one child said before its end.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Where it was.
    pub phase: Phase,
    /// How long its first opening took, in microseconds since its start.
    pub opened_us: Option<u64>,
    /// Events that were acknowledged for the first time.
    pub acknowledged: u64,
    /// Commands that were told again and known.
    pub repeated: u64,
    /// How often an opening found a command of several events half kept.
    pub torn: u64,
}

/// The memory of one database.
pub struct Witness {
    world: World,
    reference: Reference,
    path: PathBuf,
    /// The command after the last acknowledged one.
    next: u64,
    /// The newest event that was known to be durable.
    durable: u64,
    /// How many events of commands it had when it was opened.
    opened_at: u64,
    /// Where the book said that its store had failed, or had recovered.
    changes: Vec<u64>,
    /// A command that was found half kept.
    torn: Option<u64>,
}

impl Witness {
    /// A witness of the database at `path`; its reference is in `folder`.
    ///
    /// # Errors
    /// When there is no reference.
    pub fn new(world: World, path: &Path, folder: &Path) -> Result<Self> {
        Ok(Self {
            world,
            reference: Reference::new(world, folder)?,
            path: path.to_owned(),
            next: 0,
            durable: 0,
            opened_at: 0,
            changes: Vec::new(),
            torn: None,
        })
    }

    /// Forgets the database that it knew: the one at `path` is new.
    pub fn begin(&mut self, path: &Path) {
        self.path = path.to_owned();
        (self.next, self.durable, self.opened_at, self.torn) = (0, 0, 0, None);
        self.changes.clear();
    }

    /// The command after the last acknowledged one.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Hears everything that a child said, and what it said of its own end on stderr.
    ///
    /// # Errors
    /// What is wrong with the book, and whatever keeps the witness from knowing it.
    pub fn hear(&mut self, said: &str, complaint: &str) -> Result<Result<Heard, Wrong>> {
        let mut heard = Heard::default();
        let whole = said.rfind('\n').map_or("", |end| &said[..end]);
        for line in whole.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            let wrong = match word {
                "opening" => {
                    heard.phase = Phase::Opening;
                    None
                }
                "open" => {
                    heard.phase = Phase::Again;
                    self.opened(rest, &mut heard)?
                }
                "again" => self.told_again(rest, &mut heard)?,
                "ready" => {
                    heard.phase = Phase::Writing;
                    None
                }
                "ack" => {
                    self.acknowledged(rest, &mut heard)?;
                    None
                }
                "closing" | "closed" => {
                    heard.phase = Phase::Closing;
                    None
                }
                _ => Some(Wrong::Other(line.to_owned())),
            };
            if let Some(wrong) = wrong {
                return Ok(Err(wrong));
            }
        }
        if !complaint.is_empty() {
            let what = format!("{:?}: {complaint}", heard.phase);
            return Ok(Err(match heard.phase {
                Phase::Opening => Wrong::Closed(what),
                Phase::Starting | Phase::Again | Phase::Writing | Phase::Closing => {
                    Wrong::Other(what)
                }
            }));
        }
        Ok(Ok(heard))
    }

    fn opened(&mut self, rest: &str, heard: &mut Heard) -> Result<Option<Wrong>> {
        let mut words = rest.split(' ');
        let mut number = || words.next().and_then(|word| word.parse::<u64>().ok());
        let (sequence, kept) = (number().context("open")?, number().context("open")?);
        let hash = words.next().context("open")?;
        let took = words.next().and_then(|word| word.parse().ok());
        heard.opened_us = heard.opened_us.or(took);
        if kept < self.durable {
            return Ok(Some(Wrong::Lost(self.durable - kept)));
        }
        self.durable = kept;
        let is_plain = self.changes.is_empty();
        if !is_plain || hash != hex(&self.reference.hash_at(sequence)?) {
            let wrong = self.compare(sequence, hash)?;
            if wrong.is_some() {
                return Ok(wrong);
            }
        }
        self.opened_at = self.told(kept);
        if let Some(index) = self.reference.command_of(self.opened_at + 1)?
            && self.reference.taken(index)?.before < self.opened_at
        {
            heard.torn += 1;
            self.torn = self.torn.or(Some(index));
        }
        Ok(None)
    }

    fn told_again(&mut self, rest: &str, heard: &mut Heard) -> Result<Option<Wrong>> {
        let (begin, letters) = rest.split_once(' ').context("again")?;
        let begin: u64 = begin.parse()?;
        for (index, letter) in (begin..).zip(letters.chars()) {
            let told = Told::from_letter(letter).context("again")?;
            let taken = self.reference.taken(index)?;
            let is_there = taken.since <= self.opened_at;
            let is_torn = !is_there && taken.before < self.opened_at;
            if told == Told::Price || is_torn || taken.told == Told::Refused {
                continue;
            }
            let what = format!(
                "command {index} ({} to {}), opened at {}, was told {told:?}",
                taken.before, taken.since, self.opened_at
            );
            let wrong = match (is_there, told) {
                (true, Told::New) => Some(Wrong::Doubled(what)),
                (true, Told::Duplicate) => {
                    heard.repeated += 1;
                    None
                }
                (true, _) => is_known_by_id(&self.world, index).then_some(Wrong::Other(what)),
                (false, _) => (told != taken.told).then_some(Wrong::Other(what)),
            };
            if wrong.is_some() {
                return Ok(wrong);
            }
        }
        Ok(None)
    }

    fn acknowledged(&mut self, rest: &str, heard: &mut Heard) -> Result<()> {
        let (index, sequence) = rest.split_once(' ').context("ack")?;
        let (index, sequence): (u64, u64) = (index.parse()?, sequence.parse()?);
        heard.acknowledged += sequence.saturating_sub(self.durable);
        self.durable = self.durable.max(sequence);
        self.next = self.next.max(index + 1);
        Ok(())
    }

    /// Holds the journal itself against the reference, event by event; what the book said of its
    /// own store stands between them. `None` is as it should be.
    fn compare(&mut self, sequence: u64, hash: &str) -> Result<Option<Wrong>> {
        let file = JournalFile::read_only(&self.path)?;
        self.changes.clear();
        let mut state = State::default();
        let mut found = Vec::new();
        let read = file.each_event(|entry| {
            found.push(entry);
            Ok(())
        });
        if let Err(error) = read {
            return Ok(Some(Wrong::Other(error.to_string())));
        }
        for entry in &found {
            if matches!(entry.event, Event::StoreChanged { .. }) {
                self.changes.push(entry.sequence);
            } else {
                let before = self.told(entry.sequence) - 1;
                let wanted = self.reference.entries_after(before, before + 1)?;
                let wanted = wanted.first().context("an event of the reference")?;
                if (&wanted.event, wanted.ts) != (&self.as_told(&entry.event), entry.ts) {
                    return Ok(Some(self.differs(entry, wanted)));
                }
            }
            state.apply(entry);
            if state.sequence == sequence && hex(&state.hash()) != hash {
                let what = format!("another state at event {sequence}, but the same events");
                return Ok(Some(Wrong::Other(what)));
            }
        }
        Ok(None)
    }

    fn differs(&self, found: &Entry, wanted: &Entry) -> Wrong {
        let torn = self.torn.map_or_else(String::new, |index| {
            format!(" (command {index} was found half kept before)")
        });
        let what = format!(
            "event {} is {}, and should be {}{torn}",
            found.sequence,
            brief(found),
            brief(wanted)
        );
        match self.torn {
            None => Wrong::Other(what),
            Some(_) => Wrong::Torn(what),
        }
    }

    /// An event, where it names another one, as it is without what the book said of its store.
    fn as_told(&self, event: &Event) -> Event {
        let mut event = event.clone();
        if let Event::Busted(reversal) = &mut event {
            reversal.booked_at = self.told(reversal.booked_at);
        }
        event
    }

    /// How many events of commands there are up to the event `sequence`.
    fn told(&self, sequence: u64) -> u64 {
        let changes = self.changes.partition_point(|known| *known <= sequence);
        sequence - changes as u64
    }
}

/// An event, short enough for a line.
fn brief(entry: &Entry) -> String {
    let event = format!("{:?}", entry.event);
    let head: String = event.chars().take(EVENT_MAX).collect();
    format!("{head}… at {}", entry.ts.0)
}
