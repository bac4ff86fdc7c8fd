//! What becomes of a report of an execution: a fill is a fact, booked once, or quarantined.

use crate::model::{
    Instrument, InstrumentKind, Order, OrderStatus, PositionKey, Rounding, StrategyId, mul_div,
};

use super::fill_key::FillKey;
use super::{
    Answer, Applied, Event, FeeLeg, FillReport, Filled, Holding, Invalid, Ledger, Leg, Quarantine,
    Quarantined, State, effect,
};

/// Whether a number leaves room to add to it for good.
pub(super) fn fits(value: i128) -> bool {
    value.unsigned_abs() < 1 << 120
}

impl Ledger {
    /// Books an execution once.
    pub(super) fn fill(&mut self, report: &FillReport) -> Answer {
        let Some(instrument) = self.state.instrument(report.instrument).copied() else {
            return Answer::Invalid(Invalid::UnknownInstrument);
        };
        if report.last_qty <= 0 || report.last_px <= 0 {
            return Answer::Invalid(Invalid::NotPositive);
        }
        if let Some(answer) = self.repeated(report) {
            return answer;
        }
        let order = self.state.order_of(report);
        let strategy = match (report.strategy, order) {
            (Some(name), _) => self.strategy_id(name),
            (None, Some((_, order))) => order.strategy,
            (None, None) => StrategyId::EXTERNAL,
        };
        let fee_currency = match report.fee.and_then(|fee| fee.currency) {
            Some(code) => self.currency_id(code, crate::model::MAX_SCALE),
            None => instrument.quote,
        };
        let fee = match report.fee {
            None => None,
            Some(fee) => {
                let scale = self
                    .state
                    .currency(fee_currency)
                    .map_or(0, |known| known.scale);
                match fee.amount.rounded_at(scale) {
                    Some(amount) => Some(FeeLeg {
                        currency: fee_currency,
                        amount,
                    }),
                    None => return self.quarantine(report, Quarantine::Overflow),
                }
            }
        };
        match book(&self.state, report, &instrument, strategy, fee) {
            Some(filled) => {
                self.emit(Event::Filled(Box::new(filled)));
                self.applied()
            }
            None => self.quarantine(report, Quarantine::Overflow),
        }
    }

    fn repeated(&mut self, report: &FillReport) -> Option<Answer> {
        let key = FillKey {
            account: report.account,
            instrument: report.instrument,
            trade_id: report.trade_id,
            side: report.side,
        };
        let order = report.venue_order_id.or(report.client_order_id);
        let known = *self.state.fills.find(&key, order)?;
        if (known.qty, known.px) == (report.last_qty, report.last_px) {
            let applied = Applied {
                sequence: known.sequence,
                duplicate: true,
                ..Applied::default()
            };
            return Some(Answer::Applied(applied));
        }
        Some(self.quarantine(report, Quarantine::FillConflict))
    }

    fn quarantine(&mut self, report: &FillReport, why: Quarantine) -> Answer {
        self.emit(Event::Quarantined(Box::new(Quarantined {
            account: report.account,
            instrument: report.instrument,
            side: report.side,
            last_qty: report.last_qty,
            last_px: report.last_px,
            trade_id: report.trade_id,
            fee: report.fee.map(|fee| fee.amount),
            why,
        })));
        let sequence = self.state.sequence;
        Answer::Applied(Applied {
            sequence,
            quarantined: Some(why),
            ..Applied::default()
        })
    }
}

impl State {
    fn order_of(&self, report: &FillReport) -> Option<(u32, &Order)> {
        let ours = report
            .client_order_id
            .and_then(|id| self.order_ids.get(&id));
        let theirs = || {
            report
                .venue_order_id
                .and_then(|id| self.venue_order_ids.get(&id))
        };
        let number = *ours.or_else(theirs)?;
        Some((number, self.order_at(number)?))
    }
}

/// The fee's part in the three places where it is booked.
struct FeeParts {
    /// What the base-coin fee takes from the quantity.
    base: i128,
    /// Its value in quote currency at the fill's price.
    base_value: i128,
    /// As attributed to the position.
    attributed: Option<FeeLeg>,
}

fn fee_parts(
    report: &FillReport,
    instrument: &Instrument,
    fee: Option<FeeLeg>,
) -> Option<FeeParts> {
    let in_base =
        |fee: &FeeLeg| fee.currency == instrument.base && instrument.kind == InstrumentKind::Spot;
    match fee {
        Some(fee) if in_base(&fee) => {
            let value = instrument.notional(report.last_px, fee.amount)?;
            let attributed = Some(FeeLeg {
                currency: instrument.quote,
                amount: value,
            });
            Some(FeeParts {
                base: fee.amount,
                base_value: value,
                attributed,
            })
        }
        attributed => Some(FeeParts {
            base: 0,
            base_value: 0,
            attributed,
        }),
    }
}

/// Everything that the execution changes; `None` where a number does not fit.
fn book(
    state: &State,
    report: &FillReport,
    instrument: &Instrument,
    strategy: StrategyId,
    fee: Option<FeeLeg>,
) -> Option<Filled> {
    let sign = report.side.sign();
    let notional = instrument.notional(report.last_px, report.last_qty)?;
    let parts = fee_parts(report, instrument, fee)?;
    let delta = Holding {
        qty: (sign * report.last_qty).checked_sub(parts.base)?,
        cost: (sign * notional).checked_sub(parts.base_value)?,
    };
    let key = PositionKey {
        account: report.account,
        instrument: instrument.id,
        strategy,
    };
    let position = state.position(&key);
    let before = position.map_or(Holding::default(), |p| Holding {
        qty: p.qty,
        cost: p.cost,
    });
    let done = effect(before, delta, instrument.money_scale)?;
    let cash_flow = -(sign * notional);
    let legs = legs(instrument, delta.qty, cash_flow, fee);
    let after = [
        before.qty.checked_add(delta.qty)?,
        before.cost.checked_add(done.delta_cost)?,
        position
            .map_or(0, |p| p.realized_pnl)
            .checked_add(done.realized)?,
        position.map_or(0, |p| p.cash_flow).checked_add(cash_flow)?,
    ];
    let balances_fit = legs.iter().all(|leg| {
        let total = state.balance(report.account, leg.currency).total;
        total.checked_add(leg.amount).is_some_and(fits)
    });
    if !balances_fit || !after.into_iter().all(fits) {
        return None;
    }
    let order = state.order_of(report);
    let (unlocked, order_status) = order.map_or((0, None), |(_, order)| unlock(order, report));
    Some(Filled {
        account: report.account,
        instrument: report.instrument,
        strategy,
        side: report.side,
        last_qty: report.last_qty,
        last_px: report.last_px,
        trade_id: report.trade_id,
        order: order.map(|(number, _)| number),
        client_order_id: report.client_order_id,
        venue_order_id: report.venue_order_id,
        fee,
        liquidity: report.liquidity,
        source: report.source,
        delta_qty: delta.qty,
        delta_cost: done.delta_cost,
        realized: done.realized,
        cash_flow,
        attributed_fee: parts.attributed,
        legs,
        unlocked,
        order_status,
    })
}

fn legs(instrument: &Instrument, delta_qty: i128, cash: i128, fee: Option<FeeLeg>) -> [Leg; 3] {
    let spot = instrument.kind == InstrumentKind::Spot;
    let none = Leg {
        currency: instrument.quote,
        amount: 0,
    };
    let base = Leg {
        currency: instrument.base,
        amount: if spot { delta_qty } else { 0 },
    };
    let other = match fee {
        Some(fee) if spot && fee.currency == instrument.base => none,
        Some(fee) => Leg {
            currency: fee.currency,
            amount: -fee.amount,
        },
        None => none,
    };
    [
        base,
        Leg {
            currency: instrument.quote,
            amount: cash,
        },
        other,
    ]
}

/// What the order no longer locks, and its status since.
fn unlock(order: &Order, report: &FillReport) -> (i128, Option<OrderStatus>) {
    let cum = order.cum_qty + report.last_qty;
    if !order.status.is_open() {
        return (0, None);
    }
    if cum >= order.qty {
        return (order.locked, Some(OrderStatus::Filled));
    }
    let part = mul_div(order.reserved, report.last_qty, order.qty, Rounding::Down).unwrap_or(0);
    (part.min(order.locked), Some(OrderStatus::PartiallyFilled))
}
