//! The only place where the ledger changes: one event at a time, and it never fails.

use crate::model::{
    Currency, CurrencyId, Fee, Instrument, InstrumentId, Limits, Order, OrderStatus, Position,
    PositionId, PositionKey, StrategyId,
};

use super::fill_key::{FillKey, FillMark};
use super::state::{Balance, Counters, Strategy};
use super::{
    CashKind, CashMoved, Entry, Event, Filled, Leg, Mark, OrderPlaced, OrderRefused, RiskMark,
    State, TradingState,
};

impl State {
    /// Applies the event after `sequence`. What refers to something unknown changes nothing.
    pub fn apply(&mut self, entry: &Entry) {
        self.sequence = entry.sequence;
        self.now = self.now.max(entry.ts);
        match &entry.event {
            Event::Configured(config) => self.config = (**config).clone(),
            Event::CurrencyAdded(currency) => self.apply_currency(currency),
            Event::InstrumentAdded(instrument) => self.apply_instrument(instrument),
            Event::StrategyAdded { name } => self.apply_strategy(*name),
            Event::CashMoved(moved) => self.apply_cash(moved),
            Event::OrderPlaced(placed) => self.apply_placed(entry, placed),
            Event::OrderRefused(refused) => self.apply_refused(refused),
            Event::OrderAccepted {
                order,
                venue_order_id,
            } => {
                self.apply_accepted(*order, *venue_order_id);
            }
            Event::OrderClosed { order, status } => self.close_order(*order, *status),
            Event::Filled(filled) => self.apply_filled(entry, filled),
            Event::Quarantined(_) => self.trading_state = TradingState::Reducing,
            Event::PriceLevelMoved { .. } => {}
            Event::TradingStateChanged { state, reason } => {
                self.trading_state = *state;
                self.trading_reason = Some(*reason);
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
            }
        }
    }

    fn apply_currency(&mut self, currency: &Currency) {
        let id = CurrencyId(u16::try_from(self.currencies.len()).unwrap_or(u16::MAX));
        self.currency_names.insert(currency.code, id);
        self.currencies.push(*currency);
    }

    fn apply_instrument(&mut self, instrument: &Instrument) {
        let id = InstrumentId(u32::try_from(self.instruments.len()).unwrap_or(u32::MAX));
        self.instrument_names.insert(instrument.symbol, id);
        self.instruments.push(*instrument);
        self.marks.push(Mark::default());
    }

    fn apply_strategy(&mut self, name: crate::model::Id) {
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
        let balance = self
            .balances
            .entry((moved.account, moved.currency))
            .or_default();
        balance.total += moved.amount;
        match moved.kind {
            CashKind::Deposit | CashKind::Withdrawal | CashKind::Adjustment => {
                balance.contributed += moved.amount;
            }
        }
        if let Some(id) = moved.id {
            self.cash_ids.insert(id, self.sequence);
        }
    }

    fn apply_placed(&mut self, entry: &Entry, placed: &OrderPlaced) {
        let number = u32::try_from(self.orders.len()).unwrap_or(u32::MAX);
        self.orders.push(Order {
            client_order_id: placed.client_order_id,
            venue_order_id: None,
            account: placed.account,
            instrument: placed.instrument,
            strategy: placed.strategy,
            side: placed.side,
            qty: placed.qty,
            order_type: placed.order_type,
            reduce_only: placed.reduce_only,
            opens: placed.opens,
            status: OrderStatus::Pending,
            cum_qty: 0,
            lock_currency: placed.lock_currency,
            reserved: placed.reserved,
            locked: placed.reserved,
            ts_init: entry.ts,
            sequence: entry.sequence,
        });
        self.order_ids.insert(placed.client_order_id, number);
        self.open_orders.push(number);
        self.balance_mut(placed.account, placed.lock_currency)
            .locked += placed.reserved;
        if let Some(strategy) = self.strategies.get_mut(placed.strategy.index()) {
            strategy.counters.orders += 1;
        }
    }

    fn apply_refused(&mut self, refused: &OrderRefused) {
        if let Some(strategy) = self.strategies.get_mut(refused.strategy.index()) {
            *strategy
                .counters
                .refused
                .entry(refused.refusal)
                .or_default() += 1;
        }
    }

    fn apply_accepted(&mut self, number: u32, venue_order_id: Option<crate::model::Id>) {
        let Some(order) = self.orders.get_mut(number as usize) else {
            return;
        };
        if order.status == OrderStatus::Pending {
            order.status = OrderStatus::Working;
        }
        if let Some(id) = venue_order_id {
            order.venue_order_id = Some(id);
            self.venue_order_ids.insert(id, number);
        }
    }

    fn close_order(&mut self, number: u32, status: OrderStatus) {
        let Some(order) = self.orders.get_mut(number as usize) else {
            return;
        };
        let (account, currency, locked) = (order.account, order.lock_currency, order.locked);
        order.status = status;
        order.locked = 0;
        self.open_orders.retain(|open| *open != number);
        self.balance_mut(account, currency).locked -= locked;
    }

    fn apply_filled(&mut self, entry: &Entry, filled: &Filled) {
        for Leg { currency, amount } in filled.legs {
            if amount != 0 {
                self.balance_mut(filled.account, currency).total += amount;
            }
        }
        self.apply_to_position(entry, filled);
        self.apply_to_order(filled);
        if let Some(strategy) = self.strategies.get_mut(filled.strategy.index()) {
            strategy.counters.fills += 1;
        }
        let key = FillKey {
            account: filled.account,
            instrument: filled.instrument,
            trade_id: filled.trade_id,
            side: filled.side,
        };
        let order = filled.venue_order_id.or(filled.client_order_id);
        let mark = FillMark {
            qty: filled.last_qty,
            px: filled.last_px,
            order,
            sequence: entry.sequence,
        };
        self.fills.insert(key, mark);
    }

    fn apply_to_position(&mut self, entry: &Entry, filled: &Filled) {
        let Some(quote) = self.instrument(filled.instrument).map(|found| found.quote) else {
            return;
        };
        let position = self.position_mut(filled);
        let before = position.qty;
        position.cost += filled.delta_cost;
        position.qty += filled.delta_qty;
        position.realized_pnl += filled.realized;
        position.cash_flow += filled.cash_flow;
        position.updated_at = entry.ts;
        position.sequence = entry.sequence;
        if before == 0 {
            position.opened_at = entry.ts;
            position.trade_base = position.realized_pnl - position.fees_in(quote);
        }
        if let Some(leg) = filled.attributed_fee {
            match position
                .fees
                .iter_mut()
                .find(|fee| fee.currency == leg.currency)
            {
                Some(fee) => fee.amount += leg.amount,
                None => position.fees.push(Fee {
                    currency: leg.currency,
                    amount: leg.amount,
                }),
            }
        }
        let crossed = before != 0 && (before > 0) != (position.qty > 0);
        if before != 0 && (position.qty == 0 || crossed) {
            let earned = position.realized_pnl - position.fees_in(quote);
            position.closed_trades += 1;
            position.winning_trades += u64::from(earned > position.trade_base);
            position.trade_base = earned;
            position.opened_at = entry.ts;
        }
    }

    fn apply_to_order(&mut self, filled: &Filled) {
        let Some(number) = filled.order else { return };
        let Some(order) = self.orders.get_mut(number as usize) else {
            return;
        };
        order.cum_qty += filled.last_qty;
        order.locked -= filled.unlocked;
        let (account, currency) = (order.account, order.lock_currency);
        if let Some(status) = filled.order_status {
            order.status = status;
        }
        let venue_order_id = order.venue_order_id.or(filled.venue_order_id);
        order.venue_order_id = venue_order_id;
        if let Some(id) = venue_order_id {
            self.venue_order_ids.insert(id, number);
        }
        if filled.order_status == Some(OrderStatus::Filled) {
            self.open_orders.retain(|open| *open != number);
        }
        self.balance_mut(account, currency).locked -= filled.unlocked;
    }

    fn balance_mut(
        &mut self,
        account: crate::model::AccountId,
        currency: CurrencyId,
    ) -> &mut Balance {
        self.balances.entry((account, currency)).or_default()
    }

    fn position_mut(&mut self, filled: &Filled) -> &mut Position {
        let key = PositionKey {
            account: filled.account,
            instrument: filled.instrument,
            strategy: filled.strategy,
        };
        let id = PositionId(u32::try_from(self.positions.len()).unwrap_or(u32::MAX));
        let index = self.position_keys.entry(key).or_insert(id).index();
        if index >= self.positions.len() {
            self.positions.push(Position::flat(id, key));
        }
        #[allow(
            clippy::indexing_slicing,
            reason = "the index is below the length by the lines above"
        )]
        &mut self.positions[index]
    }
}
