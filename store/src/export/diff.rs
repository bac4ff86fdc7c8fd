//! Where two databases differ: the first event, and what stands at their ends.
//!
//! 1. Chain hashes say up to where two journals are the same; where their bytes differ and their
//!    events do not, the events decide.

use std::cmp::Ordering;

use super::standing::{TableDifference, standing};
use super::told::{Teller, Told};
use crate::{JournalFile, StoreError};

/// How many events are compared at once.
const BATCH: u32 = 1_024;

/// How two journals differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They have the same events.
    Equal,
    /// All events of the first are the first events of the second, which has more.
    FirstIsPrefix,
    /// All events of the second are the first events of the first, which has more.
    SecondIsPrefix,
    /// They differ from this event on: the one of the first, and of the second.
    Differ(Box<(Told, Told)>),
    /// They differ at this event or before, and what was before is pruned away from one of them.
    Pruned(u64),
}

/// Two databases beside each other.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The newest event of each.
    pub last: [u64; 2],
    /// How their journals differ.
    pub verdict: Verdict,
    /// The event up to which the tables of each stand; `None` where one of them has none.
    pub tables_sequence: Option<[u64; 2]>,
    /// What stands in one and not in the other: positions, balances and orders.
    pub tables: Vec<TableDifference>,
}

impl Compared {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.verdict == Verdict::Equal && self.tables.iter().all(TableDifference::is_empty)
    }
}

/// Compares two databases, each opened for itself, as they were then.
///
/// # Errors
/// [`StoreError`] for a damaged or missing record, and when a database refuses.
pub fn compare(a: &JournalFile, b: &JournalFile) -> Result<Compared, StoreError> {
    let verdict = verdict(a, b)?;
    let (tables_sequence, tables) = standing(a, b)?.unzip();
    Ok(Compared {
        last: [a.last(), b.last()],
        verdict,
        tables_sequence,
        tables: tables.unwrap_or_default(),
    })
}

fn verdict(a: &JournalFile, b: &JournalFile) -> Result<Verdict, StoreError> {
    let low = a.base()?.max(b.base()?);
    let high = a.last().min(b.last());
    if low > high {
        return Ok(Verdict::Pruned(low));
    }
    let is_same = |sequence| Ok(a.chain_at(sequence)? == b.chain_at(sequence)?);
    if is_same(high)? {
        return Ok(ended(a, b));
    }
    let is_same_low = is_same(low)?;
    let same = match is_same_low {
        true => last_same((low, high), is_same)?,
        false => low,
    };
    match first_other(a, b, (same, high))? {
        Some(sequence) => {
            let told = |file| -> Result<Option<Told>, StoreError> {
                Ok(Teller::after(file, sequence - 1)?.next(1)?.pop())
            };
            let missing = || StoreError::Corrupt {
                sequence,
                what: "it is missing",
            };
            let both = (told(a)?.ok_or_else(missing)?, told(b)?.ok_or_else(missing)?);
            // What was pruned away may differ, too: then it is not the first.
            match is_same_low || is_same_state(a, b, low)? {
                true => Ok(Verdict::Differ(Box::new(both))),
                false => Ok(Verdict::Pruned(low)),
            }
        }
        None if is_same_low || is_same_state(a, b, low)? => Ok(ended(a, b)),
        None => Ok(Verdict::Pruned(low)),
    }
}

/// Where all that both have is the same.
fn ended(a: &JournalFile, b: &JournalFile) -> Verdict {
    match a.last().cmp(&b.last()) {
        Ordering::Less => Verdict::FirstIsPrefix,
        Ordering::Equal => Verdict::Equal,
        Ordering::Greater => Verdict::SecondIsPrefix,
    }
}

/// Whether what was pruned away made the same ledger.
fn is_same_state(a: &JournalFile, b: &JournalFile, sequence: u64) -> Result<bool, StoreError> {
    Ok(a.state_at(sequence)?.hash() == b.state_at(sequence)?.hash())
}

/// The last sequence at which both are the same: at `low` they are, at `high` they are not.
fn last_same(
    (mut low, mut high): (u64, u64),
    is_same: impl Fn(u64) -> Result<bool, StoreError>,
) -> Result<u64, StoreError> {
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        match is_same(middle)? {
            true => low = middle,
            false => high = middle,
        }
    }
    Ok(low)
}

/// The first event after `from`, up to `to`, that is not the same in both.
fn first_other(
    a: &JournalFile,
    b: &JournalFile,
    (mut from, to): (u64, u64),
) -> Result<Option<u64>, StoreError> {
    while from < to {
        let (ours, theirs) = (a.read_after(from, BATCH)?, b.read_after(from, BATCH)?);
        let both = ours.len().min(theirs.len()) as u64;
        let mut pairs = ours.iter().zip(&theirs);
        if let Some((other, _)) = pairs.find(|(own, their)| own != their) {
            return Ok(Some(other.sequence).filter(|sequence| *sequence <= to));
        }
        if both == 0 {
            break;
        }
        from += both;
    }
    Ok(None)
}
