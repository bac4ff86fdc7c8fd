//! Where events go to be kept.

use crate::book::Entry;

/// Takes every event once, in order.
pub trait Journal: Send + 'static {
    /// Takes the next event.
    fn append(&mut self, entry: &Entry);

    /// Whether events can be kept now; where not, no new risk is taken.
    fn is_available(&self) -> bool;
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
