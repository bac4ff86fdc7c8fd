//! Numbers in and out: str, int, float (by its shortest text) or Decimal in, Decimal out.

use std::time::Duration;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString, PyType};
use truebook::model::{Fixed, Id};

use crate::error::{exception, raise};

static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The exact number that `value` writes, for the parameter `what`.
pub(crate) fn exact(what: &str, value: &Bound<'_, PyAny>) -> PyResult<Fixed> {
    if let Some(number) = plain(value) {
        return Ok(number);
    }
    let py = value.py();
    let is_number = value.is_instance_of::<PyString>()
        || (value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>())
        || value.is_instance_of::<PyFloat>()
        || value.is_instance(DECIMAL.import(py, "decimal", "Decimal")?)?;
    if !is_number {
        let found = value.get_type().name()?;
        let text = format!("{what}: found {found}, allowed: str, int, float or Decimal");
        return Err(exception(py, "InvalidValue", text));
    }
    let refuse = |_| {
        let found = "a number or text that cannot be written out";
        let text = format!("{what}: found {found}, allowed: a decimal number of at most 28 digits");
        exception(py, "InvalidValue", text)
    };
    let text = value.str().map_err(refuse)?;
    let text = text.to_str().map_err(refuse)?;
    truebook::decimal(what, text).map_err(|error| raise(py, &error))
}

/// A whole number for the parameter `what`.
pub(crate) fn whole<'py, T>(what: &str, value: &Bound<'py, PyAny>, allowed: &str) -> PyResult<T>
where
    T: for<'a> FromPyObject<'a, 'py>,
{
    let taken = if value.is_instance_of::<PyBool>() {
        None
    } else {
        value.extract::<T>().ok()
    };
    taken.ok_or_else(|| {
        let found = value
            .repr()
            .map_or_else(|_| "?".to_owned(), |text| text.to_string());
        let found: String = found.chars().take(64).collect();
        let text = format!("{what}: found {found}, allowed: {allowed}");
        exception(value.py(), "InvalidValue", text)
    })
}

/// A time in nanoseconds since the epoch, which may be absent.
pub(crate) fn time(what: &str, value: Option<&Bound<'_, PyAny>>) -> PyResult<Option<i64>> {
    let allowed = "nanoseconds since the epoch, a whole number of 64 bits";
    value.map(|value| whole(what, value, allowed)).transpose()
}

/// The number that an int of 64 bits or a float of at most 15 digits writes.
fn plain(value: &Bound<'_, PyAny>) -> Option<Fixed> {
    if let Ok(float) = value.cast_exact::<PyFloat>() {
        return short_float(float.value());
    }
    let whole = value.cast_exact::<PyInt>().ok()?;
    let whole: i64 = whole.extract().ok()?;
    Some(Fixed::new(i128::from(whole), 0))
}

/// The number that `float` writes by its shortest text; `None` for one that is none.
pub(crate) fn of_float(float: f64) -> Option<Fixed> {
    let long = || truebook::decimal("number", &float.to_string()).ok();
    short_float(float).or_else(long)
}

/// The shortest decimal that is `float`, where it has at most 15 digits: no other that is as short
/// is the same float, so it is the one that Python writes.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "a whole number below 10^15; the very same float is asked for"
)]
fn short_float(float: f64) -> Option<Fixed> {
    const POWERS: [f64; 10] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
    (0..).zip(POWERS).find_map(|(scale, power)| {
        let scaled = float * power;
        let raw = (scaled + 0.5_f64.copysign(scaled)) as i64;
        let is_same = raw.unsigned_abs() < 1_000_000_000_000_000 && raw as f64 / power == float;
        is_same.then(|| Fixed::new(i128::from(raw), scale))
    })
}

/// Names for the parameter `what`: one, several, or None.
pub(crate) fn name_list(
    what: &str,
    value: Option<&Bound<'_, PyAny>>,
) -> PyResult<Option<Vec<String>>> {
    let Some(value) = value else {
        return Ok(None);
    };
    if let Ok(one) = value.cast::<PyString>() {
        return Ok(Some(vec![one.to_string()]));
    }
    let refuse = |found: &str| {
        let text = format!("{what}: found {found}, allowed: a name, several, or None for all");
        exception(value.py(), "InvalidValue", text)
    };
    let name = value.get_type().name();
    let name = name.map_or_else(|_| "?".to_owned(), |name| name.to_string());
    let each = value.try_iter().map_err(|_| refuse(&name))?;
    let names: Vec<String> = each
        .map(|one| one?.extract())
        .collect::<PyResult<_>>()
        .map_err(|_| refuse(&format!("{name} of something else")))?;
    match names.is_empty() {
        true => Err(refuse("none")),
        false => Ok(Some(names)),
    }
}

/// Seconds, 0 or more, for the parameter `what`.
pub(crate) fn duration(py: Python<'_>, what: &str, seconds: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds).map_err(|_| {
        let text = format!("{what}: found {seconds}, allowed: seconds, 0 or more");
        exception(py, "InvalidValue", text)
    })
}

/// [`exact`] for a parameter that may be absent.
pub(crate) fn optional(what: &str, value: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Fixed>> {
    value.map(|value| exact(what, value)).transpose()
}

/// `value` as a Python `Decimal`.
pub(crate) fn decimal<'py>(py: Python<'py>, value: Fixed) -> PyResult<Bound<'py, PyAny>> {
    DECIMAL
        .import(py, "decimal", "Decimal")?
        .call1((value.to_string(),))
}

/// [`decimal`], or `None` where there is none.
pub(crate) fn maybe<'py>(
    py: Python<'py>,
    value: Option<Fixed>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    value.map(|value| decimal(py, value)).transpose()
}

/// Decimals by name.
pub(crate) fn by_name<'py>(
    py: Python<'py>,
    values: &[(Id, Fixed)],
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in values {
        dict.set_item(name.as_str(), decimal(py, *value)?)?;
    }
    Ok(dict)
}
