//! What the skeleton can do: the calibrator of every figure that crosses threads.

use std::hint::{black_box, spin_loop};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::skeleton::{Item, Slot, consume};

const CAPACITY: usize = 4096;
const READS: u32 = 20_000_000;

/// Items a second from push to the slot, the producer never waiting but for room.
#[must_use]
pub fn throughput(run: Duration) -> f64 {
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
#[must_use]
pub fn latency(run: Duration) -> Histogram<u64> {
    let (mut producer, consumer) = rtrb::RingBuffer::<Item>::new(CAPACITY);
    let slot = Slot::default();
    let mut nanos = histogram();
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
    nanos
}

/// Nanoseconds to read a slot that nobody writes.
#[must_use]
pub fn unchanged_read() -> f64 {
    let slot = Slot::default();
    slot.write(&[1; 8]);
    per_call(|| {
        black_box(black_box(&slot).read());
    })
}

/// An empty histogram of nanoseconds, up to a second, told apart to 3 digits.
#[must_use]
#[allow(clippy::expect_used, reason = "these bounds are allowed")]
pub fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 1_000_000_000, 3).expect("the bounds are allowed")
}

/// Nanoseconds to read the clock.
#[must_use]
pub fn clock() -> f64 {
    per_call(|| {
        black_box(Instant::now());
    })
}

/// Nanoseconds of one of many calls.
pub fn per_call(call: impl Fn()) -> f64 {
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
