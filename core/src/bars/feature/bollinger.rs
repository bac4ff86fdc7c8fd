//! Bollinger bands.

use super::moment::Moments;
use super::span::{Span, is_usable};

/// A mean and so many deviations above and below it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bands {
    /// The mean less the deviations.
    pub lower: f64,
    /// The mean.
    pub middle: f64,
    /// The mean and the deviations.
    pub upper: f64,
}

/// The mean of the last `n` values, and bands `width` deviations of a population around it
/// (TA-Lib's BBANDS with a simple average).
#[derive(Clone, Debug)]
pub struct Bollinger {
    span: Span,
    width: f64,
    moments: Moments,
}

impl Bollinger {
    /// Over so many values, `width` deviations wide; usually 20 and 2.
    #[must_use]
    pub fn new(span: Span, width: f64) -> Self {
        Self {
            span,
            width,
            moments: Moments::new(span),
        }
    }

    /// How many values come before the first bands.
    #[must_use]
    pub fn warm_up(&self) -> u32 {
        self.span.values()
    }

    /// Takes the next value and gives the bands.
    pub fn push(&mut self, value: f64) -> Option<Bands> {
        if !is_usable(value) {
            return None;
        }
        let moment = self.moments.push(value)?;
        let distance = self.width * (moment.squares / self.span.float()).sqrt();
        Some(Bands {
            lower: moment.mean - distance,
            middle: moment.mean,
            upper: moment.mean + distance,
        })
    }
}
