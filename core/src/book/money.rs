//! What becomes of cash: deposits and withdrawals, transfers, funding, dividends and interest.
//!
//! 1. A repeat under the same id and with the same content is booked once; other content is
//!    refused.
//! 2. Everything is computed before the first event: what is refused leaves nothing behind.

use borsh::BorshSerialize;

use crate::model::{
    AccountId, CurrencyId, Fixed, Id, MAX_SCALE, PositionKey, PositionLeg, Refusal, StrategyId,
};

use super::event::Leg;
use super::fingerprint::short;
use super::outcome::{fits, leg_of};
use super::{
    Answer, Applied, CashKind, CashMove, CashMoved, Event, Income, IncomePaid, Invalid, Ledger,
    Transfer, Transferred,
};

/// What tells a repeat from another booking under the same id: a hash of everything it says.
pub(super) fn fingerprint(content: &impl BorshSerialize) -> u64 {
    // Writing to memory does not fail.
    short(&borsh::to_vec(content).unwrap_or_default())
}

impl Ledger {
    /// Whether `id` was booked before: the answer to give, where it was.
    pub(super) fn booked(&self, id: Option<Id>, fingerprint: u64) -> Option<Answer> {
        let (sequence, known) = *self.state.cash_ids.get(&id?)?;
        if known != fingerprint {
            return Some(Answer::Invalid(Invalid::IdConflict));
        }
        Some(Answer::Applied(Applied {
            sequence,
            duplicate: true,
            ..Applied::default()
        }))
    }

    /// The number and amount of a currency that may be new; nothing is registered yet.
    pub(super) fn amount_of(
        &self,
        currency: &Id,
        amount: Fixed,
    ) -> Result<(CurrencyId, i128), Invalid> {
        if *currency == Id::default() {
            return Err(Invalid::Unnamed);
        }
        let known = self.state.currency_id(currency);
        let scale = known
            .and_then(|id| self.state.currency(id))
            .map_or(MAX_SCALE, |c| c.scale);
        let raw = amount
            .exactly_at(scale)
            .filter(|raw| fits(*raw))
            .ok_or(Invalid::Scale)?;
        let next = u16::try_from(self.state.currencies.len()).map_err(|_| Invalid::TooMany)?;
        Ok((known.unwrap_or(CurrencyId(next)), raw))
    }

    fn leg(&self, account: AccountId, currency: CurrencyId, amount: i128) -> Result<Leg, Invalid> {
        if account.index() >= self.state.accounts.len() {
            return Err(Invalid::UnknownAccount);
        }
        leg_of(&self.state, (account, currency), amount).ok_or(Invalid::Scale)
    }

    pub(super) fn move_cash(&mut self, moved: &CashMove) -> Answer {
        let decided = || {
            if moved.kind != CashKind::Adjustment && moved.amount.raw <= 0 {
                return Err(Invalid::NotPositive);
            }
            let (currency, amount) = self.amount_of(&moved.currency, moved.amount)?;
            let signed = match moved.kind {
                CashKind::Withdrawal => -amount,
                CashKind::Deposit | CashKind::Adjustment => amount,
            };
            self.leg(moved.account, currency, signed)
        };
        let leg = match decided() {
            Ok(leg) => leg,
            Err(why) => return Answer::Invalid(why),
        };
        let print = fingerprint(&("cash", moved.kind, leg.account, moved.currency, leg.amount));
        if let Some(answer) = self.booked(moved.id, print) {
            return answer;
        }
        let free = self.state.balance(leg.account, leg.currency).free();
        if moved.kind == CashKind::Withdrawal && free < -leg.amount {
            return Answer::Refused(Refusal::InsufficientBalance);
        }
        self.currency_id(moved.currency, MAX_SCALE);
        let (kind, id) = (moved.kind, moved.id);
        self.emit(Event::CashMoved(CashMoved {
            leg,
            kind,
            fingerprint: print,
            id,
        }));
        let answer = self.applied();
        self.shift_risk(leg.currency, leg.amount);
        answer
    }

    pub(super) fn transfer(&mut self, transfer: &Transfer) -> Answer {
        let decided = || {
            if transfer.amount.raw <= 0 {
                return Err(Invalid::NotPositive);
            }
            if transfer.from == transfer.to {
                return Err(Invalid::SameAccount);
            }
            let (currency, amount) = self.amount_of(&transfer.currency, transfer.amount)?;
            let from = self.leg(transfer.from, currency, -amount)?;
            Ok((from, self.leg(transfer.to, currency, amount)?))
        };
        let (from, to) = match decided() {
            Ok(legs) => legs,
            Err(why) => return Answer::Invalid(why),
        };
        let owners = (from.account, to.account);
        let print = fingerprint(&("transfer", owners, transfer.currency, to.amount));
        if let Some(answer) = self.booked(transfer.id, print) {
            return answer;
        }
        if self.state.balance(from.account, from.currency).free() < to.amount {
            return Answer::Refused(Refusal::InsufficientBalance);
        }
        let id = transfer.id;
        self.emit(Event::Transferred(Transferred {
            from,
            to,
            fingerprint: print,
            id,
        }));
        self.applied()
    }

    pub(super) fn income(&mut self, income: &Income) -> Answer {
        let decided = || {
            let (currency, amount) = self.amount_of(&income.currency, income.amount)?;
            let leg = self.leg(income.account, currency, amount)?;
            let instrument = match income.instrument {
                Some(id) => Some(
                    *self
                        .state
                        .instrument(id)
                        .ok_or(Invalid::UnknownInstrument)?,
                ),
                None => None,
            };
            Ok((leg, instrument))
        };
        let (leg, instrument) = match decided() {
            Ok(decided) => decided,
            Err(why) => return Answer::Invalid(why),
        };
        let owner = (leg.account, income.instrument, income.strategy);
        let print = fingerprint(&("income", income.kind, owner, income.currency, leg.amount));
        if let Some(answer) = self.booked(income.id, print) {
            return answer;
        }
        self.currency_id(income.currency, MAX_SCALE);
        let strategy = income
            .strategy
            .map_or(StrategyId::EXTERNAL, |name| self.strategy_id(name));
        let in_settle = instrument.filter(|instrument| instrument.settle == leg.currency);
        let position = in_settle.map(|instrument| PositionKey {
            account: income.account,
            instrument: instrument.id,
            strategy,
            leg: PositionLeg::Net,
        });
        self.emit(Event::IncomePaid(IncomePaid {
            kind: income.kind,
            leg,
            strategy,
            position,
            fingerprint: print,
            id: income.id,
        }));
        self.applied()
    }
}
