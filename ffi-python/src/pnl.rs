//! PnL by strategy, account, instrument or currency, as Python reads it.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use truebook::model::Id;
use truebook::{PnlBy, PnlRecord};

use crate::argument::text;
use crate::book::Book;
use crate::choice::one_of;
use crate::getter::decimals;

/// The PnL of one strategy, account, instrument or currency.
#[pyclass(frozen, eq, module = "truebook")]
#[derive(PartialEq)]
pub(crate) struct Pnl(PnlRecord);

decimals! { Pnl {
    /// Realized PnL, gross of fees.
    realized_pnl,
    /// Unrealized PnL, gross of fees.
    unrealized_pnl,
    /// Fees paid; negative is a net rebate.
    fees,
    /// Funding, dividends and interest received less paid.
    funding,
    /// realized + unrealized - fees + funding.
    total_pnl,
} }

#[pymethods]
impl Pnl {
    /// Currencies of which a part is not in these sums, for want of a rate.
    #[getter]
    fn missing_rates(&self) -> Vec<&str> {
        self.0.missing_rates.iter().map(Id::as_str).collect()
    }

    fn __repr__(&self) -> String {
        format!(
            "Pnl({}, total_pnl={}, realized_pnl={}, unrealized_pnl={}, fees={}, funding={})",
            self.0.name,
            self.0.total_pnl,
            self.0.realized_pnl,
            self.0.unrealized_pnl,
            self.0.fees,
            self.0.funding
        )
    }
}

#[pymethods]
impl Book {
    /// PnL by "strategy", "account" or "instrument" in the reporting currency, or by "currency",
    /// each in itself.
    #[pyo3(signature = (*, by="strategy"))]
    fn pnl<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = text)] by: &str,
    ) -> PyResult<Bound<'py, PyDict>> {
        let by = one_of(py, "by", by, &PnlBy::ALL)?;
        let found = PyDict::new(py);
        for record in self.with(py, |book| book.pnl(by))? {
            found.set_item(record.name.as_str(), Pnl(record.clone()))?;
        }
        Ok(found)
    }
}
