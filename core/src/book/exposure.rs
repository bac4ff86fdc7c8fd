//! What the book is exposed to, in the reporting currency.

use crate::model::InstrumentId;

use super::State;

/// Exposure before an order, at marks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Exposure {
    /// The absolute notional held in the order's instrument.
    pub instrument: i128,
    /// The sum of absolute notionals.
    pub gross: i128,
    /// The sum of signed notionals.
    pub net: i128,
    /// Equity, only computed where a limit needs it.
    pub equity: i128,
}

impl Exposure {
    /// The exposure of all positions; `instrument` is counted apart.
    pub(super) fn of(state: &State, instrument: InstrumentId) -> Self {
        let mut sum = Self::default();
        let mut own: i128 = 0;
        for position in state
            .positions()
            .iter()
            .filter(|position| position.qty != 0)
        {
            let quote = state
                .instrument(position.key.instrument)
                .map(|found| found.quote);
            let value = state
                .position_value(position)
                .and_then(|value| state.in_reporting(quote?, value))
                .unwrap_or(0);
            sum.gross = sum.gross.saturating_add(value.saturating_abs());
            sum.net = sum.net.saturating_add(value);
            if position.key.instrument == instrument {
                own = own.saturating_add(value);
            }
        }
        sum.instrument = own.saturating_abs();
        if state.measures_losses() {
            sum.equity = state.portfolio().equity;
        }
        sum
    }
}

impl State {
    /// Whether a limit on losses is configured anywhere.
    #[must_use]
    pub fn measures_losses(&self) -> bool {
        let set = |limits: &crate::model::Limits| {
            limits.daily_loss_pct.is_some() || limits.max_drawdown_pct.is_some()
        };
        set(&self.config.limits) || self.strategies.iter().any(|strategy| set(&strategy.limits))
    }
}
