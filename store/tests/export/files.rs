//! Exported files read back by readers of their own hold what the tables hold.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use parquet::basic::{LogicalType, TimeUnit};
use parquet::data_type::AsBytes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use rusqlite::Connection;
use rusqlite::types::Value;
use truebook_store::JournalFile;
use truebook_store::export::{self, ExportError, Exported, Format, Kind, Reading, Table, names};

use crate::open;

use crate::story;

/// A folder with the story in `a.db`.
fn place() -> (tempfile::TempDir, PathBuf, u64) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let last = story::database(&path);
    (dir, path, last)
}

fn export(path: &Path, format: Format, folder: &Path) -> (Vec<Table>, Exported) {
    let file = open(path).unwrap();
    let reading = Reading::of(&file).unwrap();
    let tables = reading.tables(&[]).unwrap();
    let exported = export::export(&reading, &tables, format, folder).unwrap();
    (tables, exported)
}

/// The rows of a table as SQLite itself gives them.
fn rows(path: &Path, table: &str, order: &str) -> Vec<Vec<Value>> {
    let connection = Connection::open(path).unwrap();
    let sql = format!("SELECT * FROM {table} {order}");
    let mut select = connection.prepare(&sql).unwrap();
    let count = select.column_count();
    let rows = select.query_map([], |row| (0..count).map(|at| row.get(at)).collect());
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

fn expected(path: &Path, table: &Table) -> Vec<Vec<Value>> {
    let known = truebook_store::tables::TABLES;
    let order = known.iter().find(|(name, _)| *name == table.name);
    let order = order.map(|(_, order)| format!("ORDER BY {order}"));
    rows(path, table.name, &order.unwrap_or_default())
}

#[test]
fn every_table_and_view_is_exported() {
    let (dir, path, last) = place();
    let connection = Connection::open(&path).unwrap();
    let sql = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT IN \
               ('meta', 'journal', 'checkpoint', 'checkpoint_part', 'sqlite_stat1')";
    let mut select = connection.prepare(sql).unwrap();
    let there = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let mut there: Vec<String> = there.map(Result::unwrap).collect();
    let mut known: Vec<String> = names().into_iter().map(String::from).collect();
    there.sort();
    known.sort();
    assert_eq!(known, there);
    let (_, exported) = export(&path, Format::Csv, &dir.path().join("out"));
    let mut files: Vec<_> = exported
        .tables
        .iter()
        .map(|it| it.table.to_owned())
        .collect();
    files.sort();
    assert_eq!(files, known);
    assert_eq!((exported.sequence, exported.last), (last, last));
    // The story has no times, so no hour turns in it.
    for table in &exported.tables {
        let is_empty = matches!(table.table, "snapshots");
        assert_eq!(table.rows == 0, is_empty, "{} {}", table.table, table.rows);
    }
}

#[test]
fn every_value_is_of_the_kind_of_its_column() {
    let (_dir, path, _) = place();
    let file = open(&path).unwrap();
    let reading = Reading::of(&file).unwrap();
    let mut times = BTreeMap::new();
    for table in reading.tables(&[]).unwrap() {
        for row in expected(&path, &table) {
            for (column, value) in table.columns.iter().zip(row) {
                let is_right = match column.kind {
                    Kind::Text => matches!(value, Value::Text(_) | Value::Null),
                    Kind::Decimal if value == Value::Null => true,
                    Kind::Decimal => {
                        matches!(&value, Value::Text(text) if text.parse::<f64>().is_ok())
                    }
                    Kind::Whole | Kind::Time => matches!(value, Value::Integer(_) | Value::Null),
                    Kind::Ratio => matches!(value, Value::Real(_) | Value::Null),
                };
                assert!(is_right, "{} {column:?} {value:?}", table.name);
            }
        }
        for column in table
            .columns
            .iter()
            .filter(|it| !matches!(it.kind, Kind::Text | Kind::Decimal))
        {
            let is_time = *times.entry(column.name.clone()).or_insert(column.kind);
            assert_eq!(is_time, column.kind, "{} {}", table.name, column.name);
        }
    }
}

#[test]
fn csv_read_back_is_the_table_and_null_is_not_empty_text() {
    let (dir, path, _) = place();
    let (tables, exported) = export(&path, Format::Csv, dir.path());
    for (table, written) in tables.iter().zip(&exported.tables) {
        let mut reader = csv::Reader::from_path(&written.file).unwrap();
        let head: Vec<_> = reader.headers().unwrap().iter().map(String::from).collect();
        let columns: Vec<_> = table.columns.iter().map(|it| it.name.clone()).collect();
        assert_eq!(head, columns);
        let found: Vec<_> = reader.records().map(Result::unwrap).collect();
        let expected = expected(&path, table);
        assert_eq!(found.len(), expected.len(), "{}", table.name);
        assert_eq!(written.rows, expected.len() as u64);
        for (found, expected) in found.iter().zip(&expected) {
            let texts = expected.iter().map(|value| match value {
                Value::Null => String::new(),
                Value::Integer(number) => number.to_string(),
                Value::Real(number) => number.to_string(),
                Value::Text(text) => text.clone(),
                Value::Blob(_) => panic!("bytes in {}", table.name),
            });
            assert_eq!(found.iter().collect::<Vec<_>>(), texts.collect::<Vec<_>>());
        }
    }
    let text = std::fs::read_to_string(dir.path().join("observations.csv")).unwrap();
    let texts = ",\"\",,";
    let numbers = ",-0.125,,,";
    assert!(text.contains(texts) && text.contains(numbers), "{text}");
}

#[test]
fn json_read_back_is_the_table_with_its_columns_in_order() {
    let (dir, path, _) = place();
    let (tables, exported) = export(&path, Format::Json, dir.path());
    for (table, written) in tables.iter().zip(&exported.tables) {
        let text = std::fs::read_to_string(&written.file).unwrap();
        let found: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_str(&text).unwrap();
        let expected = expected(&path, table);
        assert_eq!(found.len(), expected.len(), "{}", table.name);
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!(found.len(), table.columns.len());
            for (column, value) in table.columns.iter().zip(expected) {
                let value = match value {
                    Value::Null => serde_json::Value::Null,
                    Value::Integer(number) => number.into(),
                    Value::Real(number) => number.into(),
                    Value::Text(text) => text.into(),
                    Value::Blob(_) => panic!("bytes in {}", table.name),
                };
                assert_eq!(found[&column.name], value, "{} {}", table.name, column.name);
            }
        }
        let places = table.columns.iter().map(|column| {
            text.find(&format!("\"{}\":", column.name))
                .unwrap_or(usize::MAX)
        });
        assert!(places.is_sorted(), "{}", table.name);
    }
}

#[test]
fn parquet_read_back_is_the_table_with_its_types() {
    let (dir, path, last) = place();
    let (tables, exported) = export(&path, Format::Parquet, dir.path());
    for (table, written) in tables.iter().zip(&exported.tables) {
        let file = std::fs::File::open(&written.file).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let known = reader.metadata().file_metadata();
        let noted = known.key_value_metadata().unwrap();
        let sequence = noted
            .iter()
            .find(|it| it.key == "truebook.sequence")
            .unwrap();
        assert_eq!(sequence.value, Some(last.to_string()));
        for (column, described) in table.columns.iter().zip(known.schema_descr().columns()) {
            assert_eq!(described.name(), column.name);
            let logical = described.logical_type_ref().cloned();
            let expected = match column.kind {
                Kind::Text | Kind::Decimal => Some(LogicalType::String),
                Kind::Whole | Kind::Ratio => None,
                Kind::Time => Some(LogicalType::timestamp(true, TimeUnit::NANOS)),
            };
            assert_eq!(logical, expected, "{} {}", table.name, column.name);
        }
        let expected = expected(&path, table);
        let mut count = 0;
        for (found, expected) in reader.get_row_iter(None).unwrap().zip(&expected) {
            let found = found.unwrap();
            for ((name, field), value) in found.get_column_iter().zip(expected) {
                let value = match value {
                    Value::Null => Field::Null,
                    Value::Integer(number) => Field::Long(*number),
                    Value::Real(number) => Field::Double(*number),
                    Value::Text(text) => Field::Str(text.clone()),
                    Value::Blob(_) => panic!("bytes in {}", table.name),
                };
                assert_eq!(field, &value, "{} {name}", table.name);
            }
            count += 1;
        }
        assert_eq!(
            (count, written.rows),
            (expected.len(), expected.len() as u64)
        );
    }
}

#[test]
fn parquet_groups_are_bounded_and_complete() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    story::database(&path);
    let connection = Connection::open(&path).unwrap();
    // 250,001 rows and NULLs in each column that may have one.
    let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250000) \
               INSERT INTO observations SELECT 'many', 'X', 1000 + i, \
               CASE WHEN i % 3 THEN i || '.000000000000000001' END, \
               CASE WHEN i % 5 = 0 THEN 'text ' || i END, NULL, 1 FROM n";
    connection.execute_batch(sql).unwrap();
    let file = open(&path).unwrap();
    let reading = Reading::of(&file).unwrap();
    let tables = reading.tables(&["observations".to_owned()]).unwrap();
    export::export(&reading, &tables, Format::Parquet, dir.path()).unwrap();
    let file = std::fs::File::open(dir.path().join("observations.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let sizes: Vec<_> = (0..reader.num_row_groups())
        .map(|at| reader.metadata().row_group(at).num_rows())
        .collect();
    assert_eq!(sizes, [100_000, 100_000, 50_002]);
    let all = expected(&path, &tables[0]);
    let found = reader.get_row_iter(None).unwrap().map(Result::unwrap);
    for (found, expected) in found.zip(all) {
        let fields: Vec<_> = found
            .get_column_iter()
            .map(|(_, field)| field.clone())
            .collect();
        let wanted = expected.iter().map(|value| match value {
            Value::Null => Field::Null,
            Value::Integer(number) => Field::Long(*number),
            Value::Text(text) => Field::Str(text.clone()),
            Value::Real(_) | Value::Blob(_) => panic!("{value:?}"),
        });
        assert_eq!(fields, wanted.collect::<Vec<_>>());
    }
}

#[test]
fn one_table_is_printed_as_it_is_written() {
    let (dir, path, _) = place();
    let file = open(&path).unwrap();
    let reading = Reading::of(&file).unwrap();
    let tables = reading.tables(&["shared_state".to_owned()]).unwrap();
    for format in [Format::Csv, Format::Json] {
        let mut printed = Vec::new();
        let rows = export::print(&reading, &tables[0], format, &mut printed).unwrap();
        assert_eq!(rows, 2);
        let exported = export::export(&reading, &tables, format, dir.path()).unwrap();
        assert_eq!(
            std::fs::read(&exported.tables[0].file).unwrap(),
            printed.as_bytes()
        );
    }
}

#[test]
fn tables_that_are_empty_are_files_with_a_head() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let mut book = story::book(&path);
    story::settle(&mut book);
    book.close().unwrap();
    for format in Format::ALL {
        let folder = dir.path().join(format.name());
        let (tables, exported) = export(&path, format, &folder);
        assert_eq!(tables.len(), exported.tables.len());
        let fills = folder.join(format!("fills.{}", format.name()));
        match format {
            Format::Csv => {
                let text = std::fs::read_to_string(fills).unwrap();
                assert!(text.starts_with("sequence,ts,account,") && text.lines().count() == 1);
            }
            Format::Json => assert_eq!(std::fs::read_to_string(fills).unwrap(), "[]\n"),
            Format::Parquet => {
                let file = std::fs::File::open(fills).unwrap();
                let reader = SerializedFileReader::new(file).unwrap();
                assert_eq!(reader.get_row_iter(None).unwrap().count(), 0);
                let described = reader.metadata().file_metadata().schema_descr();
                assert_eq!(described.num_columns(), 19);
            }
        }
    }
}

#[test]
fn a_table_that_there_is_not_is_named_with_those_that_there_are() {
    let (_dir, path, _) = place();
    let file = open(&path).unwrap();
    let reading = Reading::of(&file).unwrap();
    for name in ["fill", "journal", "meta", "fills; DROP TABLE fills", ""] {
        let asked = ["fills".to_owned(), name.to_owned()];
        let error = reading.tables(&asked).unwrap_err();
        assert!(matches!(error, ExportError::UnknownTable(_)), "{error:?}");
        let said = error.to_string();
        assert!(
            said.contains(&format!("'{name}'")) && said.contains("fills, positions"),
            "{said}"
        );
    }
}

#[test]
fn a_file_without_tables_says_how_to_get_them() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old.db");
    std::fs::copy("tests/format/format-3.sqlite", &path).unwrap();
    let file = open(&path).unwrap();
    let error = Reading::of(&file).err().unwrap();
    assert!(matches!(error, ExportError::NoTables(_)), "{error:?}");
    assert!(
        error.to_string().contains("open it once for writing"),
        "{error}"
    );
}

#[test]
fn what_is_no_database_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let place = |name: &str| dir.path().join(name);
    std::fs::write(
        place("notes.txt"),
        "these are my notes, and they are not short",
    )
    .unwrap();
    let foreign = Connection::open(place("foreign.db")).unwrap();
    let sql = "PRAGMA journal_mode=WAL; CREATE TABLE album (title TEXT);";
    foreign.execute_batch(sql).unwrap();
    drop(foreign);
    story::database(&place("newer.db"));
    let newer = Connection::open(place("newer.db")).unwrap();
    newer.execute_batch("PRAGMA user_version=99").unwrap();
    drop(newer);
    std::fs::create_dir(place("folder")).unwrap();
    let list = || {
        let files = std::fs::read_dir(dir.path()).unwrap();
        let mut files: Vec<_> = files.map(|it| it.unwrap().path()).collect();
        files.sort();
        let bytes = |path: &PathBuf| std::fs::read(path).unwrap_or_default();
        files
            .iter()
            .map(|path| (path.clone(), bytes(path)))
            .collect::<Vec<_>>()
    };
    let before = list();
    for (name, words) in [
        ("missing.db", "no such file"),
        ("folder", "not a file"),
        ("notes.txt", "not a truebook database"),
        ("foreign.db", "not a truebook database"),
        ("newer.db", "format 99"),
    ] {
        let error = open(&place(name)).err().unwrap().to_string();
        assert!(error.contains(name) && error.contains(words), "{error}");
    }
    assert!(list() == before, "something was written");
}

#[test]
fn files_are_replaced_whole_and_nothing_else_is_left() {
    let (dir, path, _) = place();
    let folder = dir.path().join("out");
    export(&path, Format::Csv, &folder);
    let first = std::fs::read(folder.join("fills.csv")).unwrap();
    std::fs::write(
        folder.join("fills.csv.part"),
        "left by somebody who was killed",
    )
    .unwrap();
    std::fs::write(folder.join("fills.csv"), "old").unwrap();
    let (_, exported) = export(&path, Format::Csv, &folder);
    assert_eq!(std::fs::read(folder.join("fills.csv")).unwrap(), first);
    assert_eq!(
        std::fs::read_dir(&folder).unwrap().count(),
        exported.tables.len()
    );
}

#[test]
fn an_export_that_fails_leaves_what_was_there() {
    let (dir, path, _) = place();
    let folder = dir.path().join("out");
    export(&path, Format::Csv, &folder);
    // A folder has the name of a file: it cannot be replaced.
    std::fs::remove_file(folder.join("fills.csv")).unwrap();
    std::fs::create_dir_all(folder.join("fills.csv.part")).unwrap();
    std::fs::write(folder.join("orders.csv"), "old").unwrap();
    let file = open(&path).unwrap();
    let reading = Reading::of(&file).unwrap();
    let tables = reading.tables(&[]).unwrap();
    let error = export::export(&reading, &tables, Format::Csv, &folder).unwrap_err();
    assert!(error.to_string().contains("fills.csv.part"), "{error}");
    assert_eq!(std::fs::read(folder.join("orders.csv")).unwrap(), b"old");
    let parts = std::fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().path());
    let parts = parts.filter(|path| path.extension().is_some_and(|end| end == "part"));
    assert_eq!(parts.count(), 1, "files that are not complete are left");
}

#[test]
fn the_database_is_never_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fills.csv");
    story::database(&path);
    let before = std::fs::read(&path).unwrap();
    let file = open(&path).unwrap();
    let reading = Reading::of(&file).unwrap();
    let tables = reading.tables(&[]).unwrap();
    let error = export::export(&reading, &tables, Format::Csv, dir.path()).unwrap_err();
    assert!(matches!(error, ExportError::Itself(_)), "{error:?}");
    assert!(std::fs::read(&path).unwrap() == before);
    assert!(!dir.path().join("orders.csv").exists());
}

#[test]
fn two_exports_do_not_mix_in_one_folder() {
    let (dir, path, _) = place();
    let held = std::fs::File::open(dir.path()).unwrap();
    held.lock().unwrap();
    let file = open(&path).unwrap();
    let reading = Reading::of(&file).unwrap();
    let tables = reading.tables(&[]).unwrap();
    let error = export::export(&reading, &tables, Format::Csv, dir.path()).unwrap_err();
    assert!(error.to_string().contains("another export"), "{error}");
    drop(held);
    export::export(&reading, &tables, Format::Csv, dir.path()).unwrap();
}

#[test]
fn a_value_of_another_type_is_named_in_parquet() {
    let (dir, path, _) = place();
    let connection = Connection::open(&path).unwrap();
    let sql = "UPDATE alerts SET ts = x'00ff'";
    connection.execute_batch(sql).unwrap();
    let file: JournalFile = open(&path).unwrap();
    let reading = Reading::of(&file).unwrap();
    let tables = reading.tables(&["alerts".to_owned()]).unwrap();
    let error = export::export(&reading, &tables, Format::Parquet, dir.path()).unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains("column ts of table alerts holds bytes"),
        "{said}"
    );
}
