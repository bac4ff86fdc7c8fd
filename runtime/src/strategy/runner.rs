//! Strategies on a book: bars that it recorded in, orders through its limits out.
//!
//! 1. Bars come from the book's own events, in their order: whoever follows them sees the same
//!    sets, live or told again from the database.
//! 2. Nothing that was recorded before a runner began becomes an order.

use std::sync::Arc;
use std::time::{Duration, Instant};

use truebook_core::bars::{BarOutcome, SlotState, SyncMode, Timeframe};
use truebook_core::book::{Applied, Command, Kinds, News, Notice, Record};
use truebook_core::engine::{Filter, Overflow, Registry, Subscription};
use truebook_core::hash::Map;
use truebook_core::model::{Id, InstrumentId, Side, Timestamp};

use super::desk::StrategyDesk;
use super::lane::SynchronizerStatus;
use super::member::StrategyStatus;
use super::plan::{BarPlan, PlannedStrategy};
use super::router::OrderNames;
use super::signal::Signal;
use super::{Seen, Strategy, build};
use crate::book::Book;
use crate::error::Error;

/// An order that a signal became.
#[derive(Debug)]
pub struct RoutedOrder {
    /// Whose.
    pub strategy: Id,
    /// Its id.
    pub client_order_id: Id,
    /// In what.
    pub symbol: Id,
    /// Which way.
    pub side: Side,
    /// How much, at the instrument's quantity scale.
    pub qty: i128,
    /// What the book said of it.
    pub answer: Result<Applied, Error>,
}

/// Runs strategies on the sets that a book's bars make.
pub struct StrategyRunner {
    bars: Subscription,
    /// Only elsewhere while a decision is made.
    desk: Option<Box<StrategyDesk>>,
    timeframes: Map<Id, Timeframe>,
    /// Of each symbol, its shortest bars so far.
    fastest: Map<InstrumentId, Timeframe>,
    registry: Arc<Registry>,
    /// The newest event when it began.
    began: u64,
    /// Of each source, the first close that was recorded since.
    live: Map<(InstrumentId, Timeframe), Timestamp>,
    /// Whether the newest set was known before.
    is_past: bool,
    /// Bars that no synchronizer waits for.
    unexpected: u64,
}

impl Book {
    /// Runs strategies on the bars that the book records: as `plan` composes them, those that
    /// [`StrategyRunner::add`] adds; without one, as the book's own plan does, those of its
    /// configuration, too. Bars are heard from now on, or all that were recorded after the event
    /// `since`, which fills features and averages; no order comes of these.
    ///
    /// # Errors
    /// [`Error::Value`] for a plan that does not fit what is registered, for gaps that are
    /// interpolated, since what comes after them is not known, and as [`Book::subscribe`].
    pub fn run_strategies(
        &mut self,
        plan: Option<&BarPlan>,
        since: Option<u64>,
    ) -> Result<StrategyRunner, Error> {
        let is_own = plan.is_none();
        let mut plan = plan.unwrap_or(self.plan()).clone();
        for one in &mut plan.synchronizers {
            one.options.mode = SyncMode::Live;
        }
        let made = self.ask(move |state| {
            let registry = Registry::of(state);
            let desk = match is_own {
                true => build::desk(&plan, state),
                false => StrategyDesk::new(&plan, state.instruments()),
            };
            (desk, registry, state.sequence)
        })?;
        let (desk, registry, began) = made;
        let desk = desk?.with_names(OrderNames::Timed);
        let filter = Filter {
            kinds: Kinds::named(&["bar_closed"])?,
            ..Filter::default()
        };
        Ok(StrategyRunner {
            bars: self.subscribe(filter, Overflow::Block, since)?,
            desk: Some(Box::new(desk)),
            timeframes: Map::default(),
            fastest: Map::default(),
            registry: Arc::new(registry),
            began,
            live: Map::default(),
            is_past: false,
            unexpected: 0,
        })
    }
}

impl StrategyRunner {
    /// Adds a strategy; `None` decides outside, by [`StrategyRunner::signal`]. Its number.
    ///
    /// # Errors
    /// As [`StrategyDesk::add`].
    pub fn add(
        &mut self,
        planned: PlannedStrategy,
        mind: Option<Box<dyn Strategy>>,
    ) -> Result<usize, Error> {
        Ok(self.desk_mut()?.add(planned, mind)?)
    }

    /// Lets a strategy in this process take no longer than `budget` over a set.
    ///
    /// # Errors
    /// [`Error::Poisoned`] after a decision that was not finished.
    pub fn set_budget(&mut self, budget: Duration) -> Result<(), Error> {
        self.desk_mut()?.set_budget(budget);
        Ok(())
    }

    /// Shows the next set to `hear` and to every strategy in this process, where there is one
    /// within `timeout`; `None` waits until the book is closed.
    ///
    /// # Errors
    /// [`Error::Poisoned`] after a decision that was not finished.
    pub fn step(
        &mut self,
        timeout: Option<Duration>,
        mut hear: impl FnMut(&Seen<'_>),
    ) -> Result<bool, Error> {
        let began = Instant::now();
        loop {
            let desk = self.desk.as_deref_mut().ok_or(Error::Poisoned)?;
            let (live, mut is_past) = (&self.live, false);
            let is_shown = desk.step(|seen| {
                is_past = !has_live(live, seen);
                hear(seen);
            });
            if is_shown {
                if is_past {
                    desk.forget();
                }
                self.is_past = is_past;
                return Ok(true);
            }
            let notice = match self.bars.poll() {
                Some(notice) => notice,
                None => {
                    let left = timeout.map(|timeout| timeout.saturating_sub(began.elapsed()));
                    if left == Some(Duration::ZERO) {
                        return Ok(false);
                    }
                    match self.bars.wait(left) {
                        Some(notice) => notice,
                        None => return Ok(false),
                    }
                }
            };
            self.take(&notice)?;
        }
    }

    fn take(&mut self, notice: &Notice) -> Result<(), Error> {
        let News::Recorded(record) = &notice.news else {
            return Ok(());
        };
        let Record::Bar(bar) = &**record else {
            return Ok(());
        };
        let timeframe = self.timeframe(bar.timeframe);
        let (arrival, bar) = (notice.ts.max(bar.ts_close), bar.bar());
        // A strategy with a synchronizer of its own sees the fastest bars of a symbol.
        let fastest = self.fastest.entry(bar.instrument).or_insert(timeframe);
        *fastest = timeframe.min(*fastest);
        let is_fastest = *fastest == timeframe;
        let any = is_fastest.then_some(Timeframe::UNALIGNED);
        let desk = self.desk.as_deref_mut().ok_or(Error::Poisoned)?;
        let mut is_expected = false;
        for timeframe in any.into_iter().chain([timeframe]) {
            is_expected |= desk.bar(timeframe, &bar, arrival) != BarOutcome::Unexpected;
            if notice.sequence > self.began {
                let first = self.live.entry((bar.instrument, timeframe));
                let first = first.or_insert(bar.ts_close);
                *first = (*first).min(bar.ts_close);
            }
        }
        self.unexpected += u64::from(!is_expected);
        Ok(())
    }

    /// How many bars came that no synchronizer waits for.
    #[must_use]
    pub fn unexpected(&self) -> u64 {
        self.unexpected
    }

    /// Says that it is `now`, so that timeouts end without a bar; the system's clock is not looked
    /// at.
    ///
    /// # Errors
    /// [`Error::Poisoned`] after a decision that was not finished.
    pub fn advance(&mut self, now: Timestamp) -> Result<(), Error> {
        self.desk_mut()?.advance(now);
        Ok(())
    }

    /// How long bars are whose source calls them `name`; of any length, where that is a name of its
    /// own.
    fn timeframe(&mut self, name: Id) -> Timeframe {
        let known = self.timeframes.entry(name);
        *known.or_insert_with(|| name.as_str().parse().unwrap_or(Timeframe::UNALIGNED))
    }

    /// Takes a signal of the newest set from a strategy that decides outside; of a set of the past
    /// it is forgotten.
    ///
    /// # Errors
    /// As [`StrategyDesk::signal`].
    pub fn signal(&mut self, member: usize, signal: Signal) -> Result<(), Error> {
        let is_past = self.is_past;
        let desk = self.desk_mut()?;
        desk.signal(member, signal)?;
        if is_past {
            desk.forget();
        }
        Ok(())
    }

    /// Stops a strategy, and says why in the book.
    ///
    /// # Errors
    /// [`Error::Poisoned`] after a decision that was not finished.
    pub fn stop(&mut self, member: usize, why: &str) -> Result<(), Error> {
        self.desk_mut()?.stop(member, why);
        Ok(())
    }

    /// Chooses from the signals that wait and submits the orders that they ask for, in their order;
    /// strategies that were stopped are recorded as alerts. What the limits refuse is an answer.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`], and where an alert cannot be recorded.
    pub fn decide(&mut self, book: &mut Book) -> Result<Vec<RoutedOrder>, Error> {
        book.check_open()?;
        for (name, why) in self.desk_mut()?.take_stopped() {
            let text = format!("{name}: {why}");
            book.alert(("critical", "strategy_stopped"), &text, None)?;
        }
        if !self.desk_mut()?.has_signals() {
            return Ok(Vec::new());
        }
        let mut desk = self.desk.take().ok_or(Error::Poisoned)?;
        let (desk, commands) = book.ask(move |state| {
            let mut commands = Vec::new();
            desk.decide(state, &mut commands);
            (desk, commands)
        })?;
        self.desk = Some(desk);
        let mut routed = Vec::with_capacity(commands.len());
        for command in commands {
            if let Command::Submit(submit) = &command {
                let (instrument, side, qty) = (submit.instrument, submit.side, submit.qty);
                let symbol = self.registry.instruments.get(instrument.index());
                routed.push(RoutedOrder {
                    strategy: submit.strategy.unwrap_or_default(),
                    client_order_id: submit.client_order_id.unwrap_or_default(),
                    symbol: symbol.map(|known| known.symbol).unwrap_or_default(),
                    side,
                    qty,
                    answer: book.call(command),
                });
            }
        }
        Ok(routed)
    }

    /// Whether there is nothing to decide: no signal waits, and no strategy was stopped.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let desk = self.desk.as_ref();
        desk.is_some_and(|desk| !desk.has_signals() && !desk.has_stopped())
    }

    /// The strategies that decide outside and that the newest set is for.
    #[must_use]
    pub fn asked(&self) -> Vec<usize> {
        let desk = self.desk.as_ref();
        desk.map_or_else(Vec::new, |desk| desk.asked().collect())
    }

    /// The number of the strategy called `name`.
    #[must_use]
    pub fn member(&self, name: &Id) -> Option<usize> {
        self.desk.as_ref()?.member(name)
    }

    /// The number of the strategy called `name`, where it decides outside.
    #[must_use]
    pub fn outside(&self, name: &Id) -> Option<usize> {
        self.desk.as_ref()?.outside(name)
    }

    /// How each strategy does.
    #[must_use]
    pub fn strategies(&self) -> Vec<StrategyStatus> {
        let desk = self.desk.as_ref();
        desk.map_or_else(Vec::new, |desk| desk.strategies().collect())
    }

    /// How each synchronizer does.
    #[must_use]
    pub fn synchronizers(&self) -> Vec<SynchronizerStatus> {
        let desk = self.desk.as_ref();
        desk.map_or_else(Vec::new, |desk| desk.synchronizers().collect())
    }

    /// What is registered, as it was when the runner began.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Whether the newest set is of bars alone that were recorded before the runner began, whenever
    /// it went out.
    #[must_use]
    pub fn is_past(&self) -> bool {
        self.is_past
    }

    /// The subscription to the bars, to be waited for.
    #[must_use]
    pub fn subscription(&self) -> &Subscription {
        &self.bars
    }

    fn desk_mut(&mut self) -> Result<&mut StrategyDesk, Error> {
        self.desk.as_deref_mut().ok_or(Error::Poisoned)
    }
}

/// Whether a bar that is due in a set was recorded since the first of `live`.
fn has_live(live: &Map<(InstrumentId, Timeframe), Timestamp>, seen: &Seen<'_>) -> bool {
    seen.set.bars().any(|(source, bar, state)| {
        let number = usize::try_from(source.0).ok();
        let expected = number.and_then(|number| seen.sources.get(number));
        let key = expected.map(|each| (bar.instrument, each.source.timeframe));
        let first = key.and_then(|key| live.get(&key));
        state == SlotState::Present && first.is_some_and(|first| bar.ts_close >= *first)
    })
}
