//! `truebook tail`: the newest events, one a line, and those that follow.

use std::io::{StdoutLock, Write};
use std::path::Path;
use std::time::Duration;

use truebook::Interrupt;
use truebook_store::JournalFile;
use truebook_store::export::{Teller, Told};

use crate::cli::TailArgs;
use crate::fault::{Fault, INTERRUPTED};
use crate::interrupt::interrupt;
use crate::{json, line};

/// How many events are told at once.
const BATCH: u32 = 1_024;
/// How often the database is asked for more.
const PAUSE: Duration = Duration::from_millis(100);

/// Runs the command; the exit code.
pub(crate) fn main(args: &TailArgs) -> u8 {
    run(args).unwrap_or_else(Fault::tell)
}

fn run(args: &TailArgs) -> Result<u8, Fault> {
    let file = JournalFile::read_only(&args.db).map_err(Fault::opening)?;
    let interrupt = match args.follow {
        true => Some(interrupt().map_err(Fault::Failed)?),
        false => None,
    };
    let mut teller = Teller::after(&file, file.last().saturating_sub(args.lines))?;
    let mut out = Output {
        out: std::io::stdout().lock(),
        is_json: args.json,
    };
    while teller.sequence() < file.last() {
        let left = file.last() - teller.sequence();
        let most = u32::try_from(left).map_or(BATCH, |left| left.min(BATCH));
        let told = teller.next(most)?;
        out.print(&told)?;
    }
    match interrupt {
        Some(interrupt) => follow(&file, &mut teller, &mut out, &interrupt),
        None => Ok(0),
    }
}

/// Goes on until somebody asks to stop.
fn follow(
    file: &JournalFile,
    teller: &mut Teller<'_>,
    out: &mut Output<'_>,
    interrupt: &Interrupt,
) -> Result<u8, Fault> {
    let opened = number(file.path());
    while !interrupt.is_set() {
        let told = teller.next(BATCH)?;
        if !told.is_empty() {
            out.print(&told)?;
            continue;
        }
        if number(file.path()) != opened {
            let path = file.path().display();
            let what = format!("{path}: it was removed or replaced; nothing more comes of it");
            return Err(Fault::Failed(what));
        }
        std::thread::sleep(PAUSE);
    }
    Ok(INTERRUPTED)
}

/// What is at a path now.
fn number(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let known = std::fs::metadata(path).ok()?;
    Some((known.dev(), known.ino()))
}

struct Output<'a> {
    out: StdoutLock<'a>,
    is_json: bool,
}

impl Output<'_> {
    fn print(&mut self, told: &[Told]) -> Result<(), Fault> {
        let text: String = told.iter().map(|told| self.line(told) + "\n").collect();
        let written = self.out.write_all(text.as_bytes());
        let written = written.and_then(|()| self.out.flush());
        written.map_err(|e| Fault::output(&e))
    }

    fn line(&self, told: &Told) -> String {
        match self.is_json {
            true => json::told(told).to_string(),
            false => line::line(told),
        }
    }
}
