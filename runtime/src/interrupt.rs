//! A request to stop, from a signal or another thread.

use truebook_core::sync::primitive::{AtomicBool, Ordering};

/// Set once, seen by whoever looks.
#[derive(Debug, Default)]
pub struct Interrupt(AtomicBool);

impl Interrupt {
    /// Asks to stop.
    pub fn set(&self) {
        // SYNC: Relaxed is enough, nothing else is handed over.
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    #[must_use]
    pub fn is_set(&self) -> bool {
        // SYNC: Relaxed is enough, nothing else is handed over.
        self.0.load(Ordering::Relaxed)
    }
}
