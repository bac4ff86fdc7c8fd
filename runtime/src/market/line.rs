//! The fields of one line of market data as checked numbers.

use truebook_core::model::{Fixed, parse};

use super::error::LineFault;
use super::{Level, RowData};

/// The header of a trade file.
pub(super) const TRADE_HEADER: &str = "ts_open_ms,open,high,low,close,volume";
/// The header of a quote file.
pub(super) const QUOTE_HEADER: &str = "ts_open_ms,bid_open,bid_high,bid_low,bid_close,bid_size,\
                                       ask_open,ask_high,ask_low,ask_close,ask_size";

/// The last open time whose close fits a timestamp, in milliseconds (the year 2262).
const TIME_MS_MAX: i64 = 9_223_372_000_000;

/// Digits after the point of a price or size.
const DIGITS_MAX: u8 = 12;

const NUMBER: &str = "a decimal number of at most 28 digits, 12 of them after the point";
const PRICE: &str = "a price above 0";
const SIZE: &str = "a size of 0 or more";
const TIME: &str = "whole milliseconds since 1970-01-01T00:00Z, at most 9223372000000";

/// The names of a bar's four prices and its size, in the order of their columns.
struct Columns {
    open: &'static str,
    high: &'static str,
    low: &'static str,
    close: &'static str,
    size: &'static str,
}

const TRADE: Columns = Columns {
    open: "open",
    high: "high",
    low: "low",
    close: "close",
    size: "volume",
};
const BID: Columns = Columns {
    open: "bid_open",
    high: "bid_high",
    low: "bid_low",
    close: "bid_close",
    size: "bid_size",
};
const ASK: Columns = Columns {
    open: "ask_open",
    high: "ask_high",
    low: "ask_low",
    close: "ask_close",
    size: "ask_size",
};

/// Four prices that agree with each other, and a size.
struct Bar {
    open: Fixed,
    high: Fixed,
    low: Fixed,
    close: Fixed,
    size: Fixed,
}

/// The first field: when the bar opened, in milliseconds.
pub(super) fn read_time(fields: &[&str]) -> Result<i64, LineFault> {
    let text = fields.first().copied().unwrap_or_default();
    let parsed = text.parse::<i64>().ok();
    let allowed = |time: &i64| (0..=TIME_MS_MAX).contains(time);
    parsed
        .filter(allowed)
        .ok_or_else(|| bad_number("ts_open_ms", text, TIME))
}

/// The fields of a trade line, its time apart.
pub(super) fn read_trade(fields: &[&str]) -> Result<RowData, LineFault> {
    let bar = read_bar(fields.get(1..).unwrap_or_default(), &TRADE)?;
    Ok(RowData::Trade {
        open: bar.open,
        high: bar.high,
        low: bar.low,
        close: bar.close,
        volume: bar.size,
    })
}

/// The fields of a quote line, its time apart.
pub(super) fn read_quote(fields: &[&str]) -> Result<RowData, LineFault> {
    let bid = read_side(fields.get(1..6).unwrap_or_default(), &BID)?;
    let ask = read_side(fields.get(6..).unwrap_or_default(), &ASK)?;
    if let (Some(bid), Some(ask)) = (bid, ask)
        && comparable(ask.price) < comparable(bid.price)
    {
        return Err(LineFault::Crossed {
            bid: bid.price.to_string(),
            ask: ask.price.to_string(),
        });
    }
    Ok(RowData::Quote { bid, ask })
}

/// One side of a quote; `None` when all of its fields are empty.
fn read_side(fields: &[&str], columns: &Columns) -> Result<Option<Level>, LineFault> {
    if fields.iter().all(|field| field.is_empty()) {
        return Ok(None);
    }
    let bar = read_bar(fields, columns)?;
    Ok(Some(Level {
        price: bar.close,
        size: bar.size,
    }))
}

fn read_bar(fields: &[&str], columns: &Columns) -> Result<Bar, LineFault> {
    let text = |place: usize| fields.get(place).copied().unwrap_or_default();
    let bar = Bar {
        open: read_price(text(0), columns.open)?,
        high: read_price(text(1), columns.high)?,
        low: read_price(text(2), columns.low)?,
        close: read_price(text(3), columns.close)?,
        size: read_size(text(4), columns.size)?,
    };
    let (low, high) = (comparable(bar.low), comparable(bar.high));
    let checks = [
        (columns.high, bar.high, low <= high),
        (
            columns.open,
            bar.open,
            (low..=high).contains(&comparable(bar.open)),
        ),
        (
            columns.close,
            bar.close,
            (low..=high).contains(&comparable(bar.close)),
        ),
    ];
    for (column, found, holds) in checks {
        if !holds {
            return Err(LineFault::BadRange {
                column,
                found: found.to_string(),
                low: bar.low.to_string(),
                high: bar.high.to_string(),
            });
        }
    }
    Ok(bar)
}

fn read_price(text: &str, column: &'static str) -> Result<Fixed, LineFault> {
    let number = read_number(text, column)?;
    if number.raw > 0 {
        return Ok(number);
    }
    Err(bad_number(column, text, PRICE))
}

fn read_size(text: &str, column: &'static str) -> Result<Fixed, LineFault> {
    let number = read_number(text, column)?;
    if number.raw >= 0 {
        return Ok(number);
    }
    Err(bad_number(column, text, SIZE))
}

fn read_number(text: &str, column: &'static str) -> Result<Fixed, LineFault> {
    let number = parse(column, text).ok();
    let number = number.filter(|number| comparable(*number).is_some());
    number.ok_or_else(|| bad_number(column, text, NUMBER))
}

/// The number as an integer at the scale at which numbers are compared; `None` is refused above.
fn comparable(number: Fixed) -> Option<i128> {
    number.exactly_at(DIGITS_MAX)
}

fn bad_number(column: &'static str, text: &str, allowed: &'static str) -> LineFault {
    let found = text.chars().take(64).collect();
    LineFault::BadNumber {
        column,
        found,
        allowed,
    }
}
