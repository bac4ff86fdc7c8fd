//! The lines that readers poll: one 64-byte slot a position, read without a lock.
//!
//! 1. All figures of a line are from one event or price.

use crate::book::State;
use crate::model::{Position, PositionId};
use crate::sync::SeqSlot;

/// How often a read is tried before it gives up.
const ATTEMPTS: u32 = 1_000;

/// The figures of one position at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PositionLine {
    /// The sequence of the event that last changed the position.
    pub sequence: u64,
    /// Signed quantity at the instrument's quantity scale.
    pub qty: i64,
    /// Signed cost at its money scale.
    pub cost: i128,
    /// Realized at its money scale, gross of fees.
    pub realized_pnl: i128,
    /// The mark at its price scale; 0 is none.
    pub mark: i64,
}

/// The lines of all positions, by number.
#[derive(Debug)]
pub struct LineTable {
    slots: Box<[SeqSlot<7>]>,
}

impl LineTable {
    /// Room for `capacity` positions.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            slots: (0..capacity).map(|_| SeqSlot::new([0; 7])).collect(),
        }
    }

    /// The line of a position; `None` beyond the table, where the quantity does not fit 64 bits, or
    /// when the writer changed it all the while. It may have changed again when this returns.
    #[must_use]
    pub fn read(&self, id: PositionId) -> Option<PositionLine> {
        let (words, _) = self.slots.get(id.index())?.read(ATTEMPTS)?;
        let [
            sequence,
            qty,
            cost_low,
            cost_high,
            realized_low,
            realized_high,
            mark,
        ] = words;
        let line = PositionLine {
            sequence,
            qty: qty.cast_signed(),
            cost: join(cost_low, cost_high),
            realized_pnl: join(realized_low, realized_high),
            mark: mark.cast_signed(),
        };
        (line.qty != i64::MIN).then_some(line)
    }

    /// Publishes a position; only the writer calls this.
    pub(super) fn publish(&self, state: &State, position: &Position) {
        let Some(slot) = self.slots.get(position.id.index()) else {
            return;
        };
        let mark = state.mark(position.key.instrument).mark.unwrap_or(0);
        let qty = i64::try_from(position.qty).unwrap_or(i64::MIN);
        let (cost_low, cost_high) = split(position.cost);
        let (realized_low, realized_high) = split(position.realized_pnl);
        slot.write(&[
            position.sequence,
            qty.cast_unsigned(),
            cost_low,
            cost_high,
            realized_low,
            realized_high,
            mark.cast_unsigned(),
        ]);
    }
}

fn split(value: i128) -> (u64, u64) {
    let bits = value.cast_unsigned();
    let low = bits & u128::from(u64::MAX);
    (
        u64::try_from(low).unwrap_or(u64::MAX),
        u64::try_from(bits >> 64).unwrap_or(u64::MAX),
    )
}

fn join(low: u64, high: u64) -> i128 {
    (u128::from(low) | u128::from(high) << 64).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_survives_its_two_words() {
        for value in [0, 1, -1, i128::MIN, i128::MAX, 1 << 64, -(1 << 64) - 7] {
            let (low, high) = split(value);
            assert_eq!(join(low, high), value);
        }
    }
}
