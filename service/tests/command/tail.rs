//! `truebook tail`.

use std::io::{BufRead, BufReader};

use crate::place::{Place, json, says, signal, text};
use crate::story;

#[test]
fn the_newest_events_are_shown_one_a_line() {
    let (place, last) = Place::told();
    let all = place.run(&["tail", "a.db", "-n", "100000"]);
    let lines: Vec<_> = all.lines().collect();
    assert_eq!(lines.len() as u64, last);
    for (line, sequence) in lines.iter().zip(1..) {
        let (first, rest) = line.split_once(' ').unwrap();
        assert_eq!(first, sequence.to_string());
        let (time, _) = rest.split_once(' ').unwrap();
        assert_eq!(time.len(), "2023-11-14T22:13:20.000000001Z".len(), "{line}");
        assert!(time.ends_with('Z'), "{line}");
        assert!(!line.chars().any(char::is_control), "{line}");
    }
    says(
        &all,
        &[
            "2023-11-14T22:13:21.000000000Z fill_booked account=default strategy=swing \
             symbol=BTC-USD leg=net side=buy last_qty=0.12345678 last_px=30000.1 trade_id=t1",
            "fees=\"1.000000000000000003 USD\"",
            "position_opened qty=0->0.12345678 cost=0->3703.715745678",
            "order_refused refusal=",
            "state_changed key=empty value=\"\"",
            "trading_state_changed state=ACTIVE->HALTED reason=lunch",
        ],
    );
    let default: Vec<_> = lines[lines.len() - 20..].to_vec();
    assert_eq!(
        place.run(&["tail", "a.db"]).lines().collect::<Vec<_>>(),
        default
    );
    assert_eq!(
        place
            .run(&["tail", "a.db", "-n", "1"])
            .lines()
            .collect::<Vec<_>>(),
        default[19..]
    );
    assert_eq!(place.run(&["tail", "a.db", "-n", "0"]), "");
}

#[test]
fn each_line_of_json_is_an_event() {
    let (place, last) = Place::told();
    let all = place.run(&["tail", "a.db", "-n", "100000", "--json"]);
    let events: Vec<_> = all.lines().map(json).collect();
    assert_eq!(events.len() as u64, last);
    let is_fill = |event: &&serde_json::Value| event["event"]["trade_id"] == "t1";
    let fill = events.iter().find(is_fill).unwrap();
    assert_eq!(fill["event"]["what"], "fill_booked");
    assert_eq!(fill["event"]["last_px"], "30000.1");
    assert_eq!(fill["ts"], 1_700_000_001_000_000_000_i64);
    let changes = fill["changes"].as_array().unwrap();
    let opened = changes
        .iter()
        .find(|it| it["what"] == "position_opened")
        .unwrap();
    assert_eq!(
        opened["qty"],
        serde_json::json!({"old": "0", "new": "0.12345678"})
    );
    let odd = events
        .iter()
        .find(|event| event["event"]["key"] == "odd")
        .unwrap();
    assert_eq!(odd["event"]["value"], story::ODD);
}

#[test]
fn following_shows_what_is_written_until_it_is_interrupted() {
    for name in ["INT", "TERM"] {
        let place = Place::new();
        let mut book = story::book(&place.path("a.db"));
        story::tell(&mut book);
        let before = story::settle(&mut book);
        let mut child = place
            .command(&["tail", "a.db", "-n", "2", "-f"])
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = || lines.next().unwrap().unwrap();
        assert!(next().starts_with(&format!("{} ", before - 1)));
        assert!(next().starts_with(&format!("{before} ")));
        for number in 1..=3 {
            book.set_state("step", &number.to_string()).unwrap();
            let line = next();
            assert!(line.starts_with(&format!("{} ", before + number)), "{line}");
            says(&line, &["key=step", &format!("value={number}")]);
        }
        // Also after the writer has gone and come again.
        book.close().unwrap();
        let mut book = story::book(&place.path("a.db"));
        book.set_state("step", "again").unwrap();
        says(&next(), &["value=again"]);
        signal(child.id(), name);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        assert_eq!(text(&output.stderr), "");
        book.close().unwrap();
    }
}

#[test]
fn following_ends_when_the_database_is_gone() {
    let (place, _) = Place::told();
    let child = place
        .command(&["tail", "a.db", "--follow"])
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    for end in ["", "-wal", "-shm"] {
        std::fs::remove_file(place.path(&format!("a.db{end}"))).unwrap();
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    says(&text(&output.stderr), &["a.db", "removed or replaced"]);
}

#[test]
fn a_reader_that_has_seen_enough_ends_it_quietly() {
    let place = Place::new();
    let mut book = story::book(&place.path("a.db"));
    story::tell(&mut book);
    story::trade(&mut book, 0, 2_000);
    story::settle(&mut book);
    book.close().unwrap();
    for args in [
        &["tail", "a.db", "-n", "100000"][..],
        &[
            "export", "a.db", "--format", "csv", "--table", "fills", "--out", "-",
        ],
        &[
            "export", "a.db", "--format", "json", "--table", "fills", "--out", "-",
        ],
    ] {
        let mut child = place.command(args).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        drop(out);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?} {output:?}");
        assert_eq!(text(&output.stderr), "", "{args:?}");
    }
}
