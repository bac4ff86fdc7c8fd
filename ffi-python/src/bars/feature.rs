//! `truebook.features`: features of bars as columns of floats.

use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use truebook::bars::Stamp;
use truebook::bars::feature::{
    Atr, Bollinger, Change, ChangeKind, Deviation, Ema, EmaSeed, FloatBar, Rsi, Sma, Span,
    Volatility, Vwap, ZScore,
};
use truebook::{Frame, Values};

use super::column::Rows;
use super::series::{Clock, Wanted, narrow};
use crate::argument::{flag, maybe_text};
use crate::error::exception;
use crate::number::whole;
use crate::table::Table;

type Any<'a, 'py> = &'a Bound<'py, PyAny>;
type Column = (String, Values);

const SPANS: &str = "a number of bars from 1 to 1000000, or a list of at most 64 of them";
const SPANS_MAX: usize = 64;

/// Compute features of bars of one symbol, each a column of floats: see `docs/bars.md`.
///
/// `bars` is a table of any library or a mapping of columns, in the order of time: `close`; `high`
/// and `low` for `atr` and `vwap`, `volume` for `vwap`; and their times, `ts_close` or `ts`, in
/// nanoseconds since the epoch or timestamps. Of a table of several symbols or timeframes the rows
/// of `symbol` and `timeframe` are taken.
///
/// Each feature is asked for by the number of bars that it looks back, or a list of several: `sma`
/// and `ema` are averages of closes, `rsi` is 0 to 100, `atr` the average true range, `bollinger`
/// three columns, the mean of closes and `bollinger_width` deviations of a population around it,
/// `vwap` the price weighted by volume, `volatility` the deviation of log returns as of a sample,
/// `z_score` how many such deviations the close is from its mean; `log_return=True` is the log of
/// the close over the one before. The table has `ts` and a column for each, such as `sma_20` and
/// `bollinger_upper_20`: None while it is warming up and where its formula has no number. A price
/// that is absent is passed over. Raises InvalidValue for a column, a value or a number of bars.
///
/// >>> import truebook
/// >>> made = truebook.features({"ts": [1, 2, 3], "close": [1.0, 2.0, 6.0]}, sma=2, ema=[1, 2])
/// >>> made.columns, made["sma_2"]
/// (['ts', 'sma_2', 'ema_1', 'ema_2'], [None, 1.5, 4.0])
#[pyfunction]
#[pyo3(signature = (bars, *, sma=None, ema=None, rsi=None, atr=None, bollinger=None,
                    bollinger_width=None, vwap=None, volatility=None, z_score=None,
                    log_return=false, symbol=None, timeframe=None),
       text_signature = "(bars, *, sma=None, ema=None, rsi=None, atr=None, bollinger=None, \
                         bollinger_width=2.0, vwap=None, volatility=None, z_score=None, \
                         log_return=False, symbol=None, timeframe=None)")]
pub(crate) fn features(
    py: Python<'_>,
    bars: Any<'_, '_>,
    sma: Option<Any<'_, '_>>,
    ema: Option<Any<'_, '_>>,
    rsi: Option<Any<'_, '_>>,
    atr: Option<Any<'_, '_>>,
    bollinger: Option<Any<'_, '_>>,
    bollinger_width: Option<Any<'_, '_>>,
    vwap: Option<Any<'_, '_>>,
    volatility: Option<Any<'_, '_>>,
    z_score: Option<Any<'_, '_>>,
    #[pyo3(from_py_with = flag)] log_return: bool,
    #[pyo3(from_py_with = maybe_text)] symbol: Option<&str>,
    #[pyo3(from_py_with = maybe_text)] timeframe: Option<&str>,
) -> PyResult<Table> {
    let wanted = Request {
        sma: spans("sma", sma)?,
        ema: spans("ema", ema)?,
        rsi: spans("rsi", rsi)?,
        atr: spans("atr", atr)?,
        bollinger: spans("bollinger", bollinger)?,
        width: width(bollinger_width)?,
        vwap: spans("vwap", vwap)?,
        volatility: spans("volatility", volatility)?,
        z_score: spans("z_score", z_score)?,
        log_return,
    };
    let mut rows = Rows::open("bars", bars)?;
    narrow(py, &mut rows, Wanted { symbol, timeframe })?;
    let times = times(&mut rows)?;
    let prices = Prices {
        close: rows.floats("close")?,
        ranges: match wanted.atr.is_empty() && wanted.vwap.is_empty() {
            true => None,
            false => Some((rows.floats("high")?, rows.floats("low")?)),
        },
        volume: match wanted.vwap.is_empty() {
            true => None,
            false => Some(rows.floats("volume")?),
        },
    };
    let mut columns = vec![("ts".to_owned(), Values::Time(times))];
    columns.extend(py.detach(|| wanted.columns(&prices)));
    Ok(Table::new(Frame { columns }, true))
}

/// The time of each bar.
pub(super) fn times(rows: &mut Rows<'_>) -> PyResult<Vec<Option<i64>>> {
    let clock = Clock {
        stamp: Stamp::Close,
        timeframe: None,
    };
    Ok(clock.closes(rows)?.into_iter().map(Some).collect())
}

struct Request {
    sma: Vec<Span>,
    ema: Vec<Span>,
    rsi: Vec<Span>,
    atr: Vec<Span>,
    bollinger: Vec<Span>,
    width: f64,
    vwap: Vec<Span>,
    volatility: Vec<Span>,
    z_score: Vec<Span>,
    log_return: bool,
}

struct Prices {
    close: Vec<f64>,
    ranges: Option<(Vec<f64>, Vec<f64>)>,
    volume: Option<Vec<f64>>,
}

impl Prices {
    fn bars(&self) -> impl Iterator<Item = FloatBar> {
        let at = |column: Option<&Vec<f64>>, row: usize| {
            column
                .and_then(|values| values.get(row))
                .copied()
                .unwrap_or(f64::NAN)
        };
        let ranges = self.ranges.as_ref();
        self.close
            .iter()
            .enumerate()
            .map(move |(row, close)| FloatBar {
                open: *close,
                high: at(ranges.map(|(high, _)| high), row),
                low: at(ranges.map(|(_, low)| low), row),
                close: *close,
                volume: at(self.volume.as_ref(), row),
            })
    }
}

impl Request {
    fn columns(&self, prices: &Prices) -> Vec<Column> {
        let mut made = Vec::new();
        let closes = || prices.close.iter().copied();
        for span in &self.sma {
            let mut of = Sma::new(*span);
            made.push(column("sma", *span, closes().map(|close| of.push(close))));
        }
        for span in &self.ema {
            let mut of = Ema::new(*span, EmaSeed::Average);
            made.push(column("ema", *span, closes().map(|close| of.push(close))));
        }
        for span in &self.rsi {
            let mut of = Rsi::new(*span);
            made.push(column("rsi", *span, closes().map(|close| of.push(close))));
        }
        for span in &self.atr {
            let mut of = Atr::new(*span);
            made.push(column("atr", *span, prices.bars().map(|bar| of.push(&bar))));
        }
        for span in &self.bollinger {
            made.extend(self.bands(*span, closes()));
        }
        for span in &self.vwap {
            let mut of = Vwap::rolling(*span);
            made.push(column(
                "vwap",
                *span,
                prices.bars().map(|bar| of.push(&bar)),
            ));
        }
        for span in &self.volatility {
            let mut of = Volatility::new(*span);
            made.push(column(
                "volatility",
                *span,
                closes().map(|close| of.push(close)),
            ));
        }
        for span in &self.z_score {
            let mut of = ZScore::new(*span, Deviation::Sample);
            made.push(column(
                "z_score",
                *span,
                closes().map(|close| of.push(close)),
            ));
        }
        if self.log_return {
            let mut of = Change::new(ChangeKind::Log);
            let values = closes().map(|close| of.push(close)).collect();
            made.push(("log_return".to_owned(), Values::Ratio(values)));
        }
        made
    }

    fn bands(&self, span: Span, closes: impl Iterator<Item = f64>) -> [Column; 3] {
        let mut of = Bollinger::new(span, self.width);
        let bands: Vec<_> = closes.map(|close| of.push(close)).collect();
        [
            column(
                "bollinger_lower",
                span,
                bands.iter().map(|it| it.map(|it| it.lower)),
            ),
            column(
                "bollinger_middle",
                span,
                bands.iter().map(|it| it.map(|it| it.middle)),
            ),
            column(
                "bollinger_upper",
                span,
                bands.iter().map(|it| it.map(|it| it.upper)),
            ),
        ]
    }
}

fn column(name: &str, span: Span, values: impl Iterator<Item = Option<f64>>) -> Column {
    let name = format!("{name}_{}", span.values());
    (name, Values::Ratio(values.collect()))
}

/// The spans for the parameter `what`: one, several, or none.
fn spans(what: &str, value: Option<Any<'_, '_>>) -> PyResult<Vec<Span>> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    let is_several = value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>();
    if !is_several {
        return Ok(vec![span(what, value)?]);
    }
    let mut found: Vec<Span> = Vec::new();
    for each in value.try_iter()? {
        let next = span(what, &each?)?;
        if found.contains(&next) {
            let text = format!("{what}: found {} twice, allowed: {SPANS}", next.values());
            return Err(exception(value.py(), "InvalidValue", text));
        }
        found.push(next);
        if found.len() > SPANS_MAX {
            let text = format!("{what}: found more than {SPANS_MAX}, allowed: {SPANS}");
            return Err(exception(value.py(), "InvalidValue", text));
        }
    }
    Ok(found)
}

/// One span for the parameter `what`.
pub(super) fn span(what: &str, value: Any<'_, '_>) -> PyResult<Span> {
    let bars: u32 = whole(what, value, SPANS)?;
    Span::new(bars).map_err(|_| {
        let text = format!("{what}: found {bars}, allowed: {SPANS}");
        exception(value.py(), "InvalidValue", text)
    })
}

fn width(value: Option<Any<'_, '_>>) -> PyResult<f64> {
    let Some(value) = value else {
        return Ok(2.0);
    };
    let number = crate::arrow::nearest(crate::number::exact("bollinger_width", value)?);
    if number > 0.0 && number <= 1e6 {
        return Ok(number);
    }
    let text = format!("bollinger_width: found {number}, allowed: above 0, at most 1000000");
    Err(exception(value.py(), "InvalidValue", text))
}
