//! From one value to the next.

use super::span::is_usable;

/// How a change is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// `value / last - 1`.
    Simple,
    /// `ln(value / last)`.
    Log,
}

/// The return from each value to the next; its warm-up is 2 values.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    kind: ChangeKind,
    last: Option<f64>,
}

impl Change {
    /// Counted as `kind`.
    #[must_use]
    pub fn new(kind: ChangeKind) -> Self {
        Self { kind, last: None }
    }

    /// How many values come before the first return.
    #[must_use]
    pub fn warm_up(&self) -> u32 {
        2
    }

    /// Takes the next value; `None` for the first, and where there is no ratio of the two.
    pub fn push(&mut self, value: f64) -> Option<f64> {
        if !is_usable(value) {
            return None;
        }
        let last = self.last.replace(value)?;
        let change = match self.kind {
            ChangeKind::Simple => value / last - 1.0,
            ChangeKind::Log => log_ratio(value, last),
        };
        is_usable(change).then_some(change)
    }
}

/// The natural logarithm of `a / b`, the same on every machine.
#[must_use]
pub fn log_ratio(a: f64, b: f64) -> f64 {
    libm::log(a / b)
}
