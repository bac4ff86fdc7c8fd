//! The campaign of kills: a database lives through some tens of them, then comes a fresh one.
//!
//! 1. A database is a seed: campaigns in shards kill the same databases as one.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::tally::Tally;
use crate::victim::{Target, own, victim_of};
use crate::witness::{Heard, Witness, Wrong};
use crate::world::World;

/// How many kills a database lives through.
const KILLS_EACH: u64 = 40;
/// How long the system takes to start a child, about, in microseconds.
const START_US: u64 = 700;
/// How long a child may take to write.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a child says once it writes, or once it has opened and closed.
const READY: [&str; 2] = ["ready", "closed"];
/// The longest opening that is waited for, in microseconds.
const OPEN_MAX_US: u64 = 200_000;
/// How long after it began to write a child is killed at the latest, usually and seldom.
const WRITES_US: [u64; 2] = [4_000, 30_000];

/// What is asked for.
#[derive(Clone, Debug, clap::Args)]
pub struct Plan {
    /// How many kills
    #[arg(long, default_value_t = 100_000)]
    pub kills: u64,
    /// The first kill: where to go on
    #[arg(long, default_value_t = 0)]
    pub from: u64,
    /// Stop after so many seconds and say where to go on
    #[arg(long, default_value_t = u64::MAX)]
    pub seconds: u64,
    /// How many databases at a time
    #[arg(long, default_value_t = 2)]
    pub jobs: u8,
    /// Where the databases are
    #[arg(long)]
    pub folder: Option<PathBuf>,
}

struct Campaign<'a> {
    plan: &'a Plan,
    folder: PathBuf,
    begun: Instant,
    next: Mutex<u64>,
    tally: Mutex<Tally>,
}

/// Kills as often as `plan` says, and says what was found.
///
/// # Errors
/// When anything was lost, doubled or wrong.
pub fn run(plan: &Plan) -> Result<()> {
    let usual = || std::env::temp_dir().join("truebook-crash");
    let folder = plan.folder.clone().unwrap_or_else(usual).join("kill");
    fs::create_dir_all(&folder)?;
    let campaign = Campaign {
        plan,
        folder,
        begun: Instant::now(),
        next: Mutex::new(plan.from / KILLS_EACH),
        tally: Mutex::new(Tally::default()),
    };
    let ended: Vec<Result<()>> = thread::scope(|scope| {
        let jobs: Vec<_> = (0..plan.jobs)
            .map(|_| scope.spawn(|| campaign.work()))
            .collect();
        let join = |job: thread::ScopedJoinHandle<'_, Result<()>>| match job.join() {
            Ok(ended) => ended,
            Err(_) => bail!("a job panicked"),
        };
        jobs.into_iter().map(join).collect()
    });
    ended.into_iter().collect::<Result<()>>()?;
    let next = *campaign.next() * KILLS_EACH;
    let tally = campaign.tally();
    tally.print(campaign.begun.elapsed());
    println!("go on with --from {next}");
    tally.verdict()
}

impl Campaign<'_> {
    fn next(&self) -> MutexGuard<'_, u64> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next database, until all kills are done or the time is over.
    fn take(&self) -> Option<u64> {
        let last = self.plan.from.saturating_add(self.plan.kills);
        let mut next = self.next();
        let is_left = *next * KILLS_EACH < last && self.has_time();
        is_left.then(|| {
            *next += 1;
            *next - 1
        })
    }

    fn has_time(&self) -> bool {
        self.begun.elapsed().as_secs() < self.plan.seconds
    }

    fn work(&self) -> Result<()> {
        while let Some(seed) = self.take() {
            let folder = self.folder.join(format!("seed-{seed}"));
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            fs::create_dir_all(&folder)?;
            let found = self.database(seed, &folder);
            let found = found.with_context(|| format!("seed {seed}, {}", folder.display()))?;
            match found {
                None => fs::remove_dir_all(&folder)?,
                Some((kill, wrong)) => {
                    let at = seed * KILLS_EACH;
                    let place = folder.display();
                    self.tally().blame(
                        &wrong,
                        &format!(
                            "{wrong}, after kill {kill} of seed {seed}; kept in {place}; again: \
                             cargo xtask crash --from {at} --kills {KILLS_EACH}"
                        ),
                    );
                }
            }
        }
        Ok(())
    }

    /// The kills of one database; the first thing that is wrong ends them.
    fn database(&self, seed: u64, folder: &Path) -> Result<Option<(u64, Wrong)>> {
        let world = World::of(seed);
        let db = folder.join("book.db");
        let mut witness = Witness::new(world, &db, folder)?;
        let mut random = crate::random::Rng::with_seed(seed);
        let mut opened_us = 2_000;
        for kill in 0..KILLS_EACH {
            let target = Target {
                db: db.clone(),
                seed,
                next: witness.next(),
                life: random.u64(..),
            };
            let victim = victim_of(random.u64(0..100));
            let moment = Moment::of(&mut random, opened_us);
            let (said, complaint) = kill_one((victim.command)(&target)?, moment)?;
            let heard = match witness.hear(&said, &complaint)? {
                Ok(heard) => heard,
                Err(wrong) => return Ok(Some((kill, wrong))),
            };
            // One that was killed before it was open says only that it takes longer.
            opened_us = heard
                .opened_us
                .unwrap_or(opened_us * 5 / 4)
                .min(OPEN_MAX_US);
            self.tally().add(victim.name, &heard);
        }
        let target = Target {
            db: db.clone(),
            seed,
            next: witness.next(),
            life: random.u64(..),
        };
        match end_in_order(&mut witness, &target)? {
            Ok(_) => Ok(None),
            Err(wrong) => Ok(Some((KILLS_EACH, wrong))),
        }
    }
}

/// When a child is killed: so long after its start, or after it began to write.
#[derive(Clone, Copy, Debug)]
enum Moment {
    Start(Duration),
    Ready(Duration),
}

impl Moment {
    fn of(random: &mut crate::random::Rng, opened_us: u64) -> Self {
        let us = |us: u64| Duration::from_micros(us);
        match random.u8(0..100) {
            0..30 => Self::Start(us(random.u64(0..START_US + opened_us * 5 / 4))),
            30..95 => Self::Ready(us(random.u64(0..WRITES_US[0]))),
            _ => Self::Ready(us(random.u64(0..WRITES_US[1]))),
        }
    }
}

/// Starts a child, kills it at `moment`, and gives what it said.
fn kill_one(mut command: std::process::Command, moment: Moment) -> Result<(String, String)> {
    let mut child = command.spawn().context("start a child")?;
    let out = child.stdout.take().context("a pipe")?;
    let (ready, is_ready) = mpsc::channel();
    let ears = thread::spawn(move || listen(BufReader::new(out), &ready));
    match moment {
        Moment::Start(delay) => thread::sleep(delay),
        Moment::Ready(delay) => {
            let hung = is_ready.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
            if hung {
                bail!("a child said nothing for {PATIENCE:?}: {command:?}");
            }
            thread::sleep(delay);
        }
    }
    child.kill().context("kill a child")?;
    child.wait()?;
    let said = ears.join().unwrap_or_default();
    let mut complaint = String::new();
    if let Some(mut out) = child.stderr.take() {
        out.read_to_string(&mut complaint)?;
    }
    Ok((said, complaint))
}

/// Hears a child to its end, and says when it writes; a line that was cut off is none.
fn listen(mut out: impl BufRead, ready: &mpsc::Sender<()>) -> String {
    let mut said = String::new();
    loop {
        let begin = said.len();
        let read = out.read_line(&mut said).unwrap_or(0);
        if read == 0 || !said.ends_with('\n') {
            said.truncate(begin);
            return said;
        }
        if said
            .get(begin..)
            .is_some_and(|line| READY.contains(&line.trim_end()))
        {
            // Nobody waits who kills it after a while.
            let _ = ready.send(());
        }
    }
}

/// A last child goes on with the database and ends by itself.
fn end_in_order(witness: &mut Witness, target: &Target) -> Result<Result<Heard, Wrong>> {
    let output = own("write", target)?.args(["--commands", "100"]).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    witness.hear(&said, &complaint)
}
