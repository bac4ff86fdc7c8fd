//! What a call returns: where it was booked.

use pyo3::prelude::*;

/// What became of a call: where it was booked.
#[pyclass(frozen, get_all, module = "truebook")]
pub(crate) struct Applied {
    /// The sequence of the event that booked it.
    sequence: u64,
    /// Whether it had been booked before.
    duplicate: bool,
    /// Why it could not be booked, or None.
    quarantined: Option<&'static str>,
    /// The order's client id, where it is one.
    client_order_id: Option<String>,
}

#[pymethods]
impl Applied {
    fn __repr__(&self) -> String {
        let quarantined = self
            .quarantined
            .map_or("None".to_owned(), |why| format!("'{why}'"));
        let duplicate = if self.duplicate { "True" } else { "False" };
        format!(
            "Applied(sequence={}, duplicate={duplicate}, quarantined={quarantined})",
            self.sequence
        )
    }
}

impl From<truebook::Applied> for Applied {
    fn from(applied: truebook::Applied) -> Self {
        Self {
            sequence: applied.sequence,
            duplicate: applied.duplicate,
            quarantined: applied.quarantined.map(|why| why.name()),
            client_order_id: applied.client_order_id.map(|id| id.to_string()),
        }
    }
}
