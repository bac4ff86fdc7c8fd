//! How far the store is, readable from any thread, also while the book works and after its end.

use std::sync::Arc;
use std::time::Duration;

use truebook_store::Progress;

use crate::error::Error;

/// How a store does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreStatus {
    /// The event up to which the newest checkpoint stands.
    pub checkpoint_sequence: u64,
    /// The bytes of events that wait in memory because the disk refuses.
    pub backlog_bytes: u64,
    /// Why events are not kept at the moment.
    pub error: Option<String>,
    /// Why the tables do not follow at the moment.
    pub tables_error: Option<String>,
}

/// A view of what has become durable.
#[derive(Clone, Debug, Default)]
pub struct DurabilityWatch(Option<Arc<Progress>>);

impl DurabilityWatch {
    pub(crate) fn new(progress: Option<&Arc<Progress>>) -> Self {
        Self(progress.map(Arc::clone))
    }

    /// The newest event that survives; without a database, 0.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.0
            .as_ref()
            .map_or(0, |progress| progress.durable_sequence())
    }

    /// Whether there is no database.
    #[must_use]
    pub fn is_without_store(&self) -> bool {
        self.0.is_none()
    }

    /// How the store does; without a database, nothing is wrong.
    #[must_use]
    pub fn store(&self) -> StoreStatus {
        self.0
            .as_ref()
            .map_or_else(StoreStatus::default, |known| StoreStatus {
                checkpoint_sequence: known.checkpoint_sequence(),
                backlog_bytes: known.backlog_bytes(),
                error: known.error(),
                tables_error: known.tables_error(),
            })
    }

    /// The event up to which the history tables stand; without a database, 0.
    #[must_use]
    pub fn tables_sequence(&self) -> u64 {
        let progress = self.0.as_ref();
        progress.map_or(0, |progress| progress.tables_sequence())
    }

    /// Waits until the history tables stand at `sequence`; `false` when the time is over or the
    /// store ended, and at once without a database.
    #[must_use]
    pub fn wait_tables(&self, sequence: u64, timeout: Duration) -> bool {
        let progress = self.0.as_ref();
        progress.is_some_and(|progress| progress.wait_tables(sequence, timeout))
    }

    /// Waits until `sequence` is durable; `false` when the time is over, and at once
    /// without a database.
    ///
    /// # Errors
    /// [`Error::Store`] when the store failed.
    pub fn wait(&self, sequence: u64, timeout: Duration) -> Result<bool, Error> {
        let Some(progress) = &self.0 else {
            return Ok(false);
        };
        if progress.wait_durable(sequence, timeout) {
            return Ok(true);
        }
        progress
            .error()
            .map_or(Ok(false), |what| Err(Error::Store(what)))
    }
}
