//! Hostile input, steered by what it reaches in the code; on the project's own toolchain.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::shell::{run, target_dir};
use crate::tool;

/// What is fuzzed.
#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Target {
    /// The ledger and the book.
    Command,
    /// The C interface.
    Boundary,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Boundary => "boundary",
        }
    }
}

/// How long an input is at most, in bytes: some thirty commands, or as many calls.
const INPUT_MAX: u32 = 1_200;
/// After how many seconds an input counts as one that never ends.
const PATIENCE: u32 = 20;

/// Fuzzes `target` for `seconds`, from where the last run ended.
///
/// # Errors
/// When an input broke something; it is printed, and kept in `fuzz/artifacts`.
pub fn run_target(root: &Path, target: Target, seconds: u64) -> Result<()> {
    let mut command = Command::new(tool::install(root, "cargo-fuzz")?);
    command.current_dir(root);
    // A sanitizer needs nightly and looks for what only unsafe code does: the ledger has none, and
    // `cargo xtask sanitize` sends what `boundary` sends.
    // Traced comparisons take about half of the time; the values are chosen from the edges already.
    command.args(["fuzz", "run", "--fuzz-dir", "fuzz", "--sanitizer", "none"]);
    command.args(["--no-trace-compares", "--target-dir"]);
    command.arg(target_dir(root).join("fuzz"));
    command.args([target.name(), "--", "-print_final_stats=1"]);
    command.arg(format!("-max_len={INPUT_MAX}"));
    // Short inputs first would never reach what many commands build up.
    command.arg("-len_control=0");
    command.arg(format!("-timeout={PATIENCE}"));
    command.arg(format!("-max_total_time={seconds}"));
    run(&mut command)
}
