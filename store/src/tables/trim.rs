//! What retention takes out of the tables: rows of what happened long ago, with what sums them up
//! left in their place.
//!
//! 1. What is taken out follows from the cut alone: tables that are made anew and trimmed are the
//!    same.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use truebook_core::model::Fixed;

/// Up to where the history was taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// The last event of which rows are taken out.
    pub sequence: u64,
    /// The start of the first day that is kept whole, in nanoseconds since the epoch.
    pub ts: i64,
}

/// Rows of one event each.
const OF_EVENTS: &[&str] = &[
    "order_refusals",
    "fills",
    "position_events",
    "realized_pnl",
    "cash_moves",
    "alerts",
    "venue_statements",
];

/// Nanoseconds in a day.
const DAY: i64 = 86_400_000_000_000;

/// One bar: opening time, prices and volume.
type Ohlcv = (i64, [Fixed; 4], Fixed);

/// Takes out what lies before `cut`.
pub fn trim(connection: &Connection, cut: Cut) -> rusqlite::Result<()> {
    let sequence = cut.sequence.cast_signed();
    for table in OF_EVENTS {
        let sql = format!("DELETE FROM {table} WHERE sequence <= ?1");
        connection.execute(&sql, [sequence])?;
    }
    let ended = "DELETE FROM orders WHERE status IN ('filled', 'canceled', 'rejected', 'expired') \
                 AND ts_event < ?1 AND sequence <= ?2";
    connection.execute(ended, params![cut.ts, sequence])?;
    let hours = "DELETE FROM snapshots WHERE interval = 'hour' AND ts < ?1";
    connection.execute(hours, [cut.ts])?;
    roll_up(connection, cut)
}

/// Which rows of a table are not touched by a cut, whenever they were written: an order that had
/// ended is written again when more becomes known of its fills, and a bar when it is corrected.
#[must_use]
pub fn kept(table: &str, cut: Cut) -> String {
    match table {
        "orders" => format!(
            "NOT (status IN ('filled', 'canceled', 'rejected', 'expired') AND ts_event < {} AND \
             sequence <= {})",
            cut.ts, cut.sequence
        ),
        "bars" => format!("ts_open >= {}", cut.ts),
        _ => "true".to_owned(),
    }
}

/// Puts a bar a day in the place of shorter ones.
fn roll_up(connection: &Connection, cut: Cut) -> rusqlite::Result<()> {
    let sql = "SELECT symbol, timeframe, ts_open, open, high, low, close, volume FROM bars \
               WHERE ts_open < ?1 AND sequence <= ?2 AND ts_close - ts_open < ?3 \
               ORDER BY symbol, timeframe, ts_open";
    let mut days: BTreeMap<(String, i64, String), Vec<Ohlcv>> = BTreeMap::new();
    let mut select = connection.prepare(sql)?;
    let mut rows = select.query(params![cut.ts, cut.sequence.cast_signed(), DAY])?;
    while let Some(row) = rows.next()? {
        let number = |at: usize| {
            let text: String = row.get(at)?;
            let parsed = text.parse::<Fixed>();
            parsed.map_err(|_| rusqlite::Error::InvalidColumnName(text))
        };
        let ts: i64 = row.get(2)?;
        let key = (row.get(0)?, ts.div_euclid(DAY) * DAY, row.get(1)?);
        let prices = [number(3)?, number(4)?, number(5)?, number(6)?];
        days.entry(key).or_default().push((ts, prices, number(7)?));
    }
    drop(rows);
    drop(select);
    let mut done = std::collections::BTreeSet::new();
    for ((symbol, day, _), bars) in &days {
        // The first timeframe by name stands for a day that has several.
        if done.insert((symbol.clone(), *day)) {
            put_day(connection, (symbol, *day), bars)?;
        }
    }
    let sql = "DELETE FROM bars WHERE ts_open < ?1 AND sequence <= ?2 AND ts_close - ts_open < ?3";
    connection.execute(sql, params![cut.ts, cut.sequence.cast_signed(), DAY])?;
    Ok(())
}

/// The bar of a day, unless there is one.
fn put_day(
    connection: &Connection,
    (symbol, day): (&str, i64),
    bars: &[Ohlcv],
) -> rusqlite::Result<()> {
    let (Some(first), Some(last)) = (bars.first(), bars.last()) else {
        return Ok(());
    };
    let extreme = |at: usize, is_better: fn(i128, i128) -> bool| {
        let mut best: Option<(i128, Fixed)> = None;
        for (_, prices, _) in bars {
            let Some(price) = prices.get(at) else {
                continue;
            };
            let Some(raw) = price.exactly_at(18) else {
                continue;
            };
            if best.is_none_or(|(known, _)| is_better(raw, known)) {
                best = Some((raw, *price));
            }
        }
        best.map_or_else(String::new, |(_, price)| price.to_string())
    };
    let volume: i128 = bars
        .iter()
        .filter_map(|(_, _, volume)| volume.exactly_at(18))
        .sum();
    let [open, ..] = first.1;
    let [.., close] = last.1;
    let sql = "INSERT OR IGNORE INTO bars VALUES (?1, '1d', ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)";
    let row = params![
        symbol,
        day,
        day + DAY,
        open.to_string(),
        extreme(1, |new, known| new > known),
        extreme(2, |new, known| new < known),
        close.to_string(),
        Fixed::new(volume, 18).to_string(),
    ];
    connection.execute(sql, row)?;
    Ok(())
}
