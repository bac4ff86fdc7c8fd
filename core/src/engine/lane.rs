//! The writer's side of one producer: what it gave, a chunk at a time.
//!
//! 1. Commands come before prices, each in the order in which they were given; an `ordered`
//!    producer gives both in one ring.
//! 2. A turn takes at most a chunk of each, so that producers wait for one another no longer.
//! 3. Every call is answered once, in order.

use std::sync::Arc;
use std::time::Instant;

use crate::book::{Answer, Command, FillReport, PriceTick, State};
use crate::model::{InstrumentId, Timestamp};
use crate::sync::{Consumer, Doorbell, Producer as RingProducer, Receiver};

use super::meter::LaneMeter;
use super::{Input, Reactor, Writer};

/// How many messages are taken from a ring at once.
const CHUNK: usize = 64;
/// Of so many chunks one is measured.
const MEASURED: u32 = 8;
/// The words of a price in the mailbox: which prices there are, and each.
pub(super) const PRICE_WORDS: usize = 7;

/// What crosses the ring.
pub(super) enum Message {
    /// Execute; nobody waits for the answer.
    Post(Input),
    /// Execute and answer.
    Call(Input),
    /// Look at the state.
    Ask(Box<dyn FnOnce(&State) + Send>),
}

/// The ends of one producer's rings that the writer holds.
pub(super) struct Lane {
    pub messages: Consumer<Message>,
    pub live: Option<LiveLane>,
    pub replies: RingProducer<Answer>,
    /// Memory of reports that were executed, given back to who made them.
    pub spent: RingProducer<Box<FillReport>>,
    /// After the rings, so that who is woken by its drop finds their ends gone.
    pub bell: Farewell,
    /// Counted: so many producers there are beside the owner, who has none.
    pub seat: Option<Arc<()>>,
    pub meter: Arc<LaneMeter>,
    /// How many were executed.
    pub chunks: u32,
    /// How many messages were executed, prices of a `live` producer apart.
    pub served: u64,
}

/// What a `live` producer has beside its commands.
pub(super) struct LiveLane {
    pub prices: Consumer<PriceTick>,
    /// The latest of those that found no room.
    pub latest: Receiver<PRICE_WORDS>,
}

/// Wakes the other side, at last when this one ends, by a panic too.
pub(super) struct Farewell(pub Arc<Doorbell>);

impl Drop for Farewell {
    fn drop(&mut self) {
        self.0.ring();
    }
}

impl Lane {
    /// Whether nothing waits. Something may by the time this returns.
    pub fn is_idle(&self) -> bool {
        let live = self.live.as_ref();
        self.messages.is_empty()
            && live.is_none_or(|live| live.prices.is_empty() && live.latest.is_empty())
    }

    /// Whether it is the owner's.
    pub fn is_owner(&self) -> bool {
        self.seat.is_none()
    }

    /// Whether its producer is gone; what it gave may still wait.
    pub fn is_abandoned(&self) -> bool {
        self.messages.is_abandoned()
    }

    /// Executes one chunk of what waits; how much it was.
    pub fn serve<R: Reactor>(&mut self, writer: &mut Writer<R>) -> usize {
        let Self {
            messages,
            live,
            replies,
            spent,
            bell,
            meter,
            chunks,
            served,
            ..
        } = self;
        // While something is left there, its producer gives nothing to the ring: what is in the
        // ring when it is empty of that was given before.
        let has_latest = live.as_ref().is_some_and(|live| !live.latest.is_empty());
        let prices = live.as_ref().map_or(0, |live| live.prices.len());
        let waiting = messages.len();
        if waiting + prices == 0 && !has_latest {
            if meter.depth.get() != 0 {
                meter.depth.set(0);
            }
            return 0;
        }
        let depth = (waiting + prices) as u64;
        // The clock costs as much as a quote: it is read for one chunk of some.
        *chunks = chunks.wrapping_add(1);
        let began = chunks.is_multiple_of(MEASURED).then(Instant::now);
        meter.depth.set(depth);
        meter.peak.raise(depth);
        // After it is known what waits: who subscribed before giving something hears it.
        writer.listen();
        touch(messages, waiting, writer);
        let taken = messages.drain(waiting.min(CHUNK), |message| match message {
            Message::Post(input) => {
                writer.execute(&input);
                recycle(input, spent);
            }
            Message::Call(input) => {
                let answer = writer.execute(&input);
                // Who has an answer may read what it is about.
                writer.publish();
                // The caller waits for each answer, so the ring has room.
                let _ = replies.push(answer);
                bell.0.ring();
            }
            Message::Ask(look) => look(writer.state()),
        });
        let priced = live.as_mut().map_or(0, |live| {
            let mut give = |tick: PriceTick| {
                writer.execute(&Input::Command(Command::Price(tick)));
            };
            let drained = live.prices.drain(prices.min(CHUNK), &mut give);
            if !has_latest || !live.prices.is_empty() {
                return drained;
            }
            drained + live.latest.take(|_, words| give(unpack(words)))
        });
        let executed = (taken + priced) as u64;
        meter.executed.add(executed);
        writer.publish_chunk(began, executed);
        *served += taken as u64;
        // Who sees it finds what those messages changed.
        meter.served.write(&[*served]);
        taken + priced
    }
}

/// Begins to load what fills among the first messages need.
fn touch<R: Reactor>(messages: &mut Consumer<Message>, waiting: usize, writer: &Writer<R>) {
    let mut fills = 0;
    // One alone waits for memory as long as it takes.
    let several = if waiting > 1 { waiting.min(CHUNK) } else { 0 };
    messages.look(several, |message| {
        if let Message::Post(input) = message {
            fills += usize::from(writer.touch(input, fills));
        }
    });
}

/// Gives the memory of a report back to who made it.
fn recycle(input: Input, spent: &mut RingProducer<Box<FillReport>>) {
    if let Input::Command(Command::Fill(report)) = input {
        // Where as many as may wait are waiting, it is freed.
        let _ = spent.push(report);
    }
}

/// The topic of a price in the mailbox: prices of one kind replace one another, not others.
pub(super) fn topic(tick: &PriceTick) -> usize {
    let kind = match tick {
        tick if tick.last.is_some() => 0,
        tick if tick.venue_mark.is_some() => 1,
        _ => 2,
    };
    TOPICS * tick.instrument.index() + kind
}

/// Topics of one instrument: its last price, the venue's mark and its quote.
pub(super) const TOPICS: usize = 3;

/// A price as words.
pub(super) fn pack(tick: &PriceTick) -> [u64; PRICE_WORDS] {
    let prices = [tick.bid, tick.ask, tick.last, tick.venue_mark];
    let there = prices.iter().zip(0_u64..);
    let there = there.fold(0, |all, (price, at)| all | u64::from(price.is_some()) << at);
    let [bid, ask, last, mark] = prices.map(|price| price.unwrap_or(0).cast_unsigned());
    let instrument = u64::from(tick.instrument.0);
    [
        instrument,
        there,
        bid,
        ask,
        last,
        mark,
        tick.ts.0.cast_unsigned(),
    ]
}

fn unpack([instrument, there, bid, ask, last, mark, ts]: [u64; PRICE_WORDS]) -> PriceTick {
    let price = |at: u32, word: u64| (there >> at & 1 == 1).then_some(word.cast_signed());
    let instrument = InstrumentId(u32::try_from(instrument).unwrap_or(u32::MAX));
    PriceTick {
        bid: price(0, bid),
        ask: price(1, ask),
        last: price(2, last),
        venue_mark: price(3, mark),
        ..PriceTick::empty(instrument, Timestamp(ts.cast_signed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_survives_its_words() {
        let empty = PriceTick::empty(InstrumentId(7), Timestamp(-5));
        for tick in [
            empty,
            PriceTick {
                bid: Some(1),
                ask: Some(i64::MAX),
                ..empty
            },
            PriceTick {
                last: Some(i64::MIN),
                ..empty
            },
            PriceTick {
                venue_mark: Some(0),
                ..empty
            },
        ] {
            assert_eq!(unpack(pack(&tick)), tick);
        }
    }
}
