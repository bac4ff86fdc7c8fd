//! Moving averages.

use super::span::{Ring, Span, is_usable};
use super::sum::Sum;

/// The mean of the last `n` values (TA-Lib's SMA).
#[derive(Clone, Debug)]
pub struct Sma {
    span: Span,
    ring: Ring,
    sum: Sum,
}

impl Sma {
    /// Over so many values.
    #[must_use]
    pub fn new(span: Span) -> Self {
        Self {
            span,
            ring: Ring::new(span),
            sum: Sum::default(),
        }
    }

    /// How many values come before the first average.
    #[must_use]
    pub fn warm_up(&self) -> u32 {
        self.span.values()
    }

    /// Takes the next value and gives the average.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        if !is_usable(value) {
            return None;
        }
        let old = self.ring.push(value).unwrap_or(0.0);
        self.sum.slide(value, old);
        let is_full = self.ring.is_full();
        is_full.then(|| self.sum.value() / self.span.float())
    }
}

/// What an exponential average begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmaSeed {
    /// The mean of the first `n` values, as TA-Lib.
    Average,
    /// The first value, as TA-Lib in its Metastock mode: there is no warm-up.
    First,
}

/// The exponential moving average with `alpha = 2 / (n + 1)` (TA-Lib's EMA).
#[derive(Clone, Copy, Debug)]
pub struct Ema {
    alpha: f64,
    span: Span,
    warm_up: u32,
    seen: u32,
    seed: Sum,
    value: f64,
}

impl Ema {
    /// Over so many values, begun with `seed`.
    #[must_use]
    pub fn new(span: Span, seed: EmaSeed) -> Self {
        Self {
            alpha: 2.0 / (span.float() + 1.0),
            span,
            warm_up: match seed {
                EmaSeed::Average => span.values(),
                EmaSeed::First => 1,
            },
            seen: 0,
            seed: Sum::default(),
            value: 0.0,
        }
    }

    /// How many values come before the first average.
    #[must_use]
    pub fn warm_up(&self) -> u32 {
        self.warm_up
    }

    /// Over how many values.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// Takes the next value and gives the average.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        if !is_usable(value) {
            return None;
        }
        if self.seen == self.warm_up {
            self.value += self.alpha * (value - self.value);
            return Some(self.value);
        }
        self.seen += 1;
        self.seed.add(value);
        if self.seen < self.warm_up {
            return None;
        }
        self.value = self.seed.value() / f64::from(self.warm_up);
        Some(self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_starts_at_the_first_value_and_moves_by_alpha() {
        let mut ema = Ema::new(Span::new(3).unwrap(), EmaSeed::First);
        assert!((ema.push(10.0).unwrap() - 10.0).abs() < 1e-12);
        assert!((ema.push(20.0).unwrap() - 15.0).abs() < 1e-12);
    }
}
