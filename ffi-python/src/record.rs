//! What reads return: positions and totals, decimals made when they are asked for.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use truebook::model::Fixed;
use truebook::{PortfolioRecord, PositionRecord};

use crate::number::decimal;

type Any<'py> = PyResult<Bound<'py, PyAny>>;

fn maybe<'py>(py: Python<'py>, value: Option<Fixed>) -> PyResult<Option<Bound<'py, PyAny>>> {
    value.map(|value| decimal(py, value)).transpose()
}

/// A position at one sequence: of one strategy, or the account's net.
#[pyclass(frozen, module = "truebook")]
pub(crate) struct Position(pub PositionRecord);

#[pymethods]
impl Position {
    /// What is held.
    #[getter]
    fn symbol(&self) -> &str {
        self.0.symbol.as_str()
    }

    /// Who decided it; None is the account's net.
    #[getter]
    fn strategy(&self) -> Option<&str> {
        self.0.strategy.as_ref().map(|name| name.as_str())
    }

    /// Whose account.
    #[getter]
    fn account(&self) -> &'static str {
        "default"
    }

    /// "long", "short" or "flat".
    #[getter]
    fn side(&self) -> &'static str {
        match self.0.signed_qty.raw {
            0 => "flat",
            raw if raw > 0 => "long",
            _ => "short",
        }
    }

    /// Quantity in base units, never negative.
    #[getter]
    fn qty<'py>(&self, py: Python<'py>) -> Any<'py> {
        let signed = self.0.signed_qty;
        decimal(py, Fixed::new(signed.raw.saturating_abs(), signed.scale))
    }

    /// Quantity in base units, negative when short.
    #[getter]
    fn signed_qty<'py>(&self, py: Python<'py>) -> Any<'py> {
        decimal(py, self.0.signed_qty)
    }

    /// Average price of the open quantity at 8 decimals; None when flat.
    #[getter]
    fn avg_px<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        maybe(py, self.0.avg_px)
    }

    /// Exact cost of the open quantity in quote currency, signed.
    #[getter]
    fn cost<'py>(&self, py: Python<'py>) -> Any<'py> {
        decimal(py, self.0.cost)
    }

    /// The price at which it is valued; None before the first.
    #[getter]
    fn mark<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        maybe(py, self.0.mark)
    }

    /// Realized PnL in quote currency, gross of fees.
    #[getter]
    fn realized_pnl<'py>(&self, py: Python<'py>) -> Any<'py> {
        decimal(py, self.0.realized_pnl)
    }

    /// Unrealized PnL in quote currency, gross of fees; None without a mark.
    #[getter]
    fn unrealized_pnl<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        maybe(py, self.0.unrealized_pnl)
    }

    /// Fees by currency.
    #[getter]
    fn fees<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let fees = PyDict::new(py);
        for (currency, amount) in &self.0.fees {
            fees.set_item(currency.as_str(), decimal(py, *amount)?)?;
        }
        Ok(fees)
    }

    /// When it was opened from flat, nanoseconds since the epoch.
    #[getter]
    fn opened_at(&self) -> i64 {
        self.0.opened_at
    }

    /// When a fill last changed it, nanoseconds since the epoch.
    #[getter]
    fn updated_at(&self) -> i64 {
        self.0.updated_at
    }

    /// Whether it is held but worth less than the dust threshold.
    #[getter]
    fn is_dust(&self) -> bool {
        self.0.is_dust
    }

    /// The sequence of the event that last changed it.
    #[getter]
    fn sequence(&self) -> u64 {
        self.0.sequence
    }

    fn __repr__(&self) -> String {
        let average = self
            .0
            .avg_px
            .map_or_else(|| "None".to_owned(), |px| px.to_string());
        format!(
            "Position(symbol='{}', side='{}', signed_qty={}, avg_px={average}, realized_pnl={})",
            self.0.symbol,
            self.side(),
            self.0.signed_qty,
            self.0.realized_pnl
        )
    }
}

/// What the book adds up to, in the reporting currency.
#[pyclass(frozen, module = "truebook")]
pub(crate) struct Portfolio(pub PortfolioRecord);

#[pymethods]
impl Portfolio {
    /// What was paid in, plus the PnL.
    #[getter]
    fn equity<'py>(&self, py: Python<'py>) -> Any<'py> {
        decimal(py, self.0.equity)
    }

    /// Balances that no position accounts for.
    #[getter]
    fn cash<'py>(&self, py: Python<'py>) -> Any<'py> {
        decimal(py, self.0.cash)
    }

    /// Positions at their marks.
    #[getter]
    fn holdings<'py>(&self, py: Python<'py>) -> Any<'py> {
        decimal(py, self.0.holdings)
    }

    /// Realized PnL, gross of fees.
    #[getter]
    fn realized_pnl<'py>(&self, py: Python<'py>) -> Any<'py> {
        decimal(py, self.0.realized_pnl)
    }

    /// Unrealized PnL, gross of fees.
    #[getter]
    fn unrealized_pnl<'py>(&self, py: Python<'py>) -> Any<'py> {
        decimal(py, self.0.unrealized_pnl)
    }

    /// Fees paid.
    #[getter]
    fn fees<'py>(&self, py: Python<'py>) -> Any<'py> {
        decimal(py, self.0.fees)
    }

    /// Open positions, dust apart.
    #[getter]
    fn active(&self) -> u64 {
        self.0.active
    }

    /// Open positions that are dust.
    #[getter]
    fn dust(&self) -> u64 {
        self.0.dust
    }

    /// Open positions, dust included.
    #[getter]
    fn total(&self) -> u64 {
        self.0.active + self.0.dust
    }

    /// PnL after fees by strategy.
    #[getter]
    fn by_strategy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let by_strategy = PyDict::new(py);
        for (name, pnl) in &self.0.by_strategy {
            by_strategy.set_item(name.as_str(), decimal(py, *pnl)?)?;
        }
        Ok(by_strategy)
    }

    /// Currencies without a rate to the reporting currency.
    #[getter]
    fn missing_rates<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.0.missing_rates.iter().map(|code| code.as_str()))
    }

    /// The sequence at which this holds.
    #[getter]
    fn sequence(&self) -> u64 {
        self.0.sequence
    }

    fn __repr__(&self) -> String {
        format!(
            "Portfolio(equity={}, cash={}, holdings={}, sequence={})",
            self.0.equity, self.0.cash, self.0.holdings, self.0.sequence
        )
    }
}
