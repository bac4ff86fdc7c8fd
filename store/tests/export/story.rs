//! A book with something of everything in it: each kind of event, NULLs, and odd texts.

use std::path::Path;
use std::time::Duration;

use truebook::{Book, BookOptions};

/// How long anything may take before a test gives up.
pub const LONG: Duration = Duration::from_secs(60);
/// Text that trips whoever does not quote.
pub const ODD: &str = "he said \"no\", then\r\nleft; 中文 – naïve\t=SUM(A1)\\ 'x' 🙂\u{1b}[31m";

/// What happens, as calls by their names.
const CALLS: &[(&str, &str)] = &[
    (
        "add_instrument",
        r#"{"symbol": "BTC-USD", "kind": "spot", "base": "BTC", "quote": "USD", "venue": "sim",
            "price_precision": 2, "qty_precision": 8}"#,
    ),
    (
        "add_instrument",
        r#"{"symbol": "ACME", "kind": "equity", "base": "ACME", "quote": "USD",
            "price_precision": 2, "qty_precision": 0}"#,
    ),
    (
        "add_instrument",
        r#"{"symbol": "BTC-PERP", "kind": "perpetual", "base": "BTC", "quote": "USD",
            "price_precision": 1, "qty_precision": 3, "leverage": "5",
            "expiry": 1900000000000000001}"#,
    ),
    ("add_account", r#"{"name": "sub"}"#),
    (
        "deposit",
        r#"{"currency": "USD", "amount": "1000000.000000000000000001", "id": "opening"}"#,
    ),
    ("withdraw", r#"{"currency": "USD", "amount": "0.1"}"#),
    ("adjust", r#"{"currency": "USD", "amount": "-0.25"}"#),
    (
        "transfer",
        r#"{"currency": "USD", "amount": "1000", "to": "sub"}"#,
    ),
    (
        "submit",
        r#"{"symbol": "BTC-USD", "side": "buy", "qty": "0.5", "price": "30000.1",
            "strategy": "swing", "client_order_id": "in", "time_in_force": "gtd",
            "expire_time": 1800000000000000000, "ts_event": 1700000000000000001}"#,
    ),
    (
        "accept",
        r#"{"client_order_id": "in", "venue_order_id": "V1"}"#,
    ),
    ("amend", r#"{"client_order_id": "in", "qty": "0.6"}"#),
    (
        "fill",
        r#"{"symbol": "BTC-USD", "side": "buy", "qty": "0.12345678", "price": "30000.1",
            "trade_id": "t1", "client_order_id": "in", "fee": "1.000000000000000003",
            "fee_currency": "USD", "liquidity": "maker", "source": "ws",
            "ts_event": 1700000001000000000}"#,
    ),
    ("cancel_request", r#"{"client_order_id": "in"}"#),
    ("canceled", r#"{"client_order_id": "in"}"#),
    (
        "fill",
        r#"{"symbol": "BTC-USD", "side": "sell", "qty": "0.12345678", "price": "30010.07",
            "trade_id": "t2", "strategy": "swing", "fees": {"USD": "0.5", "BNB": "0.001"},
            "liquidity": "taker", "ts_event": 1700000002000000000}"#,
    ),
    (
        "fill",
        r#"{"symbol": "ACME", "side": "buy", "qty": "60", "price": "10", "trade_id": "e1",
            "strategy": "swing", "ts_event": 1700000003000000000}"#,
    ),
    (
        "fill",
        r#"{"symbol": "ACME", "side": "buy", "qty": "40", "price": "9.5", "trade_id": "e2",
            "strategy": "swing", "revises": "e1", "ts_event": 1700000004000000000}"#,
    ),
    (
        "late_fee",
        r#"{"symbol": "ACME", "trade_id": "e2", "fee": "0.8", "fee_currency": "USD"}"#,
    ),
    (
        "fill",
        r#"{"symbol": "ACME", "side": "buy", "qty": "5", "price": "9", "trade_id": "e3",
            "strategy": "swing", "ts_event": 1700000005000000000}"#,
    ),
    ("bust", r#"{"symbol": "ACME", "trade_id": "e3"}"#),
    (
        "dividend",
        r#"{"symbol": "ACME", "currency": "USD", "amount": "3.3", "strategy": "swing"}"#,
    ),
    (
        "split",
        r#"{"symbol": "ACME", "numerator": 2, "denominator": 1, "id": "s1"}"#,
    ),
    ("interest", r#"{"currency": "USD", "amount": "0.01"}"#),
    (
        "fill",
        r#"{"symbol": "BTC-PERP", "side": "sell", "qty": "0.25", "price": "30000.5",
            "trade_id": "p1", "strategy": "hedge", "account": "sub",
            "ts_event": 1700000006000000000}"#,
    ),
    (
        "funding",
        r#"{"symbol": "BTC-PERP", "currency": "USD", "amount": "-0.07", "strategy": "hedge",
            "account": "sub"}"#,
    ),
    (
        "adopt",
        r#"{"symbol": "BTC-USD", "qty": "0.01", "strategy": "old"}"#,
    ),
    (
        "adopt",
        r#"{"symbol": "BTC-USD", "qty": "0", "cost": "250", "strategy": "old"}"#,
    ),
    (
        "submit",
        r#"{"symbol": "BTC-USD", "side": "buy", "qty": "0.02", "price": "29000",
            "strategy": "swing", "client_order_id": "rest"}"#,
    ),
    ("venue_balance", r#"{"currency": "USD", "total": "998000"}"#),
    ("venue_position", r#"{"symbol": "ACME", "qty": "80"}"#),
    ("halt", r#"{"reason": "lunch"}"#),
    ("resume", "{}"),
    (
        "bar",
        r#"{"symbol": "BTC-USD", "timeframe": "1m", "open": "1", "high": "3", "low": "0.5",
            "close": "2.25", "volume": "0.00000001", "ts_open": 1700000000000000000,
            "ts_event": 1700000060000000000}"#,
    ),
    (
        "observe",
        r#"{"kind": "sentiment", "symbol": "BTC", "value": "-0.125", "ts_event": 5}"#,
    ),
    (
        "observe",
        r#"{"kind": "news", "symbol": "BTC", "text": "", "ts_event": 6}"#,
    ),
    (
        "alert",
        r#"{"level": "warning", "kind": "feed", "text": "late"}"#,
    ),
];

/// A book of reported fills with the time of its events, on the database `path`.
pub fn book(path: &Path) -> Book {
    let options = BookOptions {
        path: Some(path.to_owned()),
        is_paper: false,
        has_event_clock: true,
        ..BookOptions::default()
    };
    Book::open(options).unwrap()
}

/// Tells the whole story to `book`.
pub fn tell(book: &mut Book) {
    for (name, args) in CALLS {
        let done = book.call_by_name(name, args);
        assert!(done.is_ok(), "{name} {args}: {done:?}");
    }
    // An order too large is refused, which is an event, too.
    let large = r#"{"symbol": "BTC-USD", "side": "buy", "qty": "100000", "price": "30000",
                    "strategy": "swing", "client_order_id": "large"}"#;
    book.call_by_name("submit", large).unwrap_err();
    book.set_state("odd", ODD).unwrap();
    book.set_state("empty", "").unwrap();
    book.alert(("critical", "odd"), ODD, None).unwrap();
}

/// Waits until the tables have everything; the newest event.
pub fn settle(book: &mut Book) -> u64 {
    let last = book.portfolio().unwrap().sequence;
    let durability = book.durability();
    assert!(durability.wait(last, LONG).unwrap(), "not durable");
    assert!(durability.wait_tables(last, LONG), "no tables");
    last
}

/// A closed database with the whole story; its newest event.
pub fn database(path: &Path) -> u64 {
    let mut book = book(path);
    tell(&mut book);
    let last = settle(&mut book);
    book.close().unwrap();
    last
}

/// Buys and sells a little, `count` times: an event each.
pub fn trade(book: &mut Book, from: u64, count: u64) {
    for number in from..from + count {
        let side = if number % 2 == 0 { "buy" } else { "sell" };
        let cents = number % 100;
        let args = format!(
            r#"{{"symbol": "BTC-USD", "side": "{side}", "qty": "0.001", "price": "30000.{cents:02}",
                "trade_id": "more-{number}", "strategy": "swing", "fee": "0.01",
                "fee_currency": "USD"}}"#
        );
        book.call_by_name("fill", &args).unwrap();
    }
}
