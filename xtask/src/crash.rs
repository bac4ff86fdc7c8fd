//! Kills, faults of the disk, flipped bits and full disks against the store, in release.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::shell::{Count, cargo, run, target_dir};

/// How long the short form kills, in seconds.
const KILLS_SHORT: &str = "20";
/// One of so many faults is in the short form.
const FAULT_STRIDE: &str = "29";
/// How many flips are in the short form.
const FLIPS_SHORT: &str = "400";

/// What of the proof that nothing acknowledged is ever lost is run: kills, or another part.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Plan {
    /// How many kills
    #[arg(long, default_value_t = 100_000)]
    kills: u64,
    /// The first kill: where to go on
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Stop after so many seconds and say where to go on
    #[arg(long, default_value_t = u64::MAX)]
    seconds: u64,
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Subcommand)]
enum Part {
    /// Fails each call of the disk that a short workload makes, once and from then on
    Fault {
        /// One of so many faults
        #[arg(long, default_value_t = 1)]
        stride: u64,
    },
    /// Flips bits of a closed database and of one whose writer was killed
    Flip {
        /// How many
        #[arg(long, default_value_t = 20_000)]
        flips: u64,
        /// What the places follow from
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Disks that are full or read-only, and a file that is removed
    Disk,
}

/// Runs what `plan` names.
///
/// # Errors
/// When something was lost, doubled or wrong; it is printed.
pub fn run_plan(root: &Path, plan: &Plan) -> Result<()> {
    match &plan.part {
        None => {
            let mut command = program(root, "kill");
            for (name, value) in [
                ("--kills", plan.kills),
                ("--from", plan.from),
                ("--seconds", plan.seconds),
            ] {
                command.arg(name).arg(value.to_string());
            }
            run(&mut command)
        }
        Some(Part::Fault { stride }) => run(fault(root).args(["--stride", &stride.to_string()])),
        Some(Part::Flip { flips, seed }) => {
            let (flips, seed) = (flips.to_string(), seed.to_string());
            run(program(root, "flip").args(["--flips", &flips, "--seed", &seed]))
        }
        Some(Part::Disk) => run(&mut program(root, "disk")),
    }
}

/// The short form: each part is a test.
///
/// # Errors
/// When none can be run.
pub fn short(root: &Path) -> Result<Count> {
    let parts = [
        run(program(root, "kill").args(["--seconds", KILLS_SHORT])),
        run(fault(root).args(["--stride", FAULT_STRIDE])),
        run(program(root, "flip").args(["--flips", FLIPS_SHORT])),
        run(&mut program(root, "disk")),
    ];
    let mut count = Count::default();
    for part in parts {
        match part {
            Ok(()) => count.passed += 1,
            Err(error) => {
                eprintln!("error: {error:#}");
                count.failed += 1;
            }
        }
    }
    Ok(count)
}

fn fault(root: &Path) -> Command {
    let mut command = program(root, "fault");
    command
        .args(["--jobs", "4", "--shim"])
        .arg(root.join("crash/shim/fault.c"));
    command
}

/// The program, built in release, its databases below what cargo builds.
fn program(root: &Path, part: &str) -> Command {
    let mut command = cargo(root);
    command
        .args([
            "run",
            "--release",
            "--quiet",
            "--package",
            "truebook-crash",
            "--",
            part,
        ])
        .arg("--folder")
        .arg(target_dir(root).join("crash"));
    command
}
