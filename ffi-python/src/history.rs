//! `Book`: what a bot records beside its trades, and orders of unknown fate.

use pyo3::prelude::*;
use truebook::{BarReport, Score};

use crate::applied::Applied;
use crate::argument::{maybe_text, text};
use crate::book::Book;
use crate::number::{exact, optional, time, whole};

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

const NANOS: &str = "nanoseconds since the epoch";

#[pymethods]
impl Book {
    /// Record a bar that has closed; one of the same symbol, timeframe and opening replaces it in
    /// the history. `ts_open` and `ts_event`, when it closed, are in nanoseconds since the epoch.
    #[pyo3(signature = (symbol, timeframe, *, open, high, low, close, volume, ts_open, ts_event))]
    fn bar(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] symbol: &str,
        #[pyo3(from_py_with = text)] timeframe: &str,
        open: Any<'_, '_>,
        high: Any<'_, '_>,
        low: Any<'_, '_>,
        close: Any<'_, '_>,
        volume: Any<'_, '_>,
        ts_open: Any<'_, '_>,
        ts_event: Any<'_, '_>,
    ) -> PyResult<Applied> {
        let bar = BarReport {
            symbol,
            timeframe,
            span: (
                whole("ts_open", ts_open, NANOS)?,
                whole("ts_event", ts_event, NANOS)?,
            ),
            ohlc: [
                exact("open", open)?,
                exact("high", high)?,
                exact("low", low)?,
                exact("close", close)?,
            ],
            volume: exact("volume", volume)?,
        };
        Ok(self.with(py, |book| book.bar(&bar))?.into())
    }

    /// Record a score from elsewhere; one of the same kind, symbol and time replaces it in the
    /// history.
    #[pyo3(signature = (kind, symbol, value=None, *, text=None, source=None, ts_event=None))]
    fn observe(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] kind: &str,
        #[pyo3(from_py_with = text)] symbol: &str,
        value: Option<Any<'_, '_>>,
        #[pyo3(from_py_with = maybe_text)] text: Option<&str>,
        #[pyo3(from_py_with = maybe_text)] source: Option<&str>,
        ts_event: Option<Any<'_, '_>>,
    ) -> PyResult<Applied> {
        let score = Score {
            kind,
            symbol,
            value: optional("value", value)?,
            text,
            source,
            ts_event: time("ts_event", ts_event)?,
        };
        Ok(self.with(py, |book| book.observe(&score))?.into())
    }

    /// Record something that somebody should know. `level` is "info", "warning" or "critical".
    #[pyo3(signature = (level, kind, text, *, symbol=None))]
    fn alert(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] level: &str,
        #[pyo3(from_py_with = text)] kind: &str,
        #[pyo3(from_py_with = text)] text: &str,
        #[pyo3(from_py_with = maybe_text)] symbol: Option<&str>,
    ) -> PyResult<Applied> {
        Ok(self
            .with(py, |book| book.alert((level, kind), text, symbol))?
            .into())
    }

    /// The client ids of the orders whose fate is unknown since the book was opened: they may or
    /// may not have reached the venue. While there are any, every order is refused as NotReady.
    fn unresolved(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        let ids = self.with(py, truebook::Book::unresolved)?;
        Ok(ids.iter().map(ToString::to_string).collect())
    }

    /// Take orders although some are of unknown fate; they keep what they reserve.
    fn acknowledge(&self, py: Python<'_>) -> PyResult<Applied> {
        Ok(self.with(py, truebook::Book::acknowledge)?.into())
    }
}
