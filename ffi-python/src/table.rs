//! Tables in Python: lists of records, and columns for polars, pandas, pyarrow, duckdb and numpy.

use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList, PyTuple};
use truebook::{Frame, Values};

use crate::argument::{flag, text};
use crate::arrow::stream;
use crate::number::decimal;

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

/// Columns of the same length. polars, pandas, pyarrow and duckdb take it as it is, by the Arrow
/// PyCapsule interface: decimals as decimal128(38, 18), times as nanoseconds in UTC.
#[pyclass(frozen, module = "truebook")]
pub(crate) struct Table {
    frame: Frame,
    /// Whether decimals are given as floats.
    is_float: bool,
}

impl Table {
    pub(crate) fn new(frame: Frame, is_float: bool) -> Self {
        Self { frame, is_float }
    }

    pub(crate) fn frame(&self) -> &Frame {
        &self.frame
    }

    fn column<'py>(&self, py: Python<'py>, values: &Values) -> PyResult<Bound<'py, PyList>> {
        match values {
            Values::Text(values) => PyList::new(py, values),
            Values::Whole(values) | Values::Time(values) => PyList::new(py, values),
            Values::Flag(values) => PyList::new(py, values),
            Values::Ratio(values) => PyList::new(py, values),
            Values::Decimal(values) if self.is_float => {
                let floats = values.iter().map(|value| value.map(crate::arrow::nearest));
                PyList::new(py, floats.collect::<Vec<_>>())
            }
            Values::Decimal(values) => {
                let exact = values
                    .iter()
                    .map(|value| value.map(|it| decimal(py, it)).transpose());
                PyList::new(py, exact.collect::<PyResult<Vec<_>>>()?)
            }
        }
    }
}

#[pymethods]
impl Table {
    /// The names of the columns.
    #[getter]
    fn columns(&self) -> Vec<&str> {
        self.frame
            .columns
            .iter()
            .map(|(name, _)| name.as_str())
            .collect()
    }

    fn __len__(&self) -> usize {
        self.frame.rows()
    }

    /// The values of a column, by its name.
    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = text)] name: &str,
    ) -> PyResult<Bound<'py, PyList>> {
        let found = self.frame.columns.iter().find(|(own, _)| own == name);
        let (_, values) = found.ok_or_else(|| {
            let allowed = self.columns().join(", ");
            PyKeyError::new_err(format!("column: found '{name}', allowed: {allowed}"))
        })?;
        self.column(py, values)
    }

    /// The columns by name, as lists.
    fn to_pydict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, values) in &self.frame.columns {
            dict.set_item(name, self.column(py, values)?)?;
        }
        Ok(dict)
    }

    /// The rows, each a dict by column.
    fn to_pylist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let columns: Vec<Bound<'py, PyList>> = self
            .frame
            .columns
            .iter()
            .map(|(_, values)| self.column(py, values))
            .collect::<PyResult<_>>()?;
        let rows = PyList::empty(py);
        for at in 0..self.frame.rows() {
            let row = PyDict::new(py);
            for ((name, _), column) in self.frame.columns.iter().zip(&columns) {
                row.set_item(name, column.get_item(at)?)?;
            }
            rows.append(row)?;
        }
        Ok(rows)
    }

    /// A structured array of numpy, which must be installed: decimals as float64, where none is
    /// there NaN; times as datetime64[ns].
    fn to_numpy<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let kinds = PyDict::new(slf.py());
        for (name, values) in &slf.get().frame.columns {
            kinds.set_item(name, kind(values))?;
        }
        let module = slf.py().import("truebook._numpy")?;
        module.call_method1("structured", (slf, kinds))
    }

    /// A stream of Arrow record batches.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Any<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // Whoever asks for another schema casts: the protocol lets us give our own.
        let _ = requested_schema;
        stream(py, &self.frame, self.is_float)
    }

    fn __repr__(&self) -> String {
        let (rows, columns) = (self.frame.rows(), self.columns().join(", "));
        format!("Table({rows} rows: {columns})")
    }
}

fn kind(values: &Values) -> &'static str {
    match values {
        Values::Text(_) => "text",
        Values::Decimal(_) | Values::Ratio(_) => "float",
        Values::Whole(_) => "whole",
        Values::Time(_) => "time",
        Values::Flag(_) => "flag",
    }
}

/// A list of records that is a table, too: polars, pandas, pyarrow and duckdb take it as it is.
#[pyclass(frozen, sequence, module = "truebook")]
pub(crate) struct Records {
    items: Py<PyTuple>,
    frame: Frame,
}

impl Records {
    pub(crate) fn new<'py, T>(
        py: Python<'py>,
        items: impl ExactSizeIterator<Item = T>,
        frame: Frame,
    ) -> PyResult<Self>
    where
        T: IntoPyObject<'py>,
    {
        let items = PyTuple::new(py, items)?.unbind();
        Ok(Self { items, frame })
    }

    pub(crate) fn frame(&self) -> &Frame {
        &self.frame
    }
}

#[pymethods]
impl Records {
    fn __len__(&self, py: Python<'_>) -> usize {
        self.items.bind(py).len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, at: Any<'_, 'py>) -> PyResult<Bound<'py, PyAny>> {
        self.items.bind(py).as_any().get_item(at)
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.items.bind(py).as_any().try_iter()?.into_any())
    }

    fn __contains__(&self, py: Python<'_>, item: Any<'_, '_>) -> PyResult<bool> {
        self.items.bind(py).as_any().contains(item)
    }

    /// Equal to any list or tuple of equal records.
    fn __eq__(&self, py: Python<'_>, other: Any<'_, '_>) -> PyResult<bool> {
        let own = self.items.bind(py);
        if let Ok(other) = other.cast::<Self>() {
            return own.as_any().eq(other.get().items.bind(py));
        }
        let is_sequence = other.is_instance_of::<PyList>() || other.is_instance_of::<PyTuple>();
        match is_sequence {
            true => own.as_any().eq(PyTuple::new(
                py,
                other.try_iter()?.collect::<PyResult<Vec<_>>>()?,
            )?),
            false => Ok(false),
        }
    }

    /// The records as a table; with `floats` its decimals are floats.
    #[pyo3(signature = (*, floats=false))]
    fn table(&self, #[pyo3(from_py_with = flag)] floats: bool) -> Table {
        Table::new(self.frame.clone(), floats)
    }

    /// A structured array of numpy, which must be installed: see `Table.to_numpy`.
    fn to_numpy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Table::to_numpy(&Bound::new(py, self.table(true))?)
    }

    /// A stream of Arrow record batches.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Any<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        stream(py, &self.frame, false)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let items = self.items.bind(py).as_any().try_iter()?;
        let texts = items.map(|item| Ok(item?.repr()?.to_string()));
        Ok(format!(
            "[{}]",
            texts.collect::<PyResult<Vec<_>>>()?.join(", ")
        ))
    }
}
