//! Positions: what is held, by whom, at what exact cost.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{AccountId, CurrencyId, InstrumentId, StrategyId, Timestamp};

/// The dense number of a position, from 0 in order of first use.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub struct PositionId(pub u32);

impl PositionId {
    /// As an index.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Whose position in what: account × instrument × strategy.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub struct PositionKey {
    /// The account that holds it.
    pub account: AccountId,
    /// What is held.
    pub instrument: InstrumentId,
    /// Who decided it; [`StrategyId::EXTERNAL`] for what nobody claims.
    pub strategy: StrategyId,
}

/// Fees paid in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Fee {
    /// The currency they were paid in, or valued in where they left the position.
    pub currency: CurrencyId,
    /// The amount at the currency's scale; negative is a rebate.
    pub amount: i128,
}

/// A position. Money is at the quote currency's scale, quantities at the base currency's.
///
/// 1. `cost` has the sign of `qty` and is 0 when flat.
/// 2. `realized_pnl` is gross of fees.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Position {
    /// Its number.
    pub id: PositionId,
    /// Whose it is.
    pub key: PositionKey,
    /// Signed quantity: negative is short.
    pub qty: i128,
    /// What the open quantity cost, signed like `qty`.
    pub cost: i128,
    /// Realized profit since the beginning, gross of fees.
    pub realized_pnl: i128,
    /// Quote currency received less paid, fees apart.
    pub cash_flow: i128,
    /// Fees by currency, in order of first use.
    pub fees: Vec<Fee>,
    /// When it was last opened from flat.
    pub opened_at: Timestamp,
    /// When a fill last changed it.
    pub updated_at: Timestamp,
    /// Round trips from flat to flat.
    pub closed_trades: u64,
    /// Round trips that ended above 0 after fees in quote currency.
    pub winning_trades: u64,
    /// `realized_pnl` less quote fees when the open trade began.
    pub trade_base: i128,
    /// The sequence of the event that last changed it.
    pub sequence: u64,
}

impl Position {
    /// Nothing held, nothing done.
    #[must_use]
    pub fn flat(id: PositionId, key: PositionKey) -> Self {
        Self {
            id,
            key,
            qty: 0,
            cost: 0,
            realized_pnl: 0,
            cash_flow: 0,
            fees: Vec::new(),
            opened_at: Timestamp::default(),
            updated_at: Timestamp::default(),
            closed_trades: 0,
            winning_trades: 0,
            trade_base: 0,
            sequence: 0,
        }
    }

    /// Fees in `currency`.
    #[must_use]
    pub fn fees_in(&self, currency: CurrencyId) -> i128 {
        self.fees
            .iter()
            .find(|fee| fee.currency == currency)
            .map_or(0, |fee| fee.amount)
    }
}
