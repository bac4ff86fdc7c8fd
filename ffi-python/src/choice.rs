//! Words that are one of a few.

use pyo3::prelude::*;
use truebook::model::Side;

use crate::error::exception;

/// A side by its name.
pub(crate) fn side_of(py: Python<'_>, side: &str) -> PyResult<Side> {
    choose(py, "side", side, [("buy", Side::Buy), ("sell", Side::Sell)])
}

/// What `found` means, one of two allowed words.
pub(crate) fn choose<T>(
    py: Python<'_>,
    what: &str,
    found: &str,
    allowed: [(&str, T); 2],
) -> PyResult<T> {
    let [(first, one), (second, other)] = allowed;
    if found == first {
        return Ok(one);
    }
    if found == second {
        return Ok(other);
    }
    Err(unknown(
        py,
        what,
        found,
        &format!("'{first}' or '{second}'"),
    ))
}

/// The error for a word that is not allowed.
pub(crate) fn unknown(py: Python<'_>, what: &str, found: &str, allowed: &str) -> PyErr {
    exception(
        py,
        "InvalidValue",
        format!("{what}: found '{found}', allowed: {allowed}"),
    )
}
