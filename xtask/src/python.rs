//! The Python package: built as users build it, then tested.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::setup;
use crate::shell::{Count, build_dir, count, run};

/// Installs the package into the tasks' virtual environment.
///
/// # Errors
/// When it cannot be built.
pub fn install(root: &Path) -> Result<std::path::PathBuf> {
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
    let results = build_dir(root)?.join("python.json");
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--requirement"])
        .arg(own.join("requirements.txt"));
    run(&mut pip)?;
    let mut pytest = Command::new(&python);
    pytest
        .current_dir(root)
        .args([
            "-m",
            "pytest",
            "benches/python",
            "-q",
            "-p",
            "no:cacheprovider",
        ])
        .arg(format!("--benchmark-json={}", results.display()));
    run(&mut pytest)?;
    let mut table = Command::new(&python);
    let said = table.arg(own.join("table.py")).arg(&results).output()?;
    Ok(String::from_utf8(said.stdout)?)
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
