//! Bars as columns: which times and prices they have, and of whose rows.
//!
//! 1. A table of several symbols or timeframes gives one series only: the one that is named.
//! 2. A time is that of the close, or is made that by the timeframe.

use pyo3::prelude::*;
use truebook::bars::{Bar, Stamp, Timeframe};
use truebook::model::{InstrumentId, Timestamp};

use super::column::{Rows, Scale};
use crate::choice::unknown;
use crate::error::exception;

/// The digits of prices and quantities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digits {
    pub(crate) price: u8,
    pub(crate) qty: u8,
}

impl Digits {
    pub(crate) fn price_scale(self) -> Scale {
        Scale {
            what: "price_scale",
            digits: self.price,
        }
    }

    pub(crate) fn qty_scale(self) -> Scale {
        Scale {
            what: "qty_scale",
            digits: self.qty,
        }
    }
}

/// Which rows of a table are meant.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wanted<'a> {
    pub(crate) symbol: Option<&'a str>,
    pub(crate) timeframe: Option<&'a str>,
}

/// Keeps of `rows` those that are `wanted`: of one symbol, and of one timeframe.
pub(crate) fn narrow(py: Python<'_>, rows: &mut Rows<'_>, wanted: Wanted<'_>) -> PyResult<()> {
    let symbols = one_of(py, rows, ("symbol", wanted.symbol))?;
    let timeframes = one_of(py, rows, ("timeframe", wanted.timeframe))?;
    let kept = match (symbols, timeframes) {
        (Some(a), Some(b)) => a.into_iter().filter(|row| b.contains_row(*row)).collect(),
        (Some(kept), None) | (None, Some(kept)) => kept,
        (None, None) => return Ok(()),
    };
    rows.keep(kept);
    Ok(())
}

trait Sorted {
    fn contains_row(&self, row: usize) -> bool;
}

impl Sorted for Vec<usize> {
    fn contains_row(&self, row: usize) -> bool {
        self.binary_search(&row).is_ok()
    }
}

/// The rows whose word in the column `name` is `wanted`; `None` for all of them.
fn one_of(
    py: Python<'_>,
    rows: &mut Rows<'_>,
    (name, wanted): (&str, Option<&str>),
) -> PyResult<Option<Vec<usize>>> {
    let Some(words) = rows.texts(name)? else {
        return Ok(None);
    };
    if let Some(wanted) = wanted {
        let is_meant = |word: &Option<String>| word.as_deref().is_some_and(|it| same(it, wanted));
        let numbered = words.iter().enumerate();
        let kept = numbered
            .filter(|(_, word)| is_meant(word))
            .map(|(row, _)| row);
        let kept: Vec<usize> = kept.collect();
        if let (true, Some(Some(other))) = (kept.is_empty(), words.first()) {
            return Err(unknown(
                py,
                name,
                other,
                &format!("rows of '{wanted}' among them"),
            ));
        }
        return Ok(Some(kept));
    }
    let other = words.iter().find(|word| Some(*word) != words.first());
    match (words.first().cloned().flatten(), other.cloned().flatten()) {
        (Some(one), Some(other)) => {
            let found = format!("{one}' and '{other}");
            let allowed = format!("rows of one {name}, or {name}= one of them");
            Err(unknown(py, name, &found, &allowed))
        }
        (None, _) | (_, None) => Ok(None),
    }
}

/// Whether two words mean one symbol or one timeframe.
fn same(one: &str, other: &str) -> bool {
    let length = |text: &str| text.parse::<Timeframe>().ok();
    one == other || length(one).is_some_and(|found| Some(found) == length(other))
}

/// How the times of bars are written.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    /// Which end of a bar `ts` is.
    pub(crate) stamp: Stamp,
    /// How long a bar is, where that is known.
    pub(crate) timeframe: Option<Timeframe>,
}

impl Clock {
    /// When each bar of `rows` closed: its `ts_close`, or what its `ts` or `ts_open` say.
    pub(crate) fn closes(self, rows: &mut Rows<'_>) -> PyResult<Vec<i64>> {
        if let Some(closes) = rows.times("ts_close")? {
            return Ok(closes);
        }
        let (found, stamp) = match rows.times("ts")? {
            Some(found) => (Some(found), self.stamp),
            None => (rows.times("ts_open")?, Stamp::Open),
        };
        let found = found.ok_or_else(|| rows.lacks("'ts_close', 'ts' or 'ts_open' among them"))?;
        match (stamp, self.timeframe) {
            (Stamp::Close, _) => Ok(found),
            (Stamp::Open, Some(timeframe)) => Ok(found
                .into_iter()
                .map(|ts| stamp.ts_close(Timestamp(ts), timeframe).0)
                .collect()),
            (Stamp::Open, None) => Err(rows.lacks("'ts_close', since the timeframe is not known")),
        }
    }
}

/// The bars of `rows`, in their order.
pub(crate) fn bars(rows: &mut Rows<'_>, clock: Clock, digits: Digits) -> PyResult<Vec<Bar>> {
    let closes = clock.closes(rows)?;
    let price = digits.price_scale();
    let (open, high) = (rows.prices("open", price)?, rows.prices("high", price)?);
    let (low, close) = (rows.prices("low", price)?, rows.prices("close", price)?);
    let volume = rows.scaled("volume", digits.qty_scale())?;
    let prices = open.into_iter().zip(high).zip(low.into_iter().zip(close));
    let each = closes.into_iter().zip(prices.zip(volume));
    Ok(each
        .map(|(ts_close, (((open, high), (low, close)), volume))| Bar {
            instrument: InstrumentId(0),
            ts_close: Timestamp(ts_close),
            open,
            high,
            low,
            close,
            volume,
        })
        .collect())
}

/// Digits after the point, for the parameter `what`.
pub(crate) fn digit_count(what: &str, value: &Bound<'_, PyAny>) -> PyResult<u8> {
    let allowed = "a whole number from 0 to 18";
    let found: u8 = crate::number::whole(what, value, allowed)?;
    match found <= 18 {
        true => Ok(found),
        false => {
            let text = format!("{what}: found {found}, allowed: {allowed}");
            Err(exception(value.py(), "InvalidValue", text))
        }
    }
}
