//! The Python package: built as users build it, then tested.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::setup;
use crate::shell::{Count, build_dir, count, run};

/// Installs the package into the tasks' virtual environment.
///
/// # Errors
/// When it cannot be built.
pub fn install(root: &Path) -> Result<PathBuf> {
    let python = setup::python(root)?;
    let venv = build_dir(root)?.join("venv");
    let mut maturin = Command::new(venv.join("bin").join("maturin"));
    maturin
        .current_dir(root)
        .env("VIRTUAL_ENV", &venv)
        .args(["develop", "--release", "--quiet"]);
    run(&mut maturin)?;
    Ok(python)
}

/// Measures calls from Python, beside what bots do today; the table of it.
///
/// # Errors
/// When a measurement cannot be made.
pub fn measure(root: &Path) -> Result<String> {
    let python = install(root)?;
    let own = root.join("benches").join("python");
    setup::redis();
    let ours = benchmarked(root, &python, &own)?;
    // Its own environment: it wants older versions of what the tests use.
    let nautilus = setup::venv(root, "nautilus")?;
    let theirs = benchmarked(root, &nautilus, &own.join("nautilus"))?;
    let mut table = Command::new(&python);
    table.arg(own.join("table.py")).args([ours, theirs]);
    Ok(String::from_utf8(table.output()?.stdout)?)
}

/// Runs the benchmarks in `folder`, which says what they need; the file of their results.
fn benchmarked(root: &Path, python: &Path, folder: &Path) -> Result<PathBuf> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let results = build_dir(root)?.join(format!("{name}.json"));
    setup::install(python, &folder.join("requirements.txt"))?;
    let mut pytest = Command::new(python);
    pytest
        .current_dir(folder)
        .args([
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--ignore=nautilus",
        ])
        .args(["--rootdir=.", "--confcutdir=.", "-c", "/dev/null"])
        .arg(format!("--benchmark-json={}", results.display()));
    run(&mut pytest)?;
    Ok(results)
}

/// The Python tests; one of them checks the stubs.
///
/// # Errors
/// When they cannot be run.
pub fn test(root: &Path) -> Result<Count> {
    let python = install(root)?;
    let mut pytest = Command::new(&python);
    pytest
        .current_dir(root)
        .args(["-m", "pytest", "--color=no", "-p", "no:cacheprovider"]);
    count(&mut pytest)
}
