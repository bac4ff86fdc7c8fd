//! Databases to be damaged: one that was closed, and one whose writer was killed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::flip::open_once;
use crate::victim::{Target, own, program};
use crate::world::World;

/// How many acknowledgements the writer makes before it is killed.
const ACKS: usize = 12;
/// The header of a database, and of a page in it that holds rows.
const HEADER: usize = 100;
const PAGE_HEADER: usize = 16;
/// A page.
const PAGE: usize = 4_096;
/// The header of a WAL, and of a frame in it.
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// A file that is smaller is flipped byte by byte.
const SMALL: usize = 4_096;
/// One of so many other bytes is flipped.
const SAMPLE: usize = 16;
/// At how many lengths a file is cut.
const CUTS: usize = 24;
/// What is built anew, and no part of a database.
const LEFT_OUT: [&str; 1] = ["-shm"];

/// How a file is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// A bit of the byte is another.
    Flipped(u8),
    /// It ends before the byte.
    Cut,
    /// It is not there.
    Gone,
}

/// A byte that can be damaged.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub file: String,
    /// Where in it.
    pub offset: usize,
    /// What is there.
    pub part: &'static str,
    /// How.
    pub harm: Harm,
}

/// A database and what it serves.
pub struct Specimen {
    /// Its name.
    pub name: String,
    /// Its world.
    pub world: World,
    /// The newest event and the state hash.
    pub truth: (u64, [u8; 32]),
    folder: PathBuf,
    files: Vec<String>,
}

/// The databases that are damaged, made in `folder`.
///
/// # Errors
/// When one cannot be made.
pub fn specimens(folder: &Path) -> Result<Vec<Specimen>> {
    let closed = folder.join("closed");
    fs::create_dir_all(&closed)?;
    let mut command = program("work", &closed.join("book.db"))?;
    let ended = command.args(["--seed", "2", "--blocks", "6"]).output()?;
    ensure!(ended.status.success(), "no specimen: {ended:?}");
    let killed = folder.join("killed");
    fs::create_dir_all(&killed)?;
    kill_writing(&killed.join("book.db"))?;
    Ok(vec![
        Specimen::new("closed", &closed)?,
        Specimen::new("killed", &killed)?,
    ])
}

/// Leaves a WAL behind.
fn kill_writing(db: &Path) -> Result<()> {
    let target = Target {
        db: db.to_owned(),
        seed: 2,
        next: 0,
        life: 3,
    };
    let mut child = own("write", &target)?.spawn()?;
    let out = BufReader::new(child.stdout.take().context("a pipe")?);
    let mut acks = 0;
    for line in out.lines() {
        acks += usize::from(line?.starts_with("ack"));
        if acks == ACKS {
            break;
        }
    }
    child.kill()?;
    child.wait()?;
    ensure!(acks == ACKS, "the writer ended by itself");
    Ok(())
}

impl Specimen {
    fn new(name: &str, folder: &Path) -> Result<Self> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)? {
            let file = entry?.file_name().to_string_lossy().into_owned();
            if !LEFT_OUT.iter().any(|ending| file.ends_with(ending)) {
                files.push(file);
            }
        }
        files.sort();
        let mut specimen = Self {
            name: name.to_owned(),
            world: World::of(2),
            truth: (0, [0; 32]),
            folder: folder.to_owned(),
            files,
        };
        let copy = folder.with_extension("truth");
        let db = specimen.copy_to(&copy)?;
        let opened = open_once(&specimen.world, &db);
        specimen.truth = opened.map_err(anyhow::Error::msg)?;
        println!(
            "{name}: {} events in {}",
            specimen.truth.0,
            specimen.files.join(", ")
        );
        Ok(specimen)
    }

    /// Copies it into the new folder `to`; its database there.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn copy_to(&self, to: &Path) -> Result<PathBuf> {
        fs::create_dir_all(to)?;
        for file in &self.files {
            fs::copy(self.folder.join(file), to.join(file))?;
        }
        Ok(to.join("book.db"))
    }

    /// Every byte of its structures and a sample of the others, a bit of each; each file cut at
    /// some lengths, and missing.
    pub fn places(&self, random: &mut crate::random::Rng) -> Vec<Place> {
        let mut places = Vec::new();
        for file in &self.files {
            let size = fs::metadata(self.folder.join(file)).map_or(0, |found| found.len());
            let size = usize::try_from(size).unwrap_or(0);
            let mut add = |offset, part, harm| {
                let file = file.clone();
                places.push(Place {
                    file,
                    offset,
                    part,
                    harm,
                });
            };
            for offset in 0..size {
                let (part, is_sampled) = part_of(file, offset, size);
                if !is_sampled || random.usize(0..SAMPLE) == 0 {
                    add(offset, part, Harm::Flipped(random.u8(0..8)));
                }
            }
            add(0, "all", Harm::Gone);
            for _ in 0..CUTS.min(size) {
                add(random.usize(0..size), "end", Harm::Cut);
            }
        }
        places
    }
}

/// What a byte belongs to, and whether a sample of its kind is enough.
fn part_of(file: &str, offset: usize, size: usize) -> (&'static str, bool) {
    if file.ends_with("-wal") {
        let in_frame = offset.checked_sub(WAL_HEADER);
        return match in_frame.map(|at| at % (FRAME_HEADER + PAGE)) {
            None => ("header of the WAL", false),
            Some(at) if at < FRAME_HEADER => ("header of a frame", false),
            Some(_) => ("page in a frame", true),
        };
    }
    if !file.ends_with(".db") {
        return ("side file", size > SMALL);
    }
    match offset % PAGE {
        _ if offset < HEADER => ("header", false),
        at if at < PAGE_HEADER => ("header of a page", false),
        _ => ("page", true),
    }
}
