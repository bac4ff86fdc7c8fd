//! Notices of what happens, and from the database of what happened.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use truebook_core::book::{Notice, Retold};
use truebook_core::engine::{Filter, Overflow, Past, Retell, Subscription};
use truebook_core::model::InvalidValue;
use truebook_store::JournalFile;

use super::Book;
use crate::error::Error;

/// How many events are told again at once.
const BATCH: u32 = 1_024;

impl Book {
    /// Hears what `filter` wants: from now on, or everything after the event `since`.
    ///
    /// What a subscriber loses that blocks comes from the database, where the book has one.
    ///
    /// # Errors
    /// [`Error::Value`] for `since` without a database, or of an event that is yet to come.
    pub fn subscribe(
        &mut self,
        filter: Filter,
        overflow: Overflow,
        since: Option<u64>,
    ) -> Result<Subscription, Error> {
        let newest = self.ask(|state| state.sequence)?;
        let host = self.host.as_ref().ok_or(Error::Closed)?;
        let bus = host.bus();
        let refuse = |allowed: &str| {
            let since = since.map_or_else(String::new, |since| since.to_string());
            Err(InvalidValue::new("since", &since, allowed).into())
        };
        if since.is_some_and(|since| since > newest) {
            return refuse(&format!("0 to {newest}, the newest event"));
        }
        let Some(path) = self.path.clone() else {
            if since.is_some() {
                return refuse("a book with a database");
            }
            return Ok(bus.subscribe(filter, overflow));
        };
        let past = Past::new(move || Box::new(Journaled::new(&path)));
        Ok(bus.subscribe_with((filter, overflow), since, past))
    }
}

/// Reads the database beside its writer.
struct Journaled {
    path: PathBuf,
    file: Option<JournalFile>,
    retold: Retold,
}

impl Journaled {
    fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            file: None,
            retold: Retold::default(),
        }
    }
}

impl Retell for Journaled {
    fn tell(&mut self, sequence: u64, notices: &mut VecDeque<Notice>) -> Option<u64> {
        if self.file.is_none() {
            let file = JournalFile::read_only(&self.path).ok()?;
            // What was pruned cannot be told again.
            let from = sequence.max(file.base().ok()?);
            self.retold = Retold::new(file.checkpointed(from).ok()?);
            self.file = Some(file);
        }
        let file = self.file.as_ref()?;
        let mut told = Vec::new();
        loop {
            let entries = file.read_after(self.retold.sequence(), BATCH).ok()?;
            for entry in &entries {
                if entry.sequence <= sequence {
                    self.retold.skip(entry);
                } else {
                    self.retold.tell(entry, &mut told);
                }
            }
            // What was told before is passed over at once.
            if entries.is_empty() || self.retold.sequence() > sequence {
                break;
            }
        }
        notices.extend(told);
        Some(self.retold.sequence().max(sequence))
    }
}
