//! A desk as a configuration describes it.

use truebook_core::bars::{ExpectedSource, Source, SynchronizerOptions, Timeframe};
use truebook_core::book::State;
use truebook_core::model::{Fixed, Id, Instrument, InvalidValue, StrategyConfig, StrategyKind};

use super::Strategy;
use super::desk::StrategyDesk;
use super::leg::Leg;
use super::momentum::Momentum;
use super::pairs_trading::{PairsTrading, Thresholds};
use super::plan::{BarPlan, PlannedStrategy, PlannedSynchronizer};

/// A strategy in the making, and what it trades where a signal does not say.
type Built = (Option<Box<dyn Strategy>>, Option<Fixed>);

/// The strategies of `state`, as `plan` has them take part. One that is decided outside has a place
/// where it has a synchronizer.
///
/// # Errors
/// [`InvalidValue`] for a plan that does not fit what is registered.
pub fn desk(plan: &BarPlan, state: &State) -> Result<StrategyDesk, InvalidValue> {
    let instruments = state.instruments();
    let mut desk = StrategyDesk::new(plan, instruments)?;
    for config in &state.config.strategies {
        let planned = plan.strategy(&config.name);
        match planned.synchronizer {
            Some(name) => {
                let synchronizer = plan.synchronizer(&name)?;
                let sources = sources(&synchronizer.expected);
                let (mind, notional) = shared(config, &sources, instruments)?;
                let notional = planned.order_notional.or(notional);
                let planned = PlannedStrategy {
                    order_notional: notional,
                    ..planned
                };
                desk.add(planned, mind)?;
            }
            None => alone(&mut desk, (config, planned), plan, instruments)?,
        }
    }
    Ok(desk)
}

fn sources(expected: &[ExpectedSource]) -> Vec<Source> {
    expected.iter().map(|each| each.source).collect()
}

/// A strategy with a synchronizer for each of its symbols, or for its pair: bars of any length.
fn alone(
    desk: &mut StrategyDesk,
    (config, planned): (&StrategyConfig, PlannedStrategy),
    plan: &BarPlan,
    instruments: &[Instrument],
) -> Result<(), InvalidValue> {
    let groups: Vec<Vec<Id>> = match &config.kind {
        StrategyKind::Momentum { symbols, .. } => symbols.iter().map(|one| vec![*one]).collect(),
        StrategyKind::PairsTrading { pair, .. } => vec![pair.to_vec()],
        StrategyKind::External => return Ok(()),
    };
    let mut lanes = Vec::new();
    let mut all = Vec::new();
    for symbols in groups {
        let source = |symbol: &Id| Source {
            symbol: *symbol,
            timeframe: Timeframe::UNALIGNED,
        };
        let expected: Vec<_> = symbols.iter().map(source).collect();
        all.extend(expected.iter().copied());
        let own = PlannedSynchronizer {
            name: config.name,
            expected: expected.into_iter().map(ExpectedSource::from).collect(),
            // Bars come in the order of their closes, so a newer close ends the wait.
            options: SynchronizerOptions {
                open_sets_max: 1,
                ..SynchronizerOptions::default()
            },
        };
        lanes.push(desk.add_lane((None, &own), plan, instruments)?);
    }
    let (mind, notional) = shared(config, &all, instruments)?;
    let planned = PlannedStrategy {
        order_notional: notional,
        ..planned
    };
    desk.add_to(lanes, planned, mind).map(|_| ())
}

/// The strategy of `config` on `sources`.
fn shared(
    config: &StrategyConfig,
    sources: &[Source],
    instruments: &[Instrument],
) -> Result<Built, InvalidValue> {
    match &config.kind {
        StrategyKind::Momentum {
            symbols,
            fast,
            slow,
            order_notional,
        } => {
            let legs: Result<Vec<Leg>, _> = symbols
                .iter()
                .map(|symbol| Leg::of(symbol, sources, instruments))
                .collect();
            let momentum = Momentum::new(&legs?, (*fast, *slow))?;
            Ok((Some(Box::new(momentum)), Some(*order_notional)))
        }
        StrategyKind::PairsTrading {
            pair,
            window,
            enter,
            exit,
            order_notional,
        } => {
            let [first, second] = **pair;
            let leg = |symbol| Leg::of(symbol, sources, instruments);
            let legs = [leg(&first)?, leg(&second)?];
            let (enter, exit) = (*enter, *exit);
            let pairs = PairsTrading::new(legs, *window, Thresholds { enter, exit });
            Ok((Some(Box::new(pairs)), Some(*order_notional)))
        }
        StrategyKind::External => Ok((None, None)),
    }
}
