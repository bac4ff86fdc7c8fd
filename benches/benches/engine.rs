//! What crosses threads: reading lines and views, from a push to what is published, and how much
//! goes through. Each beside the skeleton, in the same run.

use std::hint::{black_box, spin_loop};
use std::time::{Duration, Instant};

use truebook_benches::book::{host, latency, price, text, tick, writer};
use truebook_benches::calibrate::{self, per_call};
use truebook_benches::machine;
use truebook_benches::table::{Row, Table, ns};
use truebook_core::book::{CashKind, CashMove, Command};
use truebook_core::engine::{
    Discipline, Filter, Host, Input, Overflow, Quiet, Reader, Subscription,
};
use truebook_core::model::{AccountId, Fixed, PositionId};

/// How long one figure is measured.
const RUN: Duration = Duration::from_secs(2);
/// How often figures are measured that are compared with a calibrator, each after the other.
const ROUNDS: usize = 3;

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
        ours.add(latency(RUN))?;
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

/// The least of each side.
fn least(rounds: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    rounds.fold((f64::INFINITY, f64::INFINITY), |least, round| {
        (least.0.min(round.0), least.1.min(round.1))
    })
}

fn subscribers(table: &mut Table) {
    let (one, ten) = least((0..ROUNDS).map(|_| (told(1), told(10))));
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
    let rounds = (0..2 * ROUNDS).map(|_| (quotes(None), quotes(Some(look))));
    let (alone, polled) = least(rounds);
    let more = 100.0 * (polled / alone - 1.0);
    table.add(Row {
        what: "a quote, applied and published, one reader polling".to_owned(),
        found: ns(polled),
        beside: format!("nobody polling {}: {more:+.1} %", ns(alone)),
        target: "<= +5 %".to_owned(),
        is_met: more <= 5.0,
    });
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("engine: cargo bench -p truebook-benches --bench engine");
    println!("machine: {}", machine::line());
    let mut table = Table::default();
    reads(&mut table);
    crossing(&mut table)?;
    subscribers(&mut table);
    polling(&mut table);
    table.end()?;
    Ok(())
}
