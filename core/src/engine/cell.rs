//! How a notice stands in a cell of the bus: a price in words of its own, since there are many; any
//! other as bytes, over several cells where it is long.

use crate::book::{Change, News, Notice, Prices};
use crate::model::{InstrumentId, Timestamp};

/// In a cell's header: it begins a notice. Below are how many parts come after it, and its bytes.
pub(super) const FIRST: u64 = 1 << 63;
/// In the same place: more notices of the same command come.
pub(super) const MORE: u64 = 1 << 62;
/// In the same place: it is a price, whole.
pub(super) const PRICE: u64 = 1 << 61;

/// The words of a price: the header, the sequence, the time, the instrument and which prices there
/// are, and each before and since.
const PRICE_WORDS: usize = 14;
/// Prices of one side.
const KINDS: usize = 5;

/// A price as words without its header; `None` of any other notice.
pub(super) fn pack_price(notice: &Notice) -> Option<[u64; PRICE_WORDS]> {
    let News::Price { instrument, change } = &notice.news else {
        return None;
    };
    let mut words = [0; PRICE_WORDS];
    let (before, since) = (each(&change.old), each(&change.new));
    let all = before.into_iter().chain(since);
    let mut there = 0_u64;
    for ((word, price), at) in words.iter_mut().skip(4).zip(all).zip(0_u64..) {
        there |= u64::from(price.is_some()) << at;
        *word = price.unwrap_or(0).cast_unsigned();
    }
    let [_, sequence, ts, which, ..] = &mut words;
    (*sequence, *ts) = (notice.sequence, notice.ts.0.cast_unsigned());
    *which = u64::from(instrument.0) | there << 32;
    Some(words)
}

/// The parts so far of a notice that takes several cells.
#[derive(Debug, Default)]
pub(super) struct Parts(Vec<u8>);

impl Parts {
    /// Adds the words of a cell; the notice, where they end it, and whether more notices of the
    /// same command come.
    pub fn take(&mut self, words: &[u64]) -> Option<(Notice, bool)> {
        let (header, body) = words.split_first()?;
        let has_more = header & MORE != 0;
        if header & PRICE != 0 {
            self.clear();
            return Some((unpack_price(words)?, has_more));
        }
        let Self(bytes) = self;
        if header & FIRST != 0 {
            bytes.clear();
        } else if bytes.is_empty() {
            // The rest of one whose beginning is lost says nothing.
            return None;
        }
        let length = usize::try_from(header & 0xFFFF_FFFF).unwrap_or(0);
        let end = bytes.len() + length;
        for word in body.iter().take(length.div_ceil(8)) {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        bytes.truncate(end);
        if (header & !(FIRST | MORE)) >> 32 != 0 {
            return None;
        }
        let notice = borsh::from_slice(bytes).ok();
        bytes.clear();
        Some((notice?, has_more))
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// The price that stands in a cell.
fn unpack_price(words: &[u64]) -> Option<Notice> {
    let (&[_, sequence, ts, which], prices) = words.split_first_chunk()?;
    let (prices, _) = prices.split_first_chunk::<{ 2 * KINDS }>()?;
    let there = which >> 32;
    let price = |at: usize, word: u64| (there >> at & 1 == 1).then_some(word.cast_signed());
    let [a, b, c, d, e, f, g, h, i, j] = *prices;
    let side = |first: usize, [newest, bid, ask, last, venue_mark]: [u64; KINDS]| Prices {
        newest: price(first, newest),
        bid: price(first + 1, bid),
        ask: price(first + 2, ask),
        last: price(first + 3, last),
        venue_mark: price(first + 4, venue_mark),
    };
    Some(Notice {
        sequence,
        index: 0,
        ts: Timestamp(ts.cast_signed()),
        news: News::Price {
            instrument: InstrumentId((which & 0xFFFF_FFFF) as u32),
            change: Change {
                old: side(0, [a, b, c, d, e]),
                new: side(KINDS, [f, g, h, i, j]),
            },
        },
    })
}

fn each(prices: &Prices) -> [Option<i64>; KINDS] {
    let Prices {
        newest,
        bid,
        ask,
        last,
        venue_mark,
    } = *prices;
    [newest, bid, ask, last, venue_mark]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_survives_its_words() {
        let old = Prices {
            bid: Some(i64::MIN),
            venue_mark: Some(0),
            ..Prices::default()
        };
        let new = Prices {
            newest: Some(7),
            bid: Some(-1),
            ask: Some(i64::MAX),
            last: Some(3),
            venue_mark: None,
        };
        for change in [Change { old, new }, Change { old: new, new: old }] {
            let notice = Notice {
                sequence: u64::MAX,
                index: 0,
                ts: Timestamp(-5),
                news: News::Price {
                    instrument: InstrumentId(u32::MAX),
                    change,
                },
            };
            let words = pack_price(&notice).unwrap();
            assert_eq!(unpack_price(&words), Some(notice));
        }
        assert_eq!(unpack_price(&[0; 13]), None);
    }
}
