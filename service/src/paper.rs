//! `truebook paper`: reads what it was given, runs the session, prints the report.

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use truebook::market::{self, Market};
use truebook::paper::{self, Outcome, PaperOptions};
use truebook::settings::Settings;
use truebook::{HostOptions, digest};

use crate::cli::{PaperArgs, Threading};
use crate::fault::{INTERRUPTED, say};
use crate::interrupt::interrupt;
use crate::{chart, summary};

/// Runs the command; the exit code.
pub(crate) fn main(args: &PaperArgs) -> u8 {
    match run(args) {
        Ok(code) => code,
        Err(message) => {
            say(&message);
            1
        }
    }
}

fn run(args: &PaperArgs) -> Result<u8, String> {
    let settings = match &args.config {
        Some(path) => Settings::read(path).map_err(text)?,
        None => Settings::builtin(),
    };
    let market = match &args.data {
        Some(dir) => market::read_folder(dir).map_err(text)?,
        None => market::sample(),
    };
    let database = database(args, &settings, &market);
    refuse_overwriting(args, database.as_deref())?;
    let host = HostOptions {
        threaded: args.threading == Threading::Engine,
        core: args.pin,
        ahead: usize::try_from(args.ahead).unwrap_or(0),
        ..HostOptions::default()
    };
    let interrupt = interrupt()?;
    let bar = progress(market.rows.len());
    let mut watch = |row: usize| {
        bar.set_position(u64::try_from(row).unwrap_or(u64::MAX));
        !interrupt.is_set()
    };
    let begun = Instant::now();
    let options = PaperOptions {
        database: database.clone(),
        host,
    };
    let outcome = paper::run(&market, &settings, &options, &mut watch);
    bar.finish_and_clear();
    let mut outcome = outcome.map_err(text)?;
    if !outcome.is_complete {
        say("interrupted: what was booked stays booked; the same command continues");
        return Ok(INTERRUPTED);
    }
    time(&mut outcome, begun, market.rows.len());
    write_files(args, &settings, &outcome)?;
    let shown = database.map_or_else(|| ":memory:".to_owned(), |path| path.display().to_string());
    let mut stdout = std::io::stdout();
    let printed = summary::print(&mut stdout, &outcome.report, &shown);
    match printed.and_then(|()| stdout.flush()) {
        // A reader that closed the pipe has seen enough.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(at(Path::new("standard output"), &error))
        }
        Ok(()) | Err(_) => Ok(0),
    }
}

/// Refuses an output that is the database, an input or the other output.
fn refuse_overwriting(args: &PaperArgs, database: Option<&Path>) -> Result<(), String> {
    let beside = |ending: &str| {
        let mut name = database?.as_os_str().to_owned();
        name.push(ending);
        Some(PathBuf::from(name))
    };
    let kept = ["", "-wal", "-shm", ".lock"].into_iter().filter_map(beside);
    let mut taken: Vec<PathBuf> = kept
        .chain(args.config.clone())
        .map(|path| resolve(&path))
        .collect();
    let data = args.data.as_deref().map(resolve);
    for output in [&args.json, &args.chart].into_iter().flatten() {
        let path = resolve(output);
        let is_data = data.is_some() && path.parent() == data.as_deref();
        let is_csv = path.extension().is_some_and(|ending| ending == "csv");
        if taken.contains(&path) || (is_data && is_csv) {
            return Err(at(
                output,
                &"it is in use as another file of this run: name another",
            ));
        }
        taken.push(path);
    }
    Ok(())
}

/// One name for each file, whether it is there yet or not.
fn resolve(path: &Path) -> PathBuf {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let beside = || Some(folder.canonicalize().ok()?.join(path.file_name()?));
    let found = path.canonicalize().ok().or_else(beside);
    found.unwrap_or_else(|| path.to_owned())
}

/// Writes a file whole or not at all.
fn write(path: &Path, text: &str) -> Result<(), String> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let is_device = path.exists() && !path.is_file();
    let written = if is_device {
        std::fs::write(path, text)
    } else {
        std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, path))
    };
    written.map_err(|error| {
        // What could not be finished is of no use; that it is gone matters to nobody.
        let _ = std::fs::remove_file(&part);
        at(path, &error)
    })
}

fn write_files(args: &PaperArgs, settings: &Settings, outcome: &Outcome) -> Result<(), String> {
    if let Some(path) = &args.json {
        let json = outcome.report.to_json().map_err(text)?;
        write(path, &json)?;
    }
    if let Some(path) = &args.chart {
        let names: Vec<_> = settings
            .config
            .strategies
            .iter()
            .map(|s| s.name.to_string())
            .collect();
        let svg = chart::draw(&outcome.curve, &names).map_err(|error| at(path, &error))?;
        write(path, &svg)?;
    }
    Ok(())
}

/// The named file, none for `:memory:`, or one named after what it will hold.
fn database(args: &PaperArgs, settings: &Settings, market: &Market) -> Option<PathBuf> {
    match &args.db {
        Some(path) if path.as_os_str() == ":memory:" => None,
        Some(path) => Some(path.clone()),
        None => {
            let data = market.hash_of_prefix(market.rows.len());
            let both = digest::hex(&digest::chain(&settings.hash(), &[&data]));
            let short: String = both.chars().take(8).collect();
            Some(PathBuf::from(format!("truebook-paper-{short}.db")))
        }
    }
}

fn time(outcome: &mut Outcome, begun: Instant, rows: usize) {
    let seconds = begun.elapsed().as_secs_f64();
    let timing = &mut outcome.report.timing;
    timing.insert("seconds".to_owned(), format!("{seconds:.6}"));
    let count = u32::try_from(rows).map_or(f64::MAX, f64::from);
    timing.insert(
        "prices_per_second".to_owned(),
        format!("{:.0}", count / seconds.max(1e-9)),
    );
}

/// A bar on a terminal, nothing in a pipe.
fn progress(rows: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(rows).unwrap_or(u64::MAX));
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let template = "{bar:40} {pos}/{len} rows {per_sec} {eta}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn at(path: &Path, error: &dyn Display) -> String {
    format!("{}: {error}", path.display())
}

fn text(error: impl Display) -> String {
    error.to_string()
}
