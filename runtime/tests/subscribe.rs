//! Notices of a book that has a database: none is missed, none is heard twice.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use truebook::{Book, BookOptions, Cash, Error, Filter, Overflow, Subscription, decimal};

fn deposit(book: &mut Book) -> u64 {
    let amount = decimal("amount", "1").unwrap();
    book.deposit(&Cash::new("USD", amount)).unwrap().sequence
}

/// The sequences of notices up to `until`.
fn heard(subscription: &mut Subscription, until: u64) -> Vec<u64> {
    let mut sequences = Vec::new();
    while sequences.last().is_none_or(|last| *last < until) {
        let notice = subscription.wait(Some(Duration::from_secs(60)));
        sequences.push(notice.unwrap().sequence);
    }
    sequences
}

#[test]
fn after_a_restart_a_subscriber_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let options = BookOptions {
        path: Some(folder.path().join("book.db")),
        ..BookOptions::default()
    };
    let mut book = Book::open(options.clone()).unwrap();
    let mut first = book
        .subscribe(Filter::default(), Overflow::Block, None)
        .unwrap();
    let one = deposit(&mut book);
    heard(&mut first, one);
    let since = first.sequence();
    deposit(&mut book);
    deposit(&mut book);
    book.close().unwrap();
    let mut book = Book::open(options).unwrap();
    let everything = Filter::default();
    let mut second = book
        .subscribe(everything, Overflow::Block, Some(since))
        .unwrap();
    let last = deposit(&mut book);
    let missed: Vec<u64> = (since + 1..=last).collect();
    assert_eq!(heard(&mut second, last), missed);
    let said = book.subscribe(Filter::default(), Overflow::Block, Some(last + 1));
    assert!(said.unwrap_err().to_string().contains("the newest event"));
}

#[test]
fn without_a_database_there_is_no_past() {
    let mut book = Book::in_memory().unwrap();
    let said = book.subscribe(Filter::default(), Overflow::Block, Some(0));
    assert!(matches!(&said, Err(Error::Value(_))), "{said:?}");
    let mut live = book
        .subscribe(Filter::default(), Overflow::DropOldest, None)
        .unwrap();
    let sequence = deposit(&mut book);
    assert_eq!(heard(&mut live, sequence), [sequence]);
}
