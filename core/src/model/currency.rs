//! Currencies and the scale at which their amounts are kept.

use borsh::{BorshDeserialize, BorshSerialize};

use super::Id;

/// Digits after the point of what is rounded: released cost, computed fees, converted amounts.
pub const MONEY_SCALE: u8 = 8;
/// The scale of every currency.
pub const MAX_SCALE: u8 = 18;

/// The dense number of a currency, from 0 in order of registration.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub struct CurrencyId(pub u16);

impl CurrencyId {
    /// As an index.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A currency: cash, a coin or a share, whatever a balance can be held in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Currency {
    /// `"USD"`, `"BTC"`.
    pub code: Id,
    /// Digits after the point of its amounts, fixed at registration.
    pub scale: u8,
}
