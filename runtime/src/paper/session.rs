//! A session: the paper venue and the strategies on the writer's thread, and the curve they make.
//!
//! 1. One point a bar close, of everything known at that time.

use truebook_core::bars::{Bar, QuotePrint, Source, Timeframe};
use truebook_core::book::{Alert, AlertLevel, Command, PriceTick, Record, State};
use truebook_core::engine::{Happening, Reactor};
use truebook_core::model::{Id, InvalidValue, StrategyId, Timestamp};

use crate::market::BAR_NS;
use crate::strategy::{self, BarMaker, BarPlan, MadeBar, Material, PlannedBars, StrategyDesk};

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

/// Strategies, and what makes of the data what they see.
struct Desk {
    strategies: StrategyDesk,
    maker: BarMaker,
    /// What the data's bars are, besides bars of any length.
    delivered: Vec<Source>,
    made: Vec<MadeBar>,
}

/// What runs beside the ledger in a paper session.
#[derive(Default)]
pub struct Session {
    venue: PaperVenue,
    plan: BarPlan,
    desk: Option<Desk>,
    points: Vec<EquityPoint>,
}

impl Desk {
    fn new(plan: &BarPlan, state: &State) -> Result<Self, InvalidValue> {
        Ok(Self {
            strategies: strategy::desk(plan, state)?,
            maker: BarMaker::new(&plan.bars, state.instruments())?,
            delivered: delivered(plan)?,
            made: Vec::new(),
        })
    }

    fn price(&mut self, tick: &PriceTick) {
        if self.maker.is_empty() {
            return;
        }
        let PriceTick { instrument, ts, .. } = *tick;
        if let (Some(bid), Some(ask)) = (tick.bid, tick.ask) {
            let quote = QuotePrint { ts, bid, ask };
            self.maker.quote(instrument, quote, &mut self.made);
        }
        if let Some(last) = tick.last {
            self.maker.price(instrument, (ts, last), &mut self.made);
        }
    }

    fn bar(&mut self, state: &State, bar: &Bar) {
        let ts = bar.ts_close;
        self.strategies.bar(Timeframe::UNALIGNED, bar, ts);
        let symbol = state.instrument(bar.instrument).map(|known| known.symbol);
        let own = self
            .delivered
            .iter()
            .find(|source| Some(source.symbol) == symbol);
        if let Some(source) = own {
            self.maker.bar(source.timeframe, bar, &mut self.made);
            self.strategies.bar(source.timeframe, bar, ts);
        }
    }

    /// Shows what has come to the strategies, and adds what they want.
    fn decide(&mut self, state: &State, ts: Timestamp, commands: &mut Vec<Command>) {
        for (timeframe, built) in self.made.drain(..) {
            self.strategies.bar(timeframe, &built.bar, ts);
        }
        while self.strategies.step(|_| {}) {}
        self.strategies.decide(state, commands);
        let stopped = self.strategies.take_stopped();
        commands.extend(stopped.into_iter().map(|who| report(who, ts)));
    }
}

impl Session {
    /// A session whose strategies take part as `plan` says.
    #[must_use]
    pub fn new(plan: BarPlan) -> Self {
        Self {
            plan,
            ..Self::default()
        }
    }

    /// Whether `plan` fits what is registered in `state`.
    ///
    /// # Errors
    /// [`InvalidValue`] names what does not.
    pub fn check(plan: &BarPlan, state: &State) -> Result<(), InvalidValue> {
        Desk::new(plan, state).map(|_| ())
    }

    /// Equity at each bar close.
    #[must_use]
    pub fn points(&self) -> &[EquityPoint] {
        &self.points
    }

    /// What became of bars, sets and signals, where anything is composed.
    #[must_use]
    pub fn strategies(&self) -> Option<&StrategyDesk> {
        let desk = self.desk.as_ref().filter(|_| !self.plan.is_empty());
        desk.map(|desk| &desk.strategies)
    }

    /// The desk; it was checked before the first row that there can be one.
    fn desk(&mut self, state: &State) -> Option<&mut Desk> {
        if self.desk.is_none() {
            self.desk = Desk::new(&self.plan, state).ok();
        }
        self.desk.as_mut()
    }

    fn on_bar(&mut self, state: &State, bar: &Bar, commands: &mut Vec<Command>) {
        if let Some(desk) = self.desk(state) {
            desk.bar(state, bar);
            desk.decide(state, bar.ts_close, commands);
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
        match happening {
            Happening::Bar(bar) => self.on_bar(state, bar, commands),
            Happening::Price(tick) => {
                if let Some(desk) = self.desk(state) {
                    desk.price(tick);
                    if !desk.made.is_empty() {
                        desk.decide(state, tick.ts, commands);
                    }
                }
            }
            Happening::Event(_) => {}
        }
    }
}

/// The sources of `plan` that the data has: bars of a minute, and no trades to make any of.
fn delivered(plan: &BarPlan) -> Result<Vec<Source>, InvalidValue> {
    let of_trades = plan.bars.iter().find(|one| one.from == Material::Trades);
    if let Some(PlannedBars { source, .. }) = of_trades {
        let found = format!("'trades' for {source}");
        let allowed = "'quotes', 'prices' or smaller bars: a session's data has no single trades";
        return Err(InvalidValue::new("from", &found, allowed));
    }
    let delivered = plan.delivered()?;
    let other = delivered.iter().find(|one| one.timeframe.ns() != BAR_NS);
    let Some(other) = other else {
        return Ok(delivered);
    };
    let found = format!("{other}, which is not made");
    let allowed = format!(
        "bars of 1m, as the data has: make the other with a [[bars]] of source = \"{other}\""
    );
    Err(InvalidValue::new("source", &found, &allowed))
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
