//! The tasks of the workspace: `cargo xtask test` runs everything.

mod examples;
mod header;
mod python;
mod readme;
mod scenario;
mod setup;
mod shell;
mod suite;
mod tidy;

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
    /// Builds and runs the examples in C, C++ and Python.
    Examples,
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
        Task::Loom => suite::loom(&root()).map(drop),
        Task::Examples => setup::check(&root()).and_then(|()| examples::run_all(&root()).map(drop)),
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
