//! What a campaign of kills adds up to.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::witness::{Heard, Phase, Wrong};

/// How many findings of a kind are printed.
const SHOWN_MAX: u64 = 8;

/// Kills and what they found.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    kills: u64,
    phases: [u64; Phase::ALL.len()],
    victims: BTreeMap<&'static str, u64>,
    acknowledged: u64,
    repeated: u64,
    torn: u64,
    lost: u64,
    lossy: u64,
    doubled: u64,
    closed: u64,
    halved: u64,
    other: u64,
    findings: u64,
}

impl Tally {
    /// Counts one kill.
    pub fn add(&mut self, victim: &'static str, heard: &Heard) {
        self.kills += 1;
        for ((_, phase), count) in Phase::ALL.iter().zip(&mut self.phases) {
            *count += u64::from(*phase == heard.phase);
        }
        *self.victims.entry(victim).or_default() += 1;
        self.acknowledged += heard.acknowledged;
        self.repeated += heard.repeated;
        self.torn += heard.torn;
    }

    /// Counts what is wrong.
    pub fn blame(&mut self, wrong: &Wrong, what: &str) {
        let count = match wrong {
            Wrong::Lost(_) => &mut self.lossy,
            Wrong::Doubled(_) => &mut self.doubled,
            Wrong::Closed(_) => &mut self.closed,
            Wrong::Torn(_) => &mut self.halved,
            Wrong::Other(_) => &mut self.other,
        };
        *count += 1;
        if *count <= SHOWN_MAX {
            eprintln!("{what}");
        }
        if let Wrong::Lost(events) = wrong {
            self.lost += events;
        }
        self.findings += 1;
    }

    /// Prints the sum.
    pub fn print(&self, took: Duration) {
        let list = |parts: Vec<String>| parts.join(", ");
        let phases = Phase::ALL.iter().zip(&self.phases);
        let phases = phases.map(|((name, _), count)| format!("{count} {name}"));
        println!("killed while: {}", list(phases.collect()));
        let victims = self.victims.iter();
        let victims = victims.map(|(name, count)| format!("{count} {name}"));
        println!("victims: {}", list(victims.collect()));
        println!(
            "{} commands told again were known; {} openings found a command half kept",
            self.repeated, self.torn
        );
        println!(
            "{} kills in {} s ({} a minute), {} acknowledged events, {} lost, {} doubled, {} \
             databases that did not open, {} left with half a command, {} otherwise wrong",
            self.kills,
            took.as_secs(),
            self.kills * 60 / took.as_secs().max(1),
            self.acknowledged,
            self.lost,
            self.doubled,
            self.closed,
            self.halved,
            self.other
        );
    }

    /// Whether everything held.
    ///
    /// # Errors
    /// When something did not.
    pub fn verdict(&self) -> Result<()> {
        if self.findings == 0 {
            return Ok(());
        }
        bail!("{} findings", self.findings)
    }
}
