//! Market data that cannot be taken: file and line, what was found, what is allowed; no
//! database is made.

use crate::place::{Place, says, text};
use crate::tape::{QUOTE, TRADE};

const TRADE_FILE: &str = "data/BTC-USD.trade.csv";
const QUOTE_FILE: &str = "data/BTC-USD.quote.csv";

/// The refusal of `content` as the file `name`.
fn refusal(name: &str, content: impl AsRef<[u8]>) -> String {
    let place = Place::new();
    place.write(name, content);
    place.refusal(&["--data", "data", "--db", "a.db", "--json", "out.json"])
}

#[test]
fn a_missing_folder_is_named() {
    let place = Place::new();
    let said = place.refusal(&["--data", "nowhere", "--db", "a.db"]);
    says(&said, &["nowhere", "allowed", "SYMBOL.trade.csv"]);
    place.write("file", "text");
    let said = place.refusal(&["--data", "file", "--db", "a.db"]);
    says(&said, &["file", "allowed", "SYMBOL.trade.csv"]);
    let said = refusal("data/notes.txt", "text");
    says(&said, &["data", "no data file", "SYMBOL.quote.csv"]);
}

#[test]
fn an_empty_file_is_named() {
    for content in ["", "\n", TRADE] {
        let said = refusal(TRADE_FILE, content);
        says(
            &said,
            &[TRADE_FILE, "found no rows", "a header and at least one row"],
        );
    }
}

#[test]
fn a_bad_header_is_named_with_the_right_one() {
    for (file, allowed) in [(TRADE_FILE, TRADE), (QUOTE_FILE, QUOTE)] {
        let said = refusal(file, "time,price\n1522800000000,1\n");
        let line = format!("{file}:1: header: found 'time,price'");
        says(&said, &[&line, "allowed", allowed.trim_end()]);
    }
    // A row where the header should be.
    let said = refusal(TRADE_FILE, "1522800000000,1,1,1,1,1\n");
    says(&said, &["BTC-USD.trade.csv:1", TRADE.trim_end()]);
}

#[test]
fn a_bad_number_is_named_with_file_line_and_column() {
    let huge = "9".repeat(60);
    for bad in ["", "abc", "NaN", "inf", "-1", "0", "1,5", &huge, "0.0.1"] {
        let good = "1522800000000,1,1,1,1,1\n";
        let row = format!("1522800060000,1,1,1,{bad},1\n");
        let said = refusal(TRADE_FILE, format!("{TRADE}{good}{row}"));
        says(&said, &["BTC-USD.trade.csv:3: ", "found ", "allowed: "]);
        if !bad.contains(',') {
            says(&said, &["column close", bad]);
        }
    }
    for bad in ["yesterday", "-1", "1522800000000.5", "99999999999999999999"] {
        let said = refusal(TRADE_FILE, format!("{TRADE}{bad},1,1,1,1,1\n"));
        says(
            &said,
            &["BTC-USD.trade.csv:2: ", "column ts_open_ms", bad, "allowed"],
        );
    }
    let said = refusal(
        QUOTE_FILE,
        format!("{QUOTE}1522800000000,1,1,1,1,1,2,2,2,two,1\n"),
    );
    says(
        &said,
        &["BTC-USD.quote.csv:2: ", "column ask_close", "'two'"],
    );
}

#[test]
fn a_line_with_other_fields_or_a_contradiction_is_named() {
    for (file, header, row, words) in [
        (
            TRADE_FILE,
            TRADE,
            "1522800000000,1,1,1,1",
            &["found 5 fields", "allowed: 6"][..],
        ),
        (
            TRADE_FILE,
            TRADE,
            "1522800000000,1,1,1,2,1",
            &["column close", "found 2"],
        ),
        (
            QUOTE_FILE,
            QUOTE,
            "1522800000000,3,3,3,3,1,2,2,2,2,1",
            &["column ask_close", "at least bid_close 3"],
        ),
    ] {
        let said = refusal(file, format!("{header}{row}\n"));
        says(&said, &[&format!("{file}:2: ")]);
        says(&said, words);
    }
}

#[test]
fn time_going_backwards_is_named_with_file_and_line() {
    let row = |ts: i64| format!("{ts},1,1,1,1,1\n");
    for second in [1_522_800_000_000_i64, 1_522_799_940_000] {
        let rows = [row(1_522_799_880_000), row(1_522_800_000_000), row(second)];
        let said = refusal(TRADE_FILE, format!("{TRADE}{}", rows.concat()));
        let found = format!("found {second}");
        says(
            &said,
            &[
                "BTC-USD.trade.csv:4: ",
                "column ts_open_ms",
                &found,
                "later than 1522800000000",
            ],
        );
    }
}

#[test]
fn text_that_is_no_text_is_named() {
    let said = refusal(TRADE_FILE, b"ts_open_ms\xff\xfe");
    says(&said, &[TRADE_FILE, "cannot be read"]);
}

#[test]
fn a_symbol_without_an_instrument_is_named_with_those_there_are() {
    let said = refusal(
        "data/DOGE-USD.trade.csv",
        format!("{TRADE}1522800000000,1,1,1,1,1\n"),
    );
    says(
        &said,
        &[
            "DOGE-USD",
            "BTC-USD, ETH-USD, LTC-USD",
            "add an [[instrument]]",
        ],
    );
}

#[test]
fn a_price_with_more_digits_than_its_instrument_keeps_is_named_before_anything_is_booked() {
    let good = "1522800000000,1,1,1,1,1\n";
    let fine = "1522800060000,1,1,1,1.0000000001,1\n";
    let text = format!("{TRADE}{good}{}", fine.replace(",1,1,1,", ",1,2,1,"));
    let said = refusal(TRADE_FILE, text);
    says(&said, &["BTC-USD", "more digits"]);
}

#[test]
fn a_wrong_call_is_answered_with_what_may_be_said() {
    let place = Place::new();
    for args in [
        &["--threading", "both"][..],
        &["--ahead", "many"],
        &["--dta", "x"],
        &["--pin", "-1"],
    ] {
        let output = place.paper(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        says(&text(&output.stderr), &["error: "]);
    }
    assert_eq!(place.files().len(), 0);
}

#[test]
fn more_waiting_rows_than_memory_holds_are_refused_without_a_panic() {
    let place = Place::new();
    for rows in ["100000000000", "18446744073709551615"] {
        let output = place.paper(&["--db", ":memory:", "--ahead", rows]).output();
        let output = output.unwrap();
        let said = text(&output.stderr);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{said}");
        says(&said, &["--ahead"]);
        assert!(!said.contains("panicked"), "{said}");
    }
}
