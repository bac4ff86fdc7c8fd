//! Events in words: each kind of event, with names and exact decimals.

use std::collections::BTreeSet;

use truebook_store::export::{Field, Piece, Teller, Told};

use crate::open;

use crate::story;

fn all(path: &std::path::Path) -> Vec<Told> {
    let file = open(path).unwrap();
    let mut teller = Teller::after(&file, 0).unwrap();
    let mut all = Vec::new();
    loop {
        let more = teller.next(7).unwrap();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

fn field<'a>(piece: &'a Piece, name: &str) -> &'a Field {
    let found = piece.fields.iter().find(|(known, _)| *known == name);
    &found.unwrap_or_else(|| panic!("no {name} in {piece:?}")).1
}

fn text(text: &str) -> Field {
    Field::Text(text.to_owned())
}

fn changed(old: &str, new: &str) -> Field {
    Field::Changed(old.to_owned(), new.to_owned())
}

#[test]
fn every_event_of_the_story_has_its_word() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let last = story::database(&path);
    let all = all(&path);
    let sequences: Vec<_> = all.iter().map(|told| told.sequence).collect();
    assert_eq!(sequences, (1..=last).collect::<Vec<_>>());
    let words: BTreeSet<_> = all.iter().map(|told| told.pieces[0].what).collect();
    for word in [
        "account_added",
        "adjustment",
        "adopted",
        "alerted",
        "bar_closed",
        "config_changed",
        "cost_given",
        "currency_added",
        "deposit",
        "dividend",
        "fill_amended",
        "fill_booked",
        "fill_reversed",
        "funding",
        "instrument_added",
        "interest",
        "observed",
        "order_accepted",
        "order_amended",
        "order_cancel_requested",
        "order_canceled",
        "order_placed",
        "order_refused",
        "split",
        "state_changed",
        "strategy_added",
        "trading_state_changed",
        "transfer",
        "venue_stated",
        "withdrawal",
    ] {
        assert!(words.contains(word), "no {word} in {words:?}");
    }
    for told in &all {
        for (name, field) in told.pieces.iter().flat_map(|piece| &piece.fields) {
            let is_empty = *field == text("") && !matches!(*name, "text" | "value");
            assert!(!is_empty, "{name} of {told:?} is empty");
        }
    }
}

#[test]
fn a_fill_is_told_with_what_it_changed_exactly() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    story::database(&path);
    let all = all(&path);
    let is_first = |told: &&Told| {
        let head = &told.pieces[0];
        head.what == "fill_booked" && *field(head, "trade_id") == text("t1")
    };
    let told = all.iter().find(is_first).unwrap();
    assert_eq!(told.ts, 1_700_000_001_000_000_000);
    let head = &told.pieces[0];
    assert_eq!(*field(head, "symbol"), text("BTC-USD"));
    assert_eq!(*field(head, "side"), text("buy"));
    assert_eq!(*field(head, "last_qty"), text("0.12345678"));
    assert_eq!(*field(head, "last_px"), text("30000.1"));
    assert_eq!(*field(head, "fees"), text("1.000000000000000003 USD"));
    assert_eq!(*field(head, "client_order_id"), text("in"));
    let piece = |what| told.pieces.iter().find(|piece| piece.what == what).unwrap();
    assert_eq!(
        *field(piece("order_filled"), "cum_qty"),
        changed("0", "0.12345678")
    );
    let position = piece("position_opened");
    assert_eq!(*field(position, "qty"), changed("0", "0.12345678"));
    assert_eq!(*field(position, "cost"), changed("0", "3703.715745678"));
    let fee = piece("fee_changed");
    assert_eq!(*field(fee, "fees"), changed("0", "1.000000000000000003"));
}

#[test]
fn telling_begins_anywhere_and_says_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let last = story::database(&path);
    let all = all(&path);
    let file = open(&path).unwrap();
    for from in [0, 1, last / 2, last - 1, last, last + 5, u64::MAX] {
        let mut teller = Teller::after(&file, from).unwrap();
        let expected = &all[usize::try_from(from.min(last)).unwrap()..];
        assert_eq!(teller.next(u32::MAX).unwrap(), expected, "{from}");
        assert_eq!(teller.sequence(), last);
    }
}

#[test]
fn telling_follows_the_writer() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let mut book = story::book(&path);
    story::tell(&mut book);
    let before = story::settle(&mut book);
    let file = open(&path).unwrap();
    let mut teller = Teller::after(&file, u64::MAX).unwrap();
    assert!(teller.next(10).unwrap().is_empty());
    book.set_state("key", "value").unwrap();
    let last = story::settle(&mut book);
    let told = teller.next(10).unwrap();
    assert_eq!(
        (told.len(), told[0].sequence, last),
        (1, before + 1, before + 1)
    );
    assert_eq!(*field(&told[0].pieces[0], "value"), text("value"));
    book.close().unwrap();
}
