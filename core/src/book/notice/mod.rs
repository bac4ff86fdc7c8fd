//! What a follower is told: each change that an event makes, with what was before and what is
//! since, so that it need not read back.
//!
//! 1. The notices of one event carry its sequence and count from 0.
//! 2. Whoever adds up the notices has the orders, positions and balances of the ledger.
//! 3. A price has no event: its notices carry the sequence of the last one.

mod about;
mod before;
mod kind;
mod step;

pub use about::About;
pub(super) use before::Before;
pub use kind::Kinds;
pub use step::{OrderStep, PositionStep};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::model::{
    AccountId, CurrencyId, Fixed, Id, InstrumentId, OrderStatus, OrderType, Position, PositionKey,
    Refusal, Side, StrategyId, Timestamp,
};

use super::{
    Balance, Entry, Mark, PriceRefusal, Quarantine, Record, Snapshot, State, Stated, TradingState,
};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Notice {
    /// The sequence of the event that made it; for a price, of the event before.
    pub sequence: u64,
    /// Its number among the notices of one event, from 0; a price is always 0.
    pub index: u16,
    /// When it happened.
    pub ts: Timestamp,
    /// What changed.
    pub news: News,
}

/// Tells the notices of events again that are read back from the beginning.
///
/// # Examples
/// ```
/// use truebook_core::book::{Command, Ledger, Retold, State};
///
/// let mut ledger = Ledger::new(State::default());
/// ledger.set_followed(true);
/// ledger.execute(&Command::Configure(Box::default()));
/// let (mut entries, mut live, mut again) = (Vec::new(), Vec::new(), Vec::new());
/// ledger.take_emitted(&mut entries);
/// ledger.take_notices(&mut live);
/// let mut retold = Retold::default();
/// entries.iter().for_each(|entry| retold.tell(entry, &mut again));
/// assert_eq!(again, live);
/// ```
#[derive(Debug, Default)]
pub struct Retold {
    state: State,
}

impl Retold {
    /// Goes on from `state`.
    #[must_use]
    pub fn new(state: State) -> Self {
        Self { state }
    }

    /// What the events so far make.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The same, for good.
    #[must_use]
    pub fn into_state(self) -> State {
        self.state
    }

    /// The last event that it had.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.state.sequence
    }

    /// Takes the next event without telling of it.
    pub fn skip(&mut self, entry: &Entry) {
        self.state.apply(entry);
    }

    /// Takes the next event; adds its notices.
    pub fn tell(&mut self, entry: &Entry, notices: &mut Vec<Notice>) {
        let before = Before::new(&self.state, &entry.event);
        self.state.apply(entry);
        before.tell(&self.state, entry, notices);
    }
}

/// The value before, and the value since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Change<T> {
    /// Before.
    pub old: T,
    /// Since.
    pub new: T,
}

/// An order's moving parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OrderState {
    /// Where it is in its life.
    pub status: OrderStatus,
    /// How much, at the instrument's quantity scale.
    pub qty: i128,
    /// How it is priced.
    pub order_type: OrderType,
    /// How much was filled.
    pub cum_qty: i128,
    /// The average price of its fills; `None` before the first.
    pub avg_px: Option<Fixed>,
    /// What it locks.
    pub locked: i128,
    /// Whether a cancel is under way.
    pub is_cancel_requested: bool,
    /// The venue's id, once known.
    pub venue_order_id: Option<Id>,
}

/// A position's moving parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PositionState {
    /// Signed quantity.
    pub qty: i128,
    /// Signed cost.
    pub cost: i128,
    /// Realized since the beginning, gross of fees.
    pub realized_pnl: i128,
    /// Funding, dividends and interest received less paid.
    pub funding: i128,
    /// What it locks of the settlement currency.
    pub margin: i128,
    /// Whether a part of it was taken in without its cost.
    pub is_cost_unknown: bool,
}

impl PositionState {
    /// The moving parts of `position`.
    #[must_use]
    pub fn of(position: &Position) -> Self {
        Self {
            qty: position.qty,
            cost: position.cost,
            realized_pnl: position.realized_pnl,
            funding: position.funding,
            margin: position.margin,
            is_cost_unknown: position.unknown_part.is_some(),
        }
    }
}

/// The prices of an instrument, at its price scale; the configuration says which one values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Prices {
    /// The newest of all.
    pub newest: Option<i64>,
    /// The best bid.
    pub bid: Option<i64>,
    /// The best ask.
    pub ask: Option<i64>,
    /// The last price.
    pub last: Option<i64>,
    /// The venue's own mark.
    pub venue_mark: Option<i64>,
}

impl Prices {
    /// The prices in `mark`.
    #[must_use]
    pub fn of(mark: &Mark) -> Self {
        Self {
            newest: mark.mark,
            bid: mark.bid,
            ask: mark.ask,
            last: mark.last,
            venue_mark: mark.venue_mark,
        }
    }
}

/// An execution that was booked or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FillNews {
    /// Whose position it changed.
    pub key: PositionKey,
    /// Which way.
    pub side: Side,
    /// How much.
    pub last_qty: i128,
    /// At which price.
    pub last_px: i64,
    /// The venue's id of the execution.
    pub trade_id: Id,
    /// Realized by it, gross of fees.
    pub realized: i128,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[allow(
    clippy::large_enum_variant,
    reason = "an order is the common case, and a box would allocate"
)]
pub enum News {
    /// An order.
    Order {
        /// The caller's id.
        client_order_id: Id,
        /// Whose position its fills change.
        key: PositionKey,
        /// What happened to it.
        step: OrderStep,
        /// What it was; `None` where it was placed.
        old: Option<OrderState>,
        /// What it is.
        new: OrderState,
    },
    /// An order failed a check: a rule, or a limit that it would have broken.
    LimitBreached {
        /// The caller's id.
        client_order_id: Option<Id>,
        /// Who decided it.
        strategy: StrategyId,
        /// What was to be traded.
        instrument: InstrumentId,
        /// Why.
        refusal: Refusal,
    },
    /// An execution was booked.
    FillBooked(FillNews),
    /// An execution was taken back.
    FillReversed(FillNews),
    /// A report could not be booked; its account takes only what reduces.
    FillQuarantined {
        /// Whose account.
        account: AccountId,
        /// What was traded.
        instrument: InstrumentId,
        /// The venue's id of the execution.
        trade_id: Id,
        /// Why.
        why: Quarantine,
    },
    /// A position.
    Position {
        /// Whose it is.
        key: PositionKey,
        /// What happened to it.
        step: PositionStep,
        /// What it was and is.
        change: Change<PositionState>,
    },
    /// What a position paid in fees, in one currency.
    Fee {
        /// Whose it is.
        key: PositionKey,
        /// Which currency.
        currency: CurrencyId,
        /// The sum before and since.
        change: Change<i128>,
    },
    /// A balance.
    Balance {
        /// Whose it is.
        account: AccountId,
        /// Which currency.
        currency: CurrencyId,
        /// What it was and is.
        change: Change<Balance>,
    },
    /// A price was accepted.
    Price {
        /// Of what.
        instrument: InstrumentId,
        /// What is known of its price, before and since.
        change: Change<Prices>,
    },
    /// Whether an account takes only what reduces.
    AccountReducing {
        /// Which account.
        account: AccountId,
        /// Before and since.
        change: Change<bool>,
    },
    /// A price was refused.
    PriceRefused {
        /// Of what.
        instrument: InstrumentId,
        /// Why.
        why: PriceRefusal,
    },
    /// What trading is allowed.
    TradingState {
        /// What was and is.
        change: Change<TradingState>,
        /// Why.
        reason: Id,
    },
    /// A value that components share.
    Shared {
        /// Its name.
        key: Id,
        /// Before, where there was one.
        old: Option<Box<str>>,
        /// Since.
        new: Box<str>,
    },
    /// The configuration, by its hash.
    Config {
        /// How many there were, this one included.
        version: u32,
        /// Before and since.
        change: Change<[u8; 32]>,
    },
    /// What the venue said of a balance or a position, beside what the book says.
    Stated(Stated),
    /// An instrument was registered, or its steps or fees changed.
    Instrument(InstrumentId),
    /// An account was registered.
    Account(AccountId),
    /// A strategy was registered.
    Strategy(StrategyId),
    /// A bar, a score from elsewhere or an alert was recorded.
    Recorded(Box<Record>),
    /// What the book came to at the turn of an hour.
    Snapshot(Snapshot),
    /// The store ceased to keep events, or keeps them again.
    Store {
        /// Whether events are kept since.
        is_available: bool,
    },
}

impl News {
    /// Whether it tells of a price, which has no event.
    #[must_use]
    pub fn is_price(&self) -> bool {
        matches!(self, Self::Price { .. } | Self::PriceRefused { .. })
    }
}
