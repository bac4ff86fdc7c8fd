//! What is killed: a bot that tells its book commands and says what it was told is durable.
//!
//! 1. A line is said only after what it says is true.
//! 2. Whoever begins again begins with the block of the last acknowledged command.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use truebook::{Applied, Book};

use crate::script::{Told, begin_of_block, tell};
use crate::world::World;

/// How long a command may take to be durable.
const PATIENCE: Duration = Duration::from_secs(20);
/// The most commands between two acknowledgements.
const SILENT_MAX: u64 = 24;
/// How many commands a life tells before it only closes and opens.
const LIFE: u64 = 320;

/// What a child is told by its parent.
#[derive(Clone, Debug, clap::Args)]
pub struct Orders {
    /// The database
    #[arg(long)]
    pub db: PathBuf,
    /// The world
    #[arg(long)]
    pub seed: u64,
    /// The command after the last acknowledged one
    #[arg(long, default_value_t = 0)]
    pub next: u64,
    /// What the chances of this life follow from
    #[arg(long, default_value_t = 0)]
    pub life: u64,
    /// End in order after so many commands
    #[arg(long, default_value_t = u64::MAX)]
    pub commands: u64,
}

/// Says a line to the parent, at once and whole.
pub fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// Tells commands until it is killed, or was told to end.
///
/// # Errors
/// When the book fails.
pub fn write(orders: &Orders) -> Result<()> {
    let mut bot = Bot {
        world: World::of(orders.seed),
        orders,
        random: crate::random::Rng::with_seed(orders.life),
        begun: Instant::now(),
        next: orders.next,
        newest: 0,
        told: 0,
    };
    while bot.told < orders.commands {
        bot.live()?;
    }
    Ok(())
}

/// Opens and closes until it is killed.
///
/// # Errors
/// When the book fails.
pub fn open(orders: &Orders) -> Result<()> {
    let mut bot = Bot {
        world: World::of(orders.seed),
        orders,
        random: crate::random::Rng::with_seed(orders.life),
        begun: Instant::now(),
        next: orders.next,
        newest: 0,
        told: 0,
    };
    loop {
        let book = bot.open()?;
        bot.close(book)?;
    }
}

struct Bot<'a> {
    world: World,
    orders: &'a Orders,
    random: crate::random::Rng,
    begun: Instant,
    next: u64,
    newest: u64,
    told: u64,
}

impl Bot<'_> {
    fn open(&mut self) -> Result<Book> {
        say("opening")?;
        let mut book = self.world.open(&self.orders.db)?;
        let kept = book.durability().sequence();
        let (sequence, hash) = book.ask(|state| (state.sequence, state.hash()))?;
        self.newest = sequence;
        let took = self.begun.elapsed().as_micros();
        say(&format!("open {sequence} {kept} {} {took}", hex(&hash)))?;
        Ok(book)
    }

    fn close(&mut self, mut book: Book) -> Result<()> {
        say("closing")?;
        book.close()?;
        say("closed")
    }

    /// One life of a book, from its opening to its end.
    fn live(&mut self) -> Result<()> {
        let mut book = self.open()?;
        self.tell_again(&mut book)?;
        say("ready")?;
        let until = if self.told < LIFE {
            self.random.u64(1..LIFE)
        } else {
            SILENT_MAX
        };
        let end = self.told.saturating_add(until).min(self.orders.commands);
        while self.told < end {
            let count = self.random.u64(1..=SILENT_MAX);
            for _ in 0..count {
                self.tell(&mut book)?;
            }
            if !book.durability().wait(self.newest, PATIENCE)? {
                bail!("event {} was not kept in {PATIENCE:?}", self.newest);
            }
            say(&format!("ack {} {}", self.next - 1, self.newest))?;
        }
        self.close(book)
    }

    /// Begins again, and says what became of each command up to the first that is new.
    fn tell_again(&mut self, book: &mut Book) -> Result<()> {
        let (begin, known) = (begin_of_block(self.next), self.next);
        self.next = begin;
        let mut letters = String::new();
        loop {
            let told = self.tell(book)?;
            letters.push(told.letter());
            if told == Told::New && self.next > known {
                break;
            }
        }
        say(&format!("again {begin} {letters}"))
    }

    fn tell(&mut self, book: &mut Book) -> Result<Told> {
        let answer = tell(&self.world, book, self.next);
        let told = Told::of(&answer, self.newest);
        if let Ok(Some(Applied { sequence, .. })) = &answer {
            self.newest = self.newest.max(*sequence);
        }
        if told == Told::Refused && !self.world.is_paper {
            let what = answer.err().context("an answer")?;
            say(&format!("refused {} {what}", self.next))?;
        }
        self.next += 1;
        self.told += 1;
        Ok(told)
    }
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
