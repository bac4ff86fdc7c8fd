//! What becomes of holdings without a trade: splits, positions that were held before, and what the
//! venue says is there.

use crate::model::{
    AccountId, Fixed, Id, Instrument, InstrumentId, MAX_SCALE, MONEY_SCALE, PositionId,
    PositionKey, PositionLeg, Rounding, Settlement, Side, StrategyId, mul_div, round_to,
};

use super::accounting::Holding;
use super::command::Beyond;
use super::event::StatedOf;
use super::money::fingerprint;
use super::outcome::{Held, WHOLE, fits, leg_of};
use super::{
    Adopted, Adoption, Answer, Applied, CostGiven, Event, FillReport, Invalid, Ledger, Split,
    SplitBooked, SplitPart, State, Stated, Statement,
};

impl Ledger {
    /// Splits every position in an instrument; what is no whole lot is paid out by a fill of its
    /// own.
    pub(super) fn split(&mut self, split: &Split) -> Answer {
        let Some(instrument) = self.state.instrument(split.instrument).copied() else {
            return Answer::Invalid(Invalid::UnknownInstrument);
        };
        if instrument.kind.moves_base() {
            return Answer::Invalid(Invalid::NoSplit);
        }
        if split.numerator == 0 || split.denominator == 0 {
            return Answer::Invalid(Invalid::NotPositive);
        }
        let (n, d) = (i128::from(split.numerator), i128::from(split.denominator));
        let print = fingerprint(&("split", instrument.id, n, d));
        if let Some(answer) = self.booked(split.id, print) {
            return answer;
        }
        let parts = match self.state.split_parts(split.instrument, (n, d)) {
            Some(parts) => parts,
            None => return Answer::Invalid(Invalid::Scale),
        };
        let has_fraction = parts.iter().any(|part| part.qty % instrument.lot != 0);
        if has_fraction && split.cash_px.is_none_or(|price| price <= 0) {
            return Answer::Invalid(Invalid::NoCashPrice);
        }
        self.emit(Event::SplitBooked(SplitBooked {
            instrument: instrument.id,
            parts: parts.clone(),
            fingerprint: print,
            id: split.id,
        }));
        let sequence = self.state.sequence;
        for part in parts {
            let fraction = part.qty % instrument.lot;
            self.pay_out(split, &instrument, (part.position, fraction));
        }
        if let Some(mark) = self.state.worth.mark_mut(split.instrument) {
            let old = *mark;
            mark.rescale(d, n);
            self.tell_new_price(split.instrument, old);
        }
        self.state.revalue_all(split.instrument);
        Answer::Applied(Applied {
            sequence,
            ..Applied::default()
        })
    }

    /// Sells a fraction of a share that a split left.
    fn pay_out(
        &mut self,
        split: &Split,
        instrument: &Instrument,
        (id, fraction): (PositionId, i128),
    ) {
        let key = self.state.position_at(id).map(|position| position.key);
        let price = split.cash_px.filter(|_| fraction != 0);
        let (Some(key), Some(price)) = (key, price) else {
            return;
        };
        let strategy = self
            .state
            .strategy(key.strategy)
            .map(|strategy| strategy.name);
        let side = if fraction > 0 { Side::Sell } else { Side::Buy };
        let made = format_args!("split-fraction-{}-{}", self.state.sequence + 1, id.0);
        self.fill(&FillReport {
            account: key.account,
            strategy,
            leg: key.leg,
            trade_id: Some(Id::format(made)),
            source: Some(Id::format(format_args!("split"))),
            ts: split.ts,
            beyond: Beyond::New,
            ..FillReport::new(instrument.id, side, fraction.abs(), price)
        });
    }

    /// Takes in a position that was held before, or the cost of one.
    pub(super) fn adopt(&mut self, adoption: &Adoption) -> Answer {
        let Some(instrument) = self.state.instrument(adoption.instrument).copied() else {
            return Answer::Invalid(Invalid::UnknownInstrument);
        };
        let exact = |cost: Fixed| cost.exactly_at(instrument.money_scale);
        let cost = adoption.cost.and_then(exact).filter(|raw| fits(*raw));
        if cost.is_none() && adoption.cost.is_some() {
            return Answer::Invalid(Invalid::Scale);
        }
        let owner = (adoption.account, instrument.id, adoption.strategy);
        let print = fingerprint(&("adopt", owner, adoption.qty, cost));
        if let Some(answer) = self.booked(adoption.id, print) {
            return answer;
        }
        if adoption.account.index() >= self.state.accounts.len() {
            return Answer::Invalid(Invalid::UnknownAccount);
        }
        // Registered only when the adoption is booked.
        let strategy = match adoption.strategy {
            None => StrategyId::EXTERNAL,
            Some(name) => self
                .state
                .strategy_id(&name)
                .unwrap_or(self.next_strategy()),
        };
        let key = PositionKey {
            account: adoption.account,
            instrument: instrument.id,
            strategy,
            leg: PositionLeg::Net,
        };
        let event = if adoption.qty == 0 {
            let given = cost_given(&self.state, &instrument, key, cost);
            given.map(|given| {
                Event::CostGiven(CostGiven {
                    fingerprint: print,
                    id: adoption.id,
                    ..given
                })
            })
        } else {
            let adopted = adopted(&self.state, &instrument, key, (adoption.qty, cost));
            adopted.map(|adopted| {
                Event::Adopted(Adopted {
                    fingerprint: print,
                    id: adoption.id,
                    ..adopted
                })
            })
        };
        match event {
            Ok(event) => {
                if let Some(name) = adoption.strategy {
                    self.strategy_id(name);
                }
                let before = self.state.equity();
                self.emit(event);
                let answer = self.applied();
                self.shift_risk_by(self.state.equity() - before);
                answer
            }
            Err(why) => Answer::Invalid(why),
        }
    }

    /// Records what the venue says; an older statement than the last changes nothing.
    pub(super) fn state_of_venue(&mut self, statement: &Statement) -> Answer {
        let (account, what, stated, booked, as_of) = match *statement {
            Statement::Balance {
                account,
                currency,
                total,
                ts,
            } => {
                let (id, raw) = match self.amount_of(&currency, total) {
                    Ok(found) => found,
                    Err(why) => return Answer::Invalid(why),
                };
                let booked = self.state.balance(account, id).total;
                (account, StatedOf::Balance(id), raw, booked, ts)
            }
            Statement::Position {
                account,
                instrument,
                qty,
                ts,
            } => {
                if self.state.instrument(instrument).is_none() {
                    return Answer::Invalid(Invalid::UnknownInstrument);
                }
                let booked = self.state.net_qty(account, instrument);
                (account, StatedOf::Position(instrument), qty, booked, ts)
            }
        };
        if account.index() >= self.state.accounts.len() {
            return Answer::Invalid(Invalid::UnknownAccount);
        }
        let last = self.state.stated(account, what);
        if last.is_some_and(|last| last.as_of > as_of) {
            return Answer::Invalid(Invalid::Old);
        }
        let news = Stated {
            account,
            what,
            stated,
            booked,
            as_of,
        };
        if let Statement::Balance { currency, .. } = *statement {
            self.currency_id(currency, MAX_SCALE);
        }
        self.emit(Event::Stated(news));
        self.applied()
    }
}

impl State {
    /// What an account holds of an instrument, over all strategies and legs.
    #[must_use]
    pub fn net_qty(&self, account: AccountId, instrument: InstrumentId) -> i128 {
        let ids = self.positions_in(instrument).iter();
        ids.filter_map(|id| self.position_at(*id))
            .filter(|position| position.key.account == account)
            .map(|position| position.qty)
            .sum()
    }
}

fn adopted(
    state: &State,
    instrument: &Instrument,
    key: PositionKey,
    (qty, cost): (i128, Option<i128>),
) -> Result<Adopted, Invalid> {
    let held = Held::of(state.position(&key));
    if held.qty != 0 && held.qty.signum() != qty.signum() {
        return Err(Invalid::OppositeSide);
    }
    if held.unknown_part.is_some() || (cost.is_none() && held.qty != 0) {
        return Err(Invalid::CostMissing);
    }
    // What is not paid for is worth its profit, so that without a cost it would be worth nothing
    // that anybody knows.
    if cost.is_none() && instrument.settlement() != Settlement::Paid {
        return Err(Invalid::CostMissing);
    }
    let delta = Holding {
        qty,
        cost: cost.unwrap_or(0),
    };
    let outcome = held.add(instrument, delta).ok_or(Invalid::Scale)?;
    let leg = if instrument.kind.moves_base() {
        let owner = (key.account, instrument.base);
        let amount = instrument.in_base(qty).ok_or(Invalid::Scale)?;
        Some(leg_of(state, owner, amount).ok_or(Invalid::Scale)?)
    } else {
        None
    };
    Ok(Adopted {
        key,
        delta_qty: qty,
        delta_cost: outcome.delta_cost,
        is_cost_known: cost.is_some(),
        delta_margin: outcome.delta_margin,
        leg,
        fingerprint: 0,
        id: None,
    })
}

impl State {
    /// The sequence of the last split of an instrument; 0 is none.
    pub(super) fn split_at(&self, id: InstrumentId) -> u64 {
        self.splits.get(&id).copied().unwrap_or(0)
    }

    /// What multiplying shares by `n / d` does to every open position; `None` where a number does
    /// not fit or nothing would be left.
    fn split_parts(&self, id: InstrumentId, (n, d): (i128, i128)) -> Option<Vec<SplitPart>> {
        let all = self.positions_in(id).iter();
        let open = all.filter_map(|id| self.position_at(*id).filter(|held| held.qty != 0));
        open.map(|position| {
            let of = |qty: i128, rounding| mul_div(qty, n, d, rounding).filter(|qty| fits(*qty));
            let trip = &position.trip;
            Some(SplitPart {
                position: position.id,
                qty_before: position.qty,
                qty: of(position.qty, Rounding::Down).filter(|qty| *qty != 0)?,
                trip: [
                    of(trip.entry_qty, Rounding::HalfEven)?,
                    of(trip.exit_qty, Rounding::HalfEven)?,
                    of(trip.peak_qty, Rounding::HalfEven)?,
                ],
            })
        })
        .collect()
    }
}

/// The cost of a holding that was adopted without one: the part that is still held becomes cost,
/// the part that was released since lowers what was realized.
fn cost_given(
    state: &State,
    instrument: &Instrument,
    key: PositionKey,
    cost: Option<i128>,
) -> Result<CostGiven, Invalid> {
    let position = state.position(&key).ok_or(Invalid::CostKnown)?;
    let part = position.unknown_part.ok_or(Invalid::CostKnown)?;
    let cost = cost.ok_or(Invalid::CostMissing)?;
    let exact = mul_div(cost, part, WHOLE, Rounding::HalfEven).ok_or(Invalid::Scale)?;
    let kept = match part {
        WHOLE => cost,
        _ => round_to(exact, instrument.money_scale, MONEY_SCALE).ok_or(Invalid::Scale)?,
    };
    let since = position
        .cost
        .checked_add(kept)
        .filter(|cost| fits(*cost))
        .ok_or(Invalid::Scale)?;
    let margin = instrument
        .margin(position.qty, since)
        .ok_or(Invalid::Scale)?;
    Ok(CostGiven {
        position: position.id,
        cost,
        delta_cost: kept,
        realized: kept - cost,
        delta_margin: margin - position.margin,
        fingerprint: 0,
        id: None,
    })
}
