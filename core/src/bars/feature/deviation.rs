//! How far values are from their mean.

use super::change::{Change, ChangeKind};
use super::moment::Moments;
use super::span::{Span, is_usable};

/// By what the squares are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deviation {
    /// By `n`: the values are all there are. TA-Lib's.
    Population,
    /// By `n - 1`: the values are a sample.
    Sample,
}

impl Deviation {
    /// The deviation of `span` values with these squares; 0 for a sample of one.
    fn of(self, squares: f64, span: Span) -> f64 {
        let count = match self {
            Self::Population => span.float(),
            Self::Sample => (span.float() - 1.0).max(1.0),
        };
        (squares / count).sqrt()
    }
}

/// How many deviations the newest of the last `n` values is from their mean.
#[derive(Clone, Debug)]
pub struct ZScore {
    span: Span,
    deviation: Deviation,
    moments: Moments,
}

impl ZScore {
    /// Over so many values.
    #[must_use]
    pub fn new(span: Span, deviation: Deviation) -> Self {
        Self {
            span,
            deviation,
            moments: Moments::new(span),
        }
    }

    /// How many values come before the first score.
    #[must_use]
    pub fn warm_up(&self) -> u32 {
        self.span.values()
    }

    /// Takes the next value; `None` also when all values are equal.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        if !is_usable(value) {
            return None;
        }
        let moment = self.moments.push(value)?;
        let deviation = self.deviation.of(moment.squares, self.span);
        (deviation > 0.0).then(|| (value - moment.mean) / deviation)
    }
}

/// The deviation of the last `n` log returns, as of a sample. That of a year is this times the root
/// of the number of bars in a year.
#[derive(Clone, Debug)]
pub struct Volatility {
    span: Span,
    change: Change,
    moments: Moments,
}

impl Volatility {
    /// Over so many returns.
    #[must_use]
    pub fn new(span: Span) -> Self {
        Self {
            span,
            change: Change::new(ChangeKind::Log),
            moments: Moments::new(span),
        }
    }

    /// How many prices come before the first deviation.
    #[must_use]
    pub fn warm_up(&self) -> u32 {
        self.span.values() + 1
    }

    /// Takes the next price.
    pub fn push(&mut self, price: f64) -> Option<f64> {
        let change = self.change.push(price)?;
        self.push_return(change)
    }

    /// Takes the next log return, where somebody has computed it already, instead of a price.
    pub fn push_return(&mut self, change: f64) -> Option<f64> {
        if !is_usable(change) {
            return None;
        }
        let moment = self.moments.push(change)?;
        Some(Deviation::Sample.of(moment.squares, self.span))
    }
}
