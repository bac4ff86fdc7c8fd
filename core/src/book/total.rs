//! Totals: what positions and balances add up to, in the reporting currency.
//!
//! 1. `equity` is the sum of what was paid in and the PnL; `cash + holdings` is the sum of what is
//!    there. The two are computed apart and are equal.
//! 2. A currency without a rate is named, never valued at 1.

use crate::model::{
    CurrencyId, Fixed, InstrumentKind, MAX_SCALE, Position, Rounding, StrategyId, rescale,
};

use super::State;

/// What one strategy, or all, made. Money at [`MAX_SCALE`] in the reporting currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StrategyTotal {
    /// Orders that passed their checks.
    pub orders: u64,
    /// Executions.
    pub fills: u64,
    /// Positions that are open and not dust.
    pub open_positions: u64,
    /// Positions that are open and dust.
    pub dust_positions: u64,
    /// Realized, gross of fees.
    pub realized_pnl: i128,
    /// Unrealized, gross of fees.
    pub unrealized_pnl: i128,
    /// Fees paid; negative is a net rebate.
    pub fees: i128,
    /// Round trips.
    pub closed_trades: u64,
    /// Round trips above 0.
    pub winning_trades: u64,
}

impl StrategyTotal {
    /// realized + unrealized − fees.
    #[must_use]
    pub fn total_pnl(&self) -> i128 {
        self.realized_pnl + self.unrealized_pnl - self.fees
    }
}

/// The whole book in the reporting currency, money at [`MAX_SCALE`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Portfolio {
    /// Balances that no spot position accounts for.
    pub cash: i128,
    /// Open positions at their marks.
    pub holdings: i128,
    /// What was paid in, plus the PnL.
    pub equity: i128,
    /// All strategies together, by the positions.
    pub total: StrategyTotal,
    /// Currencies without a rate to the reporting currency.
    pub missing_rates: Vec<CurrencyId>,
}

impl State {
    /// The value of an open position's quantity at its mark, in quote currency.
    #[must_use]
    pub fn position_value(&self, position: &Position) -> Option<i128> {
        if position.qty == 0 {
            return Some(0);
        }
        let instrument = self.instrument(position.key.instrument)?;
        instrument.notional(self.mark(instrument.id).mark?, position.qty)
    }

    /// Unrealized PnL in quote currency, gross of fees; `None` without a mark.
    #[must_use]
    pub fn unrealized_pnl(&self, position: &Position) -> Option<i128> {
        Some(self.position_value(position)? - position.cost)
    }

    /// Whether a position is held but worth less than `dust_threshold`.
    #[must_use]
    pub fn is_dust(&self, position: &Position) -> bool {
        if position.qty == 0 {
            return false;
        }
        let Some(instrument) = self.instrument(position.key.instrument) else {
            return false;
        };
        let threshold = crate::model::Config::at_money_scale(self.config.limits.dust_threshold);
        self.position_value(position)
            .and_then(|value| self.in_reporting(instrument.quote, value))
            .is_some_and(|value| value.abs() < threshold)
    }

    /// `amount` of `currency` in the reporting currency; `None` where no rate is known. Rates are
    /// the marks of spot instruments between the two.
    #[must_use]
    pub fn in_reporting(&self, currency: CurrencyId, amount: i128) -> Option<i128> {
        let known = self.currency(currency)?;
        if known.code == self.config.reporting_currency {
            return rescale(amount, known.scale, MAX_SCALE, Rounding::HalfEven);
        }
        if amount == 0 {
            return Some(0);
        }
        let reporting = self.currency_id(&self.config.reporting_currency)?;
        let pair = self.instruments().iter().find(|pair| {
            pair.kind == InstrumentKind::Spot && pair.base == currency && pair.quote == reporting
        })?;
        let value = pair.notional(self.mark(pair.id).mark?, amount)?;
        rescale(value, pair.money_scale, MAX_SCALE, Rounding::HalfEven)
    }

    /// What the positions of `strategy`, or of all, add up to.
    #[must_use]
    pub fn strategy_total(&self, strategy: Option<StrategyId>) -> StrategyTotal {
        let mut total = StrategyTotal::default();
        for (index, each) in self.strategies().iter().enumerate() {
            if strategy.is_none_or(|wanted| wanted.index() == index) {
                total.orders += each.counters.orders;
                total.fills += each.counters.fills;
            }
        }
        let wanted = |p: &&Position| strategy.is_none_or(|wanted| wanted == p.key.strategy);
        for position in self.positions().iter().filter(wanted) {
            self.add_position(&mut total, position);
        }
        total
    }

    fn add_position(&self, total: &mut StrategyTotal, position: &Position) {
        let Some(instrument) = self.instrument(position.key.instrument) else {
            return;
        };
        let quote = instrument.quote;
        let value = |amount| self.in_reporting(quote, amount).unwrap_or(0);
        total.realized_pnl += value(position.realized_pnl);
        total.unrealized_pnl += value(self.unrealized_pnl(position).unwrap_or(0));
        for fee in &position.fees {
            total.fees += self.in_reporting(fee.currency, fee.amount).unwrap_or(0);
        }
        total.closed_trades += position.closed_trades;
        total.winning_trades += position.winning_trades;
        if position.qty != 0 {
            let dust = self.is_dust(position);
            total.dust_positions += u64::from(dust);
            total.open_positions += u64::from(!dust);
        }
    }

    /// The whole book in the reporting currency.
    #[must_use]
    pub fn portfolio(&self) -> Portfolio {
        let total = self.strategy_total(None);
        let mut sum = Portfolio {
            total,
            equity: total.total_pnl(),
            ..Portfolio::default()
        };
        for (_, currency, balance) in self.balances() {
            let held = self.held_in_positions(currency);
            match (
                self.in_reporting(currency, balance.total - held),
                self.in_reporting(currency, balance.contributed),
            ) {
                (Some(cash), Some(contributed)) => {
                    sum.cash += cash;
                    sum.equity += contributed;
                }
                (None, _) | (_, None) => sum.missing_rates.push(currency),
            }
        }
        for position in self.positions() {
            let Some(instrument) = self.instrument(position.key.instrument) else {
                continue;
            };
            let value = self.position_value(position);
            match value.and_then(|value| self.in_reporting(instrument.quote, value)) {
                Some(value) => sum.holdings += value,
                None => sum.missing_rates.push(instrument.base),
            }
        }
        sum.missing_rates.sort_unstable();
        sum.missing_rates.dedup();
        sum
    }

    fn held_in_positions(&self, currency: CurrencyId) -> i128 {
        let held = |position: &Position| {
            let instrument = self.instrument(position.key.instrument)?;
            let spot = instrument.kind == InstrumentKind::Spot && instrument.base == currency;
            spot.then_some(position.qty)
        };
        self.positions().iter().filter_map(held).sum()
    }
}

impl State {
    /// A reporting amount for display.
    #[must_use]
    pub fn money(amount: i128) -> Fixed {
        Fixed::new(amount, MAX_SCALE)
    }
}
