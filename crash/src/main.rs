//! `cargo xtask crash`: what was acknowledged is there after a kill, a fault of the disk, a flipped
//! bit and a full disk. One program is the parent that kills and checks, and the child that is
//! killed.

mod child;
mod chore;
mod disk;
mod fault;
mod flip;
mod full;
mod kill;
mod patient;
mod random;
mod reference;
mod script;
mod specimen;
mod tally;
mod victim;
mod witness;
mod work;
mod world;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Kills, faults, flipped bits and full disks against the store.
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Kills children at random moments and checks what they leave
    Kill(kill::Plan),
    /// Fails each call of the disk once, and from then on
    Fault(fault::Plan),
    /// Flips bits of what children left
    Flip(flip::Plan),
    /// Disks that are full, read-only, or lose the file
    Disk(disk::Plan),
    /// A child that writes until it is killed
    #[command(hide = true)]
    Write(child::Orders),
    /// A child that opens and closes until it is killed
    #[command(hide = true)]
    Open(child::Orders),
    /// A child that looks after a database until it is killed
    #[command(hide = true)]
    Chore(chore::Orders),
    /// A child whose disk gives nothing more
    #[command(hide = true)]
    Full(full::Orders),
    /// A child whose calls of the disk are counted
    #[command(hide = true)]
    Work(work::Orders),
}

fn main() -> ExitCode {
    let ended = match Args::parse().task {
        Task::Kill(plan) => kill::run(&plan),
        Task::Fault(plan) => fault::run(&plan),
        Task::Flip(plan) => flip::run(&plan),
        Task::Disk(plan) => disk::run(&plan),
        Task::Full(orders) => full::run(&orders),
        Task::Work(orders) => work::run(&orders),
        Task::Write(orders) => child::write(&orders),
        Task::Open(orders) => child::open(&orders),
        Task::Chore(orders) => chore::run(&orders),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
