//! The columns of a table that was given, whatever library it is of.
//!
//! 1. Every column that is read has as many rows as the first one, or is refused by its name.
//! 2. A number is exact: a float is taken by its shortest text. Only [`Rows::floats`] rounds.
//! 3. What cannot be taken is refused with its column and its row, counted from 0.

use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use truebook::model::Fixed;
use truebook::{Frame, Values};

use crate::arrow::nearest;
use crate::error::exception;
use crate::number::{exact, of_float};
use crate::table::{Records, Table};

/// A column of bars that is there as one library or another keeps it.
pub(crate) enum Column<'a, 'py> {
    Own(&'a Values),
    Whole(Vec<i64>),
    Float(Vec<f64>),
    Items(Vec<Bound<'py, PyAny>>),
}

/// One value of a column.
pub(crate) enum Cell<'a, 'py> {
    Absent,
    Fixed(Fixed),
    Whole(i64),
    Float(f64),
    Text(&'a str),
    Item(&'a Bound<'py, PyAny>),
}

enum Origin<'py> {
    Table(Bound<'py, Table>),
    Records(Bound<'py, Records>),
    Other(Bound<'py, PyAny>),
}

/// A table that was given for the parameter `what`.
pub(crate) struct Rows<'py> {
    py: Python<'py>,
    what: String,
    origin: Origin<'py>,
    /// The first column that was read, and how many rows it has.
    first: Option<(String, usize)>,
    /// The rows to be read, where not all are.
    kept: Option<Vec<usize>>,
}

/// The digits after the point, and the parameter that says so.
#[derive(Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) what: &'static str,
    pub(crate) digits: u8,
}

impl<'py> Rows<'py> {
    pub(crate) fn open(what: &str, data: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = data.py();
        let origin = if let Ok(table) = data.cast::<Table>() {
            Origin::Table(table.clone())
        } else if let Ok(records) = data.cast::<Records>() {
            Origin::Records(records.clone())
        } else {
            let module = py.import("truebook._column")?;
            Origin::Other(module.call_method1("opened", (what, data))?)
        };
        Ok(Self {
            py,
            what: what.to_owned(),
            origin,
            first: None,
            kept: None,
        })
    }

    /// The nanoseconds since the epoch in the column `name`.
    pub(crate) fn times(&mut self, name: &str) -> PyResult<Option<Vec<i64>>> {
        let quick = |column: &Column<'_, 'py>| match column {
            Column::Whole(times) => (!times.contains(&i64::MIN)).then(|| times.clone()),
            Column::Own(_) | Column::Float(_) | Column::Items(_) => None,
        };
        self.each((name, "time"), quick, |place, cell| {
            let whole = match cell {
                Cell::Whole(ns) => Some(*ns),
                Cell::Fixed(ns) => ns.exactly_at(0).and_then(|ns| i64::try_from(ns).ok()),
                Cell::Item(item) => crate::number::whole::<i64>(name, item, "").ok(),
                Cell::Absent | Cell::Float(_) | Cell::Text(_) => None,
            };
            let allowed = "nanoseconds since the epoch, or a timestamp";
            match whole {
                // The least number is how numpy marks a time that is absent.
                Some(i64::MIN) => Err(place.refuse(&Cell::Absent, allowed)),
                Some(ns) => Ok(ns),
                None => Err(place.refuse(cell, allowed)),
            }
        })
    }

    /// The numbers of the column `name` at `scale`, exactly.
    pub(crate) fn scaled(&mut self, name: &str, scale: Scale) -> PyResult<Vec<i128>> {
        let quick = |column: &Column<'_, 'py>| match column {
            Column::Float(floats) => all_at_once(floats, scale.digits),
            Column::Own(_) | Column::Whole(_) | Column::Items(_) => None,
        };
        let column = self.each((name, "number"), quick, |place, cell| {
            let number = place.number(cell)?;
            number.exactly_at(scale.digits).ok_or_else(|| {
                let Scale { what, digits } = scale;
                let allowed = format!("at most {digits} digits after the point ({what})");
                place.refuse(cell, &allowed)
            })
        })?;
        self.needed(name, column)
    }

    /// The same, of prices: within 64 bits.
    pub(crate) fn prices(&mut self, name: &str, scale: Scale) -> PyResult<Vec<i64>> {
        let raws = self.scaled(name, scale)?;
        let narrow = raws.iter().map(|raw| i64::try_from(*raw).ok());
        narrow.collect::<Option<Vec<i64>>>().ok_or_else(|| {
            let Scale { what, digits } = scale;
            let text = format!(
                "{name}: found a price beyond 64 bits with {digits} digits after the point, \
                 allowed: less, or a smaller {what}"
            );
            exception(self.py, "InvalidValue", text)
        })
    }

    /// The exact numbers of the column `name`.
    pub(crate) fn decimals(&mut self, name: &str) -> PyResult<Vec<Fixed>> {
        let column = self.each((name, "number"), |_| None, |place, cell| place.number(cell))?;
        self.needed(name, column)
    }

    /// The numbers of the column `name` as floats, for features only; NaN where there is none.
    pub(crate) fn floats(&mut self, name: &str) -> PyResult<Vec<f64>> {
        let quick = |column: &Column<'_, 'py>| match column {
            Column::Float(floats) => Some(floats.clone()),
            Column::Own(_) | Column::Whole(_) | Column::Items(_) => None,
        };
        let column = self.each((name, "number"), quick, |place, cell| match cell {
            Cell::Absent => Ok(f64::NAN),
            Cell::Float(float) => Ok(*float),
            #[allow(
                clippy::cast_precision_loss,
                reason = "features are approximate by design"
            )]
            Cell::Whole(whole) => Ok(*whole as f64),
            Cell::Fixed(_) | Cell::Text(_) | Cell::Item(_) => place.number(cell).map(nearest),
        })?;
        self.needed(name, column)
    }

    /// The words of the column `name`, if there is such a column.
    pub(crate) fn texts(&mut self, name: &str) -> PyResult<Option<Vec<Option<String>>>> {
        self.each(
            (name, "text"),
            |_| None,
            |place, cell| match cell {
                Cell::Absent => Ok(None),
                Cell::Text(text) => Ok(Some((*text).to_owned())),
                Cell::Item(item) => match item.extract::<String>() {
                    Ok(text) => Ok(Some(text)),
                    Err(_) => Err(place.refuse(cell, "text")),
                },
                Cell::Fixed(_) | Cell::Whole(_) | Cell::Float(_) => Err(place.refuse(cell, "text")),
            },
        )
    }

    /// Reads only these rows from now on.
    pub(crate) fn keep(&mut self, rows: Vec<usize>) {
        self.kept = Some(rows);
    }

    /// The error for a column that must be there.
    pub(crate) fn lacks(&self, wanted: &str) -> PyErr {
        let names = self.names().unwrap_or_default().join(", ");
        let found: String = names.chars().take(200).collect();
        let text = format!("{}: found columns {found}; allowed: {wanted}", self.what);
        exception(self.py, "InvalidValue", text)
    }

    fn needed<T>(&self, name: &str, column: Option<T>) -> PyResult<T> {
        column.ok_or_else(|| self.lacks(&format!("columns with '{name}' among them")))
    }

    fn names(&self) -> PyResult<Vec<String>> {
        let of = |frame: &Frame| frame.columns.iter().map(|(name, _)| name.clone()).collect();
        match &self.origin {
            Origin::Table(table) => Ok(of(table.get().frame())),
            Origin::Records(records) => Ok(of(records.get().frame())),
            Origin::Other(other) => {
                let module = self.py.import("truebook._column")?;
                module.call_method1("names", (other,))?.extract()
            }
        }
    }

    /// Each value of the column `name` through `convert`, or all of them by `quick` where it can;
    /// `None` where there is no such column.
    fn each<T>(
        &mut self,
        (name, kind): (&str, &str),
        quick: impl Fn(&Column<'_, 'py>) -> Option<Vec<T>>,
        convert: impl Fn(&Place<'_, 'py>, &Cell<'_, 'py>) -> PyResult<T>,
    ) -> PyResult<Option<Vec<T>>> {
        let Some(column) = self.column(name, kind)? else {
            return Ok(None);
        };
        let rows = column.len();
        let (py, what) = (self.py, self.what.as_str());
        let one = |row: usize| {
            convert(
                &Place {
                    py,
                    what,
                    name,
                    row,
                },
                &column.cell(row),
            )
        };
        let all = self.kept.is_none().then(|| quick(&column)).flatten();
        let values = match (all, &self.kept) {
            (Some(all), _) => all,
            (None, Some(kept)) => kept
                .iter()
                .copied()
                .map(one)
                .collect::<PyResult<Vec<T>>>()?,
            (None, None) => (0..rows).map(one).collect::<PyResult<Vec<T>>>()?,
        };
        let (first, most) = self.first.get_or_insert_with(|| (name.to_owned(), rows));
        if *most != rows {
            let text = format!("{name}: found {rows} rows, allowed: {most}, as many as {first}");
            return Err(exception(py, "InvalidValue", text));
        }
        Ok(Some(values))
    }

    fn column(&self, name: &str, kind: &str) -> PyResult<Option<Column<'_, 'py>>> {
        let of = |frame: &'_ Frame| frame.columns.iter().position(|(own, _)| own == name);
        let frame = match &self.origin {
            Origin::Table(table) => table.get().frame(),
            Origin::Records(records) => records.get().frame(),
            Origin::Other(other) => {
                let module = self.py.import("truebook._column")?;
                let found = module.call_method1("column", (other, name, kind))?;
                return Column::of_other(name, &found);
            }
        };
        let values = of(frame).and_then(|at| frame.columns.get(at));
        Ok(values.map(|(_, values)| Column::Own(values)))
    }
}

impl<'py> Column<'_, 'py> {
    fn of_other(name: &str, found: &Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        let py = found.py();
        if found.is_none() {
            return Ok(None);
        }
        let is_items = found.is_instance_of::<PyList>() || found.is_instance_of::<PyTuple>();
        if !is_items {
            let is_flat = |dimensions: usize| dimensions == 1;
            if let Ok(buffer) = PyBuffer::<f64>::get(found)
                && is_flat(buffer.dimensions())
            {
                return Ok(Some(Self::Float(buffer.to_vec(py)?)));
            }
            if let Ok(buffer) = PyBuffer::<i64>::get(found)
                && is_flat(buffer.dimensions())
            {
                return Ok(Some(Self::Whole(buffer.to_vec(py)?)));
            }
        }
        let items = found.try_iter().and_then(Iterator::collect);
        items
            .map(|items| Some(Self::Items(items)))
            .map_err(|error| {
                let text = format!("{name}: found {error}, allowed: a column of values");
                exception(py, "InvalidValue", text)
            })
    }

    fn len(&self) -> usize {
        match self {
            Self::Own(values) => values.len(),
            Self::Whole(values) => values.len(),
            Self::Float(values) => values.len(),
            Self::Items(values) => values.len(),
        }
    }

    fn cell(&self, row: usize) -> Cell<'_, 'py> {
        let found = match self {
            Self::Own(values) => own(values, row),
            Self::Whole(values) => values.get(row).copied().map(Cell::Whole),
            Self::Float(values) => values.get(row).copied().map(Cell::Float),
            Self::Items(values) => values
                .get(row)
                .filter(|item| !item.is_none())
                .map(Cell::Item),
        };
        found.unwrap_or(Cell::Absent)
    }
}

fn own<'a, 'py>(values: &'a Values, row: usize) -> Option<Cell<'a, 'py>> {
    match values {
        Values::Text(texts) => texts.get(row)?.as_deref().map(Cell::Text),
        Values::Decimal(numbers) => numbers.get(row)?.map(Cell::Fixed),
        Values::Whole(numbers) | Values::Time(numbers) => numbers.get(row)?.map(Cell::Whole),
        Values::Ratio(numbers) => numbers.get(row)?.map(Cell::Float),
        Values::Flag(_) => None,
    }
}

/// Where a value stands.
struct Place<'a, 'py> {
    py: Python<'py>,
    what: &'a str,
    name: &'a str,
    row: usize,
}

impl Place<'_, '_> {
    fn number(&self, cell: &Cell<'_, '_>) -> PyResult<Fixed> {
        let number = match cell {
            Cell::Fixed(number) => Some(*number),
            Cell::Whole(whole) => Some(Fixed::new(i128::from(*whole), 0)),
            Cell::Float(float) => of_float(*float),
            Cell::Item(item) => exact(self.name, item).ok(),
            Cell::Absent | Cell::Text(_) => None,
        };
        let allowed = "a decimal number of at most 28 digits as str, int, float or Decimal";
        number.ok_or_else(|| self.refuse(cell, allowed))
    }

    fn refuse(&self, cell: &Cell<'_, '_>, allowed: &str) -> PyErr {
        let found = match cell {
            Cell::Absent => "nothing".to_owned(),
            Cell::Fixed(number) => number.to_string(),
            Cell::Whole(whole) => whole.to_string(),
            Cell::Float(float) => float.to_string(),
            Cell::Text(text) => format!("'{text}'"),
            Cell::Item(item) => item
                .repr()
                .map_or_else(|_| "?".to_owned(), |it| it.to_string()),
        };
        let found: String = found.chars().take(64).collect();
        let Self {
            what, name, row, ..
        } = self;
        let text = format!("{name}: found {found} in row {row} of {what}, allowed: {allowed}");
        exception(self.py, "InvalidValue", text)
    }
}

/// Floats at `scale`, where the shortest text of each has at most 15 digits and no more than
/// `scale` of them after the point: no other number that is as short is the same float.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "a whole number below 10^15; the very same float is asked for"
)]
fn all_at_once(floats: &[f64], scale: u8) -> Option<Vec<i128>> {
    let unit = 10_f64.powi(i32::from(scale));
    let each = floats.iter().map(|float| {
        let scaled = float * unit;
        let raw = (scaled + 0.5_f64.copysign(scaled)) as i64;
        let is_same = raw.unsigned_abs() < 1_000_000_000_000_000 && raw as f64 / unit == *float;
        is_same.then_some(i128::from(raw))
    });
    each.collect()
}
