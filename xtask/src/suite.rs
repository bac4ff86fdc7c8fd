//! `cargo xtask test`: every step, and one closing line.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::shell::{Count, cargo, count, root, run, target_dir};
use crate::{
    bench, crash, examples, header, linking, python, sanitize, scenario, setup, simulation, tidy,
};

/// A step that counts as one test.
const ONE: Count = Count {
    passed: 1,
    failed: 0,
};

type Step = (&'static str, fn(&Path) -> Result<Count>);

const STEPS: &[Step] = &[
    ("format", |root| {
        run(cargo(root).args(["fmt", "--all", "--check"])).map(|()| ONE)
    }),
    ("tidy", |root| tidy::run(root).map(|()| ONE)),
    ("header", |root| header::run(root, true).map(|()| ONE)),
    ("lints", |root| {
        let args = [
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ];
        run(cargo(root).args(args)).map(|()| ONE)
    }),
    ("Rust tests and doctests", |root| {
        let args = ["test", "--workspace", "--no-fail-fast"];
        let apart = [
            "--exclude",
            "truebook-python",
            "--exclude",
            "truebook-loom-tests",
        ];
        count(cargo(root).args(args).args(apart))
    }),
    ("loom models", loom),
    ("instructions", |root| {
        if !bench::has_valgrind() {
            println!("not counted: there is no valgrind here");
            return Ok(Count::default());
        }
        let passed = bench::count_instructions(root)?;
        Ok(Count { passed, failed: 0 })
    }),
    ("random worlds", simulation::short),
    ("kills and faults", crash::short),
    ("Python tests", python::test),
    ("scenarios from C", scenario::run_all),
    ("examples", examples::run_all),
    ("installation and linking", linking::run_all),
    ("memory at the C interface", sanitize::boundary_short),
];

/// Runs every step, the later ones also when an earlier one failed.
pub fn run_all(root: &Path) -> (Count, Vec<&'static str>) {
    let mut total = Count::default();
    let mut failed = Vec::new();
    for (name, step) in STEPS {
        println!("\n== {name}");
        let start = Instant::now();
        let found = step(root).unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Count {
                passed: 0,
                failed: 1,
            }
        });
        println!("== {name}: {} s", start.elapsed().as_secs());
        total.passed += found.passed;
        total.failed += found.failed;
        if found.failed > 0 {
            failed.push(*name);
        }
    }
    (total, failed)
}

/// A step as a task of its own: an error where something failed.
///
/// # Errors
/// When something failed.
pub fn passed(found: Result<Count>) -> Result<()> {
    match found?.failed {
        0 => Ok(()),
        failed => bail!("{failed} failed"),
    }
}

/// The task `test`.
pub fn run_task() -> ExitCode {
    let root = root();
    if let Err(error) = setup::check(&root) {
        eprintln!("error: {error:#}");
        return ExitCode::from(2);
    }
    let (total, failed) = run_all(&root);
    if !failed.is_empty() {
        println!("\nfailed: {}", failed.join(", "));
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The loom models, under the cfg that only they set.
pub fn loom(root: &Path) -> Result<Count> {
    let mut command = cargo(root);
    command
        .env("RUSTFLAGS", "--cfg truebook_loom")
        .env("CARGO_TARGET_DIR", target_dir(root).join("loom"))
        .args(["test", "--release", "--package", "truebook-loom-tests"]);
    count(&mut command)
}
