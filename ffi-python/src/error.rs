//! Which of our errors becomes which exception of `truebook._errors`.

use pyo3::PyErrArguments;
use pyo3::prelude::*;
use pyo3::types::PyType;
use truebook::Error;

/// The exception for `error`.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    if let Error::Refused(refusal) = error {
        return construct(py, "Refused", (refusal.name(), refusal.meaning()));
    }
    let (name, text) = match error {
        Error::Closed => ("ClosedError", error.to_string()),
        Error::Value(_) | Error::Invalid(_) | Error::InvalidFor(..) => {
            ("InvalidValue", error.to_string())
        }
        Error::UnknownInstrument(_) => ("UnknownInstrument", error.to_string()),
        Error::Store(_) | Error::NotDurable(_) | Error::Undecided => {
            ("StoreError", error.to_string())
        }
        Error::Refused(_) | Error::Poisoned | _ => ("Error", error.to_string()),
    };
    exception(py, name, text)
}

/// The exception called `name` with `text`.
pub(crate) fn exception(py: Python<'_>, name: &str, text: String) -> PyErr {
    construct(py, name, (text,))
}

fn construct<A>(py: Python<'_>, name: &str, args: A) -> PyErr
where
    A: PyErrArguments + Send + Sync + 'static,
{
    let found = py
        .import("truebook._errors")
        .and_then(|module| module.getattr(name))
        .and_then(|class| Ok(class.cast_into::<PyType>()?));
    match found {
        Ok(class) => PyErr::from_type(class, args),
        Err(error) => error,
    }
}
