//! Totals in the reporting currency, from sums that are kept per currency.
//!
//! 1. Per currency, cash + holdings = contributed + PnL exactly; both sides are summed apart.
//! 2. A currency without a rate is named, never valued at 1.
//! 3. Reading costs the number of currencies that have changed, not of positions.

use crate::model::{
    AccountId, CurrencyId, Fixed, InstrumentId, MAX_SCALE, PositionId, Rounding, StrategyId,
    mul_div, pow10, rescale,
};

use super::outcome::fits;
use super::sum::Sum;
use super::worth::Count;
use super::{PnlOf, State};

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
    /// Funding, dividends and interest received less paid.
    pub funding: i128,
    /// Round trips.
    pub closed_trades: u64,
    /// Round trips above 0.
    pub winning_trades: u64,
}

impl StrategyTotal {
    /// realized + unrealized − fees + funding.
    #[must_use]
    pub fn total_pnl(&self) -> i128 {
        self.realized_pnl + self.unrealized_pnl - self.fees + self.funding
    }
}

/// The whole book in the reporting currency, money at [`MAX_SCALE`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Portfolio {
    /// Balances that no position accounts for.
    pub cash: i128,
    /// Open positions at their marks.
    pub holdings: i128,
    /// What was paid in, plus the PnL.
    pub equity: i128,
    /// All strategies together.
    pub total: StrategyTotal,
    /// The sum over currencies of |cash + holdings − contributed − PnL|: 0.
    pub difference: i128,
    /// Currencies without a rate to the reporting currency, or without room in these sums, and what
    /// is held without a mark.
    pub missing_rates: Vec<CurrencyId>,
}

impl State {
    /// What one strategy, or the book, sums up to by currency, at the currencies' scales.
    #[must_use]
    pub fn sums(&self, strategy: Option<StrategyId>) -> &[Sum] {
        match strategy {
            None => self.worth.total(),
            Some(id) => self.worth.strategy(id),
        }
    }

    /// What one account sums up to by currency, at the currencies' scales.
    #[must_use]
    pub fn account_sums(&self, account: AccountId) -> &[Sum] {
        self.worth.account(account)
    }

    /// What all positions in one instrument sum up to, in its settlement currency, fees apart.
    #[must_use]
    pub fn instrument_sum(&self, instrument: InstrumentId) -> Sum {
        self.worth.instrument(instrument)
    }

    /// How many positions one strategy, or the book, has.
    #[must_use]
    pub fn count(&self, strategy: Option<StrategyId>) -> Count {
        self.worth.count(strategy)
    }

    /// The positions in one instrument.
    #[must_use]
    pub fn positions_in(&self, instrument: InstrumentId) -> &[PositionId] {
        self.worth.positions_in(instrument)
    }

    /// What an open position is worth at its mark, signed as [`crate::model::Instrument::value`];
    /// `None` without a mark, or where the value leaves no room.
    #[must_use]
    pub fn position_value(&self, id: PositionId) -> Option<i128> {
        let position = self.position_at(id)?;
        let instrument = self.instrument(position.key.instrument)?;
        let mark = self.mark(instrument.id);
        let price = mark.price_of(position.qty, self.config.mark)?;
        let value = instrument.value(price, position.qty)?;
        fits(value).then_some(value)
    }

    /// Unrealized PnL in settlement currency, gross of fees; `None` without a mark or where the
    /// cost is unknown; 0 when flat.
    #[must_use]
    pub fn unrealized_pnl(&self, id: PositionId) -> Option<i128> {
        let position = self.position_at(id)?;
        if position.unknown_part.is_some() {
            return None;
        }
        if position.qty == 0 {
            return Some(0);
        }
        Some(self.position_value(id)? - position.cost)
    }

    /// Whether a position is held but worth less than `dust_threshold`.
    #[must_use]
    pub fn is_dust(&self, id: PositionId) -> bool {
        self.worth.is_dust(id)
    }

    /// `amount` of `currency` in the reporting currency at [`MAX_SCALE`], rounded once; `None`
    /// where no rate is known. Rates are the marks of spot and FX instruments between the two.
    #[must_use]
    pub fn in_reporting(&self, currency: CurrencyId, amount: i128) -> Option<i128> {
        let known = self.currency(currency)?;
        if Some(currency) == self.worth.reporting() {
            return rescale(amount, known.scale, MAX_SCALE, Rounding::HalfEven);
        }
        if amount == 0 {
            return Some(0);
        }
        let (pair, is_inverted) = self.worth.rate(currency)?;
        let pair = self.instrument(pair)?;
        let mark = self.mark(pair.id).mark?;
        let (mark, unit) = (i128::from(mark), pow10(pair.price_scale)?);
        // Both amounts have the scale of every currency.
        if is_inverted {
            return mul_div(amount, unit, mark, Rounding::HalfEven);
        }
        mul_div(amount, mark, unit, Rounding::HalfEven)
    }

    /// What the positions of `strategy`, or of all, add up to.
    #[must_use]
    pub fn strategy_total(&self, strategy: Option<StrategyId>) -> StrategyTotal {
        let mut total = StrategyTotal::default();
        let count = self.count(strategy);
        (total.open_positions, total.dust_positions) = (count.open, count.dust);
        for (index, each) in self.strategies().iter().enumerate() {
            if strategy.is_none_or(|wanted| wanted.index() == index) {
                total.orders += each.counters.orders;
                total.fills += each.counters.fills;
                total.closed_trades += each.counters.closed_trades;
                total.winning_trades += each.counters.winning_trades;
            }
        }
        let Some(id) = strategy else {
            let all = self.totals();
            (total.realized_pnl, total.unrealized_pnl) = (all.realized_pnl, all.unrealized_pnl);
            (total.fees, total.funding) = (all.fees, all.funding);
            return total;
        };
        let pnl = self.pnl(PnlOf::Strategy(id));
        (total.realized_pnl, total.unrealized_pnl) = (pnl.realized, pnl.unrealized);
        (total.fees, total.funding) = (pnl.fees, pnl.funding);
        total
    }

    /// The whole book in the reporting currency.
    #[must_use]
    pub fn portfolio(&self) -> Portfolio {
        let all = self.totals();
        let mut missing_rates = Vec::new();
        if all.missing > 0 {
            missing_rates.extend(self.unconverted());
        }
        if self.worth.unmarked() > 0 {
            let unmarked = self
                .positions
                .iter()
                .filter(|position| position.qty != 0 && self.position_value(position.id).is_none());
            let of = |position: &crate::model::Position| self.instrument(position.key.instrument);
            missing_rates.extend(unmarked.filter_map(of).map(|instrument| instrument.base));
        }
        missing_rates.sort_unstable();
        missing_rates.dedup();
        Portfolio {
            cash: all.cash,
            holdings: all.holdings,
            equity: all.equity,
            total: self.strategy_total(None),
            difference: all.difference,
            missing_rates,
        }
    }

    /// The equity in the reporting currency.
    #[must_use]
    pub fn equity(&self) -> i128 {
        self.totals().equity
    }

    /// A reporting amount for display.
    #[must_use]
    pub fn money(amount: i128) -> Fixed {
        Fixed::new(amount, MAX_SCALE)
    }
}
