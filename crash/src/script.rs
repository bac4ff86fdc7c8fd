//! What a bot tells its book, command by command.
//!
//! 1. A command follows from the world and its index alone.
//! 2. Every command that books something has an identity: told again, it changes nothing.
//! 3. A block begins with the quotes of every symbol, so that who begins there knows every price.

use truebook::model::{Fixed, Id, InstrumentKind, InstrumentSpec, Side};
use truebook::{
    Applied, Book, Cash, Error, Fill, IncomeKind, IncomeReport, Liquidity, OrderReport,
    OrderRequest, TradeRef,
};

use crate::world::{BLOCK, Block, SYMBOLS, Trade, World};

/// The account beside the usual one.
const SECOND: &str = "second";
/// When the first command is told.
const BEGIN_NS: i64 = 1_700_000_000_000_000_000;
/// What lies between two commands.
const STEP_NS: i64 = 1_000_000;
/// How much text a command of a large world keeps, in bytes.
const TEXT: usize = 16_000;

/// What became of a command, as one letter of a line that a child says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Booked now.
    New,
    /// Known, and told so.
    Duplicate,
    /// Nothing changed, and nothing was said of it.
    Same,
    /// It books nothing: a price.
    Price,
    /// Not taken.
    Refused,
}

impl Told {
    /// Every outcome and its letter.
    const ALL: [(char, Self); 5] = [
        ('n', Self::New),
        ('d', Self::Duplicate),
        ('s', Self::Same),
        ('-', Self::Price),
        ('e', Self::Refused),
    ];

    /// What an answer says, where `newest` was the newest event before.
    #[must_use]
    pub fn of(answer: &Result<Option<Applied>, Error>, newest: u64) -> Self {
        match answer {
            Ok(None) => Self::Price,
            Ok(Some(applied)) if applied.duplicate => Self::Duplicate,
            Ok(Some(applied)) if applied.sequence > newest => Self::New,
            Ok(Some(_)) => Self::Same,
            Err(_) => Self::Refused,
        }
    }

    /// Its letter.
    #[must_use]
    pub fn letter(self) -> char {
        let found = Self::ALL.iter().find(|(_, told)| *told == self);
        found.map_or('?', |(letter, _)| *letter)
    }

    /// What a letter means.
    #[must_use]
    pub fn from_letter(letter: char) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == letter);
        found.map(|(_, told)| *told)
    }
}

/// The first command of the block of `index`: from there on, everything can be told again.
#[must_use]
pub fn begin_of_block(index: u64) -> u64 {
    index - index % BLOCK
}

/// Whether the command at `index` is told to be a duplicate when it comes again: it is cash, an
/// order, an execution or one that was taken back.
#[must_use]
pub fn is_known_by_id(world: &World, index: u64) -> bool {
    let (block, slot) = (index / BLOCK, index % BLOCK);
    match slot {
        4..=6 if block == 0 => true,
        _ if block == 0 => false,
        3 | 5 | 6 | 9 | 10 | 12 | 13 => true,
        7 => !world.is_paper,
        11 => !world.is_paper && !world.block(block).is_canceled,
        15 => !world.is_large && block.is_multiple_of(2),
        _ => false,
    }
}

/// Tells `book` the command at `index`; `None` is a price, which books nothing.
///
/// # Errors
/// What the book says.
pub fn tell(world: &World, book: &mut Book, index: u64) -> Result<Option<Applied>, Error> {
    let (number, slot) = (index / BLOCK, index % BLOCK);
    let ts = i64::try_from(index).unwrap_or(0).saturating_mul(STEP_NS) + BEGIN_NS;
    let mut teller = Teller {
        world,
        block: world.block(number),
        number,
        book,
        ts,
    };
    match number {
        0 => teller.begin(slot),
        _ => teller.go_on(slot),
    }
}

struct Teller<'a> {
    world: &'a World,
    block: Block,
    number: u64,
    book: &'a mut Book,
    ts: i64,
}

type Answer = Result<Option<Applied>, Error>;

impl Teller<'_> {
    fn begin(&mut self, slot: u64) -> Answer {
        let cash = |currency, account, id| Cash {
            account,
            id: Some(id),
            ..Cash::new(currency, Fixed::new(1_000_000, 0))
        };
        let done = match slot {
            0..=2 => self.instrument(usize::try_from(slot).unwrap_or(0)),
            3 => self.book.add_account(SECOND),
            4 => self.book.deposit(&cash("USD", "default", "begin-usd")),
            5 => self.book.deposit(&cash("BNB", SECOND, "begin-bnb")),
            // An account that nobody registered before.
            6 => self.book.deposit(&cash("USD", "third", "begin-third")),
            _ => return self.quote(usize::try_from(slot % 3).unwrap_or(0)),
        };
        done.map(Some)
    }

    fn instrument(&mut self, symbol: usize) -> Result<Applied, Error> {
        let (kind, base) = match symbol {
            0 => (InstrumentKind::Spot, "BTC"),
            1 => (InstrumentKind::Perpetual, "ETH"),
            _ => (InstrumentKind::Equity, "ACM"),
        };
        let symbol = SYMBOLS.get(symbol).copied().unwrap_or_default();
        self.book.add_instrument(InstrumentSpec {
            symbol: Id::new("symbol", symbol)?,
            kind,
            base: Id::new("base", base)?,
            quote: Id::new("quote", "USD")?,
            price_precision: 2,
            qty_precision: 4,
            ..InstrumentSpec::default()
        })
    }

    fn go_on(&mut self, slot: u64) -> Answer {
        let (first, second) = (self.block.first, self.block.second);
        let number = self.number;
        match (slot, self.world.is_paper) {
            (0..=2, _) => self.quote(usize::try_from(slot).unwrap_or(0)),
            (3, _) => self.submit("a", first, Some(0)),
            (4, false) => self.update(
                &format!("a{number}"),
                OrderReport::Accepted(venue("a", number)),
            ),
            (5, false) => self.fill_order("a", 1, (first, first.lots / 2)),
            (5, true) => self.fill_outside("te"),
            (6, _) => self.submit("b", second, None),
            (7, false) => self.fill_order("b", 1, (second, second.lots)),
            (7, true) => self.quote(second.symbol),
            (8, false) => self.update(
                &format!("b{number}"),
                OrderReport::Accepted(venue("b", number)),
            ),
            (4 | 8 | 14, _) => self.mark(),
            (9, _) => self.fill_outside("tc"),
            (10, _) if self.block.is_busted => self.bust(),
            // The venue says it again.
            (10, _) => self.fill_outside("tc"),
            (11, false) if !self.block.is_canceled => {
                self.fill_order("a", 2, (first, first.lots / 2))
            }
            (11, _) => self.update(&format!("a{number}"), OrderReport::Canceled),
            (12, _) => self.funding(),
            (13, _) => self.cash(),
            _ => self.last(),
        }
    }

    fn last(&mut self) -> Answer {
        let number = self.number;
        if self.world.is_large {
            let text = char::from(b'a' + u8::try_from(number % 26).unwrap_or(0));
            let text: String = std::iter::repeat_n(text, TEXT).collect();
            return self.book.set_state(&format!("k{number}"), &text).map(Some);
        }
        if number.is_multiple_of(2) {
            let far = Trade {
                symbol: 1,
                side: Side::Buy,
                lots: 10,
            };
            return self.submit("d", far, Some(-500));
        }
        let before = format!("d{}", number - 1);
        if number == 1 {
            return self.mark();
        }
        self.update(&before, OrderReport::Canceled)
    }

    fn quote(&mut self, symbol: usize) -> Answer {
        let sides = [-1, 1].map(|off| Some(self.block.price(symbol, off)));
        let name = SYMBOLS.get(symbol).copied().unwrap_or_default();
        self.book.quote(name, (sides[0], sides[1]), Some(self.ts))?;
        Ok(None)
    }

    fn mark(&mut self) -> Answer {
        let mark = self.block.price(1, 2);
        self.book.mark_price(SYMBOLS[1], mark, Some(self.ts))?;
        Ok(None)
    }

    fn submit(&mut self, name: &str, trade: Trade, off: Option<i64>) -> Answer {
        let id = format!("{name}{}", self.number);
        let order = OrderRequest {
            price: off.map(|off| self.block.price(trade.symbol, off)),
            strategy: Some(self.block.strategy),
            client_order_id: Some(&id),
            ts_event: Some(self.ts),
            ..OrderRequest::new(trade.symbol(), trade.side, Fixed::new(trade.lots, 4))
        };
        self.book.submit(&order).map(Some)
    }

    fn update(&mut self, id: &str, report: OrderReport) -> Answer {
        let done = self.book.order_update(id, report, Some(self.ts));
        done.map(Some)
    }

    fn fill_order(&mut self, name: &str, part: u8, (trade, lots): (Trade, i128)) -> Answer {
        let order = format!("{name}{}", self.number);
        let trade_id = format!("t{order}-{part}");
        let fees = vec![
            (Fixed::new(self.block.cents % 100, 4), None),
            (Fixed::new(self.block.cents % 70, 6), Some("BNB")),
        ];
        let fill = Fill {
            qty: Fixed::new(lots, 4),
            price: self.block.price(trade.symbol, 0),
            trade_id: Some(&trade_id),
            client_order_id: Some(&order),
            fees,
            liquidity: Some(Liquidity::Taker),
            ts_event: Some(self.ts),
            ..Fill::new(trade.symbol(), trade.side)
        };
        self.book.fill(&fill).map(Some)
    }

    /// An execution that no order of ours made; told again, it is the same one.
    fn fill_outside(&mut self, name: &str) -> Answer {
        let trade = self.block.outside;
        let trade_id = format!("{name}{}", self.number);
        let at = BEGIN_NS + i64::try_from(self.number * BLOCK + 9).unwrap_or(0) * STEP_NS;
        let fill = Fill {
            account: SECOND,
            qty: Fixed::new(trade.lots, 4),
            price: self.block.price(trade.symbol, 1),
            trade_id: Some(&trade_id),
            strategy: Some(self.block.strategy),
            fees: vec![(Fixed::new(self.block.cents % 50, 4), None)],
            ts_event: Some(if name == "tc" { at } else { self.ts }),
            ..Fill::new(trade.symbol(), trade.side)
        };
        self.book.fill(&fill).map(Some)
    }

    fn bust(&mut self) -> Answer {
        let trade = self.block.outside;
        let trade_id = format!("tc{}", self.number);
        let done = self.book.bust(&TradeRef {
            account: SECOND,
            symbol: trade.symbol(),
            side: Some(trade.side),
            trade_id: &trade_id,
        });
        done.map(Some)
    }

    fn funding(&mut self) -> Answer {
        let id = format!("f{}", self.number);
        let amount = Fixed::new(self.block.cents % 1_000 - 500, 3);
        let report = IncomeReport {
            kind: IncomeKind::Funding,
            cash: Cash {
                id: Some(&id),
                ..Cash::new("USD", amount)
            },
            symbol: Some(SYMBOLS[1]),
            strategy: Some(self.block.strategy),
        };
        self.book.income(&report).map(Some)
    }

    fn cash(&mut self) -> Answer {
        let id = format!("c{}", self.number);
        let cash = Cash {
            id: Some(&id),
            ..Cash::new("USD", Fixed::new(self.block.cents, 2))
        };
        let done = match self.number % 3 {
            0 => self.book.deposit(&cash),
            1 => self.book.withdraw(&cash),
            _ => self.book.transfer(&cash, "third"),
        };
        done.map(Some)
    }
}

/// What the venue calls an order.
fn venue(name: &str, number: u64) -> Option<Id> {
    Some(Id::format(format_args!("v{name}{number}")))
}
