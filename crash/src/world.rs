//! What a seed makes: the mode of a book, what an acknowledgement of it survives, and the numbers
//! of each block of commands.
//!
//! 1. A block follows from the seed and its number alone, on every machine.

use std::path::Path;

use truebook::model::{CashEntry, Config, Fixed, Id, Side};
use truebook::{Book, BookOptions, Durability, Error, HostOptions};

/// How many commands a block has.
pub const BLOCK: u64 = 16;
/// The symbols, and the number of the one that pays funding.
pub const SYMBOLS: [&str; 3] = ["BTC-USD", "ETH-PERP", "ACME"];
/// Who decides.
const STRATEGIES: [&str; 3] = ["alpha", "beta", "gamma"];
/// Keeps neighbouring seeds and blocks apart.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// What is told to a book, and how it is opened.
#[derive(Clone, Copy, Debug)]
pub struct World {
    /// What everything follows from.
    pub seed: u64,
    /// Whether orders are filled by the paper venue.
    pub is_paper: bool,
    /// What an acknowledgement survives.
    pub durability: Durability,
    /// Whether a command in each block fills the database with text, towards a checkpoint.
    pub is_large: bool,
}

impl World {
    /// The world of `seed`: each mode with each durability in turn.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self {
            seed,
            is_paper: seed % 2 == 1,
            durability: if (seed / 2).is_multiple_of(2) {
                Durability::Disk
            } else {
                Durability::Os
            },
            is_large: seed / 4 % 16 == 15,
        }
    }

    /// How its book is opened on `path`: time comes from the commands only.
    #[must_use]
    pub fn options(&self, path: &Path) -> BookOptions {
        let mut config = Config {
            cash: vec![CashEntry {
                currency: Id::format(format_args!("USD")),
                amount: Fixed::new(1_000_000_000_000, 0),
            }],
            ..Config::default()
        };
        // Nothing is ever refused: a refusal that is told again would be a second event.
        config.limits.max_positions = 1_000;
        config.limits.max_positions_per_strategy = 1_000;
        config.limits.min_position = Fixed::new(0, 0);
        BookOptions {
            path: Some(path.to_owned()),
            config: Some(config),
            is_paper: self.is_paper,
            has_event_clock: true,
            durability: self.durability,
            host: HostOptions::default(),
            ..BookOptions::default()
        }
    }

    /// Opens its book on `path`, and goes on although orders are of unknown fate: what became of
    /// them is told again.
    ///
    /// # Errors
    /// What the book says.
    pub fn open(&self, path: &Path) -> Result<Book, Error> {
        let mut book = Book::open(self.options(path))?;
        book.acknowledge()?;
        Ok(book)
    }

    /// The numbers of a block.
    #[must_use]
    pub fn block(&self, number: u64) -> Block {
        let seed = self.seed.wrapping_mul(SPREAD) ^ number.wrapping_add(1).wrapping_mul(!SPREAD);
        let mut random = crate::random::Rng::with_seed(seed);
        let order = |random: &mut crate::random::Rng| {
            let symbol = random.usize(0..SYMBOLS.len());
            // What is paid for is bought only: selling needs something to sell.
            let side = if symbol == 1 && random.bool() {
                Side::Sell
            } else {
                Side::Buy
            };
            let lots = 2 * i128::from(random.u32(1..500));
            Trade { symbol, side, lots }
        };
        Block {
            prices: [10_000, 20_000, 30_000].map(|px| px + random.i64(-100..=100)),
            first: order(&mut random),
            second: order(&mut random),
            outside: Trade {
                symbol: 1,
                side: if random.bool() { Side::Buy } else { Side::Sell },
                lots: i128::from(random.u32(1..500)),
            },
            strategy: random.choice(STRATEGIES).unwrap_or_default(),
            is_busted: random.bool(),
            is_canceled: random.bool(),
            cents: i128::from(random.u32(1..100_000)),
        }
    }
}

/// Something that is bought or sold.
#[derive(Clone, Copy, Debug)]
pub struct Trade {
    /// The number of its symbol.
    pub symbol: usize,
    /// Which way.
    pub side: Side,
    /// How much, in lots of 0.0001.
    pub lots: i128,
}

impl Trade {
    /// What is traded.
    #[must_use]
    pub fn symbol(&self) -> &'static str {
        SYMBOLS.get(self.symbol).copied().unwrap_or_default()
    }
}

/// The numbers of one block.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// The price of each symbol, in cents.
    pub prices: [i64; 3],
    /// The order that is filled in parts.
    pub first: Trade,
    /// The order that is filled before it is accepted.
    pub second: Trade,
    /// The execution that no order of ours made.
    pub outside: Trade,
    /// Whose they are.
    pub strategy: &'static str,
    /// Whether the venue takes the outside execution back.
    pub is_busted: bool,
    /// Whether the first order is canceled before all of it is filled.
    pub is_canceled: bool,
    /// What is paid in, in cents.
    pub cents: i128,
}

impl Block {
    /// The price of a symbol, `off` cents away.
    #[must_use]
    pub fn price(&self, symbol: usize, off: i64) -> Fixed {
        let price = self.prices.get(symbol).copied().unwrap_or(10_000);
        Fixed::new(i128::from(price + off), 2)
    }
}
