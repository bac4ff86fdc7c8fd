//! The identity of executions: which reports are the same fill.
//!
//! 1. Key: account, instrument, trade id, side, as a 128-bit hash. Two known order ids that differ
//!    are two fills.
//! 2. The window holds the newest fills, up to a bound set when it is made.

use std::io::{Error, ErrorKind, Read, Result, Write};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::model::{AccountId, Id, InstrumentId, MAX_ID_BYTES, Side, Timestamp};

use super::fill_index::FillIndex;
use super::fill_mark::FillMark;
use super::fingerprint::{short, wide};

/// How many fills are remembered unless another bound is chosen.
pub const WINDOW: usize = 1_000_000;

/// How far ahead places in the index are loaded.
const AHEAD: usize = 16;

/// Bytes of a key before its text.
const OWNER: usize = 8;

/// The hash of what makes a report the same fill as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FillKey(u128);

impl FillKey {
    /// The key of one execution.
    #[must_use]
    pub fn new(
        (account, instrument): (AccountId, InstrumentId),
        trade_id: &Id,
        side: Side,
    ) -> Self {
        let mut bytes = [0; MAX_ID_BYTES + OWNER];
        let text = trade_id.as_str().as_bytes();
        let (owner, rest) = bytes.split_at_mut(OWNER);
        let [a, b] = account.0.to_le_bytes();
        let [c, d, e, f] = instrument.0.to_le_bytes();
        owner.copy_from_slice(&[a, b, c, d, e, f, u8::from(side == Side::Sell), 0]);
        if let Some(place) = rest.get_mut(..text.len()) {
            place.copy_from_slice(text);
        }
        Self(wide(bytes.get(..OWNER + text.len()).unwrap_or_default()))
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "the low half of a hash is a hash"
    )]
    fn short(self) -> u64 {
        self.0 as u64
    }
}

/// The hash of an order's id, theirs or else ours; 0 where neither is known.
#[must_use]
pub fn order_hash(venue_order_id: Option<Id>, client_order_id: Option<Id>) -> u64 {
    let known = venue_order_id.or(client_order_id);
    known.map_or(0, |id| short(id.as_str().as_bytes()).max(1))
}

/// The newest fills.
#[derive(Clone, Debug)]
pub struct FillWindow {
    bound: usize,
    oldest: usize,
    /// The newest time of those that were forgotten.
    forgotten: Option<Timestamp>,
    marks: Vec<FillMark>,
    index: FillIndex,
}

impl Default for FillWindow {
    fn default() -> Self {
        Self {
            bound: WINDOW,
            oldest: 0,
            forgotten: None,
            marks: Vec::new(),
            index: FillIndex::default(),
        }
    }
}

impl FillWindow {
    /// A window of another bound.
    #[must_use]
    pub fn with_bound(bound: usize) -> Self {
        Self {
            bound: bound.max(1),
            ..Self::default()
        }
    }

    /// Whether an execution that is not remembered may be one that was forgotten; `ts` is when it
    /// happened, where its venue said so.
    #[must_use]
    pub fn may_have_forgotten(&self, ts: Option<Timestamp>) -> bool {
        self.forgotten
            .is_some_and(|newest| ts.is_none_or(|ts| ts <= newest))
    }

    /// Makes room for the whole bound, so that remembering never allocates.
    pub fn reserve(&mut self) {
        self.marks
            .reserve_exact(self.bound.saturating_sub(self.marks.len()));
        self.index.reserve(self.bound);
    }

    fn mark(&self, at: u32) -> Option<&FillMark> {
        self.marks.get(at as usize)
    }

    /// Loads what looking for `key` will need, and what forgetting the `ahead`th next fill will.
    pub fn touch(&self, key: FillKey, ahead: usize) {
        let oldest = (self.oldest + ahead) % self.bound;
        let is_full = self.marks.len() == self.bound;
        let forgotten = self.marks.get(oldest).filter(|_| is_full);
        if let Some(mark) = forgotten {
            self.index.touch(mark.key.short());
        }
        self.index.touch(key.short());
    }

    /// The remembered fill that a report of `key` repeats: one whose known order ids do not differ
    /// from the report's, given as hashes, theirs and ours.
    #[must_use]
    pub fn find(&self, key: FillKey, orders: (u64, u64)) -> Option<&FillMark> {
        let is_same = |at| {
            self.mark(at).is_some_and(|mark| {
                mark.key == key && !mark.is_conflict && !mark.is_of_other(orders)
            })
        };
        self.mark(self.index.find(key.short(), is_same)?)
    }

    /// Every remembered fill of `key`, in the order of their booking.
    #[must_use]
    pub fn under(&self, key: FillKey) -> Vec<&FillMark> {
        let mut found = Vec::new();
        let mut look = |at| {
            let own = self.mark(at).filter(|mark| mark.key == key);
            found.extend(own.filter(|mark| !mark.is_conflict));
            false
        };
        // Every one is looked at, so none is the one.
        let _ = self.index.find(key.short(), &mut look);
        found.sort_unstable_by_key(|mark| mark.sequence);
        found
    }

    /// The remembered conflict that a report of `key` with these numbers repeats.
    #[must_use]
    pub fn find_conflict(&self, key: FillKey, (qty, px): (i128, i64)) -> Option<&FillMark> {
        let is_same = |at| {
            self.mark(at).is_some_and(|mark| {
                mark.is_conflict && mark.key == key && (mark.qty, mark.px) == (qty, px)
            })
        };
        self.mark(self.index.find(key.short(), is_same)?)
    }

    /// The remembered fill that was booked at `sequence` under `key`.
    #[must_use]
    pub fn find_at(&self, key: FillKey, sequence: u64) -> Option<&FillMark> {
        let is_same = |at| {
            let mark = self.mark(at);
            mark.is_some_and(|mark| mark.key == key && mark.sequence == sequence)
        };
        self.mark(self.index.find(key.short(), is_same)?)
    }

    /// The same, to be amended.
    pub(super) fn find_mut(&mut self, key: FillKey, sequence: u64) -> Option<&mut FillMark> {
        let is_same = |at| {
            let mark = self.mark(at);
            mark.is_some_and(|mark| mark.key == key && mark.sequence == sequence)
        };
        let at = self.index.find(key.short(), is_same)?;
        self.marks.get_mut(at as usize)
    }

    /// Remembers a fill, forgetting the oldest beyond the bound.
    pub fn insert(&mut self, mark: FillMark) {
        let hash = mark.key.short();
        let at = if self.marks.len() < self.bound {
            self.marks.push(mark);
            self.marks.len() - 1
        } else {
            let at = self.oldest;
            self.oldest = (at + 1) % self.bound;
            if let Some(place) = self.marks.get_mut(at) {
                let forgotten = std::mem::replace(place, mark);
                self.index.remove(forgotten.key.short(), position(at));
                self.forgotten = self.forgotten.max(Some(forgotten.ts));
            }
            at
        };
        self.index.insert(hash, position(at));
    }

    /// Finds each mark its place in an empty index, loading those of the next ones meanwhile.
    fn index_all(&mut self) {
        let hashes = || self.marks.iter().map(|mark| mark.key.short());
        let mut ahead = hashes().skip(AHEAD);
        for (at, hash) in hashes().enumerate() {
            if let Some(next) = ahead.next() {
                self.index.touch(next);
            }
            self.index.insert(hash, position(at));
        }
    }

    /// Every remembered fill, oldest first.
    fn in_order(&self) -> impl Iterator<Item = &FillMark> {
        let (newer, older) = self.marks.split_at(self.oldest.min(self.marks.len()));
        older.iter().chain(newer)
    }
}

impl BorshSerialize for FillWindow {
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        self.forgotten.serialize(writer)?;
        u32::try_from(self.marks.len())
            .unwrap_or(u32::MAX)
            .serialize(writer)?;
        self.in_order().try_for_each(|mark| mark.serialize(writer))
    }
}

impl BorshDeserialize for FillWindow {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        let forgotten = Option::deserialize_reader(reader)?;
        let count = u32::deserialize_reader(reader)?;
        let mut window = Self::default();
        window.reserve();
        window.forgotten = forgotten;
        for _ in 0..count {
            let mark = FillMark::deserialize_reader(reader)?;
            if window.marks.len() == window.bound {
                let what = format!("more than {} fills are remembered", window.bound);
                return Err(Error::new(ErrorKind::InvalidData, what));
            }
            window.marks.push(mark);
        }
        window.index_all();
        Ok(window)
    }
}

fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::fill_mark::MarkFees;
    use super::*;
    use crate::model::PositionId;

    fn mark(number: u64) -> FillMark {
        let id = Id::format(format_args!("t{number}"));
        FillMark {
            key: FillKey::new((AccountId(0), InstrumentId(0)), &id, Side::Buy),
            qty: 1,
            px: 1,
            sequence: number,
            ts: Timestamp(1),
            venue_order: 0,
            client_order: 0,
            fees: MarkFees::default(),
            position: PositionId(0),
            order: None,
            side: Side::Buy,
            has_liquidity: false,
            successor: None,
            is_void: false,
            is_conflict: false,
        }
    }

    #[test]
    fn the_window_forgets_the_oldest_and_nothing_else() {
        let mut window = FillWindow {
            bound: 10,
            ..FillWindow::default()
        };
        for number in 1..=1_000 {
            window.insert(mark(number));
            for known in 1..=number {
                let found = window
                    .find(mark(known).key, (0, 0))
                    .map(|mark| mark.sequence);
                let expected = (known + 10 > number).then_some(known);
                assert_eq!(found, expected, "{known} after {number}");
            }
        }
        let (newer, older) = window.marks.split_at(window.oldest);
        window.touch(mark(1).key, 3);
        let sequences: Vec<u64> = older
            .iter()
            .chain(newer)
            .map(|mark| mark.sequence)
            .collect();
        assert_eq!(sequences, (991..=1_000).collect::<Vec<_>>());
    }

    #[test]
    fn a_mark_stays_small() {
        assert!(size_of::<FillMark>() <= 160, "{}", size_of::<FillMark>());
    }

    #[test]
    fn two_known_order_ids_that_differ_are_two_fills() {
        let mut window = FillWindow::default();
        let key = mark(1).key;
        window.insert(FillMark {
            venue_order: 7,
            client_order: 5,
            ..mark(1)
        });
        for (orders, is_same) in [
            ((7, 5), true),
            ((7, 6), true),
            ((8, 5), false),
            ((0, 5), true),
            ((0, 6), false),
            ((0, 0), true),
        ] {
            assert_eq!(window.find(key, orders).is_some(), is_same, "{orders:?}");
        }
    }
}
