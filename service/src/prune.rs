//! `truebook prune`: events before a day go into the archive, and their rows out of the tables.

use std::io::Write;

use crate::cli::PruneArgs;
use crate::fault::Fault;
use crate::status::grouped;
use crate::time::Day;
use crate::verify::writable;

/// Runs the command; the exit code.
pub(crate) fn main(args: &PruneArgs) -> u8 {
    run(args).map_or_else(Fault::tell, |()| 0)
}

fn run(args: &PruneArgs) -> Result<(), Fault> {
    let before = first_day(args)?;
    let mut file = writable(&args.db)?;
    let pruned = file.prune(before.start)?;
    if args.vacuum {
        file.vacuum()?;
    }
    let said = match &pruned.archive {
        None => format!("nothing before {}", before.name),
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
fn first_day(args: &PruneArgs) -> Result<Day, Fault> {
    let wrong = |what: &str, found: &str, allowed: &str| {
        Fault::Call(format!("{what}: found '{found}', allowed is {allowed}"))
    };
    match (&args.before, args.keep_days) {
        (Some(text), _) => {
            Day::parse(text).ok_or_else(|| wrong("--before", text, "a day as YYYY-MM-DD"))
        }
        (None, Some(days)) => Day::before_today(days)
            .ok_or_else(|| wrong("--keep-days", &days.to_string(), "fewer days")),
        (None, None) => Err(Fault::Call(
            "prune what: give --before YYYY-MM-DD or --keep-days N".to_owned(),
        )),
    }
}
