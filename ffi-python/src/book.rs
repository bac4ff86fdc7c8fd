//! `Book`: every call of the contract, the GIL released while the book works.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use truebook::model::{Fixed, Id, InstrumentKind, InstrumentSpec};
use truebook::{CashKind, DurabilityWatch, Error, Fill, OrderRequest, TradingState};

use crate::applied::Applied;
use crate::choice::{side_of, unknown};
use crate::error::raise;
use crate::number::{decimal, exact, optional, time, whole};
use crate::record::{Portfolio, Position};

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

/// How long a wait goes on before it looks for Ctrl-C.
const SIGNALS: Duration = Duration::from_millis(50);
const DIGITS: &str = "a whole number from 0 to 12";

/// The book of record. Open one with `truebook.open`.
#[pyclass(frozen, module = "truebook")]
pub(crate) struct Book {
    inner: Mutex<truebook::Book>,
    durability: DurabilityWatch,
}

impl From<truebook::Book> for Book {
    fn from(book: truebook::Book) -> Self {
        Self {
            durability: book.durability(),
            inner: Mutex::new(book),
        }
    }
}

impl Book {
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        call: impl FnOnce(&mut truebook::Book) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        py.detach(|| call(&mut self.lock()))
            .map_err(|error| raise(py, &error))
    }

    fn lock(&self) -> MutexGuard<'_, truebook::Book> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cash(
        &self,
        (currency, amount): (&str, Any<'_, '_>),
        kind: CashKind,
        id: Option<&str>,
    ) -> PyResult<Applied> {
        let py = amount.py();
        let amount = exact("amount", amount)?;
        Ok(self
            .with(py, |book| book.move_cash((currency, amount), kind, id))?
            .into())
    }

    fn trading(&self, py: Python<'_>, to: TradingState, reason: &str) -> PyResult<Applied> {
        Ok(self
            .with(py, |book| book.set_trading_state(to, reason))?
            .into())
    }
}

#[pymethods]
impl Book {
    /// Register an instrument. A repeat with the same properties changes nothing.
    #[pyo3(signature = (symbol, *, base, quote, price_precision, qty_precision, kind="spot",
                        tick=None, lot=None, maker_fee=None, taker_fee=None, min_notional=None))]
    #[allow(
        clippy::too_many_arguments,
        reason = "the keyword arguments of a Python method"
    )]
    fn add_instrument(
        &self,
        py: Python<'_>,
        symbol: &str,
        base: &str,
        quote: &str,
        price_precision: Any<'_, '_>,
        qty_precision: Any<'_, '_>,
        kind: &str,
        tick: Option<Any<'_, '_>>,
        lot: Option<Any<'_, '_>>,
        maker_fee: Option<Any<'_, '_>>,
        taker_fee: Option<Any<'_, '_>>,
        min_notional: Option<Any<'_, '_>>,
    ) -> PyResult<Applied> {
        let id = |what, text| Id::new(what, text).map_err(|error| raise(py, &error.into()));
        let found = InstrumentKind::from_name(kind);
        let spec = InstrumentSpec {
            symbol: id("symbol", symbol)?,
            kind: found.ok_or_else(|| unknown(py, "kind", kind, "'spot' or 'equity'"))?,
            base: id("base", base)?,
            quote: id("quote", quote)?,
            price_precision: whole("price_precision", price_precision, DIGITS)?,
            qty_precision: whole("qty_precision", qty_precision, DIGITS)?,
            tick: optional("tick", tick)?,
            lot: optional("lot", lot)?,
            min_notional: optional("min_notional", min_notional)?,
            maker_fee_pct: optional("maker_fee", maker_fee)?,
            taker_fee_pct: optional("taker_fee", taker_fee)?,
        };
        Ok(self.with(py, |book| book.add_instrument(spec))?.into())
    }

    /// Book cash that came in. A repeat of `id` is booked once.
    #[pyo3(signature = (currency, amount, *, id=None))]
    fn deposit(&self, currency: &str, amount: Any<'_, '_>, id: Option<&str>) -> PyResult<Applied> {
        self.cash((currency, amount), CashKind::Deposit, id)
    }

    /// Book cash that went out. Refused above the free balance.
    #[pyo3(signature = (currency, amount, *, id=None))]
    fn withdraw(&self, currency: &str, amount: Any<'_, '_>, id: Option<&str>) -> PyResult<Applied> {
        self.cash((currency, amount), CashKind::Withdrawal, id)
    }

    /// Take a quote; None is a missing side. `ts_event` is in nanoseconds since the epoch.
    #[pyo3(signature = (symbol, bid, ask, *, ts_event=None))]
    fn quote(
        &self,
        py: Python<'_>,
        symbol: &str,
        bid: Option<Any<'_, '_>>,
        ask: Option<Any<'_, '_>>,
        ts_event: Option<Any<'_, '_>>,
    ) -> PyResult<()> {
        let sides = (optional("bid", bid)?, optional("ask", ask)?);
        let ts_event = time(ts_event)?;
        self.with(py, |book| book.quote(symbol, sides, ts_event))
    }

    /// Take a last price. `ts_event` is in nanoseconds since the epoch.
    #[pyo3(signature = (symbol, last, *, ts_event=None))]
    fn price(
        &self,
        py: Python<'_>,
        symbol: &str,
        last: Any<'_, '_>,
        ts_event: Option<Any<'_, '_>>,
    ) -> PyResult<()> {
        let (last, ts_event) = (exact("last", last)?, time(ts_event)?);
        self.with(py, |book| book.price(symbol, last, ts_event))
    }

    /// Book an execution, once however often it is reported.
    #[pyo3(signature = (symbol, side, qty, price, *, trade_id, client_order_id=None,
                        venue_order_id=None, strategy=None, fee=None, fee_currency=None,
                        ts_event=None))]
    #[allow(
        clippy::too_many_arguments,
        reason = "the keyword arguments of a Python method"
    )]
    fn fill(
        &self,
        py: Python<'_>,
        symbol: &str,
        side: &str,
        qty: Any<'_, '_>,
        price: Any<'_, '_>,
        trade_id: &str,
        client_order_id: Option<&str>,
        venue_order_id: Option<&str>,
        strategy: Option<&str>,
        fee: Option<Any<'_, '_>>,
        fee_currency: Option<&str>,
        ts_event: Option<Any<'_, '_>>,
    ) -> PyResult<Applied> {
        let fill = Fill {
            symbol,
            side: side_of(py, side)?,
            qty: exact("qty", qty)?,
            price: exact("price", price)?,
            trade_id,
            client_order_id,
            venue_order_id,
            strategy,
            fee: optional("fee", fee)?,
            fee_currency,
            ts_event: time(ts_event)?,
        };
        Ok(self.with(py, |book| book.fill(&fill))?.into())
    }

    /// Check an order and record the intent to send it; without a price, a market order.
    #[pyo3(signature = (symbol, side, qty, *, price=None, strategy=None, client_order_id=None,
                        reduce_only=false))]
    #[allow(
        clippy::too_many_arguments,
        reason = "the keyword arguments of a Python method"
    )]
    fn submit(
        &self,
        py: Python<'_>,
        symbol: &str,
        side: &str,
        qty: Any<'_, '_>,
        price: Option<Any<'_, '_>>,
        strategy: Option<&str>,
        client_order_id: Option<&str>,
        reduce_only: bool,
    ) -> PyResult<Applied> {
        let (side, qty) = (side_of(py, side)?, exact("qty", qty)?);
        let price = optional("price", price)?;
        let order = OrderRequest {
            symbol,
            side,
            qty,
            price,
            strategy,
            client_order_id,
            reduce_only,
        };
        Ok(self.with(py, |book| book.submit(&order))?.into())
    }

    /// The rule that an order would break now, or None. Books nothing.
    #[pyo3(signature = (symbol, side, qty, *, price=None, strategy=None, reduce_only=false))]
    #[allow(
        clippy::too_many_arguments,
        reason = "the keyword arguments of a Python method"
    )]
    fn would_refuse(
        &self,
        py: Python<'_>,
        symbol: &str,
        side: &str,
        qty: Any<'_, '_>,
        price: Option<Any<'_, '_>>,
        strategy: Option<&str>,
        reduce_only: bool,
    ) -> PyResult<Option<&'static str>> {
        let (side, qty) = (side_of(py, side)?, exact("qty", qty)?);
        let price = optional("price", price)?;
        let client_order_id = None;
        let order = OrderRequest {
            symbol,
            side,
            qty,
            price,
            strategy,
            client_order_id,
            reduce_only,
        };
        Ok(self
            .with(py, |book| book.would_refuse(&order))?
            .map(|refusal| refusal.name()))
    }

    /// Book that the venue cancelled an order; what was filled stays.
    fn canceled(&self, py: Python<'_>, client_order_id: &str) -> PyResult<Applied> {
        Ok(self.with(py, |book| book.canceled(client_order_id))?.into())
    }

    /// The position of one strategy, or the account's net.
    #[pyo3(signature = (symbol, *, strategy=None))]
    fn position(&self, py: Python<'_>, symbol: &str, strategy: Option<&str>) -> PyResult<Position> {
        Ok(Position(
            self.with(py, |book| book.position(symbol, strategy))?,
        ))
    }

    /// Every open position, by strategy.
    fn positions(&self, py: Python<'_>) -> PyResult<Vec<Position>> {
        let found = self.with(py, truebook::Book::positions)?;
        Ok(found.into_iter().map(Position).collect())
    }

    /// What the book adds up to in the reporting currency.
    fn portfolio(&self, py: Python<'_>) -> PyResult<Portfolio> {
        Ok(Portfolio(self.with(py, truebook::Book::portfolio)?))
    }

    /// The total balance of a currency; 0 where nothing was booked.
    fn balance<'py>(&self, py: Python<'py>, currency: &str) -> PyResult<Bound<'py, PyAny>> {
        let (total, _): (Fixed, Fixed) = self.with(py, |book| book.balance(currency))?;
        decimal(py, total)
    }

    /// Refuse every order until `resume`.
    fn halt(&self, py: Python<'_>, reason: &str) -> PyResult<Applied> {
        self.trading(py, TradingState::Halted, reason)
    }

    /// Refuse every order that does not reduce until `resume`.
    #[pyo3(signature = (reason="reduce"))]
    fn reduce(&self, py: Python<'_>, reason: &str) -> PyResult<Applied> {
        self.trading(py, TradingState::Reducing, reason)
    }

    /// Take orders again.
    #[pyo3(signature = (reason="resume"))]
    fn resume(&self, py: Python<'_>, reason: &str) -> PyResult<Applied> {
        self.trading(py, TradingState::Active, reason)
    }

    /// The newest event that survives; 0 without a database. Readable after close.
    #[getter]
    fn durable_sequence(&self) -> u64 {
        self.durability.sequence()
    }

    /// Wait until `sequence` is durable; False when `timeout` seconds are over. Holds up no other
    /// thread, and Ctrl-C ends it.
    #[pyo3(signature = (sequence, timeout=10.0))]
    fn wait_durable(&self, py: Python<'_>, sequence: Any<'_, '_>, timeout: f64) -> PyResult<bool> {
        let sequence = whole("sequence", sequence, "a sequence, 0 or more")?;
        let allowed = "seconds, 0 or more";
        let bound = Duration::try_from_secs_f64(timeout)
            .map_err(|_| unknown(py, "timeout", &timeout.to_string(), allowed))?;
        let begun = Instant::now();
        loop {
            let left = bound.saturating_sub(begun.elapsed());
            let durability = &self.durability;
            let waited = py.detach(|| durability.wait(sequence, left.min(SIGNALS)));
            if waited.map_err(|error| raise(py, &error))? {
                return Ok(true);
            }
            py.check_signals()?;
            if left.is_zero() {
                return Ok(false);
            }
        }
    }

    /// Keep everything and end. A repeat does nothing.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, truebook::Book::close)
    }

    fn __enter__(slf: Py<Self>, py: Python<'_>) -> PyResult<Py<Self>> {
        slf.get().with(py, |book| book.check_open())?;
        Ok(slf)
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(
        &self,
        py: Python<'_>,
        _exception: &Bound<'_, pyo3::types::PyTuple>,
    ) -> PyResult<()> {
        self.close(py)
    }
}
