//! What only a nightly compiler or valgrind can check: undefined behaviour, data races, memory.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::bench::has_valgrind;
use crate::examples::{self, Kit};
use crate::shell::{Count, build_dir, cargo, run, target_dir};
use crate::{scenario, suite};

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

/// The programs that use the C interface: each ends by itself and says whether it was right.
const PROGRAMS: &[(&str, &str, &str)] = &[
    ("c++", "-std=c++17", "ffi-c/tests/cpp/wrapper.cpp"),
    ("cc", "-std=c99", "examples/c/quickstart.c"),
    ("c++", "-std=c++17", "examples/cpp/quickstart.cpp"),
    ("c++", "-std=c++17", "examples/cpp/market_maker.cpp"),
];
/// How many of them are in the short form.
const PROGRAMS_SHORT: usize = 2;
/// One of so many scenarios is in the short form.
const SCENARIO_STRIDE: usize = 9;
/// Memory that is lost is an error; what is kept until the end, as closed handles are, is none.
const VALGRIND: &[&str] = &[
    "valgrind",
    "--quiet",
    "--fair-sched=yes",
    "--leak-check=full",
    "--show-leak-kinds=definite,indirect",
    "--errors-for-leak-kinds=definite,indirect",
    "--error-exitcode=9",
];

/// The C interface under AddressSanitizer with its leak check, the C side under
/// UndefinedBehaviorSanitizer too, then all of it under valgrind where there is one.
///
/// # Errors
/// When an error or a leak is found, or the toolchain cannot be had.
pub fn boundary(root: &Path) -> Result<()> {
    let folder = target_dir(root).join("asan");
    let instrumented = |task: &[&str]| -> Result<()> {
        let mut command = nightly(root, &["rust-src"])?;
        command
            .env("RUSTFLAGS", "-Zsanitizer=address")
            // SQLite and zstd, too.
            .env("CFLAGS", "-fsanitize=address")
            .env("CARGO_TARGET_DIR", &folder)
            .args(task.iter().take(1))
            .args(["--target", TARGET, "--package", "truebook-c"])
            .args(task.iter().skip(1));
        run(&mut command)
    };
    instrumented(&["test", "--tests"])?;
    instrumented(&["rustc", "--lib", "--crate-type", "staticlib"])?;
    let kit = Kit {
        library: folder.join(TARGET).join("debug").join("libtruebook_c.a"),
        flags: &[
            "-g",
            "-fsanitize=address,undefined",
            "-fno-sanitize-recover=all",
        ],
        ending: "-sanitized",
    };
    suite::passed(use_all(root, &kit, &[], (PROGRAMS.len(), 1)))?;
    if !has_valgrind() {
        println!("not run under valgrind: there is none here");
        return Ok(());
    }
    run(cargo(root).args(["build", "--package", "truebook-c"]))?;
    let kit = Kit::plain(root);
    suite::passed(use_all(root, &kit, VALGRIND, (PROGRAMS.len(), 1)))
}

/// The short form: some programs and scenarios under valgrind, where there is one.
///
/// # Errors
/// When a program cannot be built or started.
pub fn boundary_short(root: &Path) -> Result<Count> {
    if !has_valgrind() {
        println!("not run: there is no valgrind here");
        return Ok(Count::default());
    }
    run(cargo(root).args(["build", "--package", "truebook-c"]))?;
    let some = (PROGRAMS_SHORT, SCENARIO_STRIDE);
    use_all(root, &Kit::plain(root), VALGRIND, some)
}

/// Builds programs with `kit` and runs them by `runner`: the first of [`PROGRAMS`], and one of as
/// many scenarios as the stride says.
fn use_all(
    root: &Path,
    kit: &Kit,
    runner: &[&str],
    (programs, stride): (usize, usize),
) -> Result<Count> {
    let runner = |program: PathBuf| -> Vec<OsString> {
        let before = runner.iter().map(OsString::from);
        before.chain([program.into_os_string()]).collect()
    };
    let mut count = Count::default();
    for (compiler, standard, source) in PROGRAMS.iter().take(programs) {
        let program = kit.build(root, compiler, &[standard], &root.join(source))?;
        let place = examples::tempfolder(&build_dir(root)?.join("examples"), &program)?;
        let command = runner(program);
        let (first, rest) = command.split_first().context("a program")?;
        let ended = Command::new(first).args(rest).current_dir(place).status()?;
        println!("{source}{}: {ended}", kit.ending);
        count.passed += u64::from(ended.success());
        count.failed += u64::from(!ended.success());
    }
    let source = root.join(scenario::SOURCE);
    let program = kit.build(root, "cc", &["-std=c99"], &source)?;
    let found = scenario::run_by(root, &runner(program), stride)?;
    count.passed += found.passed;
    count.failed += found.failed;
    Ok(count)
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
