//! What becomes of a report of an execution: a fill is a fact, booked once, or quarantined.

use crate::model::{
    CurrencyId, Fee, Id, Instrument, InstrumentId, MAX_SCALE, Order, OrderStatus, Position,
    PositionId, PositionKey, Rounding, StrategyId, mul_div,
};

use super::command::{Beyond, FillFee, FillFees};
use super::correction::{Named, has_room, reversal};
use super::event::{Fees, Legs, Outcome, Reversal};
use super::fill_key::{FillKey, order_hash};
use super::outcome::{Execution, FeeParts, Held, Priced, fee_parts, fits, legs};
use super::{
    Answer, Applied, Event, FillReport, Filled, Invalid, Ledger, Quarantine, Quarantined, State,
};

impl Ledger {
    /// Books an execution once.
    pub(super) fn fill(&mut self, report: &FillReport) -> Answer {
        let Some(settle) = self.state.settles_in(report.instrument) else {
            return Answer::Invalid(Invalid::UnknownInstrument);
        };
        if report.account.index() >= self.state.accounts.len() {
            return Answer::Invalid(Invalid::UnknownAccount);
        }
        if report.last_qty <= 0 || report.last_px <= 0 {
            return Answer::Invalid(Invalid::NotPositive);
        }
        let trade_id = report.known_trade_id();
        let key = FillKey::new((report.account, report.instrument), &trade_id, report.side);
        let orders = orders_of(report);
        if let Some(known) = self.state.fills.find(key, orders).cloned() {
            return self.again(report, (&trade_id, settle), &known);
        }
        if let Some(answer) = self.beyond(report, trade_id) {
            return answer;
        }
        let fees = match self.fees_of(&report.fees, settle) {
            Ok(fees) => fees,
            Err(why) => return self.quarantine(report, trade_id, why),
        };
        let order = self.state.order_of(report);
        let strategy = match (report.strategy, order) {
            (_, Some((_, order))) => order.strategy,
            (Some(name), None) => self.strategy_id(name),
            // A correction belongs to whom the execution belonged that it corrects.
            (None, None) => {
                let key = self.state.revised_key(report);
                key.map_or(StrategyId::EXTERNAL, |key| key.strategy)
            }
        };
        match book(&self.state, report, (trade_id, strategy), fees) {
            Ok(filled) => {
                self.emit(Event::Filled(filled));
                self.applied()
            }
            Err(why) => self.quarantine(report, trade_id, why),
        }
    }

    /// What becomes of a report that is not remembered and may be of a fill that was forgotten;
    /// `None` where it is to be booked.
    fn beyond(&mut self, report: &FillReport, trade_id: Id) -> Option<Answer> {
        let may_be = |ts| self.state.fills.may_have_forgotten(ts);
        match report.beyond {
            Beyond::New => None,
            Beyond::Booked(sequence) => Some(Answer::Applied(Applied {
                sequence,
                duplicate: true,
                ..Applied::default()
            })),
            Beyond::Conflict => Some(self.quarantine(report, trade_id, Quarantine::FillConflict)),
            Beyond::Ask { is_timed } => {
                may_be(is_timed.then_some(report.ts)).then_some(Answer::Undecided)
            }
            Beyond::Unknown if !may_be(Some(report.ts)) => None,
            Beyond::Unknown | Beyond::Stale => {
                Some(self.quarantine(report, trade_id, Quarantine::StaleFill))
            }
        }
    }

    /// Fees at their currencies' scales, rounded once; an unknown currency is registered.
    pub(super) fn fees_of(
        &mut self,
        reported: &FillFees,
        settle: CurrencyId,
    ) -> Result<Fees, Quarantine> {
        let mut fees = Fees::new();
        for FillFee { currency, amount } in reported {
            let currency = match currency {
                Some(code) => self.currency_id(*code, MAX_SCALE),
                None => settle,
            };
            let scale = self.state.currency(currency).map_or(0, |known| known.scale);
            let amount = amount.rounded_at(scale).ok_or(Quarantine::Overflow)?;
            let fee = Fee { currency, amount };
            fees.try_push(fee).map_err(|_| Quarantine::TooManyFees)?;
        }
        Ok(fees)
    }

    pub(super) fn quarantine(
        &mut self,
        report: &FillReport,
        trade_id: Id,
        why: Quarantine,
    ) -> Answer {
        self.emit(Event::Quarantined(Quarantined {
            account: report.account,
            instrument: report.instrument,
            leg: report.leg,
            side: report.side,
            last_qty: report.last_qty,
            last_px: report.last_px,
            trade_id,
            fee: report.fees.first().map(|fee| fee.amount),
            why,
        }));
        Answer::Applied(Applied {
            sequence: self.state.sequence,
            quarantined: Some(why),
            ..Applied::default()
        })
    }
}

impl State {
    pub(super) fn settles_in(&self, id: InstrumentId) -> Option<CurrencyId> {
        self.instrument(id).map(|instrument| instrument.settle)
    }

    pub(super) fn order_of(&self, report: &FillReport) -> Option<(u32, &Order)> {
        let ours = report
            .client_order_id
            .and_then(|id| self.order_ids.get(&id));
        let theirs = || {
            let id = report.venue_order_id?;
            self.venue_order_ids.get(&(report.account, id))
        };
        let revised = || match self.revised(report)? {
            Named::Standing(known) | Named::Void(known) => known.order.as_ref(),
            Named::Unknown | Named::Several => None,
        };
        let number = *ours.or_else(theirs).or_else(revised)?;
        let order = self.order_at(number)?;
        let is_its = order.instrument == report.instrument
            && order.account == report.account
            && order.side == report.side;
        is_its.then_some((number, order))
    }
}

/// The hashes of a report's order ids, theirs and ours.
pub(super) fn orders_of(report: &FillReport) -> (u64, u64) {
    let theirs = order_hash(report.venue_order_id, None);
    (theirs, order_hash(None, report.client_order_id))
}

/// Everything that the execution changes.
fn book(
    state: &State,
    report: &FillReport,
    (trade_id, strategy): (Id, StrategyId),
    fees: Fees,
) -> Result<Filled, Quarantine> {
    let instrument = state
        .instrument(report.instrument)
        .ok_or(Quarantine::Overflow)?;
    let order = state.order_of(report);
    let held = order.and_then(|(_, order)| state.position_at(order.position));
    let known = held.map(|position| position.key);
    let known = known.or_else(|| state.revised_key(report));
    let key = PositionKey {
        account: report.account,
        instrument: instrument.id,
        strategy,
        leg: known.map_or(report.leg, |key| key.leg),
    };
    let parts = fee_parts(instrument, report.last_px, &fees).ok_or(Quarantine::Overflow)?;
    let flat;
    let stepped;
    let mut position = match state.position(&key) {
        Some(position) => position,
        None => {
            flat = Position::flat(PositionId(u32::MAX), key);
            &flat
        }
    };
    if !has_room(position, &parts) {
        return Err(Quarantine::TooManyFees);
    }
    let mut reversal = revised(state, instrument, report)?;
    let voided = report.revises.filter(|_| reversal.is_none()).map(Box::new);
    let back = reversal.as_deref();
    if let Some(reversal) = back.filter(|reversal| reversal.key == key) {
        stepped = step(position, reversal);
        position = &stepped;
    }
    let priced = execution(report, &parts).priced(instrument);
    let has_room = has_room_for(order.map(|(_, order)| order), report.last_qty);
    let priced = priced.filter(|_| has_room).ok_or(Quarantine::Overflow)?;
    let done = moved(state, (instrument, position), &priced, (&fees, back));
    let (outcome, legs) = done.ok_or(Quarantine::Overflow)?;
    let (unlocked, order_status) = freed(order, report.last_qty, reversal.as_deref_mut());
    let is_known = order.is_some();
    Ok(Filled {
        key,
        side: report.side,
        last_qty: report.last_qty,
        last_px: report.last_px,
        trade_id,
        order: order.map(|(number, _)| number),
        client_order_id: report.client_order_id.filter(|_| !is_known),
        venue_order_id: report.venue_order_id,
        fees,
        liquidity: report.liquidity,
        source: report.source,
        outcome,
        attributed: parts.attributed,
        legs,
        unlocked,
        order_status,
        reversal,
        voided,
    })
}

/// What the order no longer locks, and its status since. What it gets back and fills again is
/// counted in one.
fn freed(
    order: Option<(u32, &Order)>,
    last_qty: i128,
    back: Option<&mut Reversal>,
) -> (i128, Option<OrderStatus>) {
    let Some((number, order)) = order else {
        return (0, None);
    };
    let own = back.filter(|back| back.order == Some(number));
    let back_qty = own.map_or(0, |back| {
        back.unlocked = 0;
        back.last_qty
    });
    unlock(order, last_qty, back_qty)
}

/// What is taken back of the execution that `report` corrects, where that was booked.
fn revised(
    state: &State,
    instrument: &Instrument,
    report: &FillReport,
) -> Result<Option<Box<Reversal>>, Quarantine> {
    let (Some(named), Some(trade_id)) = (state.revised(report), report.revises) else {
        return Ok(None);
    };
    match named {
        Named::Standing(known) => {
            let reversal = reversal(state, instrument, (known, trade_id))?;
            Ok(Some(Box::new(reversal)))
        }
        Named::Void(_) | Named::Unknown => Ok(None),
        Named::Several => Err(Quarantine::AmbiguousTrade),
    }
}

/// What the execution does to its position and to balances, after what it takes `back`.
fn moved(
    state: &State,
    (instrument, position): (&Instrument, &Position),
    priced: &Priced,
    (fees, back): (&Fees, Option<&Reversal>),
) -> Option<(Outcome, Legs)> {
    let outcome = Held::of(Some(position)).add(instrument, priced.delta)?;
    let cash = priced.cash(instrument, outcome.realized)?;
    let account = position.key.account;
    let mut legs = legs(state, account, instrument, (&outcome, cash), (fees, 1))?;
    if let Some(back) = back {
        shift(&mut legs, &back.legs)?;
    }
    Some((outcome, legs))
}

/// Whether an order can be filled by `qty` more.
pub(super) fn has_room_for(order: Option<&Order>, qty: i128) -> bool {
    let sum = |order: &Order| order.cum_qty.checked_add(qty);
    order.is_none_or(|order| sum(order).is_some_and(fits))
}

fn execution(report: &FillReport, parts: &FeeParts) -> Execution {
    Execution {
        side: report.side,
        qty: report.last_qty,
        px: report.last_px,
        base_fee: parts.base,
    }
}

/// Moves `legs` to stand on what `before` leaves.
fn shift(legs: &mut Legs, before: &Legs) -> Option<()> {
    for leg in legs.iter_mut() {
        let same = before.iter().find(|other| other.currency == leg.currency);
        if let Some(other) = same {
            leg.total = leg.total.checked_add(other.amount)?;
        }
    }
    Some(())
}

/// A position as it will be after `reversal`; only what decisions look at.
fn step(position: &Position, reversal: &Reversal) -> Position {
    let mut position = position.clone();
    let after = Held::of(Some(&position)).after(&reversal.outcome);
    position.qty = after.qty;
    position.cost = after.cost;
    position.realized_pnl = after.realized_pnl;
    position.margin = after.margin;
    position.unknown_part = after.unknown_part;
    position
}

/// What the order no longer locks, below 0 what it locks again, and its status since: it is filled
/// by `last_qty` more, and by `back` less.
pub(super) fn unlock(order: &Order, last_qty: i128, back: i128) -> (i128, Option<OrderStatus>) {
    let more = last_qty - back;
    let cum = order.cum_qty + more;
    if cum >= order.qty {
        return (order.locked, Some(OrderStatus::Filled));
    }
    if !order.status.is_open() {
        return (0, None);
    }
    let part = mul_div(order.reserved, more, order.qty, Rounding::Down).unwrap_or(0);
    let most = (order.locked - order.reserved).min(0);
    (
        part.clamp(most, order.locked),
        Some(OrderStatus::PartiallyFilled),
    )
}
