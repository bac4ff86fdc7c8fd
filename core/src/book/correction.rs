//! What becomes of an execution later: it is reported again with more, taken back, corrected, or
//! its fee becomes known.

use crate::model::{
    AccountId, CurrencyId, FEES_MAX, Fee, Id, Instrument, InstrumentId, Order, Position,
    PositionKey, Side,
};

use super::accounting::Holding;
use super::command::FillFees;
use super::decide_fill::{has_room_for, orders_of, unlock};
use super::event::{Fees, FillAmended, Reversal};
use super::fill_key::FillKey;
use super::fill_mark::FillMark;
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
        let numbers = (report.last_qty, report.last_px);
        let is_same = (known.qty, known.px) == numbers;
        if let Some(said) = self.said(known, numbers) {
            return said;
        }
        if !is_same && !known.is_void {
            return self.quarantine(report, *trade_id, Quarantine::FillConflict);
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

    /// The answer to a report that contradicted a known execution before, with the same numbers.
    fn said(&self, known: &FillMark, numbers: (i128, i64)) -> Option<Answer> {
        if (known.qty, known.px) == numbers && !known.is_void {
            return None;
        }
        let conflict = self.state.fills.find_conflict(known.key, numbers)?;
        Some(Answer::Applied(Applied {
            sequence: conflict.sequence,
            duplicate: true,
            quarantined: Some(Quarantine::FillConflict),
            ..Applied::default()
        }))
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
        let known = match self.state.feeless(owner, (&late.trade_id, late.side)) {
            Ok(known) => known.clone(),
            Err(why) => return self.quarantine(&report, late.trade_id, why),
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
        let known = match self.state.named(owner, (&bust.trade_id, bust.side)) {
            Named::Standing(known) => known,
            Named::Void(known) => {
                return Answer::Applied(Applied {
                    sequence: known.sequence,
                    duplicate: true,
                    ..Applied::default()
                });
            }
            Named::Unknown => {
                return self.quarantine(&report, bust.trade_id, Quarantine::UnknownTrade);
            }
            Named::Several => {
                return self.quarantine(&report, bust.trade_id, Quarantine::AmbiguousTrade);
            }
        };
        match reversal(&self.state, &instrument, (known, bust.trade_id)) {
            Ok(reversal) => {
                self.emit(Event::Busted(reversal));
                self.applied()
            }
            Err(why) => self.quarantine(&report, bust.trade_id, why),
        }
    }
}

/// What a trade id names.
pub(super) enum Named<'a> {
    /// One execution that stands.
    Standing(&'a FillMark),
    /// One that was taken back, or corrected before it came.
    Void(&'a FillMark),
    /// None.
    Unknown,
    /// Several that stand.
    Several,
}

impl State {
    /// The key of the position that the execution changed which `report` corrects.
    pub(super) fn revised_key(&self, report: &FillReport) -> Option<PositionKey> {
        let (Named::Standing(known) | Named::Void(known)) = self.revised(report)? else {
            return None;
        };
        self.position_at(known.position)
            .map(|position| position.key)
    }

    /// What `report` corrects, whichever way it was and whatever its order: one that was corrected
    /// before is what corrected it last. `None` where it is no correction.
    pub(super) fn revised(&self, report: &FillReport) -> Option<Named<'_>> {
        let owner = (report.account, report.instrument);
        let known = self.known_as(owner, (&report.revises?, None));
        let ends = known.into_iter().map(|mark| self.end_of(mark)).collect();
        Some(among(ends, Some(report)))
    }

    /// What is taken back under `trade_id`, on `side` or on either.
    pub(super) fn named(
        &self,
        owner: (AccountId, InstrumentId),
        name: (&Id, Option<Side>),
    ) -> Named<'_> {
        among(self.known_as(owner, name), None)
    }

    /// The one of those known under `trade_id` that was voided last.
    pub(super) fn voided(
        &self,
        owner: (AccountId, InstrumentId),
        trade_id: &Id,
    ) -> Option<&FillMark> {
        let known = self.known_as(owner, (trade_id, None)).into_iter();
        known
            .map(|mark| self.end_of(mark))
            .find(|mark| mark.is_void)
    }

    /// Every execution with this trade id, on `side` or on either, in the order of their booking.
    fn known_as(
        &self,
        owner: (AccountId, InstrumentId),
        (trade_id, side): (&Id, Option<Side>),
    ) -> Vec<&FillMark> {
        let sides = [Side::Buy, Side::Sell].into_iter();
        sides
            .filter(|each| side.is_none_or(|side| side == *each))
            .flat_map(|side| self.fills.under(FillKey::new(owner, trade_id, side)))
            .collect()
    }

    /// The execution that a late fee of `trade_id` is of: of several that stand, the only one whose
    /// fee is not known. One that was taken back is found where none stands.
    fn feeless(
        &self,
        owner: (AccountId, InstrumentId),
        name: (&Id, Option<Side>),
    ) -> Result<&FillMark, Quarantine> {
        let all = self.known_as(owner, name);
        let standing = || all.iter().filter(|mark| !mark.is_void);
        let mut open = standing().filter(|mark| mark.fees.is_empty());
        match (standing().count(), open.next(), open.next()) {
            (0, ..) => all.first().copied().ok_or(Quarantine::UnknownTrade),
            (_, Some(only), None) => Ok(only),
            (1, ..) => standing().next().copied().ok_or(Quarantine::UnknownTrade),
            (_, None, _) | (_, Some(_), Some(_)) => Err(Quarantine::AmbiguousTrade),
        }
    }

    /// The execution that stands for `mark`: itself, or what corrected it last.
    fn end_of<'a>(&'a self, mark: &'a FillMark) -> &'a FillMark {
        let mut end = mark;
        let next = |mark: &FillMark| {
            let (key, sequence) = mark.successor.as_deref()?;
            self.fills.find_at(*key, *sequence)
        };
        // Each successor was booked after what it stands for, so this ends.
        while let Some(successor) = next(end) {
            end = successor;
        }
        end
    }
}

/// What several executions of one trade id come to: of those that stand, the one that is of the
/// side and the order of `like`.
fn among<'a>(known: Vec<&'a FillMark>, like: Option<&FillReport>) -> Named<'a> {
    let (mut standing, mut void): (Vec<&FillMark>, _) = (Vec::new(), None);
    for mark in known {
        let is_known = standing.iter().any(|known| known.sequence == mark.sequence);
        match mark.is_void {
            true => void = Some(mark),
            false if is_known => {}
            false => standing.push(mark),
        }
    }
    let is_like = |mark: &&&FillMark| {
        like.is_some_and(|like| mark.side == like.side && !mark.is_of_other(orders_of(like)))
    };
    let mut alike = standing.iter().filter(is_like);
    match (standing.as_slice(), alike.next(), alike.next()) {
        ([], ..) => void.map_or(Named::Unknown, Named::Void),
        ([only], ..) | (_, Some(only), None) => Named::Standing(only),
        (_, None, _) | (_, Some(_), Some(_)) => Named::Several,
    }
}

/// What taking back a remembered execution changes.
pub(super) fn reversal(
    state: &State,
    instrument: &Instrument,
    (known, trade_id): (&FillMark, Id),
) -> Result<Reversal, Quarantine> {
    // Its quantity and price were in other shares.
    if state.split_at(instrument.id) > known.sequence {
        return Err(Quarantine::BeforeSplit);
    }
    let back = || {
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
        let order = known.order.and_then(|number| state.order_at(number));
        let unlocked = order.map_or(0, |order| unlock(order, 0, known.qty).0);
        Some(Reversal {
            booked_at: known.sequence,
            fill_key: known.key,
            key: position.key,
            side: known.side,
            last_qty: known.qty,
            last_px: known.px,
            trade_id,
            order: known.order,
            outcome,
            attributed,
            legs,
            unlocked,
        })
    };
    back().ok_or(Quarantine::Overflow)
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
        has_room_for(order, known.qty).then_some((outcome, legs))
    };
    let (outcome, legs) = amended().ok_or(Quarantine::Overflow)?;
    Ok(FillAmended {
        booked_at: known.sequence,
        key: position.key,
        side: known.side,
        trade_id,
        order: None,
        unlocked: 0,
        order_status: None,
        last_qty: known.qty,
        last_px: known.px,
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
