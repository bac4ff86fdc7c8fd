//! What a change of quantity does to a position, and which balances move with it.
//!
//! 1. Nothing here changes anything: outcomes go into events, and `apply` adds them.
//! 2. A number that leaves no room is `None`, and the report is quarantined.

use crate::model::{
    AccountId, CurrencyId, Fee, Instrument, Position, RoundTrip, Rounding, Settlement, Side,
    Timestamp, mul_div,
};

use super::State;
use super::accounting::{Holding, effect};
use super::event::{Fees, Leg, Legs, Outcome};

/// One, as a part of an unknown cost.
pub(super) const WHOLE: i128 = 1_000_000_000_000_000_000;

/// Whether a number leaves room to add to it; sums beyond 128 bits stop the writer, they never
/// wrap.
pub(crate) fn fits(value: i128) -> bool {
    value.unsigned_abs() < 1 << 120
}

/// What a position holds, as far as outcomes need it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    pub qty: i128,
    pub cost: i128,
    pub realized_pnl: i128,
    pub margin: i128,
    pub unknown_part: Option<i128>,
}

impl Held {
    pub fn of(position: Option<&Position>) -> Self {
        position.map_or_else(Self::default, |position| Self {
            qty: position.qty,
            cost: position.cost,
            realized_pnl: position.realized_pnl,
            margin: position.margin,
            unknown_part: position.unknown_part,
        })
    }

    /// What adding `delta` does, a signed quantity and its signed value.
    pub fn add(&self, instrument: &Instrument, delta: Holding) -> Option<Outcome> {
        let before = Holding {
            qty: self.qty,
            cost: self.cost,
        };
        let done = effect(before, delta, instrument.money_scale)?;
        let cash_flow = match instrument.settlement() {
            Settlement::Paid => delta.cost.checked_neg()?,
            Settlement::Linear | Settlement::Inverse => done.realized,
        };
        let qty = self.qty.checked_add(delta.qty)?;
        let cost = self.cost.checked_add(done.delta_cost)?;
        let realized_pnl = self.realized_pnl.checked_add(done.realized)?;
        let margin = instrument.margin(qty, cost)?;
        if ![qty, cost, realized_pnl, margin, cash_flow]
            .into_iter()
            .all(fits)
        {
            return None;
        }
        Some(Outcome {
            delta_qty: delta.qty,
            delta_cost: done.delta_cost,
            realized: done.realized,
            cash_flow,
            delta_margin: margin - self.margin,
            qty,
            cost,
            realized_pnl,
            unknown_part: self.part_after(delta.qty)?,
        })
    }

    /// What it holds after `outcome`.
    pub fn after(&self, outcome: &Outcome) -> Self {
        Self {
            qty: outcome.qty,
            cost: outcome.cost,
            realized_pnl: outcome.realized_pnl,
            margin: self.margin + outcome.delta_margin,
            unknown_part: outcome.unknown_part,
        }
    }

    /// The part of an unknown cost that is still held after a change of `delta`.
    fn part_after(&self, delta: i128) -> Option<Option<i128>> {
        let Some(part) = self.unknown_part else {
            return Some(None);
        };
        let reduces = self.qty.signum() == -delta.signum();
        if !reduces {
            return Some(Some(part));
        }
        let (held, moved) = (self.qty.checked_abs()?, delta.checked_abs()?);
        if moved >= held {
            return Some(Some(0));
        }
        let released = mul_div(part, moved, held, Rounding::HalfEven)?;
        Some(Some(part - released))
    }
}

/// An execution's own numbers: quantity, price and the fee that leaves in the base currency.
#[derive(Clone, Copy, Debug)]
pub(super) struct Execution {
    pub side: Side,
    pub qty: i128,
    pub px: i64,
    pub base_fee: i128,
}

impl Execution {
    /// What it is worth at its own price.
    pub fn priced(&self, instrument: &Instrument) -> Option<Priced> {
        let signed = self.side.sign().checked_mul(self.qty)?;
        let gross = instrument.value(self.px, signed)?;
        let fee = match self.base_fee {
            0 => 0,
            fee => instrument.value(self.px, fee)?,
        };
        Some(Priced {
            gross,
            delta: Holding {
                qty: signed.checked_sub(self.base_fee)?,
                cost: gross.checked_sub(fee)?,
            },
        })
    }
}

/// An execution at its own price.
#[derive(Clone, Copy, Debug)]
pub(super) struct Priced {
    /// The signed value of its quantity, fees apart.
    pub gross: i128,
    /// Its signed quantity and value, the base fee included.
    pub delta: Holding,
}

impl Priced {
    /// The same taken back.
    pub fn back(&self) -> Option<Self> {
        Some(Self {
            gross: self.gross.checked_neg()?,
            delta: Holding {
                qty: self.delta.qty.checked_neg()?,
                cost: self.delta.cost.checked_neg()?,
            },
        })
    }

    /// What the settlement balance receives, fees apart, of which `realized` is profit.
    pub fn cash(&self, instrument: &Instrument, realized: i128) -> Option<i128> {
        match instrument.settlement() {
            Settlement::Paid => self.gross.checked_neg(),
            Settlement::Linear | Settlement::Inverse => Some(realized),
        }
    }
}

/// Fees in two forms: what leaves in the base currency with the quantity, and what is attributed.
pub(super) struct FeeParts {
    pub base: i128,
    pub attributed: Fees,
}

/// Splits `fees` of an execution at `px`: a fee in the base currency leaves at the fill's price.
pub(super) fn fee_parts(instrument: &Instrument, px: i64, fees: &Fees) -> Option<FeeParts> {
    let mut parts = FeeParts {
        base: 0,
        attributed: Fees::new(),
    };
    for fee in fees {
        let leaves = instrument.kind.moves_base() && fee.currency == instrument.base;
        let attributed = if leaves {
            let qty = instrument.from_base(fee.amount)?;
            parts.base = parts.base.checked_add(qty)?;
            Fee {
                currency: instrument.settle,
                amount: instrument.value(px, qty)?,
            }
        } else {
            *fee
        };
        parts.attributed.try_push(attributed).ok()?;
    }
    Some(parts)
}

/// What an execution, of which `sign` is -1 when it is taken back, moves on balances.
pub(super) fn legs(
    state: &State,
    account: AccountId,
    instrument: &Instrument,
    (outcome, cash): (&Outcome, i128),
    (fees, sign): (&Fees, i128),
) -> Option<Legs> {
    let mut sums = LegSums {
        state,
        account,
        legs: Legs::new(),
    };
    if instrument.kind.moves_base() {
        sums.add(instrument.base, instrument.in_base(outcome.delta_qty)?)?;
    }
    sums.add(instrument.settle, cash)?;
    for fee in fees {
        let leaves = instrument.kind.moves_base() && fee.currency == instrument.base;
        if !leaves {
            sums.add(fee.currency, fee.amount.checked_mul(-sign)?)?;
        }
    }
    Some(sums.legs)
}

/// Legs being collected, one for each currency.
pub(super) struct LegSums<'a> {
    pub state: &'a State,
    pub account: AccountId,
    pub legs: Legs,
}

impl LegSums<'_> {
    /// Adds `amount` of `currency`; an amount of 0 is no leg.
    pub fn add(&mut self, currency: CurrencyId, amount: i128) -> Option<()> {
        if amount == 0 {
            return Some(());
        }
        if let Some(leg) = self.legs.iter_mut().find(|leg| leg.currency == currency) {
            leg.amount = leg.amount.checked_add(amount)?;
            leg.total = leg.total.checked_add(amount).filter(|total| fits(*total))?;
            return Some(());
        }
        let leg = leg_of(self.state, (self.account, currency), amount)?;
        self.legs.try_push(leg).ok()
    }
}

/// A change of one balance by `amount`; `None` where it does not fit.
pub(super) fn leg_of(
    state: &State,
    (account, currency): (AccountId, CurrencyId),
    amount: i128,
) -> Option<Leg> {
    let before = state.balance(account, currency).total;
    let total = before.checked_add(amount).filter(|total| fits(*total))?;
    Some(Leg {
        account,
        currency,
        amount,
        total,
    })
}

/// The round trip of a position after an execution of it was taken back: what was counted as
/// opened or closed by it no longer is, and nothing counts as ended.
pub(super) fn trip_back(
    position: &Position,
    outcome: &Outcome,
    (fees, now): (i128, Timestamp),
) -> RoundTrip {
    let mut trip = position.trip;
    let goes_on = position.qty.signum() * outcome.qty.signum() > 0;
    let ends = position.qty != 0 && outcome.qty == 0;
    if !goes_on && !ends {
        let before = Holding {
            qty: position.qty,
            cost: position.cost,
        };
        follow_trip(&mut trip, before, outcome, (fees, now));
        return trip;
    }
    trip.fees += fees;
    trip.realized_pnl += outcome.realized;
    let qty = outcome.delta_qty.saturating_abs();
    let value = (outcome.delta_cost - outcome.realized).saturating_abs();
    if position.qty.signum() == -outcome.delta_qty.signum() {
        trip.entry_qty = (trip.entry_qty - qty).max(0);
        trip.entry_value = (trip.entry_value - value).max(0);
    } else {
        trip.exit_qty = (trip.exit_qty - qty).max(0);
        trip.exit_value = (trip.exit_value - value).max(0);
    }
    trip
}

/// Takes a round trip through what `outcome` did to a holding of `before`; the trip that it ended.
///
/// An execution that goes through flat ends one and begins the next.
pub(super) fn follow_trip(
    trip: &mut RoundTrip,
    before: Holding,
    outcome: &Outcome,
    (fees, now): (i128, Timestamp),
) -> Option<RoundTrip> {
    let begin = |fees: i128| RoundTrip {
        opened_at: now,
        entry_qty: outcome.qty.saturating_abs(),
        entry_value: outcome.cost.saturating_abs(),
        peak_qty: outcome.qty.saturating_abs(),
        is_short: outcome.qty < 0,
        fees,
        ..RoundTrip::default()
    };
    let (held, after) = (before.qty, outcome.qty);
    if held == 0 {
        *trip = begin(fees);
        return None;
    }
    trip.fees += fees;
    let moved = outcome.delta_qty.saturating_abs();
    let reduces = moved != 0 && (held < 0) != (outcome.delta_qty < 0);
    if !reduces {
        trip.entry_qty += moved;
        trip.entry_value += outcome.delta_cost.saturating_abs();
        trip.peak_qty = trip.peak_qty.max(after.saturating_abs());
        return None;
    }
    let crosses = after != 0 && (held > 0) != (after > 0);
    let released = if crosses {
        before.cost
    } else {
        before.cost - outcome.cost
    };
    trip.exit_qty += held.saturating_abs().min(moved);
    trip.exit_value += (released + outcome.realized).saturating_abs();
    trip.realized_pnl += outcome.realized;
    if after != 0 && !crosses {
        return None;
    }
    trip.closed_at = now;
    let ended = *trip;
    if crosses {
        *trip = begin(0);
    }
    Some(ended)
}
