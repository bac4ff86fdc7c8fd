//! Everything the ledger knows. Read by anyone, changed only by `apply`.

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::model::{
    AccountId, Config, Currency, CurrencyId, Id, Instrument, InstrumentId, Limits, Order, Position,
    PositionId, PositionKey, Refusal, StrategyId, Timestamp,
};

use super::fill_key::FillWindow;
use super::map::Map;
use super::{Mark, TradingState};

/// A strategy and what it did.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Strategy {
    /// Its name.
    pub name: Id,
    /// Its limits: the book's, narrowed.
    pub limits: Limits,
    /// What it did.
    pub counters: Counters,
}

/// What a strategy did.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Counters {
    /// Orders that passed their checks.
    pub orders: u64,
    /// Executions booked.
    pub fills: u64,
    /// Orders refused, by reason.
    pub refused: BTreeMap<Refusal, u64>,
}

/// A balance. `total = free + locked`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Balance {
    /// Everything, at the currency's scale.
    pub total: i128,
    /// What open orders hold.
    pub locked: i128,
    /// Deposits less withdrawals.
    pub contributed: i128,
}

impl Balance {
    /// What is not locked.
    #[must_use]
    pub fn free(&self) -> i128 {
        self.total - self.locked
    }
}

/// The equity against which losses are measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RiskMark {
    /// The highest equity so far.
    pub peak: i128,
    /// The equity at the start of the day.
    pub day_start: i128,
    /// The day, counted from the epoch.
    pub day: i64,
}

/// The ledger.
#[derive(Clone, Debug)]
pub struct State {
    /// The number of events applied.
    pub sequence: u64,
    /// The newest time seen.
    pub now: Timestamp,
    /// The configuration.
    pub config: Config,
    /// What trading is allowed.
    pub trading_state: TradingState,
    /// Why.
    pub trading_reason: Option<Id>,
    /// The equity against which losses are measured.
    pub risk: RiskMark,
    pub(super) currencies: Vec<Currency>,
    pub(super) instruments: Vec<Instrument>,
    pub(super) strategies: Vec<Strategy>,
    pub(super) positions: Vec<Position>,
    pub(super) balances: BTreeMap<(AccountId, CurrencyId), Balance>,
    pub(super) orders: Vec<Order>,
    pub(super) open_orders: Vec<u32>,
    pub(super) cash_ids: BTreeMap<Id, u64>,
    pub(super) fills: FillWindow,
    pub(super) marks: Vec<Mark>,
    pub(super) currency_names: Map<Id, CurrencyId>,
    pub(super) instrument_names: Map<Id, InstrumentId>,
    pub(super) strategy_names: Map<Id, StrategyId>,
    pub(super) position_keys: Map<PositionKey, PositionId>,
    pub(super) order_ids: Map<Id, u32>,
    pub(super) venue_order_ids: Map<Id, u32>,
}

impl Default for State {
    fn default() -> Self {
        let external = Id::format(format_args!("EXTERNAL"));
        let strategy = Strategy {
            name: external,
            limits: Limits::default(),
            counters: Counters::default(),
        };
        let mut strategy_names = Map::default();
        strategy_names.insert(external, StrategyId::EXTERNAL);
        Self {
            sequence: 0,
            now: Timestamp::default(),
            config: Config::default(),
            trading_state: TradingState::default(),
            trading_reason: None,
            risk: RiskMark::default(),
            currencies: Vec::new(),
            instruments: Vec::new(),
            strategies: vec![strategy],
            positions: Vec::new(),
            balances: BTreeMap::new(),
            orders: Vec::new(),
            open_orders: Vec::new(),
            cash_ids: BTreeMap::new(),
            fills: FillWindow::default(),
            marks: Vec::new(),
            currency_names: Map::default(),
            instrument_names: Map::default(),
            strategy_names,
            position_keys: Map::default(),
            order_ids: Map::default(),
            venue_order_ids: Map::default(),
        }
    }
}

impl State {
    /// The currencies, by number.
    #[must_use]
    pub fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    /// The instruments, by number.
    #[must_use]
    pub fn instruments(&self) -> &[Instrument] {
        &self.instruments
    }

    /// The strategies, by number; the first is `EXTERNAL`.
    #[must_use]
    pub fn strategies(&self) -> &[Strategy] {
        &self.strategies
    }

    /// The positions, by number.
    #[must_use]
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// The orders, by number.
    #[must_use]
    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    /// The numbers and values of the orders that can still fill, oldest first.
    pub fn open_orders(&self) -> impl Iterator<Item = (u32, &Order)> {
        self.open_orders
            .iter()
            .filter_map(|number| Some((*number, self.order_at(*number)?)))
    }

    /// The balances, by account and currency.
    pub fn balances(&self) -> impl Iterator<Item = (AccountId, CurrencyId, &Balance)> {
        self.balances
            .iter()
            .map(|((account, currency), balance)| (*account, *currency, balance))
    }

    /// One balance; 0 where nothing was ever booked.
    #[must_use]
    pub fn balance(&self, account: AccountId, currency: CurrencyId) -> Balance {
        self.balances
            .get(&(account, currency))
            .copied()
            .unwrap_or_default()
    }

    /// The currency called `code`.
    #[must_use]
    pub fn currency_id(&self, code: &Id) -> Option<CurrencyId> {
        self.currency_names.get(code).copied()
    }

    /// The currency with this number.
    #[must_use]
    pub fn currency(&self, id: CurrencyId) -> Option<&Currency> {
        self.currencies.get(id.index())
    }

    /// The instrument called `symbol`.
    #[must_use]
    pub fn instrument_id(&self, symbol: &Id) -> Option<InstrumentId> {
        self.instrument_names.get(symbol).copied()
    }

    /// The instrument with this number.
    #[must_use]
    pub fn instrument(&self, id: InstrumentId) -> Option<&Instrument> {
        self.instruments.get(id.index())
    }

    /// What is known of an instrument's price.
    #[must_use]
    pub fn mark(&self, id: InstrumentId) -> Mark {
        self.marks.get(id.index()).copied().unwrap_or_default()
    }

    /// The strategy called `name`.
    #[must_use]
    pub fn strategy_id(&self, name: &Id) -> Option<StrategyId> {
        self.strategy_names.get(name).copied()
    }

    /// The strategy with this number.
    #[must_use]
    pub fn strategy(&self, id: StrategyId) -> Option<&Strategy> {
        self.strategies.get(id.index())
    }

    /// The position of this key, where one was ever opened.
    #[must_use]
    pub fn position(&self, key: &PositionKey) -> Option<&Position> {
        self.positions.get(self.position_keys.get(key)?.index())
    }

    /// The order with this client id.
    #[must_use]
    pub fn order(&self, client_order_id: &Id) -> Option<&Order> {
        self.order_at(*self.order_ids.get(client_order_id)?)
    }

    /// The order with this number.
    #[must_use]
    pub fn order_at(&self, number: u32) -> Option<&Order> {
        self.orders.get(number as usize)
    }

    /// The hash of the ledger: everything that events made, prices apart.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let keys: Vec<_> = self.fills.keys().collect();
        crate::digest::of(&(
            (
                self.sequence,
                &self.config,
                self.trading_state,
                self.trading_reason,
                self.risk,
            ),
            (
                &self.currencies,
                &self.instruments,
                &self.strategies,
                &self.positions,
            ),
            (&self.balances, &self.orders, &self.cash_ids, &keys),
        ))
    }
}
