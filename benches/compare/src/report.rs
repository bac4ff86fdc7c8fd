//! What is printed.

use std::fmt::Display;
use std::time::Duration;

use nanobook::portfolio::Position;

use crate::conservation::Error;
use crate::peer::{CHUNK, Census, Times};
use crate::stream::{INSTRUMENTS, Mix};

/// Whose time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The arithmetic of truebook.
    Effect,
    /// The position of nanobook.
    Nanobook,
    /// The position of barter.
    BarterPosition,
    /// The ledger of truebook.
    Ledger,
    /// The engine state of barter.
    BarterEngine,
    /// The calibrator.
    Map,
    /// The clock itself.
    Clock,
}

/// Of what the time was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A fill.
    Fill,
    /// A quote.
    Quote,
    /// A quote and the total after it.
    Total,
}

/// The times of each row in each round.
#[derive(Debug, Default)]
pub struct Measured(Vec<(Turn, Times)>);

/// Whose turn of what, in which round.
pub type Turn = (Row, Kind, usize);

impl Measured {
    /// Adds a turn to its round.
    pub fn add(&mut self, turn: Turn, times: Times) {
        match self.0.iter_mut().find(|(known, _)| *known == turn) {
            Some((_, round)) => round.extend(times),
            None => self.0.push((turn, times)),
        }
    }

    /// The median over rounds of the median over chunks of the time of one, in nanoseconds.
    fn median(&self, row: Row, kind: Kind) -> Result<f64, &'static str> {
        let own = self
            .0
            .iter()
            .filter(|((r, k, _), _)| (*r, *k) == (row, kind));
        let rounds = own.filter_map(|(_, chunks)| middle(chunks.clone()));
        let chunk = middle(rounds.collect()).ok_or("nothing was measured")?;
        Ok(chunk.as_nanos() as f64 / CHUNK as f64)
    }
}

fn middle(mut times: Times) -> Option<Duration> {
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

/// Says what everybody was given.
pub fn stream(mix: &Mix, fills: usize) {
    println!("{}", truebook_benches::machine::line());
    println!(
        "{fills} fills in {INSTRUMENTS} instruments: {} open, {} add, {} reduce a part, {} close, \
         {} flip.",
        mix.opens, mix.adds, mix.reductions, mix.closes, mix.flips
    );
    println!("Prices, marks and fees are whole cents, because nanobook has nothing smaller;");
    println!("quantities have 4 decimals, exact in all. Nothing was rounded on the way in.");
    println!("nanobook's Position knows no fees: it is given none and owes none.");
    println!(
        "Inputs are made before the clock runs, {CHUNK} at once; the median of such chunks is"
    );
    println!("shown. A ratio above 1 says that truebook is faster.");
}

const KINDS: [Kind; 3] = [Kind::Fill, Kind::Quote, Kind::Total];

/// Prints the medians and their ratios to ours.
pub fn times(measured: &Measured) -> Result<(), &'static str> {
    let row = |name: &str, row, ours| {
        let mut line = format!("{name:32}");
        for kind in KINDS {
            let own = measured.median(row, kind)?;
            let base = measured.median(ours, kind)?;
            line.push_str(&format!("{own:10.1} {:>8}", format!("{:.2}x", own / base)));
        }
        println!("{line}");
        Ok::<(), &'static str>(())
    };
    let head = ["fill", "quote", "quote+total"].map(|name| format!("{:>10} {:>8}", name, ""));
    println!("\n{:32}{}", "ns, and times ours", head.join(""));
    println!("the arithmetic of one position: no dedupe, no events, the caller adds totals up");
    row("  truebook effect", Row::Effect, Row::Effect)?;
    row("  nanobook Position", Row::Nanobook, Row::Effect)?;
    row("  barter PositionManager", Row::BarterPosition, Row::Effect)?;
    println!("the whole book");
    row("  truebook Ledger", Row::Ledger, Row::Ledger)?;
    row("  barter EngineState", Row::BarterEngine, Row::Ledger)?;
    println!("the arithmetic of a peer, which is not a book, beside our whole book");
    row("  nanobook Position", Row::Nanobook, Row::Ledger)?;
    row("  barter PositionManager", Row::BarterPosition, Row::Ledger)?;
    for (name, row) in [
        ("calibrator: insert 64-byte key", Row::Map),
        ("the clock, in every row above", Row::Clock),
    ] {
        let own = measured.median(row, Kind::Fill)?;
        println!("{name:32}{own:10.1}");
    }
    for line in DONE {
        println!("{line}");
    }
    Ok(())
}

/// What each does in the time measured.
const DONE: [&str; 16] = [
    "  effect: average cost in integers, exact; the caller keeps a holding per instrument.",
    "  nanobook Position: average cost in whole cents, truncated; no fees.",
    "  PositionManager: average price in Decimals, fees, the ids of a position's trades.",
    "  Ledger fill: dedupe against a full window of a million, fees, cash, event made and taken",
    "    out, sums of strategy, account, instrument and book kept. Quote: check of the price,",
    "    unrealized, the same sums. Total: one read.",
    "  EngineState fill: PositionManager and a tear sheet per instrument; no dedupe, no cash, no",
    "    event, no totals. Quote: book of one level kept, its weighted middle, unrealized, through",
    "    InstrumentState::update_from_market. Total: added up over the instruments.",
    "  nanobook quote: unrealized_pnl(mark), kept by the caller. Total: added up over instruments.",
    "  Its Portfolio takes no fill from outside (execute_fill is private), so it has no row.",
    "",
    "Error: |realized + unrealized - fees - (cash flow + quantity x mark)| of each instrument.",
    "  The truth has 6 decimals and nanobook 2: less than a cent per instrument follows from that.",
    "  barter takes the exit fees that it expects off the unrealized: shown with and without.",
    "",
];

/// Prints how far each is off after what `stream` says.
pub fn errors(stream: &str, errors: &[Error]) {
    println!("error in {stream}");
    println!("  {:32}{:>34}{:>8}", "", "sum of absolute errors", "off in");
    for error in errors {
        let quantities = if error.has_quantities {
            ""
        } else {
            " and in quantities"
        };
        let (name, total, off) = (error.name, error.total, error.instruments);
        println!("  {name:32}{total:>34}{off:>8}{quantities}");
        if off > 0 {
            println!(
                "  {:32}{:>34}",
                "  of it in the worst instrument", error.largest
            );
        }
    }
    println!();
}

/// Prints how nanobook books a partial reduction.
pub fn covers(census: &Census, example: &Position) {
    let Census {
        covers,
        wrong_covers,
        sales,
        wrong_sales,
    } = census;
    println!(
        "nanobook: partial reductions after which the rest cost more than the whole before it"
    );
    println!("  shorts covered in part: {wrong_covers} of {covers}");
    println!("  longs sold in part:     {wrong_sales} of {sales}");
    let cents = |amount: i64| format!("{}.{:02}", amount / 100, amount.unsigned_abs() % 100);
    println!(
        "  sell 10 at 100.00, buy 5 at 100.00: it holds {}, cost {}, average {}, and at 100.00",
        example.quantity.to_f64(),
        cents(example.total_cost),
        cents(example.avg_entry_price)
    );
    println!(
        "  an unrealized {}, where 0.00 is true",
        cents(example.unrealized_pnl(10_000))
    );
}

/// Prints what a quote does in barter's state.
pub fn barter_state(values: bool) {
    let does: &dyn Display = if values { &"values" } else { &"does not value" };
    println!("barter: EngineState::update_from_market {does} the open position");
}
