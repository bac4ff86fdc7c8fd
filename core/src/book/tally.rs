//! Totals of the book in the reporting currency, kept by currency: one that did not change is not
//! converted again.
//!
//! 1. The sum is the sum of its rows. What a row is made of may change only after it was noted.
//! 2. A row leaves room for every other: no sum of rows overflows.

use crate::model::CurrencyId;

use super::State;
use super::worth::Count;

/// Beyond this, a currency has no row: as many rows as there are numbers for fit 128 bits.
const ROOM: i128 = 1 << 111;

/// The whole book in the reporting currency at [`MAX_SCALE`](crate::model::MAX_SCALE).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Balances that no position accounts for.
    pub cash: i128,
    /// Open positions at their marks.
    pub holdings: i128,
    /// What was paid in, plus the PnL.
    pub equity: i128,
    /// Realized, gross of fees.
    pub realized_pnl: i128,
    /// Unrealized, gross of fees.
    pub unrealized_pnl: i128,
    /// Fees paid; negative is a net rebate.
    pub fees: i128,
    /// Funding, dividends and interest received less paid.
    pub funding: i128,
    /// The sum over currencies of |cash + holdings − contributed − PnL|: 0.
    pub difference: i128,
    /// Positions that are open and not dust.
    pub open_positions: u64,
    /// Positions that are open and dust.
    pub dust_positions: u64,
    /// Currencies that are not in these sums, and open positions without a mark.
    pub missing: u64,
}

/// What one currency adds, converted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Row {
    cash: i128,
    holdings: i128,
    equity: i128,
    realized: i128,
    unrealized: i128,
    fees: i128,
    funding: i128,
    difference: i128,
    is_missing: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    row: Row,
    is_noted: bool,
}

/// The rows, and their sum.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    slots: Vec<Slot>,
    sum: Row,
    missing: u64,
    noted: Vec<CurrencyId>,
}

impl Tally {
    /// Makes room for one more currency.
    pub fn add_currency(&mut self, id: CurrencyId) {
        self.slots.push(Slot::default());
        self.noted.reserve(self.slots.len());
        self.note(id);
    }

    /// Notes that what a currency adds may have changed.
    #[inline]
    pub fn note(&mut self, id: CurrencyId) {
        if let Some(slot) = self.slots.get_mut(id.index())
            && !slot.is_noted
        {
            slot.is_noted = true;
            self.noted.push(id);
        }
    }

    /// Notes that its rate may have changed: nothing to one that adds nothing.
    #[inline]
    pub fn note_rate(&mut self, id: CurrencyId) {
        let row = self.slots.get(id.index()).map(|slot| slot.row);
        if row.is_some_and(|row| row != Row::default()) {
            self.note(id);
        }
    }

    /// Notes every currency.
    pub fn note_all(&mut self) {
        for (number, _) in (0..=u16::MAX).zip(0..self.slots.len()) {
            self.note(CurrencyId(number));
        }
    }

    fn row(&self, id: CurrencyId) -> Row {
        self.slots
            .get(id.index())
            .map_or_else(Row::default, |slot| slot.row)
    }
}

impl Row {
    fn replace(&mut self, old: &Self, new: &Self) {
        self.cash += new.cash - old.cash;
        self.holdings += new.holdings - old.holdings;
        self.equity += new.equity - old.equity;
        self.realized += new.realized - old.realized;
        self.unrealized += new.unrealized - old.unrealized;
        self.fees += new.fees - old.fees;
        self.funding += new.funding - old.funding;
        self.difference += new.difference - old.difference;
    }
}

impl State {
    /// Converts anew what has changed since the last time, so that reading totals costs nothing.
    pub fn refresh_totals(&mut self) {
        while let Some(id) = self.worth.tally.noted.pop() {
            let new = self.row(id);
            let tally = &mut self.worth.tally;
            if let Some(slot) = tally.slots.get_mut(id.index()) {
                tally.sum.replace(&slot.row, &new);
                tally.missing += u64::from(new.is_missing);
                tally.missing -= u64::from(slot.row.is_missing);
                *slot = Slot {
                    row: new,
                    is_noted: false,
                };
            }
        }
    }

    /// The whole book in the reporting currency; costs the number of currencies that have changed
    /// since [`State::refresh_totals`].
    #[must_use]
    pub fn totals(&self) -> Totals {
        let tally = &self.worth.tally;
        let (mut sum, mut missing) = (tally.sum, tally.missing + self.worth.unmarked());
        for id in &tally.noted {
            let (old, new) = (tally.row(*id), self.row(*id));
            sum.replace(&old, &new);
            missing += u64::from(new.is_missing);
            missing -= u64::from(old.is_missing);
        }
        let Count { open, dust, .. } = self.worth.count(None);
        Totals {
            cash: sum.cash,
            holdings: sum.holdings,
            equity: sum.equity,
            realized_pnl: sum.realized,
            unrealized_pnl: sum.unrealized,
            fees: sum.fees,
            funding: sum.funding,
            difference: sum.difference,
            open_positions: open,
            dust_positions: dust,
            missing,
        }
    }

    /// The currencies that are not in [`State::totals`], for want of a rate or of room.
    pub(super) fn unconverted(&self) -> impl Iterator<Item = CurrencyId> + '_ {
        let tally = &self.worth.tally;
        let known = (0..=u16::MAX).zip(&tally.slots);
        known.filter_map(|(number, slot)| {
            let id = CurrencyId(number);
            let is_missing = match slot.is_noted {
                true => self.row(id).is_missing,
                false => slot.row.is_missing,
            };
            is_missing.then_some(id)
        })
    }

    /// What a currency adds.
    fn row(&self, id: CurrencyId) -> Row {
        let balances = self.balances.iter().filter_map(|row| row.get(id.index()));
        let (mut cash, mut contributed) = (-self.worth.held(id), 0);
        for balance in balances {
            cash += balance.total;
            contributed += balance.contributed;
        }
        let own = self.worth.total().get(id.index());
        let own = own.copied().unwrap_or_default();
        let there = cash + own.holdings;
        let owed = contributed + own.total() + own.unknown;
        let money = |amount| {
            let converted = self.in_reporting(id, amount)?;
            (converted.saturating_abs() < ROOM).then_some(converted)
        };
        let difference = (there - owed).saturating_abs();
        let converted = || {
            let cash = money(cash)?;
            Some(Row {
                cash,
                // A difference, so that the three add up.
                holdings: money(there)? - cash,
                equity: money(owed)?,
                realized: money(own.realized)?,
                unrealized: money(own.unrealized)?,
                fees: money(own.fees)?,
                funding: money(own.funding)?,
                difference,
                is_missing: false,
            })
        };
        converted().unwrap_or_else(|| Row {
            difference,
            is_missing: true,
            ..Row::default()
        })
    }
}
