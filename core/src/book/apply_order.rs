//! What events change on orders and on what they reserve.

use crate::model::{Order, OrderStatus, PositionId, Side, Wide};

use super::{Entry, OrderAmended, OrderChanged, OrderPlaced, OrderRefused, State};

impl State {
    pub(super) fn apply_placed(&mut self, entry: &Entry, placed: &OrderPlaced) {
        let number = u32::try_from(self.orders.len()).unwrap_or(u32::MAX);
        let position = self.position_id(placed.key);
        self.orders.push(Order {
            client_order_id: placed.client_order_id,
            venue_order_id: None,
            account: placed.key.account,
            instrument: placed.key.instrument,
            strategy: placed.key.strategy,
            position,
            side: placed.side,
            qty: placed.qty,
            submitted: (placed.qty, placed.order_type),
            order_type: placed.order_type,
            time_in_force: placed.time_in_force,
            links: placed.links,
            reduce_only: placed.reduce_only,
            opens: placed.opens,
            status: OrderStatus::Pending,
            is_cancel_requested: false,
            cum_qty: 0,
            cum_value: Wide::default(),
            lock_currency: placed.lock_currency,
            reserved: placed.reserved,
            locked: placed.reserved,
            ts_init: entry.ts,
            ts_event: entry.ts,
            sequence: entry.sequence,
        });
        let known = self.order_ids.insert(placed.client_order_id, number);
        assert!(known.is_none(), "invariant: a client order id is used once");
        self.open_orders.push(number);
        let (account, currency) = (placed.key.account, placed.lock_currency);
        self.balance_mut(account, currency).in_orders += placed.reserved;
        self.count_leaves(position, placed.side, placed.qty);
        self.count_opening(position, placed.opens, 1);
        if let Some(strategy) = self.strategies.get_mut(placed.key.strategy.index()) {
            strategy.counters.orders += 1;
        }
    }

    pub(super) fn apply_refused(&mut self, refused: &OrderRefused) {
        if let Some(strategy) = self.strategies.get_mut(refused.strategy.index()) {
            *strategy
                .counters
                .refused
                .entry(refused.refusal)
                .or_default() += 1;
        }
    }

    pub(super) fn apply_changed(&mut self, entry: &Entry, changed: &OrderChanged) {
        let Some(order) = self.orders.get_mut(changed.order as usize) else {
            return;
        };
        assert_eq!(
            order.status, changed.old,
            "invariant: an order is what its events say"
        );
        order.ts_event = entry.ts;
        order.is_cancel_requested = changed.is_cancel_requested;
        if let Some(id) = changed.venue_order_id {
            order.venue_order_id = Some(id);
            let account = order.account;
            self.venue_order_ids.insert((account, id), changed.order);
        }
        self.set_status(changed.order, changed.status);
    }

    /// Gives an order another status; one that ends frees what it still reserves.
    pub(super) fn set_status(&mut self, number: u32, status: OrderStatus) -> Option<()> {
        let order = self.orders.get_mut(number as usize)?;
        let was_open = order.status.is_open();
        order.status = status;
        if !was_open || status.is_open() {
            return None;
        }
        let (account, currency, locked) = (order.account, order.lock_currency, order.locked);
        let (position, opens, side) = (order.position, order.opens, order.side);
        let leaves = order.leaves_qty();
        order.locked = 0;
        order.is_cancel_requested = false;
        self.open_orders.retain(|open| *open != number);
        self.balance_mut(account, currency).in_orders -= locked;
        self.count_leaves(position, side, -leaves);
        self.count_opening(position, opens, -1);
        Some(())
    }

    pub(super) fn apply_amended(&mut self, entry: &Entry, amended: &OrderAmended) {
        let Some(order) = self.orders.get_mut(amended.order as usize) else {
            return;
        };
        assert_eq!(
            order.qty, amended.old_qty,
            "invariant: an order is what its events say"
        );
        let leaves = order.leaves_qty();
        order.qty = amended.qty;
        order.order_type = amended.order_type;
        order.reserved = amended.reserved;
        order.ts_event = entry.ts;
        let more = amended.locked - order.locked;
        order.locked = amended.locked;
        let change = order.leaves_qty() - leaves;
        let (account, currency) = (order.account, order.lock_currency);
        let (position, side) = (order.position, order.side);
        self.balance_mut(account, currency).in_orders += more;
        self.count_leaves(position, side, change);
    }

    /// Counts what open orders have left to buy or sell on their position.
    pub(super) fn count_leaves(&mut self, id: PositionId, side: Side, change: i128) -> Option<()> {
        let position = self.positions.get_mut(id.index())?;
        let sum = match side {
            Side::Buy => &mut position.open_buys,
            Side::Sell => &mut position.open_sells,
        };
        *sum += change;
        assert!(*sum >= 0, "invariant: no more is counted off than was on");
        Some(())
    }

    /// Counts the orders that will open or add to a position: `step` is 1 when one begins, -1 when
    /// it ends.
    fn count_opening(&mut self, id: PositionId, opens: bool, step: i32) {
        let position = self.positions.get_mut(id.index()).filter(|_| opens);
        if let Some(position) = position {
            position.opening_orders = position.opening_orders.saturating_add_signed(step);
            self.revalue(id);
        }
    }
}
