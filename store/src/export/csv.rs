//! Rows as CSV: RFC 4180 with a head line and `\n` at the end of lines.
//!
//! 1. NULL is an empty field, and empty text is `""`: the one is no value, the other is one.

use std::io::{BufWriter, Write};

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::sink::{Fault, Odd, Sink, type_name};
use super::table::Table;

/// Writes rows as CSV. By hand: writers of CSV do not tell NULL from empty text.
pub struct CsvSink<'a, W: Write> {
    out: BufWriter<W>,
    table: &'a Table,
}

impl<'a, W: Write> CsvSink<'a, W> {
    /// Writes the head.
    pub fn new(out: W, table: &'a Table) -> Result<Self, Fault> {
        let mut out = BufWriter::new(out);
        for (at, column) in table.columns.iter().enumerate() {
            separate(&mut out, at)?;
            text(&mut out, &column.name)?;
        }
        out.write_all(b"\n")?;
        Ok(Self { out, table })
    }
}

impl<W: Write> Sink for CsvSink<'_, W> {
    fn row(&mut self, row: &Row<'_>) -> Result<(), Fault> {
        for (at, column) in self.table.columns.iter().enumerate() {
            separate(&mut self.out, at)?;
            let value = row.get_ref(at)?;
            match value {
                ValueRef::Null => {}
                ValueRef::Integer(number) => write!(self.out, "{number}")?,
                ValueRef::Real(number) => write!(self.out, "{number}")?,
                ValueRef::Text(_) | ValueRef::Blob(_) => {
                    let odd = |_| Odd {
                        table: self.table.name,
                        column: column.name.clone(),
                        found: type_name(value),
                    };
                    text(&mut self.out, value.as_str().map_err(odd)?)?;
                }
            }
        }
        self.out.write_all(b"\n")?;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), Fault> {
        Ok(self.out.flush()?)
    }
}

fn separate(out: &mut impl Write, at: usize) -> std::io::Result<()> {
    match at {
        0 => Ok(()),
        _ => out.write_all(b","),
    }
}

/// Text, quoted where it could be taken for something else.
fn text(out: &mut impl Write, text: &str) -> std::io::Result<()> {
    if !text.is_empty() && !text.contains(['"', ',', '\n', '\r']) {
        return out.write_all(text.as_bytes());
    }
    write!(out, "\"{}\"", text.replace('"', "\"\""))
}
