//! PnL of one owner: a strategy, an account, an instrument or a currency.
//!
//! 1. Over all strategies, over all accounts and over all instruments it sums up to the same, but
//!    for income that belongs to no instrument.

use crate::model::{AccountId, CurrencyId, InstrumentId, StrategyId};

use super::State;
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
    /// Currencies of which a part is not in these sums, for want of a rate.
    pub missing_rates: Vec<CurrencyId>,
}

impl Pnl {
    /// realized + unrealized − fees + funding.
    #[must_use]
    pub fn total(&self) -> i128 {
        self.realized + self.unrealized - self.fees + self.funding
    }
}

impl State {
    /// The PnL of one owner; 0 of one that is unknown.
    #[must_use]
    pub fn pnl(&self, of: PnlOf) -> Pnl {
        let mut pnl = Pnl::default();
        for (currency, sum) in self.sums_of(of) {
            let own = |amount| match of {
                PnlOf::Currency(_) => Some(amount),
                PnlOf::Strategy(_) | PnlOf::Account(_) | PnlOf::Instrument(_) => {
                    self.in_reporting(currency, amount)
                }
            };
            let parts = [sum.realized, sum.unrealized, sum.fees, sum.funding].map(own);
            let [Some(realized), Some(unrealized), Some(fees), Some(funding)] = parts else {
                pnl.missing_rates.push(currency);
                continue;
            };
            pnl.realized += realized;
            pnl.unrealized += unrealized;
            pnl.fees += fees;
            pnl.funding += funding;
        }
        pnl
    }

    fn sums_of(&self, of: PnlOf) -> Vec<(CurrencyId, Sum)> {
        let numbered = |sums: &[Sum]| {
            let each = sums.iter().zip(0_u16..);
            each.map(|(sum, number)| (CurrencyId(number), *sum))
                .collect()
        };
        match of {
            PnlOf::Strategy(id) => numbered(self.sums(Some(id))),
            PnlOf::Account(id) => numbered(self.account_sums(id)),
            PnlOf::Instrument(id) => self.sums_in(id),
            PnlOf::Currency(id) => {
                let mut sums: Vec<_> = numbered(self.sums(None));
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
