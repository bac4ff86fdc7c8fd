//! Bars in, sets and features to every strategy, signals out as orders.
//!
//! 1. Strategies do not see each other: one that panics, or takes longer than it may, is stopped
//!    and named, and the others go on.
//! 2. The same bars give the same sets, signals and orders, where no strategy is timed.

use std::time::Duration;

use truebook_core::bars::{Bar, BarOutcome, SourceId, Timeframe};
use truebook_core::book::{Command, State};
use truebook_core::hash::Map;
use truebook_core::model::{Id, Instrument, InstrumentId, InvalidValue, Timestamp};

use super::lane::{Lane, SynchronizerStatus};
use super::member::{Member, Newest, StrategyStatus};
use super::plan::{BarPlan, PlannedStrategy, PlannedSynchronizer};
use super::router::{self, OrderNames};
use super::selection::Selection;
use super::signal::{Given, Signal};
use super::{Seen, Strategy};

/// The longest name of a strategy: an id has room for it, the time of a set and a number.
const NAME_BYTES_MAX: usize = 64;

/// Everything between bars and orders.
pub struct StrategyDesk {
    lanes: Vec<Lane>,
    members: Vec<Member>,
    by_source: Map<(InstrumentId, Timeframe), Vec<(usize, SourceId)>>,
    selection: Selection,
    names: OrderNames,
    budget: Option<Duration>,
    now: Timestamp,
    newest: Newest,
    signals: Vec<Signal>,
    given: Vec<Given>,
    outvoted: Vec<Given>,
    stopped: Vec<usize>,
}

impl StrategyDesk {
    /// A desk without strategies, with the synchronizers of `plan`.
    ///
    /// # Errors
    /// [`InvalidValue`] for a synchronizer that cannot be, or a source without an instrument.
    pub fn new(plan: &BarPlan, instruments: &[Instrument]) -> Result<Self, InvalidValue> {
        let mut desk = Self {
            lanes: Vec::new(),
            members: Vec::new(),
            by_source: Map::default(),
            selection: plan.selection,
            names: OrderNames::Counted,
            budget: None,
            now: Timestamp(i64::MIN),
            newest: Newest::default(),
            signals: Vec::new(),
            given: Vec::new(),
            outvoted: Vec::new(),
            stopped: Vec::new(),
        };
        for planned in &plan.synchronizers {
            desk.add_lane((Some(planned.name), planned), plan, instruments)?;
        }
        Ok(desk)
    }

    /// The same, whose orders are named as `names` says.
    #[must_use]
    pub fn with_names(self, names: OrderNames) -> Self {
        Self { names, ..self }
    }

    /// Lets a strategy in this process take no longer than `budget` over a set.
    pub fn set_budget(&mut self, budget: Duration) {
        self.budget = Some(budget);
    }

    /// Adds a synchronizer, and gives its number.
    pub(super) fn add_lane(
        &mut self,
        named: (Option<Id>, &PlannedSynchronizer),
        plan: &BarPlan,
        instruments: &[Instrument],
    ) -> Result<usize, InvalidValue> {
        let number = self.lanes.len();
        let lane = Lane::new(named, plan, instruments)?;
        for (each, source) in lane.expected.iter().zip((0..).map(SourceId)) {
            let symbol = each.source.symbol;
            let known = instruments.iter().find(|known| known.symbol == symbol);
            if let Some(instrument) = known {
                let key = (instrument.id, each.source.timeframe);
                self.by_source
                    .entry(key)
                    .or_default()
                    .push((number, source));
            }
        }
        self.lanes.push(lane);
        Ok(number)
    }

    /// Adds a strategy that sees the sets of its synchronizer; `None` decides outside.
    ///
    /// # Errors
    /// [`InvalidValue`] for a name that another has or that is too long, for a synchronizer that is
    /// not there, and for none where there are several.
    pub fn add(
        &mut self,
        planned: PlannedStrategy,
        mind: Option<Box<dyn Strategy>>,
    ) -> Result<usize, InvalidValue> {
        let lane = self.lane(planned.synchronizer)?;
        self.add_to(vec![lane], planned, mind)
    }

    pub(super) fn add_to(
        &mut self,
        lanes: Vec<usize>,
        planned: PlannedStrategy,
        mind: Option<Box<dyn Strategy>>,
    ) -> Result<usize, InvalidValue> {
        if self.member(&planned.name).is_some() {
            let found = format!("'{}' a second time", planned.name);
            return Err(InvalidValue::new("strategy", &found, "each name once"));
        }
        if planned.name.as_str().len() > NAME_BYTES_MAX {
            let found = format!("'{}'", planned.name);
            let allowed = "a name of at most 64 bytes: the ids of its orders begin with it";
            return Err(InvalidValue::new("strategy", &found, allowed));
        }
        self.members.push(Member::new(planned, lanes, mind));
        Ok(self.members.len() - 1)
    }

    fn lane(&self, name: Option<Id>) -> Result<usize, InvalidValue> {
        let named = || self.lanes.iter().filter_map(|lane| lane.name);
        let found = match name {
            Some(name) => self.lanes.iter().position(|lane| lane.name == Some(name)),
            None => (named().count() == 1)
                .then(|| self.lanes.iter().position(|lane| lane.name.is_some()))
                .flatten(),
        };
        found.ok_or_else(|| {
            let names: Vec<String> = named().map(|name| name.to_string()).collect();
            let found = name.map_or("none".to_owned(), |name| format!("'{name}'"));
            let allowed = format!("one of the synchronizers: {}", names.join(", "));
            InvalidValue::new("synchronizer", &found, &allowed)
        })
    }

    /// The number of the strategy called `name`.
    #[must_use]
    pub fn member(&self, name: &Id) -> Option<usize> {
        self.members.iter().position(|member| member.name == *name)
    }

    /// The number of the strategy called `name`, where it decides outside.
    #[must_use]
    pub fn outside(&self, name: &Id) -> Option<usize> {
        let mut all = self.members.iter();
        all.position(|member| member.name == *name && member.is_outside())
    }

    /// Takes a bar of `timeframe` that arrived at `arrival`: what the synchronizer made of it that
    /// had most to say against it.
    pub fn bar(&mut self, timeframe: Timeframe, bar: &Bar, arrival: Timestamp) -> BarOutcome {
        self.advance(arrival);
        let Some(lanes) = self.by_source.get(&(bar.instrument, timeframe)) else {
            return BarOutcome::Unexpected;
        };
        let mut worst = BarOutcome::Taken;
        for (lane, source) in lanes {
            if let Some(lane) = self.lanes.get_mut(*lane) {
                let outcome = lane.synchronizer.push(*source, *bar, arrival);
                worst = match worst == BarOutcome::Taken {
                    true => outcome,
                    false => worst,
                };
            }
        }
        worst
    }

    /// Says that it is `now`.
    pub fn advance(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        for lane in &mut self.lanes {
            lane.synchronizer.advance(now);
        }
    }

    /// Shows the next set to `hear` and to every strategy in this process; whether there was one.
    /// Those that were skipped or failed are counted only.
    pub fn step(&mut self, mut hear: impl FnMut(&Seen<'_>)) -> bool {
        for (number, lane) in self.lanes.iter_mut().enumerate() {
            while let Some(release) = lane.synchronizer.poll() {
                let Some(set) = release.set() else { continue };
                lane.features.push(set);
                self.newest.note(number, set);
                let seen = Seen {
                    synchronizer: lane.name,
                    set,
                    sources: &lane.expected,
                    features: &lane.features,
                };
                hear(&seen);
                let own = self.members.iter_mut().enumerate();
                for (member, one) in own.filter(|(_, one)| one.lanes.contains(&number)) {
                    self.signals.clear();
                    let shown = one.run(&seen, self.budget, &mut self.signals);
                    let given = shown.and_then(|()| {
                        let mut signals = self.signals.drain(..);
                        signals.try_for_each(|signal| {
                            one.give((member, &self.newest), signal, &mut self.given)
                                .map_err(|why| why.to_string())
                        })
                    });
                    if let Err(why) = given {
                        one.stopped = Some(why);
                        self.stopped.push(member);
                    }
                }
                return true;
            }
        }
        false
    }

    /// The strategies that decide outside and that the newest set is for.
    pub fn asked(&self) -> impl Iterator<Item = usize> {
        let all = self.members.iter().enumerate();
        let asked = all.filter(|(_, member)| member.is_asked(&self.newest));
        asked.map(|(number, _)| number)
    }

    /// Takes a signal of the newest set from a strategy that decides outside.
    ///
    /// # Errors
    /// [`InvalidValue`] for a strategy that is none or was stopped, or whose sets are others; for a
    /// score that is no number, or a size that is not above 0.
    pub fn signal(&mut self, member: usize, signal: Signal) -> Result<(), InvalidValue> {
        let count = self.members.len();
        let refuse = |found: String, allowed: &str| InvalidValue::new("strategy", &found, allowed);
        let Some(own) = self.members.get_mut(member) else {
            return Err(refuse(
                member.to_string(),
                &format!("a number below {count}"),
            ));
        };
        if let Some(why) = &own.stopped {
            let found = format!("'{}', which was stopped: {why}", own.name);
            return Err(refuse(found, "one that runs"));
        }
        if !self
            .newest
            .lane
            .is_some_and(|lane| own.lanes.contains(&lane))
        {
            let found = format!("'{}', whose synchronizer has no new set", own.name);
            return Err(refuse(found, "one that the newest set is for"));
        }
        own.give((member, &self.newest), signal, &mut self.given)
    }

    /// Stops a strategy: it is shown nothing more, and signals of it that wait are dropped.
    pub fn stop(&mut self, member: usize, why: &str) {
        if let Some(own) = self.members.get_mut(member)
            && own.stopped.is_none()
        {
            own.stopped = Some(why.to_owned());
            self.stopped.push(member);
        }
    }

    /// Names and reasons of the strategies that were stopped since this was asked.
    pub fn take_stopped(&mut self) -> Vec<(Id, String)> {
        let stopped = self.stopped.drain(..);
        let told = stopped.filter_map(|number| {
            let member = self.members.get(number)?;
            Some((member.name, member.stopped.clone()?))
        });
        told.collect()
    }

    /// Forgets the signals that wait: of sets that were only looked at.
    pub fn forget(&mut self) {
        self.given.clear();
    }

    /// Whether signals wait.
    #[must_use]
    pub fn has_signals(&self) -> bool {
        !self.given.is_empty()
    }

    /// Whether strategies were stopped of which nobody has asked.
    #[must_use]
    pub fn has_stopped(&self) -> bool {
        !self.stopped.is_empty()
    }

    /// Chooses from the signals that wait, and adds the orders that they ask for.
    pub fn decide(&mut self, state: &State, commands: &mut Vec<Command>) {
        let members = &mut self.members;
        let now = self.now;
        self.given.retain(|one| {
            let Some(member) = members.get_mut(one.member) else {
                return false;
            };
            let is_expired = one.is_expired(now);
            member.counts.expired += u64::from(is_expired);
            !is_expired && member.stopped.is_none()
        });
        self.outvoted.clear();
        self.selection.choose(&mut self.given, &mut self.outvoted);
        for one in &self.outvoted {
            if let Some(member) = members.get_mut(one.member) {
                member.counts.outvoted += 1;
            }
        }
        for one in self.given.drain(..) {
            let Some(member) = members.get_mut(one.member) else {
                continue;
            };
            match router::route((state, now), &one, commands) {
                Some(submit) => {
                    member.counts.sent += 1;
                    let name = member.namer.name(self.names, &one);
                    commands.push(router::named(submit, name));
                }
                None => member.counts.idle += 1,
            }
        }
    }

    /// How each strategy does.
    pub fn strategies(&self) -> impl Iterator<Item = StrategyStatus> {
        self.members.iter().map(Member::status)
    }

    /// How each synchronizer does.
    pub fn synchronizers(&self) -> impl Iterator<Item = SynchronizerStatus> {
        self.lanes.iter().map(Lane::status)
    }
}
