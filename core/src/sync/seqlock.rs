//! `SeqSlot`: the latest value of a few words, written by one thread, read by any.
//!
//! Invariants:
//!
//! 1. A reader gets all its words from one write, or nothing.
//! 2. The version is odd inside while a write is under way; readers are given the number of
//!    finished writes, which belongs to the words given with it.
//! 3. The writer never waits. A reader never writes, so readers do not slow each other.
//! 4. Words are atomics, so even misuse (two writers) gives wrong values, never undefined
//!    behaviour.
//!
//! The protocol is that of Boehm, "Can seqlocks get along with programming language memory
//! models?" (MSPC 2012), with fences.

use super::edge::{Edge, Edges};
use super::primitive::{AtomicU64, Ordering, fence, spin_loop};

/// A cache-line aligned slot of `WORDS` words with one writer and any number of readers.
///
/// Seven words and the version are exactly one line of 64 bytes. Larger slots work, but a writer
/// that never rests then starves its readers.
///
/// # Examples
///
/// ```
/// use truebook_core::sync::SeqSlot;
///
/// let slot = SeqSlot::new([1, 2]);
/// assert_eq!(slot.try_read(), Some(([1, 2], 0)));
/// slot.write(&[3, 4]);
/// assert_eq!(slot.read(8), Some(([3, 4], 1)));
/// ```
#[derive(Debug)]
#[repr(C, align(64))]
pub struct SeqSlot<const WORDS: usize> {
    version: AtomicU64,
    words: [AtomicU64; WORDS],
    edges: Edges,
}

impl<const WORDS: usize> SeqSlot<WORDS> {
    /// A slot holding `words` at version 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::SeqSlot;
    /// assert_eq!(SeqSlot::new([7; 3]).version(), 0);
    /// ```
    #[must_use]
    pub fn new(words: [u64; WORDS]) -> Self {
        Self::with_edges(words, Edges::ALL)
    }

    /// A slot that is wrong by one ordering, for a model that must notice.
    #[cfg(truebook_loom)]
    #[must_use]
    pub fn without(edge: Edge, words: [u64; WORDS]) -> Self {
        Self::with_edges(words, Edges::without(edge))
    }

    fn with_edges(words: [u64; WORDS], edges: Edges) -> Self {
        Self {
            version: AtomicU64::new(0),
            words: words.map(AtomicU64::new),
            edges,
        }
    }

    /// Replaces all words; readers see the old ones or the new ones.
    ///
    /// To be called by one thread at a time: two writers at once leave a mixture of their words.
    /// Never waits. The version wraps after 2^63 writes (292 years at one a nanosecond).
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::SeqSlot;
    /// let slot = SeqSlot::new([0; 7]);
    /// slot.write(&[9; 7]);
    /// assert_eq!(slot.try_read(), Some(([9; 7], 1)));
    /// ```
    #[inline]
    pub fn write(&self, words: &[u64; WORDS]) {
        // SYNC: Relaxed is enough, only this thread writes the version.
        let version = self.version.load(Ordering::Relaxed);
        // SYNC: Relaxed is enough, the fence below orders it before the words.
        self.version
            .store(version.wrapping_add(1), Ordering::Relaxed);
        if self.edges.keeps(Edge::WriterFence) {
            // SYNC: WriterFence, partner of ReaderFence in try_read: who saw a word of this write
            // sees the odd version when it looks again.
            fence(Ordering::Release);
        }
        for (slot, word) in self.words.iter().zip(words) {
            // SYNC: Relaxed is enough, WriterFence before and WriterRelease after order it.
            slot.store(*word, Ordering::Relaxed);
        }
        let published = if self.edges.keeps(Edge::WriterRelease) {
            // SYNC: WriterRelease, partner of ReaderAcquire in try_read: who sees the even version
            // sees every word.
            Ordering::Release
        } else {
            // SYNC: WriterRelease dropped, only in a model that must fail.
            Ordering::Relaxed
        };
        // SYNC: WriterRelease, as chosen above.
        self.version.store(version.wrapping_add(2), published);
    }

    /// Reads the words and their version, or `None` if a write was under way.
    ///
    /// A newer write may have finished by the time this returns.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::SeqSlot;
    /// let slot = SeqSlot::new([5]);
    /// assert_eq!(slot.try_read(), Some(([5], 0)));
    /// ```
    #[inline]
    #[must_use]
    pub fn try_read(&self) -> Option<([u64; WORDS], u64)> {
        let observed = if self.edges.keeps(Edge::ReaderAcquire) {
            // SYNC: ReaderAcquire, partner of WriterRelease in write.
            Ordering::Acquire
        } else {
            // SYNC: ReaderAcquire dropped, only in a model that must fail.
            Ordering::Relaxed
        };
        // SYNC: ReaderAcquire, as chosen above.
        let before = self.version.load(observed);
        if before & 1 == 1 {
            return None;
        }
        let mut words = [0; WORDS];
        for (word, slot) in words.iter_mut().zip(&self.words) {
            // SYNC: Relaxed is enough, ReaderAcquire before and ReaderFence after order it.
            *word = slot.load(Ordering::Relaxed);
        }
        if self.edges.keeps(Edge::ReaderFence) {
            // SYNC: ReaderFence, partner of WriterFence in write.
            fence(Ordering::Acquire);
        }
        // SYNC: Relaxed is enough, ReaderFence orders it after the words.
        let after = self.version.load(Ordering::Relaxed);
        (before == after).then_some((words, before >> 1))
    }

    /// Tries up to `attempts` times to read; `None` if a write was under way each time.
    ///
    /// A newer write may have finished by the time this returns. With no attempts, `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::SeqSlot;
    /// let slot = SeqSlot::new([5]);
    /// assert_eq!(slot.read(1), Some(([5], 0)));
    /// assert_eq!(slot.read(0), None);
    /// ```
    #[inline]
    #[must_use]
    pub fn read(&self, attempts: u32) -> Option<([u64; WORDS], u64)> {
        for _ in 0..attempts {
            if let Some(seen) = self.try_read() {
                return Some(seen);
            }
            spin_loop();
        }
        None
    }

    /// How many writes have finished, to ask cheaply whether anything is new.
    ///
    /// More may have finished by the time this returns; [`try_read`](Self::try_read) gives the
    /// words with the version they belong to.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::SeqSlot;
    /// let slot = SeqSlot::new([5]);
    /// slot.write(&[6]);
    /// assert_eq!(slot.version(), 1);
    /// ```
    #[inline]
    #[must_use]
    pub fn version(&self) -> u64 {
        // SYNC: Acquire, partner of WriterRelease in write: a read that follows is not older.
        self.version.load(Ordering::Acquire) >> 1
    }
}

#[cfg(all(test, not(truebook_loom)))]
mod tests {
    use super::SeqSlot;

    const WRITES: u64 = if cfg!(miri) { 200 } else { 200_000 };

    #[test]
    fn seven_words_are_one_cache_line() {
        assert_eq!(size_of::<SeqSlot<7>>(), 64);
        assert_eq!(align_of::<SeqSlot<7>>(), 64);
        assert_eq!(size_of::<SeqSlot<15>>(), 128);
    }

    #[test]
    fn reader_never_sees_a_torn_write() {
        let slot = SeqSlot::new([0_u64; 7]);
        std::thread::scope(|scope| {
            scope.spawn(|| (1..=WRITES).for_each(|write| slot.write(&[write; 7])));
            let mut last = 0;
            while last < WRITES {
                let Some((words, version)) = slot.read(64) else {
                    std::thread::yield_now();
                    continue;
                };
                assert_eq!(words, [version; 7], "words belong to their version");
                assert!(version >= last, "versions do not go back");
                last = version;
            }
        });
    }

    #[test]
    fn version_counts_the_finished_writes() {
        let slot = SeqSlot::new([0]);
        for write in 1..=5 {
            slot.write(&[write]);
            assert_eq!(slot.version(), write);
        }
    }

    #[test]
    fn read_without_attempts_sees_nothing() {
        assert_eq!(SeqSlot::new([1]).read(0), None);
    }
}
