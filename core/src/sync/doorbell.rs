//! `Doorbell`: one sleeper parks, or asks to be called, and any number of ringers wake it.
//!
//! Invariants:
//!
//! 1. No lost wake-up: what a ringer did before `ring` is seen by the sleeper's next `ready`, or
//!    the sleeper is unparked. One of the two SeqCst fences comes second, and sees the other side.
//! 2. While nobody sleeps a ring is one fence and one load: no lock, no write, no system call.
//! 3. The handle is in place before the flag is set, so who sees the flag finds the handle.
//! 4. Spurious wake-ups are possible, and are absorbed by asking `ready` again.

use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::edge::{Edge, Edges};
use super::primitive::{AtomicBool, Mutex, Ordering, Thread, current, fence, park_for};

/// Called by a ringer in place of a thread that sleeps: it must neither block nor panic.
pub type Call = Arc<dyn Fn() + Send + Sync>;

/// Who sleeps.
#[derive(Clone)]
enum Sleeper {
    /// A thread, which is unparked.
    Thread(Thread),
    /// Somebody who is called.
    Called(Call),
}

impl fmt::Debug for Sleeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Thread(_) => "Thread",
            Self::Called(_) => "Called",
        })
    }
}

/// Wakes one sleeping thread when there is something for it to do.
///
/// # Examples
///
/// ```
/// use std::sync::mpsc::channel;
/// use truebook_core::sync::{Doorbell, ring};
///
/// let bell = Doorbell::new();
/// let (mut producer, mut consumer) = ring::<u64>(8);
/// std::thread::scope(|scope| {
///     scope.spawn(|| {
///         producer.push(7).unwrap();
///         bell.ring();
///     });
///     assert!(bell.wait(|| !consumer.is_empty(), None));
/// });
/// assert_eq!(consumer.pop(), Some(7));
/// ```
#[derive(Debug)]
#[repr(align(64))]
pub struct Doorbell {
    sleeping: AtomicBool,
    /// Locked only by a sleeper that goes to sleep and a ringer that saw the flag.
    sleeper: Mutex<Option<Sleeper>>,
    edges: Edges,
}

impl Default for Doorbell {
    fn default() -> Self {
        Self::new()
    }
}

impl Doorbell {
    /// A doorbell with nobody asleep.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Doorbell;
    /// Doorbell::new().ring(); // nobody sleeps: nothing happens
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_edges(Edges::ALL)
    }

    /// A doorbell that is wrong by one ordering, for a model that must notice.
    #[cfg(truebook_loom)]
    #[must_use]
    pub fn without(edge: Edge) -> Self {
        Self::with_edges(Edges::without(edge))
    }

    fn with_edges(edges: Edges) -> Self {
        Self {
            sleeping: AtomicBool::new(false),
            sleeper: Mutex::new(None),
            edges,
        }
    }

    /// Wakes the sleeper if there is one; call it after making `ready` true.
    ///
    /// Of several ringers one does the waking and the others go on at once.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Doorbell;
    /// let bell = Doorbell::new();
    /// bell.ring();
    /// bell.ring(); // rings do not add up
    /// ```
    #[inline]
    pub fn ring(&self) {
        if self.edges.keeps(Edge::RingerFence) {
            // SYNC: RingerFence, partner of SleeperFence in wait: either the sleeper sees what we
            // did before, or we see its flag.
            fence(Ordering::SeqCst);
        }
        // SYNC: Relaxed is enough, RingerFence orders it after what the caller did.
        if self.sleeping.load(Ordering::Relaxed) {
            self.wake();
        }
    }

    /// Sleeps until `ready()` or the timeout; returns what `ready` last said.
    ///
    /// For one thread at a time: of two sleepers only one is woken. `ready` is asked before going
    /// to sleep and after each wake-up, and must turn true only before a [`ring`](Self::ring). A
    /// late ring may leave this thread one unpark token, so a later park of it may return early.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use truebook_core::sync::Doorbell;
    /// let bell = Doorbell::new();
    /// assert!(bell.wait(|| true, None)); // never sleeps
    /// assert!(!bell.wait(|| false, Some(Duration::from_millis(1))));
    /// ```
    pub fn wait(&self, ready: impl Fn() -> bool, timeout: Option<Duration>) -> bool {
        if ready() {
            return true;
        }
        // A deadline beyond the clock's end is no deadline.
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        self.lie_down(Sleeper::Thread(current()));
        loop {
            // SYNC: Relaxed is enough, SleeperFence orders it before ready; the handle reaches the
            // ringer by the mutex, whose lock comes after ours if it saw this flag.
            self.sleeping.store(true, Ordering::Relaxed);
            if self.edges.keeps(Edge::SleeperFence) {
                // SYNC: SleeperFence, partner of RingerFence in ring.
                fence(Ordering::SeqCst);
            }
            let is_ready = ready();
            let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
            if is_ready || left.is_some_and(|left| left.is_zero()) {
                // SYNC: Relaxed is enough, a ringer that still sees true unparks for nothing.
                self.sleeping.store(false, Ordering::Relaxed);
                return is_ready;
            }
            park_for(left);
        }
    }

    /// Has the next ring call `call` once, in place of waiting; whether `ready()` holds already,
    /// and nobody will be called. Of this and [`wait`](Self::wait) the last one counts.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::sync::{Arc, mpsc::channel};
    /// # use truebook_core::sync::Doorbell;
    /// let (sender, receiver) = channel();
    /// let bell = Doorbell::new();
    /// assert!(!bell.arm(Arc::new(move || drop(sender.send(7))), || false));
    /// bell.ring();
    /// bell.ring(); // nobody is called twice
    /// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [7]);
    /// ```
    pub fn arm(&self, call: Call, ready: impl Fn() -> bool) -> bool {
        self.lie_down(Sleeper::Called(call));
        // SYNC: Relaxed is enough, as in wait.
        self.sleeping.store(true, Ordering::Relaxed);
        if self.edges.keeps(Edge::SleeperFence) {
            // SYNC: SleeperFence, partner of RingerFence in ring.
            fence(Ordering::SeqCst);
        }
        let is_ready = ready();
        if is_ready {
            // SYNC: Relaxed is enough, a ringer that still sees true calls for nothing.
            self.sleeping.store(false, Ordering::Relaxed);
        }
        is_ready
    }

    fn lie_down(&self, sleeper: Sleeper) {
        *self.sleeper.lock().unwrap_or_else(PoisonError::into_inner) = Some(sleeper);
    }

    #[cold]
    fn wake(&self) {
        // SYNC: Relaxed is enough, the fences order it. A second ringer that reads this false came
        // before the sleeper's next SleeperFence, and we unpark the sleeper towards that one.
        if !self.sleeping.swap(false, Ordering::Relaxed) {
            return;
        }
        let sleeper = self.sleeper.lock().unwrap_or_else(PoisonError::into_inner);
        // The clone lets the lock go before the sleeper wakes up and may want it.
        let found = sleeper.clone();
        drop(sleeper);
        match found {
            Some(Sleeper::Thread(thread)) => thread.unpark(),
            Some(Sleeper::Called(call)) => call(),
            None => {}
        }
    }
}

#[cfg(all(test, not(truebook_loom)))]
mod tests {
    use std::time::{Duration, Instant};

    use super::Doorbell;
    use crate::sync::primitive::{AtomicU64, Ordering};

    const ROUNDS: u64 = if cfg!(miri) { 50 } else { 20_000 };

    #[test]
    fn wait_ends_at_the_timeout_when_nobody_rings() {
        let start = Instant::now();
        assert!(!Doorbell::new().wait(|| false, Some(Duration::from_millis(5))));
        assert!(start.elapsed() >= Duration::from_millis(5));
    }

    #[test]
    fn wait_does_not_sleep_when_ready() {
        assert!(Doorbell::new().wait(|| true, None));
    }

    #[test]
    fn ping_pong_loses_no_wake_up() {
        let (there, back) = (Doorbell::new(), Doorbell::new());
        let (ball, reply) = (AtomicU64::new(0), AtomicU64::new(0));
        // SYNC: Relaxed is enough, the doorbells order it: that is the test.
        let at_least = |cell: &AtomicU64, round| cell.load(Ordering::Relaxed) >= round;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for round in 1..=ROUNDS {
                    assert!(there.wait(|| at_least(&ball, round), None));
                    // SYNC: Relaxed is enough, see at_least.
                    reply.store(round, Ordering::Relaxed);
                    back.ring();
                }
            });
            for round in 1..=ROUNDS {
                // SYNC: Relaxed is enough, see at_least.
                ball.store(round, Ordering::Relaxed);
                there.ring();
                assert!(back.wait(|| at_least(&reply, round), None));
            }
        });
    }

    #[test]
    fn many_ringers_lose_no_wake_up() {
        let bell = Doorbell::new();
        let count = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..ROUNDS {
                        // SYNC: Relaxed is enough, the doorbell orders it.
                        count.fetch_add(1, Ordering::Relaxed);
                        bell.ring();
                    }
                });
            }
            // SYNC: Relaxed is enough, the doorbell orders it.
            assert!(bell.wait(|| count.load(Ordering::Relaxed) == 3 * ROUNDS, None));
        });
    }
}
