//! What becomes of an order: its checks, its recording, its end.

use crate::model::{Id, NANOS_PER_SECOND, Order, OrderStatus, Refusal, StrategyId};

use super::check::{Context, first_broken};
use super::{Answer, Applied, Event, Invalid, Ledger, OrderPlaced, OrderRefused, State, Submit};

const SECONDS_PER_DAY: i64 = 86_400;

impl Ledger {
    /// Checks an order and records the intent, or the refusal.
    pub(super) fn submit(&mut self, order: &Submit) -> Answer {
        if let Some(known) = order.client_order_id.and_then(|id| self.state.order(&id)) {
            return repeat(&self.state, known, order);
        }
        if self.state.instrument(order.instrument).is_none() {
            return Answer::Refused(Refusal::UnknownInstrument);
        }
        let strategy = match order.strategy {
            None => StrategyId::EXTERNAL,
            Some(name) => match self.known_strategy(name) {
                Some(strategy) => strategy,
                None => return Answer::Refused(Refusal::UnknownStrategy),
            },
        };
        self.mark_risk();
        match judge(&self.state, order, strategy) {
            Ok(placed) => {
                let client_order_id = Some(placed.client_order_id);
                self.emit(Event::OrderPlaced(Box::new(placed)));
                let sequence = self.state.sequence;
                Answer::Applied(Applied {
                    sequence,
                    client_order_id,
                    ..Applied::default()
                })
            }
            Err(refusal) => {
                self.emit(Event::OrderRefused(Box::new(OrderRefused {
                    client_order_id: order.client_order_id,
                    instrument: order.instrument,
                    strategy,
                    side: order.side,
                    qty: order.qty,
                    order_type: order.order_type,
                    refusal,
                })));
                Answer::Refused(refusal)
            }
        }
    }

    /// A strategy by name; one that is new is registered unless the config names them all.
    pub(super) fn known_strategy(&mut self, name: Id) -> Option<StrategyId> {
        if let Some(id) = self.state.strategy_id(&name) {
            return Some(id);
        }
        self.state
            .config
            .strategies
            .is_empty()
            .then(|| self.strategy_id(name))
    }

    /// Records peak and day-start equity before a decision depends on them.
    fn mark_risk(&mut self) {
        if !self.state.measures_losses() {
            return;
        }
        let equity = self.state.portfolio().equity;
        let boundary = i64::from(self.state.config.day_boundary_seconds);
        let seconds = self.now.0.div_euclid(NANOS_PER_SECOND) - boundary;
        let day = seconds.div_euclid(SECONDS_PER_DAY);
        let old = self.state.risk;
        let day_start = if day == old.day {
            old.day_start
        } else {
            equity
        };
        let peak = old.peak.max(equity);
        if (peak, day_start, day) != (old.peak, old.day_start, old.day) {
            self.emit(Event::RiskMarked {
                peak,
                day_start,
                day,
            });
        }
    }

    pub(super) fn accept(&mut self, id: &Id, venue_order_id: Option<Id>) -> Answer {
        let Some(&number) = self.state.order_ids.get(id) else {
            return Answer::Invalid(Invalid::UnknownOrder);
        };
        let known = self.state.order_at(number);
        let news = known.is_some_and(|order| {
            order.status == OrderStatus::Pending
                || (venue_order_id.is_some() && order.venue_order_id != venue_order_id)
        });
        if !news {
            return Answer::Applied(Applied {
                sequence: self.state.sequence,
                duplicate: true,
                ..Applied::default()
            });
        }
        self.emit(Event::OrderAccepted {
            order: number,
            venue_order_id,
        });
        self.applied()
    }

    pub(super) fn end(&mut self, id: &Id, status: OrderStatus) -> Answer {
        let Some(&number) = self.state.order_ids.get(id) else {
            return Answer::Invalid(Invalid::UnknownOrder);
        };
        let found = self.state.order_at(number).map(|order| order.status);
        if found.is_some_and(OrderStatus::is_open) {
            self.emit(Event::OrderClosed {
                order: number,
                status,
            });
            return self.applied();
        }
        if found == Some(status) {
            let sequence = self.state.sequence;
            return Answer::Applied(Applied {
                sequence,
                duplicate: true,
                ..Applied::default()
            });
        }
        Answer::Invalid(Invalid::OrderEnded)
    }
}

impl State {
    /// Why `order` would be refused now; `None` where it would pass. Books nothing.
    #[must_use]
    pub fn would_refuse(&self, order: &Submit) -> Option<Refusal> {
        let known = order.client_order_id.and_then(|id| self.order(&id));
        if let Some(known) = known {
            return match repeat(self, known, order) {
                Answer::Refused(refusal) => Some(refusal),
                Answer::Applied(_) | Answer::PriceRefused(_) | Answer::Invalid(_) => None,
            };
        }
        let strategy = match order.strategy {
            None => StrategyId::EXTERNAL,
            Some(name) => match self.strategy_id(&name) {
                Some(id) => id,
                None if self.config.strategies.is_empty() => StrategyId::EXTERNAL,
                None => return Some(Refusal::UnknownStrategy),
            },
        };
        judge(self, order, strategy).err()
    }
}

fn judge(state: &State, order: &Submit, strategy: StrategyId) -> Result<OrderPlaced, Refusal> {
    let instrument = state
        .instrument(order.instrument)
        .ok_or(Refusal::UnknownInstrument)?;
    let context = Context::new(state, order, instrument, strategy);
    if let Some(refusal) = first_broken(&context) {
        return Err(refusal);
    }
    let made = format_args!("order-{}", state.sequence + 1);
    let (lock_currency, reserved) = context.reservation();
    Ok(OrderPlaced {
        client_order_id: order.client_order_id.unwrap_or_else(|| Id::format(made)),
        account: order.account,
        instrument: order.instrument,
        strategy,
        side: order.side,
        qty: order.qty,
        order_type: order.order_type,
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
    let same = known.account == order.account
        && known.instrument == order.instrument
        && Some(known.strategy) == strategy
        && known.side == order.side
        && known.qty == order.qty
        && known.order_type == order.order_type
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
