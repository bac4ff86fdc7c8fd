//! `truebook verify`: whether a database is what its events make.

use std::fmt::Write as _;
use std::io::Write as _;

use truebook::digest;
use truebook_store::{Durability, JournalFile, Session, Verified, verify};

use crate::cli::VerifyArgs;
use crate::fault::Fault;
use crate::json::{Map, Value, json};
use crate::status::grouped;

/// Runs the command; the exit code: 1 where something differs, 2 where that cannot be said.
pub(crate) fn main(args: &VerifyArgs) -> u8 {
    match run(args) {
        Ok(true) => 0,
        Ok(false) => 1,
        Err(Fault::Failed(message)) => Fault::Call(message).tell(),
        Err(fault) => fault.tell(),
    }
}

fn run(args: &VerifyArgs) -> Result<bool, Fault> {
    if args.rebuild {
        let file = writable(&args.db)?;
        file.rebuild_tables()?;
    }
    let found = verify(&args.db)?;
    let text = match args.json {
        true => format!("{:#}\n", as_json(&found)),
        false => as_text(&found),
    };
    let written = std::io::stdout().write_all(text.as_bytes());
    written.map_err(|e| Fault::output(&e))?;
    Ok(found.differences.is_empty())
}

/// The database, opened for writing in whatever session it has.
pub(crate) fn writable(path: &std::path::Path) -> Result<JournalFile, Fault> {
    let known = JournalFile::read_only(path).map_err(Fault::opening)?;
    let mode = known.meta("mode").map_err(Fault::opening)?;
    drop(known);
    let session = Session {
        mode: mode.unwrap_or_default(),
        config: None,
    };
    JournalFile::open(path, &session, Durability::Disk).map_err(Fault::opening)
}

fn as_text(found: &Verified) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        // Memory takes everything.
        let _ = writeln!(text, "{name:<12} {value}");
    };
    line(
        "events",
        format!("{} to {}, each replayed", found.from, grouped(found.last)),
    );
    if found.from > 1 {
        let what = "those before were pruned, and their archive is not there";
        line("", what.to_owned());
    }
    line("state hash", digest::hex(&found.hash));
    let checkpoints: Vec<String> = found.checkpoints.iter().map(ToString::to_string).collect();
    let checkpoints = match checkpoints.is_empty() {
        true => "none".to_owned(),
        false => format!("the same at {}", checkpoints.join(", ")),
    };
    line("checkpoints", checkpoints);
    let rows: u64 = found.tables.iter().map(|(_, rows)| rows).sum();
    line(
        "tables",
        format!(
            "{} rows of {} tables the same, up to event {}",
            grouped(rows),
            found.tables.len(),
            grouped(found.tables_sequence)
        ),
    );
    for difference in &found.differences {
        line("DIFFERS", difference.clone());
    }
    if found.differences.is_empty() {
        line("verified", "everything is what the events make".to_owned());
    }
    text
}

fn as_json(found: &Verified) -> Value {
    json!({
        "from": found.from,
        "last": found.last,
        "hash": digest::hex(&found.hash),
        "checkpoints": found.checkpoints,
        "tables_sequence": found.tables_sequence,
        "tables": found.tables.iter()
            .map(|(table, rows)| ((*table).to_owned(), json!(rows)))
            .collect::<Map<_, _>>(),
        "differences": found.differences,
    })
}
