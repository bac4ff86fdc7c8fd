//! `truebook export`: the history tables as files.

use std::fmt::Write as _;
use std::io::{ErrorKind, Stdout, Write};
use std::path::{Path, PathBuf};

use truebook_store::JournalFile;
use truebook_store::export::{self, Exported, Format, Reading, Table};

use crate::cli::{ExportArgs, Form};
use crate::fault::{Fault, say};
use crate::status::grouped;

/// Runs the command; the exit code.
pub(crate) fn main(args: &ExportArgs) -> u8 {
    run(args).map_or_else(Fault::tell, |()| 0)
}

fn run(args: &ExportArgs) -> Result<(), Fault> {
    let format = match args.format {
        Form::Csv => Format::Csv,
        Form::Json => Format::Json,
        Form::Parquet => Format::Parquet,
    };
    let file = JournalFile::read_only(&args.db).map_err(Fault::opening)?;
    let reading = Reading::of(&file)?;
    let tables = reading.tables(&args.table)?;
    match args.out.as_deref() {
        Some(out) if out == Path::new("-") => print(&reading, &tables, format),
        out => {
            let folder = out.map_or_else(|| folder(&args.db), Path::to_owned);
            let exported = export::export(&reading, &tables, format, &folder)?;
            let text = text(&exported, &folder);
            let written = std::io::stdout().write_all(text.as_bytes());
            written.map_err(|e| Fault::output(&e))
        }
    }
}

/// Where files go that nobody said a folder for.
fn folder(database: &Path) -> PathBuf {
    let mut name = database.file_stem().unwrap_or_default().to_owned();
    name.push("-export");
    PathBuf::from(name)
}

/// One table on standard output.
fn print(reading: &Reading<'_>, tables: &[Table], format: Format) -> Result<(), Fault> {
    let [table] = tables else {
        let what = "--out - takes one table: name it with --table; several go to a folder";
        return Err(Fault::Call(what.to_owned()));
    };
    if format == Format::Parquet {
        let what = "--out - takes csv or json: parquet goes to a folder";
        return Err(Fault::Call(what.to_owned()));
    }
    let mut out = Pipe {
        out: std::io::stdout(),
        is_closed: false,
    };
    match export::print(reading, table, format, &mut out) {
        Ok(_) => {
            say(&stand(reading.sequence(), reading.last()));
            Ok(())
        }
        Err(_) if out.is_closed => Err(Fault::Closed),
        Err(error) => Err(error.into()),
    }
}

fn text(exported: &Exported, folder: &Path) -> String {
    let mut text = String::new();
    let width = exported.tables.iter().map(|it| it.table.len()).max();
    for table in &exported.tables {
        let (name, rows) = (table.table, grouped(table.rows));
        // Memory takes everything.
        let _ = writeln!(text, "{name:<0$} {rows:>12} rows", width.unwrap_or(0));
    }
    let count = exported.tables.len();
    let stand = stand(exported.sequence, exported.last);
    let _ = writeln!(text, "{stand}; {count} files in {}", folder.display());
    text
}

/// Up to where the tables stand.
fn stand(sequence: u64, last: u64) -> String {
    match last.saturating_sub(sequence) {
        0 => format!("as of sequence {sequence}"),
        lag => format!("as of sequence {sequence}, {lag} behind the newest event"),
    }
}

/// Standard output that remembers whether its reader has gone.
struct Pipe {
    out: Stdout,
    is_closed: bool,
}

impl Pipe {
    fn note<T>(&mut self, done: std::io::Result<T>) -> std::io::Result<T> {
        let is_broken = |error: &std::io::Error| error.kind() == ErrorKind::BrokenPipe;
        self.is_closed |= done.as_ref().is_err_and(is_broken);
        done
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let done = self.out.write(bytes);
        self.note(done)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let done = self.out.flush();
        self.note(done)
    }
}
