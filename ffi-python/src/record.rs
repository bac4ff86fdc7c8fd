//! Orders, balances, strategies and totals, as Python reads them.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use truebook::model::Id;
use truebook::{BalanceRecord, OrderRecord, PortfolioRecord, StrategyRecord};

use crate::getter::{decimals, maybe_decimals, plain};
use crate::number::{by_name, decimal};

/// An order at one sequence.
#[pyclass(frozen, eq, module = "truebook")]
#[derive(PartialEq)]
pub(crate) struct Order(pub OrderRecord);

decimals! { Order {
    /// How much.
    qty,
    /// How much was filled.
    cum_qty,
    /// How much is left.
    leaves_qty,
} }

maybe_decimals! { Order {
    /// Its limit.
    price,
    /// The price that sets it off.
    stop,
    /// The average price of its fills, at the scale of its price; None before the first.
    avg_px,
} }

plain! { Order {
    /// "buy" or "sell".
    side: &'static str,
    /// "market", "limit", "stop" or "stop_limit".
    order_type: &'static str,
    /// "gtc", "ioc", "fok", "day" or "gtd".
    time_in_force: &'static str,
    /// "pending", "working", "partially_filled", "unknown", "filled", "canceled", "rejected" or
    /// "expired".
    status: &'static str,
    /// Whether it may only reduce.
    reduce_only: bool,
    /// Whether a cancel was asked for and is not yet answered.
    is_cancel_requested: bool,
    /// When it was submitted, nanoseconds since the epoch.
    ts_init: i64,
    /// The sequence of its submission.
    sequence: u64,
} }

#[pymethods]
impl Order {
    /// Our id.
    #[getter]
    fn client_order_id(&self) -> &str {
        self.0.client_order_id.as_str()
    }

    /// The venue's id, or None.
    #[getter]
    fn venue_order_id(&self) -> Option<&str> {
        self.0.venue_order_id.as_ref().map(|id| id.as_str())
    }

    /// The order that is to be cancelled when this one fills, or None.
    #[getter]
    fn one_cancels(&self) -> Option<&str> {
        self.0.one_cancels.as_ref().map(|id| id.as_str())
    }

    /// The entry whose fill this one protects, or None.
    #[getter]
    fn bracket_of(&self) -> Option<&str> {
        self.0.bracket_of.as_ref().map(|id| id.as_str())
    }

    /// What is traded.
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

    /// What it still locks.
    #[getter]
    fn locked<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal(py, self.0.locked.0)
    }

    /// The currency of what it locks.
    #[getter]
    fn lock_currency(&self) -> &str {
        self.0.locked.1.as_str()
    }

    fn __repr__(&self) -> String {
        format!(
            "Order('{}', {} {} {}, status='{}', cum_qty={})",
            self.0.client_order_id,
            self.0.side,
            self.0.qty,
            self.0.symbol,
            self.0.status,
            self.0.cum_qty
        )
    }
}

/// A balance: total = free + in_orders + in_margin.
#[pyclass(frozen, eq, module = "truebook")]
#[derive(PartialEq)]
pub(crate) struct Balance(pub BalanceRecord);

decimals! { Balance {
    /// Everything.
    total,
    /// What is not locked.
    free,
    /// What open orders lock.
    in_orders,
    /// What positions lock as margin.
    in_margin,
} }

maybe_decimals! { Balance {
    /// What the venue last said the total is, or None.
    stated,
} }

#[pymethods]
impl Balance {
    fn __repr__(&self) -> String {
        format!("Balance(total={}, free={})", self.0.total, self.0.free)
    }
}

/// What a strategy did, in the reporting currency.
#[pyclass(frozen, eq, module = "truebook")]
#[derive(PartialEq)]
pub(crate) struct Strategy(pub StrategyRecord);

decimals! { Strategy {
    /// Realized PnL, gross of fees.
    realized_pnl,
    /// Unrealized PnL, gross of fees.
    unrealized_pnl,
    /// Fees paid.
    fees,
    /// Funding, dividends and interest received less paid.
    funding,
    /// realized + unrealized - fees + funding.
    total_pnl,
} }

plain! { Strategy {
    /// Orders that passed their checks.
    orders: u64,
    /// Executions.
    fills: u64,
    /// Positions that are open and not dust.
    open_positions: u64,
    /// Round trips that have ended.
    closed_trades: u64,
    /// Those that ended above 0.
    winning_trades: u64,
} }

#[pymethods]
impl Strategy {
    /// Its name.
    #[getter]
    fn name(&self) -> &str {
        self.0.name.as_str()
    }

    /// Orders refused, by reason.
    #[getter]
    fn refused<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, count) in &self.0.refused {
            dict.set_item(name, count)?;
        }
        Ok(dict)
    }

    fn __repr__(&self) -> String {
        format!(
            "Strategy('{}', fills={}, total_pnl={})",
            self.0.name, self.0.fills, self.0.total_pnl
        )
    }
}

/// What the book adds up to, in the reporting currency.
#[pyclass(frozen, eq, module = "truebook")]
#[derive(PartialEq)]
pub(crate) struct Portfolio(pub PortfolioRecord);

decimals! { Portfolio {
    /// What was paid in, plus the PnL.
    equity,
    /// Balances that no position accounts for.
    cash,
    /// Positions at their marks; what has no mark at its cost.
    holdings,
    /// Realized PnL, gross of fees.
    realized_pnl,
    /// Unrealized PnL, gross of fees.
    unrealized_pnl,
    /// Fees paid.
    fees,
    /// Funding, dividends and interest received less paid.
    funding,
    /// realized + unrealized - fees + funding.
    total_pnl,
    /// cash + holdings less what was paid in and the PnL, summed over currencies: 0.
    difference,
} }

plain! { Portfolio {
    /// Open positions, dust apart.
    active: u64,
    /// Open positions that are dust.
    dust: u64,
    /// The sequence at which this holds.
    sequence: u64,
} }

#[pymethods]
impl Portfolio {
    /// Open positions, dust included.
    #[getter]
    fn total(&self) -> u64 {
        self.0.active + self.0.dust
    }

    /// PnL after fees by strategy.
    #[getter]
    fn by_strategy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        by_name(py, &self.0.by_strategy)
    }

    /// Currencies without a rate to the reporting currency, and what is held without a mark.
    #[getter]
    fn missing_rates(&self) -> Vec<&str> {
        self.0.missing_rates.iter().map(Id::as_str).collect()
    }

    fn __repr__(&self) -> String {
        format!(
            "Portfolio(equity={}, cash={}, holdings={}, sequence={})",
            self.0.equity, self.0.cash, self.0.holdings, self.0.sequence
        )
    }
}
