//! How far the store is, for every reader: what is durable, up to where the tables stand, and
//! whether events are kept at all.
//!
//! 1. `durable_sequence` never claims more than a commit has returned for.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use truebook_core::sync::Doorbell;
use truebook_core::sync::primitive::{AtomicBool, AtomicU64, Ordering};

use crate::StoreError;

/// How far the store is; shared with every reader.
#[derive(Debug, Default)]
pub struct Progress {
    durable: AtomicU64,
    tables: AtomicU64,
    checkpoint: AtomicU64,
    backlog: AtomicU64,
    is_failing: AtomicBool,
    is_closing: AtomicBool,
    has_ended: AtomicBool,
    error: Mutex<Option<StoreError>>,
    behind: Mutex<Option<String>>,
    waiting: AtomicU64,
    changed: Condvar,
    /// What the thread that commits sleeps at.
    pub(crate) bell: Doorbell,
    /// What the thread before it sleeps at.
    pub(crate) packer_bell: Doorbell,
}

impl Progress {
    /// The newest event that survives; more may by the time this returns.
    #[must_use]
    pub fn durable_sequence(&self) -> u64 {
        // SYNC: Acquire, partner of the SeqCst in `commit`.
        self.durable.load(Ordering::Acquire)
    }

    /// The event up to which the history tables stand.
    #[must_use]
    pub fn tables_sequence(&self) -> u64 {
        // SYNC: Acquire, partner of the SeqCst in `project`.
        self.tables.load(Ordering::Acquire)
    }

    /// The event up to which the newest checkpoint stands.
    #[must_use]
    pub fn checkpoint_sequence(&self) -> u64 {
        // SYNC: Acquire, partner of the Release in `checkpoint`.
        self.checkpoint.load(Ordering::Acquire)
    }

    /// The bytes of events that wait in memory for the disk; at most
    /// [`BACKLOG_BYTES_MAX`](crate::BACKLOG_BYTES_MAX).
    #[must_use]
    pub fn backlog_bytes(&self) -> u64 {
        // SYNC: Acquire, partner of the Release in `hold`.
        self.backlog.load(Ordering::Acquire)
    }

    /// Whether the store cannot keep events at the moment; it may have recovered when this returns.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        // SYNC: Acquire, partner of the Release in `fail` and in `recover`.
        self.is_failing.load(Ordering::Acquire)
    }

    /// Whether it never will again.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        // SYNC: Acquire, partner of the SeqCst in `end`.
        self.has_ended.load(Ordering::Acquire)
    }

    /// What it said, in words.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        self.said().as_ref().map(ToString::to_string)
    }

    /// Why the tables and checkpoints do not follow at the moment, in words; they are tried again.
    #[must_use]
    pub fn tables_error(&self) -> Option<String> {
        self.behind().clone()
    }

    /// Says why they do not, or that they do.
    pub(crate) fn stay_behind(&self, cause: Option<String>) {
        *self.behind() = cause;
    }

    fn behind(&self) -> MutexGuard<'_, Option<String>> {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `sequence` is durable; `false` when the store failed for good or the time is
    /// over.
    pub fn wait_durable(&self, sequence: u64, timeout: Duration) -> bool {
        self.wait(timeout, || self.durable_sequence() >= sequence)
    }

    /// Waits until the history tables stand at `sequence`; `false` as above.
    pub fn wait_tables(&self, sequence: u64, timeout: Duration) -> bool {
        self.wait(timeout, || self.tables_sequence() >= sequence)
    }

    fn wait(&self, timeout: Duration, is_done: impl Fn() -> bool) -> bool {
        if is_done() {
            return true;
        }
        let end = Instant::now().checked_add(timeout);
        // SYNC: SeqCst, before the look below: who makes it true afterwards sees that somebody
        // waits, and takes the lock that is held between this look and the wait.
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut said = self.said();
        while !is_done() && !self.has_ended() {
            let left = end.map_or(timeout, |end| end.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                break;
            }
            let woken = self.changed.wait_timeout(said, left);
            said = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(said);
        // SYNC: SeqCst, as above.
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        is_done()
    }

    /// Wakes who waits, after something has changed.
    fn wake(&self) {
        // SYNC: SeqCst, partner of the `fetch_add` in `wait`.
        if self.waiting.load(Ordering::SeqCst) > 0 {
            drop(self.said());
            self.changed.notify_all();
        }
    }

    fn said(&self) -> MutexGuard<'_, Option<StoreError>> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn commit(&self, sequence: u64) {
        // SYNC: SeqCst, before the look at `waiting`; partner of the Acquire in `durable_sequence`.
        self.durable.store(sequence, Ordering::SeqCst);
        self.wake();
    }

    pub(crate) fn project(&self, sequence: u64) {
        // SYNC: SeqCst, before the look at `waiting`; partner of the Acquire in `tables_sequence`.
        self.tables.store(sequence, Ordering::SeqCst);
        self.wake();
    }

    pub(crate) fn checkpoint(&self, sequence: u64) {
        // SYNC: Release, partner of the Acquire in `checkpoint_sequence`.
        self.checkpoint.store(sequence, Ordering::Release);
    }

    pub(crate) fn hold(&self, bytes: u64) {
        // SYNC: Release, partner of the Acquire in `backlog_bytes`.
        self.backlog.store(bytes, Ordering::Release);
    }

    /// Says that no more events come, and that a disk that refuses is not waited for.
    pub(crate) fn close(&self) {
        // SYNC: Release, partner of the Acquire in `is_closing`.
        self.is_closing.store(true, Ordering::Release);
        self.packer_bell.ring();
        self.bell.ring();
    }

    /// Whether no more events come; those that were given may be on their way.
    pub(crate) fn is_closing(&self) -> bool {
        // SYNC: Acquire, partner of the Release in `close`.
        self.is_closing.load(Ordering::Acquire)
    }

    /// Says that events cannot be kept now; nothing after the end.
    pub(crate) fn fail(&self, error: StoreError) {
        let mut said = self.said();
        if !self.has_ended() {
            *said = Some(error);
            // SYNC: Release, partner of the Acquire in `is_failed`.
            self.is_failing.store(true, Ordering::Release);
        }
    }

    /// Says that they are kept again; nothing after the end.
    pub(crate) fn recover(&self) {
        let mut said = self.said();
        if !self.has_ended() {
            *said = None;
            // SYNC: Release, partner of the Acquire in `is_failed`.
            self.is_failing.store(false, Ordering::Release);
        }
    }

    /// Says that no event is kept from now on; the first end counts.
    pub(crate) fn end(&self, error: StoreError) {
        let mut said = self.said();
        if self.has_ended() {
            return;
        }
        *said = Some(error);
        // SYNC: Release, partner of the Acquire in `is_failed`.
        self.is_failing.store(true, Ordering::Release);
        // SYNC: SeqCst, before the look at `waiting`; partner of the Acquire in `has_ended`.
        self.has_ended.store(true, Ordering::SeqCst);
        drop(said);
        self.wake();
    }

    /// What made it fail, taken out.
    pub(crate) fn take_error(&self) -> Option<StoreError> {
        self.said().take()
    }
}
