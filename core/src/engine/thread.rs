//! The writer on its own thread: it serves its producers in turn, and sleeps when there is nothing.
//!
//! 1. The thread ends when its owner is gone and everything that producers gave is executed; it
//!    gives the writer back.
//! 2. A producer that is dropped leaves nothing behind: what it gave is executed first.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::sync::{Consumer, Doorbell, Producer as RingProducer};

use super::lane::Lane;
use super::{Reactor, Writer};

/// How often a journal that has events waiting is asked whether it takes them.
const JOURNAL_EVERY: Duration = Duration::from_millis(50);
/// How often an idle writer looks before it sleeps.
const SPINS: u32 = if cfg!(truebook_loom) { 0 } else { 2_000 };

/// After how many empty rounds it is looked who subscribed or wants a view.
const HOUSEKEEPING: u32 = 64;

/// What the writer's thread does when there is nothing to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wait {
    /// Looks again at once: the shortest way, and a whole core.
    Spin,
    /// Lets another thread run, then looks again.
    Yield,
    /// Sleeps until somebody rings.
    Park,
    /// Looks again for some microseconds, then sleeps.
    #[default]
    Adaptive,
}

impl Wait {
    /// Every mode with its name.
    pub const ALL: [(&'static str, Self); 4] = [
        ("spin", Self::Spin),
        ("yield", Self::Yield),
        ("park", Self::Park),
        ("adaptive", Self::Adaptive),
    ];

    /// Whether the thread ever sleeps, so that somebody must wake it.
    pub(super) fn sleeps(self) -> bool {
        self.spins().is_some()
    }

    /// How often an empty round is made before the thread sleeps; `None` is never.
    fn spins(self) -> Option<u32> {
        match self {
            Self::Spin | Self::Yield => None,
            Self::Park => Some(0),
            Self::Adaptive => Some(SPINS),
        }
    }
}

/// The writer and everybody whom it serves.
pub(super) struct Service<R> {
    pub writer: Writer<R>,
    pub lanes: Vec<Lane>,
    /// Producers that came since.
    pub newcomers: Consumer<Lane>,
    pub _door: Closing,
    pub bell: Arc<Doorbell>,
    pub wait: Wait,
    /// Whether its owner is still there.
    pub has_owner: bool,
}

/// Where producers come in, while there is a writer.
pub(super) struct Door(Mutex<Option<RingProducer<Lane>>>);

impl Door {
    pub fn open(newcomers: RingProducer<Lane>) -> Self {
        Self(Mutex::new(Some(newcomers)))
    }

    pub fn lock(&self) -> MutexGuard<'_, Option<RingProducer<Lane>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes the door when the writer ends, in a panic too: a producer that came and was not served
/// is told so, because nothing else keeps its lane.
pub(super) struct Closing(pub Arc<Door>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.lock().take();
    }
}

impl<R: Reactor> Service<R> {
    /// Serves until the end.
    pub fn run(&mut self) {
        self.list_lanes();
        let mut idle = 0;
        loop {
            if self.serve() > 0 {
                idle = 0;
                continue;
            }
            if self.is_over() {
                // What readers keep is the end.
                self.writer.view();
                return;
            }
            match self.wait.spins() {
                Some(most) if idle >= most => {
                    let waits = self.keep_house();
                    self.writer.rest();
                    self.sleep(waits.then_some(JOURNAL_EVERY));
                    idle = 0;
                }
                Some(_) | None => {
                    if idle % HOUSEKEEPING == 0 {
                        self.keep_house();
                    }
                    idle = idle.wrapping_add(1);
                    if self.wait == Wait::Yield {
                        std::thread::yield_now();
                    } else {
                        std::hint::spin_loop();
                    }
                }
            }
        }
    }

    /// One turn of each producer; how much was executed.
    fn serve(&mut self) -> usize {
        let before = self.lanes.len();
        while let Some(lane) = self.newcomers.pop() {
            self.lanes.push(lane);
        }
        let came = self.lanes.len();
        let mut executed = 0;
        let (writer, has_owner) = (&mut self.writer, &mut self.has_owner);
        self.lanes.retain_mut(|lane| {
            // Asked first: what it gave before it went is served below.
            let is_gone = lane.is_abandoned();
            executed += lane.serve(writer);
            let stays = !(is_gone && lane.is_idle());
            *has_owner &= stays || !lane.is_owner();
            stays
        });
        if came != before || self.lanes.len() != came {
            self.list_lanes();
        }
        executed
    }

    /// Who subscribes while nothing happens waits for that, and who wants a view for one.
    /// Whether something waits for the journal.
    fn keep_house(&mut self) -> bool {
        self.writer.listen();
        self.writer.publish();
        self.writer.pass_on()
    }

    /// Tells readers which lanes there are.
    fn list_lanes(&self) {
        let meters = self.lanes.iter().map(|lane| Arc::clone(&lane.meter));
        let meters = Arc::new(meters.collect());
        self.writer.board().lanes.store(meters);
    }

    /// Whether the owner is gone and nothing waits.
    fn is_over(&self) -> bool {
        !self.has_owner && self.newcomers.is_empty() && self.lanes.iter().all(Lane::is_idle)
    }

    fn sleep(&self, most: Option<Duration>) {
        let (lanes, newcomers) = (&self.lanes, &self.newcomers);
        let board = self.writer.board();
        let ready = || {
            let is_awake = |lane: &Lane| !lane.is_idle() || lane.is_abandoned();
            let is_view_wanted = board.is_view_wanted.get() != 0;
            lanes.iter().any(is_awake)
                || !newcomers.is_empty()
                || is_view_wanted
                || self.writer.is_audience_new()
        };
        self.bell.wait(ready, most);
    }
}
