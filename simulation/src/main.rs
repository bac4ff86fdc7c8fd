//! `cargo xtask simulate`: many worlds, in shards that can be resumed; a failure names its seed.

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use truebook_simulation::{Outcome, World};

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
}

fn main() -> ExitCode {
    let args = Args::parse();
    let begun = Instant::now();
    let mut sum = Outcome::default();
    let mut next = args.from;
    while next < args.from.saturating_add(args.seeds) {
        if args
            .seconds
            .is_some_and(|most| begun.elapsed().as_secs() >= most)
        {
            break;
        }
        match World::new(next).run(args.events) {
            Ok(outcome) => {
                sum.commands += outcome.commands;
                sum.events += outcome.events;
            }
            Err(failure) => {
                eprintln!(
                    "seed {}, command {}: {}\nagain: cargo xtask simulate --from {} --seeds 1 \
                     --events {}",
                    failure.seed, failure.command, failure.what, failure.seed, args.events
                );
                return ExitCode::FAILURE;
            }
        }
        next += 1;
    }
    println!(
        "{} worlds from seed {}: {} commands, {} events, every identity held; {} s; go on with \
         --from {next}",
        next - args.from,
        args.from,
        sum.commands,
        sum.events,
        begun.elapsed().as_secs()
    );
    ExitCode::SUCCESS
}
