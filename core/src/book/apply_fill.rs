//! What events change when an execution is booked, taken back or amended.
//!
//! 1. Position, order, balances, attribution and dedupe mark change in one event.

use crate::model::{
    CurrencyId, Fee, Id, InstrumentId, Order, OrderStatus, Position, PositionId, PositionKey,
    RoundTrip, Wide,
};

use super::accounting::Holding;
use super::event::{FillAmended, Legs, Outcome, Reversal};
use super::fill_key::{FillKey, order_hash};
use super::fill_mark::{FillMark, MarkFees};
use super::outcome::{follow_trip, trip_back};
use super::state::{CLOSED_MAX, ClosedTrip};
use super::sum::Sum;
use super::{Entry, Event, Filled, Quarantine, Quarantined, State};

impl State {
    /// Loads what the event `entry` will look up, when `ahead` others come before it: a chunk of
    /// fills then waits for memory once. Changes nothing.
    pub fn touch(&self, entry: &Entry, ahead: usize) {
        if let Event::Filled(filled) = &entry.event {
            let owner = (filled.key.account, filled.key.instrument);
            let key = FillKey::new(owner, &filled.trade_id, filled.side);
            self.fills.touch(key, ahead);
        }
    }

    pub(super) fn apply_filled(&mut self, entry: &Entry, filled: &Filled) {
        if let Some(reversal) = &filled.reversal {
            self.apply_reversal(entry, reversal);
            let corrected = (reversal.fill_key, reversal.booked_at);
            self.remember_successor(entry, filled, corrected);
        }
        self.apply_legs(&filled.legs);
        let id = self.position_id(filled.key);
        let closed = self.apply_outcome(entry, id, &filled.outcome, &filled.attributed);
        if let Some(trip) = closed {
            self.remember_trip(entry, id, trip);
        }
        self.revalue(id);
        if let Some(number) = filled.order {
            let news = OrderNews {
                qty: filled.last_qty,
                value: self.value_of(filled.key.instrument, filled.last_px, filled.last_qty),
                unlocked: filled.unlocked,
                status: filled.order_status,
            };
            self.apply_to_order(entry, number, filled.venue_order_id, news);
        }
        if let Some(strategy) = self.strategies.get_mut(filled.key.strategy.index()) {
            strategy.counters.fills += 1;
        }
        let owner = (filled.key.account, filled.key.instrument);
        let order = filled.order.and_then(|number| self.order_at(number));
        let client = order
            .map(|order| order.client_order_id)
            .or(filled.client_order_id);
        self.fills.insert(FillMark {
            key: FillKey::new(owner, &filled.trade_id, filled.side),
            qty: filled.last_qty,
            px: filled.last_px,
            sequence: entry.sequence,
            ts: entry.ts,
            venue_order: order_hash(filled.venue_order_id, None),
            client_order: order_hash(None, client),
            fees: MarkFees::new(&filled.fees),
            position: id,
            order: filled.order,
            side: filled.side,
            has_liquidity: filled.liquidity.is_some(),
            successor: None,
            is_void: false,
            is_conflict: false,
        });
        if let Some(voided) = &filled.voided {
            self.remember_void(entry, filled, voided);
        }
    }

    /// Remembers which execution stands for one that was corrected.
    fn remember_successor(&mut self, entry: &Entry, filled: &Filled, corrected: (FillKey, u64)) {
        let owner = (filled.key.account, filled.key.instrument);
        let successor = FillKey::new(owner, &filled.trade_id, filled.side);
        if let Some(mark) = self.fills.find_mut(corrected.0, corrected.1) {
            mark.successor = Some(Box::new((successor, entry.sequence)));
        }
    }

    /// Remembers an execution that was corrected where there was nothing to take back, so that it
    /// is never booked.
    fn remember_void(&mut self, entry: &Entry, filled: &Filled, trade_id: &Id) {
        let owner = (filled.key.account, filled.key.instrument);
        let key = FillKey::new(owner, trade_id, filled.side);
        if let Some(corrected) = self.voided(owner, trade_id) {
            let corrected = (corrected.key, corrected.sequence);
            self.remember_successor(entry, filled, corrected);
            return;
        }
        let successor = FillKey::new(owner, &filled.trade_id, filled.side);
        self.fills.insert(FillMark {
            key,
            qty: 0,
            px: 0,
            sequence: entry.sequence,
            ts: entry.ts,
            venue_order: 0,
            client_order: 0,
            fees: MarkFees::default(),
            position: PositionId(u32::MAX),
            order: filled.order,
            successor: Some(Box::new((successor, entry.sequence))),
            side: filled.side,
            has_liquidity: false,
            is_void: true,
            is_conflict: false,
        });
    }

    /// Remembers a report that contradicts a booked fill.
    pub(super) fn remember_conflict(&mut self, entry: &Entry, quarantined: &Quarantined) {
        let (account, instrument) = (quarantined.account, quarantined.instrument);
        if quarantined.why != Quarantine::FillConflict {
            return;
        }
        let owner = (account, instrument);
        self.fills.insert(FillMark {
            key: FillKey::new(owner, &quarantined.trade_id, quarantined.side),
            qty: quarantined.last_qty,
            px: quarantined.last_px,
            sequence: entry.sequence,
            ts: entry.ts,
            venue_order: 0,
            client_order: 0,
            fees: MarkFees::default(),
            position: PositionId(u32::MAX),
            order: None,
            side: quarantined.side,
            has_liquidity: false,
            successor: None,
            is_void: false,
            is_conflict: true,
        });
    }

    pub(super) fn apply_reversal(&mut self, entry: &Entry, reversal: &Reversal) {
        self.apply_legs(&reversal.legs);
        let id = self.position_id(reversal.key);
        let trip = self.trip_back(entry, id, reversal);
        self.apply_outcome(entry, id, &reversal.outcome, &reversal.attributed);
        let position = self.positions.get_mut(id.index());
        if let (Some(position), Some(trip)) = (position, trip) {
            position.trip = trip;
        }
        self.revalue(id);
        let value = self.value_of(reversal.key.instrument, reversal.last_px, reversal.last_qty);
        let order = reversal
            .order
            .and_then(|number| self.orders.get_mut(number as usize));
        if let Some(order) = order {
            let leaves = order.leaves_qty();
            order.cum_qty -= reversal.last_qty;
            order.cum_value = order.cum_value.minus(value).unwrap_or_default();
            order.locked -= reversal.unlocked;
            order.ts_event = entry.ts;
            let (account, currency) = (order.account, order.lock_currency);
            let (is_open, side, position) = (order.status.is_open(), order.side, order.position);
            let change = order.leaves_qty() - leaves;
            self.balance_mut(account, currency).in_orders -= reversal.unlocked;
            if is_open {
                self.count_leaves(position, side, change);
            }
        }
        let key = reversal.fill_key;
        if let Some(mark) = self.fills.find_mut(key, reversal.booked_at) {
            mark.is_void = true;
        }
    }

    pub(super) fn apply_fill_amended(
        &mut self,
        entry: &Entry,
        amended: &FillAmended,
    ) -> Option<()> {
        self.apply_legs(&amended.legs);
        let id = self.position_id(amended.key);
        let closed = self.apply_outcome(entry, id, &amended.outcome, &amended.attributed);
        if let Some(trip) = closed {
            self.remember_trip(entry, id, trip);
        }
        self.revalue(id);
        let owner = (amended.key.account, amended.key.instrument);
        let key = FillKey::new(owner, &amended.trade_id, amended.side);
        let venue_order = order_hash(amended.venue_order_id, None);
        let named = amended.order.and_then(|number| self.order_at(number));
        let client_order = order_hash(None, named.map(|order| order.client_order_id));
        let mark = self.fills.find_mut(key, amended.booked_at)?;
        let order = mark.order;
        if !amended.fees.is_empty() {
            mark.fees = MarkFees::new(&amended.fees);
        }
        mark.has_liquidity |= amended.liquidity.is_some();
        mark.order = amended.order.or(order);
        if mark.client_order == 0 {
            mark.client_order = client_order;
        }
        if venue_order != 0 {
            mark.venue_order = venue_order;
        }
        if let Some(number) = amended.order {
            let news = OrderNews {
                qty: amended.last_qty,
                value: self.value_of(amended.key.instrument, amended.last_px, amended.last_qty),
                unlocked: amended.unlocked,
                status: amended.order_status,
            };
            self.apply_to_order(entry, number, amended.venue_order_id, news);
        } else if let Some(number) = order {
            self.learn_venue_id(number, amended.venue_order_id);
        }
        Some(())
    }

    /// What an execution adds to the sum of its order.
    fn value_of(&self, id: InstrumentId, px: i64, qty: i128) -> Wide {
        let instrument = self.instrument(id);
        let value = instrument.map(|instrument| Order::value_of(instrument, px, qty));
        value.unwrap_or_default()
    }

    fn apply_legs(&mut self, legs: &Legs) {
        for leg in legs {
            self.apply_leg(leg);
        }
    }

    /// Adds an outcome and its fees to a position; the round trip that it ended.
    fn apply_outcome(
        &mut self,
        entry: &Entry,
        id: PositionId,
        outcome: &Outcome,
        fees: &[Fee],
    ) -> Option<RoundTrip> {
        let key = self.positions.get(id.index())?.key;
        let settle = self.instrument(key.instrument)?.settle;
        let in_settle: i128 = own_fees(fees, settle);
        let position = self.positions.get_mut(id.index())?;
        let mut closed = None;
        if outcome.delta_qty != 0 {
            let before = Holding {
                qty: position.qty,
                cost: position.cost,
            };
            closed = follow_trip(&mut position.trip, before, outcome, (in_settle, entry.ts));
        } else {
            position.trip.fees += in_settle;
        }
        position.qty += outcome.delta_qty;
        position.cost += outcome.delta_cost;
        position.realized_pnl += outcome.realized;
        position.cash_flow += outcome.cash_flow;
        position.margin += outcome.delta_margin;
        position.unknown_part = outcome.unknown_part;
        position.updated_at = entry.ts;
        position.sequence = entry.sequence;
        assert_eq!(
            position.qty, outcome.qty,
            "invariant: a position is what its events say"
        );
        assert_eq!(
            position.cost, outcome.cost,
            "invariant: a cost is what its events say"
        );
        assert!(
            position.qty != 0 || position.cost == 0,
            "invariant: what is flat cost nothing"
        );
        add_fees(position, fees);
        self.post_fees(&key, fees);
        self.balance_mut(key.account, settle).in_margin += outcome.delta_margin;
        closed
    }

    /// The round trip of a position once an execution of it is taken back.
    fn trip_back(&self, entry: &Entry, id: PositionId, reversal: &Reversal) -> Option<RoundTrip> {
        let position = self.position_at(id)?;
        let settle = self.instrument(position.key.instrument)?.settle;
        let fees = own_fees(&reversal.attributed, settle);
        Some(trip_back(position, &reversal.outcome, (fees, entry.ts)))
    }

    /// Counts a round trip that has ended.
    fn remember_trip(&mut self, entry: &Entry, id: PositionId, trip: RoundTrip) -> Option<()> {
        let position = self.positions.get_mut(id.index())?;
        let is_won = trip.realized_pnl > trip.fees;
        position.closed_trades += 1;
        position.winning_trades += u64::from(is_won);
        let key = position.key;
        if self.closed.len() == CLOSED_MAX {
            self.closed.pop_front();
        }
        self.closed.push_back(ClosedTrip {
            key,
            trip,
            sequence: entry.sequence,
        });
        let counters = &mut self.strategies.get_mut(key.strategy.index())?.counters;
        counters.closed_trades += 1;
        counters.winning_trades += u64::from(is_won);
        Some(())
    }

    fn post_fees(&mut self, key: &PositionKey, fees: &[Fee]) {
        for fee in fees {
            self.worth
                .post(key, fee.currency, &Sum::of_fees(fee.amount));
        }
    }

    /// Counts an execution on its order, which may learn the venue's id from it.
    fn apply_to_order(
        &mut self,
        entry: &Entry,
        number: u32,
        venue_order_id: Option<Id>,
        news: OrderNews,
    ) -> Option<()> {
        self.learn_venue_id(number, venue_order_id);
        let order = self.orders.get_mut(number as usize)?;
        let (was_open, leaves) = (order.status.is_open(), order.leaves_qty());
        order.cum_qty += news.qty;
        let sum = order.cum_value.plus(news.value);
        order.cum_value = sum.unwrap_or(order.cum_value);
        order.ts_event = entry.ts;
        order.locked -= news.unlocked;
        assert!(
            order.locked >= 0,
            "invariant: no more is unlocked than is locked"
        );
        let (account, currency, position) = (order.account, order.lock_currency, order.position);
        let (filled_of, side) = (leaves - order.leaves_qty(), order.side);
        self.balance_mut(account, currency).in_orders -= news.unlocked;
        if was_open {
            self.count_leaves(position, side, -filled_of);
        }
        self.set_status(number, news.status?)
    }

    /// Notes by which id the venue knows an order, where that is not known yet.
    fn learn_venue_id(&mut self, number: u32, venue_order_id: Option<Id>) {
        let order = self.orders.get_mut(number as usize);
        let unnamed = order.filter(|order| order.venue_order_id.is_none());
        if let (Some(order), Some(id)) = (unnamed, venue_order_id) {
            order.venue_order_id = Some(id);
            let account = order.account;
            self.venue_order_ids.insert((account, id), number);
        }
    }
}

/// What an execution changes of its order.
#[derive(Clone, Copy)]
struct OrderNews {
    qty: i128,
    value: Wide,
    unlocked: i128,
    status: Option<OrderStatus>,
}

fn own_fees(fees: &[Fee], currency: CurrencyId) -> i128 {
    let own = fees.iter().filter(|fee| fee.currency == currency);
    own.map(|fee| fee.amount).sum()
}

fn add_fees(position: &mut Position, fees: &[Fee]) {
    for fee in fees {
        let known = position
            .fees
            .iter_mut()
            .find(|known| known.currency == fee.currency);
        match known {
            Some(known) => known.amount += fee.amount,
            // Full was refused when it was decided.
            None => position.fees.extend(
                Some(*fee)
                    .into_iter()
                    .take(position.fees.remaining_capacity()),
            ),
        }
    }
}
