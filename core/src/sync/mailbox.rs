//! `Mailbox`: the latest value of each of many topics, from one sender to one receiver; what was
//! not taken in time is replaced, and counted.
//!
//! Invariants:
//!
//! 1. What is taken of a topic was sent whole, and is not older than what was taken before.
//! 2. The last value sent of a topic is taken, however the two threads meet: a mark is set after
//!    each value and cleared before it is read.
//! 3. Neither end waits for the other.
//! 4. After [`mailbox`] nothing is allocated.

use std::sync::Arc;

use super::edge::{Edge, Edges};
use super::primitive::{AtomicU64, Ordering};
use super::seqlock::SeqSlot;

/// How many topics one word of marks holds.
const MARKS: usize = 64;

#[derive(Debug)]
struct Shared<const WORDS: usize> {
    slots: Box<[SeqSlot<WORDS>]>,
    marks: Box<[AtomicU64]>,
    edges: Edges,
}

impl<const WORDS: usize> Shared<WORDS> {
    fn is_clear(&self) -> bool {
        // SYNC: Acquire, partner of SenderRelease in send: who sees a mark sees what its sender did
        // before, elsewhere too.
        let is_clear = |marks: &AtomicU64| marks.load(Ordering::Acquire) == 0;
        self.marks.iter().all(is_clear)
    }
}

/// The end that sends; may be moved to another thread.
#[derive(Debug)]
pub struct Sender<const WORDS: usize> {
    shared: Arc<Shared<WORDS>>,
    replaced: u64,
}

/// The end that takes; may be moved to another thread.
#[derive(Debug)]
pub struct Receiver<const WORDS: usize> {
    shared: Arc<Shared<WORDS>>,
    /// The word of marks that is looked at first.
    turn: usize,
}

/// Makes a mailbox of so many topics, and its two ends.
///
/// # Examples
///
/// ```
/// use truebook_core::sync::mailbox;
///
/// let (mut sender, mut receiver) = mailbox::<2>(100);
/// sender.send(7, &[1, 2]);
/// sender.send(7, &[3, 4]);
/// let mut taken = Vec::new();
/// receiver.take(|topic, words| taken.push((topic, words)));
/// assert_eq!(taken, [(7, [3, 4])]);
/// assert_eq!(sender.replaced(), 1);
/// ```
#[must_use]
pub fn mailbox<const WORDS: usize>(topics: usize) -> (Sender<WORDS>, Receiver<WORDS>) {
    with_edges(topics, Edges::ALL)
}

/// A mailbox that is wrong by one ordering, for a model that must notice.
#[cfg(truebook_loom)]
#[must_use]
pub fn mailbox_without<const WORDS: usize>(
    edge: Edge,
    topics: usize,
) -> (Sender<WORDS>, Receiver<WORDS>) {
    with_edges(topics, Edges::without(edge))
}

fn with_edges<const WORDS: usize>(topics: usize, edges: Edges) -> (Sender<WORDS>, Receiver<WORDS>) {
    let marks = topics.div_ceil(MARKS);
    let shared = Arc::new(Shared {
        slots: (0..topics).map(|_| SeqSlot::new([0; WORDS])).collect(),
        marks: (0..marks).map(|_| AtomicU64::new(0)).collect(),
        edges,
    });
    let receiver = Receiver {
        shared: Arc::clone(&shared),
        turn: 0,
    };
    let replaced = 0;
    (Sender { shared, replaced }, receiver)
}

impl<const WORDS: usize> Sender<WORDS> {
    /// Sends a value of `topic`, in place of one that was not taken yet. `false` where there is no
    /// such topic.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::mailbox;
    /// let (mut sender, _receiver) = mailbox::<1>(2);
    /// assert!(sender.send(1, &[7]));
    /// assert!(!sender.send(2, &[7]));
    /// ```
    #[inline]
    pub fn send(&mut self, topic: usize, words: &[u64; WORDS]) -> bool {
        let shared = &*self.shared;
        let slot = shared.slots.get(topic);
        let (Some(slot), Some(marks)) = (slot, shared.marks.get(topic / MARKS)) else {
            return false;
        };
        slot.write(words);
        let bit = 1 << (topic % MARKS);
        let marked = if shared.edges.keeps(Edge::SenderRelease) {
            // SYNC: SenderRelease, partner of ReceiverAcquire in take: who takes the mark reads
            // this value or a newer one.
            Ordering::Release
        } else {
            // SYNC: SenderRelease dropped, only in a model that must fail.
            Ordering::Relaxed
        };
        // SYNC: SenderRelease, as chosen above.
        let before = marks.fetch_or(bit, marked);
        self.replaced += u64::from(before & bit != 0);
        true
    }

    /// How many values were replaced before they were taken.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::mailbox;
    /// assert_eq!(mailbox::<1>(1).0.replaced(), 0);
    /// ```
    #[must_use]
    pub fn replaced(&self) -> u64 {
        self.replaced
    }

    /// Whether everything that was sent is taken, or is being taken now.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::mailbox;
    /// let (mut sender, _receiver) = mailbox::<1>(1);
    /// assert!(sender.is_taken());
    /// sender.send(0, &[7]);
    /// assert!(!sender.is_taken());
    /// ```
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.shared.is_clear()
    }
}

impl<const WORDS: usize> Receiver<WORDS> {
    /// Takes the latest values of up to 64 topics that have a new one, all in their turn; how many
    /// there were. 0 says that nothing is whole and new now.
    ///
    /// A value that is being replaced at this moment is left to a later call: its sender marks it
    /// again.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::mailbox;
    /// let (mut sender, mut receiver) = mailbox::<1>(1);
    /// sender.send(0, &[7]);
    /// assert_eq!(receiver.take(|_, words| assert_eq!(words, [7])), 1);
    /// assert_eq!(receiver.take(|_, _| ()), 0);
    /// ```
    #[inline]
    pub fn take(&mut self, mut each: impl FnMut(usize, [u64; WORDS])) -> usize {
        let shared = &*self.shared;
        let count = shared.marks.len();
        for step in 0..count {
            let word = (self.turn + step) % count;
            let Some(marks) = shared.marks.get(word) else {
                continue;
            };
            // SYNC: Relaxed is enough, a mark that is missed now is seen by a later call.
            if marks.load(Ordering::Relaxed) == 0 {
                continue;
            }
            let cleared = if shared.edges.keeps(Edge::ReceiverAcquire) {
                // SYNC: ReceiverAcquire, partner of SenderRelease in send.
                Ordering::Acquire
            } else {
                // SYNC: ReceiverAcquire dropped, only in a model that must fail.
                Ordering::Relaxed
            };
            // SYNC: ReceiverAcquire, as chosen above.
            let mut marked = marks.swap(0, cleared);
            self.turn = word + 1;
            let mut taken = 0;
            while marked != 0 {
                let topic = word * MARKS + marked.trailing_zeros() as usize;
                marked &= marked - 1;
                let slot = shared.slots.get(topic);
                if let Some((words, _)) = slot.and_then(SeqSlot::try_read) {
                    taken += 1;
                    each(topic, words);
                }
            }
            return taken;
        }
        0
    }

    /// Whether nothing is marked. Something may be by the time this returns.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::mailbox;
    /// let (mut sender, receiver) = mailbox::<1>(1);
    /// assert!(receiver.is_empty());
    /// sender.send(0, &[7]);
    /// assert!(!receiver.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shared.is_clear()
    }

    /// Whether the sender is gone. What it sent last is still there.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::mailbox;
    /// let (sender, receiver) = mailbox::<1>(1);
    /// drop(sender);
    /// assert!(receiver.is_abandoned());
    /// ```
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        Arc::strong_count(&self.shared) < 2
    }
}

#[cfg(all(test, not(truebook_loom)))]
mod tests {
    use super::mailbox;

    const VALUES: u64 = if cfg!(miri) { 300 } else { 300_000 };
    const TOPICS: u64 = 130;

    #[test]
    fn the_last_value_of_each_topic_arrives_and_none_goes_back() {
        let (mut sender, mut receiver) = mailbox::<2>(130);
        let mut newest = vec![0; 130];
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for value in 1..=VALUES {
                    let topic = usize::try_from(value % TOPICS).unwrap_or(0);
                    assert!(sender.send(topic, &[value; 2]));
                }
                for topic in 0..130 {
                    sender.send(topic, &[u64::MAX; 2]);
                }
            });
            while newest.iter().any(|value| *value != u64::MAX) {
                receiver.take(|topic, [first, second]| {
                    assert_eq!(first, second);
                    if let Some(known) = newest.get_mut(topic) {
                        assert!(first >= *known);
                        *known = first;
                    }
                });
                std::thread::yield_now();
            }
        });
        assert!(receiver.is_abandoned() && receiver.is_empty());
    }
}
