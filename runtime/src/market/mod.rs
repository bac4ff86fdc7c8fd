//! Recorded market data, merged in the order in which it became known.
//!
//! 1. Rows are ordered by time of close, then by symbol, then quote before trade.
//! 2. Every price is positive, every size is not negative, no quote is crossed.
//! 3. A number has at most 12 digits after the point and is in its shortest form, so equal data
//!    has equal hashes.

mod error;
mod folder;
mod line;
mod row;
mod sample;
#[cfg(test)]
mod tests;

pub use error::{LineFault, MarketError};
pub use folder::read_folder;
pub use row::{Level, Row, RowData};
pub use sample::sample;

use truebook_core::digest;
use truebook_core::model::{Id, NANOS_PER_SECOND};

/// The length of a bar, in nanoseconds: one minute.
pub const BAR_NS: i64 = 60 * NANOS_PER_SECOND;

/// Rows of several symbols in the order in which they became known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market {
    /// The symbols, sorted; a row names one by its index.
    pub symbols: Vec<Id>,
    /// The rows, in order of time of knowledge.
    pub rows: Vec<Row>,
    /// The length of a bar, in nanoseconds.
    pub bar_ns: i64,
}

impl Market {
    /// The hash of the symbols, the bar length and the first `rows` rows, or of all
    /// rows when there are fewer.
    #[must_use]
    pub fn hash_of_prefix(&self, rows: usize) -> [u8; 32] {
        let prefix = self.rows.get(..rows).unwrap_or(&self.rows);
        digest::of(&(&self.symbols, self.bar_ns, prefix))
    }

    /// Takes rows in any order and puts them in the order of invariant 1.
    fn merged(symbols: Vec<Id>, mut rows: Vec<Row>) -> Self {
        rows.sort_by_key(|row| (row.ts_close, row.symbol, row.data.rank()));
        Self {
            symbols,
            rows,
            bar_ns: BAR_NS,
        }
    }
}
