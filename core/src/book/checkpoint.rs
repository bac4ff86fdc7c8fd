//! The bytes of a state: what a checkpoint keeps, and what the state hash is the hash of.
//!
//! 1. Everything that events made is in them, prices apart; the same events make the same bytes.
//! 2. A state read back goes on exactly as the one that was written.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Error, ErrorKind, Read, Result, Write};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::digest;
use crate::hash::Map;
use crate::model::{
    AccountId, Config, Currency, CurrencyId, Id, Instrument, InstrumentId, Order, Position,
    PositionId, StrategyId, Timestamp,
};

use super::event::{Stated, StatedOf};
use super::fill_key::FillWindow;
use super::state::{Account, Balance, ClosedTrip, RiskMark, Strategy};
use super::sum::Sum;
use super::worth::Worth;
use super::{State, TradingState};

/// Another layout has another number; a checkpoint of another is not read.
const LAYOUT: u8 = 2;

/// By account and venue id, an order that is not found by its own current id.
type Alias = (AccountId, Id, u32);

/// A state as it is read, in the order of its bytes.
#[derive(BorshDeserialize)]
struct Kept {
    sequence: u64,
    now: Timestamp,
    config: Config,
    config_version: u32,
    trading_state: TradingState,
    trading_reason: Option<Id>,
    risk: RiskMark,
    risk_marked_at: Timestamp,
    snapshot_peak: Option<i128>,
    is_store_lost: bool,
    currencies: Vec<Currency>,
    instruments: Vec<Instrument>,
    accounts: Vec<Account>,
    strategies: Vec<Strategy>,
    positions: Vec<Position>,
    balances: Vec<Vec<Balance>>,
    income: BTreeMap<(AccountId, StrategyId, CurrencyId), i128>,
    orders: Vec<Order>,
    aliases: Vec<Alias>,
    cash_ids: BTreeMap<Id, (u64, u64)>,
    stated: BTreeMap<(AccountId, StatedOf), Stated>,
    shared: BTreeMap<Id, Box<str>>,
    closed: VecDeque<ClosedTrip>,
    splits: BTreeMap<InstrumentId, u64>,
    fills: FillWindow,
}

impl BorshSerialize for State {
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        LAYOUT.serialize(writer)?;
        (self.sequence, self.now, &self.config, self.config_version).serialize(writer)?;
        (self.trading_state, self.trading_reason).serialize(writer)?;
        (self.risk, self.risk_marked_at).serialize(writer)?;
        (self.snapshot_peak, self.is_store_lost).serialize(writer)?;
        (&self.currencies, &self.instruments).serialize(writer)?;
        (&self.accounts, &self.strategies).serialize(writer)?;
        (&self.positions, &self.balances, &self.income).serialize(writer)?;
        (&self.orders, self.aliases()).serialize(writer)?;
        (&self.cash_ids, &self.stated, &self.shared).serialize(writer)?;
        (&self.closed, &self.splits, &self.fills).serialize(writer)
    }
}

impl BorshDeserialize for State {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        match u8::deserialize_reader(reader)? {
            LAYOUT => Ok(Kept::deserialize_reader(reader)?.into_state()),
            other => {
                let what = format!("layout {other}, {LAYOUT} is known");
                Err(Error::new(ErrorKind::InvalidData, what))
            }
        }
    }
}

impl State {
    /// The hash of the ledger: of its bytes, which are everything that events made.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        digest::of(self)
    }

    /// The hash of what is held and owed: positions, balances and what is open, without history.
    /// Costs as much as there is held, however much has happened.
    #[must_use]
    pub fn books_hash(&self) -> [u8; 32] {
        let open: Vec<_> = self.open_orders().collect();
        digest::of(&(
            (self.sequence, self.config_version, self.trading_state),
            (&self.positions, &self.balances, &self.income),
            (self.orders.len(), self.cash_ids.len(), open),
            (&self.accounts, &self.strategies),
        ))
    }

    /// The venue's ids under which orders are found beside their own: an order may have had
    /// several, and an id may have been given again.
    fn aliases(&self) -> Vec<Alias> {
        let own = by_venue_id(&self.orders);
        let all = self.venue_order_ids.iter();
        let others = all.filter(|(id, number)| own.get(id) != Some(number));
        let mut aliases: Vec<Alias> = others
            .map(|((account, id), number)| (*account, *id, *number))
            .collect();
        aliases.sort_unstable();
        aliases
    }

    /// Makes what follows from the rest: names, open orders, sums.
    fn follow(&mut self) {
        self.currency_names = names(&self.currencies, |each| each.code, CurrencyId);
        self.account_names = names(&self.accounts, |each| each.name, AccountId);
        self.strategy_names = names(&self.strategies, |each| each.name, StrategyId);
        let instruments = self.instruments.iter();
        self.instrument_names = instruments.map(|each| (each.symbol, each.id)).collect();
        let positions = self.positions.iter();
        self.position_keys = positions.map(|each| (each.key, each.id)).collect();
        let numbered = || (0..).zip(&self.orders);
        self.order_ids = numbered()
            .map(|(number, order)| (order.client_order_id, number))
            .collect();
        self.open_orders = numbered()
            .filter(|(_, order)| order.status.is_open())
            .map(|(number, _)| number)
            .collect();
        self.has_loss_limit = self.measures_losses();
        self.seen_risk = self.risk;
        self.sum_up();
    }

    /// Makes the sums: every owner's, as if every event had been applied without a price.
    fn sum_up(&mut self) {
        self.worth = Worth::default();
        for number in 0..self.currencies.len() {
            let id = CurrencyId(u16::try_from(number).unwrap_or(u16::MAX));
            self.worth.tally.add_currency(id);
        }
        let reporting = self.know_reporting();
        for instrument in &self.instruments {
            self.worth.add_instrument(instrument, reporting);
        }
        for position in &self.positions {
            self.worth.add_position(position.id, &position.key);
        }
        for index in 0..self.positions.len() {
            let id = PositionId(u32::try_from(index).unwrap_or(u32::MAX));
            self.revalue(id);
            if let Some(Position { key, fees, .. }) = self.positions.get(index) {
                for fee in fees {
                    self.worth
                        .post(key, fee.currency, &Sum::of_fees(fee.amount));
                }
            }
        }
        for ((account, strategy, currency), amount) in &self.income {
            let key = State::no_position(*account, *strategy);
            self.worth.post(&key, *currency, &Sum::of_funding(*amount));
        }
        self.worth.tally.note_all();
    }
}

impl Kept {
    fn into_state(self) -> State {
        let mut venue_order_ids = by_venue_id(&self.orders);
        let aliases = self.aliases.into_iter();
        venue_order_ids.extend(aliases.map(|(account, id, number)| ((account, id), number)));
        let mut state = State {
            sequence: self.sequence,
            now: self.now,
            config: self.config,
            config_version: self.config_version,
            trading_state: self.trading_state,
            trading_reason: self.trading_reason,
            risk: self.risk,
            risk_marked_at: self.risk_marked_at,
            snapshot_peak: self.snapshot_peak,
            is_store_lost: self.is_store_lost,
            currencies: self.currencies,
            instruments: self.instruments,
            accounts: self.accounts,
            strategies: self.strategies,
            positions: self.positions,
            balances: self.balances,
            income: self.income,
            orders: self.orders,
            cash_ids: self.cash_ids,
            stated: self.stated,
            shared: self.shared,
            closed: self.closed,
            splits: self.splits,
            fills: self.fills,
            venue_order_ids,
            ..State::default()
        };
        state.follow();
        state
    }
}

/// Orders by the id that the venue knows each by; of several, the newest.
fn by_venue_id(orders: &[Order]) -> Map<(AccountId, Id), u32> {
    let numbered = (0..).zip(orders);
    numbered
        .filter_map(|(number, order)| Some(((order.account, order.venue_order_id?), number)))
        .collect()
}

/// Numbers by name.
fn names<T, N>(all: &[T], name: impl Fn(&T) -> Id, number: impl Fn(u16) -> N) -> Map<Id, N> {
    let numbered = (0..=u16::MAX).zip(all);
    numbered
        .map(|(at, each)| (name(each), number(at)))
        .collect()
}
