//! Features of bars, as floats: nothing here enters the ledger.

use std::collections::VecDeque;

/// `raw / 10^scale` as a float, for features only.
#[must_use]
pub fn to_float(raw: i64, scale: u8) -> f64 {
    // A price of up to 2^53 units is exact; beyond, the nearest float is what a feature needs.
    #[allow(
        clippy::cast_precision_loss,
        reason = "features are approximate by design"
    )]
    let value = raw as f64;
    value / 10_f64.powi(i32::from(scale))
}

/// Exponential moving average with `alpha = 2 / (n + 1)`, starting at the first value.
#[derive(Clone, Copy, Debug)]
pub struct Ema {
    alpha: f64,
    value: Option<f64>,
}

impl Ema {
    /// The average over `bars` bars.
    #[must_use]
    pub fn new(bars: u32) -> Self {
        Self {
            alpha: 2.0 / (f64::from(bars) + 1.0),
            value: None,
        }
    }

    /// Takes the next value and gives the average.
    pub fn push(&mut self, value: f64) -> f64 {
        let next = self
            .value
            .map_or(value, |old| old + self.alpha * (value - old));
        self.value = Some(next);
        next
    }
}

/// How many standard deviations the newest of the last `window` values is from their mean. The
/// deviation is that of a sample: divided by `window - 1`.
#[derive(Clone, Debug)]
pub struct ZScore {
    window: usize,
    values: VecDeque<f64>,
}

impl ZScore {
    /// Over the last `window` values, at least 2.
    #[must_use]
    pub fn new(window: u32) -> Self {
        let window = (window as usize).max(2);
        Self {
            window,
            values: VecDeque::with_capacity(window + 1),
        }
    }

    /// Takes the next value; `None` until the window is full or when all values are equal.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        self.values.push_back(value);
        if self.values.len() > self.window {
            self.values.pop_front();
        }
        if self.values.len() < self.window {
            return None;
        }
        let count = u32::try_from(self.window).map_or(f64::MAX, f64::from);
        let mean = self.values.iter().sum::<f64>() / count;
        let squares: f64 = self
            .values
            .iter()
            .map(|each| (each - mean) * (each - mean))
            .sum();
        let deviation = libm::sqrt(squares / (count - 1.0));
        (deviation > 0.0).then(|| (value - mean) / deviation)
    }
}

/// The natural logarithm of `a / b`, the same on every machine.
#[must_use]
pub fn log_ratio(a: f64, b: f64) -> f64 {
    libm::log(a / b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_starts_at_the_first_value_and_moves_by_alpha() {
        let mut ema = Ema::new(3);
        assert!((ema.push(10.0) - 10.0).abs() < 1e-12);
        assert!((ema.push(20.0) - 15.0).abs() < 1e-12);
    }

    #[test]
    fn the_score_needs_a_full_window_and_some_spread() {
        let mut score = ZScore::new(3);
        assert_eq!(
            (score.push(1.0), score.push(1.0), score.push(1.0)),
            (None, None, None)
        );
        let z = score.push(4.0).unwrap();
        assert!((z - 1.154_700_538).abs() < 1e-9, "{z}");
    }
}
