//! `docs/tables.md` names every table, view and column with its kind, and nothing else.

use std::collections::BTreeMap;

use rusqlite::Connection;
use truebook_store::export::{Kind, Reading};

use crate::open;

use crate::story;

const TEXT: &str = include_str!("../../../docs/tables.md");

/// The columns of each table that the document describes: a `### name` with a table below, whose
/// first two cells are a column and its kind.
fn described() -> BTreeMap<String, Vec<(String, String)>> {
    let mut tables = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in TEXT.lines() {
        if let Some(head) = line.strip_prefix("### ") {
            let name = head.trim_matches('`').to_owned();
            assert!(!tables.contains_key(&name), "{name} is described twice");
            tables.insert(name.clone(), Vec::new());
            current = Some(name);
        } else if line.starts_with("## ") {
            current = None;
        }
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        if let (Some(name), ["", column, kind, _, ""]) = (&current, &cells[..])
            && column.starts_with('`')
        {
            let row = (column.trim_matches('`').to_owned(), (*kind).to_owned());
            tables.get_mut(name).unwrap().push(row);
        }
    }
    tables
}

#[test]
fn every_table_and_column_is_described_and_there_are_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    story::database(&path);
    let file = open(&path).unwrap();
    let reading = Reading::of(&file).unwrap();
    let described = described();
    let tables = reading.tables(&[]).unwrap();
    let names: Vec<_> = tables.iter().map(|table| table.name).collect();
    for name in described.keys() {
        assert!(
            names.contains(&name.as_str()),
            "{name} is described, and there is none"
        );
    }
    for table in tables {
        let columns = described.get(table.name);
        let columns = columns.unwrap_or_else(|| panic!("{} is not described", table.name));
        let names: Vec<_> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let there: Vec<_> = table.columns.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, there, "{}", table.name);
        for (column, (_, kind)) in table.columns.iter().zip(columns) {
            let kinds: &[&str] = match column.kind {
                Kind::Time => &["time"],
                Kind::Ratio => &["ratio"],
                Kind::Whole => &["whole", "flag", "sequence", "duration"],
                Kind::Decimal => &["decimal"],
                Kind::Text => &["name", "word", "text", "day", "JSON"],
            };
            assert!(
                kinds.contains(&kind.as_str()),
                "{} {} {kind}",
                table.name,
                column.name
            );
        }
    }
}

#[test]
fn a_column_that_is_called_a_decimal_holds_decimals() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    story::database(&path);
    let connection = Connection::open(&path).unwrap();
    let mut count = 0;
    for (table, columns) in described() {
        for (column, _) in columns.iter().filter(|(_, kind)| kind == "decimal") {
            let sql = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL");
            let mut select = connection.prepare(&sql).unwrap();
            let values = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
            for value in values.map(Result::unwrap) {
                let parsed: Result<truebook::model::Fixed, _> = value.parse();
                assert!(parsed.is_ok(), "{table} {column} {value}");
                count += 1;
            }
        }
    }
    assert!(count > 200, "{count}");
}

#[test]
fn every_example_query_runs() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    story::database(&path);
    let connection = Connection::open(&path).unwrap();
    let blocks: Vec<_> = TEXT.split("```sql\n").skip(1).collect();
    assert!(blocks.len() >= 8);
    for block in blocks {
        let sql = block.split("```").next().unwrap();
        let mut select = connection
            .prepare(sql)
            .unwrap_or_else(|e| panic!("{sql}: {e}"));
        let mut rows = select.query([]).unwrap();
        let mut count = 0;
        while rows
            .next()
            .unwrap_or_else(|e| panic!("{sql}: {e}"))
            .is_some()
        {
            count += 1;
        }
        let is_snapshots = sql.contains("snapshots");
        assert!(count > 0 || is_snapshots, "no rows: {sql}");
    }
}
