//! A running sum that remembers its rounding errors.
//!
//! 1. What is added and later taken away leaves an error of the order of 10^-32 of the largest sum
//!    on the way: millions of values do not drift.

/// A sum as two floats: the nearest one and what it is off by (Knuth's two-sum, kept in order as in
/// T. J. Dekker, *A floating-point technique for extending the available precision*, 1971).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    pub(super) fn add(&mut self, value: f64) {
        self.slide(value, 0.0);
    }

    /// Adds `value` and takes `old` away, in one step: what a window does.
    pub(super) fn slide(&mut self, value: f64, old: f64) {
        let (change, lost) = two_sum(value, -old);
        let (sum, error) = two_sum(self.high, change);
        let low = self.low + (error + lost);
        self.high = sum + low;
        self.low = low - (self.high - sum);
    }

    pub(super) fn value(self) -> f64 {
        self.high
    }
}

/// The sum as a float, and exactly what it is off by.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let added = sum - a;
    (sum, (a - (sum - added)) + (b - added))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_away_leaves_nothing_behind() {
        let mut sum = Sum::default();
        for each in [1e16, 1.0, 1e-8, -1e16, -1.0] {
            sum.add(each);
        }
        assert!((sum.value() - 1e-8).abs() < 1e-15, "{}", sum.value());
    }
}
