//! How a book does, as Python reads it.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use truebook::{DurabilityWatch, Reader};

/// How a book does; each figure is of a moment of its own.
#[pyclass(frozen, get_all, module = "truebook")]
pub(crate) struct Status {
    /// The sequence of the newest event.
    sequence: u64,
    /// How many changes were published, prices included, in this process.
    version: u64,
    /// Whether the writer runs.
    is_running: bool,
    /// What trading is allowed: "ACTIVE", "REDUCING" or "HALTED".
    trading_state: &'static str,
    /// How many orders are of unknown fate since the book was opened.
    unresolved: usize,
    /// The newest event that survives; 0 without a database.
    durable_sequence: u64,
    /// The event up to which the history tables stand; 0 without a database.
    tables_sequence: u64,
    /// The event up to which the newest checkpoint stands; 0 without one.
    checkpoint_sequence: u64,
    /// The bytes of events that wait in memory because the disk refuses.
    backlog_bytes: u64,
    /// Why events are not kept at the moment, or None.
    store_error: Option<String>,
    /// Why the history tables do not follow at the moment, or None.
    tables_error: Option<String>,
    /// The producers, the book's own first: "depth", "peak", "executed", "conflated".
    producers: Vec<Py<PyDict>>,
    /// The subscribers, oldest first: "lag" and "lost", in parts of events.
    subscribers: Vec<Py<PyDict>>,
    /// How long commands took to apply and publish, in nanoseconds: "count", "p50", "p99", "max".
    latency: Py<PyDict>,
}

impl Status {
    pub(crate) fn of(
        py: Python<'_>,
        (reader, durability): (&Reader, &DurabilityWatch),
        (trading_state, unresolved): (&'static str, usize),
    ) -> PyResult<Self> {
        let status = reader.status();
        let each = |pairs: &[(&str, u64)]| {
            let dict = PyDict::new(py);
            for (name, value) in pairs {
                dict.set_item(name, value)?;
            }
            PyResult::Ok(dict.unbind())
        };
        let latency = &status.latency;
        let store = durability.store();
        Ok(Self {
            sequence: status.sequence,
            version: status.version,
            is_running: status.is_running,
            trading_state,
            unresolved,
            durable_sequence: durability.sequence(),
            tables_sequence: durability.tables_sequence(),
            checkpoint_sequence: store.checkpoint_sequence,
            backlog_bytes: store.backlog_bytes,
            store_error: store.error,
            tables_error: store.tables_error,
            producers: status
                .producers
                .iter()
                .map(|of| {
                    each(&[
                        ("depth", of.depth),
                        ("peak", of.peak),
                        ("executed", of.executed),
                        ("conflated", of.conflated),
                    ])
                })
                .collect::<PyResult<_>>()?,
            subscribers: status
                .subscribers
                .iter()
                .map(|of| each(&[("lag", of.lag), ("lost", of.lost)]))
                .collect::<PyResult<_>>()?,
            latency: each(&[
                ("count", latency.len()),
                ("p50", latency.value_at_quantile(0.5)),
                ("p99", latency.value_at_quantile(0.99)),
                ("max", latency.value_at_quantile(1.0)),
            ])?,
        })
    }
}

#[pymethods]
impl Status {
    fn __repr__(&self) -> String {
        let running = if self.is_running { "True" } else { "False" };
        format!(
            "Status(sequence={}, durable_sequence={}, trading_state='{}', is_running={running})",
            self.sequence, self.durable_sequence, self.trading_state
        )
    }
}
