//! Many bars at once, with their arrivals.
//!
//! 1. Bars of one table keep their order; those of several are in the order of their arrivals.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use truebook::bars::{Bar, BarOutcome, Source, SourceId, Stamp};
use truebook::model::Timestamp;

use super::column::Rows;
use super::series::{Clock, Digits, Wanted, bars, narrow};
use super::synchronizer::outcome_name;

/// Bars to be taken one after the other.
pub(crate) struct Batch(Vec<(SourceId, Bar, Timestamp)>);

impl Batch {
    /// Reads a table of bars of one source.
    pub(crate) fn read(
        (what, data): (&'static str, &Bound<'_, PyAny>),
        (name, number): (&str, SourceId),
        digits: Digits,
    ) -> PyResult<Self> {
        let py = data.py();
        let mut rows = Rows::open(what, data)?;
        let source: Option<Source> = name.parse().ok();
        let timeframe = source.map(|source| source.timeframe.to_string());
        let wanted = Wanted {
            symbol: source.as_ref().map(|source| source.symbol.as_str()),
            timeframe: timeframe.as_deref(),
        };
        narrow(py, &mut rows, wanted)?;
        let clock = Clock {
            stamp: Stamp::Close,
            timeframe: source.map(|source| source.timeframe),
        };
        let bars = bars(&mut rows, clock, digits)?;
        let arrivals = rows.times("arrival")?;
        let arrivals = arrivals.map_or_else(
            || bars.iter().map(|bar| bar.ts_close).collect::<Vec<_>>(),
            |arrivals| arrivals.into_iter().map(Timestamp).collect(),
        );
        let each = bars.into_iter().zip(arrivals);
        Ok(Self(each.map(|(bar, at)| (number, bar, at)).collect()))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl IntoIterator for Batch {
    type Item = (SourceId, Bar, Timestamp);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// All of them in the order of their arrivals, those at the same time in that of their sources.
pub(crate) fn merged(batches: &[Batch]) -> Batch {
    let mut order: Vec<(Timestamp, SourceId, usize, usize)> = Vec::new();
    for (table, batch) in batches.iter().enumerate() {
        let rows = batch.0.iter().enumerate();
        order.extend(rows.map(|(row, (source, _, arrival))| (*arrival, *source, table, row)));
    }
    // Each table is in order as a rule, and the sort that keeps ties finds such runs.
    order.sort();
    let find = |(_, _, table, row): (_, _, usize, usize)| batches.get(table)?.0.get(row).copied();
    Batch(order.into_iter().filter_map(find).collect())
}

/// How many of `all` there are of each outcome.
pub(crate) fn outcomes<'py>(py: Python<'py>, all: &[BarOutcome]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for outcome in BarOutcome::ALL {
        let count = all.iter().filter(|each| **each == outcome).count();
        if count > 0 {
            dict.set_item(outcome_name(outcome), count)?;
        }
    }
    Ok(dict)
}
