//! `momentum`: buys when the fast average of closes crosses above the slow one, sells when below.
//!
//! 1. No signal before `slow` bars.

use truebook_core::bars::Bar;
use truebook_core::bars::feature::{Ema, EmaSeed, Span, to_float};
use truebook_core::book::{Command, State};
use truebook_core::model::{Id, InstrumentId, Side};

use super::{Strategy, trader::Trader};

/// One symbol's averages.
#[derive(Clone, Debug)]
struct Track {
    instrument: InstrumentId,
    fast: Ema,
    slow: Ema,
    bars: u32,
    was_above: Option<bool>,
}

/// The strategy.
#[derive(Clone, Debug)]
pub(super) struct Momentum {
    trader: Trader,
    warm_up: u32,
    tracks: Vec<Track>,
}

impl Momentum {
    /// Trades `symbols`; `None` for an average of no bars.
    pub(super) fn new(
        trader: Trader,
        symbols: &[Id],
        state: &State,
        (fast, slow): (u32, u32),
    ) -> Option<Self> {
        let spans = (Span::new(fast).ok()?, Span::new(slow).ok()?);
        let track = |instrument| Track {
            instrument,
            fast: Ema::new(spans.0, EmaSeed::First),
            slow: Ema::new(spans.1, EmaSeed::First),
            bars: 0,
            was_above: None,
        };
        let known = symbols
            .iter()
            .filter_map(|symbol| state.instrument_id(symbol));
        Some(Self {
            trader,
            warm_up: slow,
            tracks: known.map(track).collect(),
        })
    }
}

impl Strategy for Momentum {
    fn on_bar(&mut self, state: &State, bar: &Bar, commands: &mut Vec<Command>) {
        let Some(instrument) = state.instrument(bar.instrument) else {
            return;
        };
        let track = self
            .tracks
            .iter_mut()
            .find(|track| track.instrument == bar.instrument);
        let Some(track) = track else { return };
        let close = to_float(bar.close, instrument.price_scale);
        let averages = (track.fast.push(close), track.slow.push(close));
        let (Some(fast), Some(slow)) = averages else {
            return;
        };
        track.bars = track.bars.saturating_add(1);
        if track.bars < self.warm_up {
            return;
        }
        let is_above = fast > slow;
        let crossed = track
            .was_above
            .is_some_and(|was_above| was_above != is_above);
        track.was_above = Some(is_above);
        if !crossed {
            return;
        }
        let order = if is_above {
            (
                bar.instrument,
                Side::Buy,
                self.trader.size(instrument, bar.close),
            )
        } else {
            (
                bar.instrument,
                Side::Sell,
                self.trader.held(state, bar.instrument),
            )
        };
        self.trader.send(order, bar.ts_close, commands);
    }
}
