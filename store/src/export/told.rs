//! Events in words: what each was, and what it changed, with names and exact decimals.
//!
//! 1. What is told follows from the event and the ledger before it, as a subscriber's notices do.
//! 2. An event is told once, in the order of the journal.

use truebook_core::book::{Entry, Notice, Retold, State};

use super::{event, news};
use crate::{JournalFile, StoreError};

/// A value of something that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// A name, a word or an exact decimal.
    Text(String),
    /// A count.
    Count(i64),
    /// Nanoseconds since the epoch.
    Time(i64),
    /// What it was, and what it is since.
    Changed(String, String),
}

/// One thing that happened or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is, in one word.
    pub what: &'static str,
    /// More of it, by name; what is not known is left out.
    pub fields: Vec<(&'static str, Field)>,
}

/// An event in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its sequence.
    pub sequence: u64,
    /// Its time, in nanoseconds since the epoch.
    pub ts: i64,
    /// What happened, and then what it changed.
    pub pieces: Vec<Piece>,
}

impl Piece {
    pub(super) fn new(what: &'static str) -> Self {
        Self {
            what,
            fields: Vec::new(),
        }
    }

    pub(super) fn with(mut self, name: &'static str, text: impl ToString) -> Self {
        self.fields.push((name, Field::Text(text.to_string())));
        self
    }

    pub(super) fn maybe(self, name: &'static str, text: Option<impl ToString>) -> Self {
        match text {
            Some(text) => self.with(name, text),
            None => self,
        }
    }

    pub(super) fn count(mut self, name: &'static str, count: impl TryInto<i64>) -> Self {
        let count = count.try_into().unwrap_or(i64::MAX);
        self.fields.push((name, Field::Count(count)));
        self
    }

    pub(super) fn time(mut self, name: &'static str, ts: i64) -> Self {
        self.fields.push((name, Field::Time(ts)));
        self
    }

    /// Both values where they differ, nothing where they do not.
    pub(super) fn changed(mut self, name: &'static str, old: String, new: String) -> Self {
        if old != new {
            self.fields.push((name, Field::Changed(old, new)));
        }
        self
    }
}

/// Tells the events of a journal one after the other.
pub struct Teller<'a> {
    file: &'a JournalFile,
    ledger: Retold,
    notices: Vec<Notice>,
}

impl<'a> Teller<'a> {
    /// Begins after the event `sequence`; after the base where that was pruned away, and after the
    /// newest event where that is not reached.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a damaged or missing record before it.
    pub fn after(file: &'a JournalFile, sequence: u64) -> Result<Self, StoreError> {
        let state = file.state_at(sequence.max(file.base()?))?;
        Ok(Self {
            file,
            ledger: Retold::new(state),
            notices: Vec::new(),
        })
    }

    /// The last event that was told.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.ledger.sequence()
    }

    /// Tells up to `limit` of the events that follow; none where there are no more yet.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a damaged or missing record.
    pub fn next(&mut self, limit: u32) -> Result<Vec<Told>, StoreError> {
        let entries = self.file.read_after(self.sequence(), limit)?;
        Ok(entries.iter().map(|entry| self.tell(entry)).collect())
    }

    fn tell(&mut self, entry: &Entry) -> Told {
        self.notices.clear();
        self.ledger.tell(entry, &mut self.notices);
        let state: &State = self.ledger.state();
        let mut pieces: Vec<Piece> = event::head(state, &entry.event).into_iter().collect();
        let changes = self.notices.iter();
        pieces.extend(changes.filter_map(|notice| news::change(state, &notice.news)));
        if pieces.is_empty() {
            pieces.push(Piece::new(event::name(&entry.event)));
        }
        Told {
            sequence: entry.sequence,
            ts: entry.ts.0,
            pieces,
        }
    }
}
