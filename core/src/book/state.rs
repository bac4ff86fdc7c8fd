//! Everything the ledger knows. Read by anyone, changed only by `apply`.
//!
//! 1. What events made is under the state hash; what prices made is in `worth`, and is not.

use std::collections::{BTreeMap, VecDeque};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::hash::Map;
use crate::model::{
    AccountId, Config, Currency, CurrencyId, Id, Instrument, InstrumentId, Limits, Order, Position,
    PositionId, PositionKey, Refusal, RoundTrip, StrategyId, Timestamp,
};

use super::TradingState;
use super::event::{Stated, StatedOf};
use super::fill_key::FillWindow;
use super::worth::Worth;

/// An account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Account {
    /// Its name.
    pub name: Id,
    /// Whether only orders that reduce are taken, after a report that could not be booked.
    pub is_reducing: bool,
}

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
    /// Round trips that have ended.
    pub closed_trades: u64,
    /// Round trips that ended above 0 after fees in settlement currency.
    pub winning_trades: u64,
    /// Orders refused, by reason.
    pub refused: BTreeMap<Refusal, u64>,
}

/// How many round trips that have ended are remembered; the store has them all.
pub const CLOSED_MAX: usize = 10_000;

/// A round trip that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ClosedTrip {
    /// Whose position it was.
    pub key: PositionKey,
    /// What it came to.
    pub trip: RoundTrip,
    /// The sequence of the event that ended it.
    pub sequence: u64,
}

/// A balance. `total = free + locked`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Balance {
    /// Everything, at the currency's scale.
    pub total: i128,
    /// What open orders hold.
    pub in_orders: i128,
    /// What positions hold as margin.
    pub in_margin: i128,
    /// Deposits less withdrawals, and what was paid for positions that were taken in.
    pub contributed: i128,
}

impl Balance {
    /// What is locked, whatever the reason.
    #[must_use]
    pub fn locked(&self) -> i128 {
        self.in_orders + self.in_margin
    }

    /// What is not locked; below 0 where a fee or a loss took more than there was.
    #[must_use]
    pub fn free(&self) -> i128 {
        self.total - self.locked()
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
    /// How many configurations there were.
    pub config_version: u32,
    /// What trading is allowed.
    pub trading_state: TradingState,
    /// Why.
    pub trading_reason: Option<Id>,
    /// The equity against which losses are measured, as last written down.
    pub risk: RiskMark,
    /// When that was.
    pub(super) risk_marked_at: Timestamp,
    /// The same as last seen: prices move it between two writings.
    pub(super) seen_risk: RiskMark,
    /// Whether a limit on losses is configured anywhere.
    pub(super) has_loss_limit: bool,
    /// Whether events cannot be kept at the moment.
    pub(super) is_store_lost: bool,
    /// The orders that were of unknown fate when the book was opened.
    pub(super) unresolved: Vec<u32>,
    /// The highest equity of any snapshot.
    pub(super) snapshot_peak: Option<i128>,
    pub(super) currencies: Vec<Currency>,
    pub(super) instruments: Vec<Instrument>,
    pub(super) accounts: Vec<Account>,
    pub(super) strategies: Vec<Strategy>,
    pub(super) positions: Vec<Position>,
    /// By account, then by currency.
    pub(super) balances: Vec<Vec<Balance>>,
    /// Income that belongs to no position.
    pub(super) income: BTreeMap<(AccountId, StrategyId, CurrencyId), i128>,
    pub(super) orders: Vec<Order>,
    pub(super) open_orders: Vec<u32>,
    /// Ids of cash moves and the like, with the sequence and the hash of what was booked.
    pub(super) cash_ids: BTreeMap<Id, (u64, u64)>,
    pub(super) stated: BTreeMap<(AccountId, StatedOf), Stated>,
    pub(super) shared: BTreeMap<Id, Box<str>>,
    /// The newest round trips that have ended, oldest first.
    pub(super) closed: VecDeque<ClosedTrip>,
    /// The sequence of the last split of each instrument that had one.
    pub(super) splits: BTreeMap<InstrumentId, u64>,
    pub(super) fills: FillWindow,
    pub(super) worth: Worth,
    pub(super) currency_names: Map<Id, CurrencyId>,
    pub(super) instrument_names: Map<Id, InstrumentId>,
    pub(super) account_names: Map<Id, AccountId>,
    pub(super) strategy_names: Map<Id, StrategyId>,
    pub(super) position_keys: Map<PositionKey, PositionId>,
    pub(super) order_ids: Map<Id, u32>,
    pub(super) venue_order_ids: Map<(AccountId, Id), u32>,
}

impl Default for State {
    fn default() -> Self {
        let external = Id::format(format_args!("EXTERNAL"));
        let strategy = Strategy {
            name: external,
            limits: Limits::default(),
            counters: Counters::default(),
        };
        let account = Id::format(format_args!("default"));
        Self {
            sequence: 0,
            now: Timestamp::default(),
            config: Config::default(),
            config_version: 0,
            trading_state: TradingState::default(),
            trading_reason: None,
            risk: RiskMark::default(),
            risk_marked_at: Timestamp::default(),
            seen_risk: RiskMark::default(),
            has_loss_limit: false,
            is_store_lost: false,
            unresolved: Vec::new(),
            snapshot_peak: None,
            currencies: Vec::new(),
            instruments: Vec::new(),
            accounts: vec![Account {
                name: account,
                is_reducing: false,
            }],
            strategies: vec![strategy],
            positions: Vec::new(),
            balances: Vec::new(),
            income: BTreeMap::new(),
            orders: Vec::new(),
            open_orders: Vec::new(),
            cash_ids: BTreeMap::new(),
            stated: BTreeMap::new(),
            shared: BTreeMap::new(),
            closed: VecDeque::new(),
            splits: BTreeMap::new(),
            fills: FillWindow::default(),
            worth: Worth::default(),
            currency_names: Map::default(),
            instrument_names: Map::default(),
            account_names: [(account, AccountId::default())].into_iter().collect(),
            strategy_names: [(external, StrategyId::EXTERNAL)].into_iter().collect(),
            position_keys: Map::default(),
            order_ids: Map::default(),
            venue_order_ids: Map::default(),
        }
    }
}

impl State {
    /// An empty ledger that remembers another number of fills than usual.
    #[must_use]
    pub fn with_window(fills: usize) -> Self {
        Self {
            fills: FillWindow::with_bound(fills),
            ..Self::default()
        }
    }

    /// Makes room for a full window of fills, so that booking one never allocates.
    pub fn reserve(&mut self) {
        self.fills.reserve();
        self.closed.reserve(CLOSED_MAX);
    }
}
