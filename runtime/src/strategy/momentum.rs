//! `momentum`: buys when the fast average of closes crosses above the slow one, sells when below.
//!
//! 1. No signal before `slow` bars.

use truebook_core::bars::feature::{Ema, EmaSeed, Span};
use truebook_core::model::{InvalidValue, Timestamp};

use super::leg::Leg;
use super::signal::{Action, Signal};
use super::{Seen, Strategy};

/// One symbol's averages.
#[derive(Clone, Debug)]
struct Track {
    leg: Leg,
    fast: Ema,
    slow: Ema,
    bars: u32,
    newest: Timestamp,
    was_above: Option<bool>,
}

/// The strategy.
#[derive(Clone, Debug)]
pub(super) struct Momentum {
    warm_up: u32,
    tracks: Vec<Track>,
}

impl Momentum {
    /// Trades `legs`.
    ///
    /// # Errors
    /// [`InvalidValue`] for an average of no bars.
    pub fn new(legs: &[Leg], (fast, slow): (u32, u32)) -> Result<Self, InvalidValue> {
        let spans = (Span::new(fast)?, Span::new(slow)?);
        let track = |leg: &Leg| Track {
            leg: *leg,
            fast: Ema::new(spans.0, EmaSeed::First),
            slow: Ema::new(spans.1, EmaSeed::First),
            bars: 0,
            newest: Timestamp(i64::MIN),
            was_above: None,
        };
        Ok(Self {
            warm_up: slow,
            tracks: legs.iter().map(track).collect(),
        })
    }
}

impl Strategy for Momentum {
    fn on_bars(&mut self, seen: &Seen<'_>, signals: &mut Vec<Signal>) {
        let warm_up = self.warm_up;
        let each = self.tracks.iter_mut();
        signals.extend(each.filter_map(|track| track.follow(seen, warm_up)));
    }
}

impl Track {
    fn follow(&mut self, seen: &Seen<'_>, warm_up: u32) -> Option<Signal> {
        let bar = self.leg.bar(seen)?;
        // What stands for a missing bar is none that has closed since.
        if bar.ts_close <= self.newest {
            return None;
        }
        self.newest = bar.ts_close;
        let close = self.leg.close(bar);
        let (fast, slow) = (self.fast.push(close)?, self.slow.push(close)?);
        self.bars = self.bars.saturating_add(1);
        if self.bars < warm_up {
            return None;
        }
        let is_above = fast > slow;
        let was_above = self.was_above.replace(is_above);
        let crossed = was_above.is_some_and(|was_above| was_above != is_above);
        let action = match is_above {
            true => Action::Buy,
            false => Action::Exit,
        };
        crossed.then(|| Signal {
            score: ((fast - slow) / slow).abs(),
            ..Signal::new(self.leg.instrument, action)
        })
    }
}
