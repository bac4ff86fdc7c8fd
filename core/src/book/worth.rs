//! What positions are worth at their marks, and everything that is summed from it.
//!
//! 1. Nothing here is under the state hash: it follows from the ledger and from prices.
//! 2. Each sum equals the sum over its positions, at every moment; a change of one position or one
//!    price costs the same whatever the number of others.
//! 3. A position without a mark is worth what it cost.

use crate::model::{
    AccountId, CurrencyId, Instrument, InstrumentId, MAX_SCALE, Position, PositionId, PositionKey,
    StrategyId,
};

use super::outcome::fits;
use super::posted::{Flags, Posted, exposure};
use super::sum::{Move, Sum};
use super::tally::Tally;
use super::{Mark, State};

/// How many positions one owner has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Open and not dust.
    pub open: u64,
    /// Open and dust.
    pub dust: u64,
    /// Open and not dust, or about to be opened by an order.
    pub slots: u64,
}

/// Marks, and what follows from them.
#[derive(Clone, Debug, Default)]
pub(super) struct Worth {
    marks: Vec<Mark>,
    posted: Vec<Posted>,
    by_instrument: Vec<Own>,
    strategies: Vec<Vec<Sum>>,
    accounts: Vec<Vec<Sum>>,
    total: Vec<Sum>,
    counts: Vec<Count>,
    count: Count,
    held: Vec<i128>,
    /// By currency: the instrument that prices it in the reporting currency, and whether inverted.
    rates: Vec<Option<(InstrumentId, bool)>>,
    /// By instrument: the currency that it prices so.
    rated: Vec<Option<CurrencyId>>,
    unmarked: u64,
    /// What follows from all of it in the reporting currency.
    pub tally: Tally,
    /// The reporting currency, once it is registered.
    reporting: Option<CurrencyId>,
    /// A position worth less, in reporting money, is dust.
    dust: i128,
}

/// What belongs to one instrument.
#[derive(Clone, Debug, Default)]
struct Own {
    positions: Vec<PositionId>,
    sum: Sum,
}

fn slot<T: Default + Clone>(row: &mut Vec<T>, index: usize) -> Option<&mut T> {
    if row.len() <= index {
        row.resize(index + 1, T::default());
    }
    row.get_mut(index)
}

impl Worth {
    pub fn mark(&self, id: InstrumentId) -> Mark {
        self.marks.get(id.index()).copied().unwrap_or_default()
    }

    /// A mark, to be changed.
    #[inline]
    pub fn mark_mut(&mut self, id: InstrumentId) -> Option<&mut Mark> {
        if let Some(Some(currency)) = self.rated.get(id.index()) {
            self.tally.note_rate(*currency);
        }
        self.marks.get_mut(id.index())
    }

    /// A mark that was asked for to be changed already.
    #[inline]
    pub fn noted_mark_mut(&mut self, id: InstrumentId) -> Option<&mut Mark> {
        self.marks.get_mut(id.index())
    }

    /// The positions in one instrument.
    pub fn positions_in(&self, id: InstrumentId) -> &[PositionId] {
        self.by_instrument
            .get(id.index())
            .map_or(&[], |own| own.positions.as_slice())
    }

    /// What all positions in one instrument sum up to, in its settlement currency.
    pub fn instrument(&self, id: InstrumentId) -> Sum {
        self.by_instrument
            .get(id.index())
            .map_or_else(Sum::default, |own| own.sum)
    }

    /// By currency, what a strategy has.
    pub fn strategy(&self, id: StrategyId) -> &[Sum] {
        self.strategies.get(id.index()).map_or(&[], Vec::as_slice)
    }

    /// By currency, what an account has.
    pub fn account(&self, id: AccountId) -> &[Sum] {
        self.accounts.get(id.index()).map_or(&[], Vec::as_slice)
    }

    /// By currency, what the book has.
    pub fn total(&self) -> &[Sum] {
        &self.total
    }

    /// How many positions a strategy has, or all have.
    pub fn count(&self, strategy: Option<StrategyId>) -> Count {
        match strategy {
            None => self.count,
            Some(id) => self.counts.get(id.index()).copied().unwrap_or_default(),
        }
    }

    /// How much of a currency positions hold.
    pub fn held(&self, currency: CurrencyId) -> i128 {
        self.held.get(currency.index()).copied().unwrap_or(0)
    }

    /// How many open positions have no mark.
    pub fn unmarked(&self) -> u64 {
        self.unmarked
    }

    /// The instrument that prices `currency` in the reporting currency, and whether inverted.
    pub fn rate(&self, currency: CurrencyId) -> Option<(InstrumentId, bool)> {
        self.rates.get(currency.index()).copied().flatten()
    }

    /// Whether an open position is dust at its mark.
    pub fn is_dust(&self, id: PositionId) -> bool {
        self.posted
            .get(id.index())
            .is_some_and(|posted| posted.flags.is_dust)
    }

    /// Whether a position takes a slot.
    pub fn has_slot(&self, id: PositionId) -> bool {
        self.posted
            .get(id.index())
            .is_some_and(|posted| posted.flags.has_slot)
    }

    /// Takes what the configuration says: the reporting currency, and what dust is.
    pub fn configure(&mut self, reporting: Option<CurrencyId>, dust: i128) {
        if self.reporting != reporting {
            self.tally.note_all();
        }
        (self.reporting, self.dust) = (reporting, dust);
    }

    /// The reporting currency, once it is registered.
    pub fn reporting(&self) -> Option<CurrencyId> {
        self.reporting
    }

    /// Makes room for an instrument; `reporting` is the reporting currency, where it is known.
    pub fn add_instrument(&mut self, instrument: &Instrument, reporting: Option<CurrencyId>) {
        self.marks.push(Mark::default());
        self.rated.push(None);
        self.by_instrument.push(Own::default());
        self.add_rate(instrument, reporting);
    }

    /// Notes an instrument that prices a currency in the reporting currency; the first one counts.
    pub fn add_rate(&mut self, instrument: &Instrument, reporting: Option<CurrencyId>) {
        if !instrument.kind.moves_base() || reporting.is_none() {
            return;
        }
        let (currency, is_inverted) = match reporting {
            Some(reporting) if reporting == instrument.quote => (instrument.base, false),
            Some(reporting) if reporting == instrument.base => (instrument.quote, true),
            Some(_) | None => return,
        };
        if let Some(rate) = slot(&mut self.rates, currency.index())
            && *rate.get_or_insert((instrument.id, is_inverted)) == (instrument.id, is_inverted)
            && let Some(rated) = self.rated.get_mut(instrument.id.index())
        {
            *rated = Some(currency);
        }
    }

    /// Makes room for a position.
    pub fn add_position(&mut self, id: PositionId, key: &PositionKey) {
        self.posted.push(Posted::default());
        if let Some(own) = self.by_instrument.get_mut(key.instrument.index()) {
            own.positions.push(id);
        }
    }

    /// Adds `change` in `currency` to everybody whose it is.
    pub fn post(&mut self, key: &PositionKey, currency: CurrencyId, change: &Sum) {
        let at = currency.index();
        self.tally.note(currency);
        if let Some(sum) = slot(&mut self.total, at) {
            sum.add(change);
        }
        let strategy = slot(&mut self.strategies, key.strategy.index());
        if let Some(sum) = strategy.and_then(|row| slot(row, at)) {
            sum.add(change);
        }
        let account = slot(&mut self.accounts, key.account.index());
        if let Some(sum) = account.and_then(|row| slot(row, at)) {
            sum.add(change);
        }
    }

    /// Adds what a price changed in the currency at `at` to an account.
    #[inline]
    fn shift_account(&mut self, account: AccountId, at: usize, by: &Move) {
        let row = self.accounts.get_mut(account.index());
        if let Some(sum) = row.and_then(|row| row.get_mut(at)) {
            sum.shift(by);
        }
    }

    fn post_count(&mut self, strategy: StrategyId, old: Flags, new: Flags) {
        let was = |is: bool| u64::from(is);
        let own = slot(&mut self.counts, strategy.index());
        for count in own.into_iter().chain([&mut self.count]) {
            count.open = count.open + was(new.is_open) - was(old.is_open);
            count.dust = count.dust + was(new.is_dust) - was(old.is_dust);
            count.slots = count.slots + was(new.has_slot) - was(old.has_slot);
        }
        let unmarked = |flags: Flags| (flags.is_open || flags.is_dust) && !flags.is_marked;
        self.unmarked = self.unmarked + was(unmarked(new)) - was(unmarked(old));
    }
}

impl State {
    /// Brings every sum in step with one position; nothing where there is none.
    pub(super) fn revalue(&mut self, id: PositionId) -> Option<()> {
        let position = self.positions.get(id.index())?;
        let key = position.key;
        let instrument = self.instruments.get(key.instrument.index())?;
        let price = self
            .worth
            .mark(key.instrument)
            .price_of(position.qty, self.config.mark);
        let valued = price.and_then(|price| instrument.value(price, position.qty));
        // Beyond what fits, a value is as unknown as without a mark.
        let valued = valued.filter(|value| fits(*value));
        let value = valued.unwrap_or(position.cost);
        let new = Posted {
            realized: position.realized_pnl,
            cost: position.cost,
            funding: position.funding,
            value,
            held: match instrument.kind.moves_base() {
                true => instrument.in_base(position.qty).unwrap_or(0),
                false => 0,
            },
            is_known: position.unknown_part.is_none(),
            flags: self.flags(position, instrument, valued),
        };
        let (settle, base, settlement) =
            (instrument.settle, instrument.base, instrument.settlement());
        let posted = self.worth.posted.get_mut(id.index())?;
        let old = std::mem::replace(posted, new);
        let change = new.sum(settlement).less(&old.sum(settlement));
        self.worth.post(&key, settle, &change);
        if let Some(own) = self.worth.by_instrument.get_mut(key.instrument.index()) {
            own.sum.add(&change);
        }
        if let Some(total) = slot(&mut self.worth.held, base.index()) {
            *total += new.held - old.held;
            self.worth.tally.note(base);
        }
        if new.flags != old.flags {
            self.worth.post_count(key.strategy, old.flags, new.flags);
        }
        Some(())
    }

    /// Brings every sum in step with an instrument's price; nothing where there is none.
    pub(super) fn revalue_all(&mut self, id: InstrumentId) -> Option<()> {
        let (mark, choice) = (self.worth.mark(id), self.config.mark);
        let long = mark.price_of(1, choice)?;
        let short = mark.price_of(-1, choice)?;
        let settle = self.instrument(id)?.settle;
        self.worth.tally.note(settle);
        let settle = settle.index();
        let mut all = Move::default();
        // Neighbours mostly share their account, which is then added to once.
        let (mut account, mut in_account) = (AccountId::default(), Move::default());
        let mut next = 0;
        while let Some(&position) = self.worth.positions_in(id).get(next) {
            next += 1;
            let Some((whose, moved)) = self.reprice(position, (long, short)) else {
                continue;
            };
            if whose != account {
                self.worth.shift_account(account, settle, &in_account);
                (account, in_account) = (whose, Move::default());
            }
            in_account = in_account.and(&moved);
            all = all.and(&moved);
        }
        self.worth.shift_account(account, settle, &in_account);
        if let Some(sum) = self.worth.total.get_mut(settle) {
            sum.shift(&all);
        }
        if let Some(own) = self.worth.by_instrument.get_mut(id.index()) {
            own.sum.shift(&all);
        }
        Some(())
    }

    /// Values one position anew, for its strategy; what that changes for its account and others.
    #[inline]
    fn reprice(&mut self, id: PositionId, (long, short): (i64, i64)) -> Option<(AccountId, Move)> {
        let position = self
            .positions
            .get(id.index())
            .filter(|held| held.qty != 0)?;
        let instrument = self.instruments.get(position.key.instrument.index())?;
        let price = if position.qty > 0 { long } else { short };
        let valued = instrument
            .value(price, position.qty)
            .filter(|value| fits(*value));
        let value = valued.unwrap_or(position.cost);
        let flags = self.flags(position, instrument, valued);
        let posted = self.worth.posted.get_mut(id.index())?;
        let by = value - posted.value;
        if by == 0 && flags == posted.flags {
            return None;
        }
        let is_known = position.unknown_part.is_none();
        let moved = Move {
            unrealized: if is_known { by } else { 0 },
            unknown: if is_known { 0 } else { by },
            holdings: by,
            gross: value.saturating_abs() - posted.value.saturating_abs(),
            net: exposure(instrument.settlement(), by),
        };
        let (key, at, old) = (position.key, instrument.settle.index(), posted.flags);
        (posted.value, posted.flags) = (value, flags);
        let row = self.worth.strategies.get_mut(key.strategy.index());
        if let Some(sum) = row.and_then(|row| row.get_mut(at)) {
            sum.shift(&moved);
        }
        if flags != old {
            self.worth.post_count(key.strategy, old, flags);
        }
        Some((key.account, moved))
    }

    #[inline]
    fn flags(&self, position: &Position, instrument: &Instrument, value: Option<i128>) -> Flags {
        let is_held = position.qty != 0;
        let is_dust = is_held && value.is_some_and(|value| self.is_below_dust(instrument, value));
        let is_open = is_held && !is_dust;
        Flags {
            is_marked: value.is_some(),
            is_open,
            is_dust,
            has_slot: is_open || position.opening_orders > 0,
        }
    }

    #[inline]
    fn is_below_dust(&self, instrument: &Instrument, value: i128) -> bool {
        let threshold = self.worth.dust;
        let value = value.saturating_abs();
        if Some(instrument.settle) == self.worth.reporting && instrument.money_scale == MAX_SCALE {
            return value < threshold;
        }
        self.in_reporting(instrument.settle, value)
            .is_some_and(|value| value < threshold)
    }
}
