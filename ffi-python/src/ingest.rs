//! `Book`: what other libraries' objects say. Each is read by `truebook._ingest`, in Python: the
//! libraries' objects are Python's.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::book::Book;

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

/// Calls `truebook._ingest.MODULE.NAME(book, object, **named)`.
fn read<'py>(
    book: &Bound<'py, Book>,
    (module, name): (&str, &str),
    object: Any<'_, 'py>,
    named: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let module = book.py().import(format!("truebook._ingest.{module}"))?;
    module.call_method(name, (book, object), named)
}

/// Methods that read an object of another library.
macro_rules! ingest {
    ($($(#[$doc:meta])* $method:ident => $module:literal, $name:literal;)+) => {
        #[pymethods]
        impl Book {
            $($(#[$doc])*
            #[pyo3(signature = (obj, /, **named))]
            fn $method<'py>(
                slf: &Bound<'py, Self>,
                obj: Any<'_, 'py>,
                named: Option<&Bound<'py, PyDict>>,
            ) -> PyResult<Bound<'py, PyAny>> {
                read(slf, ($module, $name), obj, named)
            })+
        }
    };
}

ingest! {
    /// Book a trade as ccxt gives it: see `docs/ingest.md`.
    ingest_ccxt_trade => "ccxt", "ccxt_trade";
    /// Bring an order in step with what ccxt says of it.
    ingest_ccxt_order => "ccxt", "ccxt_order";
    /// Record the balances that the venue states, as ccxt gives them.
    ingest_ccxt_balance => "ccxt", "ccxt_balance";
    /// Record the positions that the venue states, as ccxt gives them.
    ingest_ccxt_positions => "ccxt", "ccxt_positions";
    /// Take a quote as ccxt gives it.
    ingest_ccxt_ticker => "ccxt", "ccxt_ticker";
    /// Record closed bars as ccxt gives them.
    ingest_ccxt_ohlcv => "ccxt", "ccxt_ohlcv";
    /// Book an execution as ib_async gives it.
    ingest_ib_fill => "ib", "ib_fill";
    /// Book the commission of an execution that was booked without one.
    ingest_ib_commission => "ib", "ib_commission";
    /// Record a position that the venue states, as ib_async gives it.
    ingest_ib_position => "ib", "ib_position";
    /// Record a cash balance that the venue states, as ib_async gives it.
    ingest_ib_account_value => "ib", "ib_account_value";
    /// Book a trade as hummingbot gives it.
    ingest_hummingbot_trade => "hummingbot", "hummingbot_trade";
    /// Book a trade as vn.py gives it.
    ingest_vnpy_trade => "vnpy", "vnpy_trade";
    /// Book what a FIX execution report says, given as a mapping of its tags or names.
    ingest_fix => "fix", "fix";
}
