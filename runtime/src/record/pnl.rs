//! PnL by strategy, account, instrument or currency, as a caller reads it.

use truebook_core::book::{PnlOf, State};
use truebook_core::model::{AccountId, CurrencyId, Fixed, Id, InstrumentId, StrategyId};

/// By what PnL is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PnlBy {
    /// By who decided it, in the reporting currency.
    Strategy,
    /// By whose it is, in the reporting currency.
    Account,
    /// By what was traded, in the reporting currency.
    Instrument,
    /// By currency, each in itself.
    Currency,
}

impl PnlBy {
    /// Every one with its name.
    pub const ALL: [(&'static str, Self); 4] = [
        ("strategy", Self::Strategy),
        ("account", Self::Account),
        ("instrument", Self::Instrument),
        ("currency", Self::Currency),
    ];
}

/// The PnL of one strategy, account, instrument or currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PnlRecord {
    /// Whose or of what it is.
    pub name: Id,
    /// Realized, gross of fees.
    pub realized_pnl: Fixed,
    /// Unrealized, gross of fees.
    pub unrealized_pnl: Fixed,
    /// Fees paid; negative is a net rebate.
    pub fees: Fixed,
    /// Funding, dividends and interest received less paid.
    pub funding: Fixed,
    /// realized + unrealized − fees + funding.
    pub total_pnl: Fixed,
    /// Currencies of which a part is not in these sums, for want of a rate.
    pub missing_rates: Vec<Id>,
}

impl PnlRecord {
    /// The PnL of all there are, in the order of their registration.
    pub(crate) fn all(state: &State, by: PnlBy) -> Vec<Self> {
        let owners: Vec<(Id, PnlOf)> = match by {
            PnlBy::Strategy => {
                let all = state.strategies().iter().zip(0_u16..);
                all.map(|(each, number)| (each.name, PnlOf::Strategy(StrategyId(number))))
                    .collect()
            }
            PnlBy::Account => {
                let all = state.accounts().iter().zip(0_u16..);
                all.map(|(each, number)| (each.name, PnlOf::Account(AccountId(number))))
                    .collect()
            }
            PnlBy::Instrument => {
                let all = state.instruments().iter().zip(0_u32..);
                all.map(|(each, number)| (each.symbol, PnlOf::Instrument(InstrumentId(number))))
                    .collect()
            }
            PnlBy::Currency => {
                let all = state.currencies().iter().zip(0_u16..);
                all.map(|(each, number)| (each.code, PnlOf::Currency(CurrencyId(number))))
                    .collect()
            }
        };
        let each = owners.into_iter();
        each.map(|(name, of)| Self::of(state, name, of)).collect()
    }

    fn of(state: &State, name: Id, of: PnlOf) -> Self {
        let pnl = state.pnl(of);
        let code = |id: &CurrencyId| state.currency(*id).map(|currency| currency.code);
        Self {
            name,
            realized_pnl: State::money(pnl.realized),
            unrealized_pnl: State::money(pnl.unrealized),
            fees: State::money(pnl.fees),
            funding: State::money(pnl.funding),
            total_pnl: State::money(pnl.total()),
            missing_rates: pnl.missing_rates.iter().filter_map(code).collect(),
        }
    }
}
