//! Somebody who only hears notices, and still has the orders, positions and balances of the book.

use std::collections::BTreeMap;

use truebook_core::book::{Balance, News, Notice, OrderState, PositionState, State};
use truebook_core::model::{AccountId, CurrencyId, Id, PositionKey};

/// What the notices so far add up to.
#[derive(Default)]
pub(crate) struct Follower {
    /// The sequence and the number of the last notice.
    last: (u64, u16),
    orders: BTreeMap<Id, OrderState>,
    positions: BTreeMap<PositionKey, PositionState>,
    fees: BTreeMap<(PositionKey, CurrencyId), i128>,
    balances: BTreeMap<(AccountId, CurrencyId), Balance>,
}

impl Follower {
    /// Hears one notice: what it says was before is what is known.
    ///
    /// # Errors
    /// What does not follow from the notices before.
    pub fn hear(&mut self, notice: &Notice) -> Result<(), String> {
        let now = (notice.sequence, notice.index);
        let is_price = matches!(notice.news, News::Price { .. } | News::PriceRefused { .. });
        let is_next = now > self.last && (notice.index == 0 || now.0 == self.last.0);
        if !is_next && !is_price {
            return Err(format!("notice {now:?} after {:?}", self.last));
        }
        self.last = if is_price { self.last } else { now };
        let follows = match &notice.news {
            News::Order {
                client_order_id,
                old,
                new,
                ..
            } => self.orders.insert(*client_order_id, *new) == *old,
            News::Position { key, change, .. } => {
                self.positions.insert(*key, change.new).unwrap_or_default() == change.old
            }
            News::Fee {
                key,
                currency,
                change,
            } => {
                let known = self.fees.insert((*key, *currency), change.new);
                known.unwrap_or_default() == change.old
            }
            News::Balance {
                account,
                currency,
                change,
            } => {
                let known = self.balances.insert((*account, *currency), change.new);
                known.unwrap_or_default() == change.old
            }
            News::Recorded(_)
            | News::Snapshot(_)
            | News::Store { .. }
            | News::LimitBreached { .. }
            | News::FillBooked(_)
            | News::FillReversed(_)
            | News::FillQuarantined { .. }
            | News::Price { .. }
            | News::AccountReducing { .. }
            | News::PriceRefused { .. }
            | News::TradingState { .. }
            | News::Shared { .. }
            | News::Config { .. }
            | News::Stated(_)
            | News::Instrument(_)
            | News::Account(_)
            | News::Strategy(_) => true,
        };
        if follows {
            return Ok(());
        }
        Err(format!("a notice changes what was not so: {notice:?}"))
    }

    /// Compares what was heard with the book.
    ///
    /// # Errors
    /// What was not told.
    pub fn compare(&self, state: &State) -> Result<(), String> {
        for order in state.orders() {
            let heard = self.orders.get(&order.client_order_id);
            let instrument = state.instrument(order.instrument);
            let is_same = heard.is_some_and(|heard| {
                (heard.status, heard.cum_qty, heard.locked, heard.qty)
                    == (order.status, order.cum_qty, order.locked, order.qty)
                    && heard.venue_order_id == order.venue_order_id
                    && heard.order_type == order.order_type
                    && heard.is_cancel_requested == order.is_cancel_requested
                    && heard.avg_px == instrument.and_then(|known| order.avg_px(known))
            });
            if !is_same {
                return Err(format!("an order is {order:?}, told as {heard:?}"));
            }
        }
        for position in state.positions() {
            let heard = self.positions.get(&position.key).copied();
            let is_same = heard.unwrap_or_default() == PositionState::of(position);
            let fees = position.fees.iter();
            let has_fees = fees.into_iter().all(|fee| {
                let heard = self.fees.get(&(position.key, fee.currency));
                heard.copied().unwrap_or(0) == fee.amount
            });
            if !is_same || !has_fees {
                return Err(format!("a position is {position:?}, told as {heard:?}"));
            }
        }
        for (account, currency, balance) in state.balances() {
            let heard = self.balances.get(&(account, currency)).copied();
            if heard.unwrap_or_default() != *balance {
                return Err(format!("a balance is {balance:?}, told as {heard:?}"));
            }
        }
        Ok(())
    }
}
