//! What can go wrong with a command, and how the command ends then.

use std::fmt;
use std::io::{ErrorKind, Write};

use truebook_store::export::ExportError;
use truebook_store::{BackupError, StoreError};

/// The exit code after an interruption.
pub(crate) const INTERRUPTED: u8 = 130;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The call cannot be answered: the message says what is wrong and what is allowed.
    Call(String),
    /// The call was right, and something failed.
    Failed(String),
    /// Whoever read the output has seen enough.
    Closed,
}

impl Fault {
    /// Says it on standard error; the exit code.
    pub(crate) fn tell(self) -> u8 {
        let (code, message) = match self {
            Self::Call(message) => (2, message),
            Self::Failed(message) => (1, message),
            Self::Closed => return 0,
        };
        say(&message);
        code
    }

    /// A database that cannot be opened.
    pub(crate) fn opening(error: impl fmt::Display) -> Self {
        Self::Call(error.to_string())
    }

    /// Output that cannot be written.
    pub(crate) fn output(error: &std::io::Error) -> Self {
        if error.kind() == ErrorKind::BrokenPipe {
            return Self::Closed;
        }
        Self::Failed(format!("standard output: {error}"))
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<ExportError> for Fault {
    fn from(error: ExportError) -> Self {
        if let ExportError::Store(error) = error {
            return error.into();
        }
        Self::Call(error.to_string())
    }
}

impl From<BackupError> for Fault {
    fn from(error: BackupError) -> Self {
        let is_call = matches!(
            error,
            BackupError::Exists(_)
                | BackupError::NotAFile(_)
                | BackupError::Itself(_)
                | BackupError::Store(StoreError::Locked { .. } | StoreError::NotOurs(_))
        );
        match is_call {
            true => Self::Call(error.to_string()),
            false => Self::Failed(error.to_string()),
        }
    }
}

/// Says something on standard error.
pub(crate) fn say(message: &str) {
    // Nothing is left to tell it to when standard error is closed.
    let _ = writeln!(std::io::stderr(), "truebook: {message}");
}
