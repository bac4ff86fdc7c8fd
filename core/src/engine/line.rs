//! What the lines of an instrument and of the book hold, and how it becomes words; those of a
//! position are in `position_line`.
//!
//! 1. All figures of a line are from one event or price.

use crate::book::{Mark, Totals};
use crate::model::{Id, Instrument, InstrumentKind, Timestamp};

/// The prices of one instrument, at its price scale; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InstrumentLine {
    /// The number of events that the book had.
    pub sequence: u64,
    /// The best bid of the last quote.
    pub bid: i64,
    /// The best ask of the last quote.
    pub ask: i64,
    /// The last price.
    pub last: i64,
    /// The newest of the quote's middle, the last price and the venue's mark.
    pub mark: i64,
    /// The venue's own mark.
    pub venue_mark: i64,
    /// When the newest of them was known.
    pub ts: Timestamp,
}

/// What the integers of an instrument mean; stays the same for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstrumentScales {
    /// What it is called.
    pub symbol: Id,
    /// Its kind.
    pub kind: InstrumentKind,
    /// Digits after the point of its prices.
    pub price_scale: u8,
    /// Digits after the point of its quantities.
    pub qty_scale: u8,
    /// Digits after the point of its money.
    pub money_scale: u8,
}

impl From<&Instrument> for InstrumentScales {
    fn from(instrument: &Instrument) -> Self {
        Self {
            symbol: instrument.symbol,
            kind: instrument.kind,
            price_scale: instrument.price_scale,
            qty_scale: instrument.qty_scale,
            money_scale: instrument.money_scale,
        }
    }
}

/// The whole book in the reporting currency, money at [`MAX_SCALE`](crate::model::MAX_SCALE).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TotalsLine {
    /// How many changes were published before, prices included.
    pub version: u64,
    /// The number of events that the book had.
    pub sequence: u64,
    /// What was paid in, plus the PnL.
    pub equity: i128,
    /// Balances that no position accounts for.
    pub cash: i128,
    /// Realized, gross of fees.
    pub realized_pnl: i128,
    /// Unrealized, gross of fees.
    pub unrealized_pnl: i128,
    /// Fees paid; negative is a net rebate.
    pub fees: i128,
    /// Funding, dividends and interest received less paid.
    pub funding: i128,
    /// Positions that are open and not dust.
    pub open_positions: u32,
    /// Whether currencies or positions are missing for want of a rate or a mark.
    pub is_missing: bool,
}

impl TotalsLine {
    /// realized + unrealized − fees + funding.
    #[must_use]
    pub fn total_pnl(&self) -> i128 {
        self.realized_pnl + self.unrealized_pnl - self.fees + self.funding
    }

    /// Open positions at their marks: equity less cash.
    #[must_use]
    pub fn holdings(&self) -> i128 {
        self.equity - self.cash
    }

    pub(super) fn of(totals: &Totals, sequence: u64, version: u64) -> Self {
        Self {
            version,
            sequence,
            equity: totals.equity,
            cash: totals.cash,
            realized_pnl: totals.realized_pnl,
            unrealized_pnl: totals.unrealized_pnl,
            fees: totals.fees,
            funding: totals.funding,
            open_positions: u32::try_from(totals.open_positions).unwrap_or(u32::MAX),
            is_missing: totals.missing > 0,
        }
    }

    #[inline]
    pub(super) fn words(&self) -> [u64; 15] {
        let [equity, cash] = [self.equity, self.cash].map(split);
        let [realized, unrealized] = [self.realized_pnl, self.unrealized_pnl].map(split);
        let [fees, funding] = [self.fees, self.funding].map(split);
        let counts = u64::from(self.open_positions) | u64::from(self.is_missing) << 32;
        [
            self.version,
            self.sequence,
            equity.0,
            equity.1,
            cash.0,
            cash.1,
            realized.0,
            realized.1,
            unrealized.0,
            unrealized.1,
            fees.0,
            fees.1,
            funding.0,
            funding.1,
            counts,
        ]
    }

    #[inline]
    pub(super) fn from_words(words: [u64; 15]) -> Self {
        let [
            version,
            sequence,
            e0,
            e1,
            c0,
            c1,
            r0,
            r1,
            u0,
            u1,
            f0,
            f1,
            i0,
            i1,
            counts,
        ] = words;
        Self {
            version,
            sequence,
            equity: join(e0, e1),
            cash: join(c0, c1),
            realized_pnl: join(r0, r1),
            unrealized_pnl: join(u0, u1),
            fees: join(f0, f1),
            funding: join(i0, i1),
            open_positions: u32::try_from(counts & u64::from(u32::MAX)).unwrap_or(u32::MAX),
            is_missing: counts >> 32 != 0,
        }
    }
}

impl InstrumentLine {
    pub(super) fn of(sequence: u64, mark: &Mark) -> Self {
        Self {
            sequence,
            bid: mark.bid.unwrap_or(0),
            ask: mark.ask.unwrap_or(0),
            last: mark.last.unwrap_or(0),
            mark: mark.mark.unwrap_or(0),
            venue_mark: mark.venue_mark.unwrap_or(0),
            ts: mark.ts,
        }
    }

    #[inline]
    pub(super) fn words(&self) -> [u64; 7] {
        let [bid, ask, last] = [self.bid, self.ask, self.last].map(i64::cast_unsigned);
        let [mark, venue_mark] = [self.mark, self.venue_mark].map(i64::cast_unsigned);
        [
            self.sequence,
            bid,
            ask,
            last,
            mark,
            venue_mark,
            time(self.ts),
        ]
    }

    #[inline]
    pub(super) fn from_words(words: [u64; 7]) -> Self {
        let [sequence, prices @ .., ts] = words;
        let [bid, ask, last, mark, venue_mark] = prices.map(u64::cast_signed);
        Self {
            sequence,
            bid,
            ask,
            last,
            mark,
            venue_mark,
            ts: Timestamp(ts.cast_signed()),
        }
    }
}

pub(super) fn time(ts: Timestamp) -> u64 {
    ts.0.cast_unsigned()
}

#[allow(clippy::cast_possible_truncation, reason = "the two halves")]
#[inline]
pub(super) fn split(value: i128) -> (u64, u64) {
    let bits = value.cast_unsigned();
    (bits as u64, (bits >> 64) as u64)
}

#[inline]
pub(super) fn join(low: u64, high: u64) -> i128 {
    (u128::from(low) | u128::from(high) << 64).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: [i128; 7] = [0, 1, -1, i128::MIN, i128::MAX, 1 << 64, -(1 << 64) - 7];

    #[test]
    fn every_line_survives_its_words() {
        for number in NUMBERS {
            let totals = TotalsLine {
                version: 1,
                sequence: 2,
                equity: number,
                cash: number / 3,
                realized_pnl: 4,
                unrealized_pnl: -5,
                fees: 6,
                funding: number / 7,
                open_positions: u32::MAX,
                is_missing: true,
            };
            assert_eq!(TotalsLine::from_words(totals.words()), totals);
        }
        let instrument = InstrumentLine {
            sequence: 1,
            bid: 2,
            ask: 3,
            last: 4,
            mark: 5,
            venue_mark: 6,
            ts: Timestamp(-7),
        };
        assert_eq!(InstrumentLine::from_words(instrument.words()), instrument);
    }
}
