//! Whose positions can be read from their lines, found without the writer.
//!
//! 1. What is read is all that there is: it was looked how many positions there are before and
//!    after, and a position that is new is counted before any line shows what came with it.

use std::sync::Arc;

use truebook_core::book::State;
use truebook_core::engine::Reader;
use truebook_core::hash::Map;
use truebook_core::model::{AccountId, Id, InstrumentId, StrategyId};

use crate::record::{PositionOwner, PositionReading};

/// Whose a position is: of one strategy, or the account's net.
pub(super) type Key = (AccountId, InstrumentId, Option<StrategyId>);

/// The one position of those who have one.
#[derive(Debug, Default)]
pub(super) struct Holders {
    owners: Map<Key, Arc<PositionOwner>>,
    /// How many positions there were when they were learned.
    count: usize,
}

/// The position of somebody who has no other.
pub(super) struct Holder(Option<PositionOwner>);

impl Holder {
    /// Who `key` is, read as that of `strategy`.
    pub fn of(state: &State, (account, instrument, strategy): Key, name: Option<Id>) -> Self {
        let all = state.positions_in(instrument).iter();
        let mut own = all.filter(|id| {
            let key = state.position_at(**id).map(|position| position.key);
            key.is_some_and(|key| {
                key.account == account && strategy.is_none_or(|wanted| wanted == key.strategy)
            })
        });
        let only = match (own.next(), own.next()) {
            (Some(only), None) => Some(*only),
            _ => None,
        };
        Self(only.and_then(|id| PositionOwner::of(state, id, name)))
    }
}

impl Holders {
    /// The position of `key`, where it is known and its lines have everything.
    pub fn read(&mut self, reader: &Reader, key: &Key) -> Option<PositionReading> {
        let count = reader.position_count()?;
        if count != self.count {
            self.owners.clear();
            self.count = count;
        }
        let owner = self.owners.get(key)?;
        let figures = reader.position_figures(owner.id)?;
        let is_all = reader.position_count() == Some(count);
        is_all
            .then(|| PositionReading::of(owner, figures))
            .flatten()
    }

    /// Learns who `key` is, after it was looked for.
    pub fn learn(&mut self, key: Key, Holder(owner): Holder) {
        if let Some(owner) = owner {
            self.owners.insert(key, Arc::new(owner));
        }
    }
}

#[cfg(test)]
mod tests {
    use truebook_core::engine::Options;
    use truebook_core::model::Id;

    use crate::record::{PositionReading, PositionRecord};
    use crate::{Book, BookOptions};

    const SYMBOLS: [&str; 2] = ["BTC-USD", "COIN-PERP"];
    const STRATEGIES: [Option<&str>; 4] = [None, Some("a"), Some("b"), Some("nobody")];

    fn opened(threaded: bool) -> Book {
        let host = Options {
            threaded,
            ..Options::default()
        };
        let mut book = Book::open(BookOptions {
            host,
            has_event_clock: true,
            ..BookOptions::default()
        })
        .unwrap();
        for args in [
            r#"{"symbol": "BTC-USD", "base": "BTC", "quote": "USD", "price_precision": 2,
                "qty_precision": 8}"#,
            r#"{"symbol": "COIN-PERP", "kind": "inverse_perpetual", "base": "BTC", "quote": "USD",
                "settle": "BTC", "price_precision": 1, "qty_precision": 0, "multiplier": 10}"#,
        ] {
            book.call_by_name("add_instrument", args).unwrap();
        }
        book
    }

    /// One of many things that change positions.
    fn step(book: &mut Book, (number, dice): (usize, u64)) {
        let symbol = SYMBOLS[dice as usize & 1];
        let strategy = ["a", "b"][dice as usize >> 1 & 1];
        let side = ["buy", "sell"][dice as usize >> 2 & 1];
        let qty = 1 + (dice >> 3) % 5;
        let price = 100 + (dice >> 6) % 50;
        let at = format!(r#""symbol": "{symbol}", "strategy": "{strategy}""#);
        let (name, args) = match (dice >> 12) % 10 {
            0..=3 => {
                let fee = [
                    "",
                    r#", "fee": "0.5""#,
                    r#", "fee": "0.1", "fee_currency": "BNB""#,
                ];
                let fee = fee[(dice >> 16) as usize % if number > 300 { 3 } else { 2 }];
                let what = format!(r#""side": "{side}", "qty": {qty}, "price": {price}"#);
                (
                    "fill",
                    format!(r#"{{{at}, {what}, "trade_id": "t{number}"{fee}}}"#),
                )
            }
            4 | 5 => {
                let (bid, ask) = (Some(decimal(price)), Some(decimal(price + 1)));
                book.quote(symbol, (bid, ask), None).unwrap();
                return;
            }
            6 => {
                let what = format!(r#""side": "{side}", "qty": {qty}, "price": {price}"#);
                (
                    "submit",
                    format!(r#"{{{at}, {what}, "client_order_id": "o{number}"}}"#),
                )
            }
            7 => (
                "canceled",
                format!(r#"{{"client_order_id": "o{}"}}"#, number - 1),
            ),
            8 => {
                let currency = if symbol == "BTC-USD" { "USD" } else { "BTC" };
                let what = format!(r#""currency": "{currency}", "amount": "0.0{qty}""#);
                ("funding", format!(r#"{{{at}, {what}, "id": "f{number}"}}"#))
            }
            _ => (
                "adopt",
                format!(r#"{{{at}, "qty": {qty}, "id": "h{number}"}}"#),
            ),
        };
        // Whether it is refused or not.
        let _ = book.call_by_name(name, &args);
    }

    fn decimal(whole: u64) -> truebook_core::model::Fixed {
        truebook_core::model::Fixed::new(i128::from(whole), 0)
    }

    #[test]
    fn what_lines_show_of_a_position_is_what_the_ledger_says() {
        for (threaded, seed) in [(false, 1), (true, 2), (false, 3), (true, 4)] {
            let mut book = opened(threaded);
            let (mut dice, mut by_lines) = (seed, 0);
            for number in 1..400 {
                dice = 6_364_136_223_846_793_005_u64
                    .wrapping_mul(dice)
                    .wrapping_add(seed);
                step(&mut book, (number, dice >> 20));
                for (symbol, strategy) in SYMBOLS
                    .into_iter()
                    .flat_map(|symbol| STRATEGIES.map(|strategy| (symbol, strategy)))
                {
                    let read = book.read_position(("default", symbol), strategy).unwrap();
                    by_lines += u32::from(matches!(read, PositionReading::Figures(..)));
                    let name = strategy.map(|name| Id::new("strategy", name).unwrap());
                    let asked = book.ask(move |state| {
                        let symbol = Id::new("symbol", symbol).unwrap();
                        let instrument = state.instrument_id(&symbol).unwrap();
                        let owner = (truebook_core::model::AccountId(0), instrument);
                        let instrument = state.instrument(owner.1).unwrap();
                        PositionRecord::of(state, (owner.0, instrument), name)
                    });
                    assert_eq!(read.record(), asked.unwrap(), "after {number} steps");
                    assert_eq!(read.unrealized_pnl(), read.record().unrealized_pnl);
                }
            }
            // A thread of its own may be late, and is asked then.
            assert!(threaded || by_lines > 500, "{by_lines} were read by lines");
        }
    }
}
