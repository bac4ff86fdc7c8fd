//! `Book`: what is registered, priced and read; the GIL is released while the book works.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use truebook::model::{Id, InstrumentKind, InstrumentSpec, Timestamp};
use truebook::{DurabilityWatch, Error, Gone, Reader, TradingState, Unseen};

use crate::applied::Applied;
use crate::argument::{maybe_text, seconds, text};
use crate::choice::unknown;
use crate::error::raise;
use crate::number::{duration, exact, optional, time, whole};

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

/// How long a wait goes on before it looks for Ctrl-C.
pub(crate) const SIGNALS: Duration = Duration::from_millis(50);
const DIGITS: &str = "a whole number from 0 to 18";

/// The book of record. Open one with `truebook.open`.
#[pyclass(frozen, weakref, module = "truebook")]
pub(crate) struct Book {
    inner: Mutex<truebook::Book>,
    durability: DurabilityWatch,
    reader: Reader,
}

impl From<truebook::Book> for Book {
    fn from(book: truebook::Book) -> Self {
        Self {
            durability: book.durability(),
            reader: book.reader().clone(),
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
        self.check_origin(py)?;
        // Whoever has the lock may sleep without the interpreter's, and needs it to go on.
        let called = match self.inner.try_lock() {
            Ok(mut book) => call(&mut book),
            Err(TryLockError::Poisoned(book)) => call(&mut book.into_inner()),
            Err(TryLockError::WouldBlock) => py.detach(|| call(&mut self.lock())),
        };
        called.map_err(|error| raise(py, &error))
    }

    /// The same, of a call that takes long: other threads run meanwhile.
    pub(crate) fn with_long<T: Send>(
        &self,
        py: Python<'_>,
        call: impl FnOnce(&mut truebook::Book) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        self.check_origin(py)?;
        py.detach(|| call(&mut self.lock()))
            .map_err(|error| raise(py, &error))
    }

    /// Refuses in a process that was forked: whoever had the lock there will not give it back here.
    pub(crate) fn check_origin(&self, py: Python<'_>) -> PyResult<()> {
        match self.is_here() {
            true => Ok(()),
            false => Err(raise(py, &Error::Forked)),
        }
    }

    /// Whether this is the process in which it was opened.
    pub(crate) fn is_here(&self) -> bool {
        self.reader.check() != Err(Gone::Forked)
    }

    /// Waits until `sequence` is durable; whether it is.
    pub(crate) fn is_durable(
        &self,
        py: Python<'_>,
        sequence: u64,
        most: Duration,
    ) -> PyResult<bool> {
        wait(py, most, |slice| self.durability.wait(sequence, slice))
    }

    /// Waits until the history tables stand at `sequence`; whether they do.
    pub(crate) fn are_tables_at(
        &self,
        py: Python<'_>,
        sequence: u64,
        most: Duration,
    ) -> PyResult<bool> {
        if self.durability.is_without_store() {
            return Ok(false);
        }
        wait(py, most, |slice| {
            Ok(self.durability.wait_tables(sequence, slice))
        })
    }

    /// Waits until the book has `sequence`; whether it has.
    pub(crate) fn has_sequence(
        &self,
        py: Python<'_>,
        sequence: u64,
        most: Duration,
    ) -> PyResult<bool> {
        if self.reader.sequence() >= sequence {
            return Ok(true);
        }
        wait(py, most, |slice| {
            match self.reader.view_at_least(sequence, Some(slice)) {
                Ok(_) => Ok(true),
                Err(Unseen::TimedOut) => Ok(self.reader.sequence() >= sequence),
                Err(Unseen::Gone) => Err(Error::Closed),
            }
        })
    }

    /// What is read without its lock.
    pub(crate) fn watches(&self) -> (&Reader, &DurabilityWatch) {
        (&self.reader, &self.durability)
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

/// Waits for what `look` waits for, a while each time, at most for `most`: other threads run, and
/// Ctrl-C ends it.
fn wait(
    py: Python<'_>,
    most: Duration,
    look: impl Fn(Duration) -> Result<bool, Error> + Sync,
) -> PyResult<bool> {
    let begun = Instant::now();
    loop {
        let left = most.saturating_sub(begun.elapsed());
        if py
            .detach(|| look(left.min(SIGNALS)))
            .map_err(|error| raise(py, &error))?
        {
            return Ok(true);
        }
        py.check_signals()?;
        if left.is_zero() {
            return Ok(false);
        }
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
        #[pyo3(from_py_with = text)] symbol: &str,
        #[pyo3(from_py_with = text)] base: &str,
        #[pyo3(from_py_with = text)] quote: &str,
        price_precision: Any<'_, '_>,
        qty_precision: Any<'_, '_>,
        #[pyo3(from_py_with = text)] kind: &str,
        #[pyo3(from_py_with = maybe_text)] settle: Option<&str>,
        #[pyo3(from_py_with = maybe_text)] venue: Option<&str>,
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
        #[pyo3(from_py_with = text)] symbol: &str,
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
        #[pyo3(from_py_with = text)] symbol: &str,
        last: Any<'_, '_>,
        ts_event: Option<Any<'_, '_>>,
    ) -> PyResult<()> {
        let (last, ts_event) = (exact("last", last)?, time("ts_event", ts_event)?);
        self.with(py, |book| book.price(symbol, last, ts_event))
    }

    /// Take a public trade: its price is the last one, and the bars that the configuration makes of
    /// trades have it. `ts_event` is in nanoseconds since the epoch.
    #[pyo3(signature = (symbol, price, qty, *, ts_event=None))]
    fn trade_print(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] symbol: &str,
        price: Any<'_, '_>,
        qty: Any<'_, '_>,
        ts_event: Option<Any<'_, '_>>,
    ) -> PyResult<()> {
        let print = (exact("price", price)?, exact("qty", qty)?);
        let ts_event = time("ts_event", ts_event)?;
        self.with(py, |book| book.trade_print(symbol, print, ts_event))
    }

    /// Take the venue's own mark. `ts_event` is in nanoseconds since the epoch.
    #[pyo3(signature = (symbol, mark, *, ts_event=None))]
    fn mark_price(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] symbol: &str,
        mark: Any<'_, '_>,
        ts_event: Option<Any<'_, '_>>,
    ) -> PyResult<()> {
        let (mark, ts_event) = (exact("mark", mark)?, time("ts_event", ts_event)?);
        self.with(py, |book| book.mark_price(symbol, mark, ts_event))
    }

    /// Say that it is `now`, nanoseconds since the epoch, in a book opened with `clock="event"`:
    /// what is told without a time happens then.
    fn advance(&self, py: Python<'_>, now: Any<'_, '_>) -> PyResult<Applied> {
        let now = whole(
            "now",
            now,
            "nanoseconds since the epoch, a whole number of 64 bits",
        )?;
        Ok(self.with(py, |book| book.advance(now))?.into())
    }

    /// Refuse every order until `resume`.
    fn halt(&self, py: Python<'_>, #[pyo3(from_py_with = text)] reason: &str) -> PyResult<Applied> {
        self.trading(py, TradingState::Halted, reason)
    }

    /// Refuse every order that does not reduce until `resume`.
    #[pyo3(signature = (reason="reduce"))]
    fn reduce(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] reason: &str,
    ) -> PyResult<Applied> {
        self.trading(py, TradingState::Reducing, reason)
    }

    /// Take orders again.
    #[pyo3(signature = (reason="resume"))]
    fn resume(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] reason: &str,
    ) -> PyResult<Applied> {
        self.trading(py, TradingState::Active, reason)
    }

    /// Keep text, at most 64 KiB, under a key for every component to read.
    fn set_state(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] key: &str,
        #[pyo3(from_py_with = text)] value: &str,
    ) -> PyResult<Applied> {
        Ok(self.with(py, |book| book.set_state(key, value))?.into())
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
    fn wait_durable(
        &self,
        py: Python<'_>,
        sequence: Any<'_, '_>,
        #[pyo3(from_py_with = seconds)] timeout: f64,
    ) -> PyResult<bool> {
        let sequence = whole("sequence", sequence, "a sequence, 0 or more")?;
        self.is_durable(py, sequence, duration(py, "timeout", timeout)?)
    }

    /// Keep everything and end. A repeat does nothing.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.with_long(py, truebook::Book::close)
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
