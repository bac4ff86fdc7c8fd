//! `pairs_trading`: buys the cheap leg of a pair when the log ratio of closes is far from its mean.
//!
//! 1. Only synchronized bars count: both legs closed at the same time.
//! 2. The dear leg is sold short only where its instrument can be short.
//! 3. A leg is opened from flat only; everything is closed when the ratio is near its mean.

use truebook_core::bars::feature::{log_ratio, to_float};
use truebook_core::bars::{
    Bar, BarSynchronizer, ExpectedSource, Source, SourceId, SynchronizerOptions, Timeframe,
};
use truebook_core::book::{Command, State};
use truebook_core::model::{Fixed, Instrument, InstrumentId, Side};

use super::score::Score;
use super::{Strategy, trader::Trader};

/// The strategy.
#[derive(Clone, Debug)]
pub(super) struct PairsTrading {
    trader: Trader,
    legs: [InstrumentId; 2],
    synchronizer: BarSynchronizer,
    score: Score,
    enter: f64,
    exit: f64,
}

impl PairsTrading {
    /// Trades two instruments; `None` where they are one.
    pub(super) fn new(
        trader: Trader,
        legs: [&Instrument; 2],
        window: u32,
        (enter, exit): (Fixed, Fixed),
    ) -> Option<Self> {
        let threshold = |value: Fixed| to_float(value.rounded_at(8).map_or(0, narrow), 8);
        // Bars come in the order of their closes, so a newer close ends the wait for an older one.
        let options = SynchronizerOptions {
            open_sets_max: 1,
            ..SynchronizerOptions::default()
        };
        let source = |leg: &Instrument| Source {
            symbol: leg.symbol,
            timeframe: Timeframe::UNALIGNED,
        };
        let expected = legs.map(|leg| ExpectedSource::from(source(leg)));
        Some(Self {
            trader,
            legs: legs.map(|leg| leg.id),
            synchronizer: BarSynchronizer::new(expected.to_vec(), options).ok()?,
            score: Score::new(window),
            enter: threshold(enter),
            exit: threshold(exit),
        })
    }

    /// The bars of both legs, once they are there.
    fn synchronized(&mut self, bar: &Bar) -> Option<[Bar; 2]> {
        let mut numbers = (0..).map(SourceId).zip(self.legs);
        let (source, _) = numbers.find(|(_, leg)| *leg == bar.instrument)?;
        self.synchronizer.push(source, *bar, bar.ts_close);
        while let Some(release) = self.synchronizer.poll() {
            if let Some(set) = release.set() {
                return Some([*set.bar(SourceId(0))?, *set.bar(SourceId(1))?]);
            }
        }
        None
    }

    fn open(&mut self, state: &State, legs: (&Bar, &Bar), commands: &mut Vec<Command>) {
        let (cheap, dear) = legs;
        for (bar, side) in [(cheap, Side::Buy), (dear, Side::Sell)] {
            let Some(instrument) = state.instrument(bar.instrument) else {
                continue;
            };
            let may = side == Side::Buy || instrument.kind.can_be_short();
            let flat = self.trader.held(state, bar.instrument) == 0;
            if may && flat && !self.trader.is_waiting(state, bar.instrument) {
                let qty = self.trader.size(instrument, bar.close);
                self.trader
                    .send((bar.instrument, side, qty), bar.ts_close, commands);
            }
        }
    }

    fn close(&mut self, state: &State, bars: &[Bar], commands: &mut Vec<Command>) {
        for bar in bars {
            let held = self.trader.held(state, bar.instrument);
            let side = if held > 0 { Side::Sell } else { Side::Buy };
            if !self.trader.is_waiting(state, bar.instrument) {
                let qty = held.saturating_abs();
                self.trader
                    .send((bar.instrument, side, qty), bar.ts_close, commands);
            }
        }
    }
}

impl Strategy for PairsTrading {
    fn on_bar(&mut self, state: &State, bar: &Bar, commands: &mut Vec<Command>) {
        let Some(set) = self.synchronized(bar) else {
            return;
        };
        let [first, second] = &set;
        let close = |bar: &Bar| {
            let scale = state.instrument(bar.instrument)?.price_scale;
            Some(to_float(bar.close, scale))
        };
        let (Some(a), Some(b)) = (close(first), close(second)) else {
            return;
        };
        let Some(z) = self.score.push(log_ratio(a, b)) else {
            return;
        };
        if z > self.enter {
            self.open(state, (second, first), commands);
        } else if z < -self.enter {
            self.open(state, (first, second), commands);
        } else if z.abs() < self.exit {
            self.close(state, &set, commands);
        }
    }
}

fn narrow(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use truebook_core::model::{Id, Timestamp};

    fn leg(number: u32) -> Instrument {
        let symbol = Id::format(format_args!("C{number}-USD"));
        let mut ledger = truebook_core::book::Ledger::default();
        let spec = truebook_core::model::InstrumentSpec {
            symbol,
            base: Id::format(format_args!("C{number}")),
            quote: Id::format(format_args!("USD")),
            ..truebook_core::model::InstrumentSpec::default()
        };
        ledger.execute(&Command::AddInstrument(Box::new(spec)));
        let instrument = *ledger.state().instrument(InstrumentId(0)).unwrap();
        Instrument {
            id: InstrumentId(number),
            ..instrument
        }
    }

    fn pair() -> PairsTrading {
        let trader = Trader::new(Id::format(format_args!("pairs")), Fixed::new(1, 0));
        let legs = [leg(0), leg(1)];
        let thresholds = (Fixed::new(2, 0), Fixed::new(5, 1));
        PairsTrading::new(trader, legs.each_ref(), 60, thresholds).unwrap()
    }

    #[test]
    fn a_set_is_both_legs_of_the_newest_close_and_an_older_close_is_never_waited_for() {
        let (mut pair, mut dice) = (pair(), 7_u64);
        let (mut newest, mut waiting, mut sets) = (0, [None; 2], 0);
        let mut given = std::collections::HashSet::new();
        for number in 0..20_000 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let leg = (dice >> 33) % 3;
            let ts = number / 3 + i64::try_from((dice >> 40) % 3).unwrap();
            if !given.insert((leg, ts)) {
                continue;
            }
            let bar = Bar {
                instrument: InstrumentId(u32::try_from(leg).unwrap()),
                ts_close: Timestamp(ts),
                open: number,
                high: number,
                low: number,
                close: number,
                volume: 1,
            };
            // What goes out is what this plain rule says.
            let mut wanted = None;
            if leg < 2 && ts >= newest {
                if ts > newest {
                    (newest, waiting) = (ts, [None; 2]);
                }
                waiting[usize::try_from(leg).unwrap()] = Some(bar);
                if let [Some(first), Some(second)] = waiting {
                    wanted = Some([first, second]);
                    (waiting, sets) = ([None; 2], sets + 1);
                }
            }
            assert_eq!(pair.synchronized(&bar), wanted, "bar {number}");
        }
        assert!(sets > 1_000, "{sets}");
    }
}
