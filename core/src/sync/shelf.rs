//! `Shelf`: one shared object that is replaced whole, over arc-swap.
//!
//! Invariants:
//!
//! 1. A reader gets an object that was stored whole, and keeps it for as long as it likes.
//! 2. Readers never wait for a writer, nor a writer for readers.
//!
//! This is the only file that names arc-swap, whose atomics loom does not see.

use std::sync::Arc;

use arc_swap::ArcSwap;

/// Holds the latest `Arc<T>`; any thread may replace or read it.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use truebook_core::sync::Shelf;
///
/// let shelf = Shelf::new(vec![1]);
/// let old = shelf.load();
/// shelf.store(Arc::new(vec![1, 2]));
/// assert_eq!(*old, [1]); // still whole
/// assert_eq!(shelf.with(|now| now.len()), 2);
/// ```
#[derive(Debug)]
pub struct Shelf<T> {
    inner: ArcSwap<T>,
}

impl<T> Shelf<T> {
    /// A shelf holding `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Shelf;
    /// assert_eq!(*Shelf::new(3).load(), 3);
    /// ```
    #[must_use]
    pub fn new(value: T) -> Self {
        Self {
            inner: ArcSwap::from_pointee(value),
        }
    }

    /// Replaces the object. Readers keep the one they have.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use truebook_core::sync::Shelf;
    /// let shelf = Shelf::new(3);
    /// shelf.store(Arc::new(4));
    /// assert_eq!(*shelf.load(), 4);
    /// ```
    pub fn store(&self, value: Arc<T>) {
        self.inner.store(value);
    }

    /// Replaces the object and gives back the one before, which readers may still have.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use truebook_core::sync::Shelf;
    /// let shelf = Shelf::new(3);
    /// assert_eq!(*shelf.swap(Arc::new(4)), 3);
    /// ```
    pub fn swap(&self, value: Arc<T>) -> Arc<T> {
        self.inner.swap(value)
    }

    /// The object, to keep. It may have been replaced by the time this returns.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Shelf;
    /// let kept = Shelf::new(3).load();
    /// assert_eq!(*kept, 3); // outlives the shelf
    /// ```
    #[must_use]
    pub fn load(&self) -> Arc<T> {
        self.inner.load_full()
    }

    /// Lends the object to `look`, cheaper than [`load`](Self::load) for a short look.
    ///
    /// It may be replaced meanwhile; `look` keeps seeing the one it was lent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Shelf;
    /// assert_eq!(Shelf::new("abc").with(|text| text.len()), 3);
    /// ```
    pub fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.inner.load())
    }
}

#[cfg(all(test, not(truebook_loom)))]
mod tests {
    use std::sync::Arc;

    use super::Shelf;

    const STORES: u64 = if cfg!(miri) { 100 } else { 20_000 };

    #[test]
    fn reader_sees_whole_objects_that_never_go_back() {
        let shelf = Shelf::new([0_u64; 8]);
        std::thread::scope(|scope| {
            scope.spawn(|| (1..=STORES).for_each(|store| shelf.store(Arc::new([store; 8]))));
            let mut last = 0;
            while last < STORES {
                let seen = shelf.with(|object| *object);
                assert_eq!(seen, [seen[0]; 8]);
                assert!(seen[0] >= last);
                last = seen[0];
            }
        });
    }

    #[test]
    fn a_kept_object_outlives_its_replacement() {
        let shelf = Shelf::new(String::from("old"));
        let kept = shelf.load();
        shelf.store(Arc::new(String::from("new")));
        assert_eq!((kept.as_str(), shelf.load().as_str()), ("old", "new"));
    }
}
