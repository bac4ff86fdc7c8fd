//! The command line: what may be said, and which file does it.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::{backup, diff, export, paper, prune, replay, status, tail, verify};

/// The book of record for a trading bot.
#[derive(Debug, Parser)]
#[command(name = "truebook", version)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Replay market data through the book, the paper venue and the strategies.
    Paper(PaperArgs),
    /// Say how a database stands.
    Status(StatusArgs),
    /// Show the newest events, one a line.
    Tail(TailArgs),
    /// Write the history tables as files.
    Export(ExportArgs),
    /// Find the first event at which two databases differ.
    Diff(DiffArgs),
    /// Copy a database beside its writer.
    Backup(BackupArgs),
    /// Replay every event and compare what follows from them: checkpoints and tables.
    Verify(VerifyArgs),
    /// Say what a database held after one of its events.
    Replay(ReplayArgs),
    /// Move events before a day into the archive, and their rows out of the tables.
    Prune(PruneArgs),
}

/// What `truebook paper` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct PaperArgs {
    /// A folder with SYMBOL.trade.csv and SYMBOL.quote.csv [default: a built-in sample market]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The configuration, a TOML file [default: built in]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The database; ":memory:" keeps nothing [default: a file named after config and data]
    #[arg(long, value_name = "FILE")]
    pub db: Option<PathBuf>,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Draw equity and each strategy's PnL
    #[arg(long, value_name = "FILE.svg")]
    pub chart: Option<PathBuf>,
    /// Where the writer runs: its own thread, or this one
    #[arg(long, value_enum, default_value = "engine")]
    pub threading: Threading,
    /// Rows that wait before the writer's thread starts; the report must not depend on it
    #[arg(long, value_name = "ROWS", default_value_t = 0,
          value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub ahead: u32,
    /// The core to pin the writer's thread to
    #[arg(long, value_name = "CORE")]
    pub pin: Option<usize>,
}

/// What `truebook status` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArgs {
    /// The database
    #[arg(value_name = "DB")]
    pub db: PathBuf,
    /// Say it as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `truebook tail` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct TailArgs {
    /// The database
    #[arg(value_name = "DB")]
    pub db: PathBuf,
    /// How many events
    #[arg(
        short = 'n',
        long = "lines",
        value_name = "COUNT",
        default_value_t = 20
    )]
    pub lines: u64,
    /// Go on as events are written, until Ctrl-C
    #[arg(short, long)]
    pub follow: bool,
    /// Say each as a line of JSON
    #[arg(long)]
    pub json: bool,
}

/// What `truebook export` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct ExportArgs {
    /// The database
    #[arg(value_name = "DB")]
    pub db: PathBuf,
    /// The form of the files
    #[arg(long, value_enum)]
    pub format: Form,
    /// Tables or views: NAME,NAME, or said more than once [default: all of them]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub table: Vec<String>,
    /// The folder for the files, or "-" for one table on standard output [default: the name of the
    /// database with "-export"]
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

/// What `truebook diff` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct DiffArgs {
    /// One database
    #[arg(value_name = "A")]
    pub a: PathBuf,
    /// The other
    #[arg(value_name = "B")]
    pub b: PathBuf,
    /// Say it as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `truebook backup` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct BackupArgs {
    /// The database
    #[arg(value_name = "DB")]
    pub db: PathBuf,
    /// The file of the copy
    #[arg(value_name = "TO")]
    pub to: PathBuf,
    /// Replace a database that is there already
    #[arg(long)]
    pub force: bool,
}

/// What `truebook verify` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArgs {
    /// The database
    #[arg(value_name = "DB")]
    pub db: PathBuf,
    /// Make the tables anew before; nobody else may write to the database
    #[arg(long)]
    pub rebuild: bool,
    /// Say it as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `truebook replay` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct ReplayArgs {
    /// The database
    #[arg(value_name = "DB")]
    pub db: PathBuf,
    /// The last event that counts [default: the newest]
    #[arg(long, value_name = "SEQUENCE")]
    pub until: Option<u64>,
    /// Say it as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `truebook prune` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct PruneArgs {
    /// The database; nobody else may write to it
    #[arg(value_name = "DB")]
    pub db: PathBuf,
    /// The first day that is kept, as YYYY-MM-DD in UTC
    #[arg(long, value_name = "DAY", conflicts_with = "keep_days")]
    pub before: Option<String>,
    /// How many whole days are kept beside today
    #[arg(long, value_name = "DAYS")]
    pub keep_days: Option<u32>,
    /// Give the room to the disk afterwards; takes as long as copying what is left
    #[arg(long)]
    pub vacuum: bool,
}

/// The form of exported files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// A head line, then a line a row; NULL is nothing, empty text is "".
    Csv,
    /// An array of one object a row.
    Json,
    /// Apache Parquet.
    Parquet,
}

/// Where the writer runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Threading {
    /// A thread of its own.
    Engine,
    /// The caller's thread.
    Inline,
}

/// Runs the command line; the exit code is 0, 1 for an error, 2 for a wrong call, 130 after Ctrl-C;
/// for `diff`, 1 says that there is a difference, and 2 that there is no answer.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    match Cli::try_parse_from(args) {
        Ok(Cli { command }) => match command {
            Task::Paper(args) => paper::main(&args),
            Task::Status(args) => status::main(&args),
            Task::Tail(args) => tail::main(&args),
            Task::Export(args) => export::main(&args),
            Task::Diff(args) => diff::main(&args),
            Task::Backup(args) => backup::main(&args),
            Task::Verify(args) => verify::main(&args),
            Task::Replay(args) => replay::main(&args),
            Task::Prune(args) => prune::main(&args),
        },
        Err(error) => {
            // Help and version go to stdout, mistakes to stderr; a closed pipe is nobody's mistake.
            let _ = error.print();
            u8::try_from(error.exit_code()).unwrap_or(2)
        }
    }
}
