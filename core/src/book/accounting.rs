//! Average cost with an exact remainder: what a change of quantity does to a holding.
//!
//! 1. cost after − cost before − realized = value: no money appears or is lost.
//! 2. A division happens only when a part of a holding is released, and its remainder stays.

use crate::model::{MONEY_SCALE, Rounding, mul_div, pow10};

/// What is held and what it cost; the cost has the sign of the quantity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// Signed quantity.
    pub qty: i128,
    /// Signed cost.
    pub cost: i128,
}

/// What a change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The change of cost.
    pub delta_cost: i128,
    /// Realized, gross of fees.
    pub realized: i128,
}

/// The effect on `before` of adding `delta`: a signed quantity and its signed value, money at
/// `money_scale`. `None` when a number does not fit.
///
/// A reduction releases `cost × closed / quantity`, rounded half to even at [`MONEY_SCALE`]; what
/// closes a holding whole releases all of its cost; what goes beyond opens at the same price.
///
/// # Examples
/// ```
/// use truebook_core::book::{Holding, effect};
/// let short = Holding { qty: -10, cost: -1_000 };
/// let cover = effect(short, Holding { qty: 5, cost: 500 }, 8).unwrap();
/// assert_eq!((cover.realized, cover.delta_cost), (0, 500));
/// ```
#[must_use]
pub fn effect(before: Holding, delta: Holding, money_scale: u8) -> Option<Effect> {
    let reduces = before.qty.signum() * delta.qty.signum() < 0;
    if !reduces {
        return Some(Effect {
            delta_cost: delta.cost,
            realized: 0,
        });
    }
    let held = before.qty.checked_abs()?;
    let moved = delta.qty.checked_abs()?;
    let closed = held.min(moved);
    let released = if closed == held {
        before.cost
    } else {
        part(before.cost, closed, held, money_scale)?
    };
    let closed_value = if closed == moved {
        delta.cost
    } else {
        mul_div(delta.cost, closed, moved, Rounding::HalfEven)?
    };
    let realized = closed_value.checked_neg()?.checked_sub(released)?;
    let opened_value = delta.cost.checked_sub(closed_value)?;
    let delta_cost = opened_value.checked_sub(released)?;
    Some(Effect {
        delta_cost,
        realized,
    })
}

fn part(cost: i128, closed: i128, held: i128, money_scale: u8) -> Option<i128> {
    let unit = pow10(money_scale.saturating_sub(MONEY_SCALE))?;
    mul_div(cost, closed, held.checked_mul(unit)?, Rounding::HalfEven)?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at_scale_8(qty: i128, hundredths: i128) -> Holding {
        Holding {
            qty,
            cost: hundredths * 1_000_000,
        }
    }

    #[test]
    fn the_remainder_of_a_division_stays_with_what_is_open() {
        let before = at_scale_8(3, 30_002);
        let sold = effect(before, at_scale_8(-1, -10_001), 8).unwrap();
        assert_eq!(sold.realized, 333_333);
        assert_eq!(before.cost + sold.delta_cost, 20_001_333_333);
    }

    #[test]
    fn a_flip_opens_the_rest_at_the_fill_price() {
        let before = at_scale_8(2, 20_000);
        let sold = effect(before, at_scale_8(-5, -55_000), 8).unwrap();
        assert_eq!(sold.realized, 2_000 * 1_000_000);
        assert_eq!(before.cost + sold.delta_cost, -33_000 * 1_000_000);
    }

    proptest! {
        #[test]
        fn realized_plus_cost_equals_what_was_paid(
            fills in proptest::collection::vec((-50_i128..50, 1_i128..10_000), 1..60)
        ) {
            let (mut held, mut realized, mut paid) = (Holding::default(), 0_i128, 0_i128);
            for (qty, price) in fills {
                let value = qty * price * 1_000_000;
                let done = effect(held, Holding { qty, cost: value }, 8).unwrap();
                held = Holding { qty: held.qty + qty, cost: held.cost + done.delta_cost };
                realized += done.realized;
                paid += value;
                prop_assert_eq!(held.cost - realized, paid);
                prop_assert!(held.qty != 0 || held.cost == 0);
            }
        }
    }
}
