//! Random worlds against the ledger, in release with its overflow checks.

use std::path::Path;

use anyhow::Result;

use crate::shell::{Count, cargo, run};

/// How long the short form takes, in seconds.
const SHORT: u64 = 40;

/// Runs worlds: how many, events of each, the first seed, seconds at most.
///
/// # Errors
/// When a world broke; its seed is printed.
pub fn run_worlds(root: &Path, [seeds, events, from, seconds]: [u64; 4]) -> Result<()> {
    let mut command = cargo(root);
    command.args([
        "run",
        "--release",
        "--quiet",
        "--package",
        "truebook-simulation",
        "--",
    ]);
    let jobs = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    for (name, value) in [
        ("--jobs", jobs.min(u64::from(u8::MAX))),
        ("--seeds", seeds),
        ("--events", events),
        ("--from", from),
        ("--seconds", seconds),
    ] {
        command.arg(name).arg(value.to_string());
    }
    run(&mut command)
}

/// The short form, as one test.
///
/// # Errors
/// As [`run_worlds`].
pub fn short(root: &Path) -> Result<Count> {
    run_worlds(root, [u64::MAX / 2, 20_000, 0, SHORT])?;
    Ok(Count {
        passed: 1,
        failed: 0,
    })
}
