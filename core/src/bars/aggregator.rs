//! Makes bars of trades, quotes or last prices: by time, by count, by volume or by value.
//!
//! 1. A time bar holds what happened from its begin up to, and not at, its end.
//! 2. A print closes at most one bar of its own; one that reaches a threshold stays whole in it.
//! 3. What comes after its bar went out is refused and counted; nothing is ever changed afterwards.
//! 4. Time is that of the prints, or what [`Aggregator::advance`] says.

use crate::model::{InstrumentId, InvalidValue, Timestamp};

use super::candle::{BuiltBar, Candle, Completeness, Piece, too_large};
use super::session::{Period, Session};
use super::timeframe::Timeframe;

/// A price that was seen, and how much was traded at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    /// When.
    pub ts: Timestamp,
    /// At the instrument's price scale.
    pub px: i64,
    /// At the instrument's quantity scale; 0 where nothing traded.
    pub qty: i128,
}

/// The best bid and ask, at the instrument's price scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotePrint {
    /// When.
    pub ts: Timestamp,
    /// The best bid.
    pub bid: i64,
    /// The best ask.
    pub ask: i64,
}

/// Which price of a quote goes into bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotePrice {
    /// The bid.
    Bid,
    /// The ask.
    Ask,
    /// The middle, rounded towards zero.
    Mid,
}

impl Print {
    /// A last price, without a quantity.
    #[must_use]
    pub fn last(ts: Timestamp, px: i64) -> Self {
        Self { ts, px, qty: 0 }
    }

    /// A price of a quote, without a quantity.
    #[must_use]
    pub fn quote(quote: QuotePrint, price: QuotePrice) -> Self {
        let px = match price {
            QuotePrice::Bid => quote.bid,
            QuotePrice::Ask => quote.ask,
            QuotePrice::Mid => quote.bid.midpoint(quote.ask),
        };
        Self::last(quote.ts, px)
    }
}

/// When a bar is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarRule {
    /// At the end of its period.
    Time(Timeframe),
    /// After so many prints.
    Ticks(u64),
    /// Once so much was traded, at the instrument's quantity scale.
    Volume(i128),
    /// Once so much was paid: price × quantity, at the sum of their scales, without its sign.
    Value(i128),
}

/// What becomes of a period in which nothing traded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptyPeriods {
    /// It has no bar.
    #[default]
    Skip,
    /// It has an empty bar, up to so many in a row; the rest of a longer gap has none.
    Fill(u32),
}

/// What a bar is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AggregatorOptions {
    /// Of what.
    pub instrument: InstrumentId,
    /// When a bar is full.
    pub rule: BarRule,
    /// When the market trades; for time bars.
    pub session: Session,
    /// What becomes of a period in which nothing traded; for time bars.
    pub empty: EmptyPeriods,
}

impl AggregatorOptions {
    /// Bars of `instrument` by `rule`, traded all day, without empty bars.
    #[must_use]
    pub fn new(instrument: InstrumentId, rule: BarRule) -> Self {
        Self {
            instrument,
            rule,
            session: Session::default(),
            empty: EmptyPeriods::default(),
        }
    }
}

/// What became of a print, or of a bar given to a [`super::Resampler`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrintOutcome {
    /// It is in a bar.
    Taken,
    /// It is in a bar, and was older than one before it.
    OutOfOrder,
    /// Its bar had gone out: it is in none.
    Late,
    /// The market was closed: it is in none.
    OutsideSession,
}

/// How many prints had which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrintCounts {
    /// Taken in order.
    pub taken: u64,
    /// Taken out of order.
    pub out_of_order: u64,
    /// Refused: after their bar.
    pub late: u64,
    /// Refused: outside the session.
    pub outside_session: u64,
    /// Gaps longer than the empty bars that they may have.
    pub cut_gaps: u64,
}

impl PrintCounts {
    pub(super) fn note(&mut self, outcome: PrintOutcome) -> PrintOutcome {
        let count = match outcome {
            PrintOutcome::Taken => &mut self.taken,
            PrintOutcome::OutOfOrder => &mut self.out_of_order,
            PrintOutcome::Late => &mut self.late,
            PrintOutcome::OutsideSession => &mut self.outside_session,
        };
        *count += 1;
        outcome
    }
}

/// Makes the bars of one instrument.
#[derive(Clone, Debug)]
pub struct Aggregator {
    options: AggregatorOptions,
    candle: Candle,
    /// The period that is open, of time bars.
    period: Option<Period>,
    /// Since when prints are heard.
    since: Option<Timestamp>,
    /// What is older comes too late.
    floor: Timestamp,
    last_px: Option<i64>,
    empties: u32,
    counts: PrintCounts,
}

impl Aggregator {
    /// Bars as `options` say.
    ///
    /// # Errors
    /// [`InvalidValue`] for a threshold that is not above 0, and for a timeframe without a length.
    pub fn new(options: AggregatorOptions) -> Result<Self, InvalidValue> {
        let (is_valid, found) = match options.rule {
            BarRule::Time(timeframe) => (timeframe != Timeframe::UNALIGNED, timeframe.to_string()),
            BarRule::Ticks(ticks) => (ticks > 0, ticks.to_string()),
            BarRule::Volume(most) | BarRule::Value(most) => (most > 0, most.to_string()),
        };
        if !is_valid {
            let allowed = "a threshold above 0, or a timeframe of 1s and more";
            return Err(InvalidValue::new("bar rule", &found, allowed));
        }
        Ok(Self {
            candle: Candle::new(options.instrument),
            options,
            period: None,
            since: None,
            floor: Timestamp(i64::MIN),
            last_px: None,
            empties: 0,
            counts: PrintCounts::default(),
        })
    }

    /// Takes a print; adds the bars that are closed by it to `out`.
    ///
    /// # Errors
    /// [`InvalidValue`] for a negative quantity and for a sum beyond 128 bits: the print is then in
    /// no bar, and what its time closed is closed.
    pub fn push(
        &mut self,
        print: Print,
        out: &mut Vec<BuiltBar>,
    ) -> Result<PrintOutcome, InvalidValue> {
        if print.qty < 0 {
            let found = print.qty.to_string();
            return Err(InvalidValue::new("print quantity", &found, "0 and above"));
        }
        let value = match self.options.rule {
            BarRule::Value(_) => {
                let value = i128::from(print.px).checked_mul(print.qty);
                value.and_then(i128::checked_abs).ok_or_else(too_large)?
            }
            BarRule::Time(_) | BarRule::Ticks(_) | BarRule::Volume(_) => 0,
        };
        if print.ts < self.floor {
            return Ok(self.counts.note(PrintOutcome::Late));
        }
        self.advance(print.ts, out);
        if let BarRule::Time(timeframe) = self.options.rule
            && self.period.is_none_or(|period| print.ts < period.begin)
        {
            let period = self.options.session.period(timeframe, print.ts);
            let Some(period) = period else {
                return Ok(self.counts.note(PrintOutcome::OutsideSession));
            };
            self.floor = period.begin;
            self.period = Some(period);
        }
        let is_behind = self.candle.parts > 0 && print.ts < self.candle.last;
        self.candle.add(&Piece {
            ts: print.ts,
            open: print.px,
            high: print.px,
            low: print.px,
            close: print.px,
            volume: print.qty,
            value,
        })?;
        self.last_px = Some(print.px);
        self.close_full(out);
        Ok(self.counts.note(match is_behind {
            true => PrintOutcome::OutOfOrder,
            false => PrintOutcome::Taken,
        }))
    }

    /// Says that it is `now`: time bars that have ended are added to `out`.
    pub fn advance(&mut self, now: Timestamp, out: &mut Vec<BuiltBar>) {
        self.since.get_or_insert(now);
        let BarRule::Time(timeframe) = self.options.rule else {
            return;
        };
        while let Some(period) = self.period
            && period.end <= now
        {
            self.close_period(period, out);
            self.floor = period.end;
            let next = self.options.session.next(timeframe, period);
            self.period = match self.options.empty {
                EmptyPeriods::Fill(most) if next.end > period.end && self.empties < most => {
                    Some(next)
                }
                EmptyPeriods::Fill(_) => {
                    let is_cut = next.end <= now;
                    self.counts.cut_gaps += u64::from(is_cut);
                    (!is_cut && next.end > period.end).then_some(next)
                }
                EmptyPeriods::Skip => None,
            };
        }
    }

    /// Gives what is open as a partial bar, at the end of the data.
    pub fn flush(&mut self, out: &mut Vec<BuiltBar>) {
        if self.candle.parts == 0 {
            return;
        }
        let period = self.period.take();
        let ts_close = period.map_or(self.candle.last, |period| period.end);
        let ts_open = period.map_or(self.candle.first, |period| period.begin);
        self.floor = ts_close;
        self.give((ts_open, ts_close), Completeness::Partial, out);
    }

    /// Changes the hours of the market, as with summer time.
    ///
    /// # Errors
    /// [`InvalidValue`] while a bar is open.
    pub fn set_session(&mut self, session: Session) -> Result<(), InvalidValue> {
        if self.candle.parts > 0 {
            let allowed = "a change between two bars: advance to the end of the session, or flush";
            return Err(InvalidValue::new("session", "a bar that is open", allowed));
        }
        self.period = None;
        self.options.session = session;
        Ok(())
    }

    /// How many prints had which outcome.
    #[must_use]
    pub fn counts(&self) -> PrintCounts {
        self.counts
    }

    /// Closes a bar that is not of time, when it is full.
    fn close_full(&mut self, out: &mut Vec<BuiltBar>) {
        let is_full = match self.options.rule {
            BarRule::Time(_) => false,
            BarRule::Ticks(most) => self.candle.parts >= most,
            BarRule::Volume(most) => self.candle.volume() >= most,
            BarRule::Value(most) => self.candle.value >= most,
        };
        if is_full {
            let (first, last) = (self.candle.first, self.candle.last);
            self.floor = last;
            self.give((first, last), Completeness::Complete, out);
        }
    }

    fn close_period(&mut self, period: Period, out: &mut Vec<BuiltBar>) {
        if self.candle.parts > 0 {
            let is_whole = self.since.is_some_and(|since| since <= period.begin);
            let completeness = match is_whole {
                true => Completeness::Complete,
                false => Completeness::Partial,
            };
            self.give((period.begin, period.end), completeness, out);
            return;
        }
        let EmptyPeriods::Fill(most) = self.options.empty else {
            return;
        };
        if let Some(close) = self.last_px
            && self.empties < most
        {
            self.empties += 1;
            out.push(BuiltBar {
                bar: self.candle.flat(close, period.end),
                ts_open: period.begin,
                parts: 0,
                completeness: Completeness::Empty,
            });
        }
    }

    fn give(
        &mut self,
        (ts_open, ts_close): (Timestamp, Timestamp),
        completeness: Completeness,
        out: &mut Vec<BuiltBar>,
    ) {
        self.empties = 0;
        let (bar, parts) = self.candle.take(ts_close);
        self.last_px = Some(bar.close);
        out.push(BuiltBar {
            bar,
            ts_open,
            parts,
            completeness,
        });
    }
}
