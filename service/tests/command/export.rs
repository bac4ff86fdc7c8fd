//! `truebook export`.

use std::collections::BTreeMap;

use crate::place::{Place, json, says, text};
use crate::story;

#[test]
fn every_table_becomes_a_file_of_one_sequence() {
    let (place, last) = Place::told();
    for format in ["csv", "json", "parquet"] {
        let said = place.run(&["export", "a.db", "--format", format, "--out", format]);
        says(
            &said,
            &[&format!("as of sequence {last}; 28 files in {format}\n")],
        );
        assert_eq!(said.lines().count(), 29);
        let files = std::fs::read_dir(place.path(format)).unwrap();
        let names: Vec<_> = files.map(|it| it.unwrap().file_name()).collect();
        assert_eq!(names.len(), 28);
        for name in names {
            assert!(
                name.to_str().unwrap().ends_with(&format!(".{format}")),
                "{name:?}"
            );
        }
    }
    // With no folder said it is one named after the database.
    place.run(&["export", "a.db", "--format", "csv", "--table", "fills"]);
    assert_eq!(
        place.read("a-export/fills.csv"),
        place.read("csv/fills.csv")
    );
}

#[test]
fn csv_and_json_of_one_table_say_the_same() {
    let (place, last) = Place::told();
    let print = |format: &str, table: &str| {
        let args = [
            "export", "a.db", "--format", format, "--table", table, "--out", "-",
        ];
        let output = place.output(&args);
        assert!(output.status.success(), "{output:?}");
        let said = text(&output.stderr);
        assert_eq!(said, format!("truebook: as of sequence {last}\n"));
        text(&output.stdout)
    };
    for table in [
        "fills",
        "alerts",
        "shared_state",
        "positions",
        "win_rate",
        "snapshots",
    ] {
        let rows: Vec<BTreeMap<String, serde_json::Value>> =
            serde_json::from_str(&print("json", table)).unwrap();
        let csv = print("csv", table);
        // Lines within quotes are one row.
        let quotes = csv.matches('"').count();
        assert!(quotes.is_multiple_of(2), "{csv}");
        if table != "alerts" && table != "shared_state" {
            assert_eq!(csv.lines().count(), rows.len() + 1, "{table}");
        }
        for row in &rows {
            for value in row.values().filter_map(|it| it.as_str()) {
                assert!(
                    csv.contains(&value.replace('"', "\"\"")),
                    "{table}: {value}"
                );
            }
        }
    }
    says(
        &print("csv", "fills"),
        &["30000.1", "0.12345678", "1.000000000000000003"],
    );
    let state = json(&print("json", "shared_state"));
    assert_eq!(state[0]["value"], "");
    assert_eq!(state[1]["value"], story::ODD);
}

#[test]
fn it_works_beside_a_writer_and_says_how_far_it_is() {
    let place = Place::new();
    let mut book = story::book(&place.path("a.db"));
    story::tell(&mut book);
    story::settle(&mut book);
    for round in 0..5 {
        story::trade(&mut book, round * 500, 500);
        let said = place.run(&["export", "a.db", "--format", "json", "--out", "out"]);
        says(&said, &["as of sequence "]);
        let fills = json(&place.read("out/fills.json"));
        let newest = fills.as_array().unwrap().last().unwrap()["sequence"]
            .as_u64()
            .unwrap();
        let (_, rest) = said.split_once("as of sequence ").unwrap();
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        assert!(newest <= digits.parse().unwrap(), "{said}");
    }
    book.close().unwrap();
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_that_names_it() {
    let (place, _) = Place::told();
    std::fs::write(place.path("taken"), "a file").unwrap();
    let output = place.output(&["export", "a.db", "--format", "csv", "--out", "taken"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    says(&text(&output.stderr), &["truebook: taken"]);
    assert_eq!(place.read("taken"), "a file");
}
