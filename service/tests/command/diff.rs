//! `truebook diff`.

use crate::place::{Place, json, says, text};
use crate::story;

/// Two databases that differ in their last fill.
fn two() -> (Place, u64) {
    let place = Place::new();
    let mut last = 0;
    for (name, from) in [("a.db", 1_000), ("b.db", 2_001)] {
        let mut book = story::book(&place.path(name));
        story::tell(&mut book);
        story::trade(&mut book, from, 1);
        last = story::settle(&mut book);
        book.close().unwrap();
    }
    (place, last)
}

#[test]
fn equal_databases_are_equal() {
    let (place, last) = Place::told();
    place.run(&["backup", "a.db", "copy.db"]);
    let said = place.run(&["diff", "a.db", "copy.db"]);
    assert_eq!(said, format!("the journals are equal: {last} events\n"));
    let said = json(&place.run(&["diff", "a.db", "a.db", "--json"]));
    assert_eq!(
        (&said["equal"], &said["journals"]),
        (&true.into(), &"equal".into())
    );
}

#[test]
fn the_first_event_that_differs_is_shown_of_both() {
    let (place, last) = two();
    let output = place.output(&["diff", "a.db", "b.db"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = text(&output.stdout);
    says(
        &said,
        &[
            &format!("the journals differ from event {last} on\nA {last} "),
            "trade_id=more-1000",
            &format!("\nB {last} "),
            "trade_id=more-2001",
            "positions: 0 only in A, 0 only in B, 1 with other values\n",
            "default swing BTC-USD net: ",
            "side A=long B=",
            "balances: ",
        ],
    );
    assert!(!said.contains("orders:"), "{said}");
    let output = place.output(&["diff", "a.db", "b.db", "--json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = json(&text(&output.stdout));
    assert_eq!(said["sequence"], last);
    assert_eq!(said["events"]["a"]["event"]["trade_id"], "more-1000");
    assert_eq!(said["events"]["b"]["event"]["trade_id"], "more-2001");
    let row = &said["tables"]["positions"]["rows"][0];
    assert_eq!(row["row"]["symbol"], "BTC-USD");
    assert_eq!(row["columns"]["signed_qty"]["a"], "0.001");
}

#[test]
fn the_beginning_of_another_is_told() {
    let (place, last) = Place::told();
    place.run(&["backup", "a.db", "b.db"]);
    let mut book = story::book(&place.path("b.db"));
    story::trade(&mut book, 0, 10);
    let more = story::settle(&mut book);
    for (args, words) in [
        (["diff", "a.db", "b.db"], "A is the beginning of B"),
        (["diff", "b.db", "a.db"], "B is the beginning of A"),
    ] {
        let output = place.output(&args);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = text(&output.stdout);
        says(
            &said,
            &[words, &last.to_string(), &more.to_string(), "balances: "],
        );
    }
    book.close().unwrap();
}

#[test]
fn what_cannot_be_compared_is_neither() {
    let (place, _) = two();
    let damage = rusqlite::Connection::open(place.path("a.db")).unwrap();
    let sql =
        "UPDATE journal SET body = x'00' WHERE sequence = (SELECT max(sequence) FROM journal)";
    damage.execute_batch(sql).unwrap();
    drop(damage);
    let output = place.output(&["diff", "a.db", "b.db"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    says(&text(&output.stderr), &["truebook: event", "damaged"]);
}
