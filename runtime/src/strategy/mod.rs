//! The built-in strategies: what they see is bars, what they give is orders.

mod momentum;
mod pairs_trading;
mod score;
mod trader;

use truebook_core::bars::Bar;
use truebook_core::book::{Command, State};
use truebook_core::model::{StrategyConfig, StrategyKind};

use momentum::Momentum;
use pairs_trading::PairsTrading;
use trader::Trader;

/// Something that turns bars into orders. It must be a function of what it has seen.
pub trait Strategy: Send {
    /// Looks at a bar that has closed and adds orders.
    fn on_bar(&mut self, state: &State, bar: &Bar, commands: &mut Vec<Command>);
}

/// The strategy that `config` describes; `None` for one that is decided outside, or that trades
/// something unknown to `state`.
#[must_use]
pub fn build(config: &StrategyConfig, state: &State) -> Option<Box<dyn Strategy>> {
    match &config.kind {
        StrategyKind::Momentum {
            symbols,
            fast,
            slow,
            order_notional,
        } => {
            let trader = Trader::new(config.name, *order_notional);
            Some(Box::new(Momentum::new(
                trader,
                symbols,
                state,
                (*fast, *slow),
            )?))
        }
        StrategyKind::PairsTrading {
            pair,
            window,
            enter,
            exit,
            order_notional,
        } => {
            let trader = Trader::new(config.name, *order_notional);
            let [first, second] = **pair;
            let leg = |symbol| state.instrument(state.instrument_id(symbol)?);
            let legs = [leg(&first)?, leg(&second)?];
            let thresholds = (*enter, *exit);
            Some(Box::new(PairsTrading::new(
                trader, legs, *window, thresholds,
            )?))
        }
        StrategyKind::External => None,
    }
}
