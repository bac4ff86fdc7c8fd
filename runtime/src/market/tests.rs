//! Properties of reading a folder and of the sample.

use std::collections::BTreeSet;
use std::fs;

use truebook_core::model::{Fixed, Id, Timestamp, parse};

use super::folder::read_folder;
use super::{Level, Market, RowData, sample};

const TRADE: &str = "ts_open_ms,open,high,low,close,volume";
const QUOTE: &str = "ts_open_ms,bid_open,bid_high,bid_low,bid_close,bid_size,\
                     ask_open,ask_high,ask_low,ask_close,ask_size";

fn read(files: &[(&str, &str)]) -> Result<Market, String> {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
    }
    read_folder(dir.path()).map_err(|error| error.to_string())
}

fn fixed(text: &str) -> Fixed {
    parse("number", text).unwrap()
}

fn float(number: Fixed) -> f64 {
    number.to_string().parse().unwrap()
}

#[test]
fn rows_come_in_order_of_knowledge_then_symbol_then_quote_before_trade() {
    let trade = format!("{TRADE}\n0,1,2,1,2,3\n60000,1,2,1,2,3\n");
    let quote = format!("{QUOTE}\n0,1,1,1,1,5,2,2,2,2,6\n");
    let files = [
        ("B.trade.csv", trade.as_str()),
        ("A.trade.csv", &trade),
        ("B.quote.csv", &quote),
        ("notes.txt", "ignored"),
    ];
    let market = read(&files).unwrap();
    let order: Vec<_> = market
        .rows
        .iter()
        .map(|r| (r.ts_close.0, r.symbol, r.data.rank()))
        .collect();
    let minute = 60_000_000_000;
    let expected = [
        (minute, 0, 1),
        (minute, 1, 0),
        (minute, 1, 1),
        (2 * minute, 0, 1),
        (2 * minute, 1, 1),
    ];
    assert_eq!(order, expected);
    assert_eq!(
        market.symbols,
        ["A", "B"].map(|name| Id::new("symbol", name).unwrap())
    );
    let bid = Some(Level {
        price: fixed("1"),
        size: fixed("5"),
    });
    let ask = Some(Level {
        price: fixed("2"),
        size: fixed("6"),
    });
    assert_eq!(market.rows[1].data, RowData::Quote { bid, ask });
}

#[test]
fn an_empty_group_is_a_missing_side() {
    let quote = format!("{QUOTE}\n0,,,,,,2,2,2,2,6\n1,1,1,1,1,5,,,,,\n");
    let market = read(&[("A.quote.csv", &quote)]).unwrap();
    assert!(matches!(
        market.rows[0].data,
        RowData::Quote {
            bid: None,
            ask: Some(_)
        }
    ));
    assert!(matches!(
        market.rows[1].data,
        RowData::Quote {
            bid: Some(_),
            ask: None
        }
    ));
}

#[test]
fn crlf_and_a_missing_final_newline_change_nothing() {
    let unix = format!("{TRADE}\n0,1,2,1,2,3\n60000,1,2,1,2,3\n");
    let windows = unix.trim_end().replace('\n', "\r\n");
    assert_eq!(
        read(&[("A.trade.csv", &unix)]),
        read(&[("A.trade.csv", &windows)])
    );
}

#[test]
fn a_bad_line_is_named_by_its_number_even_after_blank_lines_and_with_crlf() {
    for end in ["\n", "\r\n"] {
        let text = [TRADE, "0,1,2,1,2,3", "", "60000,1,2,1,2,x", ""].join(end);
        let error = read(&[("A.trade.csv", &text)]).unwrap_err();
        assert!(
            error.contains("A.trade.csv:4: column volume: found 'x'"),
            "{error}"
        );
    }
}

#[test]
fn every_bad_trade_line_says_what_was_found_and_what_is_allowed() {
    for (line, words) in [
        ("0,1,2,1,2", "found 5 fields, allowed: 6"),
        ("0,1,2,1,2,3,4", "found 7 fields, allowed: 6"),
        (
            "x,1,2,1,2,3",
            "column ts_open_ms: found 'x', allowed: whole milliseconds",
        ),
        ("-1,1,2,1,2,3", "column ts_open_ms: found '-1'"),
        (
            "0,NaN,2,1,2,3",
            "column open: found 'NaN', allowed: a decimal number",
        ),
        (
            "0,1,2,1,0.0000000000001,3",
            "column close: found '0.0000000000001'",
        ),
        (
            "0,1,2,0,2,3",
            "column low: found '0', allowed: a price above 0",
        ),
        (
            "0,1,2,1,-2,3",
            "column close: found '-2', allowed: a price above 0",
        ),
        (
            "0,1,1,2,1,3",
            "column high: found 1, allowed: from the bar's low 2",
        ),
        (
            "0,1,2,1,3,3",
            "column close: found 3, allowed: from the bar's low 1 to its high 2",
        ),
        ("0,3,2,1,2,3", "column open: found 3"),
        (
            "0,1,2,1,2,-3",
            "column volume: found '-3', allowed: a size of 0 or more",
        ),
    ] {
        let text = format!("{TRADE}\n{line}\n");
        let error = read(&[("A.trade.csv", &text)]).unwrap_err();
        assert!(
            error.contains(words) && error.contains("A.trade.csv:2: "),
            "{line}: {error}"
        );
    }
}

#[test]
fn a_crossed_or_half_empty_quote_is_refused() {
    for (line, words) in [
        (
            "0,3,3,3,3,5,2,2,2,2,6",
            "column ask_close: found 2, allowed: at least bid_close 3",
        ),
        ("0,3,3,3,,5,4,4,4,4,6", "column bid_close: found ''"),
    ] {
        let error = read(&[("A.quote.csv", &format!("{QUOTE}\n{line}"))]).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn time_only_goes_forward() {
    for second in [0, 60_000] {
        let text = format!("{TRADE}\n60000,1,2,1,2,3\n{second},1,2,1,2,3\n");
        let error = read(&[("A.trade.csv", &text)]).unwrap_err();
        assert!(
            error.contains(&format!("found {second}, allowed: later than 60000")),
            "{error}"
        );
    }
}

#[test]
fn a_folder_or_file_without_data_is_named() {
    assert!(read(&[]).unwrap_err().contains("found no data file"));
    assert!(
        read(&[("A.trade.csv", "")])
            .unwrap_err()
            .contains("found no rows")
    );
    assert!(
        read(&[("A.trade.csv", TRADE)])
            .unwrap_err()
            .contains("found no rows")
    );
    assert!(
        read(&[("A.trade.csv", QUOTE)])
            .unwrap_err()
            .contains("A.trade.csv:1: header")
    );
    assert!(
        read(&[(".trade.csv", TRADE)])
            .unwrap_err()
            .contains("symbol")
    );
    let dir = tempfile::tempdir().unwrap();
    let missing = read_folder(&dir.path().join("none")).unwrap_err();
    assert!(missing.to_string().contains("found no folder"));
    fs::create_dir(dir.path().join("A.trade.csv")).unwrap();
    let unreadable = read_folder(dir.path()).unwrap_err();
    assert!(unreadable.to_string().contains("cannot be read"));
    fs::remove_dir(dir.path().join("A.trade.csv")).unwrap();
    fs::write(dir.path().join("A.trade.csv"), [0xff, 0xfe]).unwrap();
    assert!(
        read_folder(dir.path())
            .unwrap_err()
            .to_string()
            .contains("cannot be read")
    );
}

#[test]
fn the_hash_covers_exactly_the_prefix() {
    let market = sample();
    let mut changed = market.clone();
    changed.rows[10].ts_close = Timestamp(0);
    assert_eq!(market.hash_of_prefix(10), changed.hash_of_prefix(10));
    assert_ne!(market.hash_of_prefix(11), changed.hash_of_prefix(11));
    assert_ne!(market.hash_of_prefix(10), market.hash_of_prefix(11));
    assert_eq!(
        market.hash_of_prefix(usize::MAX),
        market.hash_of_prefix(market.rows.len())
    );
}

/// Per symbol: the minute, and the close of each trade bar.
fn closes(market: &Market, symbol: u16) -> Vec<(i64, f64)> {
    let rows = market.rows.iter().filter(|row| row.symbol == symbol);
    rows.filter_map(|row| match row.data {
        RowData::Trade { close, .. } => Some((row.ts_close.0 / market.bar_ns, float(close))),
        RowData::Quote { .. } => None,
    })
    .collect()
}

#[test]
fn the_sample_misses_other_minutes_of_each_symbol() {
    let market = sample();
    let minutes = |symbol| -> BTreeSet<i64> {
        closes(&market, symbol)
            .iter()
            .map(|(minute, _)| *minute)
            .collect()
    };
    let (btc, eth, ltc) = (minutes(0), minutes(1), minutes(2));
    assert!(btc != eth && eth != ltc && btc != ltc);
    for present in [btc, eth, ltc] {
        assert!((1_350..1_440).contains(&present.len()), "{}", present.len());
    }
}

#[test]
fn the_sample_has_exactly_one_spike_and_returns_on_the_next_row() {
    let market = sample();
    let mut outliers = Vec::new();
    for symbol in 0..3 {
        for pair in closes(&market, symbol).windows(2) {
            let change = pair[1].1 / pair[0].1 - 1.0;
            if change.abs() > 0.02 {
                outliers.push((symbol, change > 0.0));
            }
        }
    }
    assert_eq!(outliers, [(1, true), (1, false)]);
}

#[test]
fn the_sample_makes_both_built_in_strategies_trade() {
    let market = sample();
    for symbol in 0..3 {
        let (mut fast, mut slow, mut above, mut crossings) = (0.0, 0.0, false, 0);
        for (place, (_, close)) in closes(&market, symbol).into_iter().enumerate() {
            let weight = |bars: f64| if place == 0 { 1.0 } else { 2.0 / (bars + 1.0) };
            fast += (close - fast) * weight(12.0);
            slow += (close - slow) * weight(26.0);
            crossings += i32::from(place > 26 && (fast > slow) != above);
            above = fast > slow;
        }
        assert!(crossings >= 8, "{symbol}: {crossings}");
    }
    let eth: std::collections::BTreeMap<_, _> = closes(&market, 1).into_iter().collect();
    let ltc: std::collections::BTreeMap<_, _> = closes(&market, 2).into_iter().collect();
    let both = eth
        .iter()
        .filter_map(|(minute, a)| Some((a / ltc.get(minute)?).ln()));
    let ratios: Vec<f64> = both.collect();
    let (mut held, mut opened, mut closed) = (false, 0, 0);
    for window in ratios.windows(60) {
        let mean = window.iter().sum::<f64>() / 60.0;
        let variance = window.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 60.0;
        let score = (window[59] - mean) / variance.sqrt();
        opened += i32::from(!held && score.abs() > 2.0);
        closed += i32::from(held && score.abs() < 0.5);
        held = (held || score.abs() > 2.0) && score.abs() >= 0.5;
    }
    assert!(
        opened >= 5 && closed >= 5,
        "{opened} opened, {closed} closed"
    );
}

#[test]
fn the_sample_survives_being_written_and_read() {
    let market = sample();
    let dir = tempfile::tempdir().unwrap();
    for (symbol, name) in market.symbols.iter().enumerate() {
        let (mut trades, mut quotes) = (format!("{TRADE}\n"), format!("{QUOTE}\n"));
        for row in market
            .rows
            .iter()
            .filter(|row| usize::from(row.symbol) == symbol)
        {
            let open_ms = row.ts_close.0 / 1_000_000 - 60_000;
            match &row.data {
                RowData::Trade {
                    open,
                    high,
                    low,
                    close,
                    volume,
                } => trades.push_str(&format!("{open_ms},{open},{high},{low},{close},{volume}\n")),
                RowData::Quote { bid, ask } => {
                    let side = |level: &Option<Level>| {
                        let Level { price, size } = level.unwrap();
                        format!("{price},{price},{price},{price},{size}")
                    };
                    quotes.push_str(&format!("{open_ms},{},{}\n", side(bid), side(ask)));
                }
            }
        }
        fs::write(dir.path().join(format!("{name}.trade.csv")), trades).unwrap();
        fs::write(dir.path().join(format!("{name}.quote.csv")), quotes).unwrap();
    }
    let mut read = read_folder(dir.path()).unwrap();
    assert!(read.rows.iter().all(|row| row.line >= 2));
    read.rows.iter_mut().for_each(|row| row.line = 0);
    assert!(read == market, "another market was read");
}
