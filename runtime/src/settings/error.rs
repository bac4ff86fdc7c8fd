//! Why settings are refused: which file and line, what was found, what is allowed.

use std::fmt;

/// Why settings are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingsError {
    /// The file cannot be read.
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        reason: String,
    },
    /// The text is no TOML.
    Syntax {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What the parser said.
        reason: String,
    },
    /// A key or table that nobody reads.
    UnknownKey {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The table that it stands in.
        table: String,
        /// The key.
        found: String,
        /// The keys that are read there.
        allowed: String,
    },
    /// A key that must be there is not.
    MissingKey {
        /// The file.
        file: String,
        /// The line of the table, from 1.
        line: u64,
        /// The table.
        table: String,
        /// The key.
        key: String,
        /// What may be written for it.
        allowed: String,
    },
    /// A value that cannot be taken.
    BadValue {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The key, with its table.
        key: String,
        /// What was found.
        found: String,
        /// What is allowed.
        allowed: String,
    },
    /// A strategy asks for more than the book allows.
    WidensLimit {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The strategy.
        strategy: String,
        /// The limit.
        key: &'static str,
        /// The strategy's value.
        found: String,
        /// The values that narrow: `at most` or `at least`, and the book's own.
        allowed: String,
    },
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, reason } => write!(f, "{file}: cannot be read: {reason}"),
            Self::Syntax { file, line, reason } => {
                write!(f, "{file}:{line}: found no TOML: {reason}")
            }
            Self::UnknownKey {
                file,
                line,
                table,
                found,
                allowed,
            } => {
                write!(
                    f,
                    "{file}:{line}: {table}: found '{found}', allowed: {allowed}"
                )
            }
            Self::MissingKey {
                file,
                line,
                table,
                key,
                allowed,
            } => {
                write!(
                    f,
                    "{file}:{line}: {table}: found no '{key}', allowed: {allowed}"
                )
            }
            Self::BadValue {
                file,
                line,
                key,
                found,
                allowed,
            } => {
                write!(f, "{file}:{line}: {key}: found {found}, allowed: {allowed}")
            }
            Self::WidensLimit {
                file,
                line,
                strategy,
                key,
                found,
                allowed,
            } => {
                write!(
                    f,
                    "{file}:{line}: {key}: found {found} for strategy '{strategy}', "
                )?;
                write!(f, "allowed: {allowed}, the book's {key}")
            }
        }
    }
}

impl std::error::Error for SettingsError {}
