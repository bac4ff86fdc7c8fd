//! What the lines of a position hold, and how it becomes words.
//!
//! 1. All figures of a line are from one event or price.
//! 2. A quantity that does not fit 64 bits has no line; its reader goes to the view.

use crate::book::Mark;
use crate::book::outcome::fits;
use crate::model::{Fee, Instrument, MarkChoice, Position, Timestamp};

use super::line::{join, split, time};

/// In place of a quantity that does not fit.
const WIDE: i64 = i64::MIN;
/// Bits beside a sequence.
const DUST: u64 = 1 << 63;
const UNKNOWN: u64 = 1 << 62;
const SEQUENCE: u64 = UNKNOWN - 1;

/// The figures of one position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PositionLine {
    /// The sequence of the event that last changed the position.
    pub sequence: u64,
    /// Signed quantity at the instrument's quantity scale.
    pub qty: i128,
    /// Signed cost at its money scale.
    pub cost: i128,
    /// Realized at its money scale, gross of fees.
    pub realized_pnl: i128,
    /// The price at which it is valued, at the instrument's price scale; 0 is none.
    pub mark: i64,
    /// Whether a part of it was given without its cost, so that cost and PnL say nothing.
    pub is_cost_unknown: bool,
}

/// What of a position only events change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PositionDetail {
    /// The sequence of the event that last changed the position.
    pub sequence: u64,
    /// Fees in settlement currency, at its money scale; negative is a net rebate.
    pub fees: i128,
    /// Funding, dividends and interest received less paid, at its money scale.
    pub funding: i128,
    /// When its round trip was opened.
    pub opened_at: Timestamp,
    /// When a fill last changed it.
    pub updated_at: Timestamp,
    /// Received less paid for the quantity, fees apart, at its money scale.
    pub cash_flow: i128,
    /// What it locks as margin, at its money scale.
    pub margin: i128,
    /// What of the quantity no open order reduces already, unsigned.
    pub available_to_reduce: i128,
    /// Round trips that have ended.
    pub closed_trades: u32,
    /// In which currencies fees were paid.
    pub paid_in: PaidIn,
}

/// All figures of one position, of the same event; what it is worth and what orders reduce is of
/// the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionFigures {
    /// What prices change, too.
    pub line: PositionLine,
    /// What only events change.
    pub detail: PositionDetail,
    /// Whether it is held but worth less than the dust threshold.
    pub is_dust: bool,
}

/// In which currencies the fees of a position were paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PaidIn {
    /// In none: there were no fees.
    #[default]
    None,
    /// In settlement currency only.
    Settlement,
    /// In others, too: the view has them.
    Several,
}

impl PositionLine {
    /// The figures of a position where its instrument's prices are `mark`.
    pub(super) fn of(position: &Position, mark: &Mark, choice: MarkChoice) -> Self {
        let price = mark.price_of(position.qty, choice);
        Self {
            is_cost_unknown: position.unknown_part.is_some(),
            sequence: position.sequence,
            qty: position.qty,
            cost: position.cost,
            realized_pnl: position.realized_pnl,
            mark: price.unwrap_or(0),
        }
    }

    /// Unrealized PnL of a position in `instrument` at its money scale, gross of fees; `None`
    /// without a mark or where the cost is unknown; 0 when flat.
    #[must_use]
    pub fn unrealized_pnl(&self, instrument: &Instrument) -> Option<i128> {
        match (self.is_cost_unknown, self.qty, self.mark) {
            (true, ..) => None,
            (false, 0, _) => Some(0),
            (false, _, 0) => None,
            (false, qty, mark) => {
                let value = instrument.value(mark, qty).filter(|value| fits(*value))?;
                Some(value - self.cost)
            }
        }
    }

    /// As words, with whether the position is dust, which no view knows.
    #[inline]
    pub(super) fn words(&self, is_dust: bool) -> [u64; 7] {
        let qty = i64::try_from(self.qty).unwrap_or(WIDE);
        let [cost, realized] = [self.cost, self.realized_pnl].map(split);
        let flag = |is_set, bit| if is_set { bit } else { 0 };
        let flags = flag(is_dust, DUST) | flag(self.is_cost_unknown, UNKNOWN);
        [
            self.sequence & SEQUENCE | flags,
            qty.cast_unsigned(),
            cost.0,
            cost.1,
            realized.0,
            realized.1,
            self.mark.cast_unsigned(),
        ]
    }

    /// And whether the position is dust; `None` where the quantity does not fit a line.
    #[inline]
    pub(super) fn from_words(words: [u64; 7]) -> Option<(Self, bool)> {
        let [sequence, qty, cost0, cost1, realized0, realized1, mark] = words;
        let qty = qty.cast_signed();
        let line = Self {
            is_cost_unknown: sequence & UNKNOWN != 0,
            sequence: sequence & SEQUENCE,
            qty: i128::from(qty),
            cost: join(cost0, cost1),
            realized_pnl: join(realized0, realized1),
            mark: mark.cast_signed(),
        };
        if qty == WIDE {
            return None;
        }
        Some((line, sequence & DUST != 0))
    }
}

impl PositionDetail {
    pub(super) fn of(instruments: &[Instrument], position: &Position) -> Self {
        let settle = instruments.get(position.key.instrument.index());
        let settle = settle.map(|instrument| instrument.settle);
        let is_settle = |fee: &Fee| Some(fee.currency) == settle;
        Self {
            sequence: position.sequence,
            fees: settle.map_or(0, |settle| position.fees_in(settle)),
            funding: position.funding,
            opened_at: position.trip.opened_at,
            updated_at: position.updated_at,
            cash_flow: position.cash_flow,
            margin: position.margin,
            available_to_reduce: position.available_to_reduce(),
            closed_trades: u32::try_from(position.closed_trades).unwrap_or(u32::MAX),
            paid_in: match position.fees.iter().all(is_settle) {
                true if position.fees.is_empty() => PaidIn::None,
                true => PaidIn::Settlement,
                false => PaidIn::Several,
            },
        }
    }

    #[inline]
    pub(super) fn words(&self) -> [u64; 14] {
        let [fees, funding] = [self.fees, self.funding].map(split);
        let [cash_flow, margin] = [self.cash_flow, self.margin].map(split);
        let available = split(self.available_to_reduce);
        let paid_in = match self.paid_in {
            PaidIn::None => 0,
            PaidIn::Settlement => 1,
            PaidIn::Several => 2,
        };
        [
            self.sequence,
            fees.0,
            fees.1,
            funding.0,
            funding.1,
            time(self.opened_at),
            time(self.updated_at),
            cash_flow.0,
            cash_flow.1,
            margin.0,
            margin.1,
            available.0,
            available.1,
            u64::from(self.closed_trades) | paid_in << 32,
        ]
    }

    #[inline]
    pub(super) fn from_words(words: [u64; 14]) -> Self {
        let [
            sequence,
            f0,
            f1,
            i0,
            i1,
            opened,
            updated,
            c0,
            c1,
            m0,
            m1,
            a0,
            a1,
            counts,
        ] = words;
        Self {
            sequence,
            fees: join(f0, f1),
            funding: join(i0, i1),
            opened_at: Timestamp(opened.cast_signed()),
            updated_at: Timestamp(updated.cast_signed()),
            cash_flow: join(c0, c1),
            margin: join(m0, m1),
            available_to_reduce: join(a0, a1),
            closed_trades: u32::try_from(counts & u64::from(u32::MAX)).unwrap_or(u32::MAX),
            paid_in: match counts >> 32 {
                0 => PaidIn::None,
                1 => PaidIn::Settlement,
                _ => PaidIn::Several,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: [i128; 7] = [0, 1, -1, i128::MIN, i128::MAX, 1 << 64, -(1 << 64) - 7];

    #[test]
    fn both_lines_survive_their_words() {
        for number in NUMBERS {
            let position = PositionLine {
                sequence: 1,
                qty: -2,
                cost: number,
                realized_pnl: -(number / 2),
                mark: 3,
                is_cost_unknown: number == 0,
            };
            for is_dust in [false, true] {
                let found = PositionLine::from_words(position.words(is_dust));
                assert_eq!(found, Some((position, is_dust)));
            }
            let detail = PositionDetail {
                sequence: 1,
                fees: number,
                funding: number / 2,
                opened_at: Timestamp(-1),
                updated_at: Timestamp(2),
                cash_flow: number,
                margin: number / 5,
                available_to_reduce: number / 6,
                closed_trades: 7,
                paid_in: PaidIn::Several,
            };
            assert_eq!(PositionDetail::from_words(detail.words()), detail);
        }
    }

    #[test]
    fn a_quantity_beyond_64_bits_has_no_line() {
        for (qty, fits) in [
            (i128::from(i64::MAX), true),
            (1 << 63, false),
            (-(1 << 63), false),
        ] {
            let line = PositionLine {
                qty,
                ..PositionLine::default()
            };
            let found = PositionLine::from_words(line.words(false));
            assert_eq!(found, fits.then_some((line, false)));
        }
    }
}
