//! `truebook.pair_features`: how two series move together.

use pyo3::prelude::*;
use truebook::bars::feature::Pair;
use truebook::{Frame, Values};

use super::column::Rows;
use super::feature::{span, times};
use crate::argument::text;
use crate::error::exception;
use crate::table::Table;

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

/// Compute how two series of bars move together, over the last `span` bars that both have.
///
/// `a` and `b` are tables of any library or mappings of columns, each of one symbol in the order of
/// time: `ts_close` or `ts`, and the column `on`. Bars of the same time are a pair; a time that
/// only one of them has is in no row. The table has `ts`, `correlation` (Pearson's, -1 to 1),
/// `beta` (by how much `a` moves when `b` moves by 1) and `spread` (`a` less beta times `b`): None
/// while they warm up and where all values are equal. Raises InvalidValue for a column, a value,
/// times that do not rise or a number of bars.
///
/// >>> import truebook
/// >>> a, b = {"ts": [1, 2, 3], "close": [2, 4, 9]}, {"ts": [1, 3], "close": [1.0, 2.0]}
/// >>> made = truebook.pair_features(a, b, span=2)
/// >>> made["ts"], made["beta"]
/// ([1, 3], [None, 7.0])
#[pyfunction]
#[pyo3(signature = (a, b, *, span, on="close"))]
pub(crate) fn pair_features(
    py: Python<'_>,
    a: Any<'_, '_>,
    b: Any<'_, '_>,
    span: Any<'_, '_>,
    #[pyo3(from_py_with = text)] on: &str,
) -> PyResult<Table> {
    let mut pair = Pair::new(self::span("span", span)?);
    let (a, b) = (series(("a", a), on)?, series(("b", b), on)?);
    let columns = py.detach(|| {
        let (mut ts, mut made) = (Vec::new(), Vec::new());
        for (at, values) in joined(&a, &b) {
            ts.push(Some(at));
            made.push(pair.push(values));
        }
        let correlation = made.iter().map(|it| it.and_then(|it| it.correlation));
        let beta = made.iter().map(|it| it.and_then(|it| it.beta));
        let spread = made.iter().map(|it| it.and_then(|it| it.spread));
        vec![
            ("ts".to_owned(), Values::Time(ts)),
            (
                "correlation".to_owned(),
                Values::Ratio(correlation.collect()),
            ),
            ("beta".to_owned(), Values::Ratio(beta.collect())),
            ("spread".to_owned(), Values::Ratio(spread.collect())),
        ]
    });
    Ok(Table::new(Frame { columns }, true))
}

/// Times that rise, each with its value.
fn series((what, data): (&str, Any<'_, '_>), on: &str) -> PyResult<Vec<(i64, f64)>> {
    let mut rows = Rows::open(what, data)?;
    super::series::narrow(data.py(), &mut rows, super::series::Wanted::default())?;
    let times = times(&mut rows)?;
    let values = rows.floats(on)?;
    let found: Vec<(i64, f64)> = times.into_iter().flatten().zip(values).collect();
    let is_behind = |pair: &[(i64, f64); 2]| pair[1].0 <= pair[0].0;
    if let Some([_, (ts, _)]) = found.array_windows().find(|pair| is_behind(pair)) {
        let text = format!("{what}: found {ts} ns after a later time, allowed: times that rise");
        return Err(exception(data.py(), "InvalidValue", text));
    }
    Ok(found)
}

/// The values of both at the times that both have.
fn joined(a: &[(i64, f64)], b: &[(i64, f64)]) -> impl Iterator<Item = (i64, (f64, f64))> {
    let mut rest = b.iter().peekable();
    a.iter().filter_map(move |(ts, of_a)| {
        while rest.next_if(|(other, _)| other < ts).is_some() {}
        let (_, of_b) = rest.next_if(|(other, _)| other == ts)?;
        Some((*ts, (*of_a, *of_b)))
    })
}
