//! Made-up market data as CSV: prices that turn often, so that both strategies trade all the time.

use std::fmt::Write;

use crate::place::Place;

pub(crate) const TRADE: &str = "ts_open_ms,open,high,low,close,volume\n";
pub(crate) const QUOTE: &str = "ts_open_ms,bid_open,bid_high,bid_low,bid_close,bid_size,\
                                ask_open,ask_high,ask_low,ask_close,ask_size\n";

/// Minutes that keep a run busy long enough to be stopped in the middle.
pub(crate) const LONG: i64 = 20_000;
/// 2024-01-01T00:00Z, in milliseconds.
const START_MS: i64 = 1_704_067_200_000;
/// How long prices take to rise and fall again, in minutes.
const WAVE: i64 = 40;
/// Symbols and where their prices begin, in cents.
const SYMBOLS: [(&str, i64); 3] = [
    ("BTC-USD", 4_000_000),
    ("ETH-USD", 200_000),
    ("LTC-USD", 10_000),
];

/// Writes trade and quote files of three symbols into `folder` and gives the number of rows.
pub(crate) fn write_folder(place: &Place, folder: &str, minutes: i64) -> u64 {
    let mut rows = 0;
    for (index, (symbol, base)) in SYMBOLS.into_iter().enumerate() {
        let (mut trades, mut quotes) = (TRADE.to_owned(), QUOTE.to_owned());
        let mut open = close(symbol, base, 0);
        for minute in 0..minutes {
            let now = close(symbol, base, minute);
            // Each symbol misses other minutes, as real data does.
            if (minute * 7 + i64::try_from(index).unwrap() * 13) % 50 == 49 {
                continue;
            }
            line(&mut trades, &mut quotes, minute, (open, now));
            open = now;
            rows += 2;
        }
        place.write(&format!("{folder}/{symbol}.trade.csv"), trades);
        place.write(&format!("{folder}/{symbol}.quote.csv"), quotes);
    }
    rows
}

/// The price at the end of `minute`, in cents: a triangle, and a short jump of one leg of the pair.
fn close(symbol: &str, base: i64, minute: i64) -> i64 {
    let phase = minute % WAVE;
    let height = phase.min(WAVE - phase);
    let jump = if symbol == "LTC-USD" && minute % 70 < 3 {
        base / 50
    } else {
        0
    };
    base + base * height / 1_000 + jump
}

fn line(trades: &mut String, quotes: &mut String, minute: i64, (open, close): (i64, i64)) {
    let ts = START_MS + minute * 60_000;
    let (high, low) = (cents(open.max(close)), cents(open.min(close)));
    let (bid, ask) = (cents(close - 1), cents(close + 1));
    let (open, close) = (cents(open), cents(close));
    writeln!(trades, "{ts},{open},{high},{low},{close},1.5").unwrap();
    writeln!(
        quotes,
        "{ts},{bid},{bid},{bid},{bid},2,{ask},{ask},{ask},{ask},3"
    )
    .unwrap();
}

fn cents(amount: i64) -> String {
    format!("{}.{:02}", amount / 100, amount % 100)
}
