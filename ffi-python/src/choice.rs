//! Words that are one of a few.

use pyo3::prelude::*;
use truebook::model::Side;

use crate::error::exception;

/// A side by its name.
pub(crate) fn side_of(py: Python<'_>, side: &str) -> PyResult<Side> {
    choose(py, "side", side, [("buy", Side::Buy), ("sell", Side::Sell)])
}

/// What `found` means, one of two allowed words.
pub(crate) fn choose<T: Copy>(
    py: Python<'_>,
    what: &str,
    found: &str,
    allowed: [(&str, T); 2],
) -> PyResult<T> {
    one_of(py, what, found, &allowed)
}

/// What `found` means, one of the allowed words.
pub(crate) fn one_of<T: Copy>(
    py: Python<'_>,
    what: &str,
    found: &str,
    allowed: &[(&str, T)],
) -> PyResult<T> {
    let meant = allowed.iter().find(|(word, _)| *word == found);
    meant.map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<String> = allowed
            .iter()
            .map(|(word, _)| format!("'{word}'"))
            .collect();
        unknown(py, what, found, &words.join(" or "))
    })
}

/// The error for a word that is not allowed.
pub(crate) fn unknown(py: Python<'_>, what: &str, found: &str, allowed: &str) -> PyErr {
    exception(
        py,
        "InvalidValue",
        format!("{what}: found '{found}', allowed: {allowed}"),
    )
}
