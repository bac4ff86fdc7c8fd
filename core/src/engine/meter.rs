//! What the engine counts of itself; looked at without disturbing the writer.

use std::time::Duration;

use crate::sync::{Gauge, SeqSlot};

/// Counts of durations in nanoseconds, told apart to 3 %.
pub type Latency = hdrhistogram::Histogram<u64>;

/// Bits of a duration that are kept below its highest: 3 % of it.
const FINE_BITS: u32 = 5;
const FINE: usize = 1 << FINE_BITS;
/// The longest that is told apart is 2^40 ns, 18 minutes.
const BUCKETS: usize = if cfg!(truebook_loom) {
    1
} else {
    (40 - FINE_BITS as usize + 1) * FINE
};

/// One producer's rings, as the writer finds them.
#[derive(Debug)]
pub(super) struct LaneMeter {
    /// Messages that waited when it last looked.
    pub depth: Gauge,
    /// The most that ever waited.
    pub peak: Gauge,
    /// Messages executed, prices of a `live` producer among them.
    pub executed: Gauge,
    /// Messages executed but for those prices; written after what they changed was published.
    pub served: SeqSlot<1>,
    /// Prices that newer ones replaced.
    pub conflated: Gauge,
}

impl LaneMeter {
    pub fn new() -> Self {
        Self {
            depth: Gauge::default(),
            peak: Gauge::default(),
            executed: Gauge::default(),
            served: SeqSlot::new([0]),
            conflated: Gauge::default(),
        }
    }
}

/// How long commands take to apply and publish: each of a chunk a part of it, of one chunk in 8.
#[derive(Debug)]
pub(super) struct Latencies(Box<[Gauge]>);

impl Latencies {
    pub fn new() -> Self {
        Self((0..BUCKETS).map(|_| Gauge::default()).collect())
    }

    /// Counts `count` commands that took so long together.
    pub fn record(&self, taken: Duration, count: u64) {
        let nanos = u64::try_from(taken.as_nanos()).unwrap_or(u64::MAX);
        let Some(each) = nanos.checked_div(count) else {
            return;
        };
        if let Some(counted) = self.0.get(bucket(each).min(BUCKETS - 1)) {
            counted.add(count);
        }
    }

    /// Everything so far, in nanoseconds.
    #[allow(clippy::expect_used, reason = "2 digits are allowed")]
    pub fn histogram(&self) -> Latency {
        let mut histogram = Latency::new_with_max(1 << 40, 2).expect("2 digits");
        for (at, count) in self.0.iter().enumerate() {
            histogram.saturating_record_n(highest(at), count.get());
        }
        histogram
    }
}

/// Where a duration is counted.
fn bucket(nanos: u64) -> usize {
    let exponent = nanos.checked_ilog2().unwrap_or(0);
    let shift = exponent.saturating_sub(FINE_BITS);
    let step = usize::try_from(nanos >> shift).unwrap_or(0);
    shift as usize * FINE + step
}

/// The longest duration that is counted there.
fn highest(bucket: usize) -> u64 {
    // From 2 × FINE on, each row is twice as coarse as the one before.
    let shift = (bucket / FINE).saturating_sub(1);
    let step = (bucket - shift * FINE) as u64;
    ((step + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_counted_within_3_percent() {
        let mut last = 0;
        for nanos in (0..100_000).chain([1 << 20, (1 << 33) + 12_345, (1 << 40) - 1]) {
            let at = bucket(nanos);
            assert!(at >= last, "{nanos}");
            last = at;
            let highest = highest(at);
            assert!(highest >= nanos && highest <= nanos + nanos / 32, "{nanos}");
        }
        assert!(last < BUCKETS);
    }

    #[test]
    fn percentiles_are_of_what_was_recorded() {
        let latencies = Latencies::new();
        latencies.record(Duration::from_nanos(9_900), 99);
        latencies.record(Duration::from_secs(100_000), 1);
        latencies.record(Duration::from_secs(1), 0);
        let histogram = latencies.histogram();
        assert_eq!(histogram.len(), 100);
        assert!((100..104).contains(&histogram.value_at_quantile(0.5)));
        assert!(histogram.max() > 1 << 39, "the longest is kept at the end");
    }
}
