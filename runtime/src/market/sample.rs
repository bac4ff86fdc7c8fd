//! A day of made-up market data, the same on every machine: integers only, no clock, no file.
//!
//! 1. BTC-USD trends and reverses; ETH-USD and LTC-USD share a trend, and their ratio
//!    returns to its mean.
//! 2. Each symbol misses other minutes, never the first nor those around the spike.
//! 3. One trade bar, ETH-USD at noon, closes 40 % too high; the quotes and the next bar do not.

use truebook_core::model::{Fixed, Id, Timestamp};

use super::{BAR_NS, Level, Market, Row, RowData};

/// Minutes of the day.
const MINUTES: i64 = 1_440;
/// 2024-01-01T00:00Z, in milliseconds.
const START_MS: i64 = 1_704_067_200_000;
/// The minute whose ETH-USD trade bar closes too high.
const SPIKE_MINUTE: i64 = 720;
/// The index of ETH-USD.
const ETH: u16 = 1;
/// One, in parts per million.
const ONE: i64 = 1_000_000;

/// A day of one-minute quotes and trades of BTC-USD, ETH-USD and LTC-USD from 2024-01-01T00:00Z.
///
/// # Examples
/// ```
/// let market = truebook::market::sample();
/// assert_eq!(market.symbols.len(), 3);
/// assert_eq!(market, truebook::market::sample());
/// ```
#[must_use]
pub fn sample() -> Market {
    let names = ["BTC-USD", "ETH-USD", "LTC-USD"];
    let symbols = names
        .iter()
        .map(|name| Id::format(format_args!("{name}")))
        .collect();
    let mut paths = Paths::new();
    let mut makers = [
        Maker::new(0, 4_200_000, 300),
        Maker::new(ETH, 230_000, 4_000),
        Maker::new(2, 7_200, 90_000),
    ];
    let mut rows = Vec::new();
    for minute in 0..MINUTES {
        let levels = paths.step();
        for (maker, level) in makers.iter_mut().zip(levels) {
            maker.step(minute, level, &mut rows);
        }
    }
    Market::merged(symbols, rows)
}

/// The levels that prices follow, in parts per million away from where they began.
struct Paths {
    random: Random,
    btc: Trend,
    shared: Trend,
    ratio: i64,
}

impl Paths {
    fn new() -> Self {
        Self {
            random: Random(1),
            btc: Trend::default(),
            shared: Trend::default(),
            ratio: 0,
        }
    }

    fn step(&mut self) -> [i64; 3] {
        let btc = self.btc.step(&mut self.random);
        let shared = self.shared.step(&mut self.random);
        self.ratio = self.ratio * 95 / 100 + self.random.between(-1_500, 1_500);
        [btc, shared + self.ratio / 2, shared - self.ratio / 2]
    }
}

/// A level that drifts one way for one to three hours, then the other.
#[derive(Default)]
struct Trend {
    level: i64,
    drift: i64,
    minutes_left: i64,
}

impl Trend {
    fn step(&mut self, random: &mut Random) -> i64 {
        if self.minutes_left == 0 {
            self.minutes_left = random.between(60, 180);
            let speed = random.between(60, 140);
            self.drift = if self.drift > 0 { -speed } else { speed };
        }
        self.minutes_left -= 1;
        self.level += self.drift + random.between(-300, 300);
        self.level
    }
}

/// Makes the rows of one symbol.
struct Maker {
    symbol: u16,
    random: Random,
    /// Where the price began, in cents.
    base: i64,
    /// The price at the last close, in cents.
    last: i64,
    /// The usual size, in units of 10^-5.
    size: i64,
}

impl Maker {
    fn new(symbol: u16, base: i64, size: i64) -> Self {
        Self {
            symbol,
            random: Random(100 + u64::from(symbol)),
            base,
            last: base,
            size,
        }
    }

    fn step(&mut self, minute: i64, level: i64, rows: &mut Vec<Row>) {
        let open = self.last;
        let close = self.base * (ONE + level) / ONE;
        self.last = close;
        let missing = self.random.between(0, 59) == 0;
        let kept = minute == 0 || (minute - SPIKE_MINUTE).abs() <= 5;
        if missing && !kept {
            return;
        }
        let ts_ms = START_MS + minute * 60_000;
        let ts_close = Timestamp(Timestamp::from_ms(ts_ms).0 + BAR_NS);
        for data in [self.quote(close), self.trade(minute, open, close)] {
            rows.push(Row {
                symbol: self.symbol,
                ts_close,
                data,
                line: 0,
            });
        }
    }

    fn quote(&mut self, close: i64) -> RowData {
        let half = 1 + close * self.random.between(5, 20) / ONE;
        RowData::Quote {
            bid: Some(self.level(close - half)),
            ask: Some(self.level(close + half)),
        }
    }

    fn level(&mut self, cents: i64) -> Level {
        Level {
            price: shortest(cents, 2),
            size: self.quantity(),
        }
    }

    fn trade(&mut self, minute: i64, open: i64, close: i64) -> RowData {
        let reach = 1 + close * 200 / ONE;
        let low = open.min(close) - self.random.between(0, reach);
        let mut high = open.max(close) + self.random.between(0, reach);
        let mut last = close;
        if self.symbol == ETH && minute == SPIKE_MINUTE {
            last = close * 14 / 10;
            high = last;
        }
        RowData::Trade {
            open: shortest(open, 2),
            high: shortest(high, 2),
            low: shortest(low, 2),
            close: shortest(last, 2),
            volume: self.quantity(),
        }
    }

    /// A quantity around the usual size, with 8 digits after the point.
    fn quantity(&mut self) -> Fixed {
        shortest(
            self.random.between(self.size * 500, self.size * 2_000),
            5 + 3,
        )
    }
}

/// `raw / 10^scale` without trailing zeros, as reading its text would give.
fn shortest(raw: i64, scale: u8) -> Fixed {
    let mut number = Fixed::new(i128::from(raw), scale);
    while number.scale > 0 && number.raw % 10 == 0 {
        number = Fixed::new(number.raw / 10, number.scale - 1);
    }
    number
}

/// The splitmix64 generator of Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators" (2014).
struct Random(u64);

impl Random {
    fn step(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included; `low` when they are the wrong way round.
    fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.saturating_sub(low).saturating_add(1).max(1);
        let drawn = self.step() % span.unsigned_abs();
        low.saturating_add_unsigned(drawn)
    }
}
