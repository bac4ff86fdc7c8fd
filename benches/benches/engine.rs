//! What crosses threads: reading lines and views, from a push to what is published, and how much
//! goes through. Each beside the skeleton, in the same run.

use std::hint::{black_box, spin_loop};
use std::io::Write;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use truebook::market;
use truebook::paper::{self, PaperOptions};
use truebook::settings::Settings;
use truebook_benches::calibrate::{self, per_call};
use truebook_benches::machine;
use truebook_benches::table::{Row, Table};
use truebook_core::book::{CashKind, CashMove, Command, FillReport, Ledger, PriceTick, State};
use truebook_core::engine::{
    BoardOptions, Discipline, Filter, Host, Input, NoJournal, Options, Overflow, Quiet, Reader,
    Subscription, Wait, Writer,
};
use truebook_core::model::{
    AccountId, Fixed, Id, InstrumentId, InstrumentSpec, PositionId, Side, Timestamp,
};

/// How long one figure is measured.
const RUN: Duration = Duration::from_secs(2);
/// How often figures are measured that are compared with a calibrator, each after the other.
const ROUNDS: usize = 3;
const STRATEGIES: [&str; 2] = ["alpha", "beta"];

fn text(text: &str) -> Id {
    Id::format(format_args!("{text}"))
}

/// A book in which each strategy holds every instrument.
fn writer(instruments: u32) -> Writer<Quiet> {
    let mut state = State::default();
    state.reserve();
    let mut ledger = Ledger::new(state);
    ledger.execute(&Command::Configure(Box::default()));
    for number in 0..instruments {
        let spec = InstrumentSpec {
            symbol: Id::format(format_args!("C{number}-USD")),
            base: Id::format(format_args!("C{number}")),
            quote: text("USD"),
            price_precision: 2,
            qty_precision: 8,
            ..InstrumentSpec::default()
        };
        ledger.execute(&Command::AddInstrument(Box::new(spec)));
        for strategy in STRATEGIES {
            let report = FillReport {
                strategy: Some(text(strategy)),
                trade_id: Some(Id::format(format_args!("{strategy}-{number}"))),
                ts: Timestamp(1),
                ..FillReport::new(InstrumentId(number), Side::Buy, 100_000_000, 10_000_000_000)
            };
            ledger.execute(&Command::Fill(Box::new(report)));
        }
    }
    ledger.take_emitted(&mut Vec::new());
    Writer::new(ledger, Quiet, Box::new(NoJournal), BoardOptions::default())
}

fn host(instruments: u32) -> Host<Quiet> {
    let options = Options {
        wait: Wait::Spin,
        ..Options::default()
    };
    Host::new(writer(instruments), options)
}

fn tick(number: i64, instruments: u32) -> PriceTick {
    let at = u32::try_from(number % i64::from(instruments)).unwrap_or(0);
    let ask = 10_000_000_100 + number % 1_000;
    PriceTick {
        bid: Some(ask - 100),
        ask: Some(ask),
        ..PriceTick::empty(InstrumentId(at), Timestamp(number))
    }
}

fn price(number: i64, instruments: u32) -> Input {
    Input::Command(Command::Price(tick(number, instruments)))
}

fn ns(found: f64) -> String {
    match found {
        found if found < 100.0 => format!("{found:.1} ns"),
        found => format!("{found:.0} ns"),
    }
}

/// Reads of what does not change meanwhile.
fn reads(table: &mut Table) {
    let slot = calibrate::unchanged_read();
    let mut host = host(100);
    let reader = host.reader().clone();
    let rows: [(&str, f64, f64); 4] = [
        (
            "position read by number",
            per_call(|| {
                black_box(black_box(&reader).position(PositionId(7)));
            }),
            5.0,
        ),
        (
            "position read by name",
            per_call(|| {
                black_box(black_box(&reader).position_named("C7-USD", "beta"));
            }),
            25.0,
        ),
        (
            "totals of 200 positions",
            per_call(|| {
                black_box(black_box(&reader).totals());
            }),
            15.0,
        ),
        (
            "the latest view, idle",
            per_call(|| {
                black_box(black_box(&reader).view());
            }),
            50.0,
        ),
    ];
    for (what, found, most) in rows {
        table.add(Row {
            what: what.to_owned(),
            found: ns(found),
            beside: format!("a bare slot {}", ns(slot)),
            target: format!("<= {most} ns"),
            is_met: found <= most,
        });
    }
    let busy = view_under_a_writer(&mut host);
    table.add(Row {
        what: "the latest view, under a writer".to_owned(),
        found: ns(busy),
        beside: String::new(),
        target: "<= 250 ns".to_owned(),
        is_met: busy <= 250.0,
    });
}

fn view_under_a_writer(host: &mut Host<Quiet>) -> f64 {
    let reader = host.reader().clone();
    let until = Instant::now() + RUN;
    std::thread::scope(|scope| {
        let looking = scope.spawn(move || {
            let (mut count, mut taken) = (0_u32, Duration::ZERO);
            while Instant::now() < until {
                let began = Instant::now();
                for _ in 0..1_000 {
                    black_box(reader.view());
                }
                taken += began.elapsed();
                count += 1_000;
            }
            taken.as_secs_f64() * 1e9 / f64::from(count)
        });
        let mut number = 2;
        while Instant::now() < until {
            number += 1;
            let _ = host.post(price(number, 100));
        }
        looking.join().unwrap_or(f64::NAN)
    })
}

/// From before the push until the pushing thread reads what it did.
fn latency() -> Histogram<u64> {
    let host = host(1);
    let reader = host.reader().clone();
    let enrol = host.enrol();
    let mut nanos = calibrate::histogram();
    let Some(Ok(mut producer)) = enrol.map(|enrol| enrol.producer(Discipline::Ordered)) else {
        return nanos;
    };
    let began = Instant::now();
    let mut number = 2;
    while began.elapsed() < RUN {
        number += 1;
        let pushed = Instant::now();
        let _ = producer.price(tick(number, 1));
        while reader.instrument(InstrumentId(0)).ts.0 < number {
            spin_loop();
        }
        nanos.saturating_record(u64::try_from(pushed.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
    nanos
}

/// Prices a second from push to published, the producer never waiting but for room.
fn throughput(instruments: u32) -> f64 {
    let host = host(instruments);
    let reader = host.reader().clone();
    let enrol = host.enrol();
    let Some(Ok(mut producer)) = enrol.map(|enrol| enrol.producer(Discipline::Ordered)) else {
        return 0.0;
    };
    let began = Instant::now();
    let mut number = 2;
    while began.elapsed() < RUN / 2 {
        for _ in 0..10_000 {
            number += 1;
            let _ = producer.price(tick(number, instruments));
        }
    }
    let last = tick(number, instruments).instrument;
    while reader.instrument(last).ts.0 < number {
        spin_loop();
    }
    number as f64 / began.elapsed().as_secs_f64()
}

fn crossing(table: &mut Table) -> Result<(), Box<dyn std::error::Error>> {
    let (mut ours, mut bare) = (calibrate::histogram(), calibrate::histogram());
    for _ in 0..ROUNDS {
        bare.add(calibrate::latency(RUN))?;
        ours.add(latency())?;
    }
    for (what, quantile, most) in [("p50", 0.5, 1.3), ("p99", 0.99, 2.0)] {
        let (found, beside) = (
            ours.value_at_quantile(quantile),
            bare.value_at_quantile(quantile),
        );
        let ratio = found as f64 / beside as f64;
        table.add(Row {
            what: format!("push to published, {what}"),
            found: format!("{found} ns"),
            beside: format!("skeleton {beside} ns: {ratio:.2}x"),
            target: format!("<= {most}x"),
            is_met: ratio <= most,
        });
    }
    for instruments in [1, 100] {
        let rounds = (0..ROUNDS).map(|_| (throughput(instruments), calibrate::throughput(RUN / 2)));
        let rounds: Vec<(f64, f64)> = rounds.collect();
        let best = |pick: fn(&(f64, f64)) -> f64| rounds.iter().map(pick).fold(0.0, f64::max);
        let (found, beside) = (best(|round| round.0), best(|round| round.1));
        let part = 100.0 * found / beside;
        table.add(Row {
            what: format!("quotes through the ring, {instruments} instruments"),
            found: format!("{:.1} M/s", found / 1e6),
            beside: format!("skeleton {:.1} M/s: {part:.0} %", beside / 1e6),
            target: ">= 12 M/s or 25 %".to_owned(),
            is_met: found >= 12e6 || part >= 25.0,
        });
    }
    Ok(())
}

/// Nanoseconds of one deposit with its notices, of an inline book.
fn told(subscribers: usize) -> f64 {
    let mut writer = writer(1);
    let bus = writer.bus().clone();
    let all: Vec<Subscription> = (0..subscribers)
        .map(|_| bus.subscribe(Filter::default(), Overflow::DropOldest))
        .collect();
    let deposit = Input::Command(Command::MoveCash(Box::new(CashMove {
        account: AccountId::default(),
        currency: text("USD"),
        amount: Fixed::new(1, 0),
        kind: CashKind::Deposit,
        id: None,
    })));
    let (mut count, began) = (0_u32, Instant::now());
    while began.elapsed() < RUN / 4 {
        for _ in 0..64 {
            writer.listen();
            for _ in 0..64 {
                writer.execute(&deposit);
            }
            writer.publish();
        }
        count += 64 * 64;
    }
    let found = began.elapsed().as_secs_f64() * 1e9 / f64::from(count);
    drop(all);
    found
}

fn subscribers(table: &mut Table) {
    let rounds = || (0..ROUNDS).map(|_| (told(1), told(10)));
    let least = |pick: fn(&(f64, f64)) -> f64, all: &[(f64, f64)]| {
        all.iter().map(pick).fold(f64::INFINITY, f64::min)
    };
    let all: Vec<(f64, f64)> = rounds().collect();
    let (one, ten) = (least(|round| round.0, &all), least(|round| round.1, &all));
    let more = 100.0 * (ten / one - 1.0);
    table.add(Row {
        what: "a deposit told to 10 subscribers".to_owned(),
        found: ns(ten),
        beside: format!("to one {}: {more:+.1} %", ns(one)),
        target: "<= +10 %".to_owned(),
        is_met: more <= 10.0,
    });
}

/// Nanoseconds of one quote of an inline book, published in chunks of 64, while `look` runs on
/// another thread.
fn quotes(look: Option<fn(&Reader)>) -> f64 {
    let mut writer = writer(100);
    let reader = writer.reader();
    let until = Instant::now() + RUN / 2;
    std::thread::scope(|scope| {
        if let Some(look) = look {
            scope.spawn(move || {
                while Instant::now() < until {
                    (0..1_000).for_each(|_| look(&reader));
                }
            });
        }
        let (mut number, began) = (2, Instant::now());
        while Instant::now() < until {
            for _ in 0..64 {
                number += 1;
                writer.execute(&price(number, 100));
            }
            writer.publish();
        }
        began.elapsed().as_secs_f64() * 1e9 / number as f64
    })
}

fn polling(table: &mut Table) {
    let look = |reader: &Reader| {
        black_box(reader.position(PositionId(7)));
    };
    let rounds: Vec<(f64, f64)> = (0..2 * ROUNDS)
        .map(|_| (quotes(None), quotes(Some(look))))
        .collect();
    let least =
        |pick: fn(&(f64, f64)) -> f64| rounds.iter().map(pick).fold(f64::INFINITY, f64::min);
    let (alone, polled) = (least(|round| round.0), least(|round| round.1));
    let more = 100.0 * (polled / alone - 1.0);
    table.add(Row {
        what: "a quote, applied and published, one reader polling".to_owned(),
        found: ns(polled),
        beside: format!("nobody polling {}: {more:+.1} %", ns(alone)),
        target: "<= +5 %".to_owned(),
        is_met: more <= 5.0,
    });
}

/// The operations of the customer's table: name, figure, the most that was asked for, in
/// nanoseconds, and how many times faster it must be.
fn asked(table: &mut Table) -> Result<(), Box<dyn std::error::Error>> {
    let mut host = host(100);
    let reader = host.reader().clone();
    let pnl = per_call(|| {
        let line = black_box(&reader).position(PositionId(7));
        // Unrealized: value less cost, of a quantity at 8 digits and a price at 8, money at 18.
        black_box(i128::from(line.mark) * line.qty * 100 - line.cost);
    });
    let query = per_call(|| {
        black_box(black_box(&reader).position_named("C7-USD", "beta"));
    });
    let updated = latency().value_at_quantile(0.999);
    let began = Instant::now();
    for number in 0..1_000 {
        let _ = host.post(price(number + 10_000_000, 100));
        host.view()?;
    }
    let snapshot = began.elapsed().as_secs_f64() * 1e6;
    let market = market::sample();
    let began = Instant::now();
    paper::run(
        &market,
        &Settings::builtin(),
        &PaperOptions::default(),
        &mut |_| true,
    )?;
    let signal = began.elapsed().as_secs_f64() * 1e9 / market.rows.len() as f64;
    let rows = [
        ("price data update, p99.9", updated as f64, 100e6, 1.0),
        ("position PnL calculation", pnl, 10e6, 1_000.0),
        ("position registry query", query, 1e6, 1_000.0),
        (
            "portfolio snapshot of 200 positions",
            snapshot,
            1_000e6,
            1.0,
        ),
        (
            "a price through two strategies and the paper venue",
            signal,
            500e6,
            1.0,
        ),
    ];
    for (what, found, most_ns, margin) in rows {
        let times = most_ns / found;
        table.add(Row {
            what: what.to_owned(),
            found: ns(found),
            beside: format!("asked: {:.0} ms, {times:.0}x", most_ns / 1e6),
            target: format!(">= {:.0}x", margin),
            is_met: times >= margin,
        });
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("engine: cargo bench -p truebook-benches --bench engine");
    println!("machine: {}", machine::line());
    let mut table = Table::default();
    reads(&mut table);
    crossing(&mut table)?;
    subscribers(&mut table);
    polling(&mut table);
    asked(&mut table)?;
    if let Some(path) = std::env::var_os("BENCH_TABLE") {
        write!(std::fs::File::create(path)?, "{table}")?;
    }
    println!("missed: {:?}", table.missed());
    Ok(())
}
