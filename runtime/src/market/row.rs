//! One row of market data: what became known of one symbol when a bar closed.

use borsh::BorshSerialize;
use truebook_core::model::{Fixed, Timestamp};

/// What became known of one symbol at one time.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize)]
pub struct Row {
    /// The index of the symbol in [`Market::symbols`](super::Market::symbols).
    pub symbol: u16,
    /// When the bar closed, which is when the row is known.
    pub ts_close: Timestamp,
    /// What was seen.
    pub data: RowData,
    /// The line of its file; 0 where it has none.
    #[borsh(skip)]
    pub line: u32,
}

/// What a row says.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize)]
pub enum RowData {
    /// The best bid and ask at the close; `None` where a side was missing.
    Quote {
        /// The best bid.
        bid: Option<Level>,
        /// The best ask.
        ask: Option<Level>,
    },
    /// A bar of trades.
    Trade {
        /// The first price.
        open: Fixed,
        /// The highest price.
        high: Fixed,
        /// The lowest price.
        low: Fixed,
        /// The last price.
        close: Fixed,
        /// The quantity traded.
        volume: Fixed,
    },
}

/// One side of a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize)]
pub struct Level {
    /// Its price.
    pub price: Fixed,
    /// The quantity offered at it.
    pub size: Fixed,
}

impl RowData {
    /// The order among rows of one symbol that close together: quote before trade.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Quote { .. } => 0,
            Self::Trade { .. } => 1,
        }
    }
}
