//! A database file that cannot be used: named, with what to do about it, and left as it was.

use std::io::Write;

use rusqlite::Connection;

use crate::place::{Place, refused, says};

const ARGS: [&str; 2] = ["--db", "a.db"];

#[test]
fn a_file_that_is_no_database_is_refused_untouched() {
    for content in [
        "these are my notes, longer than any header of a file",
        "short",
    ] {
        let place = Place::new();
        place.write("a.db", content);
        let said = place.refusal(&ARGS);
        says(&said, &["a.db", "not a truebook database", "another file"]);
    }
    let place = Place::new();
    place.write("a.db", b"SQLite format 3\0 and then nothing of the kind");
    says(&place.refusal(&ARGS), &["a.db", "not a truebook database"]);
}

#[test]
fn a_database_of_somebody_else_is_refused_untouched() {
    for sql in [
        "CREATE TABLE album (title TEXT); INSERT INTO album VALUES ('one')",
        "PRAGMA application_id=77",
        "PRAGMA application_id=77; PRAGMA user_version=9; CREATE TABLE journal (x)",
        "PRAGMA journal_mode=WAL; CREATE TABLE album (title TEXT)",
    ] {
        let place = Place::new();
        place.tamper("a.db", sql);
        let said = place.refusal(&ARGS);
        says(&said, &["a.db", "not a truebook database", "another file"]);
    }
}

#[test]
fn a_database_of_a_newer_version_is_refused_untouched() {
    let place = Place::new();
    place.run(&ARGS);
    place.tamper("a.db", "PRAGMA user_version=5");
    let said = place.refusal(&ARGS);
    says(
        &said,
        &["a.db", "newer truebook", "format 5", "up to 4", "upgrade"],
    );
    place.tamper("a.db", "PRAGMA user_version=4");
    place.run(&ARGS);
}

#[test]
fn a_live_database_is_refused_by_paper() {
    let place = Place::new();
    place.run(&ARGS);
    place.tamper("a.db", "UPDATE meta SET value='live' WHERE key='mode'");
    let said = place.refusal(&ARGS);
    says(&said, &["another mode", "live", "paper", "another file"]);
}

#[test]
fn a_path_that_cannot_be_a_file_is_named() {
    let place = Place::new();
    let said = place.refusal(&["--db", "no/such/folder/a.db"]);
    says(&said, &["no/such/folder/a.db", "No such file or directory"]);
    std::fs::create_dir(place.path("folder")).unwrap();
    says(&place.refusal(&["--db", "folder"]), &["folder"]);
}

#[test]
fn a_damaged_record_is_named_and_nothing_is_appended() {
    for (sql, words) in [
        (
            "UPDATE journal SET body=x'00' WHERE sequence=40",
            &["event 40", "damaged", "checksum"][..],
        ),
        (
            "UPDATE journal SET crc=crc+1 WHERE sequence=40",
            &["event 40", "damaged", "checksum"],
        ),
        (
            "DELETE FROM journal WHERE sequence=40",
            &["event 40", "damaged", "missing"],
        ),
    ] {
        let place = Place::new();
        place.run(&ARGS);
        place.tamper("a.db", sql);
        let before = place.booked("a.db");
        let output = place.paper(&ARGS).output().unwrap();
        says(&refused(&output), words);
        assert_eq!(place.booked("a.db"), before);
    }
}

#[test]
fn a_file_cut_short_is_an_error_that_names_it() {
    let place = Place::new();
    place.run(&ARGS);
    let whole = std::fs::read(place.path("a.db")).unwrap();
    let mut file = std::fs::File::create(place.path("a.db")).unwrap();
    file.write_all(&whole[..whole.len() / 2]).unwrap();
    drop(file);
    let output = place.paper(&ARGS).output().unwrap();
    says(&refused(&output), &["a.db"]);
}

#[test]
fn an_empty_file_becomes_the_database() {
    let place = Place::new();
    place.write("a.db", "");
    let report = place.report(&ARGS);
    assert_eq!(report, place.report(&["--db", ":memory:"]));
    let connection = Connection::open(place.path("a.db")).unwrap();
    let sql = "SELECT count(*) FROM journal";
    let count: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    assert!(count > 0);
}

#[test]
fn an_output_never_overwrites_the_database() {
    let place = Place::new();
    let report = place.report(&ARGS);
    for key in ["--json", "--chart"] {
        let said = place.refusal(&["--db", "a.db", key, "a.db"]);
        says(&said, &["a.db"]);
    }
    let said = place.refusal(&["--db", "new.db", "--json", "./new.db"]);
    says(&said, &["./new.db"]);
    let said = place.refusal(&["--db", ":memory:", "--json", "a.out", "--chart", "./a.out"]);
    says(&said, &["./a.out"]);
    assert_eq!(place.report(&ARGS), report);
}
