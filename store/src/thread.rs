//! The store's thread: takes rows from a ring, commits them in natural groups, and writes the
//! tables and checkpoints behind them.
//!
//! 1. A group is whatever arrived during the last commit, at most [`GROUP`] and the rest of an
//!    input; there is no timer.
//! 2. Recorded events that arrive again are compared, not written.
//! 3. What the disk refuses is tried again until it is taken; a record that is damaged or differs
//!    ends the store for good.
//! 4. Events come before tables, and tables before checkpoints, until one is too far behind.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use truebook_core::sync::{Consumer, ring};

use crate::audit::Audit;
use crate::packer::{Packed, Packer, PackerThread, Row};
use crate::progress::Progress;
use crate::projection::Projection;
use crate::writer::StoreWriter;
use crate::{JournalFile, StoreError};

/// The largest group: the disk is waited for once a group, so that a larger one is faster, and
/// slower to be acknowledged.
const GROUP: usize = 8_192;
/// How many events may wait in each of the two rings: before they are rows, and after.
const RING: usize = 8_192;
/// How long after a refusal the disk is asked again.
const RETRY: Duration = Duration::from_millis(100);
/// How long nothing has come when there is time for what is behind.
const QUIET: Duration = Duration::from_millis(1);
/// How often the journal waits so long for what makes no progress.
const IDLE_MAX: u32 = 1_000;
/// How long a thread with nothing to do sleeps.
const SLEEP: Duration = Duration::from_millis(100);

/// What an acknowledged event survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// A loss of power.
    #[default]
    Disk,
    /// The end of the process.
    Os,
}

/// What is expected of the first events: that they follow the recorded ones, or are those again.
/// What is recomputed must not depend on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They follow the recorded ones.
    Continue,
    /// They are the recorded ones again, recomputed.
    Recompute,
}

/// The running store.
pub struct StoreThread {
    threads: [JoinHandle<()>; 2],
    progress: Arc<Progress>,
}

impl StoreThread {
    /// Starts the threads on `file`, with what they write beside it.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when the system gives no thread.
    pub fn start(
        file: JournalFile,
        mode: Mode,
        audit: Audit,
    ) -> Result<(Self, StoreWriter), StoreError> {
        let (items, given) = ring(RING);
        let (outbox, inbox) = ring(RING);
        let progress = Arc::new(Progress::default());
        progress.commit(file.last());
        let projection = Projection::of(&file, Arc::clone(&progress), audit)?;
        let packer = PackerThread {
            packer: Packer::after(file.last, file.chain),
            inbox: given,
            outbox,
            progress: Arc::clone(&progress),
        };
        let committer = Committer {
            file,
            inbox,
            projection,
            progress: Arc::clone(&progress),
            group: Vec::with_capacity(GROUP),
            begun: Vec::new(),
        };
        let threads = [
            started("truebook-store", &progress, || committer.run())?,
            started("truebook-pack", &progress, || packer.run())?,
        ];
        let writer = StoreWriter::new(items, Arc::clone(&progress), mode);
        Ok((Self { threads, progress }, writer))
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
    pub fn finish(self) -> Result<(), StoreError> {
        self.progress.close();
        for thread in self.threads {
            // What panics has ended the store, and said so.
            let _ = thread.join();
        }
        self.progress.take_error().map_or(Ok(()), Err)
    }
}

/// Starts a thread whose panic ends the store.
fn started(
    name: &'static str,
    progress: &Arc<Progress>,
    run: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, StoreError> {
    let failed = |path: &str, cause| StoreError::Failed {
        path: path.into(),
        cause,
    };
    let watched = Arc::clone(progress);
    let guarded = move || {
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err() {
            let cause = format!("its thread {name} stopped after an error of its own");
            watched.end(failed("store", cause));
        }
        // Its ends of the rings are gone: whoever sleeps at the others looks again.
        watched.packer_bell.ring();
        watched.bell.ring();
    };
    let thread = std::thread::Builder::new().name(name.to_owned());
    let started = thread.spawn(guarded);
    started.map_err(|e| failed("store thread", e.to_string()))
}

struct Committer {
    inbox: Consumer<Packed>,
    /// Before the file: what copies its log ends first.
    projection: Projection,
    file: JournalFile,
    progress: Arc<Progress>,
    group: Vec<Row>,
    /// The beginning of an input whose rest is on its way.
    begun: Vec<Row>,
}

impl Committer {
    fn run(mut self) {
        loop {
            if self.take_group() {
                if !self.keep() {
                    return;
                }
                self.projection.offer(&mut self.group);
                if let Err(error) = self.catch_up() {
                    self.progress.end(error);
                    return;
                }
                continue;
            } else if self.inbox.is_abandoned() && self.inbox.is_empty() {
                self.finish();
                return;
            } else if self.wait(self.pause()) {
                continue;
            }
            if let Err(error) = self.project()
                && !error.may_pass()
            {
                self.progress.end(error);
                return;
            }
        }
    }

    /// Does a little of what is behind. It never fails the journal: what it could not do is done
    /// later.
    fn project(&mut self) -> Result<(), StoreError> {
        let done = self.projection.step(&mut self.file);
        let cause = done.as_ref().err().map(ToString::to_string);
        self.progress.stay_behind(cause);
        done
    }

    /// Does what is behind until it is near enough, or cannot be done now.
    ///
    /// # Errors
    /// What will not pass.
    fn catch_up(&mut self) -> Result<(), StoreError> {
        let mut idle = 0;
        while idle < IDLE_MAX && self.projection.is_late(self.file.last()) {
            let before = self.projection.sequence();
            match self.project() {
                Err(error) if error.may_pass() => break,
                done => done?,
            }
            if self.projection.sequence() == before {
                idle += 1;
                std::thread::sleep(QUIET);
            }
        }
        Ok(())
    }

    /// How long to wait for an event before what is behind is done; `None` when there is enough
    /// behind to be done at once.
    fn pause(&self) -> Option<Duration> {
        match self.projection.work(self.file.last()) {
            0 => Some(SLEEP),
            work if work >= Projection::BATCH => None,
            _ => Some(QUIET),
        }
    }

    /// Takes what has arrived, up to the end of an input; whether there are events. The beginning
    /// of an input whose rest is on its way waits for it.
    fn take_group(&mut self) -> bool {
        let (group, projection) = (&mut self.group, &mut self.projection);
        group.append(&mut self.begun);
        // How many belong to inputs that have ended.
        let mut whole = 0;
        self.inbox.drain(GROUP, |item| match item {
            Packed::Row(row, is_last) => {
                group.push(row);
                whole = if is_last { group.len() } else { whole };
            }
            Packed::Witness(witness) => projection.take_witness(witness),
        });
        self.begun = group.split_off(whole);
        self.progress.packer_bell.ring();
        !group.is_empty()
    }

    /// Waits for an event; whether something came.
    fn wait(&self, pause: Option<Duration>) -> bool {
        let inbox = &self.inbox;
        let ready = || !inbox.is_empty() || inbox.is_abandoned();
        pause.is_some_and(|pause| self.progress.bell.wait(ready, Some(pause)))
    }

    /// Does what is behind, so that the next opening has little to do.
    fn finish(&mut self) {
        if let Err(error) = self.projection.finish(&mut self.file) {
            // The journal has everything: the tables follow the next time.
            if !error.may_pass() {
                self.progress.end(error);
            }
        }
    }

    /// Keeps the group, asking the disk again while it refuses; `false` when it never will.
    fn keep(&mut self) -> bool {
        let mut done = self.commit();
        let mut was_last = false;
        loop {
            let error = match done {
                Ok(()) => {
                    if self.progress.is_failed() {
                        self.progress.recover();
                    }
                    self.progress.commit(self.file.last());
                    return true;
                }
                Err(error) => error,
            };
            if was_last || !error.may_pass() {
                self.progress.end(error);
                return false;
            }
            // At the end it is asked once more.
            was_last = self.progress.is_closing();
            self.progress.fail(error);
            let progress = &self.progress;
            progress.bell.wait(|| progress.is_closing(), Some(RETRY));
            done = match self.file.restore() {
                Ok(()) => self.commit(),
                Err(error) => Err(error),
            };
        }
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let last = self.file.last();
        let is_known = |row: &&Row| row.entry.sequence <= last;
        let known = self.group.iter().take_while(is_known).count();
        let (again, news) = self.group.split_at(known);
        if !again.is_empty() {
            let count = u32::try_from(again.len()).unwrap_or(u32::MAX);
            let from = again.first().map_or(last, |row| row.entry.sequence - 1);
            let recorded = self.file.read_after(from, count)?;
            for (index, Row { entry, .. }) in again.iter().enumerate() {
                if recorded.get(index) != Some(entry) {
                    return Err(StoreError::Diverged {
                        sequence: entry.sequence,
                    });
                }
            }
        }
        if news.is_empty() {
            return self.file.check_there();
        }
        self.file.append_rows(news)
    }
}
