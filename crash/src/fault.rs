//! Every fault of the disk: each call of a short workload fails once, and from then on.
//!
//! 1. The child never crashes and never hangs; after one fault everything is durable.
//! 2. What it leaves is a prefix of what it was told, with everything acknowledged in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::patient::{Ended, run_patiently};
use crate::victim::{Target, own, program};
use crate::witness::Witness;
use crate::world::World;

/// The classes of calls, as the shim counts them.
const CLASSES: [&str; 9] = [
    "write", "sync", "truncate", "open", "read", "mmap", "unlink", "rename", "lock",
];
/// The errors, and the one that writes a half; by name for the reader.
const ERRORS: [(&str, i32); 3] = [("EIO", 5), ("ENOSPC", 28), ("SHORT", 0)];
/// The worlds: live ones, so that what follows a command is in the same commit as the command.
const SEEDS: [u64; 2] = [0, 2];
/// How long a run may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many findings are printed.
const SHOWN_MAX: usize = 30;

/// What is asked for.
#[derive(Clone, Debug, clap::Args)]
pub struct Plan {
    /// One of so many faults; 1 is every one
    #[arg(long, default_value_t = 1)]
    pub stride: usize,
    /// How many at a time; they mostly wait
    #[arg(long, default_value_t = 2)]
    pub jobs: u8,
    /// How many blocks of commands the workload has before it opens again
    #[arg(long, default_value_t = 2)]
    pub blocks: u64,
    /// The source of the shim
    #[arg(long)]
    pub shim: PathBuf,
    /// Where the databases are
    #[arg(long)]
    pub folder: Option<PathBuf>,
}

/// One fault of one run.
#[derive(Clone, Copy, Debug)]
struct Fault {
    seed: u64,
    class: usize,
    nth: u64,
    error: usize,
    is_lasting: bool,
}

impl Fault {
    fn name(&self) -> String {
        let class = CLASSES.get(self.class).copied().unwrap_or_default();
        let error = ERRORS.get(self.error).map_or("", |(name, _)| *name);
        let once = if self.is_lasting { "from" } else { "at" };
        format!("seed {} {error} {once} {class} {}", self.seed, self.nth)
    }
}

/// What the runs add up to.
#[derive(Clone, Debug, Default)]
struct Sum {
    runs: u64,
    came: u64,
    refused: u64,
    lasting: u64,
    findings: Vec<String>,
}

struct Bench {
    folder: PathBuf,
    shim: PathBuf,
    blocks: u64,
}

/// Runs every fault that `plan` wants.
///
/// # Errors
/// When one was not survived.
pub fn run(plan: &Plan) -> Result<()> {
    let usual = || std::env::temp_dir().join("truebook-crash");
    let folder = plan.folder.clone().unwrap_or_else(usual).join("fault");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let shim = build(&plan.shim, &folder)?;
    let bench = Bench {
        folder,
        shim,
        blocks: plan.blocks,
    };
    let begun = Instant::now();
    let mut faults = Vec::new();
    for seed in SEEDS {
        faults.extend(bench.faults(seed)?);
    }
    let all = faults.len();
    let left: Vec<Fault> = faults.into_iter().step_by(plan.stride.max(1)).collect();
    let (left, sum) = (Mutex::new(left), Mutex::new(Sum::default()));
    let ended: Vec<Result<()>> = thread::scope(|scope| {
        let work = |job| {
            let (bench, left, sum) = (&bench, &left, &sum);
            scope.spawn(move || bench.work(job, left, sum))
        };
        let jobs: Vec<_> = (0..plan.jobs).map(work).collect();
        jobs.into_iter()
            .map(|job| job.join().unwrap_or_else(|_| bail!("a job panicked")))
            .collect()
    });
    ended.into_iter().collect::<Result<()>>()?;
    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!(
        "{} of {all} faults in {} s: {} came, {} were said at the opening, {} lasted and were \
         said, {} findings",
        sum.runs,
        begun.elapsed().as_secs(),
        sum.came,
        sum.refused,
        sum.lasting,
        sum.findings.len()
    );
    if !sum.findings.is_empty() {
        bail!("{} faults were not survived", sum.findings.len());
    }
    Ok(())
}

/// Builds the shim with the system's C compiler.
fn build(source: &Path, folder: &Path) -> Result<PathBuf> {
    let shim = folder.join("fault.so");
    let flags = [
        "-std=gnu11",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-O1",
        "-fPIC",
        "-shared",
    ];
    let built = Command::new("cc")
        .args(flags)
        .arg(source)
        .arg("-o")
        .arg(&shim)
        .arg("-ldl")
        .status()
        .context("start cc")?;
    ensure!(built.success(), "cc ended with {built}");
    Ok(shim)
}

impl Bench {
    /// Every fault of the calls that a run without one makes.
    fn faults(&self, seed: u64) -> Result<Vec<Fault>> {
        let folder = self.folder.join(format!("dry-{seed}"));
        fs::create_dir_all(&folder)?;
        let dry = Fault {
            seed,
            class: 0,
            nth: 0,
            error: 0,
            is_lasting: false,
        };
        let (ended, counts) = self.workload(&dry, &folder)?;
        ensure!(ended.is_success(), "without a fault: {ended}");
        println!(
            "seed {seed}, calls without a fault: {}",
            counts.replace('\n', ", ")
        );
        let mut faults = Vec::new();
        for (class, name) in CLASSES.iter().enumerate() {
            for nth in 1..=count_of(&counts, name) {
                let errors = if *name == "write" { 3 } else { 2 };
                // Locks that are refused for good are another process's, not a fault of the disk.
                let lasts: &[bool] = if *name == "lock" {
                    &[false]
                } else {
                    &[false, true]
                };
                for error in 0..errors {
                    faults.extend(lasts.iter().map(|is_lasting| Fault {
                        seed,
                        class,
                        nth,
                        error,
                        is_lasting: *is_lasting,
                    }));
                }
            }
        }
        Ok(faults)
    }

    /// Runs the workload under `fault`; how it ended, and the calls that it made.
    fn workload(&self, fault: &Fault, folder: &Path) -> Result<(Ended, String)> {
        let counts = self.folder.join(format!(
            "counts-{}",
            folder.file_name().unwrap_or_default().to_string_lossy()
        ));
        let mut command = program("work", &folder.join("book.db"))?;
        let seed = fault.seed.to_string();
        let blocks = self.blocks.to_string();
        command.args(["--seed", &seed, "--blocks", &blocks]);
        if fault.is_lasting {
            command.arg("--is-lasting");
        }
        let error = ERRORS.get(fault.error).map_or(0, |(_, number)| *number);
        command
            .env("LD_PRELOAD", &self.shim)
            .env("FAULT_PATH", folder)
            .env("FAULT_CLASS", fault.class.to_string())
            .env("FAULT_NTH", fault.nth.to_string())
            .env("FAULT_ERRNO", error.to_string())
            .env("FAULT_LASTING", u8::from(fault.is_lasting).to_string())
            .env("FAULT_COUNTS", &counts)
            .stdin(Stdio::null());
        let ended = run_patiently(command, PATIENCE)?;
        let counts = fs::read_to_string(&counts).unwrap_or_default();
        Ok((ended, counts))
    }

    fn work(&self, job: u8, left: &Mutex<Vec<Fault>>, sum: &Mutex<Sum>) -> Result<()> {
        let mut witnesses = Vec::new();
        for seed in SEEDS {
            let folder = self.folder.join(format!("reference-{job}-{seed}"));
            fs::create_dir_all(&folder)?;
            witnesses.push((seed, Witness::new(World::of(seed), Path::new(""), &folder)?));
        }
        loop {
            let next = left.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(fault) = next else { return Ok(()) };
            let own = witnesses.iter_mut().find(|(seed, _)| *seed == fault.seed);
            let (_, witness) = own.context("a witness of every seed")?;
            let folder = self.folder.join(fault.name().replace(' ', "-"));
            fs::create_dir_all(&folder)?;
            let mut found = Sum::default();
            self.one(&fault, &folder, witness, &mut found)
                .with_context(|| fault.name())?;
            let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
            sum.runs += 1;
            sum.came += found.came;
            sum.refused += found.refused;
            sum.lasting += found.lasting;
            match found.findings.pop() {
                None => fs::remove_dir_all(&folder)?,
                Some(finding) => {
                    let finding = format!("{}: {finding}", fault.name());
                    if sum.findings.len() < SHOWN_MAX {
                        eprintln!("{finding}");
                    }
                    sum.findings.push(finding);
                }
            }
        }
    }

    /// One run under a fault, and the opening without it.
    fn one(
        &self,
        fault: &Fault,
        folder: &Path,
        witness: &mut Witness,
        sum: &mut Sum,
    ) -> Result<()> {
        let db = folder.join("book.db");
        witness.begin(&db);
        let (ended, counts) = self.workload(fault, folder)?;
        sum.came += u64::from(count_of(&counts, "came") > 0);
        if let Err(wrong) = witness.hear(&ended.said, "")? {
            sum.findings.push(format!("while it ran: {wrong}"));
            return Ok(());
        }
        let was_opening = ended.said.trim_end().ends_with("opening");
        let is_said = ended.code == Some(1) && !ended.complaint.contains("panicked");
        let is_allowed = ended.is_success() || (is_said && was_opening);
        if !is_allowed {
            sum.findings.push(ended.to_string());
            return Ok(());
        }
        sum.refused += u64::from(!ended.is_success());
        sum.lasting += u64::from(ended.is_success() && !ended.said.trim_end().ends_with("closed"));
        let target = Target {
            db,
            seed: fault.seed,
            next: witness.next(),
            life: fault.nth,
        };
        let mut after = own("write", &target)?;
        after.args(["--commands", "40"]);
        let ended = run_patiently(after, PATIENCE)?;
        let heard = witness.hear(&ended.said, &ended.complaint)?;
        if let Err(wrong) = heard {
            sum.findings.push(format!("without the fault: {wrong}"));
        } else if !ended.is_success() {
            sum.findings.push(format!("without the fault: {ended}"));
        }
        Ok(())
    }
}

/// The count of `name` in the lines that the shim wrote.
fn count_of(counts: &str, name: &str) -> u64 {
    let found = counts.lines().find_map(|line| {
        let (known, count) = line.split_once(' ')?;
        (known == name).then(|| count.parse().ok())?
    });
    found.unwrap_or(0)
}
