//! Words that are one of a few.

use pyo3::prelude::*;
use truebook::model::Side;

use crate::error::exception;

/// A side by its name.
pub(crate) fn side_of(py: Python<'_>, side: &str) -> PyResult<Side> {
    Ok(if choose(py, "side", side, ["buy", "sell"])? {
        Side::Buy
    } else {
        Side::Sell
    })
}

/// Whether `found` is the first of two allowed words.
pub(crate) fn choose(
    py: Python<'_>,
    what: &str,
    found: &str,
    allowed: [&str; 2],
) -> PyResult<bool> {
    let [first, second] = allowed;
    if found != first && found != second {
        return Err(unknown(
            py,
            what,
            found,
            &format!("'{first}' or '{second}'"),
        ));
    }
    Ok(found == first)
}

/// The error for a word that is not allowed.
pub(crate) fn unknown(py: Python<'_>, what: &str, found: &str, allowed: &str) -> PyErr {
    exception(
        py,
        "InvalidValue",
        format!("{what}: found '{found}', allowed: {allowed}"),
    )
}
