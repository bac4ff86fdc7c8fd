//! Input that nobody should send, decoded from bytes: commands to a ledger, and calls by name to a
//! book. The test `hostile` and the fuzz target `command` run it.
//!
//! 1. Nothing panics; what makes no sense is answered by name and changes nothing.
//! 2. Every identity of [`check`](crate::check()) holds after every command.
//! 3. The events alone make the same state again.

mod command;
mod run;
mod text;
mod worst;

pub use text::{Call, LONGEST};

use truebook_core::book::Command;

use self::text::Calls;
use self::worst::Worst;

/// How many commands or calls one input has at most.
const LENGTH_MAX: usize = 256;
/// One in how many inputs has calls: opening a book costs as much as many commands.
const CALLS_EVERY: u8 = 16;

/// What is sent.
#[derive(Clone, Debug)]
pub enum Input {
    /// Commands to a ledger.
    Commands(Vec<Command>),
    /// Calls to a book.
    Calls(Vec<Call>),
}

impl Input {
    /// Decodes `bytes`, of which the first says whether they are commands or calls.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Self {
        let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
        if first % CALLS_EVERY == 1 {
            let mut calls = Calls::default();
            Self::Calls(sequence(rest, |worst| calls.next(worst)))
        } else {
            Self::Commands(sequence(rest, command::command))
        }
    }

    /// A call for each kind of argument, with a text of [`LONGEST`] for it.
    pub fn longest() -> impl Iterator<Item = Self> {
        text::longest().map(|call| Self::Calls(vec![call]))
    }

    /// Sends it: commands to a ledger of its own, calls to a book of what `open` returns, which
    /// takes a name and arguments and returns what was answered, or why it was not done.
    ///
    /// # Errors
    /// What does not hold, in words.
    pub fn run<B>(&self, open: impl FnOnce() -> B) -> Result<(), String>
    where
        B: FnMut(&str, &str) -> Result<String, String>,
    {
        match self {
            Self::Commands(commands) => run::commands(commands),
            Self::Calls(calls) => run::calls(calls, open()),
        }
    }
}

fn sequence<T>(bytes: &[u8], mut next: impl FnMut(&mut Worst<'_>) -> T) -> Vec<T> {
    let mut worst = Worst::new(bytes);
    let mut found = Vec::new();
    while worst.goes_on() && found.len() < LENGTH_MAX {
        found.push(next(&mut worst));
    }
    found
}
