//! What a call on a book can end with.

use std::fmt;

use truebook_core::book::Invalid;
use truebook_core::engine::Gone;
use truebook_core::model::{Fixed, InvalidValue, Refusal};

/// Why a call failed. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The book is closed.
    Closed,
    /// The writer stopped after an error of its own: reopen the book.
    Poisoned,
    /// This process was forked from the one that opened the book.
    Forked,
    /// An order broke a rule.
    Refused(Refusal),
    /// A parameter's value cannot be taken.
    Value(InvalidValue),
    /// The call makes no sense.
    Invalid(Invalid),
    /// The call makes no sense for what it names.
    InvalidFor(String, Invalid),
    /// No such instrument.
    UnknownInstrument(String),
    /// The database.
    Store(String),
    /// An execution may have been booked long ago, and could not be looked up.
    Undecided,
    /// The event with this sequence is booked, but not on disk yet.
    NotDurable(u64),
}

impl Error {
    /// The same error, naming what it is about.
    pub(crate) fn about(self, what: &str) -> Self {
        if let Self::Invalid(why) = self {
            return Self::InvalidFor(what.to_owned(), why);
        }
        self
    }

    pub(crate) fn digits(what: &'static str, found: Fixed, scale: u8) -> Self {
        let allowed = format!("at most {scale} decimals and within range");
        Self::Value(InvalidValue::new(what, &found.to_string(), &allowed))
    }
}

impl From<Gone> for Error {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Ended => Self::Poisoned,
            Gone::Forked => Self::Forked,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the book is closed"),
            Self::Poisoned => {
                f.write_str("the writer stopped after an error of its own: reopen the book")
            }
            Self::Forked => Gone::Forked.fmt(f),
            Self::Refused(refusal) => write!(f, "refused: {refusal}"),
            Self::Value(value) => value.fmt(f),
            Self::Invalid(why) => why.fmt(f),
            Self::InvalidFor(what, why) => write!(f, "{what}: {why}"),
            Self::UnknownInstrument(symbol) => {
                write!(f, "no instrument '{symbol}': add_instrument first")
            }
            Self::Store(what) => f.write_str(what),
            Self::Undecided => f.write_str(
                "the fill may have been booked long ago, and that could not be looked up: try \
                 again",
            ),
            Self::NotDurable(sequence) => write!(
                f,
                "event {sequence} is booked but not durable yet: wait_durable({sequence}) before \
                 the order is sent, or report it as rejected"
            ),
        }
    }
}

impl std::error::Error for Error {}

impl From<InvalidValue> for Error {
    fn from(value: InvalidValue) -> Self {
        Self::Value(value)
    }
}
