//! `Table`: a map that only grows, written by one thread, read by any without waiting.
//!
//! Invariants:
//!
//! 1. What was found once is found for good, with the same value.
//! 2. A reader waits for nobody: it looks at a bounded number of places.
//! 3. After it is made nothing is allocated; a full table refuses what is new.
//!
//! Each place is a `OnceLock` of std, whose atomics loom does not see.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::sync::OnceLock;

use super::primitive::{AtomicUsize, Ordering};
use crate::hash::Hashing;

/// Maps keys to values, up to a number of keys that is set when it is made.
///
/// # Examples
///
/// ```
/// use truebook_core::sync::Table;
///
/// let table = Table::new(2);
/// assert!(table.insert("BTC-USD", 7));
/// assert_eq!(table.get("BTC-USD"), Some(7));
/// assert_eq!(table.get("ETH-USD"), None);
/// ```
#[derive(Debug)]
pub struct Table<K, V> {
    places: Box<[OnceLock<(K, V)>]>,
    capacity: usize,
    taken: AtomicUsize,
}

impl<K: Hash + Eq, V: Copy> Table<K, V> {
    /// An empty table for `capacity` keys.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Table;
    /// assert_eq!(Table::<u32, u32>::new(0).get(&1), None);
    /// ```
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        let places = (2 * capacity).next_power_of_two();
        Self {
            places: (0..places).map(|_| OnceLock::new()).collect(),
            capacity,
            taken: AtomicUsize::new(0),
        }
    }

    /// Adds a key; whether it is there now with this value's place: `false` when the table is full.
    /// A key that is there keeps its value.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Table;
    /// let table = Table::new(1);
    /// assert!(table.insert("a", 1) && table.insert("a", 2));
    /// assert_eq!(table.get("a"), Some(1));
    /// assert!(!table.insert("b", 1));
    /// ```
    pub fn insert(&self, key: K, value: V) -> bool {
        // SYNC: Relaxed is enough, only this thread inserts.
        let taken = self.taken.load(Ordering::Relaxed);
        for at in self.way(&key) {
            let Some(place) = self.places.get(at) else {
                return false;
            };
            match place.get() {
                Some((known, _)) if *known == key => return true,
                Some(_) => {}
                None if taken >= self.capacity => return false,
                None => {
                    // SYNC: Relaxed is enough, only this thread inserts.
                    self.taken.store(taken + 1, Ordering::Relaxed);
                    return place.set((key, value)).is_ok();
                }
            }
        }
        false
    }

    /// How many keys there are; the last may not be found yet.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Table;
    /// let table = Table::new(2);
    /// table.insert("a", 1);
    /// assert_eq!(table.count(), 1);
    /// ```
    #[must_use]
    pub fn count(&self) -> usize {
        // SYNC: Relaxed is enough: who misses the last key looks too early, not wrong.
        self.taken.load(Ordering::Relaxed)
    }

    /// Whether it refuses what is new.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Table;
    /// let table = Table::new(1);
    /// table.insert("a", 1);
    /// assert!(table.is_full());
    /// ```
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.count() >= self.capacity
    }

    /// The value of a key.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Table;
    /// let table = Table::new(4);
    /// table.insert(String::from("a"), 1);
    /// assert_eq!(table.get("a"), Some(1));
    /// ```
    #[inline]
    #[must_use]
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        for at in self.way(key) {
            let (known, value) = self.places.get(at)?.get()?;
            if known.borrow() == key {
                return Some(*value);
            }
        }
        None
    }

    /// Every place once, from the home of a key on.
    #[inline]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "only bits under the mask count"
    )]
    fn way<Q: Hash + ?Sized>(&self, key: &Q) -> impl Iterator<Item = usize> + use<Q, K, V> {
        let count = self.places.len();
        // The high bits of this hash are the good ones.
        let hash = Hashing.hash_one(key).rotate_left(20) as usize;
        (0..count).map(move |step| hash.wrapping_add(step) & (count - 1))
    }
}

#[cfg(all(test, not(truebook_loom)))]
mod tests {
    use super::Table;

    const KEYS: u64 = if cfg!(miri) { 50 } else { 20_000 };

    #[test]
    fn a_reader_finds_what_was_inserted_and_nothing_else() {
        let table = Table::new(usize::try_from(KEYS).unwrap_or(0));
        std::thread::scope(|scope| {
            scope.spawn(|| (0..KEYS).for_each(|key| assert!(table.insert(key, 2 * key))));
            let mut found = 0;
            while found < KEYS {
                if let Some(value) = table.get(&found) {
                    assert_eq!(value, 2 * found);
                    found += 1;
                }
                assert_eq!(table.get(&(KEYS + found)), None);
            }
        });
        assert!(!table.insert(KEYS, 0), "it is full");
        assert!((0..KEYS).all(|key| table.get(&key) == Some(2 * key)));
    }

    #[test]
    fn keys_that_share_a_home_are_told_apart() {
        let table = Table::new(8);
        let texts: Vec<String> = (0..8).map(|number| format!("name-{number}")).collect();
        for (text, number) in texts.iter().zip(0..) {
            assert!(table.insert(text.clone(), number));
        }
        for (text, number) in texts.iter().zip(0..) {
            assert_eq!(table.get(text.as_str()), Some(number));
        }
    }
}
