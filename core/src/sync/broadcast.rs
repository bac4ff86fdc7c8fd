//! `Broadcast`: every value in order from one publisher to any number of readers, each at its own
//! pace; the publisher never waits, and overwrites what the slowest has not read.
//!
//! Invariants:
//!
//! 1. What is read at a position was published whole at that position.
//! 2. A position that was overwritten is [`Seen::Lost`], never another value.
//! 3. A reader writes nothing, so readers slow neither each other nor the publisher.
//! 4. After [`Broadcast::new`] nothing is allocated.
//!
//! A cell is a seqlock whose version names the position that it holds: odd while it is written,
//! even once it is there.

use super::edge::{Edge, Edges};
use super::primitive::{AtomicU64, Ordering, fence};

/// A ring of cells of at most `WORDS` words with one publisher and any number of readers.
///
/// # Examples
///
/// ```
/// use truebook_core::sync::{Broadcast, Seen};
///
/// let ring = Broadcast::<2>::new(2);
/// for value in 0..3 {
///     ring.publish(&[value]);
/// }
/// assert_eq!(ring.read(0), Seen::Lost);
/// assert_eq!(ring.read(2), Seen::Words { words: [2, 0], count: 1 });
/// assert_eq!(ring.read(3), Seen::NotYet);
/// ```
#[derive(Debug)]
pub struct Broadcast<const WORDS: usize> {
    next: Line,
    cells: Box<[Cell<WORDS>]>,
    edges: Edges,
}

/// The position that is published next, on a line of its own.
#[derive(Debug)]
#[repr(align(64))]
struct Line(AtomicU64);

#[derive(Debug)]
#[repr(align(64))]
struct Cell<const WORDS: usize> {
    version: AtomicU64,
    count: AtomicU64,
    words: [AtomicU64; WORDS],
}

/// What is at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen<const WORDS: usize> {
    /// The words that were published there; beyond `count` they are 0.
    Words {
        /// The words.
        words: [u64; WORDS],
        /// How many were published.
        count: usize,
    },
    /// Nothing was published there yet.
    NotYet,
    /// It was overwritten; [`Broadcast::oldest`] is where to go on.
    Lost,
}

impl<const WORDS: usize> Broadcast<WORDS> {
    /// A ring of `capacity` cells, at least 1.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::{Broadcast, Seen};
    /// assert_eq!(Broadcast::<1>::new(8).read(0), Seen::NotYet);
    /// ```
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self::with_edges(capacity, Edges::ALL)
    }

    /// A ring that is wrong by one ordering, for a model that must notice.
    #[cfg(truebook_loom)]
    #[must_use]
    pub fn without(edge: Edge, capacity: usize) -> Self {
        Self::with_edges(capacity, Edges::without(edge))
    }

    fn with_edges(capacity: usize, edges: Edges) -> Self {
        let cell = |_| Cell {
            version: AtomicU64::new(0),
            count: AtomicU64::new(0),
            words: std::array::from_fn(|_| AtomicU64::new(0)),
        };
        Self {
            next: Line(AtomicU64::new(0)),
            cells: (0..capacity.max(1)).map(cell).collect(),
            edges,
        }
    }

    /// How many positions are kept.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Broadcast;
    /// assert_eq!(Broadcast::<1>::new(8).capacity(), 8);
    /// ```
    #[must_use]
    pub fn capacity(&self) -> u64 {
        self.cells.len() as u64
    }

    fn cell(&self, position: u64) -> Option<&Cell<WORDS>> {
        let at = position.checked_rem(self.capacity())?;
        self.cells.get(usize::try_from(at).ok()?)
    }

    /// Publishes the first `WORDS` of `words` at the next position, which it returns.
    ///
    /// To be called by one thread at a time. Never waits.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Broadcast;
    /// let ring = Broadcast::<1>::new(8);
    /// assert_eq!((ring.publish(&[7]), ring.publish(&[8])), (0, 1));
    /// ```
    #[inline]
    pub fn publish(&self, words: &[u64]) -> u64 {
        // SYNC: Relaxed is enough, only this thread writes it.
        let position = self.next.0.load(Ordering::Relaxed);
        let Some(cell) = self.cell(position) else {
            return position;
        };
        let version = 2 * position + 1;
        // SYNC: Relaxed is enough, the fence below orders it before the words.
        cell.version.store(version, Ordering::Relaxed);
        if self.edges.keeps(Edge::PublisherFence) {
            // SYNC: PublisherFence, partner of FollowerFence in read: who saw a word of this
            // position sees that the one before is gone when it looks again.
            fence(Ordering::Release);
        }
        let count = words.len().min(WORDS);
        // SYNC: Relaxed is enough, PublisherFence before and PublisherRelease after order it.
        cell.count.store(count as u64, Ordering::Relaxed);
        for (slot, word) in cell.words.iter().zip(words) {
            // SYNC: Relaxed is enough, as for the count.
            slot.store(*word, Ordering::Relaxed);
        }
        let published = if self.edges.keeps(Edge::PublisherRelease) {
            // SYNC: PublisherRelease, partner of FollowerAcquire in read: who sees the even version
            // sees every word.
            Ordering::Release
        } else {
            // SYNC: PublisherRelease dropped, only in a model that must fail.
            Ordering::Relaxed
        };
        // SYNC: PublisherRelease, as chosen above.
        cell.version.store(version + 1, published);
        // SYNC: Release, partner of the Acquire in next: who sees this position counted finds it
        // published, or overwritten.
        self.next.0.store(position + 1, Ordering::Release);
        position
    }

    /// The position that will be published next. More may be published by the time it returns.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Broadcast;
    /// assert_eq!(Broadcast::<1>::new(8).next(), 0);
    /// ```
    #[inline]
    #[must_use]
    pub fn next(&self) -> u64 {
        // SYNC: Acquire, partner of the Release at the end of publish.
        self.next.0.load(Ordering::Acquire)
    }

    /// The oldest position that is still kept. It may be overwritten by the time this returns.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Broadcast;
    /// let ring = Broadcast::<1>::new(2);
    /// (0..5).for_each(|value| { ring.publish(&[value]); });
    /// assert_eq!(ring.oldest(), 3);
    /// ```
    #[inline]
    #[must_use]
    pub fn oldest(&self) -> u64 {
        self.next().saturating_sub(self.capacity())
    }

    /// What is at `position`. It may be overwritten by the time this returns.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::{Broadcast, Seen};
    /// let ring = Broadcast::<1>::new(8);
    /// ring.publish(&[7]);
    /// assert_eq!(ring.read(0), Seen::Words { words: [7], count: 1 });
    /// ```
    #[inline]
    #[must_use]
    pub fn read(&self, position: u64) -> Seen<WORDS> {
        let Some(cell) = self.cell(position) else {
            return Seen::NotYet;
        };
        let wanted = 2 * position + 2;
        let observed = if self.edges.keeps(Edge::FollowerAcquire) {
            // SYNC: FollowerAcquire, partner of PublisherRelease in publish.
            Ordering::Acquire
        } else {
            // SYNC: FollowerAcquire dropped, only in a model that must fail.
            Ordering::Relaxed
        };
        // SYNC: FollowerAcquire, as chosen above.
        let before = cell.version.load(observed);
        if before != wanted {
            return if before < wanted {
                Seen::NotYet
            } else {
                Seen::Lost
            };
        }
        // SYNC: Relaxed is enough, FollowerAcquire before and FollowerFence after order it.
        let count = cell.count.load(Ordering::Relaxed);
        let count = usize::try_from(count).unwrap_or(WORDS).min(WORDS);
        let mut words = [0; WORDS];
        for (word, slot) in words.iter_mut().zip(&cell.words).take(count) {
            // SYNC: Relaxed is enough, as for the count.
            *word = slot.load(Ordering::Relaxed);
        }
        if self.edges.keeps(Edge::FollowerFence) {
            // SYNC: FollowerFence, partner of PublisherFence in publish.
            fence(Ordering::Acquire);
        }
        // SYNC: Relaxed is enough, FollowerFence orders it after the words.
        if cell.version.load(Ordering::Relaxed) == before {
            Seen::Words { words, count }
        } else {
            Seen::Lost
        }
    }
}

#[cfg(all(test, not(truebook_loom)))]
mod tests {
    use super::{Broadcast, Seen};

    const VALUES: u64 = if cfg!(miri) { 300 } else { 300_000 };

    #[test]
    fn a_reader_gets_every_value_or_learns_what_it_lost() {
        let ring = Broadcast::<3>::new(64);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let (mut at, mut got, mut lost) = (0, 0, 0);
                    while at < VALUES {
                        match ring.read(at) {
                            Seen::Words { words, count } => {
                                assert_eq!((words, count), ([at, at, 0], 2));
                                (at, got) = (at + 1, got + 1);
                            }
                            Seen::NotYet => std::thread::yield_now(),
                            Seen::Lost => {
                                let oldest = ring.oldest().max(at + 1);
                                lost += oldest - at;
                                at = oldest;
                            }
                        }
                    }
                    assert_eq!(got + lost, at);
                });
            }
            (0..VALUES).for_each(|value| {
                ring.publish(&[value; 2]);
            });
        });
    }

    #[test]
    fn more_words_than_fit_are_cut() {
        let ring = Broadcast::<2>::new(1);
        ring.publish(&[1, 2, 3]);
        let seen = Seen::Words {
            words: [1, 2],
            count: 2,
        };
        assert_eq!(ring.read(0), seen);
        assert_eq!(Broadcast::<1>::new(0).capacity(), 1);
    }
}
