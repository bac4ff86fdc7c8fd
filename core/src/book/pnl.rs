//! PnL of one owner: a strategy, an account, an instrument or a currency.
//!
//! 1. In each currency, all strategies, all accounts and all instruments sum up to the same, but
//!    for income that belongs to no instrument. Converted, each owner's sum is rounded once.

use crate::model::{AccountId, CurrencyId, InstrumentId, StrategyId};

use super::State;
use super::outcome::fits;
use super::sum::Sum;

/// Whose PnL it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PnlOf {
    /// A strategy's, over all currencies.
    Strategy(StrategyId),
    /// An account's, over all currencies.
    Account(AccountId),
    /// That of all positions in an instrument, fees in other currencies included.
    Instrument(InstrumentId),
    /// That in one currency, in that currency.
    Currency(CurrencyId),
}

/// PnL in the reporting currency at [`MAX_SCALE`](crate::model::MAX_SCALE).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pnl {
    /// Realized, gross of fees.
    pub realized: i128,
    /// Unrealized, gross of fees.
    pub unrealized: i128,
    /// Fees paid; negative is a net rebate.
    pub fees: i128,
    /// Funding, dividends and interest received less paid.
    pub funding: i128,
    /// Currencies that are not in these sums, for want of a rate or of room.
    pub missing_rates: Vec<CurrencyId>,
}

impl Pnl {
    /// realized + unrealized − fees + funding.
    #[must_use]
    pub fn total(&self) -> i128 {
        self.realized + self.unrealized - self.fees + self.funding
    }

    /// Adds amounts that are known and leave room, all or none.
    fn add(&mut self, amounts: [Option<i128>; 4]) -> Option<()> {
        let sums = [self.realized, self.unrealized, self.fees, self.funding];
        let mut added = [0; 4];
        for ((sum, amount), into) in sums.into_iter().zip(amounts).zip(&mut added) {
            *into = sum.checked_add(amount?).filter(|sum| fits(*sum))?;
        }
        [self.realized, self.unrealized, self.fees, self.funding] = added;
        Some(())
    }
}

impl State {
    /// The PnL of one owner; 0 of one that is unknown.
    #[must_use]
    pub fn pnl(&self, of: PnlOf) -> Pnl {
        let is_native = matches!(of, PnlOf::Currency(_));
        self.collect(self.sums_of(of), is_native)
    }

    /// Adds up sums, each as it is or in the reporting currency.
    fn collect(&self, sums: Vec<(CurrencyId, Sum)>, is_native: bool) -> Pnl {
        let mut pnl = Pnl::default();
        for (currency, sum) in sums {
            let money = |amount| match is_native {
                true => Some(amount),
                false => self.in_reporting(currency, amount),
            };
            let parts = [sum.realized, sum.unrealized, sum.fees, sum.funding];
            if pnl.add(parts.map(money)).is_none() {
                pnl.missing_rates.push(currency);
            }
        }
        pnl
    }

    fn sums_of(&self, of: PnlOf) -> Vec<(CurrencyId, Sum)> {
        match of {
            PnlOf::Strategy(id) => numbered(self.sums(Some(id))),
            PnlOf::Account(id) => numbered(self.account_sums(id)),
            PnlOf::Instrument(id) => self.sums_in(id),
            PnlOf::Currency(id) => {
                let mut sums = numbered(self.sums(None));
                sums.retain(|(currency, _)| *currency == id);
                sums
            }
        }
    }

    /// What an instrument sums up to, by currency: fees may be in others than it settles in.
    fn sums_in(&self, id: InstrumentId) -> Vec<(CurrencyId, Sum)> {
        let Some(settle) = self.settles_in(id) else {
            return Vec::new();
        };
        let mut sums = vec![(settle, self.instrument_sum(id))];
        let own = self.positions_in(id).iter();
        let positions = own.filter_map(|position| self.position_at(*position));
        for fee in positions.flat_map(|position| &position.fees) {
            let fees = Sum {
                fees: fee.amount,
                ..Sum::default()
            };
            match sums.iter_mut().find(|(known, _)| *known == fee.currency) {
                Some((_, sum)) => sum.add(&fees),
                None => sums.push((fee.currency, fees)),
            }
        }
        sums
    }
}

/// Sums with the currencies that they are in.
fn numbered(sums: &[Sum]) -> Vec<(CurrencyId, Sum)> {
    let each = sums.iter().zip(0_u16..);
    each.map(|(sum, number)| (CurrencyId(number), *sum))
        .collect()
}
