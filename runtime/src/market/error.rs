//! Why market data cannot be read: which file and line, what was found, what is allowed.

use std::fmt;
use std::path::PathBuf;

/// Why market data cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MarketError {
    /// The folder does not exist or is no folder.
    MissingFolder {
        /// What was asked for.
        folder: PathBuf,
    },
    /// No file of the folder is called `SYMBOL.trade.csv` or `SYMBOL.quote.csv`.
    NoData {
        /// What was looked through.
        folder: PathBuf,
    },
    /// A file name does not begin with a usable symbol.
    BadSymbol {
        /// The file.
        file: PathBuf,
        /// What is wrong with the symbol.
        reason: String,
    },
    /// There are more symbols than a row can name.
    TooManySymbols {
        /// What was looked through.
        folder: PathBuf,
        /// How many there are.
        found: usize,
    },
    /// The operating system refused to read, or the file is no UTF-8 text.
    Unreadable {
        /// The file or folder.
        file: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file has no header or no rows.
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// A line cannot be taken.
    BadLine {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        fault: LineFault,
    },
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineFault {
    /// The header names other columns.
    Header {
        /// What was found.
        found: String,
        /// The only header allowed.
        allowed: &'static str,
    },
    /// The line has more or fewer fields than the header.
    FieldCount {
        /// How many were found.
        found: usize,
        /// How many are allowed.
        allowed: usize,
    },
    /// A field is no usable number.
    BadNumber {
        /// The column.
        column: &'static str,
        /// What was found.
        found: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The high, low, open and close of a bar contradict each other.
    BadRange {
        /// The column that contradicts.
        column: &'static str,
        /// What was found.
        found: String,
        /// The bar's low.
        low: String,
        /// The bar's high.
        high: String,
    },
    /// The ask is below the bid.
    Crossed {
        /// The bid's close.
        bid: String,
        /// The ask's close.
        ask: String,
    },
    /// The time is not later than the line's before.
    TimeNotForward {
        /// This line's `ts_open_ms`.
        found: i64,
        /// The line's before.
        previous: i64,
    },
}

impl fmt::Display for MarketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingFolder { folder } => {
                write!(f, "{}: found no folder, allowed: ", folder.display())?;
                f.write_str("a folder with SYMBOL.trade.csv or SYMBOL.quote.csv")
            }
            Self::NoData { folder } => {
                write!(f, "{}: found no data file, allowed: ", folder.display())?;
                f.write_str("a folder with SYMBOL.trade.csv or SYMBOL.quote.csv")
            }
            Self::BadSymbol { file, reason } => write!(f, "{}: {reason}", file.display()),
            Self::TooManySymbols { folder, found } => {
                let folder = folder.display();
                write!(f, "{folder}: found {found} symbols, allowed: at most 65536")
            }
            Self::Unreadable { file, reason } => {
                write!(f, "{}: cannot be read: {reason}", file.display())
            }
            Self::Empty { file } => {
                let file = file.display();
                write!(
                    f,
                    "{file}: found no rows, allowed: a header and at least one row"
                )
            }
            Self::BadLine { file, line, fault } => {
                write!(f, "{}:{line}: {fault}", file.display())
            }
        }
    }
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header { found, allowed } => {
                write!(f, "header: found '{found}', allowed: '{allowed}'")
            }
            Self::FieldCount { found, allowed } => {
                write!(f, "found {found} fields, allowed: {allowed}")
            }
            Self::BadNumber {
                column,
                found,
                allowed,
            } => {
                write!(f, "column {column}: found '{found}', allowed: {allowed}")
            }
            Self::BadRange {
                column,
                found,
                low,
                high,
            } => {
                write!(f, "column {column}: found {found}, allowed: ")?;
                write!(f, "from the bar's low {low} to its high {high}")
            }
            Self::Crossed { bid, ask } => {
                write!(
                    f,
                    "column ask_close: found {ask}, allowed: at least bid_close {bid}"
                )
            }
            Self::TimeNotForward { found, previous } => {
                write!(
                    f,
                    "column ts_open_ms: found {found}, allowed: later than {previous}"
                )
            }
        }
    }
}

impl std::error::Error for MarketError {}
impl std::error::Error for LineFault {}
