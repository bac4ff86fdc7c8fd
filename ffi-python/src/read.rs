//! `Book`: what is read of it, as records and tables, and who hears of changes.

use pyo3::prelude::*;
use truebook::Frame;

use crate::argument::{flag, maybe_text, seconds, text};
use crate::book::Book;
use crate::choice::unknown;
use crate::error::raise;
use crate::number::{duration, name_list, whole};
use crate::position::{ClosedPosition, Position};
use crate::record::{Balance, Order, Portfolio, Strategy};
use crate::status::Status;
use crate::subscription::{Subscription, Wanted};
use crate::table::{Records, Table};
use crate::view::View;

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

#[pymethods]
impl Book {
    /// The position of one strategy, or the account's net.
    #[pyo3(signature = (symbol, *, strategy=None, account="default"))]
    fn position(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] symbol: &str,
        #[pyo3(from_py_with = maybe_text)] strategy: Option<&str>,
        #[pyo3(from_py_with = text)] account: &str,
    ) -> PyResult<Position> {
        let found = self.with(py, |book| book.read_position((account, symbol), strategy))?;
        Ok(found.into())
    }

    /// Every open position, by account, strategy and leg; a list that is a table, too.
    fn positions(&self, py: Python<'_>) -> PyResult<Records> {
        let found = self.with(py, truebook::Book::positions)?;
        let frame = Frame::of_positions(&found);
        Records::new(py, found.into_iter().map(Position::from), frame)
    }

    /// The newest round trips that have ended, at most 10,000, oldest first; a list that is a
    /// table, too.
    fn closed_positions(&self, py: Python<'_>) -> PyResult<Records> {
        let found = self.with(py, truebook::Book::closed_positions)?;
        let frame = Frame::of_closed_positions(&found);
        Records::new(py, found.into_iter().map(ClosedPosition), frame)
    }

    /// Every balance that is not empty, as a table; with `floats` its decimals are floats.
    #[pyo3(signature = (*, floats=false))]
    fn balances(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = flag)] floats: bool,
    ) -> PyResult<Table> {
        let frame = self.with(py, truebook::Book::balances)?;
        Ok(Table::new(frame, floats))
    }

    /// Every execution that was booked, oldest first, as a table. Needs a database.
    #[pyo3(signature = (*, floats=false, timeout=10.0))]
    fn fills(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = flag)] floats: bool,
        #[pyo3(from_py_with = seconds)] timeout: f64,
    ) -> PyResult<Table> {
        self.history(py, "fills", floats, timeout)
    }

    /// What the book came to at the turn of each hour and day, as a table. Needs a database.
    #[pyo3(signature = (*, floats=false, timeout=10.0))]
    fn snapshots(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = flag)] floats: bool,
        #[pyo3(from_py_with = seconds)] timeout: f64,
    ) -> PyResult<Table> {
        self.history(py, "snapshots", floats, timeout)
    }

    /// A table or view of the history by its name, of everything up to now: "orders",
    /// "closed_positions", "bars", "daily_pnl" and so on, see `docs/tables.md`. Needs a database;
    /// waits at most `timeout` seconds for its tables.
    #[pyo3(signature = (table, *, floats=false, timeout=10.0))]
    fn history(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] table: &str,
        #[pyo3(from_py_with = flag)] floats: bool,
        #[pyo3(from_py_with = seconds)] timeout: f64,
    ) -> PyResult<Table> {
        let bound = duration(py, "timeout", timeout)?;
        let (newest, reader) = self.with(py, |book| {
            Ok((book.ask(|state| state.sequence)?, book.history_reader()?))
        })?;
        // Whether they stand there or not: what is wrong is said below.
        self.are_tables_at(py, newest, bound)?;
        let frame = py.detach(|| reader.read(table, newest));
        Ok(Table::new(
            frame.map_err(|error| raise(py, &error))?,
            floats,
        ))
    }

    /// An order by its client id, or None.
    fn order(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] client_order_id: &str,
    ) -> PyResult<Option<Order>> {
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
    fn strategy(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] name: &str,
    ) -> PyResult<Option<Strategy>> {
        Ok(self.with(py, |book| book.strategy(name))?.map(Strategy))
    }

    /// What the book adds up to in the reporting currency.
    fn portfolio(&self, py: Python<'_>) -> PyResult<Portfolio> {
        Ok(Portfolio(self.with(py, truebook::Book::portfolio)?))
    }

    /// The whole book at one sequence. With `at_least` it waits up to `timeout` seconds until the
    /// book has that sequence, which another thread brings.
    #[pyo3(signature = (at_least=None, *, timeout=10.0))]
    fn view(
        &self,
        py: Python<'_>,
        at_least: Option<Any<'_, '_>>,
        #[pyo3(from_py_with = seconds)] timeout: f64,
    ) -> PyResult<View> {
        let most = duration(py, "timeout", timeout)?;
        let at_least = at_least.map(|at| whole("at_least", at, "a sequence, 0 or more"));
        if let Some(wanted) = at_least.transpose()?
            && !self.has_sequence(py, wanted, most)?
        {
            let known = self.watches().0.sequence();
            let allowed = format!("a sequence that comes within {timeout} seconds; it is {known}");
            return Err(unknown(py, "at_least", &wanted.to_string(), &allowed));
        }
        Ok(View(self.with(py, truebook::Book::view)?))
    }

    /// A balance: `total`, `free`, `in_orders`, `in_margin`, `stated`; 0 where nothing was booked.
    #[pyo3(signature = (currency, *, account="default"))]
    fn balance(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] currency: &str,
        #[pyo3(from_py_with = text)] account: &str,
    ) -> PyResult<Balance> {
        Ok(Balance(
            self.with(py, |book| book.balance(account, currency))?,
        ))
    }

    /// The text under a key, or None.
    fn state(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] key: &str,
    ) -> PyResult<Option<String>> {
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
        #[pyo3(from_py_with = text)] overflow: &str,
    ) -> PyResult<Subscription> {
        let since = since.map(|since| whole("since", since, "a sequence, 0 or more"));
        let wanted = Wanted {
            kinds: name_list("kinds", kinds)?,
            symbols: name_list("symbols", symbols)?,
            strategies: name_list("strategies", strategies)?,
            accounts: name_list("accounts", accounts)?,
            overflow: overflow.to_owned(),
            since: since.transpose()?,
        };
        Subscription::open(py, slf, wanted)
    }

    /// How the book does: sequences, the store, orders of unknown fate, producers, subscribers and
    /// latencies.
    fn status(&self, py: Python<'_>) -> PyResult<Status> {
        let (trading, unresolved) = self.with(py, |book| {
            book.ask(|state| (state.trading_state.name(), state.unresolved().count()))
        })?;
        Status::of(py, self.watches(), (trading, unresolved))
    }
}
