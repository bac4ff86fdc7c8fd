//! Notices to subscribers: one broadcast ring, each subscriber at its own pace.
//!
//! 1. The writer never waits for a subscriber: one that is slow loses the oldest, and is told how
//!    much.
//! 2. Nobody pays for notices while nobody subscribes.
//! 3. A notice is read whole: one that is longer than a cell takes several, and is lost with any of
//!    them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crate::book::{About, News, Notice};
use crate::model::{AccountId, InstrumentId, StrategyId};
use crate::sync::{Broadcast, Doorbell, Gauge, Seen};

use super::bells::Bells;
use super::status::SubscriberStatus;

/// The words of one cell: its header and a part of a notice.
const WORDS: usize = 48;
/// The bytes of a notice that one cell holds.
const PART: usize = (WORDS - 1) * 8;
/// In a cell's header: it begins a notice. Below are how many parts come after it, and its bytes.
const FIRST: u64 = 1 << 63;
/// How many cells are kept.
const CELLS: usize = 4_096;

type Ring = Broadcast<WORDS>;

/// What a subscriber wants to hear; an empty list is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Kinds, by [`News::kind`].
    pub kinds: Vec<String>,
    /// Instruments.
    pub instruments: Vec<InstrumentId>,
    /// Strategies.
    pub strategies: Vec<StrategyId>,
    /// Accounts.
    pub accounts: Vec<AccountId>,
}

impl Filter {
    /// Whether `news` is wanted. What is about no instrument, strategy or account in particular is
    /// wanted by those who name any.
    #[must_use]
    pub fn wants(&self, news: &News) -> bool {
        let About {
            account,
            instrument,
            strategy,
        } = news.about();
        let kind = news.kind();
        (self.kinds.is_empty() || self.kinds.iter().any(|wanted| wanted == kind))
            && allows(&self.instruments, instrument)
            && allows(&self.strategies, strategy)
            && allows(&self.accounts, account)
    }
}

fn allows<T: PartialEq>(wanted: &[T], found: Option<T>) -> bool {
    wanted.is_empty() || found.is_none_or(|found| wanted.contains(&found))
}

/// What becomes of notices that a subscriber does not read in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// The oldest are lost, and counted.
    #[default]
    DropOldest,
    /// Of several that wait about the same thing, the newest is kept.
    Conflate,
}

/// The publisher's end; only the writer has it.
pub(super) struct Publisher {
    shared: Arc<Shared>,
    bytes: Vec<u8>,
}

#[derive(Debug)]
struct Shared {
    ring: Ring,
    bells: Bells,
    /// Of those who subscribe.
    meters: Mutex<Vec<Weak<Meter>>>,
}

/// How far one subscriber is.
#[derive(Debug, Default)]
struct Meter {
    next: Gauge,
    lost: Gauge,
}

/// Where subscribers come from; may be shared by threads.
#[derive(Clone, Debug)]
pub struct Bus {
    shared: Arc<Shared>,
}

/// Makes a bus and its publisher.
pub(super) fn bus() -> (Publisher, Bus) {
    let shared = Arc::new(Shared {
        ring: Ring::new(CELLS),
        bells: Bells::new(),
        meters: Mutex::new(Vec::new()),
    });
    let publisher = Publisher {
        shared: Arc::clone(&shared),
        bytes: Vec::new(),
    };
    (publisher, Bus { shared })
}

impl Publisher {
    /// Whether anybody subscribes. Somebody may by the time this returns.
    pub fn is_heard(&self) -> bool {
        !self.shared.bells.is_empty()
    }

    /// Publishes a notice.
    pub fn publish(&mut self, notice: &Notice) {
        self.bytes.clear();
        // Writing to memory does not fail.
        let _ = borsh::to_writer(&mut self.bytes, notice);
        let mut left = self.bytes.len().div_ceil(PART) as u64;
        let mut header = FIRST;
        for part in self.bytes.chunks(PART) {
            left -= 1;
            let mut words = [0; WORDS];
            header |= left << 32 | part.len() as u64;
            for (word, bytes) in words.iter_mut().skip(1).zip(part.chunks(8)) {
                let mut eight = [0; 8];
                for (into, byte) in eight.iter_mut().zip(bytes) {
                    *into = *byte;
                }
                *word = u64::from_le_bytes(eight);
            }
            if let Some(first) = words.first_mut() {
                *first = header;
            }
            header = 0;
            let count = 1 + part.len().div_ceil(8);
            self.shared
                .ring
                .publish(words.get(..count).unwrap_or(&words));
        }
    }

    /// Wakes subscribers who sleep, after a chunk of notices.
    pub fn ring(&self) {
        self.shared.bells.ring();
    }
}

impl Bus {
    /// Hears what `filter` wants from now on.
    #[must_use]
    pub fn subscribe(&self, filter: Filter, overflow: Overflow) -> Subscription {
        let bell = self.shared.bells.join();
        let meter = Arc::new(Meter::default());
        let next = self.shared.ring.next();
        meter.next.set(next);
        let mut meters = self.meters();
        meters.retain(|meter| meter.strong_count() > 0);
        meters.push(Arc::downgrade(&meter));
        drop(meters);
        Subscription {
            next,
            meter,
            bus: self.clone(),
            bell,
            filter,
            overflow,
            parts: Vec::new(),
            waiting: VecDeque::new(),
        }
    }

    /// How each subscriber does, in the order in which they came.
    pub(super) fn subscribers(&self) -> Vec<SubscriberStatus> {
        let meters = self.meters();
        let there = meters.iter().filter_map(Weak::upgrade);
        let each = there.map(|meter| SubscriberStatus {
            lag: self.shared.ring.next().saturating_sub(meter.next.get()),
            lost: meter.lost.get(),
        });
        each.collect()
    }

    fn meters(&self) -> MutexGuard<'_, Vec<Weak<Meter>>> {
        let meters = self.shared.meters.lock();
        meters.unwrap_or_else(PoisonError::into_inner)
    }
}

/// One subscriber's end; may be moved to another thread.
#[derive(Debug)]
pub struct Subscription {
    bus: Bus,
    bell: Arc<Doorbell>,
    filter: Filter,
    overflow: Overflow,
    /// The cell that is read next.
    next: u64,
    meter: Arc<Meter>,
    /// The parts so far of a notice that takes several cells.
    parts: Vec<u8>,
    /// What a conflating subscriber has read and not given out.
    waiting: VecDeque<Notice>,
}

impl Subscription {
    /// The next notice that is wanted, or `None` where there is none yet.
    pub fn poll(&mut self) -> Option<Notice> {
        match self.overflow {
            Overflow::DropOldest => self.read(),
            Overflow::Conflate => {
                while let Some(notice) = self.read() {
                    let is_old = |other: &Notice| other.news.is_replaced_by(&notice.news);
                    self.waiting.retain(|other| !is_old(other));
                    self.waiting.push_back(notice);
                }
                self.waiting.pop_front()
            }
        }
    }

    /// The next notice that is wanted; waits for it for about `timeout`, or for good.
    pub fn wait(&mut self, timeout: Option<Duration>) -> Option<Notice> {
        loop {
            if let Some(notice) = self.poll() {
                return Some(notice);
            }
            let (ring, next) = (&self.bus.shared.ring, self.next);
            if !self.bell.wait(|| ring.next() > next, timeout) {
                return None;
            }
        }
    }

    /// How many cells were overwritten before they were read, wanted or not; most notices take one.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.meter.lost.get()
    }

    fn read(&mut self) -> Option<Notice> {
        loop {
            match self.bus.shared.ring.read(self.next) {
                Seen::NotYet => return None,
                Seen::Lost => {
                    let oldest = self.bus.shared.ring.oldest().max(self.next + 1);
                    self.meter.lost.add(oldest - self.next);
                    self.advance_to(oldest);
                    self.parts.clear();
                }
                Seen::Words { words, .. } => {
                    self.advance_to(self.next + 1);
                    let whole = self.take(&words);
                    if let Some(notice) = whole.filter(|notice| self.filter.wants(&notice.news)) {
                        return Some(notice);
                    }
                }
            }
        }
    }

    fn advance_to(&mut self, next: u64) {
        self.next = next;
        self.meter.next.set(next);
    }

    /// Adds a part; the notice, where it was the last.
    fn take(&mut self, words: &[u64; WORDS]) -> Option<Notice> {
        let (header, body) = words.split_first()?;
        if header & FIRST != 0 {
            self.parts.clear();
        } else if self.parts.is_empty() {
            // The rest of one whose beginning is lost says nothing.
            return None;
        }
        let length = usize::try_from(header & 0xFFFF_FFFF).unwrap_or(0);
        let bytes = body.iter().flat_map(|word| word.to_le_bytes());
        self.parts.extend(bytes.take(length));
        if (header & !FIRST) >> 32 != 0 {
            return None;
        }
        let notice = borsh::from_slice(&self.parts).ok();
        self.parts.clear();
        notice
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.bus.shared.bells.leave(&self.bell);
    }
}
