//! The seeded stream of fills and quotes that every peer is given.
//!
//! 1. Prices and fees are whole cents: nanobook has nothing smaller. Quantities have 4 decimals,
//!    which every peer holds exactly.
//! 2. A quote is 2 cents wide, so that its middle is a whole cent too.
//! 3. Prices stay within 3 % of where they began, so that no check of prices refuses one.

use fastrand::Rng;

/// How many instruments there are.
pub const INSTRUMENTS: usize = 100;
/// The decimals of a price and of a fee.
pub const PRICE_DECIMALS: u32 = 2;
/// The decimals of a quantity.
pub const QTY_DECIMALS: u32 = 4;

const SEED: u64 = 20;
/// The first timestamp, in nanoseconds, and the distance between two.
const START_NS: i64 = 1_700_000_000_000_000_000;
const STEP_NS: i64 = 1_000_000;
/// The smallest and the largest quantity that is opened or added, at 4 decimals.
const OPENED_MIN: i64 = 100;
const OPENED_MAX: i64 = 200_000;

/// An execution.
#[derive(Clone, Copy, Debug)]
pub struct Fill {
    /// Its number among all fills and quotes.
    pub number: i64,
    /// The instrument's.
    pub instrument: usize,
    /// How much, at 4 decimals: bought is positive, sold is negative.
    pub qty: i64,
    /// At which price, in cents.
    pub px: i64,
    /// Its fee, in cents.
    pub fee: i64,
}

/// A quote. Its ask is two cents above its bid.
#[derive(Clone, Copy, Debug)]
pub struct Quote {
    /// Its number among all fills and quotes.
    pub number: i64,
    /// The instrument's.
    pub instrument: usize,
    /// The middle, in cents.
    pub mid: i64,
}

/// The time of what has `number`, in nanoseconds.
pub fn time_ns(number: i64) -> i64 {
    START_NS + number * STEP_NS
}

/// Which positions a stream holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Longs and shorts, of any quantity.
    Both,
    /// Longs of any quantity.
    Longs,
    /// Longs of whole shares.
    WholeLongs,
}

/// How often each kind of fill came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mix {
    /// Opened from flat.
    pub opens: u64,
    /// Added to what was held.
    pub adds: u64,
    /// Reduced what was held, and left a part.
    pub reductions: u64,
    /// Went to flat.
    pub closes: u64,
    /// Went from one side to the other.
    pub flips: u64,
}

#[derive(Clone, Copy, Debug)]
struct Market {
    base: i64,
    px: i64,
    held: i64,
}

/// Makes fills and quotes, each once, in order.
#[derive(Debug)]
pub struct Stream {
    rng: Rng,
    holds: Holds,
    number: i64,
    markets: Vec<Market>,
    /// What was made so far.
    pub mix: Mix,
}

impl Stream {
    /// A stream of what `holds` says.
    pub fn new(holds: Holds) -> Self {
        let mut rng = Rng::with_seed(SEED);
        let mut market = || {
            let base = rng.i64(1_000..100_000);
            Market {
                base,
                px: base,
                held: 0,
            }
        };
        Self {
            markets: (0..INSTRUMENTS).map(|_| market()).collect(),
            rng,
            holds,
            number: 0,
            mix: Mix::default(),
        }
    }

    /// The next `count` fills.
    pub fn fills(&mut self, count: usize) -> Vec<Fill> {
        (0..count)
            .filter_map(|_| {
                let instrument = self.rng.usize(..INSTRUMENTS);
                self.fill(instrument)
            })
            .collect()
    }

    /// A fill for each instrument that is flat, so that every quote has a position to value.
    pub fn openings(&mut self) -> Vec<Fill> {
        let markets = self.markets.iter().enumerate();
        let flat = markets.filter_map(|(at, market)| (market.held == 0).then_some(at));
        let flat: Vec<usize> = flat.collect();
        flat.into_iter().filter_map(|at| self.fill(at)).collect()
    }

    /// The next `count` quotes, of one instrument after the other.
    pub fn quotes(&mut self, count: usize) -> Vec<Quote> {
        (0..count)
            .filter_map(|at| {
                let instrument = at % INSTRUMENTS;
                self.number += 1;
                let number = self.number;
                let mid = self.walk(instrument)?;
                Some(Quote {
                    number,
                    instrument,
                    mid,
                })
            })
            .collect()
    }

    fn walk(&mut self, instrument: usize) -> Option<i64> {
        let market = self.markets.get_mut(instrument)?;
        let step = (market.base / 1_000).max(2);
        let moved = market.px + self.rng.i64(-step..=step);
        let width = market.base * 3 / 100;
        market.px = moved.clamp(market.base - width, market.base + width);
        Some(market.px)
    }

    fn fill(&mut self, instrument: usize) -> Option<Fill> {
        let px = self.walk(instrument)?;
        let held = self.markets.get(instrument)?.held;
        let qty = self.qty(held);
        self.markets.get_mut(instrument)?.held += qty;
        self.number += 1;
        // Five basis points, to the cent.
        let fee = (qty.abs() * px + 10_000_000) / 20_000_000;
        Some(Fill {
            number: self.number,
            instrument,
            qty,
            px,
            fee,
        })
    }

    /// Of fills that meet a position, 35 in 100 add, 40 reduce a part, and the rest close or flip.
    fn qty(&mut self, held: i64) -> i64 {
        let lot = match self.holds {
            Holds::Both | Holds::Longs => 1,
            Holds::WholeLongs => 10_i64.pow(QTY_DECIMALS),
        };
        let least = OPENED_MIN.max(lot) / lot;
        let opened = self.rng.i64(least..=OPENED_MAX / lot) * lot;
        let side = held.signum();
        if side == 0 {
            self.mix.opens += 1;
            let is_short = self.holds == Holds::Both && self.rng.bool();
            return if is_short { -opened } else { opened };
        }
        let kind = self.rng.u32(..100);
        if kind < 35 {
            self.mix.adds += 1;
            return side * opened;
        }
        let lots = held.abs() / lot;
        if kind < 75 && lots > 1 {
            self.mix.reductions += 1;
            return -side * self.rng.i64(1..lots) * lot;
        }
        if kind < 88 || self.holds != Holds::Both {
            self.mix.closes += 1;
            return -held;
        }
        self.mix.flips += 1;
        -held - side * opened
    }
}
