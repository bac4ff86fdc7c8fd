//! Many bars at once, with their arrivals.
//!
//! 1. Bars of one table keep their order; those of several are in the order of their arrivals.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use truebook::bars::{Bar, BarCounts, BarOutcome, Source, SourceId, Stamp};
use truebook::model::Timestamp;

use super::column::Rows;
use super::series::{Clock, Digits, Wanted, bars, narrow};

/// The bars of one source.
pub(crate) struct Batch {
    source: SourceId,
    bars: Vec<Bar>,
    /// When they came, where that is not when they closed.
    arrivals: Option<Vec<i64>>,
}

impl Batch {
    /// Reads a table of bars of one source.
    pub(crate) fn read(
        (what, data): (&str, &Bound<'_, PyAny>),
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
        Ok(Self {
            source: number,
            bars: bars(&mut rows, clock, digits)?,
            arrivals: rows.times("arrival")?,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.bars.len()
    }

    fn arrival(&self, row: usize, bar: &Bar) -> i64 {
        let told = self.arrivals.as_ref().and_then(|all| all.get(row));
        told.copied().unwrap_or(bar.ts_close.0)
    }
}

/// Gives every bar with its source and its arrival, in the order in which they arrived; of those at
/// the same time, first that of the first source.
pub(crate) fn in_order(mut batches: Vec<Batch>, mut take: impl FnMut(SourceId, Bar, Timestamp)) {
    if let [only] = batches.as_slice() {
        for (row, bar) in only.bars.iter().enumerate() {
            take(only.source, *bar, Timestamp(only.arrival(row, bar)));
        }
        return;
    }
    batches.sort_by_key(|batch| batch.source);
    let mut order: Vec<(i64, u32, u32)> = Vec::new();
    for (table, batch) in (0..).zip(&batches) {
        let rows = (0..).zip(&batch.bars).enumerate();
        order.extend(rows.map(|(at, (row, bar))| (batch.arrival(at, bar), table, row)));
    }
    // Each table is in order as a rule, and this sort finds such runs.
    order.sort();
    for (arrival, table, row) in order {
        let batch = usize::try_from(table).ok().and_then(|at| batches.get(at));
        let row = usize::try_from(row).ok();
        let found = batch.and_then(|batch| Some((batch.source, *batch.bars.get(row?)?)));
        if let Some((source, bar)) = found {
            take(source, bar, Timestamp(arrival));
        }
    }
}

/// How many bars had which outcome since `before`, those that none had left out.
pub(crate) fn outcomes<'py>(
    py: Python<'py>,
    before: BarCounts,
    since: BarCounts,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for outcome in BarOutcome::ALL {
        let count = since.of(outcome).saturating_sub(before.of(outcome));
        if count > 0 {
            dict.set_item(outcome.name(), count)?;
        }
    }
    Ok(dict)
}
