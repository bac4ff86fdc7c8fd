//! `Producer` and `Consumer`: a bounded queue from one thread to one other, over rtrb.
//!
//! Invariants:
//!
//! 1. Values come out in the order they went in, each one once.
//! 2. A full ring refuses a value and hands it back; nothing is dropped unseen.
//! 3. After [`ring`] nothing is allocated.
//!
//! This is the only file that names rtrb, whose atomics loom does not see. A model gets a stand-in
//! with the same calls instead: what it proves is what is built on them.

use std::fmt;

#[cfg(truebook_loom)]
use super::stand_in as rtrb;

/// Makes a ring of `capacity` values and its two ends.
///
/// A ring of capacity 0 refuses every value.
///
/// # Examples
///
/// ```
/// use truebook_core::sync::ring;
///
/// let (mut producer, mut consumer) = ring::<u32>(2);
/// producer.push(1).unwrap();
/// producer.push(2).unwrap();
/// assert_eq!(producer.push(3).unwrap_err().0, 3);
/// assert_eq!(consumer.pop(), Some(1));
/// ```
#[must_use]
pub fn ring<T>(capacity: usize) -> (Producer<T>, Consumer<T>) {
    let (producer, consumer) = rtrb::RingBuffer::new(capacity);
    (Producer { inner: producer }, Consumer { inner: consumer })
}

/// The ring was full; the refused value is inside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Full<T>(pub T);

impl<T> fmt::Debug for Full<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Full(..)")
    }
}

impl<T> fmt::Display for Full<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ring is full")
    }
}

impl<T> std::error::Error for Full<T> {}

/// The writing end of a [`ring`]; may be moved to another thread.
#[derive(Debug)]
pub struct Producer<T> {
    inner: rtrb::Producer<T>,
}

impl<T> Producer<T> {
    /// Puts a value at the end of the ring.
    ///
    /// # Errors
    ///
    /// [`Full`] with the value, when no place is free.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::{Full, ring};
    /// let (mut producer, _consumer) = ring(1);
    /// assert_eq!(producer.push("a"), Ok(()));
    /// assert_eq!(producer.push("b"), Err(Full("b")));
    /// ```
    #[inline]
    pub fn push(&mut self, value: T) -> Result<(), Full<T>> {
        self.inner
            .push(value)
            .map_err(|rtrb::PushError::Full(value)| Full(value))
    }

    /// Whether the consumer is gone, so that nobody will take what is pushed.
    ///
    /// `false` may be out of date by the time it returns; `true` stays true.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::ring;
    /// let (producer, consumer) = ring::<u8>(1);
    /// drop(consumer);
    /// assert!(producer.is_abandoned());
    /// ```
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.inner.is_abandoned()
    }

    /// How many more values fit. There may be more room by the time it returns, never less.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::ring;
    /// let (mut producer, _consumer) = ring::<u8>(4);
    /// producer.push(1).unwrap();
    /// assert_eq!(producer.vacant(), 3);
    /// ```
    #[must_use]
    pub fn vacant(&self) -> usize {
        self.inner.slots()
    }
}

/// The reading end of a [`ring`]; may be moved to another thread.
#[derive(Debug)]
pub struct Consumer<T> {
    inner: rtrb::Consumer<T>,
}

impl<T> Consumer<T> {
    /// Takes the oldest value, or `None` if there is none now.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::ring;
    /// let (mut producer, mut consumer) = ring(1);
    /// assert_eq!(consumer.pop(), None);
    /// producer.push(5).unwrap();
    /// assert_eq!(consumer.pop(), Some(5));
    /// ```
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        self.inner.pop().ok()
    }

    /// Hands up to `max` values to `take` in order, and returns how many.
    ///
    /// The places are freed together at the end, which is several times as fast as popping one by
    /// one. If `take` panics, the values it was given are gone and the others stay.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::ring;
    /// let (mut producer, mut consumer) = ring(4);
    /// for value in [1, 2, 3] {
    ///     producer.push(value).unwrap();
    /// }
    /// let mut sum = 0;
    /// assert_eq!(consumer.drain(2, |value| sum += value), 2);
    /// assert_eq!(sum, 3);
    /// ```
    #[inline]
    pub fn drain(&mut self, max: usize, take: impl FnMut(T)) -> usize {
        let count = self.inner.slots().min(max);
        match self.inner.read_chunk(count) {
            Ok(chunk) => {
                chunk.into_iter().for_each(take);
                count
            }
            // Cannot happen: only this end takes values, so the counted ones are still there.
            Err(_) => 0,
        }
    }

    /// Shows up to `max` of the values that wait, oldest first, and takes none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::ring;
    /// let (mut producer, mut consumer) = ring(2);
    /// producer.push(3).unwrap();
    /// consumer.look(2, |value| assert_eq!(*value, 3));
    /// assert_eq!(consumer.pop(), Some(3));
    /// ```
    #[inline]
    pub fn look(&mut self, max: usize, see: impl FnMut(&T)) {
        let count = self.inner.slots().min(max);
        if let Ok(chunk) = self.inner.read_chunk(count) {
            let (first, second) = chunk.as_slices();
            first.iter().chain(second).for_each(see);
        }
    }

    /// Whether nothing waits. A value may have arrived by the time it returns.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::ring;
    /// let (_producer, consumer) = ring::<u8>(1);
    /// assert!(consumer.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    /// How many values wait. There may be more by the time it returns, never fewer.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::ring;
    /// let (mut producer, consumer) = ring(2);
    /// producer.push(1).unwrap();
    /// assert_eq!(consumer.len(), 1);
    /// ```
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.slots()
    }

    /// Whether the producer is gone. Values it left behind may still wait.
    ///
    /// `false` may be out of date by the time it returns; `true` stays true.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::ring;
    /// let (mut producer, mut consumer) = ring(1);
    /// producer.push(1).unwrap();
    /// drop(producer);
    /// assert!(consumer.is_abandoned());
    /// assert_eq!(consumer.pop(), Some(1));
    /// ```
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.inner.is_abandoned()
    }
}

#[cfg(all(test, not(truebook_loom)))]
mod tests {
    use super::{Full, ring};

    const VALUES: u64 = if cfg!(miri) { 300 } else { 100_000 };

    #[test]
    fn values_come_out_once_and_in_order() {
        let (mut producer, mut consumer) = ring::<Box<u64>>(64);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for value in 0..VALUES {
                    let mut refused = producer.push(Box::new(value));
                    while let Err(Full(value)) = refused {
                        std::thread::yield_now();
                        refused = producer.push(value);
                    }
                }
            });
            let mut next = 0;
            while next < VALUES {
                let drained = consumer.drain(16, |value| {
                    assert_eq!(*value, next);
                    next += 1;
                });
                assert!(drained <= 16);
                if drained == 0 {
                    std::thread::yield_now();
                }
            }
            assert!(consumer.is_empty());
        });
    }

    #[test]
    fn a_full_ring_hands_the_value_back() {
        let (mut producer, mut consumer) = ring::<String>(1);
        producer.push("first".into()).unwrap();
        assert_eq!(producer.push("second".into()), Err(Full("second".into())));
        assert_eq!(consumer.pop().as_deref(), Some("first"));
        assert_eq!(consumer.len(), 0);
    }

    #[test]
    fn each_end_sees_that_the_other_is_gone() {
        let (producer, consumer) = ring::<u8>(1);
        assert!(!producer.is_abandoned());
        drop(producer);
        assert!(consumer.is_abandoned());
    }
}
