//! Mean and squares of the last values, kept in step with them.
//!
//! 1. Squares are taken around a base; where they are more than 10^4 times those around the mean,
//!    the mean becomes the base and the window is summed anew. So at most 4 of 16 digits are lost.
//! 2. Such a sum is paid for by the values since: over time it costs at most one addition a value.
//! 3. Of equal values the squares are exactly 0.

use super::span::{Ring, Span};
use super::sum::Sum;

/// How many times the squares around the base may be those around the mean.
const SPREAD_MAX: f64 = 1e4;
/// How many windows may be summed anew in a row.
const CREDIT_WINDOWS: u64 = 4;

/// Sums of the last values.
#[derive(Clone, Debug)]
pub(super) struct Moments {
    span: Span,
    ring: Ring,
    base: f64,
    first: Sum,
    second: Sum,
    newest: f64,
    /// How many of the newest values are equal.
    equal: u32,
    rebase: Rebase,
}

/// Of a full window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) mean: f64,
    /// The sum of squares around the mean.
    pub(super) squares: f64,
}

/// When a window is summed anew.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rebase {
    credit: u64,
    cost: u64,
}

impl Rebase {
    pub(super) fn new(span: Span) -> Self {
        let cost = u64::from(span.values());
        Self {
            credit: cost * CREDIT_WINDOWS,
            cost,
        }
    }

    /// A value came.
    pub(super) fn earn(&mut self) {
        self.credit = (self.credit + 1).min(self.cost * CREDIT_WINDOWS);
    }

    /// Whether squares of `around_base` must, and may, be taken anew.
    pub(super) fn is_needed(&mut self, around_mean: f64, around_base: f64) -> bool {
        let is_needed = around_mean * SPREAD_MAX < around_base && self.credit >= self.cost;
        if is_needed {
            self.credit -= self.cost;
        }
        is_needed
    }
}

impl Moments {
    pub(super) fn new(span: Span) -> Self {
        Self {
            span,
            ring: Ring::new(span),
            base: 0.0,
            first: Sum::default(),
            second: Sum::default(),
            newest: f64::NAN,
            equal: 0,
            rebase: Rebase::new(span),
        }
    }

    /// Takes a usable value; what the window comes to, once it is full.
    pub(super) fn push(&mut self, value: f64) -> Option<Moment> {
        if self.newest.is_nan() {
            self.base = value;
        }
        self.equal = match value == self.newest {
            true => self.equal.saturating_add(1),
            false => 1,
        };
        self.newest = value;
        self.rebase.earn();
        let distance = value - self.base;
        let old = self.ring.push(value).map_or(0.0, |old| old - self.base);
        self.first.slide(distance, old);
        self.second.slide(distance * distance, old * old);
        if !self.ring.is_full() {
            return None;
        }
        if self.equal >= self.span.values() {
            let (mean, squares) = (value, 0.0);
            return Some(Moment { mean, squares });
        }
        let moment = self.moment();
        if self.rebase.is_needed(moment.squares, self.second.value()) {
            self.sum_anew(moment.mean);
            return Some(self.moment());
        }
        Some(moment)
    }

    fn moment(&self) -> Moment {
        let mean = self.first.value() / self.span.float();
        let squares = self.second.value() - mean * self.first.value();
        Moment {
            mean: self.base + mean,
            squares: squares.max(0.0),
        }
    }

    fn sum_anew(&mut self, base: f64) {
        self.base = base;
        (self.first, self.second) = (Sum::default(), Sum::default());
        for value in self.ring.values() {
            let distance = value - base;
            self.first.add(distance);
            self.second.add(distance * distance);
        }
    }
}
