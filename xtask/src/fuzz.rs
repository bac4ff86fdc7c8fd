//! Hostile input, steered by what it reaches in the code; on the project's own toolchain.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::shell::{run, target_dir};
use crate::tool;

/// How long an input is at most, in bytes: some thirty commands.
const INPUT_MAX: u32 = 1_200;
/// After how many seconds an input counts as one that never ends.
const PATIENCE: u32 = 20;

/// Fuzzes the target `command` for `seconds`, from where the last run ended.
///
/// # Errors
/// When an input broke something; it is printed, and kept in `fuzz/artifacts/command`.
pub fn run_target(root: &Path, seconds: u64) -> Result<()> {
    let mut command = Command::new(tool::install(root, "cargo-fuzz")?);
    command.current_dir(root);
    // A sanitizer needs nightly and looks for what only unsafe code does; the ledger has none.
    // Traced comparisons take about half of the time; the values are chosen from the edges already.
    command.args(["fuzz", "run", "--fuzz-dir", "fuzz", "--sanitizer", "none"]);
    command.args(["--no-trace-compares", "--target-dir"]);
    command.arg(target_dir(root).join("fuzz"));
    command.args(["command", "--", "-print_final_stats=1"]);
    command.arg(format!("-max_len={INPUT_MAX}"));
    // Short inputs first would never reach what many commands build up.
    command.arg("-len_control=0");
    command.arg(format!("-timeout={PATIENCE}"));
    command.arg(format!("-max_total_time={seconds}"));
    run(&mut command)
}
