//! Those that are compared, behind one face.
//!
//! 1. What a peer is given is made outside the time measured, [`CHUNK`] at once, for all alike.
//! 2. Each chunk is timed by itself, so that one in which another process ran can be told apart.

mod barter;
mod nanobook;
mod truebook;

use std::time::{Duration, Instant};

pub use barter::{BarterEngine, BarterPosition};
pub use nanobook::{Census, NanobookPosition, census, short_cover};
pub use truebook::{TruebookEffect, TruebookLedger};

use crate::exact::Exact;
use crate::stream::{Fill, Quote};

/// How many inputs are made, then timed, at once.
pub const CHUNK: usize = 64;

/// The time of each chunk.
pub type Times = Vec<Duration>;

/// One that is compared. Every method returns the times that the peer took.
pub trait Peer {
    /// Books fills.
    fn book(&mut self, fills: &[Fill]) -> Times;

    /// Takes quotes, each with the unrealized profit that it makes.
    fn quote(&mut self, quotes: &[Quote]) -> Times;

    /// Takes quotes, and after each reads the unrealized profit of all positions.
    fn quote_and_total(&mut self, quotes: &[Quote]) -> Times;

    /// What it says of one instrument; empty for one that is only timed.
    fn claims(&self, _instrument: usize) -> Vec<Claim> {
        Vec::new()
    }
}

/// What a claim has to equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Cash flow + quantity × mark.
    Gross,
    /// The same after fees.
    Net,
}

/// Realized + unrealized − fees, as a peer says it.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Who says it.
    pub name: &'static str,
    /// What is held.
    pub qty: Exact,
    /// Realized + unrealized − fees.
    pub pnl: Exact,
    /// What it has to equal.
    pub truth: Truth,
}

/// Makes `items` ready chunk by chunk and times only `apply`.
pub fn timed<T, R>(
    items: &[T],
    ready: &mut Vec<R>,
    make: impl Fn(&T) -> R,
    mut apply: impl FnMut(&[R]),
) -> Times {
    let mut times = Times::with_capacity(items.len() / CHUNK);
    for chunk in items.chunks(CHUNK) {
        ready.clear();
        ready.extend(chunk.iter().map(&make));
        let start = Instant::now();
        apply(std::hint::black_box(ready));
        times.push(start.elapsed());
    }
    times
}
