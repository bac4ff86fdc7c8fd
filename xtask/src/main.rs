//! The tasks of the workspace: `cargo xtask test` runs everything.

mod bench;
mod coverage;
mod crash;
mod examples;
mod fuzz;
mod header;
mod install;
mod linking;
mod mutants;
mod python;
mod readme;
mod sanitize;
mod scenario;
mod setup;
mod shell;
mod simulation;
mod suite;
mod tidy;
mod tool;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::shell::root;

/// The tasks of the truebook workspace.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything that CI runs; the last line says how many passed and failed.
    Test,
    /// The house rules that a tool can check.
    Tidy,
    /// Writes include/truebook.h from ffi-c.
    Header {
        /// Compare only.
        #[arg(long)]
        check: bool,
    },
    /// The loom models.
    Loom,
    /// Builds the C interface in release and installs libraries, headers and package files
    Install {
        /// Below which folder, such as /usr/local
        #[arg(long)]
        prefix: PathBuf,
    },
    /// Installs it below a folder of its own, and links and runs programs in every documented way
    Linking,
    /// Builds and runs the examples in C, C++ and Python.
    Examples,
    /// Random worlds against the ledger; a short form is in `test`.
    Simulate {
        /// How many worlds
        #[arg(long, default_value_t = 10_000)]
        seeds: u64,
        /// How many events each books
        #[arg(long, default_value_t = 100_000)]
        events: u64,
        /// The first seed: where to go on
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// Stop after so many seconds and say where to go on
        #[arg(long, default_value_t = u64::MAX)]
        seconds: u64,
    },
    /// What was acknowledged survives kills, faults, flipped bits and full disks
    Crash(crash::Plan),
    /// Faults planted in the ledger, which the tests must notice; long, so in shards
    Mutants {
        /// Which part, K/N
        #[arg(long, default_value = "0/1")]
        shard: String,
        /// One file of core/src/book
        #[arg(long)]
        file: Option<String>,
    },
    /// Hostile input to ledger, book or C interface, steered by what it reaches; stops at the first
    /// that breaks
    Fuzz {
        /// What is fuzzed
        #[arg(long, value_enum, default_value = "command")]
        target: fuzz::Target,
        /// How long
        #[arg(long, default_value_t = 300)]
        seconds: u64,
    },
    /// Which lines of the ledger no test runs
    Coverage,
    /// Measures everything, on a quiet machine, and writes BENCHMARKS.md
    Bench,
    /// How many instructions the hot paths take, against the most that they may
    Instructions,
    /// Undefined behaviour and races in the lock-free structures, with Miri
    Miri,
    /// Data races in the engine under load, with ThreadSanitizer
    Tsan,
    /// Memory errors and leaks at the C interface, with AddressSanitizer, UBSan and valgrind
    Sanitize {
        /// What `test` runs of it
        #[arg(long)]
        short: bool,
    },
    /// The scenario files from C.
    Scenarios,
    /// The Python tests, in a virtual environment of their own.
    Python,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let ended = match args.task {
        Task::Test => return suite::run_task(),
        Task::Tidy => tidy::run(&root()),
        Task::Header { check } => header::run(&root(), check),
        Task::Install { prefix } => install::run_into(&root(), &prefix),
        Task::Linking => suite::passed(linking::run_all(&root())),
        Task::Loom => suite::loom(&root()).map(drop),
        Task::Examples => setup::check(&root()).and_then(|()| examples::run_all(&root()).map(drop)),
        Task::Simulate {
            seeds,
            events,
            from,
            seconds,
        } => simulation::run_worlds(&root(), [seeds, events, from, seconds]),
        Task::Crash(plan) => crash::run_plan(&root(), &plan),
        Task::Mutants { shard, file } => mutants::run_shard(&root(), &shard, file.as_deref()),
        Task::Fuzz { target, seconds } => fuzz::run_target(&root(), target, seconds),
        Task::Coverage => coverage::check(&root()),
        Task::Bench => bench::measure(&root()),
        Task::Instructions => bench::count_instructions(&root()).map(drop),
        Task::Miri => sanitize::miri(&root()),
        Task::Tsan => sanitize::threads(&root()),
        Task::Sanitize { short: true } => suite::passed(sanitize::boundary_short(&root())),
        Task::Sanitize { short: false } => sanitize::boundary(&root()),
        Task::Scenarios => {
            setup::check(&root()).and_then(|()| scenario::run_all(&root()).map(drop))
        }
        Task::Python => setup::check(&root()).and_then(|()| python::test(&root()).map(drop)),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
