//! What bars cost: synchronizing many sources, and every feature of one.
//!
//! The calibrator is a copy of one bar into each of 100 places, in the same run.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use truebook_core::bars::feature::{BarScale, Digits, FloatBar, Pair, Panel, PanelSpans, Span};
use truebook_core::bars::{
    Aggregator, AggregatorOptions, Bar, BarRule, BarSynchronizer, ExpectedSource, Print, Source,
    SourceId, SynchronizerOptions, Timeframe,
};
use truebook_core::model::{Id, InstrumentId, InvalidValue, NANOS_PER_SECOND, Timestamp};

const SOURCES: u32 = 100;
const MINUTE: i64 = 60 * NANOS_PER_SECOND;
/// How many bars are made before they are timed.
const BARS: usize = 4_096;

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

/// Synchronizes so many bars; only that is timed.
fn synchronize(sync: &mut BarSynchronizer, minute: &mut i64, slow: u32, bars: u64) -> Duration {
    let (mut taken, mut done) = (Duration::ZERO, 0);
    let mut chunk = Vec::with_capacity(SOURCES as usize);
    while done < bars {
        *minute += 1;
        chunk.clear();
        let due = |source: &u32| {
            let is_slow = slow > 0 && source % slow == slow - 1;
            !is_slow || *minute % 5 == 0
        };
        chunk.extend((0..SOURCES).filter(due).map(|source| bar(source, *minute)));
        let start = Instant::now();
        for bar in &chunk {
            black_box(sync.push(SourceId(bar.instrument.0), *bar, bar.ts_close));
            if let Some(release) = sync.poll() {
                black_box(release.set());
            }
        }
        taken += start.elapsed();
        done += chunk.len() as u64;
    }
    // Whole sets were made: the time is that of as many bars as were asked for.
    taken.mul_f64(bars as f64 / done as f64)
}

fn synchronizing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("synchronize 100 sources");
    group.throughput(Throughput::Elements(1));
    for (name, slow) in [("one timeframe", 0), ("every fifth slower", 5)] {
        let Ok(mut sync) = synchronizer(slow) else {
            continue;
        };
        let mut minute = 0;
        synchronize(&mut sync, &mut minute, slow, 1_000);
        assert!(sync.set_counts().complete > 0, "nothing is synchronized");
        group.bench_function(name, |bench| {
            bench.iter_custom(|bars| synchronize(&mut sync, &mut minute, slow, bars));
        });
    }
    let mut places = vec![bar(0, 0); SOURCES as usize];
    let mut number = 0;
    group.bench_function("calibrator: a copy into its place", |bench| {
        bench.iter(|| {
            number = (number + 1) % places.len();
            if let Some(place) = places.get_mut(number) {
                *place = black_box(bar(7, 7));
            }
            black_box(&places);
        });
    });
    group.finish();
}

fn features(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("features of one source");
    group.throughput(Throughput::Elements(1));
    let scale = BarScale::new(Digits {
        price_scale: 8,
        qty_scale: 8,
    });
    let bars: Vec<Bar> = (0..BARS).map(|number| bar(0, number as i64)).collect();
    for values in [20, 200] {
        let Ok(span) = Span::new(values) else {
            continue;
        };
        let mut panel = Panel::new(PanelSpans::all(span));
        let mut cycle = bars.iter().cycle();
        group.bench_function(format!("all of {values} bars"), |bench| {
            bench.iter(|| {
                if let Some(bar) = cycle.next() {
                    black_box(&panel.push(&FloatBar::new(bar, scale)));
                }
            });
        });
        let mut pair = Pair::new(span);
        let mut cycle = bars.windows(2).cycle();
        group.bench_function(format!("correlation, beta, spread of {values}"), |bench| {
            bench.iter(|| {
                let next = cycle.next().and_then(|bars| bars.first().zip(bars.last()));
                let values = next.map(|(a, b)| (a.close as f64, b.close as f64));
                black_box(values.and_then(|values| pair.push(values)))
            });
        });
    }
    group.finish();
}

fn aggregating(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("aggregate");
    group.throughput(Throughput::Elements(1));
    for (name, rule) in [
        ("trades into minutes", BarRule::Time(Timeframe::MINUTE)),
        ("trades into bars of 100", BarRule::Ticks(100)),
    ] {
        let Ok(mut aggregator) = Aggregator::new(AggregatorOptions::new(InstrumentId(0), rule))
        else {
            continue;
        };
        let (mut out, mut number) = (Vec::new(), 0);
        group.bench_function(name, |bench| {
            bench.iter(|| {
                number += 1;
                let print = Print {
                    ts: Timestamp(number * NANOS_PER_SECOND / 10),
                    px: 5_000_000_000 + number % 1_000,
                    qty: 1_000,
                };
                out.clear();
                let outcome = aggregator.push(black_box(print), &mut out);
                black_box((outcome.is_ok(), out.len()))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, synchronizing, features, aggregating);
criterion_main!(benches);
