//! The bytes of an event in the journal. `docs/format.md` describes them.
//!
//! 1. What is written is encoding 1: the event in Borsh, packed. Encoding 0, the whole entry in
//!    Borsh, is what formats up to 3 wrote, and stays readable.
//! 2. Checksum and chain cover the sequence, the time and the body as it is stored.

use borsh::BorshDeserialize;
use truebook_core::book::{Entry, Event};
use truebook_core::digest;
use truebook_core::model::Timestamp;

/// The encoding that is written.
pub const ENCODING: u8 = 1;
/// The encoding of formats up to 3.
const PLAIN: u8 = 0;
/// The largest event, unpacked: a configuration or a text that somebody shares, with room.
pub const LARGEST: usize = 64 << 20;

/// A row of the journal without its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub sequence: u64,
    /// When it happened.
    pub ts: i64,
    /// How its body is to be read.
    pub encoding: u8,
}

/// Encodes events one after the other, in memory that is kept.
#[derive(Default)]
pub struct Encoder {
    plain: Vec<u8>,
    packed: Vec<u8>,
}

impl Encoder {
    /// The body of an event.
    pub fn body(&mut self, event: &Event) -> std::io::Result<&[u8]> {
        self.plain.clear();
        borsh::to_writer(&mut self.plain, event)?;
        pack(&self.plain, &mut self.packed);
        Ok(&self.packed)
    }
}

/// Reads an event back.
pub fn decode(head: Head, body: &[u8]) -> Result<Entry, &'static str> {
    Decoder::default().entry(head, body)
}

/// Reads events back one after the other, in memory that is kept.
#[derive(Default)]
pub struct Decoder {
    plain: Vec<u8>,
}

impl Decoder {
    /// The event of a row.
    pub fn entry(&mut self, head: Head, body: &[u8]) -> Result<Entry, &'static str> {
        let entry = match head.encoding {
            PLAIN => Entry::try_from_slice(body).map_err(|_| "its bytes cannot be read")?,
            ENCODING => Entry {
                sequence: head.sequence,
                ts: Timestamp(head.ts),
                event: self.event(body)?,
            },
            _ => return Err("its encoding is not known"),
        };
        match entry.sequence == head.sequence {
            true => Ok(entry),
            false => Err("it has the number of another event"),
        }
    }

    fn event(&mut self, body: &[u8]) -> Result<Event, &'static str> {
        self.plain.clear();
        unpack(body, &mut self.plain).ok_or("its bytes cannot be unpacked")?;
        let mut rest = self.plain.as_slice();
        let event = Event::deserialize(&mut rest).map_err(|_| "its bytes cannot be read")?;
        match rest.len() > 7 || rest.iter().any(|byte| *byte != 0) {
            true => Err("there is more than an event"),
            false => Ok(event),
        }
    }
}

/// The checksum of a row.
pub fn checksum(head: Head, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    if head.encoding != PLAIN {
        hasher.update(&stamp(head));
    }
    hasher.update(body);
    hasher.finalize()
}

/// The chain hash after a row, from the one before.
pub fn link(chain: &[u8; 32], head: Head, body: &[u8]) -> [u8; 32] {
    match head.encoding {
        PLAIN => digest::chain(chain, &[body]),
        _ => digest::chain(chain, &[&stamp(head), body]),
    }
}

fn stamp(head: Head) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h] = head.sequence.to_le_bytes();
    let [i, j, k, l, m, n, o, p] = head.ts.to_le_bytes();
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
}

/// Packs `plain`: for each 8 bytes one whose bit i says that byte i is not 0, then those that are
/// not. Numbers of 16 bytes are mostly zeros.
fn pack(plain: &[u8], packed: &mut Vec<u8>) {
    let (words, rest) = plain.as_chunks::<8>();
    packed.clear();
    packed.resize((words.len() + 2) * WIDEST, 0);
    let mut at = 0;
    for word in words {
        // Most words are zeros from end to end, and their mask stands there already.
        at += match u64::from_le_bytes(*word) {
            0 => 1,
            _ => put_word(word, packed.get_mut(at..).and_then(<[u8]>::first_chunk_mut)),
        };
    }
    if !rest.is_empty() {
        let mut word = [0; 8];
        for (place, byte) in word.iter_mut().zip(rest) {
            *place = *byte;
        }
        at += put_word(
            &word,
            packed.get_mut(at..).and_then(<[u8]>::first_chunk_mut),
        );
    }
    packed.truncate(at);
}

/// The longest that 8 bytes become.
const WIDEST: usize = 9;

/// Packs 8 bytes into `room`; how many they became.
#[inline]
#[allow(clippy::indexing_slicing, reason = "at most eight are taken before")]
fn put_word(word: &[u8; 8], room: Option<&mut [u8; WIDEST]>) -> usize {
    let Some(room) = room else { return 0 };
    let (mut mask, mut taken) = (0, 1);
    for (bit, byte) in word.iter().enumerate() {
        room[taken] = *byte;
        let is_some = u8::from(*byte != 0);
        mask |= is_some << bit;
        taken += usize::from(is_some);
        if taken == WIDEST {
            break;
        }
    }
    room[0] = mask;
    taken
}

/// The opposite of [`pack`], up to seven zeros at the end.
fn unpack(packed: &[u8], plain: &mut Vec<u8>) -> Option<()> {
    let mut rest = packed;
    while let Some((mask, tail)) = rest.split_first() {
        rest = tail;
        let mut word = [0; 8];
        if *mask != 0 {
            let (own, tail) = rest.split_at_checked(mask.count_ones() as usize)?;
            rest = tail;
            let mut bytes = own.iter();
            let mut left = *mask;
            while left != 0
                && let Some(place) = word.get_mut(left.trailing_zeros() as usize)
            {
                *place = *bytes.next()?;
                left &= left - 1;
            }
        }
        plain.extend_from_slice(&word);
        if plain.len() > LARGEST {
            return None;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(
            runs in proptest::collection::vec((any::<u8>(), 0_usize..20), 0..40)
        ) {
            let bytes = runs.iter().flat_map(|(byte, count)| vec![*byte; *count]);
            let plain: Vec<u8> = bytes.collect();
            let mut packed = Vec::new();
            pack(&plain, &mut packed);
            let mut back = Vec::new();
            prop_assert!(unpack(&packed, &mut back).is_some());
            prop_assert_eq!(&back[..plain.len()], &plain[..]);
            prop_assert!(back.len() < plain.len() + 8);
            prop_assert!(back[plain.len()..].iter().all(|byte| *byte == 0));
        }

        #[test]
        fn nothing_that_is_read_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for encoding in 0..=3 {
                let head = Head { sequence: 1, ts: 1, encoding };
                let _ = decode(head, &bytes);
            }
        }
    }
}
