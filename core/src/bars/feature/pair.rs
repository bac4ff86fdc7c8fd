//! How two series move together.
//!
//! 1. Sums are kept as those of one series are: see `moment.rs`.

use super::moment::Rebase;
use super::span::{Ring, Span, is_usable};
use super::sum::Sum;

/// What two series have in common over a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairFeatures {
    /// Pearson's, -1 to 1; `None` where the values of a series are all equal.
    pub correlation: Option<f64>,
    /// By how much `a` moves when `b` moves by 1: `cov(a, b) / var(b)`. `None` where the values of
    /// `b` are all equal. Of simple returns this is TA-Lib's BETA, where `b` is the first series.
    pub beta: Option<f64>,
    /// `a - beta × b`, of the newest values.
    pub spread: Option<f64>,
}

/// Correlation, beta and spread of the last `n` pairs.
#[derive(Clone, Debug)]
pub struct Pair {
    span: Span,
    a: Series,
    b: Series,
    product: Sum,
    rebase: Rebase,
}

#[derive(Clone, Debug)]
struct Series {
    ring: Ring,
    base: f64,
    first: Sum,
    second: Sum,
    newest: f64,
    equal: u32,
}

impl Pair {
    /// Over so many pairs.
    #[must_use]
    pub fn new(span: Span) -> Self {
        Self {
            span,
            a: Series::new(span),
            b: Series::new(span),
            product: Sum::default(),
            rebase: Rebase::new(span),
        }
    }

    /// How many pairs come before the first result.
    #[must_use]
    pub fn warm_up(&self) -> u32 {
        self.span.values()
    }

    /// Takes the next pair.
    pub fn push(&mut self, (a, b): (f64, f64)) -> Option<PairFeatures> {
        if !(is_usable(a) && is_usable(b)) {
            return None;
        }
        self.a.begin(a);
        self.b.begin(b);
        self.rebase.earn();
        let (new_a, old_a) = self.a.push(a);
        let (new_b, old_b) = self.b.push(b);
        self.product.slide(new_a * new_b, old_a * old_b);
        if !self.a.ring.is_full() {
            return None;
        }
        let squares = self.squares();
        let is_spread = [(&self.a, squares.0), (&self.b, squares.1)]
            .into_iter()
            .filter(|(series, _)| series.equal < self.span.values())
            .any(|(series, around)| self.rebase.is_needed(around, series.second.value()));
        let squares = match is_spread {
            true => self.sum_anew(),
            false => squares,
        };
        Some(self.features(squares, (a, b)))
    }

    /// The squares around the means; exactly 0 of equal values.
    fn squares(&self) -> (f64, f64) {
        let count = self.span.float();
        let of = |series: &Series| match series.equal < self.span.values() {
            true => {
                let sum = series.first.value();
                (series.second.value() - sum / count * sum).max(0.0)
            }
            false => 0.0,
        };
        (of(&self.a), of(&self.b))
    }

    fn features(&self, squares: (f64, f64), (a, b): (f64, f64)) -> PairFeatures {
        let count = self.span.float();
        let shared = self.a.first.value() / count * self.b.first.value();
        let product = self.product.value() - shared;
        // Two roots: the product of the squares could leave the range of a float.
        let both = squares.0.sqrt() * squares.1.sqrt();
        let beta = (squares.1 > 0.0).then(|| match squares.0 > 0.0 {
            true => product / squares.1,
            false => 0.0,
        });
        PairFeatures {
            correlation: (both > 0.0).then(|| (product / both).clamp(-1.0, 1.0)),
            beta,
            spread: beta.map(|beta| a - beta * b),
        }
    }

    fn sum_anew(&mut self) -> (f64, f64) {
        let count = self.span.float();
        for series in [&mut self.a, &mut self.b] {
            series.base += series.first.value() / count;
            (series.first, series.second) = (Sum::default(), Sum::default());
        }
        self.product = Sum::default();
        for (a, b) in self.a.ring.values().iter().zip(self.b.ring.values()) {
            let (a, b) = (a - self.a.base, b - self.b.base);
            self.a.first.add(a);
            self.a.second.add(a * a);
            self.b.first.add(b);
            self.b.second.add(b * b);
            self.product.add(a * b);
        }
        self.squares()
    }
}

impl Series {
    fn new(span: Span) -> Self {
        Self {
            ring: Ring::new(span),
            base: 0.0,
            first: Sum::default(),
            second: Sum::default(),
            newest: f64::NAN,
            equal: 0,
        }
    }

    fn begin(&mut self, value: f64) {
        if self.newest.is_nan() {
            self.base = value;
        }
        self.equal = match value == self.newest {
            true => self.equal.saturating_add(1),
            false => 1,
        };
        self.newest = value;
    }

    /// Takes a value; how far it is from the base, and how far the one was that leaves.
    fn push(&mut self, value: f64) -> (f64, f64) {
        let distance = value - self.base;
        let old = self.ring.push(value).map_or(0.0, |old| old - self.base);
        self.first.slide(distance, old);
        self.second.slide(distance * distance, old * old);
        (distance, old)
    }
}
