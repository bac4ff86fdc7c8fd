//! `StrategyDesk`: sets for strategies that are written in Python, and their signals to orders.
//!
//! 1. Nothing of Python runs while its lock is held.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use truebook::Error;
use truebook::bars::{BarOutcome, BarSet as CoreSet, ExpectedSource};
use truebook::model::{Id, Instrument, Timestamp};
use truebook::strategy::{Action, BarPlan, PlannedStrategy, Seen, Signal, Size, StrategyRunner};

use crate::argument::{maybe_text, seconds, text};
use crate::bars::series::Digits;
use crate::bars::set::{BarSet, Layout};
use crate::book::{Book, SIGNALS};
use crate::choice::unknown;
use crate::error::{exception, raise};
use crate::number::{duration, optional, whole};
use crate::routed::{Routed, told};

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

/// A set for strategies: whose, the set, its features by name, and the strategies that are asked.
type Shown<'py> = (Option<String>, BarSet, Bound<'py, PyDict>, Vec<usize>);

/// Sets of a book's bars for strategies, and the orders that their signals become.
/// `truebook.StrategyRunner` is made of it.
#[pyclass(frozen, module = "truebook")]
pub(crate) struct StrategyDesk {
    book: Py<Book>,
    inner: Mutex<StrategyRunner>,
    layouts: Mutex<Vec<(Vec<ExpectedSource>, Arc<Layout>)>>,
}

/// What is kept of a set that was shown.
struct Heard {
    synchronizer: Option<Id>,
    sources: Vec<ExpectedSource>,
    set: CoreSet,
    features: Vec<(Id, Option<f64>)>,
}

impl Heard {
    fn of(seen: &Seen<'_>) -> Self {
        let names = seen.features.names().iter().copied();
        Self {
            synchronizer: seen.synchronizer,
            sources: seen.sources.to_vec(),
            set: seen.set.clone(),
            features: names.zip(seen.features.values().iter().copied()).collect(),
        }
    }
}

impl StrategyDesk {
    fn lock(&self) -> MutexGuard<'_, StrategyRunner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls with the runner, without the interpreter's lock.
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        call: impl FnOnce(&mut StrategyRunner) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        self.book.get().check_origin(py)?;
        py.detach(|| call(&mut self.lock()))
            .map_err(|error| raise(py, &error))
    }

    /// The names of sources and how many digits their numbers have.
    fn layout(&self, py: Python<'_>, sources: &[ExpectedSource]) -> PyResult<Arc<Layout>> {
        let known = |layouts: &Vec<(Vec<ExpectedSource>, Arc<Layout>)>| {
            let own = layouts.iter().find(|(own, _)| own == sources);
            own.map(|(_, layout)| Arc::clone(layout))
        };
        let found = known(&self.layouts.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(layout) = found {
            return Ok(layout);
        }
        let instruments = self.instruments(py)?;
        let digits = |each: &ExpectedSource| {
            let own = instruments
                .iter()
                .find(|own| own.symbol == each.source.symbol);
            own.map_or(Digits { price: 0, qty: 0 }, |own| Digits {
                price: own.price_scale,
                qty: own.qty_scale,
            })
        };
        let layout = Arc::new(Layout {
            names: sources.iter().map(|each| each.source.to_string()).collect(),
            digits: sources.iter().map(digits).collect(),
        });
        let mut layouts = self.layouts.lock().unwrap_or_else(PoisonError::into_inner);
        layouts.push((sources.to_vec(), Arc::clone(&layout)));
        Ok(layout)
    }

    fn instruments(&self, py: Python<'_>) -> PyResult<Vec<Instrument>> {
        self.with(py, |runner| Ok(runner.registry().instruments.clone()))
    }

    /// The size that was asked for.
    fn size(
        &self,
        py: Python<'_>,
        instrument: &Instrument,
        (qty, notional): (Option<Any<'_, '_>>, Option<Any<'_, '_>>),
    ) -> PyResult<Size> {
        let sizes = (optional("qty", qty)?, optional("notional", notional)?);
        match sizes {
            (None, None) => Ok(Size::Usual),
            (None, Some(money)) => Ok(Size::Notional(money)),
            (Some(qty), None) => match qty.exactly_at(instrument.qty_scale) {
                Some(raw) => Ok(Size::Qty(raw)),
                None => {
                    let allowed = format!("at most {} digits", instrument.qty_scale);
                    Err(unknown(py, "qty", &qty.to_string(), &allowed))
                }
            },
            (Some(_), Some(money)) => {
                let found = format!("{money} and a qty");
                Err(unknown(py, "notional", &found, "one of both"))
            }
        }
    }
}

#[pymethods]
impl StrategyDesk {
    /// `composition` is TOML with what is composed of bars; None is what the book's own
    /// configuration says, with its strategies.
    #[new]
    #[pyo3(signature = (book, composition=None, since=None))]
    fn new(
        py: Python<'_>,
        book: Py<Book>,
        #[pyo3(from_py_with = maybe_text)] composition: Option<&str>,
        since: Option<Any<'_, '_>>,
    ) -> PyResult<Self> {
        let since = since.map(|since| whole("since", since, "a sequence, 0 or more"));
        let since = since.transpose()?;
        let registry = book.get().with(py, truebook::Book::registry)?;
        let symbols: Vec<Id> = registry.instruments.iter().map(|own| own.symbol).collect();
        let plan = composition.map(|text| BarPlan::from_toml("composition", text, &symbols));
        let plan = plan.transpose();
        let plan = plan.map_err(|error| exception(py, "InvalidValue", error.to_string()))?;
        let run = |book: &mut truebook::Book| book.run_strategies(plan.as_ref(), since);
        let runner = book.get().with(py, run)?;
        Ok(Self {
            book,
            inner: Mutex::new(runner),
            layouts: Mutex::default(),
        })
    }

    /// Adds a strategy, and gives its number.
    #[pyo3(signature = (name, synchronizer=None, priority=None, valid_ms=None,
                        order_notional=None))]
    fn add(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] name: &str,
        #[pyo3(from_py_with = maybe_text)] synchronizer: Option<&str>,
        priority: Option<Any<'_, '_>>,
        valid_ms: Option<Any<'_, '_>>,
        order_notional: Option<Any<'_, '_>>,
    ) -> PyResult<usize> {
        let id = |what, text| Id::new(what, text).map_err(|error| raise(py, &error.into()));
        let milliseconds = "milliseconds, 0 to 4294967295";
        let planned = PlannedStrategy {
            name: id("name", name)?,
            synchronizer: synchronizer
                .map(|text| id("synchronizer", text))
                .transpose()?,
            priority: priority.map_or(Ok(0), |p| whole("priority", p, "a whole number"))?,
            valid_ms: valid_ms
                .map(|ms| whole("valid_ms", ms, milliseconds))
                .transpose()?,
            order_notional: optional("order_notional", order_notional)?,
        };
        self.with(py, |runner| runner.add(planned, None))
    }

    /// The number of a strategy that the configuration has as external; None without one.
    fn outside(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] name: &str,
    ) -> PyResult<Option<usize>> {
        let Ok(name) = Id::new("name", name) else {
            return Ok(None);
        };
        self.with(py, |runner| Ok(runner.outside(&name)))
    }

    /// The next set within `timeout` seconds; None without one.
    fn step<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = seconds)] timeout: f64,
    ) -> PyResult<Option<Shown<'py>>> {
        let timeout = duration(py, "timeout", timeout)?;
        let began = Instant::now();
        let (heard, asked) = loop {
            let left = timeout.saturating_sub(began.elapsed());
            let slice = left.min(SIGNALS);
            let (heard, asked, is_over) = self.with(py, |runner| {
                let mut heard = None;
                runner.step(Some(slice), |seen| heard = Some(Heard::of(seen)))?;
                Ok((heard, runner.asked(), runner.subscription().is_over()))
            })?;
            if let Some(heard) = heard {
                break (heard, asked);
            }
            py.check_signals()?;
            if left <= slice || is_over {
                return Ok(None);
            }
        };
        let layout = self.layout(py, &heard.sources)?;
        let features = PyDict::new(py);
        for (name, value) in &heard.features {
            features.set_item(name.as_str(), value)?;
        }
        let whose = heard.synchronizer.map(|name| name.to_string());
        Ok(Some((
            whose,
            BarSet::out(&heard.set, &layout),
            features,
            asked,
        )))
    }

    /// Says that it is `now`, nanoseconds since the epoch, so that timeouts end without a bar.
    fn advance(&self, py: Python<'_>, now: Any<'_, '_>) -> PyResult<()> {
        let now = Timestamp(whole("now", now, "nanoseconds since the epoch")?);
        self.with(py, |runner| runner.advance(now))
    }

    /// How many bars came that no synchronizer waits for.
    fn unexpected(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |runner| Ok(runner.unexpected()))
    }

    /// Whether the newest set is made of bars that were recorded before.
    fn is_past(&self, py: Python<'_>) -> PyResult<bool> {
        self.with(py, |runner| Ok(runner.is_past()))
    }

    /// Takes a signal of the newest set from the strategy of this number.
    #[pyo3(signature = (member, symbol, action, score=0.0, valid_ms=None, qty=None,
                        notional=None))]
    fn signal(
        &self,
        py: Python<'_>,
        member: usize,
        #[pyo3(from_py_with = text)] symbol: &str,
        #[pyo3(from_py_with = text)] action: &str,
        score: f64,
        valid_ms: Option<Any<'_, '_>>,
        qty: Option<Any<'_, '_>>,
        notional: Option<Any<'_, '_>>,
    ) -> PyResult<()> {
        let action = Action::named(action).map_err(|error| raise(py, &error.into()))?;
        let instruments = self.instruments(py)?;
        let known = instruments.iter().find(|own| own.symbol.as_str() == symbol);
        let Some(instrument) = known else {
            let names: Vec<&str> = instruments.iter().map(|own| own.symbol.as_str()).collect();
            return Err(unknown(py, "symbol", symbol, &names.join(", ")));
        };
        let milliseconds = "milliseconds, 0 to 4294967295";
        let valid = valid_ms.map(|ms| whole::<u32>("valid_ms", ms, milliseconds));
        let signal = Signal {
            score,
            size: self.size(py, instrument, (qty, notional))?,
            valid_ns: valid.transpose()?.map(|ms| i64::from(ms) * 1_000_000),
            ..Signal::new(instrument.id, action)
        };
        self.with(py, |runner| runner.signal(member, signal))
    }

    /// Stops the strategy of this number.
    fn stop(
        &self,
        py: Python<'_>,
        member: usize,
        #[pyo3(from_py_with = text)] why: &str,
    ) -> PyResult<()> {
        self.with(py, |runner| runner.stop(member, why))
    }

    /// Chooses from the signals that wait, and submits the orders that they ask for.
    fn decide<'py>(&self, py: Python<'py>) -> PyResult<Vec<Routed<'py>>> {
        // A thread that records waits for who hears it: it is not to be waited for without need.
        if self.with(py, |runner| Ok(runner.is_idle()))? {
            return Ok(Vec::new());
        }
        let book = self.book.get();
        let (routed, instruments) = book.with_long(py, |book| {
            let mut runner = self.lock();
            let routed = runner.decide(book)?;
            let instruments = match routed.is_empty() {
                true => Vec::new(),
                false => runner.registry().instruments.clone(),
            };
            Ok((routed, instruments))
        })?;
        let all = routed
            .into_iter()
            .map(|order| told(py, order, &instruments));
        all.collect()
    }

    /// Whether the book is closed, so that no set comes any more.
    fn is_over(&self, py: Python<'_>) -> PyResult<bool> {
        self.with(py, |runner| Ok(runner.subscription().is_over()))
    }

    /// How many parts of events were overwritten before they were read.
    fn lost(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |runner| Ok(runner.subscription().lost()))
    }

    /// How each strategy does: a mapping by name.
    fn strategies<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let all = self.with(py, |runner| Ok(runner.strategies()))?;
        let dict = PyDict::new(py);
        for one in all {
            let own = PyDict::new(py);
            own.set_item("stopped", one.stopped)?;
            own.set_item("given", one.counts.given)?;
            own.set_item("expired", one.counts.expired)?;
            own.set_item("outvoted", one.counts.outvoted)?;
            own.set_item("idle", one.counts.idle)?;
            own.set_item("sent", one.counts.sent)?;
            dict.set_item(one.name.as_str(), own)?;
        }
        Ok(dict)
    }

    /// How each synchronizer does: a list, those with a name first by their order.
    fn synchronizers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let all = self.with(py, |runner| Ok(runner.synchronizers()))?;
        let list = PyList::empty(py);
        for one in all {
            let own = PyDict::new(py);
            own.set_item("name", one.name.map(|name| name.to_string()))?;
            own.set_item("complete", one.sets.complete)?;
            own.set_item("incomplete", one.sets.incomplete)?;
            own.set_item("skipped", one.sets.skipped)?;
            own.set_item("failed", one.sets.failed)?;
            own.set_item("evicted", one.sets.evicted)?;
            let bars = PyDict::new(py);
            for outcome in BarOutcome::ALL {
                bars.set_item(outcome.name(), one.bars.of(outcome))?;
            }
            own.set_item("bars", bars)?;
            list.append(own)?;
        }
        Ok(list)
    }
}
