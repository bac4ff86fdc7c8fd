//! What J. Welles Wilder smooths: changes and ranges.

use super::float_bar::FloatBar;
use super::span::{Span, is_usable};

/// Wilder's average: the mean of the first `n` values, then `(average × (n - 1) + value) / n`.
#[derive(Clone, Copy, Debug)]
struct Wilder {
    span: Span,
    seen: u32,
    value: f64,
}

impl Wilder {
    fn new(span: Span) -> Self {
        Self {
            span,
            seen: 0,
            value: 0.0,
        }
    }

    fn push(&mut self, value: f64) -> Option<f64> {
        let count = self.span.float();
        if self.seen == self.span.values() {
            self.value = (self.value * (count - 1.0) + value) / count;
            return Some(self.value);
        }
        self.seen += 1;
        self.value += value;
        if self.seen < self.span.values() {
            return None;
        }
        self.value /= count;
        Some(self.value)
    }
}

/// The relative strength index, 0 to 100 (TA-Lib's RSI).
#[derive(Clone, Copy, Debug)]
pub struct Rsi {
    last: Option<f64>,
    gain: Wilder,
    loss: Wilder,
}

impl Rsi {
    /// Over so many changes; usually 14.
    #[must_use]
    pub fn new(span: Span) -> Self {
        Self {
            last: None,
            gain: Wilder::new(span),
            loss: Wilder::new(span),
        }
    }

    /// How many prices come before the first index.
    #[must_use]
    pub fn warm_up(&self) -> u32 {
        self.gain.span.values() + 1
    }

    /// Takes the next price; 50 for prices that never changed, as TA-Lib 0.8.
    pub fn push(&mut self, price: f64) -> Option<f64> {
        if !is_usable(price) {
            return None;
        }
        let change = price - self.last.replace(price)?;
        let (gain, loss) = (
            self.gain.push(change.max(0.0)),
            self.loss.push((-change).max(0.0)),
        );
        let (gain, loss) = (gain?, loss?);
        let both = gain + loss;
        Some(if both > 0.0 {
            100.0 * (gain / both)
        } else {
            50.0
        })
    }
}

/// The average true range (TA-Lib's ATR).
#[derive(Clone, Copy, Debug)]
pub struct Atr {
    last: Option<f64>,
    range: Wilder,
}

impl Atr {
    /// Over so many bars; usually 14.
    #[must_use]
    pub fn new(span: Span) -> Self {
        Self {
            last: None,
            range: Wilder::new(span),
        }
    }

    /// How many bars come before the first range: the first bar has no close before it.
    #[must_use]
    pub fn warm_up(&self) -> u32 {
        self.range.span.values() + 1
    }

    /// Takes the next bar.
    pub fn push(&mut self, bar: &FloatBar) -> Option<f64> {
        if !(is_usable(bar.high) && is_usable(bar.low) && is_usable(bar.close)) {
            return None;
        }
        let last = self.last.replace(bar.close)?;
        let range = bar.high - bar.low;
        let range = range
            .max((bar.high - last).abs())
            .max((bar.low - last).abs());
        self.range.push(range)
    }
}
