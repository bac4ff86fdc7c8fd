//! Accounts are registered by the first call that names one and succeeds.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use truebook::model::{Fixed, InstrumentSpec, Side};
use truebook::{Book, Cash, Fill};

fn number(text: &str) -> Fixed {
    text.parse().unwrap()
}

fn book() -> Book {
    let mut book = Book::in_memory().unwrap();
    let spec = InstrumentSpec {
        symbol: "BTC-USD".parse().unwrap(),
        base: "BTC".parse().unwrap(),
        quote: "USD".parse().unwrap(),
        price_precision: 2,
        qty_precision: 8,
        ..InstrumentSpec::default()
    };
    book.add_instrument(spec).unwrap();
    let cash = Cash {
        id: Some("opening"),
        ..Cash::new("USD", number("100"))
    };
    book.deposit(&cash).unwrap();
    book
}

fn sequence(book: &mut Book) -> u64 {
    book.portfolio().unwrap().sequence
}

#[test]
fn a_call_that_fails_registers_no_account() {
    let mut book = book();
    let before = sequence(&mut book);
    let cash = |amount, id| Cash {
        account: "second",
        id,
        ..Cash::new("USD", number(amount))
    };
    assert!(book.deposit(&cash("5", Some("opening"))).is_err());
    assert!(book.deposit(&cash("-5", None)).is_err());
    assert!(book.withdraw(&cash("5", None)).is_err());
    assert!(book.transfer(&cash("5", None), "third").is_err());
    let fill = Fill {
        account: "second",
        qty: number("0"),
        price: number("1"),
        ..Fill::new("BTC-USD", Side::Buy)
    };
    assert!(book.fill(&fill).is_err());
    assert_eq!(sequence(&mut book), before);
    assert!(book.deposit(&cash("5", None)).is_ok());
    assert!(sequence(&mut book) > before);
}

#[test]
fn a_transfer_registers_the_account_that_it_fills() {
    let mut book = book();
    book.transfer(&Cash::new("USD", number("40")), "second")
        .unwrap();
    let held = |book: &mut Book, account| book.balance(account, "USD").unwrap().total;
    assert_eq!(held(&mut book, "default"), number("60"));
    assert_eq!(held(&mut book, "second"), number("40"));
}
