//! What stands for a bar that is not there.

use std::collections::VecDeque;

use crate::model::{Rounding, Timestamp, mul_div};

use super::open_set::OpenSet;
use super::source::GapPolicy;
use super::{Bar, SlotState};

/// The next bar of a source that is known already.
pub(super) fn next_of(open: &VecDeque<OpenSet>, index: usize) -> Option<&Bar> {
    let mut sets = open.iter().map(|open| &open.set);
    sets.find_map(|set| {
        let is_there = *set.states.get(index)? == SlotState::Present;
        set.bars.get(index).filter(|_| is_there)
    })
}

/// What stands at `ts` for the bar of a source whose last one is `last`.
pub(super) fn stand_in<'a>(
    gap: GapPolicy,
    last: &Bar,
    ts: Timestamp,
    next: impl FnOnce() -> Option<&'a Bar>,
) -> (Option<Bar>, SlotState) {
    let is_known = last.ts_close.0 != i64::MIN;
    match gap {
        GapPolicy::LastKnown { age_max_ns } if is_known => {
            let is_young = ts.since_ns(last.ts_close) <= age_max_ns;
            (is_young.then_some(*last), SlotState::Stale)
        }
        GapPolicy::Interpolate if is_known => {
            let between = next().and_then(|next| interpolate(last, next, ts));
            (between, SlotState::Interpolated)
        }
        GapPolicy::Skip
        | GapPolicy::Fail
        | GapPolicy::LastKnown { .. }
        | GapPolicy::Interpolate => (None, SlotState::Missing),
    }
}

/// The bar at `ts` on the line from `before` to `after`, each price rounded half to even; nothing
/// traded in it. `None` unless `ts` is between the two.
pub(super) fn interpolate(before: &Bar, after: &Bar, ts: Timestamp) -> Option<Bar> {
    let span = i128::from(after.ts_close.0) - i128::from(before.ts_close.0);
    let done = i128::from(ts.0) - i128::from(before.ts_close.0);
    if done <= 0 || done >= span {
        return None;
    }
    // All four move by the same part of their way and are rounded alike, so low stays lowest.
    let price = |from: i64, to: i64| {
        let (from, to) = (i128::from(from), i128::from(to));
        let sum = mul_div(to, done, 1, Rounding::Down)?.checked_add(mul_div(
            from,
            span - done,
            1,
            Rounding::Down,
        )?)?;
        i64::try_from(mul_div(sum, 1, span, Rounding::HalfEven)?).ok()
    };
    Some(Bar {
        instrument: before.instrument,
        ts_close: ts,
        open: price(before.open, after.open)?,
        high: price(before.high, after.high)?,
        low: price(before.low, after.low)?,
        close: price(before.close, after.close)?,
        volume: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interpolated_bar_is_on_the_line_and_keeps_its_order() {
        let bar = |ts: i64, low: i64, high: i64| Bar {
            ts_close: Timestamp(ts),
            open: low,
            high,
            low,
            close: high,
            volume: 5,
            ..Bar::NONE
        };
        let middle = interpolate(&bar(0, 10, 13), &bar(40, 20, 23), Timestamp(10)).unwrap();
        let Bar { low, high, .. } = middle;
        assert_eq!(
            (low, high, middle.volume),
            (12, 16, 0),
            "12.5 and 15.5, to the even"
        );
        for outside in [0, 40, 50, -1] {
            let ts = Timestamp(outside);
            assert_eq!(interpolate(&bar(0, 10, 13), &bar(40, 20, 23), ts), None);
        }
        let extreme = interpolate(
            &bar(i64::MIN + 1, i64::MIN, i64::MAX),
            &bar(i64::MAX, i64::MIN, i64::MAX),
            Timestamp(0),
        );
        let extreme = extreme.unwrap();
        assert_eq!((extreme.low, extreme.high), (i64::MIN, i64::MAX));
    }
}
