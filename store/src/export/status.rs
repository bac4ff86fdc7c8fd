//! How a database stands, for people and for monitors.
//!
//! 1. Everything but the sizes and who writes is of one moment.

use std::path::PathBuf;

use rusqlite::{OptionalExtension, Transaction};

use crate::path::{beside, failed};
use crate::tables::tables_sequence;
use crate::{JournalFile, Lock, StoreError, Stored};

/// How many of the newest alerts are shown.
pub const ALERTS_SHOWN: usize = 5;
/// A day in nanoseconds.
const DAY_NS: i64 = 86_400_000_000_000;

/// How a database stands.
#[derive(Clone, Debug)]
pub struct Status {
    /// The database.
    pub path: PathBuf,
    /// The format of its file.
    pub format: i64,
    /// `"paper"` or `"live"`.
    pub mode: Option<String>,
    /// The first event that it has; 0 where it has none.
    pub first: u64,
    /// The newest event.
    pub last: u64,
    /// The time of the newest event, in nanoseconds since the epoch.
    pub last_ts: Option<i64>,
    /// The last event that was pruned away; 0 where none was.
    pub base: u64,
    /// The complete checkpoints, newest first.
    pub checkpoints: Vec<Stored>,
    /// Who writes to it; by the time this returns it may be another.
    pub writer: Option<String>,
    /// The size of the database.
    pub bytes: u64,
    /// The size of its write-ahead log.
    pub wal_bytes: u64,
    /// What its tables say; `None` for a format that had none.
    pub tables: Option<StandingCounts>,
}

/// What the tables of a database say.
#[derive(Clone, Debug)]
pub struct StandingCounts {
    /// The event up to which they stand.
    pub sequence: u64,
    /// Positions that are not flat.
    pub open_positions: u64,
    /// Orders that can still fill.
    pub open_orders: u64,
    /// The configuration, how many there were and its hash; `None` before the first.
    pub config: Option<(u64, String)>,
    /// The alerts of the day that ended with the newest event.
    pub alerts: Alerts,
}

/// The alerts of a day.
#[derive(Clone, Debug, Default)]
pub struct Alerts {
    /// How many of level `critical`.
    pub critical: u64,
    /// How many of level `warning`.
    pub warning: u64,
    /// How many of level `info`.
    pub info: u64,
    /// The newest of them, newest first, at most [`ALERTS_SHOWN`].
    pub newest: Vec<Warned>,
}

/// An alert.
#[derive(Clone, Debug)]
pub struct Warned {
    /// Its sequence.
    pub sequence: u64,
    /// Its time, in nanoseconds since the epoch.
    pub ts: i64,
    /// `"info"`, `"warning"` or `"critical"`.
    pub level: String,
    /// What kind it is.
    pub kind: String,
    /// In words.
    pub text: String,
}

/// How `file` stands.
///
/// # Errors
/// [`StoreError::Failed`] when the database refuses.
pub fn status(file: &JournalFile) -> Result<Status, StoreError> {
    let fail = |e: rusqlite::Error| failed(file.path(), &e);
    let moment = file.connection().unchecked_transaction().map_err(fail)?;
    let ends = "SELECT min(sequence), max(sequence) FROM journal";
    let ends = moment.query_row(ends, [], |row| Ok((row.get(0)?, row.get(1)?)));
    let (first, last): (Option<u64>, Option<u64>) = ends.map_err(fail)?;
    let newest = "SELECT ts FROM journal ORDER BY sequence DESC LIMIT 1";
    let newest = moment.query_row(newest, [], |row| row.get(0)).optional();
    let last_ts: Option<i64> = newest.map_err(fail)?;
    let format = moment.query_row("PRAGMA user_version", [], |row| row.get(0));
    let tables = match file.has_tables() {
        true => Some(counts(&moment, last_ts.unwrap_or(0)).map_err(fail)?),
        false => None,
    };
    let base = file.base()?;
    let size = |path| std::fs::metadata(path).map_or(0, |known| known.len());
    Ok(Status {
        path: file.path().to_owned(),
        format: format.map_err(fail)?,
        mode: file.meta("mode")?,
        first: first.unwrap_or(0),
        last: last.unwrap_or(base),
        last_ts,
        base,
        checkpoints: file.checkpoints(u64::MAX)?,
        writer: Lock::holder(file.path()),
        bytes: size(file.path().to_owned()),
        wal_bytes: size(beside(file.path(), "-wal")),
        tables,
    })
}

fn counts(moment: &Transaction<'_>, newest: i64) -> rusqlite::Result<StandingCounts> {
    let count = |sql: &str| moment.query_row(sql, [], |row| row.get(0));
    let config = "SELECT version, hash FROM config_versions ORDER BY version DESC LIMIT 1";
    let config = moment.query_row(config, [], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(StandingCounts {
        sequence: tables_sequence(moment)?,
        open_positions: count("SELECT count(*) FROM open_positions")?,
        open_orders: count(
            "SELECT count(*) FROM orders \
             WHERE status IN ('pending', 'working', 'partially_filled', 'unknown')",
        )?,
        config: config.optional()?,
        alerts: alerts(moment, newest.saturating_sub(DAY_NS))?,
    })
}

/// The alerts after the time `since`.
fn alerts(moment: &Transaction<'_>, since: i64) -> rusqlite::Result<Alerts> {
    let sql = "SELECT sequence, ts, level, kind, text FROM alerts WHERE ts > ?1 \
               ORDER BY sequence DESC";
    let mut select = moment.prepare(sql)?;
    let mut rows = select.query([since])?;
    let mut alerts = Alerts::default();
    while let Some(row) = rows.next()? {
        let level: String = row.get(2)?;
        match level.as_str() {
            "critical" => alerts.critical += 1,
            "warning" => alerts.warning += 1,
            _ => alerts.info += 1,
        }
        if alerts.newest.len() < ALERTS_SHOWN {
            alerts.newest.push(Warned {
                sequence: row.get(0)?,
                ts: row.get(1)?,
                level,
                kind: row.get(3)?,
                text: row.get(4)?,
            });
        }
    }
    Ok(alerts)
}
