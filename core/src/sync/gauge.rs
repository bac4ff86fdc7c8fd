//! `Gauge`: a number that one thread sets and any may look at, for counters and flags.
//!
//! Invariants:
//!
//! 1. It orders nothing: who must see what else its writer did needs another structure.

use super::primitive::{AtomicU64, Ordering};

/// A number with one writer.
///
/// # Examples
///
/// ```
/// use truebook_core::sync::Gauge;
///
/// let gauge = Gauge::default();
/// gauge.add(2);
/// gauge.raise(1);
/// assert_eq!(gauge.get(), 2);
/// ```
#[derive(Debug)]
pub struct Gauge(AtomicU64);

impl Default for Gauge {
    fn default() -> Self {
        Self(AtomicU64::new(0))
    }
}

impl Gauge {
    /// Sets it; any thread may, the last one counts.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Gauge;
    /// let gauge = Gauge::default();
    /// gauge.set(7);
    /// assert_eq!(gauge.get(), 7);
    /// ```
    #[inline]
    pub fn set(&self, value: u64) {
        // SYNC: Relaxed is enough, it orders nothing.
        self.0.store(value, Ordering::Relaxed);
    }

    /// Adds to it, by its one writer: what another adds meanwhile is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Gauge;
    /// let gauge = Gauge::default();
    /// gauge.add(1);
    /// gauge.add(2);
    /// assert_eq!(gauge.get(), 3);
    /// ```
    #[inline]
    pub fn add(&self, more: u64) {
        self.set(self.get().wrapping_add(more));
    }

    /// Sets it where that is more, by its one writer.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Gauge;
    /// let gauge = Gauge::default();
    /// gauge.raise(3);
    /// gauge.raise(2);
    /// assert_eq!(gauge.get(), 3);
    /// ```
    #[inline]
    pub fn raise(&self, value: u64) {
        if value > self.get() {
            self.set(value);
        }
    }

    /// What it is. It may have changed by the time this returns.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Gauge;
    /// assert_eq!(Gauge::default().get(), 0);
    /// ```
    #[inline]
    #[must_use]
    pub fn get(&self) -> u64 {
        // SYNC: Relaxed is enough, it orders nothing.
        self.0.load(Ordering::Relaxed)
    }
}
