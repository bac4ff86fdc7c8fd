//! nanobook: integer cents and micro-shares. Its `Portfolio` books no fill from outside, so what is
//! measured is its public `Position`, which has no fees, no mark and no totals.

use std::hint::black_box;

use ::nanobook::Symbol;
use ::nanobook::portfolio::{Position, Shares};

use super::{Claim, Peer, Times, Truth, timed};
use crate::exact::Exact;
use crate::stream::{Fill, INSTRUMENTS, PRICE_DECIMALS, QTY_DECIMALS, Quote};

/// The decimals of micro-shares.
const SHARE_DECIMALS: u32 = 6;
const MICRO: i64 = 10_i64.pow(SHARE_DECIMALS - QTY_DECIMALS);

/// One `Position` for each instrument, and the unrealized profit that its caller keeps.
pub struct NanobookPosition {
    positions: Vec<Position>,
    marks: Vec<i64>,
    unrealized: Vec<i64>,
}

impl NanobookPosition {
    /// Nothing done.
    pub fn new() -> Self {
        Self {
            positions: positions(),
            marks: vec![0; INSTRUMENTS],
            unrealized: vec![0; INSTRUMENTS],
        }
    }

    fn value(&mut self, quote: &Quote) {
        let unrealized = self.unrealized.get_mut(quote.instrument);
        if let (Some(position), Some(unrealized)) =
            (self.positions.get(quote.instrument), unrealized)
        {
            *unrealized = position.unrealized_pnl(quote.mid);
        }
    }

    fn keep_marks(&mut self, quotes: &[Quote]) {
        for quote in quotes {
            if let Some(mark) = self.marks.get_mut(quote.instrument) {
                *mark = quote.mid;
            }
        }
    }
}

impl Peer for NanobookPosition {
    fn book(&mut self, fills: &[Fill]) -> Times {
        let make = |fill: &Fill| (fill.instrument, Shares::from_raw(fill.qty * MICRO), fill.px);
        timed(fills, &mut Vec::new(), make, |chunk| {
            for (instrument, qty, px) in chunk {
                if let Some(position) = self.positions.get_mut(*instrument) {
                    position.apply_fill(*qty, *px);
                }
            }
        })
    }

    fn quote(&mut self, quotes: &[Quote]) -> Times {
        let taken = timed(quotes, &mut Vec::new(), Quote::clone, |chunk| {
            for quote in chunk {
                self.value(quote);
            }
        });
        self.keep_marks(quotes);
        taken
    }

    fn quote_and_total(&mut self, quotes: &[Quote]) -> Times {
        let taken = timed(quotes, &mut Vec::new(), Quote::clone, |chunk| {
            for quote in chunk {
                self.value(quote);
                black_box(self.unrealized.iter().sum::<i64>());
            }
        });
        self.keep_marks(quotes);
        taken
    }

    fn claims(&self, instrument: usize) -> Vec<Claim> {
        let mark = self.marks.get(instrument);
        let claim = self
            .positions
            .get(instrument)
            .zip(mark)
            .map(|(position, mark)| {
                let pnl =
                    i128::from(position.realized_pnl) + i128::from(position.unrealized_pnl(*mark));
                Claim {
                    name: "nanobook Position",
                    qty: Exact::new(i128::from(position.quantity.raw()), SHARE_DECIMALS),
                    pnl: Exact::new(pnl, PRICE_DECIMALS),
                    truth: Truth::Gross,
                }
            });
        claim.into_iter().collect()
    }
}

fn positions() -> Vec<Position> {
    let symbol = |at| Symbol::from_str_truncated(&format!("C{at:03}"));
    (0..INSTRUMENTS)
        .map(|at| Position::new(symbol(at)))
        .collect()
}

/// How often a partial reduction left a larger cost behind than was there before it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Census {
    /// Shorts that were covered in part.
    pub covers: u64,
    /// Those after which the rest had cost more than the whole.
    pub wrong_covers: u64,
    /// Longs that were sold in part.
    pub sales: u64,
    /// Those after which the rest had cost more than the whole.
    pub wrong_sales: u64,
}

/// Looks at every partial reduction of `fills`.
pub fn census(fills: &[Fill]) -> Census {
    let mut found = Census::default();
    let mut positions = positions();
    for fill in fills {
        let Some(position) = positions.get_mut(fill.instrument) else {
            continue;
        };
        let (side, cost) = (position.quantity.raw().signum(), position.total_cost);
        position.apply_fill(Shares::from_raw(fill.qty * MICRO), fill.px);
        let is_part = side * fill.qty.signum() < 0 && position.quantity.raw().signum() == side;
        let is_wrong = u64::from(position.total_cost.unsigned_abs() > cost.unsigned_abs());
        match (is_part, side < 0) {
            (true, true) => {
                found.covers += 1;
                found.wrong_covers += is_wrong;
            }
            (true, false) => {
                found.sales += 1;
                found.wrong_sales += is_wrong;
            }
            (false, _) => {}
        }
    }
    found
}

/// 10 shares sold at 100.00, 5 of them bought back at 100.00.
pub fn short_cover() -> Position {
    let mut position = Position::new(Symbol::from_str_truncated("C000"));
    position.apply_fill(Shares::from_whole(-10), 10_000);
    position.apply_fill(Shares::from_whole(5), 10_000);
    position
}
