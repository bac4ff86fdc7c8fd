//! What cannot be answered is told by name with what is allowed, by every command alike.

use rusqlite::Connection;

use crate::place::{Place, says};
use crate::story;

/// Every command on the database `name`.
fn each(name: &str) -> [Vec<&str>; 6] {
    [
        vec!["status", name],
        vec!["tail", name],
        vec!["tail", "--follow", name],
        vec!["export", name, "--format", "csv"],
        vec!["diff", "a.db", name],
        vec!["backup", name, "copy.db"],
    ]
}

#[test]
fn what_is_no_database_is_refused_by_every_command() {
    let (place, _) = Place::told();
    std::fs::write(
        place.path("notes.txt"),
        "these are my notes, and they are not short",
    )
    .unwrap();
    std::fs::write(place.path("empty.db"), "").unwrap();
    std::fs::create_dir(place.path("folder")).unwrap();
    let foreign = Connection::open(place.path("foreign.db")).unwrap();
    let sql = "PRAGMA journal_mode=WAL; CREATE TABLE album (title TEXT);";
    foreign.execute_batch(sql).unwrap();
    drop(foreign);
    story::database(&place.path("newer.db"));
    let newer = Connection::open(place.path("newer.db")).unwrap();
    newer.execute_batch("PRAGMA user_version=99").unwrap();
    drop(newer);
    for (name, words) in [
        (
            "missing.db",
            &["no such file", "name a truebook database"][..],
        ),
        ("no/such/folder.db", &["no such file"]),
        ("folder", &["not a file", "name a truebook database"]),
        ("notes.txt", &["not a truebook database", "name another"]),
        ("empty.db", &["not a truebook database"]),
        ("foreign.db", &["not a truebook database", "untouched"]),
        ("newer.db", &["format 99", "up to 4", "upgrade"]),
    ] {
        for args in each(name) {
            let said = place.refusal(&args);
            assert!(said.starts_with("truebook: "), "{said}");
            says(&said, &[name]);
            says(&said, words);
        }
    }
}

#[test]
fn a_table_or_a_form_that_there_is_not_is_named_with_those_that_there_are() {
    let (place, _) = Place::told();
    let said = place.refusal(&["export", "a.db", "--format", "xml"]);
    says(&said, &["xml", "csv", "json", "parquet"]);
    let said = place.refusal(&["export", "a.db"]);
    says(&said, &["--format"]);
    let said = place.refusal(&["export", "a.db", "--format", "csv", "--table", "trades"]);
    says(&said, &["'trades'", "fills", "positions", "win_rate"]);
    let said = place.refusal(&["export", "a.db", "--format", "csv", "--out", "-"]);
    says(&said, &["one table", "--table"]);
    let two = [
        "export", "a.db", "--format", "csv", "--table", "fills", "--table", "orders",
    ];
    let said = place.refusal(&[&two[..], &["--out", "-"]].concat());
    says(&said, &["one table", "folder"]);
    let one = [
        "export", "a.db", "--format", "parquet", "--table", "fills", "--out", "-",
    ];
    says(
        &place.refusal(&one),
        &["csv or json", "parquet goes to a folder"],
    );
    says(
        &place.refusal(&["tail", "a.db", "-n", "some"]),
        &["some", "--lines"],
    );
}

#[test]
fn a_file_of_an_older_format_is_read_where_it_can_be() {
    let place = Place::new();
    let from = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../store/tests/format/format-3.sqlite"
    );
    std::fs::copy(from, place.path("old.db")).unwrap();
    says(
        &place.run(&["status", "old.db"]),
        &["format           3", "open it once for writing"],
    );
    assert!(!place.run(&["tail", "old.db", "-n", "3"]).is_empty());
    says(
        &place.run(&["backup", "old.db", "copy.db"]),
        &["copy.db: as of sequence"],
    );
    says(
        &place.run(&["diff", "old.db", "copy.db"]),
        &["equal", "not compared"],
    );
    let said = place.refusal(&["export", "old.db", "--format", "csv"]);
    says(&said, &["old.db", "open it once for writing"]);
}
