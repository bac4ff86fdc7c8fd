//! Doorbells that are rung together: one for each thread that waits for the same thing.
//!
//! 1. While nobody waits, a ring is one look.

use std::sync::{Arc, Mutex, PoisonError};

use crate::sync::{Doorbell, Shelf};

/// The bells of all who wait.
#[derive(Debug)]
pub(super) struct Bells {
    all: Shelf<Vec<Arc<Doorbell>>>,
    /// Taken by those who come and go.
    entry: Mutex<()>,
}

impl Bells {
    pub fn new() -> Self {
        Self {
            all: Shelf::new(Vec::new()),
            entry: Mutex::new(()),
        }
    }

    /// A bell that is rung from now on.
    pub fn join(&self) -> Arc<Doorbell> {
        let bell = Arc::new(Doorbell::new());
        self.change(|bells| bells.push(Arc::clone(&bell)));
        bell
    }

    /// Rings `own` no longer.
    pub fn leave(&self, own: &Arc<Doorbell>) {
        self.change(|bells| bells.retain(|bell| !Arc::ptr_eq(bell, own)));
    }

    /// Whether nobody waits. Somebody may by the time this returns.
    pub fn is_empty(&self) -> bool {
        self.all.with(Vec::is_empty)
    }

    /// Wakes everybody who sleeps.
    pub fn ring(&self) {
        self.all
            .with(|bells| bells.iter().for_each(|bell| bell.ring()));
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Arc<Doorbell>>)) {
        let entry = self.entry.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bells = self.all.with(Vec::clone);
        change(&mut bells);
        self.all.store(Arc::new(bells));
        drop(entry);
    }
}
