//! The skeleton: ring, thread, slot and nothing else, which later speed is measured against.
//!
//! It names rtrb and the atomics of std directly, and no code of truebook, so that it stays what
//! the machine can do and does not move with our changes.

#![allow(
    clippy::disallowed_types,
    reason = "a calibrator must not use truebook_core"
)]

use std::hint::spin_loop;
use std::sync::atomic::{AtomicU64, Ordering, fence};

/// What travels: 64 bytes, of which the first word is a number and the second a time.
pub type Item = [u64; 8];

/// The most items taken from the ring at once.
pub const CHUNK: usize = 64;

/// The result: the first seven words of the last item of a chunk, in one cache line.
#[derive(Debug, Default)]
#[repr(align(64))]
pub struct Slot {
    version: AtomicU64,
    words: [AtomicU64; 7],
}

impl Slot {
    /// Publishes an item, by one writer.
    #[inline]
    pub fn write(&self, item: &Item) {
        // SYNC: Relaxed is enough, one writer.
        let version = self.version.load(Ordering::Relaxed);
        // SYNC: Relaxed is enough, the fence orders it before the words.
        self.version.store(version + 1, Ordering::Relaxed);
        // SYNC: partner of the Acquire fence in read.
        fence(Ordering::Release);
        for (slot, word) in self.words.iter().zip(item) {
            // SYNC: Relaxed is enough, between the fence and the Release.
            slot.store(*word, Ordering::Relaxed);
        }
        // SYNC: Release, partner of the Acquire load in read.
        self.version.store(version + 2, Ordering::Release);
    }

    /// Reads all words, spinning while a write is under way.
    #[inline]
    pub fn read(&self) -> [u64; 7] {
        loop {
            // SYNC: Acquire, partner of the Release store in write.
            let before = self.version.load(Ordering::Acquire);
            let mut words = [0; 7];
            for (word, slot) in words.iter_mut().zip(&self.words) {
                // SYNC: Relaxed is enough, between the Acquire and the fence.
                *word = slot.load(Ordering::Relaxed);
            }
            // SYNC: partner of the Release fence in write.
            fence(Ordering::Acquire);
            // SYNC: Relaxed is enough, after the fence.
            if before & 1 == 0 && before == self.version.load(Ordering::Relaxed) {
                return words;
            }
            spin_loop();
        }
    }
}

/// Drains chunks into the slot, spinning, until the producer is gone and the ring is empty.
pub fn consume(mut ring: rtrb::Consumer<Item>, slot: &Slot) {
    loop {
        let is_last = ring.is_abandoned();
        match ring.read_chunk(ring.slots().min(CHUNK)) {
            Ok(chunk) if !chunk.is_empty() => {
                if let Some(item) = chunk.into_iter().last() {
                    slot.write(&item);
                }
            }
            _ if is_last => return,
            _ => spin_loop(),
        }
    }
}
