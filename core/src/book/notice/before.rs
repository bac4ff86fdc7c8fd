//! What an event is about to change, taken before it is applied and compared after.

use crate::model::{
    AccountId, Config, CurrencyId, Fee, Few, Id, Order, Position, PositionId, PositionKey,
    StrategyId,
};

use super::super::event::{Leg, Reversal};
use super::super::{Balance, Entry, Event, Filled, State};
use super::{Change, FillNews, News, Notice, OrderState, OrderStep, PositionState, PositionStep};

/// One execution and one that it corrects: two positions, two orders.
const OF_EACH: usize = 2;
/// Legs of both, what both settle in, and what both orders lock.
const BALANCES: usize = 16;

/// The values before an event.
#[derive(Default)]
pub(in crate::book) struct Before {
    orders: Few<(u32, Option<OrderState>), OF_EACH>,
    positions: Few<(PositionKey, Option<Position>), OF_EACH>,
    balances: Few<(AccountId, CurrencyId, Balance), BALANCES>,
    /// The positions that a split changes, as many as there are.
    split: Vec<(PositionKey, Option<Position>)>,
    /// Which accounts take only what reduces, where that may change.
    reducing: Vec<bool>,
    rest: Option<News>,
}

impl Before {
    /// What `event` is about to change of `state`.
    pub fn new(state: &State, event: &Event) -> Self {
        let mut before = Self::default();
        match event {
            Event::CashMoved(moved) => before.balance(state, &moved.leg),
            Event::Transferred(moved) => {
                before.balance(state, &moved.from);
                before.balance(state, &moved.to);
            }
            Event::IncomePaid(paid) => {
                before.balance(state, &paid.leg);
                if let Some(key) = paid.position {
                    before.position(state, key);
                }
            }
            Event::SplitBooked(split) => {
                let parts = split.parts.iter();
                let held = parts.filter_map(|part| state.position_at(part.position));
                before.split = held.map(|held| (held.key, Some(held.clone()))).collect();
            }
            Event::TradingStateChanged { .. } | Event::Quarantined(_) => {
                let accounts = state.accounts().iter();
                before.reducing = accounts.map(|account| account.is_reducing).collect();
            }
            Event::CostGiven(given) => before.position_at(state, given.position),
            Event::Adopted(adopted) => {
                before.position(state, adopted.key);
                if let Some(leg) = &adopted.leg {
                    before.balance(state, leg);
                }
            }
            Event::OrderPlaced(placed) => {
                let number = u32::try_from(state.orders().len()).unwrap_or(u32::MAX);
                before.orders.extend([(number, None)]);
                before.balance_at(state, placed.key.account, placed.lock_currency);
            }
            Event::OrderChanged(changed) => before.order(state, Some(changed.order)),
            Event::OrderAmended(amended) => before.order(state, Some(amended.order)),
            Event::Filled(filled) => before.fill(state, filled),
            Event::Busted(reversal) => before.reversal(state, reversal),
            Event::FillAmended(amended) => {
                before.position(state, amended.key);
                let legs = amended.legs.iter();
                legs.for_each(|leg| before.balance(state, leg));
                before.order(state, state.order_amended_by(amended));
            }
            Event::StateSet { key, value } => before.rest = Some(shared(state, *key, value)),
            Event::Configured { version, config } => {
                before.rest = Some(configured(state, *version, config));
            }
            Event::CurrencyAdded(_)
            | Event::InstrumentAdded(_)
            | Event::InstrumentChanged(_)
            | Event::AccountAdded { .. }
            | Event::StrategyAdded { .. }
            | Event::OrderRefused(_)
            | Event::PriceLevelMoved { .. }
            | Event::RiskMarked { .. }
            | Event::Stated(_)
            | Event::Recorded(_)
            | Event::SnapshotTaken(_)
            | Event::StoreChanged { .. } => {}
        }
        before
    }

    fn fill(&mut self, state: &State, filled: &Filled) {
        if let Some(reversal) = &filled.reversal {
            self.reversal(state, reversal);
        }
        self.position(state, filled.key);
        filled.legs.iter().for_each(|leg| self.balance(state, leg));
        self.order(state, filled.order);
    }

    fn reversal(&mut self, state: &State, reversal: &Reversal) {
        self.position(state, reversal.key);
        reversal
            .legs
            .iter()
            .for_each(|leg| self.balance(state, leg));
        self.order(state, reversal.order);
    }

    fn order(&mut self, state: &State, number: Option<u32>) {
        let order = number.and_then(|number| Some((number, state.order_at(number)?)));
        let Some((number, order)) = order else { return };
        if self.orders.iter().all(|(known, _)| *known != number) {
            self.orders
                .extend([(number, Some(order_state(state, order)))]);
            self.balance_at(state, order.account, order.lock_currency);
        }
    }

    fn position_at(&mut self, state: &State, id: PositionId) {
        if let Some(position) = state.position_at(id) {
            self.position(state, position.key);
        }
    }

    /// A position, and the balance that it settles in.
    fn position(&mut self, state: &State, key: PositionKey) {
        if self.positions.iter().all(|(known, _)| *known != key) {
            self.positions
                .extend([(key, state.position(&key).cloned())]);
            if let Some(instrument) = state.instrument(key.instrument) {
                self.balance_at(state, key.account, instrument.settle);
            }
        }
    }

    fn balance(&mut self, state: &State, leg: &Leg) {
        self.balance_at(state, leg.account, leg.currency);
    }

    fn balance_at(&mut self, state: &State, account: AccountId, currency: CurrencyId) {
        let is_other =
            |known: &(AccountId, CurrencyId, Balance)| (known.0, known.1) != (account, currency);
        if self.balances.iter().all(is_other) {
            let balance = state.balance(account, currency);
            self.balances.extend([(account, currency, balance)]);
        }
    }

    /// What `entry` changed, now that `state` has it, added to `notices`.
    pub fn tell(self, state: &State, entry: &Entry, notices: &mut Vec<Notice>) {
        let mut index = 0;
        let mut tell = |news| {
            notices.push(Notice {
                sequence: entry.sequence,
                index,
                ts: entry.ts,
                news,
            });
            index += 1;
        };
        of_event(state, &entry.event, &mut tell);
        self.rest.into_iter().for_each(&mut tell);
        for (number, old) in self.orders {
            let order = state.order_at(number);
            order
                .and_then(|order| of_order(state, order, old))
                .into_iter()
                .for_each(&mut tell);
        }
        for (key, old) in self.split.into_iter().chain(self.positions) {
            if let Some(new) = state.position(&key) {
                of_position(old.as_ref(), new, &mut tell);
            }
        }
        for ((account, is), was) in (0..).zip(state.accounts()).zip(self.reducing) {
            let change = Change {
                old: was,
                new: is.is_reducing,
            };
            if change.old != change.new {
                let account = AccountId(account);
                tell(News::AccountReducing { account, change });
            }
        }
        for (account, currency, old) in self.balances {
            let new = state.balance(account, currency);
            if new != old {
                tell(News::Balance {
                    account,
                    currency,
                    change: Change { old, new },
                });
            }
        }
    }
}

/// A shared value that is replaced.
fn shared(state: &State, key: Id, new: &str) -> News {
    News::Shared {
        key,
        old: state.shared(&key).map(Into::into),
        new: new.into(),
    }
}

/// A configuration that is replaced.
fn configured(state: &State, version: u32, config: &Config) -> News {
    let (old, new) = (state.config.hash(), config.hash());
    News::Config {
        version,
        change: Change { old, new },
    }
}

fn order_state(state: &State, order: &Order) -> OrderState {
    let instrument = state.instrument(order.instrument);
    OrderState {
        avg_px: instrument.and_then(|instrument| order.avg_px(instrument)),
        status: order.status,
        qty: order.qty,
        order_type: order.order_type,
        cum_qty: order.cum_qty,
        locked: order.locked,
        is_cancel_requested: order.is_cancel_requested,
        venue_order_id: order.venue_order_id,
    }
}

fn of_order(state: &State, order: &Order, old: Option<OrderState>) -> Option<News> {
    let new = order_state(state, order);
    let step = match &old {
        None => OrderStep::Placed,
        Some(old) if *old == new => return None,
        Some(old) => OrderStep::between(old, &new),
    };
    Some(News::Order {
        client_order_id: order.client_order_id,
        key: state.position_at(order.position)?.key,
        step,
        old,
        new,
    })
}

fn of_position(old: Option<&Position>, new: &Position, tell: &mut impl FnMut(News)) {
    let change = Change {
        old: old.map(PositionState::of).unwrap_or_default(),
        new: PositionState::of(new),
    };
    let key = new.key;
    if change.old != change.new {
        let step = PositionStep::between(change.old.qty, change.new.qty);
        tell(News::Position { key, step, change });
    }
    for Fee { currency, amount } in &new.fees {
        let before = old.map_or(0, |old| old.fees_in(*currency));
        if before != *amount {
            tell(News::Fee {
                key,
                currency: *currency,
                change: Change {
                    old: before,
                    new: *amount,
                },
            });
        }
    }
}

/// What an event says by itself.
fn of_event(state: &State, event: &Event, tell: &mut impl FnMut(News)) {
    let last = |count: usize| u16::try_from(count.saturating_sub(1)).unwrap_or(u16::MAX);
    match event {
        Event::InstrumentAdded(instrument) | Event::InstrumentChanged(instrument) => {
            tell(News::Instrument(instrument.id));
        }
        Event::AccountAdded { .. } => {
            tell(News::Account(AccountId(last(state.accounts().len()))));
        }
        Event::StrategyAdded { .. } => {
            tell(News::Strategy(StrategyId(last(state.strategies().len()))));
        }
        Event::OrderRefused(refused) => tell(News::LimitBreached {
            client_order_id: refused.client_order_id,
            strategy: refused.strategy,
            instrument: refused.instrument,
            refusal: refused.refusal,
        }),
        Event::Filled(filled) => {
            let back = filled.reversal.as_deref().map(reversed);
            back.into_iter().for_each(&mut *tell);
            tell(News::FillBooked(FillNews {
                key: filled.key,
                side: filled.side,
                last_qty: filled.last_qty,
                last_px: filled.last_px,
                trade_id: filled.trade_id,
                realized: filled.outcome.realized,
            }));
        }
        Event::Busted(reversal) => tell(reversed(reversal)),
        Event::Quarantined(quarantined) => tell(News::FillQuarantined {
            account: quarantined.account,
            instrument: quarantined.instrument,
            trade_id: quarantined.trade_id,
            why: quarantined.why,
        }),
        Event::TradingStateChanged { old, state, reason } => tell(News::TradingState {
            change: Change {
                old: *old,
                new: *state,
            },
            reason: *reason,
        }),
        Event::Stated(stated) => tell(News::Stated(*stated)),
        Event::Recorded(record) => tell(News::Recorded(record.clone())),
        Event::SnapshotTaken(snapshot) => tell(News::Snapshot(*snapshot)),
        Event::StoreChanged { is_available } => tell(News::Store {
            is_available: *is_available,
        }),
        Event::CurrencyAdded(_)
        | Event::CashMoved(_)
        | Event::Transferred(_)
        | Event::IncomePaid(_)
        | Event::SplitBooked(_)
        | Event::Adopted(_)
        | Event::CostGiven(_)
        | Event::OrderPlaced(_)
        | Event::OrderChanged(_)
        | Event::OrderAmended(_)
        | Event::FillAmended(_)
        | Event::PriceLevelMoved { .. }
        | Event::RiskMarked { .. }
        | Event::StateSet { .. }
        | Event::Configured { .. } => {}
    }
}

/// An execution that was taken back, under the id by which it was booked.
fn reversed(reversal: &Reversal) -> News {
    News::FillReversed(FillNews {
        key: reversal.key,
        side: reversal.side,
        last_qty: reversal.last_qty,
        last_px: reversal.last_px,
        trade_id: reversal.trade_id,
        realized: reversal.outcome.realized,
    })
}
