//! What becomes of an execution later: it is reported again with more, taken back, corrected, or
//! its fee becomes known.

use crate::model::{CurrencyId, FEES_MAX, Fee, Id, Instrument, Order, Position, Side, StrategyId};

use super::accounting::Holding;
use super::command::FillFees;
use super::decide_fill::{has_room_for, orders_of, unlock};
use super::event::{Fees, FillAmended, Reversal};
use super::fill_key::{FillKey, FillMark};
use super::outcome::{Execution, FeeParts, Held, fee_parts, legs};
use super::{
    Answer, Applied, BustReport, Event, FillReport, Invalid, LateFee, Ledger, Quarantine, State,
};

impl Ledger {
    /// What a second report of a known execution adds to it.
    pub(super) fn again(
        &mut self,
        report: &FillReport,
        (trade_id, settle): (&Id, CurrencyId),
        known: &FillMark,
    ) -> Answer {
        let is_same = (known.qty, known.px) == (report.last_qty, report.last_px);
        if !is_same && !known.is_void {
            return self.conflict(report, trade_id, known.key);
        }
        let liquidity = report.liquidity.filter(|_| !known.has_liquidity);
        let venue_order_id = report.venue_order_id.filter(|_| known.venue_order == 0);
        let has_fee = known.fees.is_empty() && !report.fees.is_empty();
        let order = self
            .state
            .order_of(report)
            .filter(|_| known.order.is_none());
        let unlocked = order.map(|(_, order)| unlock(order, known.qty, 0));
        let number = order.map(|(number, _)| number);
        let is_news = has_fee || liquidity.is_some() || venue_order_id.is_some() || order.is_some();
        let answer = Answer::Applied(Applied {
            sequence: known.sequence,
            duplicate: true,
            ..Applied::default()
        });
        if !is_news || known.is_void {
            return answer;
        }
        let wanted = if has_fee {
            report.fees.clone()
        } else {
            FillFees::new()
        };
        let fees = match self.fees_of(&wanted, settle) {
            Ok(fees) => fees,
            Err(why) => return self.quarantine(report, *trade_id, why),
        };
        let order = number.and_then(|number| self.state.order_at(number));
        match amendment((&self.state, order), (known, *trade_id), fees) {
            Ok(amended) => self.emit(Event::FillAmended(FillAmended {
                liquidity,
                venue_order_id,
                order: number,
                unlocked: unlocked.map_or(0, |(unlocked, _)| unlocked),
                order_status: unlocked.and_then(|(_, status)| status),
                ..amended
            })),
            Err(why) => return self.quarantine(report, *trade_id, why),
        }
        answer
    }

    /// What becomes of a report that contradicts a known execution: it is said once.
    fn conflict(&mut self, report: &FillReport, trade_id: &Id, key: FillKey) -> Answer {
        let numbers = (report.last_qty, report.last_px);
        match self.state.fills.find_conflict(key, numbers) {
            Some(conflict) => Answer::Applied(Applied {
                sequence: conflict.sequence,
                duplicate: true,
                quarantined: Some(Quarantine::FillConflict),
                ..Applied::default()
            }),
            None => self.quarantine(report, *trade_id, Quarantine::FillConflict),
        }
    }

    /// Books a fee that has become known after its execution.
    pub(super) fn late_fee(&mut self, late: &LateFee) -> Answer {
        let Some(settle) = self.state.settles_in(late.instrument) else {
            return Answer::Invalid(Invalid::UnknownInstrument);
        };
        let owner = (late.account, late.instrument);
        let mut report = FillReport::new(late.instrument, late.side.unwrap_or(Side::Buy), 0, 0);
        (report.account, report.ts) = (late.account, late.ts);
        report.fees.extend([late.fee]);
        let Some(known) = self
            .state
            .known_fill(owner, &late.trade_id, late.side)
            .cloned()
        else {
            return self.quarantine(&report, late.trade_id, Quarantine::UnknownTrade);
        };
        let fees = match self.fees_of(&report.fees, settle) {
            Ok(fees) => fees,
            Err(why) => return self.quarantine(&report, late.trade_id, why),
        };
        if known.is_void || known.fees.all() == fees {
            return Answer::Applied(Applied {
                sequence: known.sequence,
                duplicate: true,
                ..Applied::default()
            });
        }
        if !known.fees.is_empty() {
            return self.quarantine(&report, late.trade_id, Quarantine::FillConflict);
        }
        match amendment((&self.state, None), (&known, late.trade_id), fees) {
            Ok(amended) => {
                self.emit(Event::FillAmended(amended));
                self.applied()
            }
            Err(why) => self.quarantine(&report, late.trade_id, why),
        }
    }

    /// Takes an execution back.
    pub(super) fn bust(&mut self, bust: &BustReport) -> Answer {
        let Some(instrument) = self.state.instrument(bust.instrument).copied() else {
            return Answer::Invalid(Invalid::UnknownInstrument);
        };
        let owner = (bust.account, bust.instrument);
        let mut report = FillReport::new(bust.instrument, bust.side.unwrap_or(Side::Buy), 0, 0);
        (report.account, report.ts) = (bust.account, bust.ts);
        let Some(known) = self.state.known_fill(owner, &bust.trade_id, bust.side) else {
            return self.quarantine(&report, bust.trade_id, Quarantine::UnknownTrade);
        };
        if known.is_void {
            return Answer::Applied(Applied {
                sequence: known.sequence,
                duplicate: true,
                ..Applied::default()
            });
        }
        match reversal(&self.state, &instrument, (known, bust.trade_id)) {
            Some(reversal) => {
                self.emit(Event::Busted(reversal));
                self.applied()
            }
            None => self.quarantine(&report, bust.trade_id, Quarantine::Overflow),
        }
    }
}

impl State {
    /// The strategy of the execution that `report` corrects.
    pub(super) fn revised_owner(&self, report: &FillReport) -> StrategyId {
        let known = self.revised(report);
        let position = known.and_then(|(known, _)| self.position_at(known.position));
        position.map_or(StrategyId::EXTERNAL, |position| position.key.strategy)
    }

    /// The execution that stands for the one that `report` corrects, and the trade id that was
    /// named; a correction of what was corrected before corrects the correction.
    pub(super) fn revised(&self, report: &FillReport) -> Option<(&FillMark, Id)> {
        let trade_id = report.revises?;
        let owner = (report.account, report.instrument);
        let key = FillKey::new(owner, &trade_id, report.side);
        let mut known = self.fills.find(key, orders_of(report))?;
        // Each successor was booked after what it stands for, so this ends.
        while let Some((next, sequence)) = known.successor.as_deref() {
            known = self.fills.find_at(*next, *sequence)?;
        }
        Some((known, trade_id))
    }
}

/// What taking back a remembered execution changes.
pub(super) fn reversal(
    state: &State,
    instrument: &Instrument,
    (known, trade_id): (&FillMark, Id),
) -> Option<Reversal> {
    let fees = known.fees.all();
    let parts = fee_parts(instrument, known.px, &fees)?;
    let position = state.position_at(known.position)?;
    let executed = Execution {
        side: known.side,
        qty: known.qty,
        px: known.px,
        base_fee: parts.base,
    };
    let back = executed.priced(instrument)?.back()?;
    let outcome = Held::of(Some(position)).add(instrument, back.delta)?;
    let cash = back.cash(instrument, outcome.realized)?;
    let account = position.key.account;
    let legs = legs(state, account, instrument, (&outcome, cash), (&fees, -1))?;
    let mut attributed = parts.attributed;
    for fee in &mut attributed {
        fee.amount = fee.amount.checked_neg()?;
    }
    Some(Reversal {
        booked_at: known.sequence,
        fill_key: known.key,
        key: position.key,
        side: known.side,
        last_qty: known.qty,
        last_px: known.px,
        value: back.value()?,
        trade_id,
        order: known.order,
        outcome,
        attributed,
        legs,
    })
}

/// What fees that become known later change, and an `order` that the execution turns out to be of.
fn amendment(
    (state, order): (&State, Option<&Order>),
    (known, trade_id): (&FillMark, Id),
    fees: Fees,
) -> Result<FillAmended, Quarantine> {
    let position = state.position_at(known.position);
    let position = position.ok_or(Quarantine::UnknownTrade)?;
    let instrument = state.instrument(position.key.instrument);
    let instrument = instrument.ok_or(Quarantine::UnknownTrade)?;
    let parts = fee_parts(instrument, known.px, &fees).ok_or(Quarantine::Overflow)?;
    if !has_room(position, &parts) {
        return Err(Quarantine::TooManyFees);
    }
    let amended = || {
        // A fee in the base currency leaves at the fill's own price, as it would have with it.
        let delta = Holding {
            qty: parts.base.checked_neg()?,
            cost: instrument.value(known.px, parts.base)?.checked_neg()?,
        };
        let outcome = Held::of(Some(position)).add(instrument, delta)?;
        let account = position.key.account;
        let legs = legs(state, account, instrument, (&outcome, 0), (&fees, 1))?;
        let value = instrument.notional(known.px, known.qty)?;
        has_room_for(order, value).then_some((outcome, legs, value))
    };
    let (outcome, legs, value) = amended().ok_or(Quarantine::Overflow)?;
    Ok(FillAmended {
        booked_at: known.sequence,
        key: position.key,
        side: known.side,
        trade_id,
        order: None,
        unlocked: 0,
        order_status: None,
        last_qty: known.qty,
        value,
        venue_order_id: None,
        liquidity: None,
        fees,
        outcome,
        attributed: parts.attributed,
        legs,
    })
}

pub(super) fn has_room(position: &Position, parts: &FeeParts) -> bool {
    let is_new = |fee: &&Fee| {
        !position
            .fees
            .iter()
            .any(|known| known.currency == fee.currency)
    };
    position.fees.len() + parts.attributed.iter().filter(is_new).count() <= FEES_MAX
}

pub(super) fn sum_in(fees: &Fees, instrument: &Instrument) -> i128 {
    let own = fees.iter().filter(|fee| fee.currency == instrument.settle);
    own.map(|fee| fee.amount).sum()
}
