//! The command line: what may be said, and which file does it.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::paper;

/// The book of record for a trading bot.
#[derive(Debug, Parser)]
#[command(name = "truebook", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Replay market data through the book, the paper venue and the strategies.
    Paper(PaperArgs),
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

/// Where the writer runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Threading {
    /// A thread of its own.
    Engine,
    /// The caller's thread.
    Inline,
}

/// Runs the command line; the exit code is 0, 1 for an error, 2 for a wrong call, 130 after Ctrl-C.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    match Cli::try_parse_from(args) {
        Ok(Cli {
            command: Task::Paper(args),
        }) => paper::main(&args),
        Err(error) => {
            // Help and version go to stdout, mistakes to stderr; a closed pipe is nobody's mistake.
            let _ = error.print();
            u8::try_from(error.exit_code()).unwrap_or(2)
        }
    }
}
