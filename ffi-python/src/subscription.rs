//! Subscribers in Python: polled, iterated, or awaited by an event loop.

use std::collections::HashSet;
use std::os::fd::AsRawFd;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use truebook::model::{AccountId, Id, InstrumentId};
use truebook::{Filter, Kinds, Notice, Overflow, Registry, WakeFd, is_named};

use crate::argument::{count, seconds};
use crate::book::{Book, SIGNALS};
use crate::choice::{one_of, unknown};
use crate::error::raise;
use crate::event::Event;
use crate::number::duration;

/// How long another thread that reads the same subscription is waited for at once.
const TAKEN: Duration = Duration::from_micros(200);

/// Hears what the book changes: poll it, iterate it, or `async for` it. Made by `Book.subscribe`.
///
/// One subscription is read by one thread at a time; each reader makes its own.
#[pyclass(frozen, weakref, module = "truebook")]
pub(crate) struct Subscription {
    book: Py<Book>,
    inner: Mutex<Option<truebook::Subscription>>,
    names: Mutex<Arc<Registry>>,
    /// Strategies that are wanted, by name: they may be known later only.
    strategies: HashSet<Id>,
    wake: OnceLock<WakeFd>,
    /// What was lost when it was closed.
    lost: Mutex<u64>,
    /// The last event of which everything was given out.
    given: Mutex<u64>,
}

/// What a subscriber wants, by name.
pub(crate) struct Wanted {
    pub kinds: Option<Vec<String>>,
    pub symbols: Option<Vec<String>>,
    pub strategies: Option<Vec<String>>,
    pub accounts: Option<Vec<String>>,
    pub overflow: String,
    pub since: Option<u64>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Subscription {
    pub(crate) fn open(py: Python<'_>, book: Py<Book>, wanted: Wanted) -> PyResult<Self> {
        let kinds = wanted.kinds.map(|names| Kinds::named(&names)).transpose();
        let kinds = kinds.map_err(|error| raise(py, &error.into()))?;
        let words = [
            ("drop_oldest", Overflow::DropOldest),
            ("conflate", Overflow::Conflate),
            ("block", Overflow::Block),
        ];
        let overflow = one_of(py, "overflow", &wanted.overflow, &words)?;
        let names = book.get().with(py, truebook::Book::registry)?;
        let filter = Filter {
            kinds: kinds.unwrap_or_default(),
            instruments: instruments(py, &names, wanted.symbols)?,
            accounts: accounts(py, &names, wanted.accounts)?,
            strategies: Vec::new(),
        };
        let strategies = wanted.strategies.unwrap_or_default();
        let id = |name: &String| Id::new("strategies", name).map_err(|e| raise(py, &e.into()));
        let strategies = strategies.iter().map(id).collect::<PyResult<_>>()?;
        let since = wanted.since;
        let open = |book: &mut truebook::Book| book.subscribe(filter, overflow, since);
        let newest = book.get().watches().0.sequence();
        let inner = book.get().with(py, open)?;
        Ok(Self {
            book,
            inner: Mutex::new(Some(inner)),
            names: Mutex::new(Arc::new(names)),
            strategies,
            wake: OnceLock::new(),
            lost: Mutex::default(),
            given: Mutex::new(since.unwrap_or(newest)),
        })
    }

    /// What it hears by; another thread may wait at it, and needs the interpreter's lock to go on.
    /// None in a process that was forked, where nobody gives it back.
    fn hearing(&self, py: Python<'_>) -> Option<MutexGuard<'_, Option<truebook::Subscription>>> {
        while self.book.get().is_here() {
            match self.inner.try_lock() {
                Ok(inner) => return Some(inner),
                Err(TryLockError::Poisoned(inner)) => return Some(inner.into_inner()),
                Err(TryLockError::WouldBlock) => py.detach(|| std::thread::sleep(TAKEN)),
            }
        }
        None
    }

    /// The next event that waits and is wanted.
    fn now(&self, py: Python<'_>) -> Option<Event> {
        loop {
            let mut inner = self.hearing(py)?;
            let was_behind = inner.as_ref()?.is_behind();
            let notice = if was_behind {
                drop(inner);
                // It reads the disk: others run meanwhile.
                let notice = py.detach(|| locked(&self.inner).as_mut()?.poll());
                inner = self.hearing(py)?;
                notice
            } else {
                inner.as_mut()?.poll()
            };
            let is_behind = inner.as_ref()?.is_behind();
            if notice.is_none() && is_behind && !was_behind {
                continue;
            }
            let Some(notice) = notice else {
                // Everything up to here was given out.
                let heard = inner.as_ref().map_or(0, truebook::Subscription::sequence);
                let mut given = locked(&self.given);
                *given = (*given).max(heard);
                return None;
            };
            drop(inner);
            if let Some(event) = self.wanted(py, notice) {
                return Some(event);
            }
        }
    }

    /// `notice` with names, where it is wanted.
    fn wanted(&self, py: Python<'_>, notice: Notice) -> Option<Event> {
        let mut names = Arc::clone(&locked(&self.names));
        if !is_named(&notice, &names) {
            let book = self.book.get();
            let found = book.with(py, truebook::Book::registry);
            // A book that was closed has left a last view.
            let found = found.unwrap_or_else(|_| book.watches().0.view().registry().clone());
            names = Arc::new(found);
            *locked(&self.names) = Arc::clone(&names);
        }
        if !is_named(&notice, &names) {
            // It is of the process from which this one was forked.
            return None;
        }
        let strategy = notice.news.about().strategy;
        let strategy = strategy.and_then(|id| names.strategies.get(id.index()));
        let mut given = locked(&self.given);
        // More of the same event may wait.
        *given = (*given).max(notice.sequence.saturating_sub(1));
        drop(given);
        let is_wanted = self.strategies.is_empty()
            || strategy.is_none_or(|strategy| self.strategies.contains(strategy));
        is_wanted.then(|| Event::new(notice, names))
    }

    /// Waits for an event, for ever without a `timeout`; None where there was none, or it is over.
    fn wait(&self, py: Python<'_>, timeout: Option<Duration>) -> PyResult<Option<Event>> {
        let begun = Instant::now();
        loop {
            if let Some(event) = self.now(py) {
                return Ok(Some(event));
            }
            let left = timeout.map(|timeout| timeout.saturating_sub(begun.elapsed()));
            if left == Some(Duration::ZERO) || self.is_over(py) {
                return Ok(None);
            }
            let slice = left.unwrap_or(SIGNALS).min(SIGNALS);
            let heard = py.detach(|| locked(&self.inner).as_mut()?.wait(Some(slice)));
            if let Some(event) = heard.and_then(|notice| self.wanted(py, notice)) {
                return Ok(Some(event));
            }
            py.check_signals()?;
        }
    }

    fn is_over(&self, py: Python<'_>) -> bool {
        self.hearing(py)
            .is_none_or(|inner| inner.as_ref().is_none_or(truebook::Subscription::is_over))
    }
}

#[pymethods]
impl Subscription {
    /// The next event, or None where there is none within `timeout` seconds. Holds up no other
    /// thread, and Ctrl-C ends it.
    #[pyo3(signature = (timeout=0.0))]
    fn poll(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = seconds)] timeout: f64,
    ) -> PyResult<Option<Event>> {
        if timeout == 0.0 {
            return Ok(self.now(py));
        }
        self.wait(py, Some(duration(py, "timeout", timeout)?))
    }

    /// The events that wait, oldest first, at most `limit`; waits up to `timeout` seconds for the
    /// first.
    #[pyo3(signature = (limit=1024, timeout=0.0))]
    fn poll_many(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = count)] limit: usize,
        #[pyo3(from_py_with = seconds)] timeout: f64,
    ) -> PyResult<Vec<Event>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let first = self.poll(py, timeout)?;
        let mut events: Vec<Event> = first.into_iter().collect();
        while !events.is_empty() && events.len() < limit {
            match self.now(py) {
                Some(event) => events.push(event),
                None => break,
            }
        }
        Ok(events)
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    /// The next event; ends when the book or the subscription is closed.
    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Event>> {
        self.wait(py, None)
    }

    fn __aiter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("truebook._aio")?
            .call_method1("events", (slf,))
    }

    /// A descriptor that is readable while there may be events: for `loop.add_reader`, select or
    /// epoll. Call `arm` after each poll that gave nothing.
    fn fileno(&self) -> PyResult<i32> {
        if self.wake.get().is_none() {
            let made = WakeFd::new().map_err(|error| PyOSError::new_err(error.to_string()))?;
            // Another thread may have been first; its descriptor counts.
            let _ = self.wake.set(made);
        }
        let made = self.wake.get();
        Ok(made.map_or(-1, AsRawFd::as_raw_fd))
    }

    /// Make the descriptor unreadable until there is something to poll; whether there may be
    /// already, and it stays readable.
    fn arm(&self, py: Python<'_>) -> PyResult<bool> {
        self.fileno()?;
        let inner = self.hearing(py);
        let Some(wake) = self.wake.get() else {
            return Ok(true);
        };
        wake.clear();
        let inner = inner.as_ref().and_then(|inner| inner.as_ref());
        let may_be = inner.is_none_or(|inner| wake.arm(inner));
        if may_be {
            wake.set();
        }
        Ok(may_be)
    }

    /// How many parts of events were overwritten before they were read; most events take one.
    #[getter]
    fn lost(&self, py: Python<'_>) -> u64 {
        let inner = self.hearing(py);
        let inner = inner.as_ref().and_then(|inner| inner.as_ref());
        inner.map_or_else(|| *locked(&self.lost), truebook::Subscription::lost)
    }

    /// The last event of which everything was given out or was not wanted: `since` it another
    /// subscription goes on, and loses nothing.
    #[getter]
    fn sequence(&self) -> u64 {
        *locked(&self.given)
    }

    /// Whether it is told the past from the database: a poll may give nothing although more comes.
    #[getter]
    fn behind(&self, py: Python<'_>) -> bool {
        let inner = self.hearing(py);
        let inner = inner.as_ref().and_then(|inner| inner.as_ref());
        inner.is_some_and(truebook::Subscription::is_behind)
    }

    /// Whether there will be no more: it or the book is closed, and everything was given out.
    #[getter]
    fn closed(&self, py: Python<'_>) -> bool {
        self.is_over(py)
    }

    /// Hear no more. A repeat does nothing.
    fn close(&self, py: Python<'_>) {
        if let Some(inner) = self.hearing(py).and_then(|mut inner| inner.take()) {
            *locked(&self.lost) = inner.lost();
        }
        if let Some(wake) = self.wake.get() {
            wake.set();
        }
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, pyo3::types::PyTuple>) {
        self.close(py);
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let closed = if self.is_over(py) { "True" } else { "False" };
        let (sequence, lost) = (self.sequence(), self.lost(py));
        format!("Subscription(sequence={sequence}, lost={lost}, closed={closed})")
    }
}

fn instruments(
    py: Python<'_>,
    names: &Registry,
    symbols: Option<Vec<String>>,
) -> PyResult<Vec<InstrumentId>> {
    let find = |symbol: String| {
        let mut all = names.instruments.iter();
        let found = all.find(|each| each.symbol.as_str() == symbol);
        let found = found.map(|each| each.id);
        found.ok_or_else(|| raise(py, &truebook::Error::UnknownInstrument(symbol)))
    };
    symbols.into_iter().flatten().map(find).collect()
}

fn accounts(
    py: Python<'_>,
    names: &Registry,
    wanted: Option<Vec<String>>,
) -> PyResult<Vec<AccountId>> {
    let known = || names.accounts.iter().map(|id| id.as_str());
    let find = |name: String| {
        let found = (0..).zip(known()).find(|(_, each)| *each == name);
        let allowed = || known().collect::<Vec<_>>().join(", ");
        let found = found.map(|(number, _)| AccountId(number));
        found.ok_or_else(|| unknown(py, "accounts", &name, &allowed()))
    };
    wanted.into_iter().flatten().map(find).collect()
}
