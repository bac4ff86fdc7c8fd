//! The operations that the customer asked for, each with its margin; fails where one is too slow.

use std::hint::black_box;
use std::time::{Duration, Instant};

use truebook::market;
use truebook::paper::{self, PaperOptions};
use truebook::settings::Settings;
use truebook_benches::book::{host, inline, latency, price};
use truebook_benches::calibrate::per_call;
use truebook_benches::machine;
use truebook_benches::table::{Row, Table, ns};
use truebook_core::model::PositionId;

/// The operations of the customer's table: name, figure, the most that was asked for, in
/// nanoseconds, and how many times faster it must be.
fn asked(table: &mut Table) -> Result<(), Box<dyn std::error::Error>> {
    let host = host(100);
    let reader = host.reader().clone();
    let pnl = per_call(|| {
        let line = black_box(&reader).position(PositionId(7));
        // Unrealized: value less cost, of a quantity at 8 digits and a price at 8, money at 18.
        black_box(i128::from(line.mark) * line.qty * 100 - line.cost);
    });
    let query = per_call(|| {
        black_box(black_box(&reader).position_named("C7-USD", "beta"));
    });
    let updated = latency(Duration::from_secs(2)).value_at_quantile(0.999);
    let began = Instant::now();
    let mut own = inline(100);
    for number in 0..1_000 {
        let _ = own.post(price(number + 10_000_000, 100));
        own.view()?;
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
    println!("asked: cargo bench -p truebook-benches --bench asked");
    println!("machine: {}", machine::line());
    let mut table = Table::default();
    asked(&mut table)?;
    table.end()?;
    match table.missed().as_slice() {
        [] => Ok(()),
        missed => Err(format!("too slow: {missed:?}").into()),
    }
}
