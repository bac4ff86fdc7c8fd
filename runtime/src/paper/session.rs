//! A session: the paper venue and the strategies on the writer's thread, and the curve they make.
//!
//! 1. One point a bar close, of everything known at that time.

use truebook_core::bars::{Bar, Timeframe};
use truebook_core::book::{Alert, AlertLevel, Command, Record, State};
use truebook_core::engine::{Happening, Reactor};
use truebook_core::model::{Id, StrategyId, Timestamp};

use crate::strategy::{self, BarPlan, StrategyDesk};

use super::PaperVenue;

/// Equity and each strategy's PnL at a bar close, in reporting money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EquityPoint {
    /// The close.
    pub ts: Timestamp,
    /// Equity of the whole book.
    pub equity: i128,
    /// PnL after fees, in the order of the config's strategies.
    pub strategies: Vec<i128>,
}

/// What runs beside the ledger in a paper session.
#[derive(Default)]
pub struct Session {
    venue: PaperVenue,
    plan: BarPlan,
    desk: Option<StrategyDesk>,
    points: Vec<EquityPoint>,
}

impl Session {
    /// Equity at each bar close.
    #[must_use]
    pub fn points(&self) -> &[EquityPoint] {
        &self.points
    }

    fn on_bar(&mut self, state: &State, bar: &Bar, commands: &mut Vec<Command>) {
        if self.desk.is_none() {
            // The plan was checked before the first row.
            self.desk = strategy::desk(&self.plan, state).ok();
        }
        if let Some(desk) = &mut self.desk {
            desk.bar(Timeframe::UNALIGNED, bar, bar.ts_close);
            while desk.step(|_| {}) {}
            desk.decide(state, commands);
            let stopped = desk.take_stopped();
            commands.extend(stopped.into_iter().map(|who| report(who, bar.ts_close)));
        }
        let total = |config: &truebook_core::model::StrategyConfig| {
            let id = state
                .strategy_id(&config.name)
                .unwrap_or(StrategyId::EXTERNAL);
            state.strategy_total(Some(id)).total_pnl()
        };
        let point = EquityPoint {
            ts: bar.ts_close,
            equity: state.portfolio().equity,
            strategies: state.config.strategies.iter().map(total).collect(),
        };
        if self
            .points
            .last()
            .is_some_and(|last| last.ts == bar.ts_close)
        {
            self.points.pop();
        }
        self.points.push(point);
    }
}

impl Reactor for Session {
    fn react(&mut self, state: &State, happening: Happening<'_>, commands: &mut Vec<Command>) {
        self.venue.react(state, happening, commands);
        if let Happening::Bar(bar) = happening {
            self.on_bar(state, bar, commands);
        }
    }
}

/// What is recorded of a strategy that was stopped.
fn report((name, why): (Id, String), ts: Timestamp) -> Command {
    let alert = Alert {
        level: AlertLevel::Critical,
        kind: Id::format(format_args!("strategy_stopped")),
        symbol: None,
        text: format!("{name}: {why}").into(),
    };
    let record = Box::new(Record::Alert(alert));
    Command::Record { record, ts }
}
