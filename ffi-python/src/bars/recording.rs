//! `Book.record_bars`: many bars into the history at once.
//!
//! 1. The table is read whole before its first bar is recorded.

use pyo3::prelude::*;
use truebook::bars::{Stamp, Timeframe};
use truebook::model::Fixed;
use truebook::{BarReport, Error};

use super::column::Rows;
use super::series::{Clock, Wanted, narrow};
use crate::argument::text;
use crate::book::Book;

#[pymethods]
impl Book {
    /// Record bars that have closed, in their order; one of the same symbol, timeframe and opening
    /// replaces it in the history. `data` is a table of any library or a mapping of columns
    /// `ts_close` or `ts_open`, `open`, `high`, `low`, `close`, `volume`; times in nanoseconds
    /// since the epoch or timestamps. Where only one of the times is there, `timeframe` ("5m")
    /// gives the other. Of a table with a column `symbol` or `timeframe` the rows of these are
    /// taken. Gives how many were recorded. Raises InvalidValue for a column or a value that cannot
    /// be taken, with its row: the bars before it are recorded where only the book could tell, and
    /// a repeat of them changes nothing.
    #[pyo3(signature = (symbol, timeframe, data))]
    fn record_bars(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] symbol: &str,
        #[pyo3(from_py_with = text)] timeframe: &str,
        data: &Bound<'_, PyAny>,
    ) -> PyResult<usize> {
        let mut rows = Rows::open("data", data)?;
        let wanted = Wanted {
            symbol: Some(symbol),
            timeframe: Some(timeframe),
        };
        narrow(py, &mut rows, wanted)?;
        let length: Option<Timeframe> = timeframe.parse().ok();
        let clock = Clock {
            stamp: Stamp::Close,
            timeframe: length,
        };
        let closes = clock.closes(&mut rows)?;
        let opens = match (rows.times("ts_open")?, length) {
            (Some(opens), _) => opens,
            (None, Some(length)) => closes
                .iter()
                .map(|ts| ts.saturating_sub(length.ns()))
                .collect(),
            (None, None) => return Err(rows.lacks("'ts_open', since the timeframe is not known")),
        };
        let mut prices = Vec::new();
        for name in ["open", "high", "low", "close"] {
            prices.push(rows.decimals(name)?);
        }
        let volumes = rows.decimals("volume")?;
        let zero = Fixed::default();
        let price = |name: usize, row: usize| {
            prices
                .get(name)
                .and_then(|of| of.get(row))
                .copied()
                .unwrap_or(zero)
        };
        let spans = opens.into_iter().zip(closes);
        let each = spans
            .zip(volumes)
            .enumerate()
            .map(|(row, (span, volume))| BarReport {
                symbol,
                timeframe,
                span,
                ohlc: std::array::from_fn(|name| price(name, row)),
                volume,
            });
        let reports: Vec<BarReport<'_>> = each.collect();
        self.with_long(py, |book| {
            for (row, report) in reports.iter().enumerate() {
                book.bar(report).map_err(|error| in_row(row, error))?;
            }
            Ok(reports.len())
        })
    }
}

fn in_row(row: usize, error: Error) -> Error {
    if let Error::Value(mut value) = error {
        value.found = format!("{} in row {row}", value.found);
        return Error::Value(value);
    }
    if let Error::Invalid(why) = error {
        return Error::InvalidFor(format!("data, row {row}"), why);
    }
    error
}
