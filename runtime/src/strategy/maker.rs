//! Makes the bars that nobody delivers: of trades, quotes and prices, and larger ones of smaller.
//!
//! 1. A bar that is made here is material for the larger ones at once.
//! 2. The first bar of a source is not given where its begin was not seen.

use truebook_core::bars::{
    Aggregator, AggregatorOptions, Bar, BarRule, BuiltBar, Completeness, Print, QuotePrice,
    QuotePrint, Resampler, ResamplerOptions, Session, Timeframe,
};
use truebook_core::model::{Instrument, InstrumentId, InvalidValue, Timestamp};

use super::plan::{Material, PlannedBars};

/// A bar and how long bars of its kind are.
pub type MadeBar = (Timeframe, BuiltBar);

#[derive(Clone, Debug)]
enum Machine {
    Prints(Box<Aggregator>),
    Bars(Box<Resampler>),
}

#[derive(Clone, Debug)]
struct Made {
    instrument: InstrumentId,
    from: Material,
    to: Timeframe,
    machine: Machine,
    /// Whether a bar has been made.
    is_begun: bool,
}

/// Makes bars.
#[derive(Clone, Debug, Default)]
pub struct BarMaker {
    made: Vec<Made>,
    out: Vec<BuiltBar>,
}

impl BarMaker {
    /// Those of `planned`, of `instruments`.
    ///
    /// # Errors
    /// [`InvalidValue`] for a symbol that is none of them, or bars that do not divide.
    pub fn new(planned: &[PlannedBars], instruments: &[Instrument]) -> Result<Self, InvalidValue> {
        let made = planned.iter().map(|one| {
            let (symbol, to) = (one.source.symbol, one.source.timeframe);
            let known = instruments.iter().find(|known| known.symbol == symbol);
            let Some(Instrument { id, .. }) = known else {
                let allowed = "a symbol that is registered";
                return Err(InvalidValue::new(
                    "source",
                    &one.source.to_string(),
                    allowed,
                ));
            };
            let machine = match one.from {
                Material::Bars(from) => {
                    Machine::Bars(Box::new(Resampler::new(ResamplerOptions {
                        instrument: *id,
                        from,
                        to,
                        session: Session::default(),
                    })?))
                }
                Material::Trades | Material::Quotes | Material::Prices => {
                    let options = AggregatorOptions::new(*id, BarRule::Time(to));
                    Machine::Prints(Box::new(Aggregator::new(options)?))
                }
            };
            Ok(Made {
                instrument: *id,
                from: one.from,
                to,
                machine,
                is_begun: false,
            })
        });
        Ok(Self {
            made: made.collect::<Result<_, InvalidValue>>()?,
            out: Vec::new(),
        })
    }

    /// Whether nothing is made.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.made.is_empty()
    }

    /// Takes a public trade; adds the bars that are closed by it to `out`.
    pub fn trade(&mut self, instrument: InstrumentId, print: Print, out: &mut Vec<MadeBar>) {
        self.print((instrument, Material::Trades), print, out);
    }

    /// Takes a last price.
    pub fn price(
        &mut self,
        instrument: InstrumentId,
        (ts, px): (Timestamp, i64),
        out: &mut Vec<MadeBar>,
    ) {
        self.print((instrument, Material::Prices), Print::last(ts, px), out);
    }

    /// Takes a quote with both sides.
    pub fn quote(&mut self, instrument: InstrumentId, quote: QuotePrint, out: &mut Vec<MadeBar>) {
        let print = Print::quote(quote, QuotePrice::Mid);
        self.print((instrument, Material::Quotes), print, out);
    }

    fn print(
        &mut self,
        (instrument, from): (InstrumentId, Material),
        print: Print,
        out: &mut Vec<MadeBar>,
    ) {
        let begun = out.len();
        for made in &mut self.made {
            if let Machine::Prints(aggregator) = &mut made.machine
                && made.instrument == instrument
            {
                // What it refuses it counts, or the sum of a bar has no room for it.
                match made.from == from {
                    true => drop(aggregator.push(print, &mut self.out)),
                    false => aggregator.advance(print.ts, &mut self.out),
                }
                made.give(&mut self.out, out);
            }
        }
        self.enlarge(begun, out);
    }

    /// Takes a bar of `timeframe` from outside; adds the larger ones that it closes to `out`.
    pub fn bar(&mut self, timeframe: Timeframe, bar: &Bar, out: &mut Vec<MadeBar>) {
        let begun = out.len();
        self.grow(timeframe, (bar, Completeness::Complete), out);
        self.enlarge(begun, out);
    }

    /// Says that it is `now`: bars that have ended are added to `out`.
    pub fn advance(&mut self, now: Timestamp, out: &mut Vec<MadeBar>) {
        let begun = out.len();
        for made in &mut self.made {
            match &mut made.machine {
                Machine::Prints(aggregator) => aggregator.advance(now, &mut self.out),
                // It waits for the smaller bar that ends it, which may be made just now.
                Machine::Bars(_) => {}
            }
            made.give(&mut self.out, out);
        }
        self.enlarge(begun, out);
        let begun = out.len();
        for made in &mut self.made {
            if let Machine::Bars(resampler) = &mut made.machine {
                resampler.advance(now, &mut self.out);
            }
            made.give(&mut self.out, out);
        }
        self.enlarge(begun, out);
    }

    /// Makes larger bars of those in `out` from `begun` on, and of these again.
    fn enlarge(&mut self, mut begun: usize, out: &mut Vec<MadeBar>) {
        while let Some((timeframe, built)) = out.get(begun).copied() {
            begun += 1;
            self.grow(timeframe, (&built.bar, built.completeness), out);
        }
    }

    fn grow(
        &mut self,
        timeframe: Timeframe,
        (bar, completeness): (&Bar, Completeness),
        out: &mut Vec<MadeBar>,
    ) {
        for made in &mut self.made {
            if let Machine::Bars(resampler) = &mut made.machine
                && made.instrument == bar.instrument
                && made.from == Material::Bars(timeframe)
            {
                // A bar that is none of its timeframe's is in no larger one.
                let _ = resampler.push(bar, completeness, &mut self.out);
                made.give(&mut self.out, out);
            }
        }
    }
}

impl Made {
    /// Moves what it made from `made` to `out`.
    fn give(&mut self, made: &mut Vec<BuiltBar>, out: &mut Vec<MadeBar>) {
        for built in made.drain(..) {
            let is_cut = !self.is_begun && built.completeness == Completeness::Partial;
            self.is_begun = true;
            if !is_cut {
                out.push((self.to, built));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use truebook_core::book::{Command, Ledger};
    use truebook_core::model::{Id, InstrumentSpec, NANOS_PER_SECOND};

    use super::*;

    fn registered() -> Vec<Instrument> {
        let mut ledger = Ledger::default();
        let spec = InstrumentSpec {
            symbol: Id::format(format_args!("A")),
            base: Id::format(format_args!("A")),
            quote: Id::format(format_args!("USD")),
            ..InstrumentSpec::default()
        };
        ledger.execute(&Command::AddInstrument(Box::new(spec)));
        ledger.state().instruments().to_vec()
    }

    fn planned(source: &str, from: Material) -> PlannedBars {
        let source = source.parse().unwrap();
        PlannedBars { source, from }
    }

    #[test]
    fn trades_become_minutes_and_these_become_larger_bars() {
        let minute = Timeframe::MINUTE;
        let plan = [
            planned("A_2m", Material::Bars(minute)),
            planned("A_1m", Material::Trades),
            planned("A_4m", Material::Bars("2m".parse().unwrap())),
        ];
        let mut maker = BarMaker::new(&plan, &registered()).unwrap();
        let mut out = Vec::new();
        for second in 0..=240 {
            let print = Print {
                ts: Timestamp(second * NANOS_PER_SECOND),
                px: second,
                qty: 1,
            };
            maker.trade(InstrumentId(0), print, &mut out);
        }
        let shown: Vec<_> = out
            .iter()
            .map(|(timeframe, built)| {
                let bar = built.bar;
                (
                    timeframe.to_string(),
                    bar.ts_close.0 / NANOS_PER_SECOND,
                    bar.open,
                    bar.volume,
                )
            })
            .collect();
        let bar = |name: &str, close, open, volume| (name.to_owned(), close, open, volume);
        assert_eq!(
            shown,
            [
                bar("1m", 60, 0, 60),
                bar("1m", 120, 60, 60),
                bar("2m", 120, 0, 120),
                bar("1m", 180, 120, 60),
                bar("1m", 240, 180, 60),
                bar("2m", 240, 120, 120),
                bar("4m", 240, 0, 240),
            ]
        );
    }

    #[test]
    fn a_clock_closes_what_no_print_does() {
        let mut maker = BarMaker::new(&[planned("A_1m", Material::Quotes)], &registered()).unwrap();
        let mut out = Vec::new();
        let (bid, ask) = (10, 12);
        let quote = QuotePrint {
            ts: Timestamp(0),
            bid,
            ask,
        };
        maker.quote(InstrumentId(0), quote, &mut out);
        maker.price(InstrumentId(0), (Timestamp(1), 50), &mut out);
        maker.advance(Timestamp(59 * NANOS_PER_SECOND), &mut out);
        assert!(out.is_empty());
        maker.advance(Timestamp(60 * NANOS_PER_SECOND), &mut out);
        let (_, built) = out[0];
        assert_eq!(
            (built.bar.close, built.bar.high),
            (11, 11),
            "of quotes only"
        );
    }
}
