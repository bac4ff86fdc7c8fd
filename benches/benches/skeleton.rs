//! Absolute figures of the skeleton; the command is in the first line of the output.

use std::time::Duration;

use truebook_benches::calibrate::{clock, latency, throughput, unchanged_read};
use truebook_benches::machine;

const RUN: Duration = Duration::from_secs(3);

fn main() {
    println!("skeleton: cargo bench -p truebook-benches --bench skeleton");
    println!("machine: {}", machine::line());
    let mut rates: Vec<f64> = (0..3).map(|_| throughput(RUN / 3)).collect();
    rates.sort_by(f64::total_cmp);
    for (name, rate) in ["lowest", "median", "highest"].iter().zip(&rates) {
        println!(
            "throughput, chunked, {name} of 3: {:.1} M items/s",
            rate / 1e6
        );
    }
    let nanos = latency(RUN);
    println!(
        "push -> visible, {} items: p50 {} ns, p99 {} ns, p99.9 {} ns, max {} ns",
        nanos.len(),
        nanos.value_at_quantile(0.5),
        nanos.value_at_quantile(0.99),
        nanos.value_at_quantile(0.999),
        nanos.max(),
    );
    println!("  of which the clock: {:.1} ns a reading", clock());
    println!("read of an unchanged slot: {:.2} ns", unchanged_read());
}
