//! What a synchronizer is asked for, as Python writes it.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PySet, PyString, PyTuple};
use truebook::bars::{ExpectedSource, GapPolicy, Source};
use truebook::model::InvalidValue;

use crate::error::{exception, raise};
use crate::number::{name_list, whole};

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

const SOURCES: &str = "1 to 4096 names, each a symbol and a timeframe, such as SPY_5m";
const GAPS: &str = "'skip', 'fail', 'interpolate' or ('last_known', age_max_ns)";

/// The names of the sources; those of a set, which has no order, by the alphabet.
pub(crate) fn names(value: Any<'_, '_>) -> PyResult<Vec<String>> {
    let mut names = name_list("expected_sources", Some(value))?.ok_or_else(|| {
        let text = format!("expected_sources: found None, allowed: {SOURCES}");
        exception(value.py(), "InvalidValue", text)
    })?;
    if value.is_instance_of::<PySet>() || value.is_instance_of::<PyFrozenSet>() {
        names.sort();
    }
    Ok(names)
}

/// The sources with those names, each with its gap policy and its time of closing.
pub(crate) fn expected(
    py: Python<'_>,
    names: &[String],
    gaps: Option<&Bound<'_, PyDict>>,
    closes_at: Option<&Bound<'_, PyDict>>,
) -> PyResult<Vec<ExpectedSource>> {
    let mut sources = Vec::with_capacity(names.len());
    for name in names {
        let source: Source = name
            .parse()
            .map_err(|error| refused(py, InvalidValue::new("source", name, &told(&error))))?;
        sources.push(ExpectedSource::from(source));
    }
    for (key, gap) in gaps.into_iter().flatten() {
        let policy = policy(&gap)?;
        known(names, &mut sources, ("gaps", &key))?.gap = policy;
    }
    for (key, ns) in closes_at.into_iter().flatten() {
        let ns = whole(
            "closes_at",
            &ns,
            "nanoseconds after a multiple of the timeframe",
        )?;
        known(names, &mut sources, ("closes_at", &key))?.closes_at_ns = ns;
    }
    Ok(sources)
}

/// What is allowed, with what was wrong of the parts of a name.
fn told(error: &InvalidValue) -> String {
    format!("{SOURCES}; {error}")
}

fn known<'a>(
    names: &[String],
    sources: &'a mut [ExpectedSource],
    (what, key): (&str, Any<'_, '_>),
) -> PyResult<&'a mut ExpectedSource> {
    let name = key.extract::<String>().unwrap_or_default();
    let at = names.iter().position(|own| *own == name);
    at.and_then(|at| sources.get_mut(at)).ok_or_else(|| {
        let found: String = name.chars().take(64).collect();
        let listed: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
        let allowed = format!("expected sources: {}", listed.join(", "));
        let text = format!("{what}: found '{found}', allowed: {allowed}");
        exception(key.py(), "InvalidValue", text)
    })
}

fn policy(gap: Any<'_, '_>) -> PyResult<GapPolicy> {
    let named = |name: &str| match name {
        "skip" => Some(GapPolicy::Skip),
        "fail" => Some(GapPolicy::Fail),
        "interpolate" => Some(GapPolicy::Interpolate),
        _ => None,
    };
    let found = match gap.cast::<PyString>() {
        Ok(name) => name.to_str().ok().and_then(named),
        Err(_) => match gap.cast::<PyTuple>() {
            Ok(pair) => last_known(pair)?,
            Err(_) => None,
        },
    };
    found.ok_or_else(|| {
        let shown = gap
            .repr()
            .map_or_else(|_| "?".to_owned(), |text| text.to_string());
        let shown: String = shown.chars().take(64).collect();
        let text = format!("gaps: found {shown}, allowed: {GAPS}");
        exception(gap.py(), "InvalidValue", text)
    })
}

fn last_known(pair: &Bound<'_, PyTuple>) -> PyResult<Option<GapPolicy>> {
    if pair.len() != 2
        || pair.get_item(0)?.extract::<String>().ok().as_deref() != Some("last_known")
    {
        return Ok(None);
    }
    let allowed = "('last_known', age_max_ns) with nanoseconds, 0 or more";
    let age_max_ns = whole("gaps", &pair.get_item(1)?, allowed)?;
    Ok(Some(GapPolicy::LastKnown { age_max_ns }))
}

/// What the synchronizer refuses, under the name that the parameter has in Python.
pub(crate) fn refused(py: Python<'_>, error: InvalidValue) -> PyErr {
    let what = match error.what.as_str() {
        "gap policy" | "age_max_ns" => "gaps",
        "closes_at_ns" => "closes_at",
        "source" | "timeframe" => "expected_sources",
        _ => error.what.as_str(),
    };
    let what = what.to_owned();
    raise(py, &InvalidValue { what, ..error }.into())
}
