//! Notices to subscribers: one broadcast ring, each subscriber at its own pace.
//!
//! 1. The writer waits for a subscriber only where that asked for it, and no longer than its
//!    patience.
//! 2. Nobody pays for notices while nobody subscribes.
//! 3. Who joined learns from which event on the ring has everything.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::book::Notice;
use crate::sync::{Broadcast, Doorbell, Gauge, Origin, SeqSlot, Shelf};

use super::cell::{FIRST, MORE, PRICE, pack_price};
use super::filter::Filter;
use super::status::SubscriberStatus;
use super::subscription::{Overflow, Past, Subscription};

/// The words of one cell: its header and a part of a notice.
pub(super) const WORDS: usize = 48;
/// The bytes of a notice that one cell holds.
const PART: usize = (WORDS - 1) * 8;
/// How many cells are kept.
const CELLS: usize = if cfg!(truebook_loom) { 2 } else { 4_096 };

#[derive(Debug)]
pub(super) struct Shared {
    pub ring: Broadcast<WORDS>,
    /// The newest audience that the writer knows, and how many events there were before.
    pub known: SeqSlot<2>,
    audience: Shelf<Audience>,
    /// Written after the audience was replaced: cheaper to look at.
    changes: SeqSlot<1>,
    /// Taken by those who come and go.
    entry: Mutex<()>,
    /// The writer's, which is told of a new audience.
    writer: Arc<Doorbell>,
    /// Whether the publisher is gone.
    pub is_over: Gauge,
    pub origin: Origin,
}

/// All who subscribe.
#[derive(Clone, Debug, Default)]
struct Audience {
    /// How often it changed.
    generation: u64,
    members: Vec<Member>,
}

/// One subscriber, as the writer sees it.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub bell: Arc<Doorbell>,
    pub meter: Arc<Meter>,
}

/// How far one subscriber is.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// The cell that it reads next.
    pub next: Gauge,
    /// Cells that it lost.
    pub lost: Gauge,
    /// Whether the writer waits for it.
    pub is_awaited: Gauge,
    /// How many events there were when the writer saw it come, and one more.
    pub came: Gauge,
}

/// Where subscribers come from; may be shared by threads.
#[derive(Clone, Debug)]
pub struct Bus {
    pub(super) shared: Arc<Shared>,
}

/// The publisher's end; only the writer has it.
pub(super) struct Publisher {
    shared: Arc<Shared>,
    bytes: Vec<u8>,
    generation: u64,
    is_heard: bool,
    /// No cell before it is read by somebody who is waited for.
    floor: u64,
    patience: Duration,
    /// How much of it is spent.
    spent: Duration,
    /// Whether something was published since the last ring.
    is_new: bool,
}

/// Makes a bus and its publisher, whose thread sleeps at `writer`.
/// It waits for others no longer than `patience`.
pub(super) fn bus(writer: &Arc<Doorbell>, patience: Duration) -> (Publisher, Bus) {
    let shared = Arc::new(Shared {
        ring: Broadcast::new(CELLS),
        known: SeqSlot::new([0; 2]),
        audience: Shelf::new(Audience::default()),
        changes: SeqSlot::new([0]),
        entry: Mutex::new(()),
        writer: Arc::clone(writer),
        is_over: Gauge::default(),
        origin: Origin::here(),
    });
    let publisher = Publisher {
        shared: Arc::clone(&shared),
        bytes: Vec::new(),
        generation: 0,
        is_heard: false,
        floor: u64::MAX,
        patience,
        spent: Duration::ZERO,
        is_new: false,
    };
    (publisher, Bus { shared })
}

impl Publisher {
    /// Looks who listens, after `sequence` events and before the next command; whether anybody
    /// does.
    pub fn listen(&mut self, sequence: u64) -> bool {
        if self.is_audience_new() {
            (self.generation, self.is_heard) = self.shared.audience.with(|audience| {
                for member in &audience.members {
                    if member.meter.came.get() == 0 {
                        member.meter.came.set(sequence + 1);
                    }
                }
                (audience.generation, !audience.members.is_empty())
            });
            self.floor = 0;
            self.shared.known.write(&[self.generation, sequence]);
        }
        self.is_heard
    }

    /// Whether the audience is another than when it was last looked.
    pub fn is_audience_new(&self) -> bool {
        // Each change is one write.
        self.shared.changes.version() != self.generation
    }

    /// Whether anybody listened when it was last looked.
    pub fn is_heard(&self) -> bool {
        self.is_heard
    }

    /// Publishes a notice; `is_last` of those of its command.
    pub fn publish(&mut self, notice: &Notice, is_last: bool) {
        self.is_new = true;
        let more = if is_last { 0 } else { MORE };
        if let Some(mut words) = pack_price(notice) {
            let [header, ..] = &mut words;
            *header = FIRST | PRICE | more;
            self.make_room(1);
            self.shared.ring.publish(&words);
            return;
        }
        self.bytes.clear();
        // Writing to memory does not fail.
        let _ = borsh::to_writer(&mut self.bytes, notice);
        let mut left = self.bytes.len().div_ceil(PART) as u64;
        self.make_room(left);
        let mut header = FIRST;
        for part in self.bytes.chunks(PART) {
            left -= 1;
            let mut words = [0; WORDS];
            header |= more | left << 32 | part.len() as u64;
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

    /// Waits until `parts` more cells overwrite nothing that somebody waits to read, or goes on
    /// without those who took too long.
    fn make_room(&mut self, parts: u64) {
        let ring = &self.shared.ring;
        let oldest = (ring.next() + parts).saturating_sub(ring.capacity());
        if oldest <= self.floor {
            return;
        }
        let began = Instant::now();
        loop {
            self.floor = self.shared.floor();
            if oldest <= self.floor {
                break;
            }
            if self.spent + began.elapsed() >= self.patience {
                self.shared.abandon(oldest);
            }
            self.shared.ring_all();
            std::thread::yield_now();
        }
        self.spent += began.elapsed();
        if self.floor >= oldest + ring.capacity() / 2 {
            // Everybody has caught up well: patience is whole again.
            self.spent = Duration::ZERO;
        }
    }

    /// Wakes subscribers who sleep, after a chunk, where there are new notices.
    pub fn ring(&mut self) {
        if std::mem::take(&mut self.is_new) {
            self.shared.ring_all();
        }
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.shared.is_over.set(1);
        self.shared.ring_all();
    }
}

impl Shared {
    fn ring_all(&self) {
        let wake = |audience: &Audience| audience.members.iter().for_each(|each| each.bell.ring());
        self.audience.with(wake);
    }

    /// The first cell that somebody who is waited for has not read.
    fn floor(&self) -> u64 {
        self.audience.with(|audience| {
            let awaited = audience
                .members
                .iter()
                .filter(|each| each.meter.is_awaited());
            let next = awaited.map(|each| each.meter.next.get());
            next.min().unwrap_or(u64::MAX)
        })
    }

    /// Waits no longer for those who have not come to the cell `oldest`.
    fn abandon(&self, oldest: u64) {
        self.audience.with(|audience| {
            let late = audience.members.iter();
            for member in late.filter(|each| each.meter.next.get() < oldest) {
                member.meter.is_awaited.set(0);
            }
        });
    }

    /// Changes the audience; the number of the new one.
    pub fn change(&self, change: impl FnOnce(&mut Vec<Member>)) -> u64 {
        let entry = self.entry.lock().unwrap_or_else(PoisonError::into_inner);
        let mut audience = self.audience.with(Audience::clone);
        change(&mut audience.members);
        audience.generation += 1;
        let generation = audience.generation;
        self.audience.store(Arc::new(audience));
        self.changes.write(&[generation]);
        drop(entry);
        self.writer.ring();
        generation
    }
}

impl Meter {
    fn is_awaited(&self) -> bool {
        self.is_awaited.get() != 0
    }
}

impl Bus {
    /// Hears what `filter` wants from now on.
    #[must_use]
    pub fn subscribe(&self, filter: Filter, overflow: Overflow) -> Subscription {
        Subscription::new(self, (filter, overflow), None, None)
    }

    /// The same with what happened before: `past` gives what is lost to a subscriber for which the
    /// writer no longer waited, and at first everything after the event `since`.
    #[must_use]
    pub fn subscribe_with(
        &self,
        (filter, overflow): (Filter, Overflow),
        since: Option<u64>,
        past: Past,
    ) -> Subscription {
        Subscription::new(self, (filter, overflow), since, Some(past))
    }

    /// How each subscriber does, in the order in which they came.
    pub(super) fn subscribers(&self) -> Vec<SubscriberStatus> {
        let next = self.shared.ring.next();
        self.shared.audience.with(|audience| {
            let each = audience.members.iter().map(|member| SubscriberStatus {
                lag: next.saturating_sub(member.meter.next.get()),
                lost: member.meter.lost.get(),
            });
            each.collect()
        })
    }
}
