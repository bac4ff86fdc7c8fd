//! The only place where the ledger changes: one event at a time, and it never fails.
//!
//! 1. What refers to something unknown changes nothing.
//! 2. An outcome in an event is added, and what stands since is what the event says stands since.

use crate::model::{
    AccountId, Config, Currency, CurrencyId, Id, Instrument, InstrumentId, Limits, Position,
    PositionId, PositionKey, PositionLeg, Settlement, StrategyId,
};

use super::state::{Account, Balance, Counters, Strategy};
use super::sum::Sum;
use super::{
    Adopted, CashKind, CashMoved, CostGiven, Entry, Event, IncomePaid, Leg, Quarantined, RiskMark,
    SplitBooked, SplitPart, State, Stated, TradingState,
};

impl State {
    /// Applies the event after `sequence`.
    pub fn apply(&mut self, entry: &Entry) {
        assert_eq!(
            entry.sequence,
            self.sequence + 1,
            "invariant: sequences have no gap"
        );
        self.sequence = entry.sequence;
        self.now = self.now.max(entry.ts);
        match &entry.event {
            Event::Configured { version, config } => self.apply_config(*version, config),
            Event::CurrencyAdded(currency) => self.apply_currency(currency),
            Event::InstrumentAdded(instrument) => self.apply_instrument(instrument),
            Event::InstrumentChanged(instrument) => self.apply_instrument_change(instrument),
            Event::AccountAdded { name } => self.apply_account(*name),
            Event::StrategyAdded { name } => self.apply_strategy(*name),
            Event::CashMoved(moved) => self.apply_cash(moved),
            Event::Transferred(moved) => {
                self.contribute(&moved.from);
                self.contribute(&moved.to);
                self.remember(moved.id, moved.fingerprint);
            }
            Event::IncomePaid(paid) => self.apply_income(entry, paid),
            Event::SplitBooked(split) => self.apply_split(entry, split),
            Event::Adopted(adopted) => self.apply_adopted(entry, adopted),
            Event::CostGiven(given) => self.apply_cost(entry, given),
            Event::OrderPlaced(placed) => self.apply_placed(entry, placed),
            Event::OrderRefused(refused) => self.apply_refused(refused),
            Event::OrderChanged(changed) => self.apply_changed(entry, changed),
            Event::OrderAmended(amended) => self.apply_amended(entry, amended),
            Event::Filled(filled) => self.apply_filled(entry, filled),
            Event::Busted(reversal) => self.apply_reversal(entry, reversal),
            Event::FillAmended(amended) => {
                self.apply_fill_amended(entry, amended);
            }
            Event::Quarantined(quarantined) => self.apply_quarantined(entry, quarantined),
            Event::PriceLevelMoved { .. } => {}
            Event::TradingStateChanged { state, reason, .. } => {
                (self.trading_state, self.trading_reason) = (*state, Some(*reason));
                if *state == TradingState::Active {
                    self.accounts
                        .iter_mut()
                        .for_each(|account| account.is_reducing = false);
                }
            }
            Event::RiskMarked {
                peak,
                day_start,
                day,
            } => {
                self.risk = RiskMark {
                    peak: *peak,
                    day_start: *day_start,
                    day: *day,
                };
                (self.seen_risk, self.risk_marked_at) = (self.risk, entry.ts);
            }
            Event::Stated(stated) => self.apply_stated(stated),
            Event::StateSet { key, value } => {
                self.shared.insert(*key, value.clone());
            }
            Event::Recorded(_) => {}
            Event::SnapshotTaken(snapshot) => self.snapshot_peak = Some(snapshot.peak),
            Event::StoreChanged { is_available } => self.is_store_lost = !is_available,
        }
    }

    fn apply_config(&mut self, version: u32, config: &Config) {
        self.config = config.clone();
        self.config_version = version;
        let book = &self.config.limits;
        for strategy in &mut self.strategies {
            let named = |own: &&crate::model::StrategyConfig| own.name == strategy.name;
            let own = self.config.strategies.iter().find(named);
            strategy.limits = own.map_or_else(|| book.clone(), |own| own.limits.clone());
        }
        self.has_loss_limit = self.measures_losses();
        let reporting = self.know_reporting();
        for instrument in &self.instruments {
            self.worth.add_rate(instrument, reporting);
        }
        self.revalue_book();
    }

    /// Tells what follows from prices which currency is the reporting one, and what dust is.
    pub(super) fn know_reporting(&mut self) -> Option<CurrencyId> {
        let reporting = self.currency_id(&self.config.reporting_currency);
        let dust = Config::at_money_scale(self.config.limits.dust_threshold);
        self.worth.configure(reporting, dust);
        reporting
    }

    fn apply_currency(&mut self, currency: &Currency) {
        let id = CurrencyId(u16::try_from(self.currencies.len()).unwrap_or(u16::MAX));
        assert!(
            self.currency_names.insert(currency.code, id).is_none(),
            "invariant: a currency is registered once"
        );
        self.currencies.push(*currency);
        self.worth.tally.add_currency(id);
        self.know_reporting();
    }

    fn apply_instrument(&mut self, instrument: &Instrument) {
        let id = InstrumentId(u32::try_from(self.instruments.len()).unwrap_or(u32::MAX));
        assert_eq!(
            instrument.id, id,
            "invariant: instruments are numbered in order"
        );
        self.instrument_names.insert(instrument.symbol, id);
        self.instruments.push(*instrument);
        let reporting = self.know_reporting();
        self.worth.add_instrument(instrument, reporting);
    }

    fn apply_instrument_change(&mut self, instrument: &Instrument) {
        if let Some(known) = self.instruments.get_mut(instrument.id.index()) {
            *known = *instrument;
        }
    }

    fn apply_account(&mut self, name: Id) {
        let id = AccountId(u16::try_from(self.accounts.len()).unwrap_or(u16::MAX));
        self.account_names.insert(name, id);
        self.accounts.push(Account {
            name,
            is_reducing: false,
        });
    }

    fn apply_strategy(&mut self, name: Id) {
        let id = StrategyId(u16::try_from(self.strategies.len()).unwrap_or(u16::MAX));
        let own = self
            .config
            .strategies
            .iter()
            .find(|strategy| strategy.name == name);
        let limits: Limits = own.map_or_else(|| self.config.limits.clone(), |s| s.limits.clone());
        self.strategy_names.insert(name, id);
        self.strategies.push(Strategy {
            name,
            limits,
            counters: Counters::default(),
        });
    }

    fn apply_cash(&mut self, moved: &CashMoved) {
        match moved.kind {
            CashKind::Deposit | CashKind::Withdrawal | CashKind::Adjustment => {
                self.contribute(&moved.leg);
            }
        }
        self.remember(moved.id, moved.fingerprint);
    }

    /// Adds a leg that somebody paid in or took out.
    fn contribute(&mut self, leg: &Leg) {
        self.apply_leg(leg);
        self.balance_mut(leg.account, leg.currency).contributed += leg.amount;
    }

    /// Adds a leg to its balance.
    pub(super) fn apply_leg(&mut self, leg: &Leg) {
        let balance = self.balance_mut(leg.account, leg.currency);
        balance.total += leg.amount;
        assert_eq!(
            balance.total, leg.total,
            "invariant: a balance is what its events say"
        );
    }

    /// Remembers the caller's id of what was booked.
    fn remember(&mut self, id: Option<Id>, fingerprint: u64) {
        if let Some(id) = id {
            self.cash_ids.insert(id, (self.sequence, fingerprint));
        }
    }

    fn apply_income(&mut self, entry: &Entry, paid: &IncomePaid) {
        self.apply_leg(&paid.leg);
        self.remember(paid.id, paid.fingerprint);
        if let Some(key) = paid.position {
            let id = self.position_id(key);
            if let Some(position) = self.positions.get_mut(id.index()) {
                position.funding += paid.leg.amount;
                position.updated_at = entry.ts;
                position.sequence = entry.sequence;
            }
            self.revalue(id);
            return;
        }
        let Leg {
            account,
            currency,
            amount,
            ..
        } = paid.leg;
        let owner = (account, paid.strategy, currency);
        *self.income.entry(owner).or_default() += amount;
        let key = Self::no_position(account, paid.strategy);
        self.worth.post(&key, currency, &Sum::of_funding(amount));
    }

    /// Whose it is that belongs to no position.
    pub(super) fn no_position(account: AccountId, strategy: StrategyId) -> PositionKey {
        PositionKey {
            account,
            instrument: InstrumentId(u32::MAX),
            strategy,
            leg: PositionLeg::Net,
        }
    }

    fn apply_split(&mut self, entry: &Entry, split: &SplitBooked) {
        self.splits.insert(split.instrument, entry.sequence);
        self.remember(split.id, split.fingerprint);
        for part in &split.parts {
            self.apply_split_part(entry, part);
        }
    }

    fn apply_split_part(&mut self, entry: &Entry, part: &SplitPart) -> Option<()> {
        let position = self.positions.get_mut(part.position.index())?;
        assert_eq!(
            position.qty, part.qty_before,
            "invariant: a position is what its events say"
        );
        position.qty = part.qty;
        let trip = &mut position.trip;
        [trip.entry_qty, trip.exit_qty, trip.peak_qty] = part.trip;
        (position.updated_at, position.sequence) = (entry.ts, entry.sequence);
        self.revalue(part.position)
    }

    fn apply_adopted(&mut self, entry: &Entry, adopted: &Adopted) {
        let id = self.position_id(adopted.key);
        let settle = self
            .instrument(adopted.key.instrument)
            .map(|found| found.settle);
        // Only what is paid for was paid in.
        let is_paid = self
            .instrument(adopted.key.instrument)
            .is_some_and(|found| found.settlement() == Settlement::Paid);
        let paid = if is_paid { adopted.delta_cost } else { 0 };
        #[allow(clippy::indexing_slicing, reason = "the position was made above")]
        let position = &mut self.positions[id.index()];
        if position.qty == 0 {
            position.trip.opened_at = entry.ts;
            position.trip.is_short = adopted.delta_qty < 0;
        }
        position.qty += adopted.delta_qty;
        position.cost += adopted.delta_cost;
        position.cash_flow -= paid;
        position.margin += adopted.delta_margin;
        position.trip.entry_qty += adopted.delta_qty.saturating_abs();
        position.trip.entry_value += adopted.delta_cost.saturating_abs();
        position.trip.peak_qty = position.trip.peak_qty.max(position.qty.saturating_abs());
        if !adopted.is_cost_known {
            position.unknown_part = Some(super::outcome::WHOLE);
        }
        (position.updated_at, position.sequence) = (entry.ts, entry.sequence);
        if let Some(leg) = &adopted.leg {
            self.apply_leg(leg);
        }
        if let Some(settle) = settle {
            let balance = self.balance_mut(adopted.key.account, settle);
            balance.in_margin += adopted.delta_margin;
            balance.contributed += paid;
        }
        self.remember(adopted.id, adopted.fingerprint);
        self.revalue(id);
    }

    fn apply_cost(&mut self, entry: &Entry, given: &CostGiven) {
        let Some(position) = self.positions.get_mut(given.position.index()) else {
            return;
        };
        position.cost += given.delta_cost;
        position.realized_pnl += given.realized;
        position.cash_flow -= given.cost;
        position.margin += given.delta_margin;
        position.trip.entry_value += given.cost.saturating_abs();
        position.trip.realized_pnl += given.realized;
        position.unknown_part = None;
        (position.updated_at, position.sequence) = (entry.ts, entry.sequence);
        let key = position.key;
        if let Some(settle) = self.instrument(key.instrument).map(|found| found.settle) {
            let balance = self.balance_mut(key.account, settle);
            balance.in_margin += given.delta_margin;
            balance.contributed += given.cost;
        }
        self.remember(given.id, given.fingerprint);
        self.revalue(given.position);
    }

    /// Puts the account in REDUCING, and remembers a conflict so that its repeat is one.
    fn apply_quarantined(&mut self, entry: &Entry, quarantined: &Quarantined) {
        if let Some(account) = self.accounts.get_mut(quarantined.account.index()) {
            account.is_reducing = true;
        }
        self.remember_conflict(entry, quarantined);
    }

    fn apply_stated(&mut self, stated: &Stated) {
        self.stated.insert((stated.account, stated.what), *stated);
    }

    pub(super) fn balance_mut(&mut self, account: AccountId, currency: CurrencyId) -> &mut Balance {
        let (row, column) = (account.index(), currency.index());
        self.worth.tally.note(currency);
        if self.balances.len() <= row {
            self.balances.resize(row + 1, Vec::new());
        }
        #[allow(clippy::indexing_slicing, reason = "the row was made above")]
        let row = &mut self.balances[row];
        if row.len() <= column {
            row.resize(column + 1, Balance::default());
        }
        #[allow(clippy::indexing_slicing, reason = "the column was made above")]
        &mut row[column]
    }

    /// The position of `key`, made flat where there is none.
    pub(super) fn position_id(&mut self, key: PositionKey) -> PositionId {
        let next = PositionId(u32::try_from(self.positions.len()).unwrap_or(u32::MAX));
        let id = *self.position_keys.entry(key).or_insert(next);
        if id == next {
            self.positions.push(Position::flat(id, key));
            self.worth.add_position(id, &key);
        }
        id
    }

    /// Brings every sum in step with every position.
    pub(super) fn revalue_book(&mut self) {
        for index in 0..self.positions.len() {
            self.revalue(PositionId(u32::try_from(index).unwrap_or(u32::MAX)));
        }
    }
}
