//! Arguments of a plain type: what is of another one is refused, and pyo3 names the parameter.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyMapping, PyString};

use crate::error::exception;

type Value<'a, 'py> = &'a Bound<'py, PyAny>;

/// Text.
pub(crate) fn text<'a>(value: Value<'a, '_>) -> PyResult<&'a str> {
    let Ok(text) = value.cast::<PyString>() else {
        return Err(wrong(value, "text"));
    };
    text.to_str().map_err(|_| {
        let text = "found half a character, allowed: text that can be written out";
        exception(value.py(), "InvalidType", text.to_owned())
    })
}

/// Text, or None.
pub(crate) fn maybe_text<'a>(value: Value<'a, '_>) -> PyResult<Option<&'a str>> {
    match value.is_none() {
        true => Ok(None),
        false => text(value).map(Some),
    }
}

/// Yes or no.
pub(crate) fn flag(value: Value<'_, '_>) -> PyResult<bool> {
    match value.cast::<PyBool>() {
        Ok(flag) => Ok(flag.is_true()),
        Err(_) => Err(wrong(value, "True or False")),
    }
}

/// A dict, or None.
pub(crate) fn maybe_dict<'a, 'py>(
    value: Value<'a, 'py>,
) -> PyResult<Option<&'a Bound<'py, PyDict>>> {
    match value.is_none() {
        true => Ok(None),
        false => value
            .cast::<PyDict>()
            .map(Some)
            .map_err(|_| wrong(value, "a dict, or None")),
    }
}

/// A mapping as a dict, or None.
pub(crate) fn maybe_mapping<'py>(value: Value<'_, 'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
    match value.is_none() {
        true => Ok(None),
        false => mapping(value).map(Some),
    }
}

/// A mapping as a dict.
pub(crate) fn mapping<'py>(value: Value<'_, 'py>) -> PyResult<Bound<'py, PyDict>> {
    let refuse = |_| wrong(value, "a dict, or another mapping");
    let found = value
        .cast::<PyMapping>()
        .map_err(|_| wrong(value, "a dict, or another mapping"))?;
    let dict = PyDict::new(value.py());
    dict.update(found).map_err(refuse)?;
    Ok(dict)
}

/// A path, or None.
pub(crate) fn maybe_path(value: Value<'_, '_>) -> PyResult<Option<PathBuf>> {
    match value.is_none() {
        true => Ok(None),
        false => value
            .extract()
            .map(Some)
            .map_err(|_| wrong(value, "a path, or None")),
    }
}

/// A number of seconds.
pub(crate) fn seconds(value: Value<'_, '_>) -> PyResult<f64> {
    let is_number = value.is_instance_of::<PyFloat>() || value.is_instance_of::<PyInt>();
    match value.extract() {
        Ok(seconds) if is_number && !value.is_instance_of::<PyBool>() => Ok(seconds),
        _ => Err(wrong(value, "seconds, 0 or more")),
    }
}

/// How many.
pub(crate) fn count(value: Value<'_, '_>) -> PyResult<usize> {
    match value.extract() {
        Ok(count) if !value.is_instance_of::<PyBool>() => Ok(count),
        _ => Err(wrong(value, "a whole number, 0 or more")),
    }
}

/// `error` of a value within the parameter `what`.
pub(crate) fn named(what: &str, py: Python<'_>, error: &PyErr) -> PyErr {
    let text = format!("{what}: {}", error.value(py));
    exception(py, "InvalidType", text)
}

/// The error for a value of another type; the parameter's name is added by whoever knows it.
fn wrong(value: Value<'_, '_>, allowed: &str) -> PyErr {
    let name = value.get_type().name();
    let found = name.map_or_else(|_| "?".to_owned(), |name| name.to_string());
    let text = format!("found {found}, allowed: {allowed}");
    exception(value.py(), "InvalidType", text)
}
