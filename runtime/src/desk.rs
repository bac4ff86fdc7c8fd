//! What reacts beside a book: the paper venue, or nothing in live mode.

use truebook_core::book::{Command, State};
use truebook_core::engine::{Happening, Reactor};

use crate::paper::PaperVenue;

/// Who fills orders.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Desk {
    /// The paper venue.
    Paper(PaperVenue),
    /// The bot itself: the book only records.
    Live,
}

impl Desk {
    pub(crate) fn paper() -> Self {
        Self::Paper(PaperVenue)
    }
}

impl Reactor for Desk {
    fn react(&mut self, state: &State, happening: Happening<'_>, commands: &mut Vec<Command>) {
        match self {
            Self::Paper(venue) => venue.react(state, happening, commands),
            Self::Live => {}
        }
    }
}
