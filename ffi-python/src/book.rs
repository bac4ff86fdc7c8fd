//! `Book`: what is registered, priced and read; the GIL is released while the book works.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use truebook::model::{Id, InstrumentKind, InstrumentSpec, Timestamp};
use truebook::{DurabilityWatch, Error, TradingState};

use crate::applied::Applied;
use crate::choice::unknown;
use crate::error::raise;
use crate::number::{exact, optional, time, whole};
use crate::position::{ClosedPosition, Position};
use crate::record::{Balance, Order, Portfolio, Strategy};

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

/// How long a wait goes on before it looks for Ctrl-C.
const SIGNALS: Duration = Duration::from_millis(50);
const DIGITS: &str = "a whole number from 0 to 18";

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
    pub(crate) fn with<T: Send>(
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

    fn trading(&self, py: Python<'_>, to: TradingState, reason: &str) -> PyResult<Applied> {
        Ok(self
            .with(py, |book| book.set_trading_state(to, reason))?
            .into())
    }
}

#[pymethods]
impl Book {
    /// Register an instrument, or change its steps and fees; a repeat changes nothing. `maker_fee`
    /// and `taker_fee` are in percent; `expiry` is in nanoseconds since the epoch.
    #[pyo3(signature = (symbol, *, base, quote, price_precision, qty_precision, kind="spot",
                        settle=None, venue=None, tick=None, lot=None, min_qty=None, max_qty=None,
                        multiplier=None, maker_fee=None, taker_fee=None, min_notional=None,
                        leverage=None, expiry=None))]
    fn add_instrument(
        &self,
        py: Python<'_>,
        symbol: &str,
        base: &str,
        quote: &str,
        price_precision: Any<'_, '_>,
        qty_precision: Any<'_, '_>,
        kind: &str,
        settle: Option<&str>,
        venue: Option<&str>,
        tick: Option<Any<'_, '_>>,
        lot: Option<Any<'_, '_>>,
        min_qty: Option<Any<'_, '_>>,
        max_qty: Option<Any<'_, '_>>,
        multiplier: Option<Any<'_, '_>>,
        maker_fee: Option<Any<'_, '_>>,
        taker_fee: Option<Any<'_, '_>>,
        min_notional: Option<Any<'_, '_>>,
        leverage: Option<Any<'_, '_>>,
        expiry: Option<Any<'_, '_>>,
    ) -> PyResult<Applied> {
        let id = |what, text| Id::new(what, text).map_err(|error| raise(py, &error.into()));
        let found = InstrumentKind::from_name(kind);
        let allowed = InstrumentKind::names();
        let spec = InstrumentSpec {
            symbol: id("symbol", symbol)?,
            kind: found.ok_or_else(|| unknown(py, "kind", kind, &allowed))?,
            base: id("base", base)?,
            quote: id("quote", quote)?,
            settle: settle.map(|text| id("settle", text)).transpose()?,
            venue: venue.map(|text| id("venue", text)).transpose()?,
            price_precision: whole("price_precision", price_precision, DIGITS)?,
            qty_precision: whole("qty_precision", qty_precision, DIGITS)?,
            tick: optional("tick", tick)?,
            lot: optional("lot", lot)?,
            min_qty: optional("min_qty", min_qty)?,
            max_qty: optional("max_qty", max_qty)?,
            min_notional: optional("min_notional", min_notional)?,
            multiplier: optional("multiplier", multiplier)?,
            leverage: optional("leverage", leverage)?,
            maker_fee_pct: optional("maker_fee", maker_fee)?,
            taker_fee_pct: optional("taker_fee", taker_fee)?,
            expiry: time("expiry", expiry)?.map(Timestamp),
        };
        Ok(self.with(py, |book| book.add_instrument(spec))?.into())
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
        let ts_event = time("ts_event", ts_event)?;
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
        let (last, ts_event) = (exact("last", last)?, time("ts_event", ts_event)?);
        self.with(py, |book| book.price(symbol, last, ts_event))
    }

    /// Take the venue's own mark. `ts_event` is in nanoseconds since the epoch.
    #[pyo3(signature = (symbol, mark, *, ts_event=None))]
    fn mark_price(
        &self,
        py: Python<'_>,
        symbol: &str,
        mark: Any<'_, '_>,
        ts_event: Option<Any<'_, '_>>,
    ) -> PyResult<()> {
        let (mark, ts_event) = (exact("mark", mark)?, time("ts_event", ts_event)?);
        self.with(py, |book| book.mark_price(symbol, mark, ts_event))
    }

    /// The position of one strategy, or the account's net.
    #[pyo3(signature = (symbol, *, strategy=None, account="default"))]
    fn position(
        &self,
        py: Python<'_>,
        symbol: &str,
        strategy: Option<&str>,
        account: &str,
    ) -> PyResult<Position> {
        let found = self.with(py, |book| book.position((account, symbol), strategy))?;
        Ok(Position(found))
    }

    /// Every open position, by account, strategy and leg.
    fn positions(&self, py: Python<'_>) -> PyResult<Vec<Position>> {
        let found = self.with(py, truebook::Book::positions)?;
        Ok(found.into_iter().map(Position).collect())
    }

    /// The newest round trips that have ended, at most 10,000, oldest first.
    fn closed_positions(&self, py: Python<'_>) -> PyResult<Vec<ClosedPosition>> {
        let found = self.with(py, truebook::Book::closed_positions)?;
        Ok(found.into_iter().map(ClosedPosition).collect())
    }

    /// An order by its client id, or None.
    fn order(&self, py: Python<'_>, client_order_id: &str) -> PyResult<Option<Order>> {
        Ok(self
            .with(py, |book| book.order(client_order_id))?
            .map(Order))
    }

    /// Every order that can still fill, oldest first.
    fn orders(&self, py: Python<'_>) -> PyResult<Vec<Order>> {
        let found = self.with(py, truebook::Book::orders)?;
        Ok(found.into_iter().map(Order).collect())
    }

    /// What a strategy did, or None where it is unknown.
    fn strategy(&self, py: Python<'_>, name: &str) -> PyResult<Option<Strategy>> {
        Ok(self.with(py, |book| book.strategy(name))?.map(Strategy))
    }

    /// What the book adds up to in the reporting currency.
    fn portfolio(&self, py: Python<'_>) -> PyResult<Portfolio> {
        Ok(Portfolio(self.with(py, truebook::Book::portfolio)?))
    }

    /// A balance: `total`, `free`, `in_orders`, `in_margin`, `stated`; 0 where nothing was booked.
    #[pyo3(signature = (currency, *, account="default"))]
    fn balance(&self, py: Python<'_>, currency: &str, account: &str) -> PyResult<Balance> {
        Ok(Balance(
            self.with(py, |book| book.balance(account, currency))?,
        ))
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

    /// Keep text, at most 64 KiB, under a key for every component to read.
    fn set_state(&self, py: Python<'_>, key: &str, value: &str) -> PyResult<Applied> {
        Ok(self.with(py, |book| book.set_state(key, value))?.into())
    }

    /// The text under a key, or None.
    fn state(&self, py: Python<'_>, key: &str) -> PyResult<Option<String>> {
        self.with(py, |book| book.state(key))
    }

    /// The newest event that survives; 0 without a database. Readable after close.
    #[getter]
    fn durable_sequence(&self) -> u64 {
        self.durability.sequence()
    }

    /// The event up to which the history tables stand; 0 without a database. Readable after close.
    #[getter]
    fn tables_sequence(&self) -> u64 {
        self.durability.tables_sequence()
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
