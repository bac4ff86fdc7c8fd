//! Accounts that a call names for the first time.
//!
//! 1. A call that fails registers nobody.

use truebook_core::book::{Applied, Command};
use truebook_core::model::{AccountId, Id};

use super::{Book, NO_ACCOUNT, applied};
use crate::error::Error;

/// The accounts of one call that are not registered yet.
#[derive(Default)]
pub(super) struct Newcomers(Vec<Id>);

impl Newcomers {
    /// The number of the account called `name`, or the one that it will get.
    ///
    /// # Errors
    /// [`Error::Value`] for a name that cannot be one.
    pub fn account(&mut self, book: &Book, name: &str) -> Result<AccountId, Error> {
        if let Some(known) = book.known_account(name)? {
            return Ok(known);
        }
        let id = Id::new("account", name)?;
        if !self.0.contains(&id) {
            self.0.push(id);
        }
        let place = self.0.iter().position(|new| *new == id).unwrap_or(0);
        let number = u16::try_from(book.accounts.len() + place);
        Ok(number.map_or(NO_ACCOUNT, AccountId))
    }
}

impl Book {
    /// Gives `command`, and before it registers whom it names for the first time; an answer other
    /// than "applied" registers nobody.
    pub(super) fn call_with(&mut self, new: Newcomers, command: Command) -> Result<Applied, Error> {
        if new.0.is_empty() {
            return self.call(command);
        }
        let mut all: Vec<Command> = new.0.into_iter().map(Command::AddAccount).collect();
        all.push(command);
        let (refused, all) = self.ask(move |state| (state.rehearse(&all), all))?;
        if let Some(answer) = refused {
            return applied(answer);
        }
        let mut last = Ok(Applied::default());
        for command in all {
            last = self.call(command);
            if last.is_err() {
                break;
            }
        }
        self.accounts = self.ask(super::names)?;
        last
    }
}
