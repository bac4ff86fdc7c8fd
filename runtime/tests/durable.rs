//! Orders that must be on disk before they leave.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use truebook::model::{Fixed, InstrumentSpec, Side};
use truebook::{Book, BookOptions, Cash, OrderRequest};

fn ready(options: BookOptions) -> Book {
    let mut book = Book::open(options).unwrap();
    let spec = InstrumentSpec {
        symbol: "BTC-USD".parse().unwrap(),
        base: "BTC".parse().unwrap(),
        quote: "USD".parse().unwrap(),
        price_precision: 2,
        qty_precision: 8,
        ..InstrumentSpec::default()
    };
    book.add_instrument(spec).unwrap();
    book.deposit(&Cash::new("USD", Fixed::new(100_000, 0)))
        .unwrap();
    let px = Some(Fixed::new(100, 0));
    book.quote("BTC-USD", (px, px), None).unwrap();
    book
}

fn order() -> OrderRequest<'static> {
    OrderRequest {
        price: Some(Fixed::new(99, 0)),
        ..OrderRequest::new("BTC-USD", Side::Buy, Fixed::new(1, 0))
    }
}

#[test]
fn a_durable_order_is_on_disk_when_it_returns() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = ready(BookOptions {
        path: Some(folder.path().join("a.db")),
        ..BookOptions::default()
    });
    let applied = book.submit_durable(&order(), Duration::from_secs(30));
    assert!(book.durability().sequence() >= applied.unwrap().sequence);
    book.close().unwrap();
}

#[test]
fn a_durable_order_of_a_book_without_a_database_is_refused_and_not_recorded() {
    let mut book = ready(BookOptions::default());
    let refused = book.submit_durable(&order(), Duration::from_secs(1));
    assert!(refused.unwrap_err().to_string().contains("durable"));
    assert!(book.orders().unwrap().is_empty());
}
