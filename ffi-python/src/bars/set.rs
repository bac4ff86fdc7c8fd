//! A set of bars, and a bar in it, as Python reads them.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use truebook::bars::{BarSet as CoreSet, Release, SlotState, SourceId};
use truebook::model::Fixed;

use super::series::Digits;
use crate::argument::text;
use crate::choice::unknown;
use crate::number::decimal;

/// What a synchronizer's sets have in common.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The sources by their numbers, as they were written.
    pub(crate) names: Vec<String>,
    /// How many digits the numbers of each have.
    pub(crate) digits: Vec<Digits>,
}

impl Layout {
    /// The digits of a source; none of one that is not there.
    pub(crate) fn digits_of(&self, source: SourceId) -> Digits {
        let at = usize::try_from(source.0).ok();
        let digits = at.and_then(|at| self.digits.get(at)).copied();
        digits.unwrap_or(Digits { price: 0, qty: 0 })
    }

    pub(crate) fn name(&self, source: SourceId) -> &str {
        let at = usize::try_from(source.0).ok();
        let name = at.and_then(|at| self.names.get(at));
        name.map_or("", String::as_str)
    }

    pub(crate) fn number(&self, name: &str) -> Option<SourceId> {
        let at = self.names.iter().position(|own| own == name)?;
        u32::try_from(at).ok().map(SourceId)
    }
}

/// What a set came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Set,
    Skipped,
    Failed(SourceId),
}

/// The bars of all sources as they were known at one time.
#[pyclass(frozen, eq, module = "truebook")]
#[derive(Debug)]
pub(crate) struct BarSet {
    layout: Arc<Layout>,
    set: CoreSet,
    kind: Kind,
}

impl PartialEq for BarSet {
    fn eq(&self, other: &Self) -> bool {
        let is_alike = self.layout.names == other.layout.names && self.kind == other.kind;
        is_alike && self.set == other.set
    }
}

impl BarSet {
    pub(crate) fn of(release: Release<'_>, layout: &Arc<Layout>) -> Self {
        let (set, kind) = match release {
            Release::Set(set) => (set, Kind::Set),
            Release::Skipped(set) => (set, Kind::Skipped),
            Release::Failed { set, source } => (set, Kind::Failed(source)),
        };
        Self {
            layout: Arc::clone(layout),
            set: set.clone(),
            kind,
        }
    }

    /// A set that went out.
    pub(crate) fn out(set: &CoreSet, layout: &Arc<Layout>) -> Self {
        Self::of(Release::Set(set), layout)
    }

    fn bar_of(&self, source: SourceId) -> Option<Bar> {
        let bar = *self.set.bar(source)?;
        Some(Bar {
            layout: Arc::clone(&self.layout),
            source,
            bar,
            state: self.set.state(source),
            age_ns: self.set.age_ns(source).unwrap_or_default(),
        })
    }
}

#[pymethods]
impl BarSet {
    /// The time at which all of it was known to have closed, in nanoseconds since the epoch.
    #[getter]
    fn ts(&self) -> i64 {
        self.set.ts().0
    }

    /// "set": use it; "skipped": a source is missing and all are required; "failed": a source is
    /// missing whose gaps are failures. The last two hold what there was.
    #[getter]
    fn kind(&self) -> &'static str {
        match self.kind {
            Kind::Set => "set",
            Kind::Skipped => "skipped",
            Kind::Failed(_) => "failed",
        }
    }

    /// The first source whose gap made the set fail, or None.
    #[getter]
    fn failed_source(&self) -> Option<&str> {
        match self.kind {
            Kind::Failed(source) => Some(self.layout.name(source)),
            Kind::Set | Kind::Skipped => None,
        }
    }

    /// The bar that stands for each source, by its name, in the order in which sources are
    /// expected; a source without one is not in it.
    #[getter]
    fn bars<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (source, _, _) in self.set.bars() {
            if let Some(bar) = self.bar_of(source) {
                dict.set_item(self.layout.name(source), Bound::new(py, bar)?)?;
            }
        }
        Ok(dict)
    }

    /// The sources whose own bar is in the set.
    #[getter]
    fn sources_present(&self) -> Vec<&str> {
        let sources = self.set.sources_present();
        sources.map(|source| self.layout.name(source)).collect()
    }

    /// The other sources; a gap policy may have put something else in their place.
    #[getter]
    fn sources_missing(&self) -> Vec<&str> {
        let sources = self.set.sources_missing();
        sources.map(|source| self.layout.name(source)).collect()
    }

    /// What stands for `source`: "present", "carried" (of a slower timeframe, its newest), "stale"
    /// (the last one known), "interpolated" or "missing".
    fn state(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] source: &str,
    ) -> PyResult<&'static str> {
        match self.layout.number(source) {
            Some(number) => Ok(state_name(self.set.state(number))),
            None => Err(unknown(py, "source", source, &self.layout.names.join(", "))),
        }
    }

    fn __repr__(&self) -> String {
        format!(
            "BarSet(ts={}, kind='{}', present={}, missing={})",
            self.ts(),
            self.kind(),
            self.set.sources_present().count(),
            self.set.sources_missing().count()
        )
    }
}

/// A bar in a set.
#[pyclass(frozen, eq, module = "truebook")]
#[derive(Debug)]
pub(crate) struct Bar {
    layout: Arc<Layout>,
    source: SourceId,
    bar: truebook::bars::Bar,
    state: SlotState,
    age_ns: i64,
}

impl PartialEq for Bar {
    fn eq(&self, other: &Self) -> bool {
        let scales = |of: &Self| of.layout.digits_of(of.source);
        let own = (self.source(), self.bar, self.state, self.age_ns);
        let is_same = own == (other.source(), other.bar, other.state, other.age_ns);
        is_same && scales(self) == scales(other)
    }
}

impl Bar {
    fn price(&self, raw: i64) -> Fixed {
        Fixed::new(i128::from(raw), self.layout.digits_of(self.source).price)
    }

    fn traded(&self) -> Fixed {
        Fixed::new(self.bar.volume, self.layout.digits_of(self.source).qty)
    }
}

#[pymethods]
impl Bar {
    /// Where it comes from, such as "BTC-USD_1m".
    #[getter]
    fn source(&self) -> &str {
        self.layout.name(self.source)
    }

    /// When it closed, in nanoseconds since the epoch.
    #[getter]
    fn ts_close(&self) -> i64 {
        self.bar.ts_close.0
    }

    /// The first price.
    #[getter]
    fn open<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal(py, self.price(self.bar.open))
    }

    /// The highest price.
    #[getter]
    fn high<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal(py, self.price(self.bar.high))
    }

    /// The lowest price.
    #[getter]
    fn low<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal(py, self.price(self.bar.low))
    }

    /// The last price.
    #[getter]
    fn close<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal(py, self.price(self.bar.close))
    }

    /// The quantity traded.
    #[getter]
    fn volume<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        decimal(py, self.traded())
    }

    /// What it is: "present", "carried", "stale" or "interpolated".
    #[getter]
    fn state(&self) -> &'static str {
        state_name(self.state)
    }

    /// How long before its set it closed, in nanoseconds.
    #[getter]
    fn age_ns(&self) -> i64 {
        self.age_ns
    }

    fn __repr__(&self) -> String {
        let bar = &self.bar;
        let [open, high, low, close] =
            [bar.open, bar.high, bar.low, bar.close].map(|raw| self.price(raw));
        format!(
            "Bar('{}', ts_close={}, open={open}, high={high}, low={low}, close={close}, \
             volume={}, state='{}')",
            self.source(),
            self.ts_close(),
            self.traded(),
            self.state()
        )
    }
}

fn state_name(state: SlotState) -> &'static str {
    match state {
        SlotState::Missing => "missing",
        SlotState::Present => "present",
        SlotState::Carried => "carried",
        SlotState::Stale => "stale",
        SlotState::Interpolated => "interpolated",
    }
}
