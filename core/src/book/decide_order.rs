//! What becomes of an order: its checks, its recording, its amendment, its end.

use crate::model::{Id, Order, OrderStatus, OrderType, Refusal, Rounding, StrategyId, mul_div};

use super::check::first_broken;
use super::context::Context;
use super::{
    Amend, Answer, Applied, Event, Invalid, Ledger, OrderAmended, OrderChanged, OrderPlaced,
    OrderRefused, OrderReport, OrderUpdate, State, Submit,
};

impl Ledger {
    /// Checks an order and records the intent, or the refusal.
    pub(super) fn submit(&mut self, order: &Submit) -> Answer {
        if let Some(known) = order.client_order_id.and_then(|id| self.state.order(&id)) {
            return repeat(&self.state, known, order);
        }
        if self.state.instrument(order.instrument).is_none() {
            return Answer::Refused(Refusal::UnknownInstrument);
        }
        if order.account.index() >= self.state.accounts.len() {
            return Answer::Refused(Refusal::UnknownAccount);
        }
        let strategy = match order.strategy {
            None => StrategyId::EXTERNAL,
            Some(name) => match self.known_strategy(name) {
                Some(strategy) => strategy,
                None => return self.refuse(order, StrategyId::EXTERNAL, Refusal::UnknownStrategy),
            },
        };
        self.mark_risk();
        match judge(&self.state, order, strategy) {
            Ok(placed) => {
                self.emit(Event::OrderPlaced(placed));
                Answer::Applied(Applied {
                    sequence: self.state.sequence,
                    client_order_id: Some(placed.client_order_id),
                    ..Applied::default()
                })
            }
            Err(refusal) => self.refuse(order, strategy, refusal),
        }
    }

    fn refuse(&mut self, order: &Submit, strategy: StrategyId, refusal: Refusal) -> Answer {
        self.emit(Event::OrderRefused(OrderRefused {
            client_order_id: order.client_order_id,
            account: order.account,
            instrument: order.instrument,
            strategy,
            side: order.side,
            qty: order.qty,
            order_type: order.order_type,
            refusal,
        }));
        Answer::Refused(refusal)
    }

    /// A strategy by name; one that is new is registered unless the config names them all.
    fn known_strategy(&mut self, name: Id) -> Option<StrategyId> {
        if let Some(id) = self.state.strategy_id(&name) {
            return Some(id);
        }
        let is_free = self.state.config.strategies.is_empty();
        is_free.then(|| self.strategy_id(name))
    }

    /// Checks an order that stands on other terms, and records them.
    pub(super) fn amend(&mut self, amend: &Amend) -> Answer {
        let known = || {
            let (number, order) = self.state.numbered(&amend.client_order_id)?;
            let instrument = self.state.instrument(order.instrument)?;
            Some((number, order.clone(), *instrument))
        };
        let Some((number, order, instrument)) = known() else {
            return Answer::Invalid(Invalid::UnknownOrder);
        };
        if !order.status.is_open() {
            return Answer::Invalid(Invalid::OrderEnded);
        }
        let qty = amend.qty.unwrap_or(order.qty);
        let order_type = match (order.order_type, amend.limit) {
            (OrderType::Limit(_), Some(limit)) => OrderType::Limit(limit),
            (OrderType::StopLimit { trigger, .. }, Some(limit)) => {
                OrderType::StopLimit { trigger, limit }
            }
            (OrderType::Market | OrderType::Stop(_), Some(_)) => {
                return Answer::Invalid(Invalid::NoLimit);
            }
            (same, None) => same,
        };
        if (qty, order_type) == (order.qty, order.order_type) {
            return self.repeated();
        }
        if qty <= order.cum_qty {
            return Answer::Refused(Refusal::InvalidQuantity);
        }
        let wanted = Submit {
            client_order_id: Some(order.client_order_id),
            strategy: None,
            leg: self
                .state
                .position_at(order.position)
                .map(|own| own.key.leg)
                .unwrap_or_default(),
            qty: qty - order.cum_qty,
            order_type,
            time_in_force: order.time_in_force,
            links: order.links,
            reduce_only: order.reduce_only,
            account: order.account,
            ..Submit::market(order.instrument, order.side, 0, amend.ts)
        };
        let parts = (order.strategy, Some(&order));
        let context = Context::new(&self.state, &wanted, &instrument, parts);
        if let Some(refusal) = first_broken(&context) {
            return self.refuse(&wanted, order.strategy, refusal);
        }
        let (_, locked) = context.reservation();
        let reserved = mul_div(locked, qty, wanted.qty, Rounding::HalfEven).unwrap_or(locked);
        self.emit(Event::OrderAmended(OrderAmended {
            order: number,
            old_qty: order.qty,
            qty,
            old_type: order.order_type,
            order_type,
            reserved,
            locked,
        }));
        self.applied()
    }

    /// Records what happened to an order; a repeat changes nothing.
    pub(super) fn report(&mut self, update: &OrderUpdate) -> Answer {
        let report = update.report;
        let Some((number, order)) = self.state.numbered(&update.client_order_id) else {
            return Answer::Invalid(Invalid::UnknownOrder);
        };
        let old = order.status;
        let mut changed = OrderChanged {
            order: number,
            old,
            status: old,
            is_cancel_requested: order.is_cancel_requested,
            venue_order_id: None,
        };
        let wanted = match report {
            OrderReport::Accepted(venue_order_id) => {
                let is_news = venue_order_id.is_some() && order.venue_order_id.is_none();
                changed.venue_order_id = venue_order_id.filter(|_| is_news);
                if order.cum_qty > 0 && old == OrderStatus::Unknown {
                    OrderStatus::PartiallyFilled
                } else {
                    OrderStatus::Working
                }
            }
            OrderReport::CancelRequested if old.is_open() => {
                changed.is_cancel_requested = true;
                old
            }
            OrderReport::CancelRejected => {
                changed.is_cancel_requested = false;
                old
            }
            OrderReport::CancelRequested => return Answer::Invalid(Invalid::OrderEnded),
            OrderReport::Rejected => OrderStatus::Rejected,
            OrderReport::Canceled => OrderStatus::Canceled,
            OrderReport::Expired => OrderStatus::Expired,
            OrderReport::Unknown => OrderStatus::Unknown,
        };
        if old.may_become(wanted) {
            changed.status = wanted;
        } else if wanted != old && !is_passed(old, report) {
            return Answer::Invalid(Invalid::OrderEnded);
        }
        let is_news = changed.status != old
            || changed.venue_order_id.is_some()
            || changed.is_cancel_requested != order.is_cancel_requested;
        if !is_news {
            return self.repeated();
        }
        self.emit(Event::OrderChanged(changed));
        self.applied()
    }

    /// The answer to what was booked before.
    pub(super) fn repeated(&self) -> Answer {
        Answer::Applied(Applied {
            sequence: self.state.sequence,
            duplicate: true,
            ..Applied::default()
        })
    }
}

/// Whether a report comes late but contradicts nothing: an acceptance after a fill, a time-out
/// after an answer.
fn is_passed(old: OrderStatus, report: OrderReport) -> bool {
    match report {
        OrderReport::Accepted(_) => old != OrderStatus::Rejected,
        OrderReport::Unknown => true,
        OrderReport::Rejected
        | OrderReport::CancelRequested
        | OrderReport::CancelRejected
        | OrderReport::Canceled
        | OrderReport::Expired => false,
    }
}

impl State {
    /// The order with this client id, and its number.
    pub(super) fn numbered(&self, client_order_id: &Id) -> Option<(u32, &Order)> {
        let number = *self.order_ids.get(client_order_id)?;
        Some((number, self.order_at(number)?))
    }

    /// Why `order` would be refused now; `None` where it would pass. Books nothing.
    #[must_use]
    pub fn would_refuse(&self, order: &Submit) -> Option<Refusal> {
        let known = order.client_order_id.and_then(|id| self.order(&id));
        if let Some(known) = known {
            return match repeat(self, known, order) {
                Answer::Refused(refusal) => Some(refusal),
                Answer::Applied(_)
                | Answer::PriceRefused(_)
                | Answer::Invalid(_)
                | Answer::Undecided => None,
            };
        }
        if order.account.index() >= self.accounts.len() {
            return Some(Refusal::UnknownAccount);
        }
        let strategy = match order.strategy {
            None => StrategyId::EXTERNAL,
            Some(name) => match self.strategy_id(&name) {
                Some(id) => id,
                // One that would be registered has no positions and the book's limits.
                None if self.config.strategies.is_empty() => StrategyId(u16::MAX),
                None => return Some(Refusal::UnknownStrategy),
            },
        };
        judge(self, order, strategy).err()
    }

    /// Whether a position takes one of the slots that limits count.
    #[must_use]
    pub fn has_slot(&self, id: crate::model::PositionId) -> bool {
        self.worth.has_slot(id)
    }

    /// Whether a limit on losses is configured anywhere.
    pub(super) fn measures_losses(&self) -> bool {
        let set = |limits: &crate::model::Limits| {
            limits.daily_loss_pct.is_some() || limits.max_drawdown_pct.is_some()
        };
        set(&self.config.limits) || self.strategies.iter().any(|strategy| set(&strategy.limits))
    }
}

fn judge(state: &State, order: &Submit, strategy: StrategyId) -> Result<OrderPlaced, Refusal> {
    let instrument = state
        .instrument(order.instrument)
        .ok_or(Refusal::UnknownInstrument)?;
    let context = Context::new(state, order, instrument, (strategy, None));
    if let Some(refusal) = first_broken(&context) {
        return Err(refusal);
    }
    let made = |number: u64| Id::format(format_args!("order-{number}"));
    let mut number = state.sequence + 1;
    while order.client_order_id.is_none() && state.order(&made(number)).is_some() {
        number += 1;
    }
    let (lock_currency, reserved) = context.reservation();
    Ok(OrderPlaced {
        client_order_id: order.client_order_id.unwrap_or_else(|| made(number)),
        key: context.key,
        side: order.side,
        qty: order.qty,
        order_type: order.order_type,
        time_in_force: order.time_in_force,
        links: order.links,
        reduce_only: order.reduce_only,
        opens: context.risks(),
        lock_currency,
        reserved,
    })
}

fn repeat(state: &State, known: &Order, order: &Submit) -> Answer {
    let strategy = order
        .strategy
        .map_or(Some(StrategyId::EXTERNAL), |s| state.strategy_id(&s));
    let leg = state.position_at(known.position).map(|own| own.key.leg);
    let same = known.account == order.account
        && known.instrument == order.instrument
        && Some(known.strategy) == strategy
        && leg == Some(order.leg)
        && known.side == order.side
        && known.submitted == (order.qty, order.order_type)
        && known.time_in_force == order.time_in_force
        && known.links == order.links
        && known.reduce_only == order.reduce_only;
    if !same {
        return Answer::Refused(Refusal::DuplicateClientOrderId);
    }
    Answer::Applied(Applied {
        sequence: known.sequence,
        duplicate: true,
        client_order_id: Some(known.client_order_id),
        ..Applied::default()
    })
}
