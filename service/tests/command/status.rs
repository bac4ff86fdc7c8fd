//! `truebook status`.

use crate::place::{Place, json, says};
use crate::story;

#[test]
fn it_says_how_a_database_stands() {
    let (place, last) = Place::told();
    let said = place.run(&["status", "a.db"]);
    says(
        &said,
        &[
            "a.db",
            "format           4",
            "mode             live",
            "writer           nobody",
            &format!("events           1 to {last}"),
            &format!("tables           {last}\n"),
            "config           version 1",
            "open orders      1",
            "warning feed: late",
        ],
    );
    // What somebody recorded cannot take over the terminal or make a line of its own.
    assert!(
        !said.contains('\u{1b}') && said.contains("\\r\\nleft"),
        "{said}"
    );
}

#[test]
fn it_says_the_same_as_json() {
    let (place, last) = Place::told();
    let said = json(&place.run(&["status", "a.db", "--json"]));
    for (name, value) in [
        ("format", 4),
        ("first_sequence", 1),
        ("base", 0),
        ("tables_lag", 0),
    ] {
        assert_eq!(said[name], value, "{name}");
    }
    assert_eq!(said["last_sequence"], last);
    assert_eq!(said["tables_sequence"], last);
    assert_eq!(said["mode"], "live");
    assert_eq!(said["writer"], serde_json::Value::Null);
    assert_eq!(said["open_orders"], 1);
    assert_eq!(said["config_version"], 1);
    assert_eq!(said["alerts_of_last_day"]["newest"][0]["text"], story::ODD);
    assert_eq!(
        said["last_time"].as_str().unwrap().len(),
        "2023-11-14T22:13:20.000000001Z".len()
    );
}

#[test]
fn it_names_who_writes() {
    let place = Place::new();
    let mut book = story::book(&place.path("a.db"));
    story::tell(&mut book);
    story::settle(&mut book);
    let own = format!("process {}", std::process::id());
    says(&place.run(&["status", "a.db"]), &["writer", &own]);
    let said = json(&place.run(&["status", "a.db", "--json"]));
    assert!(said["writer"].as_str().unwrap().contains(&own));
    assert!(said["wal_bytes"].as_u64().unwrap() > 0);
    book.close().unwrap();
}
