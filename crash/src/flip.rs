//! Flipped bits: a damaged database says what is wrong, or serves what it would have undamaged.
//!
//! 1. A shorter past that nothing is said of is a loss, whoever damaged it.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use truebook::{Book, BookOptions, Durability, HostOptions};

use crate::specimen::{Harm, Place, Specimen, specimens};
use crate::world::World;

/// How many findings are printed one by one.
const SHOWN_MAX: usize = 20;

/// How much of an error tells its kind.
const KIND_MAX: usize = 60;

/// What is asked for.
#[derive(Clone, Debug, clap::Args)]
pub struct Plan {
    /// How many flips at most; the structures come first
    #[arg(long, default_value_t = 20_000)]
    pub flips: usize,
    /// What the places follow from
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many at a time
    #[arg(long, default_value_t = 2)]
    pub jobs: u8,
    /// Where the databases are
    #[arg(long)]
    pub folder: Option<PathBuf>,
}

/// What a damaged database did.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Served {
    Said(String),
    Same,
    Shorter(u64),
    Other,
    Panicked,
}

/// One flip that is still to be done.
struct Flip<'a> {
    specimen: &'a Specimen,
    place: Place,
}

/// What the flips add up to.
#[derive(Default)]
struct Sum {
    flips: usize,
    same: usize,
    said: BTreeMap<String, usize>,
    wrong: BTreeMap<String, usize>,
    shown: usize,
}

/// Flips as many bits as `plan` says.
///
/// # Errors
/// When one was served as if nothing had happened, and it had.
pub fn run(plan: &Plan) -> Result<()> {
    let usual = || std::env::temp_dir().join("truebook-crash");
    let folder = plan.folder.clone().unwrap_or_else(usual).join("flip");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let specimens = specimens(&folder)?;
    let mut random = crate::random::Rng::with_seed(plan.seed);
    let mut flips: Vec<Flip<'_>> = Vec::new();
    let mut all = 0;
    for specimen in &specimens {
        let mut places = specimen.places(&mut random);
        all += places.len();
        random.shuffle(&mut places);
        // The few that take a whole file away come first.
        places.sort_by_key(|place| place.harm != Harm::Gone);
        places.truncate(plan.flips / specimens.len());
        flips.extend(places.into_iter().map(|place| Flip { specimen, place }));
    }
    let begun = Instant::now();
    // What panics is counted; its words are in the way.
    std::panic::set_hook(Box::new(|_| {}));
    let (flips, sum) = (Mutex::new(flips), Mutex::new(Sum::default()));
    let ended: Vec<Result<()>> = thread::scope(|scope| {
        let work = |job: u8| {
            let (flips, sum) = (&flips, &sum);
            let folder = folder.join(format!("job-{job}"));
            scope.spawn(move || work(&folder, flips, sum))
        };
        let jobs: Vec<_> = (0..plan.jobs).map(work).collect();
        jobs.into_iter()
            .map(|job| job.join().unwrap_or_else(|_| bail!("a job panicked")))
            .collect()
    });
    let _ = std::panic::take_hook();
    ended.into_iter().collect::<Result<()>>()?;
    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    sum.print(all, begun.elapsed().as_secs());
    let wrong: usize = sum.wrong.values().sum();
    if wrong > 0 {
        bail!("{wrong} flips were served as if nothing had happened");
    }
    Ok(())
}

fn work(folder: &Path, flips: &Mutex<Vec<Flip<'_>>>, sum: &Mutex<Sum>) -> Result<()> {
    loop {
        let next = flips.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(flip) = next else { return Ok(()) };
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        let db = flip.specimen.copy_to(folder)?;
        damage(folder, &flip)?;
        let served = catch_unwind(AssertUnwindSafe(|| serve(&db, flip.specimen)));
        let served = served.unwrap_or(Served::Panicked);
        let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
        sum.add(&flip, &served);
    }
}

fn damage(folder: &Path, flip: &Flip<'_>) -> Result<()> {
    let path = folder.join(&flip.place.file);
    let mut bytes = fs::read(&path)?;
    match flip.place.harm {
        Harm::Flipped(bit) => {
            let byte = bytes.get_mut(flip.place.offset).context("a byte to flip")?;
            *byte ^= 1 << bit;
        }
        Harm::Cut => bytes.truncate(flip.place.offset),
        Harm::Gone => return Ok(fs::remove_file(&path)?),
    }
    Ok(fs::write(&path, bytes)?)
}

/// Opens the database and compares it with what the undamaged one served.
fn serve(db: &Path, specimen: &Specimen) -> Served {
    let found = open_once(&specimen.world, db);
    match found {
        Err(error) => Served::Said(error),
        Ok(found) if found == specimen.truth => Served::Same,
        Ok((sequence, _)) if sequence < specimen.truth.0 => {
            Served::Shorter(specimen.truth.0 - sequence)
        }
        Ok(_) => Served::Other,
    }
}

/// The newest event and the state hash of a database, or why it does not open.
///
/// # Errors
/// What the book says.
pub fn open_once(world: &World, db: &Path) -> Result<(u64, [u8; 32]), String> {
    let options = BookOptions {
        durability: Durability::Os,
        host: HostOptions {
            threaded: false,
            ..HostOptions::default()
        },
        ..world.options(db)
    };
    let mut book = Book::open(options).map_err(|error| error.to_string())?;
    let found = book.ask(|state| (state.sequence, state.hash()));
    found.map_err(|error| error.to_string())
}

impl Sum {
    fn add(&mut self, flip: &Flip<'_>, served: &Served) {
        self.flips += 1;
        let what = match served {
            Served::Same => {
                self.same += 1;
                return;
            }
            Served::Said(error) if !error.is_empty() => {
                let kind = kind_of(error);
                *self.said.entry(kind).or_default() += 1;
                return;
            }
            Served::Said(_) => "an error without a word".to_owned(),
            Served::Shorter(events) if self.shown < SHOWN_MAX => {
                format!("{events} events fewer, silently")
            }
            Served::Shorter(_) => "events fewer, silently".to_owned(),
            Served::Other => "another state, silently".to_owned(),
            Served::Panicked => "a panic".to_owned(),
        };
        if self.shown < SHOWN_MAX {
            self.shown += 1;
            let (name, place) = (&flip.specimen.name, &flip.place);
            eprintln!(
                "{name}: {} {:?} at byte {} ({}): {what}",
                place.file, place.harm, place.offset, place.part
            );
        }
        let kind: String = what.chars().filter(|c| !c.is_ascii_digit()).collect();
        let (name, part) = (&flip.specimen.name, flip.place.part);
        let kind = format!("{name}, {} ({part}): {}", flip.place.file, kind.trim());
        *self.wrong.entry(kind).or_default() += 1;
    }

    fn print(&self, all: usize, seconds: u64) {
        for (kind, count) in &self.said {
            println!("said {count} times: {kind}");
        }
        for (kind, count) in &self.wrong {
            println!("WRONG {count} times: {kind}");
        }
        let wrong: usize = self.wrong.values().sum();
        let said: usize = self.said.values().sum();
        println!(
            "{} of {all} flips in {seconds} s: {} harmless, {said} said, {wrong} served wrong",
            self.flips, self.same
        );
    }
}

/// An error without its path, its numbers and what it quotes.
fn kind_of(error: &str) -> String {
    let line = error.lines().next().unwrap_or_default();
    let named = match line.split_once(": ") {
        Some((path, rest)) if path.contains('/') => rest,
        _ => line,
    };
    let general = named.split(['(', ';']).next().unwrap_or_default();
    let letters = general.chars().filter(|c| !c.is_ascii_digit());
    letters.take(KIND_MAX).collect()
}
