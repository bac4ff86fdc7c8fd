//! What a subscriber hears, as Python reads it.

use std::sync::Arc;

use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use truebook::{Field, Notice, NoticeRecord, Registry};

use crate::argument::text;
use crate::number::decimal;

/// One change that the book made: its kind, when, whom it is about, and what was before and is
/// since.
///
/// `event["new"]` is `event.data["new"]`. Numbers are Decimal, times are nanoseconds since the
/// epoch.
#[pyclass(frozen, module = "truebook")]
pub(crate) struct Event {
    notice: Notice,
    names: Arc<Registry>,
    /// What it says, once somebody asked.
    told: PyOnceLock<Told>,
}

struct Told {
    record: NoticeRecord,
    data: Py<PyDict>,
}

impl Event {
    pub(crate) fn new(notice: Notice, names: Arc<Registry>) -> Self {
        Self {
            notice,
            names,
            told: PyOnceLock::new(),
        }
    }

    fn told(&self, py: Python<'_>) -> PyResult<&Told> {
        self.told.get_or_try_init(py, || {
            let record = NoticeRecord::of(&self.notice, &self.names);
            let data = dict(py, &record.fields)?.unbind();
            Ok(Told { record, data })
        })
    }
}

#[pymethods]
impl Event {
    /// What happened, in one word: "fill_booked", "order_filled", "position_changed",
    /// "balance_changed", "price_updated" and so on.
    #[getter]
    fn kind(&self) -> &'static str {
        self.notice.news.kind()
    }

    /// The sequence of the event that made it; for a price, of the event before.
    #[getter]
    fn sequence(&self) -> u64 {
        self.notice.sequence
    }

    /// Its number among the changes of one event, from 0.
    #[getter]
    fn index(&self) -> u16 {
        self.notice.index
    }

    /// When it happened, in nanoseconds since the epoch.
    #[getter]
    fn ts(&self) -> i64 {
        self.notice.ts.0
    }

    /// The instrument that it is about, or None.
    #[getter]
    fn symbol(&self, py: Python<'_>) -> PyResult<Option<&str>> {
        Ok(self.told(py)?.record.symbol.as_ref().map(|id| id.as_str()))
    }

    /// The strategy that it is about, or None.
    #[getter]
    fn strategy(&self, py: Python<'_>) -> PyResult<Option<&str>> {
        Ok(self
            .told(py)?
            .record
            .strategy
            .as_ref()
            .map(|id| id.as_str()))
    }

    /// The account that it is about, or None.
    #[getter]
    fn account(&self, py: Python<'_>) -> PyResult<Option<&str>> {
        Ok(self.told(py)?.record.account.as_ref().map(|id| id.as_str()))
    }

    /// What else it says, by name; "old" and "new" are what was before and is since.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.told(py)?.data.bind(py).copy()
    }

    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = text)] name: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let found = self.told(py)?.data.bind(py).get_item(name)?;
        found.ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let told = self.told(py)?;
        let mut parts = vec![
            format!("'{}'", self.kind()),
            format!("sequence={}", self.sequence()),
        ];
        let names = [
            ("symbol", told.record.symbol),
            ("strategy", told.record.strategy),
            ("account", told.record.account),
        ];
        for (name, value) in names {
            parts.extend(value.map(|value| format!("{name}='{value}'")));
        }
        for (name, value) in told.data.bind(py) {
            let value = value.str()?;
            parts.push(format!("{}={}", name.str()?, value));
        }
        Ok(format!("Event({})", parts.join(", ")))
    }
}

/// Values by name.
fn dict<'py>(py: Python<'py>, fields: &[(&'static str, Field)]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, field) in fields {
        dict.set_item(name, value(py, field)?)?;
    }
    Ok(dict)
}

fn value<'py>(py: Python<'py>, field: &Field) -> PyResult<Bound<'py, PyAny>> {
    Ok(match field {
        Field::None => py.None().into_bound(py),
        Field::Text(text) => text.into_pyobject(py)?.into_any(),
        Field::Number(number) => decimal(py, *number)?,
        Field::Whole(number) => number.into_pyobject(py)?.into_any(),
        Field::Flag(flag) => flag.into_pyobject(py)?.to_owned().into_any(),
        Field::Group(fields) => dict(py, fields)?.into_any(),
    })
}
