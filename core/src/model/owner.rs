//! Whose it is: accounts and strategies, by dense numbers.

use borsh::{BorshDeserialize, BorshSerialize};

/// The dense number of an account; 0 is `"default"`.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
)]
pub struct AccountId(pub u16);

impl AccountId {
    /// As an index.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// The dense number of a strategy; 0 is `EXTERNAL`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub struct StrategyId(pub u16);

impl StrategyId {
    /// What no strategy claims.
    pub const EXTERNAL: Self = Self(0);

    /// As an index.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}
