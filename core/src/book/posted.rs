//! What one position adds to the sums of its owners.

use crate::model::Settlement;

use super::sum::Sum;

/// What is posted of one position.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Posted {
    pub realized: i128,
    pub cost: i128,
    pub funding: i128,
    pub value: i128,
    pub held: i128,
    pub is_known: bool,
    pub flags: Flags,
}

impl Posted {
    /// What it adds to the sums of its owners; fees are added when they are paid.
    pub fn sum(&self, settlement: Settlement) -> Sum {
        let unrealized = self.value - self.cost;
        let mut sum = Sum {
            funding: self.funding,
            holdings: match settlement {
                Settlement::Paid => self.value,
                Settlement::Linear | Settlement::Inverse => unrealized,
            },
            gross: self.value.saturating_abs(),
            net: exposure(settlement, self.value),
            ..Sum::default()
        };
        if self.is_known {
            (sum.realized, sum.unrealized) = (self.realized, unrealized);
        } else {
            sum.unknown = self.realized + unrealized;
        }
        sum
    }
}

/// What a position counts as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    pub is_marked: bool,
    pub is_open: bool,
    pub is_dust: bool,
    pub has_slot: bool,
}

/// What a position worth `value` is exposed to, signed.
pub(super) fn exposure(settlement: Settlement, value: i128) -> i128 {
    match settlement {
        Settlement::Paid | Settlement::Linear => value,
        Settlement::Inverse => -value,
    }
}
