//! Turns signals into orders: sizes them, names them, and sends none where there is nothing to do.
//!
//! 1. Whether an order may go is for the ledger's limits to say: nothing is checked twice.

use truebook_core::book::{Command, State, Submit};
use truebook_core::model::{
    AccountId, Fixed, Id, Instrument, InstrumentId, Order, PositionKey, PositionLeg, Side,
    Timestamp,
};

use super::signal::{Action, Given, Size};

/// How orders are named, after the strategy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrderNames {
    /// By their number from 1, where everything is decided anew from the first row.
    #[default]
    Counted,
    /// By the time of their set, in nanoseconds, and the number of their signal in it: a set that
    /// is decided again sends the same order, which is answered as before.
    Timed,
}

/// What became of a strategy's signals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignalCounts {
    /// Given.
    pub given: u64,
    /// Given, and too old when they were to become orders.
    pub expired: u64,
    /// Dropped for one on the other side.
    pub outvoted: u64,
    /// Without anything to do: nothing to close, a position there already, less than one lot.
    pub idle: u64,
    /// Sent as orders, which the limits may have refused.
    pub sent: u64,
}

/// Names orders of one strategy.
#[derive(Clone, Debug)]
pub(super) struct Namer {
    sent: u64,
    /// Of each synchronizer whose sets it sees: the newest set with signals, and how many it has.
    sets: Vec<(Timestamp, u32)>,
}

impl Namer {
    /// For a strategy that sees the sets of so many synchronizers.
    pub fn new(lanes: usize) -> Self {
        Self {
            sent: 0,
            sets: vec![(Timestamp(i64::MIN), 0); lanes],
        }
    }

    /// The number of the next signal of the set of `ts` from synchronizer `place`, from 1. No two
    /// sets of one time have one in common, whatever becomes of the signals.
    pub fn number(&mut self, place: usize, ts: Timestamp) -> u64 {
        let lanes = self.sets.len() as u64;
        let Some((newest, count)) = self.sets.get_mut(place) else {
            return 0;
        };
        if *newest != ts {
            (*newest, *count) = (ts, 0);
        }
        *count += 1;
        (u64::from(*count) - 1) * lanes + place as u64 + 1
    }

    pub fn name(&mut self, names: OrderNames, given: &Given) -> Id {
        self.sent += 1;
        match names {
            OrderNames::Counted => Id::format(format_args!("{}-{}", given.name, self.sent)),
            OrderNames::Timed => {
                let (ts, number) = (given.ts.0, given.number);
                Id::format(format_args!("{}-{ts}-{number}", given.name))
            }
        }
    }
}

/// The order that `given` asks for at `now`, without a name, where `wanted` is what was asked for
/// before it; `None` where there is nothing to do.
pub(super) fn route(
    (state, now): (&State, Timestamp),
    given: &Given,
    wanted: &[Command],
) -> Option<Submit> {
    let signal = &given.signal;
    let instrument = state.instrument(signal.instrument)?;
    let (side, qty) = match signal.action {
        Action::Buy => (Side::Buy, size(state, instrument, given)?),
        Action::Sell => (Side::Sell, size(state, instrument, given)?),
        Action::Long if is_flat(state, given, wanted) => {
            (Side::Buy, size(state, instrument, given)?)
        }
        Action::Short if instrument.kind.can_be_short() && is_flat(state, given, wanted) => {
            (Side::Sell, size(state, instrument, given)?)
        }
        Action::Long | Action::Short => return None,
        Action::Exit => {
            let held = held(state, given);
            let side = if held > 0 { Side::Sell } else { Side::Buy };
            let is_closing = orders(state, given).any(|order| order.side == side)
                || orders_before(wanted, given).any(|order| order.side == side);
            (!is_closing).then_some((side, held.saturating_abs()))?
        }
    };
    (qty > 0).then(|| Submit {
        strategy: Some(given.name),
        ..Submit::market(instrument.id, side, qty, now)
    })
}

/// The order as a command.
pub(super) fn named(submit: Submit, name: Id) -> Command {
    Command::Submit(Box::new(Submit {
        client_order_id: Some(name),
        ..submit
    }))
}

fn is_flat(state: &State, given: &Given, wanted: &[Command]) -> bool {
    held(state, given) == 0
        && orders(state, given).next().is_none()
        && orders_before(wanted, given).next().is_none()
}

/// What the strategy holds, signed.
fn held(state: &State, given: &Given) -> i128 {
    let Some(strategy) = state.strategy_id(&given.name) else {
        return 0;
    };
    let key = PositionKey {
        account: AccountId::default(),
        instrument: given.signal.instrument,
        strategy,
        leg: PositionLeg::Net,
    };
    state.position(&key).map_or(0, |position| position.qty)
}

/// The strategy's open orders in the signal's instrument.
fn orders<'a>(state: &'a State, given: &Given) -> impl Iterator<Item = &'a Order> {
    let own = state.strategy_id(&given.name);
    let instrument: InstrumentId = given.signal.instrument;
    let open = state.open_orders().map(|(_, order)| order);
    open.filter(move |order| order.instrument == instrument && Some(order.strategy) == own)
}

/// The strategy's orders in the signal's instrument among those that go before it, of which the
/// state does not know yet.
fn orders_before<'a>(wanted: &'a [Command], given: &Given) -> impl Iterator<Item = &'a Submit> {
    let (instrument, name) = (given.signal.instrument, given.name);
    let submits = wanted.iter().filter_map(|command| {
        let Command::Submit(submit) = command else {
            return None;
        };
        Some(&**submit)
    });
    submits.filter(move |submit| submit.instrument == instrument && submit.strategy == Some(name))
}

/// In whole lots, where it is money; a quantity is taken as it is.
fn size(state: &State, instrument: &Instrument, given: &Given) -> Option<i128> {
    let lots = |money: Fixed| {
        let mark = || state.mark(instrument.id).mark;
        let price = given.price.or_else(mark)?;
        instrument.lots_for(money.rounded_at(instrument.money_scale)?, price)
    };
    match given.signal.size {
        Size::Qty(qty) => Some(qty),
        Size::Notional(money) => lots(money),
        Size::Usual => lots(given.notional?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_signals_of_a_strategy_have_one_name() {
        let mut namer = Namer::new(2);
        // Two synchronizers, one of which is a set behind the other.
        let sets = [(0, 1), (0, 1), (0, 2), (1, 1), (1, 1), (0, 3), (1, 2)];
        let mut names = sets.map(|(place, ts)| (ts, namer.number(place, Timestamp(ts))));
        assert_eq!(
            names,
            [(1, 1), (1, 3), (2, 1), (1, 2), (1, 4), (3, 1), (2, 2)]
        );
        names.sort_unstable();
        assert!(names.array_windows().all(|[one, other]| one != other));
    }
}
