//! One subscriber: what it hears live, and what it is told again from the journal.
//!
//! 1. A notice is heard whole: one that is longer than a cell takes several, and is lost with any
//!    of them.
//! 2. Without loss, each notice of an event is heard once, in order; live and told again.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::book::Notice;
use crate::sync::{Call, Doorbell, Seen};

use super::bus::{Bus, Member, Meter, WORDS};
use super::cell::Parts;
use super::filter::Filter;

/// How many cells a conflating subscriber reads at once.
const READS_MAX: usize = 4_096;
/// How many notices wait in a conflating subscriber; then the oldest is lost, and counted.
const WAITING_MAX: usize = 1_024;
/// How often it is asked whether the journal has more.
const JOURNAL_EVERY: Duration = Duration::from_millis(1);

/// What becomes of notices that a subscriber does not read in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// The oldest are lost, and counted.
    #[default]
    DropOldest,
    /// Of several that wait about the same thing, the newest is kept.
    Conflate,
    /// The writer waits, up to [`BoardOptions::patience`](super::BoardOptions::patience); then it
    /// goes on, and what is lost comes from the journal, or is counted where there is none. Prices
    /// are not journaled.
    Block,
}

/// Tells again what was told before.
pub trait Retell: Send {
    /// Adds the notices of some more events after `sequence`, in order; the last event that is
    /// told, which is `sequence` where the journal has no more yet. `None` where the journal cannot
    /// be read: what it would have told is lost.
    fn tell(&mut self, sequence: u64, notices: &mut VecDeque<Notice>) -> Option<u64>;
}

/// Opens what tells again.
#[derive(Clone)]
pub struct Past(Arc<dyn Fn() -> Box<dyn Retell> + Send + Sync>);

impl Past {
    /// What `open` opens each time that it is needed.
    pub fn new(open: impl Fn() -> Box<dyn Retell> + Send + Sync + 'static) -> Self {
        Self(Arc::new(open))
    }
}

impl fmt::Debug for Past {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Past(..)")
    }
}

/// One subscriber's end; may be moved to another thread.
#[derive(Debug)]
pub struct Subscription {
    bus: Bus,
    bell: Arc<Doorbell>,
    meter: Arc<Meter>,
    filter: Filter,
    overflow: Overflow,
    past: Option<Past>,
    /// What told again before, and goes on from there.
    teller: Option<Box<dyn Retell>>,
    telling: Option<Telling>,
    /// The cell that is read next.
    next: u64,
    /// The event of the last notice, and its number there.
    heard: (u64, u16),
    /// Whether more notices of the same command come.
    is_within: bool,
    /// The parts so far of a notice that takes several cells.
    parts: Parts,
    /// What was told again and not given out.
    told: VecDeque<Notice>,
    /// What a conflating subscriber has read and not given out.
    waiting: VecDeque<Notice>,
}

/// Being told again, until the ring goes on where that ends.
#[derive(Debug)]
struct Telling {
    /// The last event that was told.
    told: u64,
    /// The audience of which the writer must know before the ring has everything.
    generation: u64,
}

impl fmt::Debug for dyn Retell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Retell(..)")
    }
}

impl Subscription {
    pub(super) fn new(
        bus: &Bus,
        (filter, overflow): (Filter, Overflow),
        since: Option<u64>,
        past: Option<Past>,
    ) -> Self {
        let (bell, meter) = (Arc::new(Doorbell::new()), Arc::new(Meter::default()));
        let next = bus.shared.ring.next();
        meter.next.set(next);
        meter
            .is_awaited
            .set(u64::from(overflow == Overflow::Block && since.is_none()));
        let member = Member {
            bell: Arc::clone(&bell),
            meter: Arc::clone(&meter),
        };
        let generation = bus.shared.change(|members| members.push(member));
        let telling = since
            .filter(|_| past.is_some())
            .map(|told| Telling { told, generation });
        Self {
            bus: bus.clone(),
            bell,
            meter,
            filter,
            overflow,
            past,
            teller: None,
            telling,
            next,
            heard: (since.unwrap_or(0), u16::MAX),
            is_within: false,
            parts: Parts::default(),
            told: VecDeque::new(),
            waiting: VecDeque::new(),
        }
    }

    /// The next notice that is wanted, or `None` where there is none yet.
    pub fn poll(&mut self) -> Option<Notice> {
        match self.overflow {
            Overflow::DropOldest | Overflow::Block => self.read(),
            Overflow::Conflate => {
                for _ in 0..READS_MAX {
                    let Some(notice) = self.read() else {
                        break;
                    };
                    let is_old = |other: &Notice| other.news.is_replaced_by(&notice.news);
                    self.waiting.retain(|other| !is_old(other));
                    if self.waiting.len() == WAITING_MAX {
                        self.waiting.pop_front();
                        self.meter.lost.add(1);
                    }
                    self.waiting.push_back(notice);
                }
                self.waiting.pop_front()
            }
        }
    }

    /// The next notice that is wanted; waits for it for about `timeout`, or until the writer ends
    /// and there is no more, see [`Subscription::is_over`].
    pub fn wait(&mut self, timeout: Option<Duration>) -> Option<Notice> {
        let began = Instant::now();
        loop {
            if let Some(notice) = self.poll() {
                return Some(notice);
            }
            let left = timeout.map(|timeout| timeout.saturating_sub(began.elapsed()));
            if left == Some(Duration::ZERO) || self.is_over() {
                return None;
            }
            if self.telling.is_some() {
                std::thread::sleep(left.map_or(JOURNAL_EVERY, |left| left.min(JOURNAL_EVERY)));
                continue;
            }
            let (shared, next) = (&self.bus.shared, self.next);
            let is_ready = || shared.ring.next() > next || shared.is_over.get() != 0;
            if !self.bell.wait(is_ready, left) {
                return None;
            }
        }
    }

    /// Has `call` called once as soon as there is something to be polled; whether there is already,
    /// and nobody will be called. To be asked after a poll that gave nothing; a later wait or
    /// another call takes its place.
    pub fn arm(&self, call: Call) -> bool {
        let is_left = !self.told.is_empty() || !self.waiting.is_empty();
        if self.telling.is_some() || is_left || self.is_over() {
            return true;
        }
        let (shared, next) = (&self.bus.shared, self.next);
        let is_ready = || shared.ring.next() > next || shared.is_over.get() != 0;
        self.bell.arm(call, is_ready)
    }

    /// Whether it is being told again what was: a poll may then read the journal, and give nothing
    /// although more comes.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        let reads_on = self.overflow == Overflow::Conflate;
        self.telling.is_some() && (self.told.is_empty() || reads_on)
    }

    /// Whether the writer is gone, or is in another process, and everything was given out.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let shared = &self.bus.shared;
        let is_ended = shared.is_over.get() != 0 && shared.ring.next() <= self.next;
        let is_empty = self.told.is_empty() && self.waiting.is_empty();
        !shared.origin.is_here() || is_ended && is_empty && self.telling.is_none()
    }

    /// How many cells were overwritten before they were read, wanted or not; most notices take one.
    /// What a blocking subscriber is told again is not among them; prices are not told again.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.meter.lost.get()
    }

    /// Once a poll gave nothing: the last event of which everything was given out or was not
    /// wanted, where another subscription may go on.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        let complete = self.heard.0.saturating_sub(u64::from(self.is_within));
        if self.telling.is_some() {
            return complete;
        }
        // What was there when it came is not wanted.
        complete.max(self.meter.came.get().saturating_sub(1))
    }

    fn read(&mut self) -> Option<Notice> {
        loop {
            if let Some(notice) = self.told.pop_front() {
                return Some(notice);
            }
            if self.telling.is_some() {
                if !self.be_told() {
                    return None;
                }
                continue;
            }
            match self.bus.shared.ring.read(self.next) {
                Seen::NotYet => {
                    self.be_awaited();
                    return None;
                }
                Seen::Lost => {
                    self.lose();
                    if self.telling.is_some() {
                        // Whoever polls learns that the next poll reads the journal.
                        return None;
                    }
                }
                Seen::Words { words, .. } => {
                    self.advance_to(self.next + 1);
                    let whole = self.take(&words);
                    if let Some(notice) = whole.filter(|notice| self.is_news(notice)) {
                        return Some(notice);
                    }
                }
            }
        }
    }

    /// Whether a notice is wanted and was not heard before.
    fn is_news(&mut self, notice: &Notice) -> bool {
        if !notice.news.is_price() {
            let own = (notice.sequence, notice.index);
            if own <= self.heard && self.past.is_some() {
                return false;
            }
            self.heard = own;
        }
        self.filter.wants(&notice.news)
    }

    /// Some more of the past; whether there was any, or it is over.
    fn be_told(&mut self) -> bool {
        let (Some(mut telling), Some(past)) = (self.telling.take(), &self.past) else {
            return false;
        };
        let mut notices = VecDeque::new();
        let before = telling.told;
        let teller = self.teller.get_or_insert_with(|| (past.0)());
        let Some(told) = teller.tell(before, &mut notices) else {
            self.teller = None;
            self.meter.lost.add(1);
            return true;
        };
        telling.told = told;
        notices.retain(|notice| self.is_news(notice));
        self.told.append(&mut notices);
        let known = self.bus.shared.known.read(u32::MAX);
        let until = known.and_then(|([generation, sequence], _)| {
            (generation >= telling.generation).then_some(sequence)
        });
        let has_more = telling.told > before;
        let is_ended = self.bus.shared.is_over.get() != 0 && !has_more;
        let is_over = until.is_some_and(|until| telling.told >= until) || is_ended;
        if is_over && self.bus.shared.ring.oldest() > self.next && !is_ended {
            // The ring went on too far meanwhile: a little more of the past.
            self.advance_to(self.bus.shared.ring.next());
            telling.generation = self.bus.shared.change(|_| ());
            self.telling = Some(telling);
            return true;
        }
        if is_over {
            self.heard = self.heard.max((telling.told, u16::MAX));
            self.is_within = false;
            self.be_awaited();
        } else {
            self.telling = Some(telling);
        }
        is_over || has_more
    }

    /// Asks the writer to wait for it, again, where that was promised.
    fn be_awaited(&mut self) {
        if self.overflow == Overflow::Block && self.meter.is_awaited.get() == 0 {
            self.meter.is_awaited.set(1);
            self.bus.shared.change(|_| ());
        }
    }

    /// Cells were overwritten before they were read: they are lost, or told again.
    fn lose(&mut self) {
        self.parts.clear();
        let ring = &self.bus.shared.ring;
        if self.overflow == Overflow::Block && self.past.is_some() {
            let oldest = ring.oldest().max(self.next + 1);
            self.meter.is_awaited.set(0);
            // Who has heard nothing yet was there from when the writer saw it come.
            let came = self.meter.came.get().saturating_sub(1);
            self.heard = self.heard.max((came, 0));
            self.telling = Some(Telling {
                // The rest of the notices of that event, too.
                told: self.heard.0.saturating_sub(u64::from(self.heard.0 > came)),
                generation: self.bus.shared.change(|_| ()),
            });
            self.advance_to(oldest);
            return;
        }
        let oldest = ring.oldest().max(self.next + 1);
        self.meter.lost.add(oldest - self.next);
        self.advance_to(oldest);
    }

    fn advance_to(&mut self, next: u64) {
        self.next = next;
        self.meter.next.set(next);
    }

    /// Adds a part; the notice, where it was the last.
    fn take(&mut self, words: &[u64; WORDS]) -> Option<Notice> {
        let (notice, has_more) = self.parts.take(words)?;
        self.is_within = has_more;
        Some(notice)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if !self.bus.shared.origin.is_here() {
            // Somebody may have held the lock when this process was forked.
            return;
        }
        let own = &self.bell;
        let others = |each: &Member| !Arc::ptr_eq(&each.bell, own);
        self.bus.shared.change(|members| members.retain(others));
    }
}
