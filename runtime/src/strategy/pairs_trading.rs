//! `pairs_trading`: buys the cheap leg of a pair when the log ratio of closes is far from its mean.
//!
//! 1. Only bars of both legs count.
//! 2. A leg is opened from flat only, the dear one where it can be short; everything is closed when
//!    the ratio is near its mean.

use truebook_core::bars::feature::{log_ratio, to_float};
use truebook_core::model::Fixed;

use super::leg::Leg;
use super::score::Score;
use super::signal::{Action, Signal};
use super::{Seen, Strategy};

/// At how many deviations from the mean it opens and closes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thresholds {
    pub enter: Fixed,
    pub exit: Fixed,
}

/// The strategy.
#[derive(Clone, Debug)]
pub(super) struct PairsTrading {
    legs: [Leg; 2],
    score: Score,
    enter: f64,
    exit: f64,
}

impl PairsTrading {
    /// Trades two instruments.
    pub fn new(legs: [Leg; 2], window: u32, thresholds: Thresholds) -> Self {
        let threshold = |value: Fixed| to_float(value.rounded_at(8).map_or(0, narrow), 8);
        Self {
            legs,
            score: Score::new(window),
            enter: threshold(thresholds.enter),
            exit: threshold(thresholds.exit),
        }
    }
}

impl Strategy for PairsTrading {
    fn on_bars(&mut self, seen: &Seen<'_>, signals: &mut Vec<Signal>) {
        let [first, second] = self.legs;
        let (Some(a), Some(b)) = (first.bar(seen), second.bar(seen)) else {
            return;
        };
        let ratio = log_ratio(first.close(a), second.close(b));
        let Some(z) = self.score.push(ratio) else {
            return;
        };
        let give = |(leg, action): (Leg, Action)| Signal {
            score: z.abs(),
            ..Signal::new(leg.instrument, action)
        };
        let wanted = if z > self.enter {
            [(second, Action::Long), (first, Action::Short)]
        } else if z < -self.enter {
            [(first, Action::Long), (second, Action::Short)]
        } else if z.abs() < self.exit {
            [(first, Action::Exit), (second, Action::Exit)]
        } else {
            return;
        };
        signals.extend(wanted.map(give));
    }
}

fn narrow(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
