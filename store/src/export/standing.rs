//! What stands in the tables of one database and not in those of another.
//!
//! 1. Rows belong together by what they are about, not by their numbers: those differ as soon as
//!    one event does.
//! 2. All rows are counted, and at most [`ROWS_SHOWN`] of a table are shown.

use std::cmp::Ordering;

use rusqlite::types::ValueRef;
use rusqlite::{Row, Rows};

use super::reading::Reading;
use super::table::Table;
use crate::path::failed;
use crate::{JournalFile, StoreError};

/// How many rows of a table are shown.
pub const ROWS_SHOWN: usize = 100;

/// A table, what its rows are about, and what is not compared.
const STANDING: [(&str, &[&str], &[&str]); 3] = [
    (
        "positions",
        &["account", "strategy", "symbol", "leg"],
        &["id", "sequence"],
    ),
    ("balances", &["account", "currency"], &[]),
    ("orders", &["client_order_id"], &["number", "sequence"]),
];

/// How a table differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDifference {
    /// Which table.
    pub table: &'static str,
    /// How many rows only the first has.
    pub only_first: u64,
    /// How many rows only the second has.
    pub only_second: u64,
    /// How many rows both have with other values.
    pub changed: u64,
    /// The first of them all.
    pub rows: Vec<RowDifference>,
}

/// How a row differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowDifference {
    /// What it is about.
    pub about: Vec<(&'static str, String)>,
    /// Whether the first, and the second, has it.
    pub is_in: [bool; 2],
    /// Each column that differs, with the value of the first and of the second; `None` is NULL or
    /// no row.
    pub columns: Vec<(String, [Option<String>; 2])>,
}

impl TableDifference {
    /// Whether there is no difference.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        (self.only_first, self.only_second, self.changed) == (0, 0, 0)
    }
}

/// Up to where the tables of each stand, and how they differ.
type Standing = ([u64; 2], Vec<TableDifference>);

/// How the standing tables differ; `None` where one database has no tables.
pub fn standing(a: &JournalFile, b: &JournalFile) -> Result<Option<Standing>, StoreError> {
    if !(a.has_tables() && b.has_tables()) {
        return Ok(None);
    }
    let (ours, theirs) = (Reading::begin(a)?, Reading::begin(b)?);
    let tables = STANDING.iter().map(|(table, about, left_out)| {
        let difference = Difference::new(table, about, left_out);
        let found = difference.of([&ours, &theirs]);
        found.map_err(|e| failed(a.path(), &e))
    });
    let tables = tables.collect::<Result<_, _>>()?;
    Ok(Some(([ours.sequence(), theirs.sequence()], tables)))
}

/// A table that is being compared.
struct Difference {
    about: &'static [&'static str],
    left_out: &'static [&'static str],
    columns: Vec<String>,
    found: TableDifference,
}

impl Difference {
    fn new(
        table: &'static str,
        about: &'static [&'static str],
        left_out: &'static [&'static str],
    ) -> Self {
        Self {
            about,
            left_out,
            columns: Vec::new(),
            found: TableDifference {
                table,
                only_first: 0,
                only_second: 0,
                changed: 0,
                rows: Vec::new(),
            },
        }
    }

    /// Goes through both in the order of what rows are about.
    fn of(mut self, both: [&Reading<'_>; 2]) -> rusqlite::Result<TableDifference> {
        let table = self.found.table;
        let [first, second] = both.map(Reading::transaction);
        let known = Table::of(first, table)?.map_or_else(Vec::new, |table| table.columns);
        let names = known.into_iter().map(|column| column.name);
        let is_compared = |name: &String| {
            let of = |names: &[&str]| names.contains(&name.as_str());
            !of(self.about) && !of(self.left_out)
        };
        self.columns = names.filter(is_compared).collect();
        let about = self.about.join(", ");
        let sql = format!(
            "SELECT {about}, {} FROM {table} ORDER BY {about}",
            self.columns.join(", ")
        );
        let (mut first, mut second) = (first.prepare(&sql)?, second.prepare(&sql)?);
        let mut ours = Cursor::of(first.query([])?, self.about.len())?;
        let mut theirs = Cursor::of(second.query([])?, self.about.len())?;
        loop {
            let order = match (&ours.line, &theirs.line) {
                (None, None) => return Ok(self.found),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(own), Some(their)) => own.about.cmp(&their.about),
            };
            let own = if order.is_le() { ours.take()? } else { None };
            let their = if order.is_ge() { theirs.take()? } else { None };
            self.note([own, their]);
        }
    }

    /// Notes a row of the first, of the second, or of both.
    fn note(&mut self, rows: [Option<Line>; 2]) {
        let [own, their] = &rows;
        match (own, their) {
            (Some(own), Some(their)) if own == their => return,
            (Some(_), Some(_)) => self.found.changed += 1,
            (Some(_), None) => self.found.only_first += 1,
            (None, Some(_)) => self.found.only_second += 1,
            (None, None) => return,
        }
        if self.found.rows.len() >= ROWS_SHOWN {
            return;
        }
        let value = |line: &Option<Line>, at: usize| {
            let line = line.as_ref();
            line.and_then(|line| line.values.get(at).cloned().flatten())
        };
        let columns = self.columns.iter().enumerate();
        let columns = columns.map(|(at, name)| (name.clone(), [value(own, at), value(their, at)]));
        let about = own.as_ref().or(their.as_ref()).map(|line| &line.about);
        let names = self.about.iter().copied();
        self.found.rows.push(RowDifference {
            about: names.zip(about.into_iter().flatten().cloned()).collect(),
            is_in: [own.is_some(), their.is_some()],
            columns: columns.filter(|(_, [own, their])| own != their).collect(),
        });
    }
}

/// A row: what it is about, and its other values as text.
#[derive(PartialEq, Eq)]
struct Line {
    about: Vec<String>,
    values: Vec<Option<String>>,
}

/// The rows of one database, one after the other.
struct Cursor<'a> {
    rows: Rows<'a>,
    /// How many columns say what a row is about.
    about: usize,
    line: Option<Line>,
}

impl<'a> Cursor<'a> {
    fn of(rows: Rows<'a>, about: usize) -> rusqlite::Result<Self> {
        let line = None;
        let mut cursor = Self { rows, about, line };
        cursor.take()?;
        Ok(cursor)
    }

    /// The row that it is at; goes on to the next.
    fn take(&mut self) -> rusqlite::Result<Option<Line>> {
        let next = match self.rows.next()? {
            Some(row) => Some(Line::of(row, self.about)?),
            None => None,
        };
        Ok(std::mem::replace(&mut self.line, next))
    }
}

impl Line {
    fn of(row: &Row<'_>, about: usize) -> rusqlite::Result<Self> {
        let mut values = Vec::new();
        for at in 0..row.as_ref().column_count() {
            values.push(text(row.get_ref(at)?));
        }
        let rest = values.split_off(about.min(values.len()));
        let about = values.into_iter().map(Option::unwrap_or_default).collect();
        let values = rest;
        Ok(Self { about, values })
    }
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
    }
}
