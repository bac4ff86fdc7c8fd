//! `truebook.BarSynchronizer`: bars of several sources made one set per time.
//!
//! 1. Every set that is ready is taken out of the core after each bar, as it asks for; it waits
//!    here to be polled.
//! 2. A table is read whole before its first bar is taken.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use truebook::bars::{
    Bar as CoreBar, BarOutcome, BarSynchronizer as Core, SourceId, SyncMode, SynchronizerOptions,
};
use truebook::model::{InstrumentId, Timestamp};

use super::batch::{Batch, in_order, outcomes};
use super::column::Scale;
use super::rule::{expected, names, refused};
use super::series::{Digits, digit_count};
use super::set::{BarSet, Layout};
use crate::argument::{count, flag, mapping, maybe_mapping, named, text};
use crate::choice::choose;
use crate::error::exception;
use crate::number::{exact, time, whole};

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

/// How many sets wait to be polled at most.
const READY_MAX: usize = 10_000_000;
const NANOS: &str = "nanoseconds since the epoch";
const MILLIS: &str = "milliseconds, 0 to 4294967295";

/// Waits for the bars of every source, and gives one set per close of the fastest of them.
///
/// Time comes from the bars' `arrival` and from `advance`, never from the system's clock. Any
/// thread may call it.
///
/// `expected_sources` are names such as "BTC-USD_1m". A set waits `timeout_ms` milliseconds after
/// its time and its first bar; then, with `require_all`, one that lacks a source is skipped, else
/// it goes out with what is there. `gaps` says by source what stands for a missing bar: "skip",
/// "fail", "interpolate" (with `mode="replay"` only) or ("last_known", age_max_ns). `closes_at`
/// says by source how many nanoseconds after a multiple of its timeframe it closes. At most
/// `open_sets_max` sets wait; a bar may close `future_ms` milliseconds after it arrives. With
/// `waits_for_holes` a set waits up to its timeout for the set before it. Prices have at most
/// `price_scale` digits after the point and quantities `qty_scale`. Raises InvalidValue.
///
/// >>> import truebook
/// >>> sync = truebook.BarSynchronizer(["SPY_1m", "QQQ_1m"])
/// >>> bar = {"open": 1, "high": 2, "low": 1, "close": "1.5", "volume": 3}
/// >>> sync.push("SPY_1m", ts_close=60_000_000_000, **bar), sync.poll()
/// ('taken', None)
/// >>> sync.push("QQQ_1m", ts_close=60_000_000_000, **bar)
/// 'taken'
/// >>> sync.poll().bars["QQQ_1m"].close
/// Decimal('1.5')
#[pyclass(frozen, module = "truebook")]
pub(crate) struct BarSynchronizer {
    layout: Arc<Layout>,
    state: Mutex<State>,
}

struct State {
    core: Core,
    ready: VecDeque<BarSet>,
}

impl State {
    fn take(&mut self, layout: &Arc<Layout>) {
        while let Some(release) = self.core.poll() {
            self.ready.push_back(BarSet::of(release, layout));
        }
    }
}

impl BarSynchronizer {
    /// Calls with the state; another thread's long call is waited for without the interpreter.
    fn with<T: Send>(&self, py: Python<'_>, call: impl FnOnce(&mut State) -> T + Send) -> T {
        match self.state.try_lock() {
            Ok(mut state) => call(&mut state),
            Err(TryLockError::Poisoned(state)) => call(&mut state.into_inner()),
            Err(TryLockError::WouldBlock) => py.detach(|| call(&mut self.lock())),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of a source; one that nobody expects for a name that nobody expects.
    fn number(&self, py: Python<'_>, name: &str) -> SourceId {
        let other = || self.with(py, |state| state.core.source(name));
        let known = self.layout.number(name).or_else(other);
        known.unwrap_or(SourceId(u32::MAX))
    }

    /// One for all sources.
    fn digits(&self) -> Digits {
        self.layout.digits_of(SourceId(0))
    }

    /// Takes bars in their order of arrival; how many had which outcome.
    fn feed<'py>(&self, py: Python<'py>, batches: Vec<Batch>) -> PyResult<Bound<'py, PyDict>> {
        let rows: usize = batches.iter().map(Batch::len).sum();
        let counts = py.detach(|| {
            let mut state = self.lock();
            let room = READY_MAX.saturating_sub(state.ready.len());
            if rows > room {
                return Err(room);
            }
            let before = state.core.bar_counts();
            in_order(batches, |source, bar, arrival| {
                state.core.push(source, bar, arrival);
                state.take(&self.layout);
            });
            Ok((before, state.core.bar_counts()))
        });
        let (before, since) = counts.map_err(|room| {
            let text = format!(
                "data: found {rows} bars, allowed: {room} before sets are polled, at most \
                 {READY_MAX} of which wait"
            );
            exception(py, "InvalidValue", text)
        })?;
        outcomes(py, before, since)
    }
}

#[pymethods]
impl BarSynchronizer {
    #[new]
    #[pyo3(signature = (expected_sources, timeout_ms=None, require_all=true, *, gaps=None,
                        closes_at=None, mode="live", open_sets_max=64, future_ms=None,
                        waits_for_holes=true, price_scale=None, qty_scale=None),
           text_signature = "(expected_sources, timeout_ms=100, require_all=True, *, gaps=None, \
                             closes_at=None, mode='live', open_sets_max=64, future_ms=0, \
                             waits_for_holes=True, price_scale=8, qty_scale=8)")]
    fn new(
        py: Python<'_>,
        expected_sources: Any<'_, '_>,
        timeout_ms: Option<Any<'_, '_>>,
        #[pyo3(from_py_with = flag)] require_all: bool,
        #[pyo3(from_py_with = maybe_mapping)] gaps: Option<Bound<'_, PyDict>>,
        #[pyo3(from_py_with = maybe_mapping)] closes_at: Option<Bound<'_, PyDict>>,
        #[pyo3(from_py_with = text)] mode: &str,
        #[pyo3(from_py_with = count)] open_sets_max: usize,
        future_ms: Option<Any<'_, '_>>,
        #[pyo3(from_py_with = flag)] waits_for_holes: bool,
        price_scale: Option<Any<'_, '_>>,
        qty_scale: Option<Any<'_, '_>>,
    ) -> PyResult<Self> {
        let names = names(expected_sources)?;
        let options = SynchronizerOptions {
            timeout_ms: timeout_ms.map_or(Ok(100), |ms| whole("timeout_ms", ms, MILLIS))?,
            require_all,
            open_sets_max,
            future_ms: future_ms.map_or(Ok(0), |ms| whole("future_ms", ms, MILLIS))?,
            waits_for_holes,
            mode: choose(
                py,
                "mode",
                mode,
                [("live", SyncMode::Live), ("replay", SyncMode::Replay)],
            )?,
        };
        let digits = Digits {
            price: price_scale.map_or(Ok(8), |digits| digit_count("price_scale", digits))?,
            qty: qty_scale.map_or(Ok(8), |digits| digit_count("qty_scale", digits))?,
        };
        let sources = expected(py, &names, gaps.as_ref(), closes_at.as_ref())?;
        let core = Core::new(sources, options).map_err(|error| refused(py, error))?;
        Ok(Self {
            layout: Arc::new(Layout {
                digits: vec![digits; names.len()],
                names,
            }),
            state: Mutex::new(State {
                core,
                ready: VecDeque::new(),
            }),
        })
    }

    /// Take a bar that closed at `ts_close` and arrived at `arrival`, both in nanoseconds since the
    /// epoch; without `arrival`, when it closed. Gives what became of it: "taken", "out_of_order",
    /// "duplicate", "corrected", "late", "future", "unexpected", "off_grid", "invalid" or
    /// "crowded". Raises InvalidValue for what is no number or has too many digits: nothing is
    /// counted then.
    #[pyo3(signature = (source, *, ts_close, open, high, low, close, volume, arrival=None))]
    fn push(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] source: &str,
        ts_close: Any<'_, '_>,
        open: Any<'_, '_>,
        high: Any<'_, '_>,
        low: Any<'_, '_>,
        close: Any<'_, '_>,
        volume: Any<'_, '_>,
        arrival: Option<Any<'_, '_>>,
    ) -> PyResult<&'static str> {
        let ts_close = whole("ts_close", ts_close, NANOS)?;
        let digits = self.digits();
        let price = |what, value| price(what, value, digits.price_scale());
        let bar = CoreBar {
            instrument: InstrumentId(0),
            ts_close: Timestamp(ts_close),
            open: price("open", open)?,
            high: price("high", high)?,
            low: price("low", low)?,
            close: price("close", close)?,
            volume: raw("volume", volume, digits.qty_scale())?,
        };
        let arrival = Timestamp(time("arrival", arrival)?.unwrap_or(ts_close));
        let number = self.number(py, source);
        let outcome = self.with(py, |state| {
            if state.ready.len() >= READY_MAX {
                return None;
            }
            let outcome = state.core.push(number, bar, arrival);
            state.take(&self.layout);
            Some(outcome)
        });
        outcome.map(BarOutcome::name).ok_or_else(|| {
            let text = format!("sets: found {READY_MAX} that wait, allowed: less; poll them");
            exception(py, "InvalidValue", text)
        })
    }

    /// Take the bars of one source in their order: a table of any library or a mapping of columns
    /// `ts_close` (or `ts`, or `ts_open`), `open`, `high`, `low`, `close`, `volume`, and `arrival`
    /// where it is another time; times in nanoseconds since the epoch or timestamps. Of a table
    /// with a column `symbol` or `timeframe` the rows of this source are taken. Gives how many bars
    /// had which outcome. Raises InvalidValue for a column or a value that cannot be taken: no bar
    /// is taken then.
    ///
    /// Its bars move time on: give several sources together to `push_all`.
    #[pyo3(signature = (source, data))]
    fn push_many<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = text)] source: &str,
        data: Any<'_, 'py>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let number = self.number(py, source);
        let batch = Batch::read(("data", data), (source, number), self.digits())?;
        self.feed(py, vec![batch])
    }

    /// Take the bars of several sources in the order of their arrivals: a mapping of tables, by
    /// source, each as `push_many` takes it. Where two arrive at once, the source that is expected
    /// first comes first. Gives how many bars had which outcome. Raises InvalidValue as
    /// `push_many`.
    #[pyo3(signature = (tables))]
    fn push_all<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = mapping)] tables: Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let mut batches = Vec::with_capacity(tables.len());
        for (name, data) in tables {
            let name = text(&name).map_err(|error| named("tables", py, &error))?;
            let number = self.number(py, name);
            let what = format!("tables['{name}']");
            let batch = Batch::read((&what, &data), (name, number), self.digits())?;
            batches.push(batch);
        }
        self.feed(py, batches)
    }

    /// Say that it is `now`, nanoseconds since the epoch, so that timeouts end without a bar.
    fn advance(&self, py: Python<'_>, now: Any<'_, '_>) -> PyResult<()> {
        let now = Timestamp(whole("now", now, NANOS)?);
        self.with(py, |state| {
            state.core.advance(now);
            state.take(&self.layout);
        });
        Ok(())
    }

    /// Say that nothing more comes: every set goes out.
    fn finish(&self, py: Python<'_>) {
        self.with(py, |state| {
            state.core.finish();
            state.take(&self.layout);
        });
    }

    /// The next set that went out, was skipped or failed, in the order of time; None where there is
    /// none.
    fn poll(&self, py: Python<'_>) -> Option<BarSet> {
        self.with(py, |state| state.ready.pop_front())
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> Option<BarSet> {
        self.poll(py)
    }

    /// The sources, in the order in which sets have them.
    #[getter]
    fn expected_sources<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.layout.names)
    }

    /// How many bars had which outcome, by its name.
    #[getter]
    fn bar_counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = self.with(py, |state| state.core.bar_counts());
        let dict = PyDict::new(py);
        for outcome in BarOutcome::ALL {
            dict.set_item(outcome.name(), counts.of(outcome))?;
        }
        Ok(dict)
    }

    /// How many sets went which way: "complete", "incomplete", "skipped", "failed"; and how many
    /// of them went before their timeout because too many were open, "evicted".
    #[getter]
    fn set_counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = self.with(py, |state| state.core.set_counts());
        let dict = PyDict::new(py);
        dict.set_item("complete", counts.complete)?;
        dict.set_item("incomplete", counts.incomplete)?;
        dict.set_item("skipped", counts.skipped)?;
        dict.set_item("failed", counts.failed)?;
        dict.set_item("evicted", counts.evicted)?;
        Ok(dict)
    }

    /// How many sets wait for bars.
    #[getter]
    fn open_sets(&self, py: Python<'_>) -> usize {
        self.with(py, |state| state.core.open_sets())
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let names = &self.layout.names;
        let listed: Vec<&str> = names.iter().take(4).map(String::as_str).collect();
        let more = if names.len() > 4 { ", ..." } else { "" };
        let open = self.open_sets(py);
        let listed = listed.join(", ");
        format!("BarSynchronizer({listed}{more}; {open} open sets)")
    }
}

fn raw(what: &str, value: Any<'_, '_>, scale: Scale) -> PyResult<i128> {
    let number = exact(what, value)?;
    number.exactly_at(scale.digits).ok_or_else(|| {
        let Scale { what: by, digits } = scale;
        let allowed = format!("at most {digits} digits after the point ({by})");
        let text = format!("{what}: found {number}, allowed: {allowed}");
        exception(value.py(), "InvalidValue", text)
    })
}

fn price(what: &str, value: Any<'_, '_>, scale: Scale) -> PyResult<i64> {
    i64::try_from(raw(what, value, scale)?).map_err(|_| {
        let Scale { what: by, digits } = scale;
        let text = format!(
            "{what}: found a price beyond 64 bits with {digits} digits after the point, allowed: \
             less, or a smaller {by}"
        );
        exception(value.py(), "InvalidValue", text)
    })
}
