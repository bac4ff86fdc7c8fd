//! Line coverage of the ledger: every line outside tests must be run by a test.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell::{build_dir, run, target_dir};
use crate::tool;

/// What is measured.
const LEDGER: &str = "/core/src/book/";
/// Whose tests are run.
const PACKAGES: [&str; 3] = ["truebook-core", "truebook-simulation", "truebook"];

/// Runs the tests of the ledger and names each of its lines that none of them runs.
///
/// # Errors
/// When a test failed, or a line is not run.
pub fn check(root: &Path) -> Result<()> {
    let mut component = Command::new("rustup");
    run(component
        .current_dir(root)
        .args(["component", "add", "llvm-tools"]))?;
    let report = build_dir(root)?.join("coverage.lcov");
    let mut command = Command::new(tool::install(root, "cargo-llvm-cov")?);
    command.current_dir(root);
    command.env("CARGO_TARGET_DIR", target_dir(root).join("coverage"));
    command.args(["llvm-cov", "--no-cfg-coverage", "--lcov", "--output-path"]);
    command.arg(&report);
    for package in PACKAGES {
        command.args(["--package", package]);
    }
    run(&mut command)?;
    let text = fs::read_to_string(&report).context("the report of cargo-llvm-cov")?;
    let lines = count(&text)?;
    println!(
        "{} of {} lines of core/src/book are run by a test",
        lines.run, lines.all
    );
    if lines.missed.is_empty() {
        return Ok(());
    }
    for missed in &lines.missed {
        println!("{missed}");
    }
    bail!("{} lines are not run by any test", lines.missed.len());
}

#[derive(Default)]
struct Lines {
    all: usize,
    run: usize,
    missed: Vec<String>,
}

/// Counts the lines of the ledger in an lcov report, tests apart.
fn count(report: &str) -> Result<Lines> {
    let mut lines = Lines::default();
    let (mut file, mut tests) = (String::new(), usize::MAX);
    for record in report.lines() {
        if let Some(path) = record.strip_prefix("SF:") {
            file = path.to_owned();
            let source = fs::read_to_string(path).unwrap_or_default();
            let begin = source.lines().position(|line| line == "#[cfg(test)]");
            tests = begin.map_or(usize::MAX, |line| line + 1);
        }
        let Some(data) = record.strip_prefix("DA:").filter(|_| file.contains(LEDGER)) else {
            continue;
        };
        let mut fields = data.split(',');
        let (line, runs) = (fields.next(), fields.next());
        let line: usize = line.context("a line without a number")?.parse()?;
        if line >= tests {
            continue;
        }
        lines.all += 1;
        if runs == Some("0") {
            lines.missed.push(format!("{file}:{line}"));
        } else {
            lines.run += 1;
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_a_run_is_named_and_others_are_counted() {
        let report = "SF:/a/core/src/book/x.rs\nDA:1,0\nDA:2,7\nSF:/a/other.rs\nDA:1,0\n";
        let lines = count(report).unwrap();
        assert_eq!((lines.all, lines.run), (2, 1));
        assert_eq!(lines.missed, ["/a/core/src/book/x.rs:1"]);
    }
}
