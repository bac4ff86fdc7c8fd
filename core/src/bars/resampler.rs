//! Makes larger bars of smaller ones: hours of minutes, days of hours.
//!
//! 1. A larger bar goes out with the small bar that ends it, or once time is beyond its end.
//! 2. It is complete only when small bars covered all of it; what is missing is never made up.
//! 3. Small bars come in the order of their closes; others are refused and counted.

use crate::model::{InstrumentId, InvalidValue, Timestamp};

use super::aggregator::{PrintCounts, PrintOutcome};
use super::candle::{BuiltBar, Candle, Completeness, Piece};
use super::session::{Period, Session};
use super::{Bar, Timeframe};

/// From which bars to which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResamplerOptions {
    /// Of what.
    pub instrument: InstrumentId,
    /// How long the bars are that come in.
    pub from: Timeframe,
    /// How long the bars are that go out.
    pub to: Timeframe,
    /// When the market trades.
    pub session: Session,
}

/// Makes the larger bars of one instrument.
#[derive(Clone, Debug)]
pub struct Resampler {
    options: ResamplerOptions,
    candle: Candle,
    period: Option<Period>,
    covered_ns: i64,
    /// Whether a part was partial, and whether any part was more than empty.
    has_partial: bool,
    has_traded: bool,
    newest: Timestamp,
    counts: PrintCounts,
}

impl Resampler {
    /// Bars as `options` say.
    ///
    /// # Errors
    /// [`InvalidValue`] when the larger timeframe is not a multiple of the smaller.
    pub fn new(options: ResamplerOptions) -> Result<Self, InvalidValue> {
        let (from, to) = (options.from, options.to);
        if from == Timeframe::UNALIGNED || from >= to || to.ns() % from.ns() != 0 {
            let found = format!("{to} of {from}");
            let allowed = "a larger timeframe that is a multiple of the smaller";
            return Err(InvalidValue::new("timeframe", &found, allowed));
        }
        Ok(Self {
            candle: Candle::new(options.instrument),
            options,
            period: None,
            covered_ns: 0,
            has_partial: false,
            has_traded: false,
            newest: Timestamp(i64::MIN),
            counts: PrintCounts::default(),
        })
    }

    /// Takes a small bar and what it is; adds the bars that are closed by it to `out`. A bar of
    /// another source is complete where nothing else is known of it.
    ///
    /// # Errors
    /// [`InvalidValue`] for a bar of another instrument, with a high below its low, with a close
    /// that is none of its timeframe, or with a volume that leaves no room: it is then in no bar.
    pub fn push(
        &mut self,
        bar: &Bar,
        completeness: Completeness,
        out: &mut Vec<BuiltBar>,
    ) -> Result<PrintOutcome, InvalidValue> {
        self.check(bar)?;
        let ResamplerOptions {
            from, to, session, ..
        } = self.options;
        // The last moment of the bar: its close is the begin of the next one.
        let inside = Timestamp(bar.ts_close.0.saturating_sub(1));
        let Some(part) = session.period(from, inside) else {
            return Ok(self.counts.note(PrintOutcome::OutsideSession));
        };
        if part.end != bar.ts_close {
            let found = format!("{} ns", bar.ts_close.0);
            let allowed = format!("a close of a {from} bar, such as {} ns", part.end.0);
            return Err(InvalidValue::new("bar close", &found, &allowed));
        }
        if bar.ts_close <= self.newest {
            return Ok(self.counts.note(PrintOutcome::Late));
        }
        self.advance(part.begin, out);
        self.candle.add(&Piece {
            ts: inside,
            open: bar.open,
            high: bar.high,
            low: bar.low,
            close: bar.close,
            volume: bar.volume,
            value: 0,
        })?;
        self.newest = bar.ts_close;
        self.period = self.period.or_else(|| session.period(to, inside));
        self.covered_ns += session.traded_ns(from, part);
        self.has_partial |= completeness == Completeness::Partial;
        self.has_traded |= completeness != Completeness::Empty;
        self.advance(bar.ts_close, out);
        Ok(self.counts.note(PrintOutcome::Taken))
    }

    /// Says that it is `now`: a bar that has ended is added to `out`, with what there is of it.
    pub fn advance(&mut self, now: Timestamp, out: &mut Vec<BuiltBar>) {
        if self.period.is_some_and(|period| period.end <= now) {
            self.flush(out);
        }
    }

    /// Gives what is open, at the end of the data.
    pub fn flush(&mut self, out: &mut Vec<BuiltBar>) {
        let Some(period) = self.period.take() else {
            return;
        };
        let needed = self.options.session.traded_ns(self.options.to, period);
        let completeness = match (
            self.covered_ns == needed && !self.has_partial,
            self.has_traded,
        ) {
            (false, _) => Completeness::Partial,
            (true, true) => Completeness::Complete,
            (true, false) => Completeness::Empty,
        };
        let (bar, parts) = self.candle.take(period.end);
        (self.covered_ns, self.has_partial, self.has_traded) = (0, false, false);
        self.newest = self.newest.max(period.end);
        out.push(BuiltBar {
            bar,
            ts_open: period.begin,
            parts,
            completeness,
        });
    }

    /// How many bars had which outcome.
    #[must_use]
    pub fn counts(&self) -> PrintCounts {
        self.counts
    }

    fn check(&self, bar: &Bar) -> Result<(), InvalidValue> {
        let own = self.options.instrument;
        if bar.instrument != own {
            let found = format!("instrument {}", bar.instrument.0);
            let allowed = format!("instrument {}", own.0);
            return Err(InvalidValue::new("bar", &found, &allowed));
        }
        if !bar.is_valid() {
            let found = format!("{bar:?}");
            let allowed = "low <= open, close <= high and a volume of 0 and above";
            return Err(InvalidValue::new("bar", &found, allowed));
        }
        Ok(())
    }
}
