//! How far the newest value is from the mean of the last ones, as `pairs_trading` decides by it.
//!
//! 1. Two passes over the window, oldest first: a session that is run again compares its decisions
//!    with those on record, so not even the rounding may change.

use std::collections::VecDeque;

/// How many standard deviations the newest of the last `window` values is from their mean. The
/// deviation is that of a sample: divided by `window - 1`.
#[derive(Clone, Debug)]
pub(super) struct Score {
    window: usize,
    values: VecDeque<f64>,
}

impl Score {
    /// Over the last `window` values, at least 2.
    pub(super) fn new(window: u32) -> Self {
        let window = (window as usize).max(2);
        Self {
            window,
            values: VecDeque::with_capacity(window + 1),
        }
    }

    /// Takes the next value; `None` until the window is full or when all values are equal.
    pub(super) fn push(&mut self, value: f64) -> Option<f64> {
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
        // Correctly rounded, so the same on every machine.
        let deviation = (squares / (count - 1.0)).sqrt();
        (deviation > 0.0).then(|| (value - mean) / deviation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_needs_a_full_window_and_some_spread() {
        let mut score = Score::new(3);
        assert_eq!(
            (score.push(1.0), score.push(1.0), score.push(1.0)),
            (None, None, None)
        );
        let z = score.push(4.0).unwrap();
        assert!((z - 1.154_700_538).abs() < 1e-9, "{z}");
    }
}
