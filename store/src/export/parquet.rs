//! Rows as Apache Parquet: text as UTF-8 (decimals too, so that every one is exact), whole numbers
//! as INT64, times as TIMESTAMP(NANOS, UTC), ratios as DOUBLE; every column may be NULL.
//!
//! 1. Rows wait in memory for their group, at most [`GROUP_ROWS`] of them and [`GROUP_BYTES`] of
//!    text; a file has as many groups as it takes.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::sink::{Fault, Odd, Sink, type_name};
use super::table::{Column, Kind, Table};

/// The most rows of a group.
const GROUP_ROWS: usize = 100_000;
/// How many bytes of text complete a group.
const GROUP_BYTES: usize = 64 << 20;

/// Writes rows as Parquet.
pub struct ParquetSink<'a, W: Write + Send> {
    writer: SerializedFileWriter<W>,
    table: &'a Table,
    columns: Vec<Values>,
    rows: usize,
    bytes: usize,
}

/// The values of a column that wait for their group, and for each row whether it has one.
enum Values {
    Whole(Vec<i64>, Vec<i16>),
    Ratio(Vec<f64>, Vec<i16>),
    Text(Vec<ByteArray>, Vec<i16>),
}

impl<'a, W: Write + Send> ParquetSink<'a, W> {
    /// Begins the file; `sequence` is noted in it.
    pub fn new(out: W, table: &'a Table, sequence: u64) -> Result<Self, Fault> {
        let noted = [
            ("truebook.table", table.name.to_owned()),
            ("truebook.sequence", sequence.to_string()),
        ];
        let noted = noted.map(|(key, value)| KeyValue::new(key.to_owned(), value));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_key_value_metadata(Some(noted.to_vec()))
            .build();
        let writer = SerializedFileWriter::new(out, schema(table)?, Arc::new(properties))?;
        Ok(Self {
            writer,
            table,
            columns: table.columns.iter().map(Values::of).collect(),
            rows: 0,
            bytes: 0,
        })
    }

    /// Writes the rows that wait as a group.
    fn group(&mut self) -> Result<(), Fault> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for values in &mut self.columns {
            if let Some(column) = group.next_column()? {
                values.write(column)?;
            }
        }
        group.close()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

impl<W: Write + Send> Sink for ParquetSink<'_, W> {
    fn row(&mut self, row: &Row<'_>) -> Result<(), Fault> {
        for (at, (column, values)) in self.table.columns.iter().zip(&mut self.columns).enumerate() {
            let value = row.get_ref(at)?;
            let Some(bytes) = values.push(value) else {
                return Err(Box::new(Odd {
                    table: self.table.name,
                    column: column.name.clone(),
                    found: type_name(value),
                }));
            };
            self.bytes += bytes;
        }
        self.rows += 1;
        if self.rows >= GROUP_ROWS || self.bytes >= GROUP_BYTES {
            self.group()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), Fault> {
        self.group()?;
        self.writer.close()?;
        Ok(())
    }
}

impl Values {
    fn of(column: &Column) -> Self {
        match column.kind {
            Kind::Whole | Kind::Time => Self::Whole(Vec::new(), Vec::new()),
            Kind::Ratio => Self::Ratio(Vec::new(), Vec::new()),
            Kind::Text | Kind::Decimal => Self::Text(Vec::new(), Vec::new()),
        }
    }

    /// Takes a value; how many bytes of text it has, `None` where it is of another kind.
    fn push(&mut self, value: ValueRef<'_>) -> Option<usize> {
        let (levels, bytes) = match (self, value) {
            (
                Self::Whole(_, levels) | Self::Ratio(_, levels) | Self::Text(_, levels),
                ValueRef::Null,
            ) => {
                levels.push(0);
                return Some(0);
            }
            (Self::Whole(values, levels), ValueRef::Integer(number)) => {
                values.push(number);
                (levels, 0)
            }
            (Self::Ratio(values, levels), ValueRef::Real(number)) => {
                values.push(number);
                (levels, 0)
            }
            (Self::Text(values, levels), ValueRef::Text(text)) => {
                let text = std::str::from_utf8(text).ok()?;
                // Names stand in many rows at once: one that comes again takes no more memory.
                let again = values.last().filter(|last| last.data() == text.as_bytes());
                let value = again.map_or_else(|| ByteArray::from(text), ByteArray::clone);
                values.push(value);
                (levels, text.len())
            }
            (Self::Whole(..) | Self::Ratio(..) | Self::Text(..), _) => return None,
        };
        levels.push(1);
        Some(bytes)
    }

    /// Writes and forgets them.
    fn write(&mut self, column: SerializedColumnWriter<'_>) -> Result<(), Fault> {
        match self {
            Self::Whole(values, levels) => write::<Int64Type>(column, values, levels),
            Self::Ratio(values, levels) => write::<DoubleType>(column, values, levels),
            Self::Text(values, levels) => write::<ByteArrayType>(column, values, levels),
        }
    }
}

fn write<T: DataType>(
    mut column: SerializedColumnWriter<'_>,
    values: &mut Vec<T::T>,
    levels: &mut Vec<i16>,
) -> Result<(), Fault> {
    column
        .typed::<T>()
        .write_batch(values, Some(levels), None)?;
    column.close()?;
    values.clear();
    levels.clear();
    Ok(())
}

fn schema(table: &Table) -> Result<TypePtr, Fault> {
    let field = |column: &Column| {
        let (physical, logical) = match column.kind {
            Kind::Text | Kind::Decimal => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Whole => (Physical::INT64, None),
            Kind::Time => {
                let time = LogicalType::timestamp(true, TimeUnit::NANOS);
                (Physical::INT64, Some(time))
            }
            Kind::Ratio => (Physical::DOUBLE, None),
        };
        let field = Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical);
        field.build().map(Arc::new)
    };
    let fields = table.columns.iter().map(field).collect::<Result<_, _>>()?;
    let root = Type::group_type_builder(table.name).with_fields(fields);
    Ok(Arc::new(root.build()?))
}
