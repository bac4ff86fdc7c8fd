//! What one command costs in the ledger: no ring, no thread, no disk.
//!
//! The calibrator is one 64-byte key in and one out of a hash map of a million, in the same run.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use truebook_core::book::{Command, Entry, FillReport, Ledger, PriceTick, State};
use truebook_core::model::{Id, InstrumentId, InstrumentSpec, Side, Timestamp};

/// Instruments where nothing else is said.
const INSTRUMENTS: u32 = 100;
/// How many fills are made, then timed, at once.
const CHUNK: usize = 64;
/// How many fills come before those that are measured.
const WARM: u64 = 1_100_000;
/// How many fills the ledger remembers.
const WINDOW: u64 = 1_000_000;
/// How many are booked before it is looked whether they became slower.
const MANY: u64 = 10_000_000;

fn id(parts: std::fmt::Arguments<'_>) -> Id {
    Id::format(parts)
}

fn report(number: u64, instrument: u32, strategy: u32, side: Side) -> FillReport {
    FillReport {
        strategy: Some(id(format_args!("strategy-{strategy}"))),
        trade_id: Some(id(format_args!("trade-{number}"))),
        ts: Timestamp(i64::try_from(number).unwrap_or(0)),
        ..FillReport::new(
            InstrumentId(instrument),
            side,
            100_000_000,
            10_000_000_000 + i64::try_from(number % 1_000).unwrap_or(0),
        )
    }
}

/// A ledger in which each of so many strategies holds every instrument.
fn ledger(instruments: u32, strategies: u32) -> Ledger {
    let mut state = State::default();
    state.reserve();
    let mut ledger = Ledger::new(state);
    ledger.execute(&Command::Configure(Box::default()));
    let mut number = 1_000_000_000;
    for instrument in 0..instruments {
        let spec = InstrumentSpec {
            symbol: id(format_args!("C{instrument}-USD")),
            base: id(format_args!("C{instrument}")),
            quote: id(format_args!("USD")),
            price_precision: 2,
            qty_precision: 8,
            ..InstrumentSpec::default()
        };
        ledger.execute(&Command::AddInstrument(Box::new(spec)));
        for strategy in 0..strategies {
            number += 1;
            let report = report(number, instrument, strategy, Side::Buy);
            ledger.execute(&Command::Fill(Box::new(report)));
        }
    }
    ledger.take_emitted(&mut Vec::new());
    ledger
}

fn tick(number: u64, instruments: u32) -> Command {
    let ask = 10_000_000_100 + i64::try_from(number % 1_000).unwrap_or(0);
    let instrument = InstrumentId(u32::try_from(number % u64::from(instruments)).unwrap_or(0));
    let ts = Timestamp(i64::try_from(number).unwrap_or(0));
    Command::Price(PriceTick {
        bid: Some(ask - 100),
        ask: Some(ask),
        ..PriceTick::empty(instrument, ts)
    })
}

/// Fills that are made before they are timed, and nothing else is timed with them.
struct Fills {
    book: Ledger,
    chunk: Vec<Command>,
    entries: Vec<Entry>,
    sides: [Side; 2],
    qty: i128,
    /// Whether a chunk's keys are loaded before, as the engine does.
    is_touched: bool,
    number: u64,
}

impl Fills {
    fn new(sides: [Side; 2], qty: i128, is_touched: bool) -> Self {
        Self {
            book: ledger(INSTRUMENTS, 2),
            chunk: Vec::with_capacity(CHUNK),
            entries: Vec::with_capacity(CHUNK),
            sides,
            qty,
            is_touched,
            number: 0,
        }
    }

    /// Runs `count` fills; the time that the ledger took.
    fn run(&mut self, count: u64) -> Duration {
        let mut taken = Duration::ZERO;
        let mut left = count;
        while left > 0 {
            self.chunk.clear();
            while self.chunk.len() < CHUNK && left > 0 {
                left -= 1;
                self.number += 1;
                let [odd, even] = self.sides;
                let side = if self.number.is_multiple_of(2) {
                    even
                } else {
                    odd
                };
                let mut report = report(self.number, 0, 0, side);
                report.last_qty *= self.qty;
                self.chunk.push(Command::Fill(Box::new(report)));
            }
            let start = Instant::now();
            for (ahead, command) in self.chunk.iter().enumerate() {
                if let (true, Command::Fill(report)) = (self.is_touched, command) {
                    self.book.touch(report, ahead);
                }
            }
            for command in &self.chunk {
                black_box(self.book.execute(command));
            }
            taken += start.elapsed();
            self.entries.clear();
            self.book.take_emitted(&mut self.entries);
        }
        taken
    }
}

fn quotes(criterion: &mut Criterion) {
    for (instruments, positions) in [(1, 2), (100, 2), (100, 3), (100, 10), (10_000, 2)] {
        let mut book = ledger(instruments, positions);
        let name = format!("quote, {instruments} instruments, {positions} positions each");
        let mut number = 0;
        criterion.bench_function(&name, |bench| {
            bench.iter(|| {
                number += 1;
                black_box(book.execute(&tick(number, instruments)))
            });
        });
    }
}

fn fills(criterion: &mut Criterion) {
    for (name, sides, qty, is_touched) in [
        ("fill, in chunks", [Side::Buy; 2], 1, true),
        ("flip, in chunks", [Side::Sell, Side::Buy], 2, true),
        ("fill, single and cold", [Side::Buy; 2], 1, false),
    ] {
        let mut fills = Fills::new(sides, qty, is_touched);
        // A full window, as a book has that runs for long.
        fills.run(WARM);
        criterion.bench_function(name, |bench| bench.iter_custom(|count| fills.run(count)));
        if is_touched && qty == 1 {
            fills.run(MANY.saturating_sub(fills.number));
            let name = "fill, in chunks, after 10 million";
            criterion.bench_function(name, |bench| bench.iter_custom(|count| fills.run(count)));
        }
    }
}

fn totals(criterion: &mut Criterion) {
    for instruments in [1, 100] {
        let mut book = ledger(instruments, 2);
        book.refresh_totals();
        let name = format!("portfolio, {} positions", 2 * instruments);
        criterion.bench_function(&name, |bench| {
            bench.iter(|| black_box(book.state().portfolio()));
        });
    }
}

fn calibrator(criterion: &mut Criterion) {
    // As many keys as the ledger remembers fills; the oldest goes when one comes.
    let mut map: HashMap<[u64; 8], u64> = (0..WINDOW).map(|key| ([key; 8], key)).collect();
    let mut number = WINDOW;
    criterion.bench_function(
        "calibrator: one key in, one out of a map of a million",
        |bench| {
            bench.iter(|| {
                number += 1;
                map.remove(&[number - WINDOW; 8]);
                map.insert([number; 8], number)
            });
        },
    );
}

criterion_group!(benches, quotes, fills, totals, calibrator);
criterion_main!(benches);
