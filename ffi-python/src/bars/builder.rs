//! `truebook.bars`: bars of trades, quotes, prices or smaller bars, as a table.
//!
//! 1. Rows are in the order of time, as far as bars are: one that comes after its bar is refused,
//!    and nothing is made.

use pyo3::prelude::*;
use truebook::bars::{
    Aggregator, AggregatorOptions, BuiltBar, Completeness, EmptyPeriods, Print, PrintOutcome,
    QuotePrice, QuotePrint, Resampler, ResamplerOptions, Stamp, Timeframe,
};
use truebook::model::{Fixed, InstrumentId, InvalidValue, Timestamp};
use truebook::{Frame, Values};

use super::column::Rows;
use super::series::{Clock, Digits, Wanted, bars as series, digit_count, narrow};
use super::spec::{rule_of, session_of};
use crate::argument::{flag, maybe_text, text};
use crate::choice::{choose, one_of};
use crate::error::{exception, raise};
use crate::number::{time, whole};
use crate::table::Table;

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Trades,
    Quotes,
    Prices,
    Bars,
}

const KINDS: [(&str, Kind); 4] = [
    ("trades", Kind::Trades),
    ("quotes", Kind::Quotes),
    ("prices", Kind::Prices),
    ("bars", Kind::Bars),
];
/// How many empty bars there are in a row at most; in all, ten times as many.
const EMPTY_MAX: u32 = 1_000_000;
const QUOTES: [(&str, QuotePrice); 3] = [
    ("mid", QuotePrice::Mid),
    ("bid", QuotePrice::Bid),
    ("ask", QuotePrice::Ask),
];

/// Make bars of the rows of a table, all of one symbol: see `docs/bars.md`.
///
/// `kind` says what the rows are and so which columns they need: "trades" `ts`, `price`, `qty`;
/// "quotes" `ts`, `bid`, `ask`, of which `quote` is taken, "mid", "bid" or "ask"; "prices" `ts`,
/// `price`; "bars" `ts_close`, or `ts` with `stamp="close"` or "open" which end of the bar it is,
/// `open`, `high`, `low`, `close`, `volume`, and with `of` how long they are, "1m". Times are in
/// nanoseconds since the epoch or timestamps, in order.
///
/// `rule` says when a bar is full: "5m" at the end of its period (s, m, h, d), ("ticks", 100) after
/// so many rows, ("volume", "10.5") or ("value", 1000000) once so much was traded or paid.
/// `session=("13:30", "20:00")` is when the market trades, in UTC: periods are counted from its
/// begin and end with it, and what is outside is in no bar. `empty` is how many periods in a row in
/// which nothing traded have a bar, too. With `since` and `until` the rows are all that happened
/// between these times; else the first and the last bar of a time may be partial.
///
/// The table has `ts_open`, `ts_close`, `open`, `high`, `low`, `close`, `volume`, `parts` (how many
/// rows are in it) and `completeness`: "complete", "partial" or "empty"; with `floats` its decimals
/// are floats. Raises InvalidValue for a column, a value, a row that comes after its bar, a rule.
///
/// >>> import truebook
/// >>> trades = {"ts": [0, 30_000_000_000, 60_000_000_000], "price": [5, 7, 6], "qty": [1, 2, 3]}
/// >>> made = truebook.bars(trades, "1m")
/// >>> [str(high) for high in made["high"]], made["completeness"]
/// (['7', '6'], ['complete', 'partial'])
#[pyfunction]
#[pyo3(signature = (data, rule, *, kind="trades", stamp="close", of=None, quote="mid", symbol=None,
                    session=None, empty=None, since=None, until=None, price_scale=None,
                    qty_scale=None, floats=false),
       text_signature = "(data, rule, *, kind='trades', stamp='close', of=None, quote='mid', \
                         symbol=None, session=None, empty=0, since=None, until=None, \
                         price_scale=8, qty_scale=8, floats=False)")]
pub(crate) fn bars(
    py: Python<'_>,
    data: Any<'_, '_>,
    rule: Any<'_, '_>,
    #[pyo3(from_py_with = text)] kind: &str,
    #[pyo3(from_py_with = text)] stamp: &str,
    #[pyo3(from_py_with = maybe_text)] of: Option<&str>,
    #[pyo3(from_py_with = text)] quote: &str,
    #[pyo3(from_py_with = maybe_text)] symbol: Option<&str>,
    session: Option<Any<'_, '_>>,
    empty: Option<Any<'_, '_>>,
    since: Option<Any<'_, '_>>,
    until: Option<Any<'_, '_>>,
    price_scale: Option<Any<'_, '_>>,
    qty_scale: Option<Any<'_, '_>>,
    #[pyo3(from_py_with = flag)] floats: bool,
) -> PyResult<Table> {
    let digits = Digits {
        price: price_scale.map_or(Ok(8), |digits| digit_count("price_scale", digits))?,
        qty: qty_scale.map_or(Ok(8), |digits| digit_count("qty_scale", digits))?,
    };
    let kind = one_of(py, "kind", kind, &KINDS)?;
    let quote = one_of(py, "quote", quote, &QUOTES)?;
    let stamps = [("close", Stamp::Close), ("open", Stamp::Open)];
    let stamp = choose(py, "stamp", stamp, stamps)?;
    let most = empty_max(py, empty, kind)?;
    let ends = [time("since", since)?, time("until", until)?].map(|ts| ts.map(Timestamp));
    let options = AggregatorOptions {
        session: session_of(session)?,
        empty: match most {
            0 => EmptyPeriods::Skip,
            most => EmptyPeriods::Fill(most),
        },
        ..AggregatorOptions::new(InstrumentId(0), rule_of(rule, digits)?)
    };
    let mut rows = Rows::open("data", data)?;
    narrow(
        py,
        &mut rows,
        Wanted {
            symbol,
            timeframe: of,
        },
    )?;
    let built = match kind {
        Kind::Bars => {
            let from = frame_of(py, of)?;
            let clock = Clock {
                stamp,
                timeframe: Some(from),
            };
            let completeness = completeness(py, &mut rows)?;
            let small = series(&mut rows, clock, digits)?;
            let options = resampling(py, &options, from)?;
            py.detach(|| resampled(options, &small, (completeness.as_deref(), ends[1])))
        }
        Kind::Trades | Kind::Quotes | Kind::Prices => {
            let prints = prints(&mut rows, (kind, quote), digits)?;
            py.detach(|| aggregated(options, &prints, ends))
        }
    };
    let built = built.map_err(|error| raise(py, &error.into()))?;
    Ok(Table::new(frame(&built, digits), floats))
}

/// How many periods in a row have a bar although nothing traded.
fn empty_max(py: Python<'_>, empty: Option<Any<'_, '_>>, kind: Kind) -> PyResult<u32> {
    let allowed = "0 to 1000000 periods in a row, and 0 for bars of bars";
    let found = empty.map_or(Ok(0), |empty| whole("empty", empty, allowed))?;
    if found > EMPTY_MAX || (found > 0 && kind == Kind::Bars) {
        let text = format!("empty: found {found}, allowed: {allowed}");
        return Err(exception(py, "InvalidValue", text));
    }
    Ok(found)
}

fn frame_of(py: Python<'_>, of: Option<&str>) -> PyResult<Timeframe> {
    let allowed = "how long the bars in the data are, such as '1m'";
    let missing = || {
        exception(
            py,
            "InvalidValue",
            format!("of: found None, allowed: {allowed}"),
        )
    };
    let wrong = |error: InvalidValue| {
        let what = "of".to_owned();
        raise(py, &InvalidValue { what, ..error }.into())
    };
    of.ok_or_else(missing)?.parse().map_err(wrong)
}

/// The prints in `rows`; a quote or a price has no quantity.
fn prints(
    rows: &mut Rows<'_>,
    (kind, quote): (Kind, QuotePrice),
    digits: Digits,
) -> PyResult<Vec<Print>> {
    let times = rows.times("ts")?;
    let times = times.ok_or_else(|| rows.lacks("columns with 'ts' among them"))?;
    let times = times.into_iter().map(Timestamp);
    let scale = digits.price_scale();
    if kind == Kind::Quotes {
        let (bids, asks) = (rows.prices("bid", scale)?, rows.prices("ask", scale)?);
        let each = times.zip(bids.into_iter().zip(asks));
        let print = |(ts, (bid, ask))| Print::quote(QuotePrint { ts, bid, ask }, quote);
        return Ok(each.map(print).collect());
    }
    let prices = times.zip(rows.prices("price", scale)?);
    if kind == Kind::Prices {
        return Ok(prices.map(|(ts, px)| Print::last(ts, px)).collect());
    }
    let each = prices.zip(rows.scaled("qty", digits.qty_scale())?);
    Ok(each.map(|((ts, px), qty)| Print { ts, px, qty }).collect())
}

fn aggregated(
    options: AggregatorOptions,
    prints: &[Print],
    [since, until]: [Option<Timestamp>; 2],
) -> Result<Vec<BuiltBar>, InvalidValue> {
    let mut aggregator = Aggregator::new(options).map_err(rule_error)?;
    let mut built = Vec::new();
    if let Some(since) = since {
        aggregator.advance(since, &mut built);
    }
    for (row, print) in prints.iter().enumerate() {
        let outcome = aggregator.push(*print, &mut built);
        let outcome = outcome.map_err(|error| in_row(row, error))?;
        in_order(row, ("ts", print.ts), outcome)?;
        if built.len() > row.saturating_add(10 * EMPTY_MAX as usize) {
            let found = format!("{} bars until row {row}", built.len());
            let allowed = "at most 10000000 that are empty";
            return Err(InvalidValue::new("empty", &found, allowed));
        }
    }
    if let Some(until) = until {
        aggregator.advance(until, &mut built);
    }
    aggregator.flush(&mut built);
    Ok(built)
}

fn resampling(
    py: Python<'_>,
    options: &AggregatorOptions,
    from: Timeframe,
) -> PyResult<ResamplerOptions> {
    let truebook::bars::BarRule::Time(to) = options.rule else {
        let text = "rule: found a count, a volume or a value, allowed: a timeframe, of bars";
        return Err(exception(py, "InvalidValue", text.to_owned()));
    };
    Ok(ResamplerOptions {
        instrument: options.instrument,
        from,
        to,
        session: options.session,
    })
}

fn resampled(
    options: ResamplerOptions,
    small: &[truebook::bars::Bar],
    (completeness, until): (Option<&[Completeness]>, Option<Timestamp>),
) -> Result<Vec<BuiltBar>, InvalidValue> {
    let mut resampler = Resampler::new(options).map_err(rule_error)?;
    let mut built = Vec::new();
    for (row, bar) in small.iter().enumerate() {
        let known = completeness.and_then(|known| known.get(row)).copied();
        let outcome = resampler.push(bar, known.unwrap_or(Completeness::Complete), &mut built);
        let outcome = outcome.map_err(|error| in_row(row, error))?;
        in_order(row, ("ts_close", bar.ts_close), outcome)?;
    }
    if let Some(until) = until {
        resampler.advance(until, &mut built);
    }
    resampler.flush(&mut built);
    Ok(built)
}

/// Refuses a row that comes after its bar: the table is not in the order of time.
fn in_order(
    row: usize,
    (what, ts): (&str, Timestamp),
    outcome: PrintOutcome,
) -> Result<(), InvalidValue> {
    match outcome {
        PrintOutcome::Late => {
            let found = format!("{} ns in row {row}, after its bar", ts.0);
            let allowed = "rows in the order of time, each bar once";
            Err(InvalidValue::new(what, &found, allowed))
        }
        PrintOutcome::Taken | PrintOutcome::OutOfOrder | PrintOutcome::OutsideSession => Ok(()),
    }
}

fn in_row(row: usize, error: InvalidValue) -> InvalidValue {
    let what = match error.what.as_str() {
        "print quantity" => "qty",
        "bar close" => "ts_close",
        other => other,
    };
    InvalidValue {
        what: what.to_owned(),
        found: format!("{} in row {row}", error.found),
        allowed: error.allowed,
    }
}

/// An error of the rule, under the name that it has here.
fn rule_error(error: InvalidValue) -> InvalidValue {
    InvalidValue {
        what: "rule".to_owned(),
        ..error
    }
}

const COMPLETENESS: [(&str, Completeness); 3] = [
    ("complete", Completeness::Complete),
    ("partial", Completeness::Partial),
    ("empty", Completeness::Empty),
];

/// What the rows say of themselves, where they do.
fn completeness(py: Python<'_>, rows: &mut Rows<'_>) -> PyResult<Option<Vec<Completeness>>> {
    let Some(words) = rows.texts("completeness")? else {
        return Ok(None);
    };
    let known = words.iter().map(|word| {
        let word = word.as_deref().unwrap_or_default();
        one_of(py, "completeness", word, &COMPLETENESS)
    });
    known.collect::<PyResult<_>>().map(Some)
}

fn frame(built: &[BuiltBar], digits: Digits) -> Frame {
    let time = |ts: fn(&BuiltBar) -> Timestamp| {
        Values::Time(built.iter().map(|each| Some(ts(each).0)).collect())
    };
    let price = |px: fn(&BuiltBar) -> i64| {
        let fixed = |each| Some(Fixed::new(i128::from(px(each)), digits.price));
        Values::Decimal(built.iter().map(fixed).collect())
    };
    let volume = |each: &BuiltBar| Some(Fixed::new(each.bar.volume, digits.qty));
    let parts = |each: &BuiltBar| i64::try_from(each.parts).ok();
    let named = |each: &BuiltBar| {
        let known = COMPLETENESS
            .iter()
            .find(|(_, kind)| *kind == each.completeness);
        known.map(|(name, _)| (*name).to_owned())
    };
    let columns = [
        ("ts_open", time(|each| each.ts_open)),
        ("ts_close", time(|each| each.bar.ts_close)),
        ("open", price(|each| each.bar.open)),
        ("high", price(|each| each.bar.high)),
        ("low", price(|each| each.bar.low)),
        ("close", price(|each| each.bar.close)),
        (
            "volume",
            Values::Decimal(built.iter().map(volume).collect()),
        ),
        ("parts", Values::Whole(built.iter().map(parts).collect())),
        (
            "completeness",
            Values::Text(built.iter().map(named).collect()),
        ),
    ];
    Frame {
        columns: columns
            .into_iter()
            .map(|(name, values)| (name.to_owned(), values))
            .collect(),
    }
}
