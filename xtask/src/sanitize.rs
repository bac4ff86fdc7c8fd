//! What only a nightly compiler can check: undefined behaviour and data races.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::shell::{run, target_dir};

/// The target that sanitizers know.
const TARGET: &str = "x86_64-unknown-linux-gnu";
/// How many schedules Miri tries of each test.
const SEEDS: &str = "0..4";

/// Miri over the lock-free structures: undefined behaviour and races, under several schedules.
///
/// # Errors
/// When a test fails or the toolchain cannot be had.
pub fn miri(root: &Path) -> Result<()> {
    let components = ["miri", "rust-src"];
    let flags = format!("-Zmiri-disable-isolation -Zmiri-many-seeds={SEEDS}");
    let mut command = nightly(root, &components)?;
    command
        .env("MIRIFLAGS", flags)
        .env("CARGO_TARGET_DIR", target_dir(root).join("miri"))
        .args(["miri", "test", "--package", "truebook-core", "--lib", "--"])
        .arg("sync::");
    run(&mut command)
}

/// ThreadSanitizer over the tests that put the engine under load, the standard library included.
///
/// # Errors
/// When a test fails, a race is found, or the toolchain cannot be had.
pub fn threads(root: &Path) -> Result<()> {
    let mut command = nightly(root, &["rust-src"])?;
    command
        .env("RUSTFLAGS", "-Zsanitizer=thread")
        .env("CARGO_TARGET_DIR", target_dir(root).join("tsan"))
        .args(["test", "-Zbuild-std", "--target", TARGET])
        .args(["--package", "truebook-core"]);
    for test in ["engine", "bus", "reader", "stress"] {
        command.args(["--test", test]);
    }
    run(&mut command)
}

/// Cargo of the nightly toolchain, which is installed with `components` where it is not.
fn nightly(root: &Path, components: &[&str]) -> Result<Command> {
    let known = Command::new("rustup")
        .args(["toolchain", "list"])
        .output()?;
    let is_there = String::from_utf8_lossy(&known.stdout).contains("nightly");
    let mut install = Command::new("rustup");
    if is_there {
        install.args(["component", "add", "--toolchain", "nightly"]);
        install.args(components);
    } else {
        install.args(["toolchain", "install", "nightly", "--profile", "minimal"]);
        install.args(["--no-self-update", "--component", &components.join(",")]);
    }
    run(&mut install)?;
    let mut command = Command::new("rustup");
    command
        .current_dir(root)
        .args(["run", "nightly", "cargo"])
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO");
    Ok(command)
}
