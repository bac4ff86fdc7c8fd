//! From a 64-bit hash to places in a list: an open table whose lookups touch one cache line.
//!
//! 1. A slot is 0 for empty, or 32 bits of the hash above the place plus one.
//! 2. A slot stands at its home, the low bits of those 32, or behind it with no empty slot between.
//! 3. At most half of the slots are taken.

use crate::sync::prefetch;

/// The smallest table.
const LEAST: usize = 1_024;

/// The table.
#[derive(Clone, Debug)]
pub struct FillIndex {
    slots: Vec<u64>,
    taken: usize,
}

impl Default for FillIndex {
    fn default() -> Self {
        Self::with_room(0)
    }
}

fn pack(hash: u64, place: u32) -> u64 {
    (hash << 32) | (u64::from(place) + 1)
}

impl FillIndex {
    /// A table that holds `count` places without growing.
    #[must_use]
    pub fn with_room(count: usize) -> Self {
        let size = (2 * count).next_power_of_two().max(LEAST);
        Self {
            slots: vec![0; size],
            taken: 0,
        }
    }

    /// Makes room for `count` places in all.
    pub fn reserve(&mut self, count: usize) {
        if self.slots.len() < 2 * count {
            let old = std::mem::replace(self, Self::with_room(count));
            for slot in old.slots.into_iter().filter(|slot| *slot != 0) {
                self.put(slot);
            }
        }
    }

    fn mask(&self) -> usize {
        self.slots.len() - 1
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "only bits under the mask count"
    )]
    fn home(&self, slot: u64) -> usize {
        (slot >> 32) as usize & self.mask()
    }

    fn slot(&self, at: usize) -> u64 {
        self.slots.get(at).copied().unwrap_or(0)
    }

    fn set(&mut self, at: usize, slot: u64) {
        if let Some(place) = self.slots.get_mut(at) {
            *place = slot;
        }
    }

    /// The first place under `hash` for which `is_it` says so.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "a place is the low half")]
    pub fn find(&self, hash: u64, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let wanted = pack(hash, 0) >> 32;
        let mut at = self.home(pack(hash, 0));
        loop {
            let slot = self.slot(at);
            if slot == 0 {
                return None;
            }
            let place = (slot as u32).wrapping_sub(1);
            if slot >> 32 == wanted && is_it(place) {
                return Some(place);
            }
            at = (at + 1) & self.mask();
        }
    }

    /// Begins to load the home of `hash`: whoever does so for many before it needs them waits for
    /// memory once, not for each.
    pub fn touch(&self, hash: u64) {
        if let Some(slot) = self.slots.get(self.home(pack(hash, 0))) {
            prefetch(slot);
        }
    }

    /// Adds a place; the same hash may have several.
    pub fn insert(&mut self, hash: u64, place: u32) {
        if 2 * (self.taken + 1) > self.slots.len() {
            self.reserve(self.slots.len());
        }
        self.put(pack(hash, place));
    }

    fn put(&mut self, slot: u64) {
        let mut at = self.home(slot);
        while self.slot(at) != 0 {
            at = (at + 1) & self.mask();
        }
        self.set(at, slot);
        self.taken += 1;
    }

    /// Removes a place, and moves what stood behind it nearer to its home.
    pub fn remove(&mut self, hash: u64, place: u32) {
        let wanted = pack(hash, place);
        let mut hole = self.home(wanted);
        while self.slot(hole) != wanted {
            if self.slot(hole) == 0 {
                return;
            }
            hole = (hole + 1) & self.mask();
        }
        self.taken -= 1;
        let mut next = (hole + 1) & self.mask();
        while self.slot(next) != 0 {
            let slot = self.slot(next);
            let from_home = next.wrapping_sub(self.home(slot)) & self.mask();
            let from_hole = next.wrapping_sub(hole) & self.mask();
            if from_home >= from_hole {
                self.set(hole, slot);
                hole = next;
            }
            next = (next + 1) & self.mask();
        }
        self.set(hole, 0);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn it_finds_what_a_set_finds(
            steps in proptest::collection::vec((any::<bool>(), 0_u64..40, 0_u32..30), 1..200)
        ) {
            let (mut index, mut set) = (FillIndex::default(), BTreeSet::new());
            for (adds, hash, place) in steps {
                // Few homes, at the end of the table, so that slots crowd and wrap around.
                let spread = hash % 8 + LEAST as u64 - 4;
                if adds && set.insert((spread, place)) {
                    index.insert(spread, place);
                } else if set.remove(&(spread, place)) {
                    index.remove(spread, place);
                }
                prop_assert_eq!(index.taken, set.len());
                for hash in 0..12 {
                    let hash = hash + LEAST as u64 - 6;
                    for place in 0..30 {
                        let found = index.find(hash, |at| at == place).is_some();
                        prop_assert_eq!(found, set.contains(&(hash, place)));
                    }
                }
            }
        }
    }

    fn spread(place: u32) -> u64 {
        u64::from(place).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    #[test]
    fn what_is_not_there_is_not_removed() {
        let mut index = FillIndex::default();
        index.insert(7, 1);
        index.remove(7, 2);
        index.remove(8, 1);
        assert_eq!(index.taken, 1);
        assert_eq!(index.find(7, |_| true), Some(1));
        index.touch(7);
    }

    #[test]
    fn it_grows_and_keeps_everything() {
        let mut index = FillIndex::default();
        index.reserve(1);
        assert_eq!(index.slots.len(), LEAST);
        for place in 0..10_000_u32 {
            index.insert(spread(place), place);
        }
        for place in 0..10_000_u32 {
            assert_eq!(index.find(spread(place), |at| at == place), Some(place));
        }
    }
}
