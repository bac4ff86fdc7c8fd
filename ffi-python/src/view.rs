//! The whole book at one sequence, as Python reads it.

use pyo3::prelude::*;
use truebook::{BookRecord, Frame};

use crate::argument::flag;
use crate::position::Position;
use crate::record::{Order, Portfolio};
use crate::table::{Records, Table};

/// The whole book at one sequence; never changes.
#[pyclass(frozen, eq, module = "truebook")]
#[derive(PartialEq)]
pub(crate) struct View(pub BookRecord);

#[pymethods]
impl View {
    /// The sequence at which all of it holds.
    #[getter]
    fn sequence(&self) -> u64 {
        self.0.portfolio.sequence
    }

    /// When its newest event happened, nanoseconds since the epoch.
    #[getter]
    fn ts(&self) -> i64 {
        self.0.ts
    }

    /// What the book adds up to in the reporting currency.
    #[getter]
    fn portfolio(&self) -> Portfolio {
        Portfolio(self.0.portfolio.clone())
    }

    /// Every open position, by account, strategy and leg; a list that is a table, too.
    #[getter]
    fn positions(&self, py: Python<'_>) -> PyResult<Records> {
        let all = &self.0.positions;
        Records::new(
            py,
            all.iter().cloned().map(Position::from),
            Frame::of_positions(all),
        )
    }

    /// Every order that can still fill, oldest first; a list that is a table, too.
    #[getter]
    fn orders(&self, py: Python<'_>) -> PyResult<Records> {
        let all = &self.0.orders;
        Records::new(py, all.iter().cloned().map(Order), Frame::of_orders(all))
    }

    /// Every balance that is not empty, as a table; with `floats` its decimals are floats.
    #[pyo3(signature = (*, floats=false))]
    fn balances(&self, #[pyo3(from_py_with = flag)] floats: bool) -> Table {
        Table::new(self.0.balances.clone(), floats)
    }

    fn __repr__(&self) -> String {
        format!(
            "View(sequence={}, equity={}, positions={}, orders={})",
            self.0.portfolio.sequence,
            self.0.portfolio.equity,
            self.0.positions.len(),
            self.0.orders.len()
        )
    }
}
