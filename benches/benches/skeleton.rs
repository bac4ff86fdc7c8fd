//! Absolute figures of the skeleton; the command is in the first line of the output.

use std::hint::{black_box, spin_loop};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use truebook_benches::machine;
use truebook_benches::skeleton::{Item, Slot, consume};

const CAPACITY: usize = 4096;
const RUN: Duration = Duration::from_secs(3);
const READS: u32 = 20_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
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
    let nanos = latency(RUN)?;
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
    Ok(())
}

/// Items a second from push to the slot, the producer never waiting but for room.
fn throughput(run: Duration) -> f64 {
    let (mut producer, consumer) = rtrb::RingBuffer::<Item>::new(CAPACITY);
    let slot = Slot::default();
    let mut number = 0;
    let start = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| consume(consumer, &slot));
        while start.elapsed() < run {
            for _ in 0..10_000 {
                number += 1;
                push(&mut producer, [number; 8]);
            }
        }
        while slot.read()[0] < number {
            spin_loop();
        }
        let rate = number as f64 / start.elapsed().as_secs_f64();
        drop(producer);
        rate
    })
}

/// Nanoseconds from before the push until the pushing thread reads the item in the slot: there
/// are two cores, so producer and reader are one thread, and one item travels at a time.
fn latency(run: Duration) -> Result<Histogram<u64>, Box<dyn std::error::Error>> {
    let (mut producer, consumer) = rtrb::RingBuffer::<Item>::new(CAPACITY);
    let slot = Slot::default();
    let mut nanos = Histogram::new_with_bounds(1, 1_000_000_000, 3)?;
    let start = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| consume(consumer, &slot));
        let mut number = 0;
        while start.elapsed() < run {
            number += 1;
            let pushed = Instant::now();
            push(&mut producer, [number; 8]);
            while slot.read()[0] < number {
                spin_loop();
            }
            nanos.saturating_record(u64::try_from(pushed.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
        drop(producer);
    });
    Ok(nanos)
}

/// Nanoseconds to read a slot that nobody writes.
fn unchanged_read() -> f64 {
    let slot = Slot::default();
    slot.write(&[1; 8]);
    per_call(|| {
        black_box(black_box(&slot).read());
    })
}

/// Nanoseconds to read the clock.
fn clock() -> f64 {
    per_call(|| {
        black_box(Instant::now());
    })
}

fn per_call(call: impl Fn()) -> f64 {
    let start = Instant::now();
    for _ in 0..READS {
        call();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(READS)
}

#[inline]
fn push(producer: &mut rtrb::Producer<Item>, item: Item) {
    while producer.push(item).is_err() {
        spin_loop();
    }
}
