//! The figures: one table of all of them, and how many instructions the hot paths take.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::python;
use crate::shell::{build_dir, cargo, run, target_dir};

/// Where the table goes.
const TABLE: &str = "BENCHMARKS.md";
/// How often each piece of work is done.
const TIMES: u64 = 10_000;
/// The most instructions of each piece of work: applying a quote, a fill, a quote with what
/// readers see of it, and reading a position. A change of compiler may need new ones.
const MOST: [(&str, u64); 4] = [
    ("apply", 1_260),
    ("fill", 5_100),
    ("publish", 2_950),
    ("read", 70),
];

/// Measures everything and writes `BENCHMARKS.md`; to be run on a machine that does nothing else.
///
/// # Errors
/// When a measurement cannot be made.
pub fn measure(root: &Path) -> Result<()> {
    let (engine, machine) = table(root, "engine")?;
    let (asked, _) = table(root, "asked")?;
    let (store, _) = table(root, "store")?;
    let (bars, _) = table(root, "bars")?;
    let mut ledger = cargo(root);
    ledger.args([
        "bench",
        "--package",
        "truebook-benches",
        "--bench",
        "ledger",
    ]);
    let output = ledger.output().context("start the ledger's measurements")?;
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}");
    let mut text = String::from("# Figures\n\nAll of one run of `cargo xtask bench`");
    writeln!(text, " on {machine}.\n")?;
    text += "Times drift between machines and hours, so each figure stands beside a calibrator of \
             the same run.\n\n## Engine\n\n";
    text += &engine;
    text += "\n## What the customer asked for\n\n";
    text += &asked;
    text += "\n## Store\n\n";
    text += &store;
    text += "\n## Bars\n\n";
    text += &bars;
    text += "\n## Python\n\n`benches/python`: a call inline, and of an engine on its own thread, \
             spinning or parked, beside the same work as others do it.\n\n";
    text += &python::measure(root)?;
    text += "\n## C\n\n`benches/c`: one thread beside a writer that spins.\n\n";
    text += &called_from_c(root)?;
    text += "\n## Ledger\n\nOne command, no ring, no thread, no disk.\n\n";
    text += "| what | median |\n|---|---|\n";
    text += &medians(&said);
    text +=
        "\n## Instructions\n\n`cargo xtask instructions`, which tests run where valgrind is.\n\n";
    text += "| what | instructions | at most |\n|---|---|---|\n";
    for (work, most) in MOST {
        let found = instructions(root, work)?;
        writeln!(text, "| {work} | {found} | {most} |")?;
    }
    std::fs::write(root.join(TABLE), text).context(TABLE)
}

/// What calls from C cost, as a table.
fn called_from_c(root: &Path) -> Result<String> {
    run(cargo(root).args(["build", "--release", "--package", "truebook-c"]))?;
    let library = target_dir(root).join("release").join("libtruebook_c.a");
    let program = build_dir(root)?.join("speed");
    let mut cc = Command::new("cc");
    cc.args(["-std=c11", "-O2", "-D_POSIX_C_SOURCE=200809L", "-I"])
        .arg(root.join("include"))
        .arg(root.join("benches/c/speed.c"))
        .arg(library)
        .args(["-lpthread", "-ldl", "-lm", "-o"])
        .arg(&program);
    run(&mut cc)?;
    let output = Command::new(program).output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The table that a measurement makes, and the machine.
fn table(root: &Path, name: &str) -> Result<(String, String)> {
    let part = build_dir(root)?.join(format!("{name}.md"));
    let mut command = cargo(root);
    command.env("BENCH_TABLE", &part).args([
        "bench",
        "--package",
        "truebook-benches",
        "--bench",
        name,
    ]);
    let output = command.output().context("start a measurement")?;
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}");
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    let machine = said.lines().find_map(|line| line.strip_prefix("machine: "));
    let machine = machine.unwrap_or("an unknown machine").to_owned();
    Ok((std::fs::read_to_string(part)?, machine))
}

/// The medians in what criterion prints, as rows of a table.
fn medians(said: &str) -> String {
    let mut rows = String::new();
    let mut name = "";
    for line in said.lines() {
        let (before, after) = line.split_once("time:").unwrap_or((line, ""));
        if !before.trim().is_empty() && !before.starts_with(' ') {
            name = before.trim();
        }
        let times: Vec<&str> = after.trim().trim_matches(['[', ']']).split(' ').collect();
        if let [_, _, median, unit, ..] = times.as_slice() {
            rows += &format!("| {name} | {median} {unit} |\n");
        }
    }
    rows
}

/// Counts the instructions of the hot paths.
///
/// # Errors
/// When one takes more than it may.
pub fn count_instructions(root: &Path) -> Result<u64> {
    let mut broken = 0_u64;
    for (work, most) in MOST {
        let found = instructions(root, work)?;
        println!("{work}: {found} instructions, at most {most}");
        broken += u64::from(found > most);
    }
    match broken {
        0 => Ok(MOST.len() as u64),
        _ => bail!("{broken} take more than they may"),
    }
}

/// Whether instructions can be counted here.
pub fn has_valgrind() -> bool {
    let found = Command::new("valgrind").arg("--version").output();
    found.is_ok_and(|output| output.status.success())
}

/// How many instructions one piece of work takes, on average.
fn instructions(root: &Path, work: &str) -> Result<u64> {
    let mut build = cargo(root);
    let package = ["--package", "truebook-benches"];
    run(build
        .args(["build", "--quiet", "--release", "--example", "count"])
        .args(package))?;
    let binary = target_dir(root).join("release/examples/count");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*count*counted*"])
        .arg("--callgrind-out-file=/dev/null")
        .arg(binary)
        .args([work, &TIMES.to_string()])
        .output()
        .context("start valgrind")?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected :"));
    let number = collected.and_then(|(_, number)| number.trim().parse::<u64>().ok());
    match number {
        Some(number) if number > 0 => Ok(number / TIMES),
        _ => bail!("valgrind counted nothing:\n{said}"),
    }
}
