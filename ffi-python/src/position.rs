//! A position, as Python reads it.

use std::ops::Deref;
use std::sync::OnceLock;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use truebook::model::Fixed;
use truebook::{ClosedPositionRecord, PositionReading, PositionRecord};

use crate::getter::{decimals, maybe_decimals, plain};
use crate::number::{by_name, decimal, maybe};

/// A position at one sequence: of one strategy, or the account's net. Money is in the settlement
/// currency.
#[pyclass(frozen, eq, module = "truebook")]
#[derive(PartialEq)]
pub(crate) struct Position(Taken);

/// What was read, and its record once one was needed.
pub(crate) struct Taken {
    reading: PositionReading,
    record: OnceLock<Box<PositionRecord>>,
}

impl Deref for Taken {
    type Target = PositionRecord;

    fn deref(&self) -> &PositionRecord {
        match &self.reading {
            PositionReading::Record(record) => record,
            figures @ PositionReading::Figures(..) => {
                self.record.get_or_init(|| Box::new(figures.record()))
            }
        }
    }
}

impl PartialEq for Taken {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl From<PositionReading> for Position {
    fn from(reading: PositionReading) -> Self {
        let record = OnceLock::new();
        Self(Taken { reading, record })
    }
}

impl From<PositionRecord> for Position {
    fn from(record: PositionRecord) -> Self {
        PositionReading::Record(Box::new(record)).into()
    }
}

decimals! { Position {
    /// Quantity, negative when short.
    signed_qty,
    /// What no open order reduces already.
    available_to_reduce,
    /// Received less paid for the quantity, fees apart.
    cash_flow,
    /// Funding, dividends and interest received less paid.
    funding,
    /// What it locks as margin.
    margin,
} }

maybe_decimals! { Position {
    /// Average price of the open quantity at the scale of its price; None when flat or unknown.
    avg_px,
    /// Exact cost of the open quantity, signed; None where it is unknown.
    cost,
    /// The price at which it is valued; None before the first.
    mark,
    /// Realized PnL, gross of fees; None where a cost is unknown.
    realized_pnl,
} }

plain! { Position {
    /// When it was opened from flat, nanoseconds since the epoch; 0 when it is flat.
    opened_at: i64,
    /// When a fill last changed it, nanoseconds since the epoch.
    updated_at: i64,
    /// Round trips that have ended.
    closed_trades: u64,
    /// Whether it is held but worth less than the dust threshold.
    is_dust: bool,
    /// The sequence of the event that last changed it.
    sequence: u64,
} }

#[pymethods]
impl Position {
    /// Unrealized PnL, gross of fees; None without a mark or where a cost is unknown.
    #[getter]
    fn unrealized_pnl<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        maybe(py, self.0.reading.unrealized_pnl())
    }

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
    fn account(&self) -> &str {
        self.0.account.as_str()
    }

    /// "net", or "long" or "short" where the account is hedged.
    #[getter]
    fn leg(&self) -> &'static str {
        self.0.leg.name()
    }

    /// "long", "short" or "flat".
    #[getter]
    fn side(&self) -> &'static str {
        self.0.side()
    }

    /// Quantity, never negative.
    #[getter]
    fn qty<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let signed = self.0.signed_qty;
        decimal(py, Fixed::new(signed.raw.saturating_abs(), signed.scale))
    }

    /// Fees by currency.
    #[getter]
    fn fees<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        by_name(py, &self.0.fees)
    }

    fn __repr__(&self) -> String {
        let shown = |value: Option<Fixed>| value.map_or("None".to_owned(), |v| v.to_string());
        let record = &*self.0;
        format!(
            "Position(symbol='{}', side='{}', signed_qty={}, avg_px={}, realized_pnl={})",
            record.symbol,
            record.side(),
            record.signed_qty,
            shown(record.avg_px),
            shown(record.realized_pnl)
        )
    }
}

/// A round trip that has ended: from flat to flat, or to the other side.
#[pyclass(frozen, eq, module = "truebook")]
#[derive(PartialEq)]
pub(crate) struct ClosedPosition(pub ClosedPositionRecord);
decimals! { ClosedPosition {
    /// How much was opened in all.
    entry_qty,
    /// The largest quantity held.
    peak_qty,
    /// Realized PnL in the settlement currency, gross of fees.
    realized_pnl,
    /// Fees in the settlement currency.
    fees,
} }

maybe_decimals! { ClosedPosition {
    /// The average price at which it was opened, at the scale of its price.
    entry_px,
    /// The average price at which it was closed, at the scale of its price.
    exit_px,
} }

plain! { ClosedPosition {
    /// "long" or "short".
    side: &'static str,
    /// When it was opened, nanoseconds since the epoch.
    opened_at: i64,
    /// When it was closed, nanoseconds since the epoch.
    closed_at: i64,
    /// The sequence of the event that ended it.
    sequence: u64,
} }

#[pymethods]
impl ClosedPosition {
    /// What was held.
    #[getter]
    fn symbol(&self) -> &str {
        self.0.symbol.as_str()
    }

    /// Who decided it.
    #[getter]
    fn strategy(&self) -> &str {
        self.0.strategy.as_str()
    }

    /// Whose account.
    #[getter]
    fn account(&self) -> &str {
        self.0.account.as_str()
    }

    /// How long it was held, in nanoseconds.
    #[getter]
    fn duration_ns(&self) -> i64 {
        self.0.closed_at - self.0.opened_at
    }

    fn __repr__(&self) -> String {
        format!(
            "ClosedPosition(symbol='{}', side='{}', entry_qty={}, realized_pnl={})",
            self.0.symbol, self.0.side, self.0.entry_qty, self.0.realized_pnl
        )
    }
}
