//! Where events go to be kept.

use crate::book::{Entry, State};

/// Takes every event once, in order.
pub trait Journal: Send + 'static {
    /// Takes the next event.
    fn append(&mut self, entry: &Entry);

    /// Ends an input: the events since the last end are kept together or not at all, since nothing
    /// makes up for the second half of what one input did.
    fn end(&mut self) {}

    /// Whether events can be kept now; where not, no new risk is taken.
    fn is_available(&self) -> bool;

    /// There is time: what waits is passed on, where it can be; whether something still waits.
    fn rest(&mut self) -> bool {
        false
    }

    /// Takes what the ledger is after the newest event, to be compared with what events make of it.
    fn witness(&mut self, state: &State) {
        let _ = state;
    }
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn append(&mut self, _: &Entry) {}

    fn is_available(&self) -> bool {
        true
    }
}
