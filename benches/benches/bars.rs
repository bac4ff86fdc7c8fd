//! What bars cost: synchronizing many sources, alone and through the engine, and every feature of
//! one. Each beside a calibrator of the same run.

use std::hint::{black_box, spin_loop};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use truebook_benches::book::{self, text};
use truebook_benches::calibrate;
use truebook_benches::machine;
use truebook_benches::table::{Row, Table, ns};
use truebook_core::bars::feature::{BarScale, Digits, FloatBar, Pair, Panel, PanelSpans, Span};
use truebook_core::bars::{
    Aggregator, AggregatorOptions, Bar, BarRule, BarSynchronizer, ExpectedSource, Print, Source,
    SourceId, SynchronizerOptions, Timeframe,
};
use truebook_core::book::{BarRecord, Command, Kinds, News, Record};
use truebook_core::engine::{Discipline, Filter, Input, Overflow};
use truebook_core::model::{Id, InstrumentId, InvalidValue, NANOS_PER_SECOND, Timestamp};

const SOURCES: u32 = 100;
const MINUTE: i64 = 60 * NANOS_PER_SECOND;
/// How many bars are made before they are timed.
const BARS: usize = 4_096;
/// How long one figure is measured.
const RUN: Duration = Duration::from_secs(2);

fn bar(source: u32, minute: i64) -> Bar {
    let close = 5_000_000_000 + (minute * 7_919 + i64::from(source) * 104_729) % 10_000_000;
    Bar {
        instrument: InstrumentId(source),
        ts_close: Timestamp(minute * MINUTE),
        open: close - 1_000,
        high: close + 5_000,
        low: close - 5_000,
        close,
        volume: 100_000_000 + i128::from(minute % 977) * 1_000,
    }
}

/// A synchronizer of as many sources, every `slow`th of them of five minutes; 0 for none.
fn synchronizer(slow: u32) -> Result<BarSynchronizer, InvalidValue> {
    let five: Timeframe = "5m".parse()?;
    let expected = (0..SOURCES).map(|number| {
        let is_slow = slow > 0 && number % slow == slow - 1;
        ExpectedSource::from(Source {
            symbol: Id::format(format_args!("S{number}")),
            timeframe: if is_slow { five } else { Timeframe::MINUTE },
        })
    });
    let options = SynchronizerOptions {
        require_all: false,
        ..SynchronizerOptions::default()
    };
    BarSynchronizer::new(expected.collect(), options)
}

/// Bars a second into sets; only that is timed.
fn synchronize(sync: &mut BarSynchronizer, slow: u32) -> f64 {
    let (mut taken, mut done, mut minute) = (Duration::ZERO, 0_u32, 0);
    let mut chunk = Vec::with_capacity(SOURCES as usize);
    let began = Instant::now();
    while began.elapsed() < RUN {
        minute += 1;
        chunk.clear();
        let due = |source: &u32| {
            let is_slow = slow > 0 && source % slow == slow - 1;
            !is_slow || minute % 5 == 0
        };
        chunk.extend((0..SOURCES).filter(due).map(|source| bar(source, minute)));
        let start = Instant::now();
        for bar in &chunk {
            black_box(sync.push(SourceId(bar.instrument.0), *bar, bar.ts_close));
            if let Some(release) = sync.poll() {
                black_box(release.set());
            }
        }
        taken += start.elapsed();
        done += u32::try_from(chunk.len()).unwrap_or(0);
    }
    f64::from(done) / taken.as_secs_f64()
}

fn synchronizing(table: &mut Table) -> Result<(), InvalidValue> {
    let mut places = vec![bar(0, 0); SOURCES as usize];
    let (mut number, began) = (0_u32, Instant::now());
    while began.elapsed() < RUN / 2 {
        for place in &mut places {
            *place = black_box(bar(7, 7));
            number += 1;
        }
        black_box(&places);
    }
    let copies = f64::from(number) / began.elapsed().as_secs_f64();
    for (what, slow) in [("one timeframe", 0), ("every fifth of 5 minutes", 5)] {
        let mut sync = synchronizer(slow)?;
        let found = synchronize(&mut sync, slow);
        table.add(Row {
            what: format!("bars of 100 sources synchronized, {what}"),
            found: format!("{:.1} M/s", found / 1e6),
            beside: format!("copied into their places {:.1} M/s", copies / 1e6),
            target: ">= 5 M/s".to_owned(),
            is_met: found >= 5e6 && sync.set_counts().complete > 0,
        });
    }
    Ok(())
}

fn recorded(source: u32, minute: i64, timeframe: Id) -> Input {
    let Bar {
        instrument,
        ts_close,
        open,
        high,
        low,
        close,
        volume,
    } = bar(source, minute);
    let record = Box::new(Record::Bar(BarRecord {
        instrument,
        timeframe,
        ts_open: Timestamp(ts_close.0 - MINUTE),
        ts_close,
        open,
        high,
        low,
        close,
        volume,
    }));
    let ts = ts_close;
    Input::Command(Command::Record { record, ts })
}

/// Nanoseconds from the push of the last of 100 bars into an engine's ring, until the set of all is
/// out on the thread that pushed it.
fn through_the_engine() -> Result<Histogram<u64>, InvalidValue> {
    let host = book::host(SOURCES);
    let filter = Filter {
        kinds: Kinds::named(&["bar_closed"])?,
        ..Filter::default()
    };
    let mut told = host.bus().subscribe(filter, Overflow::Block);
    let mut nanos = calibrate::histogram();
    let enrol = host.enrol();
    let Some(Ok(mut producer)) = enrol.map(|enrol| enrol.producer(Discipline::Ordered)) else {
        return Ok(nanos);
    };
    let (mut sync, timeframe) = (synchronizer(0)?, text("1m"));
    let (began, mut minute) = (Instant::now(), 0);
    while began.elapsed() < RUN {
        minute += 1;
        let mut pushed = Instant::now();
        for source in 0..SOURCES {
            let input = recorded(source, minute, timeframe);
            pushed = Instant::now();
            let _ = producer.post(input);
            // One at a time, as they come live; the last one ends the set.
            let notice = loop {
                match told.poll() {
                    Some(notice) => break notice,
                    None => spin_loop(),
                }
            };
            if let News::Recorded(record) = &notice.news
                && let Record::Bar(bar) = &**record
            {
                sync.push(SourceId(bar.instrument.0), bar.bar(), bar.ts_close);
            }
        }
        let is_out = black_box(sync.poll()).is_some();
        assert!(is_out, "no set");
        nanos.saturating_record(u64::try_from(pushed.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
    Ok(nanos)
}

fn crossing(table: &mut Table) -> Result<(), InvalidValue> {
    let beside = calibrate::latency(RUN);
    let found = through_the_engine()?;
    let at = |nanos: &Histogram<u64>, quantile| nanos.value_at_quantile(quantile);
    for (name, quantile, most) in [("p50", 0.5, None), ("p99", 0.99, Some(2_000))] {
        let (own, skeleton) = (at(&found, quantile), at(&beside, quantile));
        table.add(Row {
            what: format!("last bar in to set out, through the engine, {name}"),
            found: format!("{own} ns"),
            beside: format!("skeleton, one item {skeleton} ns"),
            target: most.map_or(String::new(), |most| format!("<= {most} ns")),
            is_met: most.is_none_or(|most| own <= most),
        });
    }
    Ok(())
}

/// Nanoseconds of `work` on each of many bars.
fn per_bar<T>(bars: &[Bar], mut work: impl FnMut(&Bar) -> T) -> f64 {
    let (mut count, began) = (0_u32, Instant::now());
    while began.elapsed() < RUN / 2 {
        for bar in bars {
            black_box(work(black_box(bar)));
        }
        count += u32::try_from(bars.len()).unwrap_or(0);
    }
    began.elapsed().as_secs_f64() * 1e9 / f64::from(count)
}

fn features(table: &mut Table) -> Result<(), InvalidValue> {
    let scale = BarScale::new(Digits {
        price_scale: 8,
        qty_scale: 8,
    });
    let bars: Vec<Bar> = (0..BARS).map(|number| bar(0, number as i64)).collect();
    let converted = per_bar(&bars, |bar| FloatBar::new(bar, scale));
    for values in [20, 200] {
        let span = Span::new(values)?;
        let mut panel = Panel::new(PanelSpans::all(span));
        let all = per_bar(&bars, |bar| panel.push(&FloatBar::new(bar, scale)));
        let mut pair = Pair::new(span);
        let both = per_bar(&bars, |bar| pair.push((bar.close as f64, bar.high as f64)));
        for (what, found) in [
            ("all features of one source", all),
            ("correlation, beta and spread", both),
        ] {
            table.add(Row {
                what: format!("{what}, over {values} bars"),
                found: ns(found),
                beside: format!("a bar as floats {}", ns(converted)),
                target: "<= 200 ns".to_owned(),
                is_met: found <= 200.0,
            });
        }
    }
    Ok(())
}

fn aggregating(table: &mut Table) -> Result<(), InvalidValue> {
    for (what, rule) in [
        ("trades into minutes", BarRule::Time(Timeframe::MINUTE)),
        ("trades into bars of 100", BarRule::Ticks(100)),
    ] {
        let mut aggregator = Aggregator::new(AggregatorOptions::new(InstrumentId(0), rule))?;
        let (mut out, mut number) = (Vec::new(), 0);
        let found = per_bar(&[bar(0, 0)], |bar| {
            number += 1;
            let print = Print {
                ts: Timestamp(number * NANOS_PER_SECOND / 10),
                px: bar.close + number % 1_000,
                qty: 1_000,
            };
            out.clear();
            aggregator.push(print, &mut out).is_ok()
        });
        table.add(Row {
            what: what.to_owned(),
            found: ns(found),
            beside: String::new(),
            target: String::new(),
            is_met: true,
        });
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("bars: cargo bench -p truebook-benches --bench bars");
    println!("machine: {}", machine::line());
    let mut table = Table::default();
    synchronizing(&mut table)?;
    crossing(&mut table)?;
    features(&mut table)?;
    aggregating(&mut table)?;
    table.end()?;
    Ok(())
}
