//! The store's thread: takes events from a ring and commits them in natural groups.
//!
//! 1. A group is whatever arrived during the last commit, at most 1000; there is no timer.
//! 2. `durable` never claims more than a commit has returned for.
//! 3. Recorded events that arrive again are compared, not written.
//! 4. What the disk refuses is kept in memory, up to [`BACKLOG_MAX`], and tried again until it is
//!    taken; a record that is damaged or differs ends the store for good.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use truebook_core::book::Entry;
use truebook_core::engine::Journal;
use truebook_core::sync::primitive::{AtomicBool, AtomicU64, Ordering};
use truebook_core::sync::{Consumer, Doorbell, Producer, ring};

use crate::{JournalFile, StoreError};

/// The largest group.
const GROUP: usize = 1_000;
/// How many events may wait in the ring.
const RING: usize = 16_384;
/// How many events may wait behind it while the disk refuses; those beyond are lost, and the store
/// has failed for good.
pub const BACKLOG_MAX: usize = 1_000_000;
/// How long after a refusal the disk is asked again.
const RETRY: Duration = Duration::from_millis(100);

/// What an acknowledged event survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// A loss of power.
    #[default]
    Disk,
    /// The end of the process.
    Os,
}

/// What is expected of the first events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They follow the recorded ones.
    Continue,
    /// They are the recorded ones again, recomputed.
    Recompute,
}

/// How far the store is; shared with every reader.
#[derive(Debug, Default)]
pub struct Progress {
    durable: AtomicU64,
    is_failing: AtomicBool,
    has_ended: AtomicBool,
    error: Mutex<Option<StoreError>>,
    bell: Doorbell,
}

impl Progress {
    /// The newest event that survives; more may by the time this returns.
    #[must_use]
    pub fn durable_sequence(&self) -> u64 {
        // SYNC: Acquire, partner of the Release in `commit`.
        self.durable.load(Ordering::Acquire)
    }

    /// Whether the store cannot keep events at the moment; it may have recovered when this returns.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        // SYNC: Acquire, partner of the Release in `fail` and in `recover`.
        self.is_failing.load(Ordering::Acquire)
    }

    /// Whether it never will again.
    fn has_ended(&self) -> bool {
        // SYNC: Acquire, partner of the Release in `end`.
        self.has_ended.load(Ordering::Acquire)
    }

    /// What it said, in words.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        self.error
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map(ToString::to_string)
    }

    /// Waits until `sequence` is durable; `false` when the store failed for good or the time is
    /// over.
    pub fn wait_durable(&self, sequence: u64, timeout: Duration) -> bool {
        let end = Instant::now().checked_add(timeout);
        while self.durable_sequence() < sequence && !self.has_ended() {
            if end.is_some_and(|end| Instant::now() >= end) {
                return false;
            }
            std::thread::sleep(Duration::from_micros(50));
        }
        self.durable_sequence() >= sequence
    }

    fn commit(&self, sequence: u64) {
        // SYNC: Release, partner of the Acquire in `durable_sequence`.
        self.durable.store(sequence, Ordering::Release);
    }

    fn fail(&self, error: StoreError) {
        *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        // SYNC: Release, partner of the Acquire in `is_failed`.
        self.is_failing.store(true, Ordering::Release);
    }

    fn recover(&self) {
        *self.error.lock().unwrap_or_else(PoisonError::into_inner) = None;
        // SYNC: Release, partner of the Acquire in `is_failed`.
        self.is_failing.store(false, Ordering::Release);
    }

    fn end(&self, error: StoreError) {
        self.fail(error);
        // SYNC: Release, partner of the Acquire in `has_ended`.
        self.has_ended.store(true, Ordering::Release);
    }
}

/// The writer's end: a [`Journal`].
pub struct StoreWriter {
    entries: Producer<Entry>,
    backlog: VecDeque<Entry>,
    progress: Arc<Progress>,
}

impl StoreWriter {
    /// Gives the ring what waits, the oldest first.
    fn pass_on(&mut self) {
        while let Some(entry) = self.backlog.pop_front() {
            if let Err(full) = self.entries.push(entry) {
                self.backlog.push_front(full.0);
                break;
            }
        }
        self.progress.bell.ring();
    }
}

impl Journal for StoreWriter {
    fn append(&mut self, entry: &Entry) {
        if self.progress.has_ended() {
            return;
        }
        self.backlog.push_back(entry.clone());
        self.pass_on();
        while !self.backlog.is_empty() && !self.progress.is_failed() {
            if self.entries.is_abandoned() {
                return;
            }
            std::thread::yield_now();
            self.pass_on();
        }
        if self.backlog.len() > BACKLOG_MAX {
            let cause = format!("{BACKLOG_MAX} events wait for the disk: no more are kept");
            self.progress.end(StoreError::Failed {
                path: "store".into(),
                cause,
            });
            self.backlog.clear();
        }
    }

    fn is_available(&self) -> bool {
        !self.progress.is_failed()
    }
}

impl Drop for StoreWriter {
    fn drop(&mut self) {
        // The last chance of what waits: the store goes on until the ring is empty, or refuses.
        while !self.backlog.is_empty() && !self.progress.is_failed() {
            self.pass_on();
            std::thread::yield_now();
        }
        if !self.backlog.is_empty() && !self.progress.has_ended() {
            let cause = format!("{} events could not be kept", self.backlog.len());
            self.progress.end(StoreError::Failed {
                path: "store".into(),
                cause,
            });
        }
        self.progress.bell.ring();
    }
}

/// The running store.
pub struct StoreThread {
    thread: Option<JoinHandle<()>>,
    progress: Arc<Progress>,
}

impl StoreThread {
    /// Starts the thread on `file`.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when the system gives no thread.
    pub fn start(file: JournalFile, mode: Mode) -> Result<(Self, StoreWriter), StoreError> {
        let (entries, inbox) = ring(RING);
        let progress = Arc::new(Progress::default());
        progress.commit(file.last());
        let seen = match mode {
            Mode::Continue => file.last(),
            Mode::Recompute => 0,
        };
        let shared = Arc::clone(&progress);
        let run = move || {
            Committer {
                file,
                inbox,
                progress: shared,
                seen,
            }
            .run()
        };
        let thread = std::thread::Builder::new()
            .name("truebook-store".to_owned())
            .spawn(run)
            .map_err(|e| StoreError::Failed {
                path: "store thread".into(),
                cause: e.to_string(),
            })?;
        let writer = StoreWriter {
            entries,
            backlog: VecDeque::new(),
            progress: Arc::clone(&progress),
        };
        Ok((
            Self {
                thread: Some(thread),
                progress,
            },
            writer,
        ))
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }

    /// Waits until everything given is committed. The [`StoreWriter`] must be dropped before.
    ///
    /// # Errors
    /// What made the store fail.
    pub fn finish(mut self) -> Result<(), StoreError> {
        self.progress.bell.ring();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            let cause = "the store's thread stopped after an error of its own".to_owned();
            return Err(StoreError::Failed {
                path: "store".into(),
                cause,
            });
        }
        let mut error = self
            .progress
            .error
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        error.take().map_or(Ok(()), Err)
    }
}

struct Committer {
    file: JournalFile,
    inbox: Consumer<Entry>,
    progress: Arc<Progress>,
    seen: u64,
}

impl Committer {
    fn run(mut self) {
        let mut group = Vec::with_capacity(GROUP);
        loop {
            self.inbox.drain(GROUP, |entry| group.push(entry));
            if group.is_empty() {
                if self.inbox.is_abandoned() && self.inbox.is_empty() {
                    return;
                }
                let inbox = &self.inbox;
                let pause = Some(Duration::from_millis(100));
                self.progress
                    .bell
                    .wait(|| !inbox.is_empty() || inbox.is_abandoned(), pause);
                continue;
            }
            if !self.keep(&group) {
                return;
            }
            group.clear();
        }
    }

    /// Keeps a group, asking the disk again while it refuses; `false` when it never will.
    fn keep(&mut self, group: &[Entry]) -> bool {
        loop {
            let error = match self.take(group) {
                Ok(()) => {
                    if self.progress.is_failed() {
                        self.progress.recover();
                    }
                    return true;
                }
                Err(error) => error,
            };
            let may_recover = matches!(error, StoreError::Failed { .. });
            if !may_recover || self.inbox.is_abandoned() {
                self.progress.end(error);
                return false;
            }
            self.progress.fail(error);
            let inbox = &self.inbox;
            self.progress
                .bell
                .wait(|| inbox.is_abandoned(), Some(RETRY));
        }
    }

    fn take(&mut self, group: &[Entry]) -> Result<(), StoreError> {
        let known = group
            .iter()
            .take_while(|entry| entry.sequence <= self.file.last())
            .count();
        let (again, news) = group.split_at(known);
        if !again.is_empty() {
            let count = u32::try_from(again.len()).unwrap_or(u32::MAX);
            let recorded = self.file.read_after(self.seen, count)?;
            for (index, entry) in again.iter().enumerate() {
                if recorded.get(index) != Some(entry) {
                    return Err(StoreError::Diverged {
                        sequence: entry.sequence,
                    });
                }
                self.seen = entry.sequence;
            }
        }
        if news.is_empty() {
            return Ok(());
        }
        self.file.append(news)?;
        self.seen = self.file.last();
        self.progress.commit(self.seen);
        Ok(())
    }
}
