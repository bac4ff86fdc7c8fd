//! `cargo xtask simulate`: many worlds, in shards that can be resumed; a failure names its seed.

use std::panic::catch_unwind;
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use clap::Parser;
use truebook_simulation::{Failure, Outcome, World};

/// Runs random worlds against the ledger.
#[derive(Parser)]
struct Args {
    /// How many worlds
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// How many events each books
    #[arg(long, default_value_t = 10_000)]
    events: u64,
    /// The first seed: where to go on
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Stop after so many seconds and say where to go on
    #[arg(long)]
    seconds: Option<u64>,
    /// How many worlds run beside each other
    #[arg(long, default_value_t = 1)]
    jobs: u8,
}

/// The worlds that are left, shared by the jobs.
struct Campaign {
    args: Args,
    begun: Instant,
    next: Mutex<u64>,
}

impl Campaign {
    fn next(&self) -> MutexGuard<'_, u64> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn last(&self) -> u64 {
        self.args.from.saturating_add(self.args.seeds)
    }

    /// The next seed, until all are taken or the time is over.
    fn take(&self) -> Option<u64> {
        let most = self.args.seconds.unwrap_or(u64::MAX);
        let mut next = self.next();
        let seed = *next;
        (seed < self.last() && self.begun.elapsed().as_secs() < most).then(|| {
            *next += 1;
            seed
        })
    }

    /// One job: world after world; the first that breaks ends the others too.
    fn run(&self) -> Result<Outcome, Failure> {
        let mut sum = Outcome::default();
        while let Some(seed) = self.take() {
            let world = catch_unwind(|| World::new(seed).run(self.args.events));
            let outcome = world.unwrap_or_else(|_printed| {
                Err(Failure {
                    seed,
                    command: 0,
                    what: "it panicked, as printed above".to_owned(),
                })
            });
            match outcome {
                Ok(outcome) => sum.add(outcome),
                Err(failure) => {
                    *self.next() = self.last();
                    return Err(failure);
                }
            }
        }
        Ok(sum)
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    let campaign = Campaign {
        next: Mutex::new(args.from),
        begun: Instant::now(),
        args,
    };
    let ended: Vec<_> = thread::scope(|scope| {
        let jobs = 0..campaign.args.jobs;
        let jobs: Vec<_> = jobs.map(|_| scope.spawn(|| campaign.run())).collect();
        jobs.into_iter().filter_map(|job| job.join().ok()).collect()
    });
    let mut sum = Outcome::default();
    let (from, events) = (campaign.args.from, campaign.args.events);
    for outcome in ended {
        match outcome {
            Ok(outcome) => sum.add(outcome),
            Err(failure) => {
                eprintln!(
                    "seed {seed}, command {}: {}\nagain: cargo xtask simulate --from {seed} \
                     --seeds 1 --events {events}",
                    failure.command,
                    failure.what,
                    seed = failure.seed,
                );
                return ExitCode::FAILURE;
            }
        }
    }
    let next = *campaign.next();
    println!(
        "{} worlds from seed {from}: {} commands, {} events, every identity held; {} s; go on \
         with --from {next}",
        next - from,
        sum.commands,
        sum.events,
        campaign.begun.elapsed().as_secs()
    );
    ExitCode::SUCCESS
}
