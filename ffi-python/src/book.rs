//! `Book`: what is registered, priced and read; the GIL is released while the book works.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use truebook::model::{Id, InstrumentKind, InstrumentSpec, Timestamp};
use truebook::{DurabilityWatch, Error, Frame, Reader, TradingState};

use crate::applied::Applied;
use crate::choice::unknown;
use crate::error::raise;
use crate::number::{duration, exact, optional, texts, time, whole};
use crate::position::{ClosedPosition, Position};
use crate::record::{Balance, Order, Portfolio, Strategy};
use crate::status::Status;
use crate::subscription::{Subscription, Wanted};
use crate::table::{Records, Table};

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

/// How long a wait goes on before it looks for Ctrl-C.
const SIGNALS: Duration = Duration::from_millis(50);
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

    /// Take a public trade: its price is the last one. `ts_event` is in nanoseconds since the
    /// epoch.
    #[pyo3(signature = (symbol, price, qty, *, ts_event=None))]
    fn trade_print(
        &self,
        py: Python<'_>,
        symbol: &str,
        price: Any<'_, '_>,
        qty: Any<'_, '_>,
        ts_event: Option<Any<'_, '_>>,
    ) -> PyResult<()> {
        let (price, qty) = (exact("price", price)?, exact("qty", qty)?);
        if qty.raw <= 0 {
            return Err(unknown(py, "qty", &qty.to_string(), "more than 0"));
        }
        let ts_event = time("ts_event", ts_event)?;
        self.with(py, |book| book.price(symbol, price, ts_event))
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

    /// Every open position, by account, strategy and leg; a list that is a table, too.
    fn positions(&self, py: Python<'_>) -> PyResult<Records> {
        let found = self.with(py, truebook::Book::positions)?;
        let frame = Frame::of_positions(&found);
        Records::new(py, found.into_iter().map(Position), frame)
    }

    /// The newest round trips that have ended, at most 10,000, oldest first; a list that is a
    /// table, too.
    fn closed_positions(&self, py: Python<'_>) -> PyResult<Records> {
        let found = self.with(py, truebook::Book::closed_positions)?;
        let frame = Frame::of_closed_positions(&found);
        Records::new(py, found.into_iter().map(ClosedPosition), frame)
    }

    /// Every balance in which something was booked, as a table; with `floats` its decimals are
    /// floats.
    #[pyo3(signature = (*, floats=false))]
    fn balances(&self, py: Python<'_>, floats: bool) -> PyResult<Table> {
        let frame = self.with(py, truebook::Book::balances)?;
        Ok(Table::new(frame, floats))
    }

    /// Every execution that was booked, oldest first, as a table. Needs a database.
    #[pyo3(signature = (*, floats=false, timeout=10.0))]
    fn fills(&self, py: Python<'_>, floats: bool, timeout: f64) -> PyResult<Table> {
        self.history(py, "fills", floats, timeout)
    }

    /// What the book came to at the turn of each hour and day, as a table. Needs a database.
    #[pyo3(signature = (*, floats=false, timeout=10.0))]
    fn snapshots(&self, py: Python<'_>, floats: bool, timeout: f64) -> PyResult<Table> {
        self.history(py, "snapshots", floats, timeout)
    }

    /// A table or view of the history by its name, of everything up to now: "orders",
    /// "closed_positions", "bars", "daily_pnl" and so on, see `docs/tables.md`. Needs a database;
    /// waits at most `timeout` seconds for its tables.
    #[pyo3(signature = (table, *, floats=false, timeout=10.0))]
    fn history(&self, py: Python<'_>, table: &str, floats: bool, timeout: f64) -> PyResult<Table> {
        let timeout = duration(py, "timeout", timeout)?;
        let frame = self.with_long(py, |book| book.history(table, timeout))?;
        Ok(Table::new(frame, floats))
    }

    /// An order by its client id, or None.
    fn order(&self, py: Python<'_>, client_order_id: &str) -> PyResult<Option<Order>> {
        Ok(self
            .with(py, |book| book.order(client_order_id))?
            .map(Order))
    }

    /// Every order that can still fill, oldest first; a list that is a table, too.
    fn orders(&self, py: Python<'_>) -> PyResult<Records> {
        let found = self.with(py, truebook::Book::orders)?;
        let frame = Frame::of_orders(&found);
        Records::new(py, found.into_iter().map(Order), frame)
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

    /// Hear what the book changes: everything, or what is of `kinds` and about `symbols`,
    /// `strategies` and `accounts`; from now on, or all that came after the event `since`, which
    /// needs a database. `overflow` says what becomes of events that are not read in time: the
    /// oldest are lost and counted, those about the same thing are replaced by the newest, or the
    /// book waits a moment and the rest comes from the database.
    #[pyo3(signature = (kinds=None, *, symbols=None, strategies=None, accounts=None, since=None,
                        overflow="drop_oldest"))]
    fn subscribe(
        slf: Py<Self>,
        py: Python<'_>,
        kinds: Option<Any<'_, '_>>,
        symbols: Option<Any<'_, '_>>,
        strategies: Option<Any<'_, '_>>,
        accounts: Option<Any<'_, '_>>,
        since: Option<Any<'_, '_>>,
        overflow: &str,
    ) -> PyResult<Subscription> {
        let since = since.map(|since| whole("since", since, "a sequence, 0 or more"));
        let wanted = Wanted {
            kinds: texts("kinds", kinds)?,
            symbols: texts("symbols", symbols)?,
            strategies: texts("strategies", strategies)?,
            accounts: texts("accounts", accounts)?,
            overflow: overflow.to_owned(),
            since: since.transpose()?,
        };
        Subscription::open(py, slf, wanted)
    }

    /// How the book does: sequences, the store, orders of unknown fate, producers, subscribers and
    /// latencies. Reads no lock of the writer's.
    fn status(&self, py: Python<'_>) -> PyResult<Status> {
        let (trading, unresolved) = self.with(py, |book| {
            book.ask(|state| (state.trading_state.name(), state.unresolved().count()))
        })?;
        Status::of(py, (&self.reader, &self.durability), (trading, unresolved))
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
        let bound = duration(py, "timeout", timeout)?;
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
