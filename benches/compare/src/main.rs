//! Truebook beside barter and nanobook on one seeded stream: time per fill and per quote, and how
//! far each is from cash flow + quantity × mark.
//!
//! 1. Every peer is given the same fills and quotes in the same order.
//! 2. All take turns, so that drift hits all alike. Each row is the median of [`ROUNDS`] rounds,
//!    and a round the median of its chunks: what another process took of one is nobody's cost.

mod conservation;
mod exact;
mod peer;
mod reckoning;
mod report;
mod stream;

use std::collections::HashMap;
use std::error::Error;

use peer::{
    BarterEngine, BarterPosition, CHUNK, NanobookPosition, Peer, Times, TruebookEffect,
    TruebookLedger, timed,
};
use reckoning::Reckoning;
use report::{Kind, Measured, Row};
use stream::{Fill, Holds, INSTRUMENTS, Quote, Stream};

/// How often each is measured.
const ROUNDS: usize = 5;
/// Fills that come before those that are timed: more than the ledger remembers.
const WARM: usize = 1_100_000;
/// How often they take turns in one round: a machine that slows down for a moment slows all down.
const TURNS: usize = 20;
/// Fills, quotes, or quotes with totals in one turn: whole chunks.
const TURN: usize = 150 * CHUNK;

type Failure = Box<dyn Error>;

/// Everybody, over one stream.
struct Field {
    nanobook: NanobookPosition,
    barter_position: BarterPosition,
    barter: BarterEngine,
    effect: TruebookEffect,
    ledger: TruebookLedger,
    truth: Reckoning,
}

impl Field {
    fn new() -> Option<Self> {
        Some(Self {
            nanobook: NanobookPosition::new(),
            barter_position: BarterPosition::new(),
            barter: BarterEngine::new(),
            effect: TruebookEffect::new()?,
            ledger: TruebookLedger::new()?,
            truth: Reckoning::new(),
        })
    }

    fn peers(&mut self) -> [(Row, &mut dyn Peer); 5] {
        [
            (Row::Effect, &mut self.effect),
            (Row::Nanobook, &mut self.nanobook),
            (Row::BarterPosition, &mut self.barter_position),
            (Row::Ledger, &mut self.ledger),
            (Row::BarterEngine, &mut self.barter),
        ]
    }

    fn book(&mut self, fills: &[Fill], mut taken: impl FnMut(Row, Times)) {
        self.truth.book(fills);
        for (row, peer) in self.peers() {
            taken(row, peer.book(fills));
        }
    }

    fn quote(&mut self, quotes: &[Quote], mut taken: impl FnMut(Row, Times)) {
        self.truth.quote(quotes);
        for (row, peer) in self.peers() {
            taken(row, peer.quote(quotes));
        }
    }

    fn total(&mut self, quotes: &[Quote], mut taken: impl FnMut(Row, Times)) {
        self.truth.quote(quotes);
        for (row, peer) in self.peers() {
            taken(row, peer.quote_and_total(quotes));
        }
    }

    fn errors(&mut self) -> Vec<conservation::Error> {
        let truth = std::mem::replace(&mut self.truth, Reckoning::new());
        let rows = self.peers().into_iter();
        let errors = rows.flat_map(|(_, peer)| conservation::errors(peer, &truth));
        let errors = errors.collect();
        self.truth = truth;
        errors
    }
}

/// Insertions into a growing map of 64-byte keys, and the two readings of the clock around a chunk.
#[derive(Default)]
struct Calibrator {
    map: HashMap<[u64; 8], u64>,
    number: u64,
}

impl Calibrator {
    fn insert(&mut self) -> Times {
        let numbers: Vec<u64> = (self.number..).take(TURN).collect();
        self.number += TURN as u64;
        timed(
            &numbers,
            &mut Vec::new(),
            |number| [*number; 8],
            |chunk| {
                for key in chunk {
                    self.map.insert(*key, 0);
                }
            },
        )
    }

    fn clock() -> Times {
        timed(&[0_u8; TURN], &mut Vec::new(), |byte| *byte, |_| {})
    }
}

/// Times everybody over a stream of longs and shorts.
fn measure(field: &mut Field, stream: &mut Stream) -> (Measured, Vec<Fill>) {
    let mut measured = Measured::default();
    let mut calibrator = Calibrator::default();
    field.quote(&stream.quotes(INSTRUMENTS), |_, _| {});
    let mut all = stream.fills(WARM);
    field.book(&all, |_, _| {});
    for turn in 0..ROUNDS * TURNS {
        let round = turn / TURNS;
        let fills = stream.fills(TURN);
        field.book(&fills, |row, taken| {
            measured.add((row, Kind::Fill, round), taken)
        });
        all.extend(fills);
        measured.add((Row::Map, Kind::Fill, round), calibrator.insert());
        measured.add((Row::Clock, Kind::Fill, round), Calibrator::clock());
    }
    let openings = stream.openings();
    field.book(&openings, |_, _| {});
    all.extend(openings);
    for turn in 0..ROUNDS * TURNS {
        let round = turn / TURNS;
        let quotes = stream.quotes(TURN);
        field.quote(&quotes, |row, taken| {
            measured.add((row, Kind::Quote, round), taken)
        });
        let quotes = stream.quotes(TURN);
        field.total(&quotes, |row, taken| {
            measured.add((row, Kind::Total, round), taken)
        });
    }
    (measured, all)
}

/// How far everybody is off after another stream, which is not timed.
fn conserve(holds: Holds, count: usize) -> Result<Vec<conservation::Error>, Failure> {
    let mut field = Field::new().ok_or("the ledger takes no instrument")?;
    let mut stream = Stream::new(holds);
    field.book(&stream.fills(count), |_, _| {});
    field.quote(&stream.quotes(INSTRUMENTS), |_, _| {});
    Ok(field.errors())
}

fn main() -> Result<(), Failure> {
    let mut field = Field::new().ok_or("the ledger takes no instrument")?;
    let mut stream = Stream::new(Holds::Both);
    let (measured, fills) = measure(&mut field, &mut stream);
    let refused = field.ledger.refused();
    if refused > 0 {
        return Err(format!("the ledger refused {refused} quotes: not the same work").into());
    }
    report::stream(&stream.mix, fills.len());
    report::times(&measured)?;

    report::errors("longs and shorts", &field.errors());
    for (name, holds) in [
        ("longs only, as many fills", Holds::Longs),
        (
            "longs of whole shares only, as many fills",
            Holds::WholeLongs,
        ),
    ] {
        report::errors(name, &conserve(holds, fills.len())?);
    }
    report::covers(&peer::census(&fills), &peer::short_cover());

    let [quote, ..] = stream.quotes(INSTRUMENTS)[..] else {
        return Err("no quote".into());
    };
    report::barter_state(field.barter.values_through_the_state(&quote));
    Ok(())
}
