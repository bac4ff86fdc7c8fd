//! Rows as JSON: an object each, decimals as strings as the tables hold them.
//!
//! 1. Whole numbers are numbers, of up to 64 bits: times do not fit a float.

use std::io::{BufWriter, Write};
use std::path::Path;

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::sink::{Fault, Sink};
use super::table::Table;
use crate::json::{Map, Value, json};
use crate::path::{beside, failed};
use crate::tables::tables_sequence;
use crate::{JournalFile, StoreError};

/// What stands now, by the name under which it is exported.
const STANDING: &[(&str, &str)] = &[
    ("positions", "SELECT * FROM open_positions ORDER BY id"),
    (
        "balances",
        "SELECT * FROM balances ORDER BY account, currency",
    ),
    (
        "open_orders",
        "SELECT * FROM orders WHERE status IN ('pending', 'working', 'partially_filled', \
         'unknown') ORDER BY number",
    ),
    (
        "strategies",
        "SELECT * FROM performance_by_strategy ORDER BY strategy, currency",
    ),
    ("state", "SELECT key, value FROM shared_state ORDER BY key"),
];

/// Writes what stands now to the file `path`, which is replaced whole.
pub fn state_json(file: &JournalFile, path: &Path) -> Result<(), StoreError> {
    let fail = |e: rusqlite::Error| failed(file.path(), &e);
    let sequence = tables_sequence(file.connection()).map_err(fail)?;
    let mut whole = Map::from_iter([("sequence".to_owned(), json!(sequence))]);
    for (name, sql) in STANDING {
        let rows = rows(file.connection(), sql).map_err(fail)?;
        whole.insert((*name).to_owned(), Value::Array(rows));
    }
    let text = Value::Object(whole).to_string();
    replace(path, text.as_bytes()).map_err(|e| failed(path, &e))
}

/// Replaces a file by another at once: who reads it sees the old or the new.
pub fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let new = beside(path, ".new");
    let mut file = std::fs::File::create(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&new, path)
}

/// The rows of a query.
pub fn rows(connection: &rusqlite::Connection, sql: &str) -> rusqlite::Result<Vec<Value>> {
    let mut select = connection.prepare(sql)?;
    let names: Vec<String> = select.column_names().map(String::from).collect();
    let rows = select.query_map([], |row| {
        let mut object = Map::new();
        for (at, name) in names.iter().enumerate() {
            object.insert(name.clone(), value(row.get_ref(at)?));
        }
        Ok(Value::Object(object))
    })?;
    rows.collect()
}

fn value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(bytes) => bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
            .into(),
    }
}

/// Writes rows as an array of objects, whose members are in the order of the columns.
pub struct JsonSink<'a, W: Write> {
    out: BufWriter<W>,
    table: &'a Table,
    is_first: bool,
}

impl<'a, W: Write> JsonSink<'a, W> {
    /// Begins the array.
    pub fn new(out: W, table: &'a Table) -> Result<Self, Fault> {
        let mut out = BufWriter::new(out);
        out.write_all(b"[")?;
        Ok(Self {
            out,
            table,
            is_first: true,
        })
    }
}

impl<W: Write> Sink for JsonSink<'_, W> {
    fn row(&mut self, row: &Row<'_>) -> Result<(), Fault> {
        let separator: &[u8] = if self.is_first { b"\n{" } else { b",\n{" };
        self.out.write_all(separator)?;
        self.is_first = false;
        for (at, column) in self.table.columns.iter().enumerate() {
            if at > 0 {
                self.out.write_all(b",")?;
            }
            crate::json::to_writer(&mut self.out, &column.name)?;
            self.out.write_all(b":")?;
            crate::json::to_writer(&mut self.out, &value(row.get_ref(at)?))?;
        }
        self.out.write_all(b"}")?;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), Fault> {
        let end: &[u8] = if self.is_first { b"]\n" } else { b"\n]\n" };
        self.out.write_all(end)?;
        Ok(self.out.flush()?)
    }
}
