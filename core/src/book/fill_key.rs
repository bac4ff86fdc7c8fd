//! The identity of executions: which reports are the same fill.
//!
//! 1. Key: account, instrument, trade id, side. Two known order ids that differ are two fills.
//! 2. The window holds the newest [`WINDOW`] fills.

use std::collections::VecDeque;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::model::{AccountId, Id, InstrumentId, Side};

use super::map::Map;

/// How many fills are remembered.
pub const WINDOW: usize = 1_000_000;

/// What makes a report the same fill as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct FillKey {
    /// Whose account.
    pub account: AccountId,
    /// What was traded.
    pub instrument: InstrumentId,
    /// The venue's id.
    pub trade_id: Id,
    /// Which way.
    pub side: Side,
}

/// What is remembered of a fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FillMark {
    /// How much.
    pub qty: i128,
    /// At which price.
    pub px: i64,
    /// The order's id, theirs or else ours.
    pub order: Option<Id>,
    /// The sequence of its booking.
    pub sequence: u64,
}

/// The newest fills, oldest first.
#[derive(Clone, Debug, Default)]
pub struct FillWindow {
    order: VecDeque<FillKey>,
    marks: Map<FillKey, Vec<FillMark>>,
}

impl FillWindow {
    /// The remembered fill that a report of `key` from `order` repeats.
    #[must_use]
    pub fn find(&self, key: &FillKey, order: Option<Id>) -> Option<&FillMark> {
        let marks = self.marks.get(key)?;
        marks.iter().find(|mark| match (mark.order, order) {
            (Some(known), Some(reported)) => known == reported,
            (None, _) | (_, None) => true,
        })
    }

    /// Remembers a fill, forgetting the oldest beyond the bound.
    pub fn insert(&mut self, key: FillKey, mark: FillMark) {
        self.marks.entry(key).or_default().push(mark);
        self.order.push_back(key);
        if self.order.len() > WINDOW
            && let Some(oldest) = self.order.pop_front()
            && let Some(marks) = self.marks.get_mut(&oldest)
        {
            marks.remove(0);
            if marks.is_empty() {
                self.marks.remove(&oldest);
            }
        }
    }

    /// The keys, oldest first: what the state hash covers.
    pub fn keys(&self) -> impl Iterator<Item = &FillKey> {
        self.order.iter()
    }
}
