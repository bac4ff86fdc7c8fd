//! `truebook prune`: events before a day go into the archive, and their rows out of the tables.

use std::io::Write;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::cli::PruneArgs;
use crate::fault::Fault;
use crate::status::grouped;
use crate::verify::writable;

/// Runs the command; the exit code.
pub(crate) fn main(args: &PruneArgs) -> u8 {
    run(args).map_or_else(Fault::tell, |()| 0)
}

fn run(args: &PruneArgs) -> Result<(), Fault> {
    let before = day(args)?;
    let start = before.to_zoned(TimeZone::UTC).map_err(Fault::opening)?;
    let nanos = i64::try_from(start.timestamp().as_nanosecond()).unwrap_or(i64::MAX);
    let mut file = writable(&args.db)?;
    let pruned = file.prune(nanos)?;
    if args.vacuum {
        file.vacuum()?;
    }
    let said = match &pruned.archive {
        None => format!("nothing before {before}"),
        Some(archive) => format!(
            "{} events up to {} are in {}",
            grouped(pruned.events),
            grouped(pruned.base),
            archive.display()
        ),
    };
    let written = writeln!(std::io::stdout(), "{}: {said}", args.db.display());
    written.map_err(|e| Fault::output(&e))
}

/// The first day that is kept.
fn day(args: &PruneArgs) -> Result<Date, Fault> {
    let wrong = |what: &str, found: &str, allowed: &str| {
        Fault::Call(format!("{what}: found '{found}', allowed is {allowed}"))
    };
    match (&args.before, args.keep_days) {
        (Some(text), _) => text
            .parse()
            .map_err(|_| wrong("--before", text, "a day as YYYY-MM-DD")),
        (None, Some(days)) => {
            let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
            let span = jiff::Span::new().try_days(i64::from(days));
            let day = span.and_then(|span| today.checked_sub(span));
            day.map_err(|_| wrong("--keep-days", &days.to_string(), "fewer days"))
        }
        (None, None) => Err(Fault::Call(
            "prune what: give --before YYYY-MM-DD or --keep-days N".to_owned(),
        )),
    }
}
