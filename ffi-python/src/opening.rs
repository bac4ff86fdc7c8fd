//! `truebook.open`: its keywords, and the configuration they may not contradict.

use std::path::PathBuf;

use pyo3::prelude::*;
use truebook::settings::{Mode, Settings};
use truebook::{BookOptions, Durability, HostOptions, Wait};

use crate::argument::{maybe_path, maybe_text, text};
use crate::book::Book;
use crate::choice::{choose, one_of};
use crate::error::{exception, raise};
use crate::number::whole;

/// Sleeps without the interpreter's lock, so that other threads run meanwhile.
fn released(wait: &mut (dyn FnMut() + Send)) {
    Python::attach(|py| py.detach(wait));
}

/// Open a book.
///
/// `path` is the database, None keeps nothing. `config` is a path to a TOML file. Raises StoreError
/// for a file that cannot be used and InvalidValue for a configuration that cannot be taken.
///
/// `mode` is "paper" or "live" and `durability` "disk" or "os"; where they are None, what the
/// configuration says, else "paper" and "disk".
///
/// `pin` is the core of the engine's thread, and `wait` what that does when there is nothing to do:
/// "spin" and "yield" take a whole core, "park" sleeps, "adaptive" looks a while and then sleeps.
#[pyfunction]
#[pyo3(signature = (path=None, *, config=None, mode=None, threading="engine", clock="system",
                    durability=None, pin=None, wait="adaptive"))]
pub(crate) fn open(
    py: Python<'_>,
    #[pyo3(from_py_with = maybe_path)] path: Option<PathBuf>,
    #[pyo3(from_py_with = maybe_path)] config: Option<PathBuf>,
    #[pyo3(from_py_with = maybe_text)] mode: Option<&str>,
    #[pyo3(from_py_with = text)] threading: &str,
    #[pyo3(from_py_with = text)] clock: &str,
    #[pyo3(from_py_with = maybe_text)] durability: Option<&str>,
    pin: Option<&Bound<'_, PyAny>>,
    #[pyo3(from_py_with = text)] wait: &str,
) -> PyResult<Py<Book>> {
    let modes = [("paper", Mode::Paper), ("live", Mode::Live)];
    let kinds = [("disk", Durability::Disk), ("os", Durability::Os)];
    let mode = mode
        .map(|word| choose(py, "mode", word, modes))
        .transpose()?;
    let durability = durability
        .map(|word| choose(py, "durability", word, kinds))
        .transpose()?;
    let settings = match config {
        Some(config) => {
            let read = Settings::read(&config);
            Some(read.map_err(|error| exception(py, "InvalidValue", error.to_string()))?)
        }
        None => None,
    };
    let configured = BookOptions::configured(settings, mode, durability);
    let core = pin
        .map(|pin| whole("pin", pin, "the number of a core"))
        .transpose()?;
    let options = BookOptions {
        path: path.filter(|path| path.as_os_str() != ":memory:"),
        has_event_clock: choose(py, "clock", clock, [("system", false), ("event", true)])?,
        host: HostOptions {
            threaded: choose(
                py,
                "threading",
                threading,
                [("engine", true), ("inline", false)],
            )?,
            core,
            wait: one_of(py, "wait", wait, &Wait::ALL)?,
            rest: released,
            ..HostOptions::default()
        },
        ..configured.map_err(|error| raise(py, &error))?
    };
    let shown = options.path.as_ref().map_or_else(
        || "a book in memory".to_owned(),
        |path| path.display().to_string(),
    );
    let opened = py.detach(|| truebook::Book::open(options));
    let book = Py::new(py, Book::from(opened.map_err(|error| raise(py, &error))?))?;
    py.import("truebook._lifetime")?
        .call_method1("track", (&book, shown))?;
    Ok(book)
}
