//! Over how many values a feature looks, and the values themselves.

use borsh::BorshSerialize;

use crate::model::InvalidValue;

/// How many values a feature looks back at most.
pub const SPAN_MAX: u32 = 1_000_000;
/// What a value may be at most, so that its square and sums of it stay finite.
const VALUE_MAX: f64 = 1e150;

/// A number of values: 1 to [`SPAN_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize)]
pub struct Span(u32);

impl Span {
    /// So many values.
    ///
    /// # Errors
    /// [`InvalidValue`] for 0 and for more than [`SPAN_MAX`].
    pub fn new(values: u32) -> Result<Self, InvalidValue> {
        if (1..=SPAN_MAX).contains(&values) {
            return Ok(Self(values));
        }
        let found = values.to_string();
        Err(InvalidValue::new("span", &found, "1 to 1000000 values"))
    }

    /// How many.
    #[must_use]
    pub fn values(self) -> u32 {
        self.0
    }

    pub(super) fn float(self) -> f64 {
        f64::from(self.0)
    }
}

/// Whether a feature takes `value`.
pub(super) fn is_usable(value: f64) -> bool {
    value.abs() <= VALUE_MAX
}

/// The last values.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    values: Box<[f64]>,
    next: usize,
    is_full: bool,
}

impl Ring {
    pub(super) fn new(span: Span) -> Self {
        Self {
            values: vec![0.0; span.values() as usize].into_boxed_slice(),
            next: 0,
            is_full: false,
        }
    }

    /// Takes a value; gives the one that leaves.
    pub(super) fn push(&mut self, value: f64) -> Option<f64> {
        let place = self.values.get_mut(self.next)?;
        let old = std::mem::replace(place, value);
        let was_full = self.is_full;
        self.next += 1;
        if self.next == self.values.len() {
            (self.next, self.is_full) = (0, true);
        }
        was_full.then_some(old)
    }

    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// The values of a full ring, in no particular order.
    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_gives_back_what_leaves_and_no_span_is_nothing() {
        let mut ring = Ring::new(Span::new(2).unwrap());
        assert_eq!((ring.push(1.0), ring.push(2.0)), (None, None));
        assert!(ring.is_full());
        assert_eq!((ring.push(3.0), ring.push(4.0)), (Some(1.0), Some(2.0)));
        for none in [0, SPAN_MAX + 1] {
            assert_eq!(Span::new(none).unwrap_err().what, "span");
        }
        assert!(!is_usable(f64::NAN) && !is_usable(f64::INFINITY) && is_usable(-1e150));
    }
}
