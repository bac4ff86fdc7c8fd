//! How far each is from cash flow + quantity × mark.

use crate::exact::Exact;
use crate::peer::{Peer, Truth};
use crate::reckoning::Reckoning;
use crate::stream::INSTRUMENTS;

/// What one says in all, and how far it is off.
#[derive(Clone, Copy, Debug)]
pub struct Error {
    /// Who.
    pub name: &'static str,
    /// The sum over instruments of the absolute difference.
    pub total: Exact,
    /// How many instruments are off.
    pub instruments: usize,
    /// The largest difference.
    pub largest: Exact,
    /// Whether it holds the quantities that were traded.
    pub has_quantities: bool,
}

/// The error of each claim of `peer`, in the order in which it makes them.
pub fn errors(peer: &dyn Peer, truth: &Reckoning) -> Vec<Error> {
    let mut errors: Vec<Error> = Vec::new();
    for instrument in 0..INSTRUMENTS {
        for claim in peer.claims(instrument) {
            let owed = match claim.truth {
                Truth::Gross => truth.gross(instrument),
                Truth::Net => truth.net(instrument),
            };
            let off = (claim.pnl - owed).abs();
            let has_quantities = claim.qty == truth.qty(instrument);
            let counted = usize::from(off != Exact::default());
            match errors.iter_mut().find(|error| error.name == claim.name) {
                Some(error) => {
                    error.total = error.total + off;
                    error.instruments += counted;
                    error.largest = error.largest.max(off);
                    error.has_quantities &= has_quantities;
                }
                None => errors.push(Error {
                    name: claim.name,
                    total: off,
                    instruments: counted,
                    largest: off,
                    has_quantities,
                }),
            }
        }
    }
    errors
}
