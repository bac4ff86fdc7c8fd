//! `truebook status`: how a database stands.

use std::fmt::Write as _;
use std::io::Write as _;

use truebook::digest;
use truebook_store::JournalFile;
use truebook_store::export::{self, StandingCounts, Status};

use crate::cli::StatusArgs;
use crate::fault::Fault;
use crate::json;
use crate::time::rfc3339;

/// Runs the command; the exit code.
pub(crate) fn main(args: &StatusArgs) -> u8 {
    run(args).map_or_else(Fault::tell, |()| 0)
}

fn run(args: &StatusArgs) -> Result<(), Fault> {
    let file = JournalFile::read_only(&args.db).map_err(Fault::opening)?;
    let status = export::status(&file)?;
    let text = match args.json {
        true => format!("{:#}\n", json::status(&status)),
        false => text(&status),
    };
    let written = std::io::stdout().write_all(text.as_bytes());
    written.map_err(|e| Fault::output(&e))
}

fn text(status: &Status) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Memory takes everything.
        let _ = writeln!(text, "{name:<16} {value}");
    };
    line("database", &status.path.display().to_string());
    line("format", &status.format.to_string());
    line("mode", status.mode.as_deref().unwrap_or("not set"));
    let writer = status.writer.as_deref();
    line("writer", writer.unwrap_or("nobody"));
    line("size", &format!("{} bytes", grouped(status.bytes)));
    line("-wal", &format!("{} bytes", grouped(status.wal_bytes)));
    let events = match status.last {
        0 => "none".to_owned(),
        last => format!("{} to {last}", status.first),
    };
    line("events", &events);
    if status.base > 0 {
        line("base", &format!("{} (pruned up to there)", status.base));
    }
    if let Some(ts) = status.last_ts {
        line("newest event", &rfc3339(ts));
    }
    match &status.tables {
        Some(tables) => describe(&mut line, status.last, tables),
        None => line(
            "tables",
            "none yet: open it once for writing, which makes them",
        ),
    }
    if status.checkpoints.is_empty() {
        line("checkpoints", "none");
    }
    for stored in &status.checkpoints {
        let bytes = grouped(stored.bytes());
        let (sequence, time) = (stored.sequence, rfc3339(stored.ts));
        let hash = digest::hex(&stored.hash);
        line(
            "checkpoint",
            &format!("{sequence}, {time}, {bytes} bytes, {hash}"),
        );
    }
    text
}

fn describe(line: &mut impl FnMut(&str, &str), last: u64, tables: &StandingCounts) {
    let lag = last.saturating_sub(tables.sequence);
    let behind = match lag {
        0 => String::new(),
        lag => format!(" ({lag} behind)"),
    };
    line("tables", &format!("{}{behind}", tables.sequence));
    let config = tables.config.as_ref();
    let config = config.map(|(version, hash)| format!("version {version}, {hash}"));
    line("config", config.as_deref().unwrap_or("none"));
    line("open positions", &tables.open_positions.to_string());
    line("open orders", &tables.open_orders.to_string());
    let alerts = &tables.alerts;
    let counts = format!(
        "{} critical, {} warning, {} info, in the day up to the newest event",
        alerts.critical, alerts.warning, alerts.info
    );
    line("alerts", &counts);
    for alert in &alerts.newest {
        let (time, level, kind) = (rfc3339(alert.ts), &alert.level, &alert.kind);
        // A line stays one line, whatever was recorded.
        let words = alert.text.escape_debug();
        let text = format!("{} {time} {level} {kind}: {words}", alert.sequence);
        line("", &text);
    }
}

/// A count with its digits in groups of three.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
