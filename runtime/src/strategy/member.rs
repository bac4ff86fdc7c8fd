//! One strategy at a desk: shown sets, stopped where it goes wrong, its signals counted.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use truebook_core::bars::BarSet;
use truebook_core::model::{Fixed, Id, InstrumentId, InvalidValue, NANOS_PER_MS, Timestamp};

use super::plan::PlannedStrategy;
use super::router::{Namer, SignalCounts};
use super::signal::{Given, Signal};
use super::{Seen, Strategy};

/// How much of what a strategy said as it panicked is recorded, in characters.
const REASON_MAX: usize = 1_000;

/// The newest set, as far as signals from outside need it.
#[derive(Debug, Default)]
pub(super) struct Newest {
    pub lane: Option<usize>,
    pub ts: Timestamp,
    /// The close of each bar, and when it closed.
    closes: Vec<(InstrumentId, Timestamp, i64)>,
}

/// Who decides.
enum Mind {
    /// Code in this process.
    Inside(Box<dyn Strategy>),
    /// Somebody who is told of each set, and gives signals.
    Outside,
}

/// A strategy.
pub(super) struct Member {
    pub name: Id,
    /// Whose sets it sees.
    pub lanes: Vec<usize>,
    priority: i32,
    valid_ns: Option<i64>,
    notional: Option<Fixed>,
    mind: Mind,
    /// Why it was stopped.
    pub stopped: Option<String>,
    pub namer: Namer,
    pub counts: SignalCounts,
}

/// How a strategy does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrategyStatus {
    /// Its name.
    pub name: Id,
    /// Why it was stopped, where it was.
    pub stopped: Option<String>,
    /// What became of its signals.
    pub counts: SignalCounts,
}

impl Newest {
    pub fn note(&mut self, lane: usize, set: &BarSet) {
        (self.lane, self.ts) = (Some(lane), set.ts());
        self.closes.clear();
        let closes = set
            .bars()
            .map(|(_, bar, _)| (bar.instrument, bar.ts_close, bar.close));
        self.closes.extend(closes);
    }

    /// The close of the newest bar of `instrument`.
    fn close(&self, instrument: InstrumentId) -> Option<i64> {
        let own = self
            .closes
            .iter()
            .filter(|(known, _, _)| *known == instrument);
        own.max_by_key(|(_, ts, _)| *ts).map(|(_, _, close)| *close)
    }
}

impl Member {
    pub fn new(
        planned: PlannedStrategy,
        lanes: Vec<usize>,
        mind: Option<Box<dyn Strategy>>,
    ) -> Self {
        Self {
            name: planned.name,
            priority: planned.priority,
            valid_ns: planned.valid_ms.map(|ms| i64::from(ms) * NANOS_PER_MS),
            notional: planned.order_notional,
            mind: mind.map_or(Mind::Outside, Mind::Inside),
            stopped: None,
            namer: Namer::new(lanes.len()),
            lanes,
            counts: SignalCounts::default(),
        }
    }

    /// Whether it decides outside.
    pub fn is_outside(&self) -> bool {
        matches!(self.mind, Mind::Outside)
    }

    /// Whether it decides outside, and the newest set is for it.
    pub fn is_asked(&self, newest: &Newest) -> bool {
        let is_outside = self.is_outside() && self.stopped.is_none();
        is_outside && newest.lane.is_some_and(|lane| self.lanes.contains(&lane))
    }

    pub fn status(&self) -> StrategyStatus {
        StrategyStatus {
            name: self.name,
            stopped: self.stopped.clone(),
            counts: self.counts,
        }
    }

    /// Shows it a set.
    ///
    /// # Errors
    /// Why it is to be stopped.
    pub fn run(
        &mut self,
        seen: &Seen<'_>,
        budget: Option<Duration>,
        signals: &mut Vec<Signal>,
    ) -> Result<(), String> {
        let Mind::Inside(strategy) = &mut self.mind else {
            return Ok(());
        };
        if self.stopped.is_some() {
            return Ok(());
        }
        let began = budget.map(|budget| (Instant::now(), budget));
        // It is not looked at again where it panics.
        let run = catch_unwind(AssertUnwindSafe(|| strategy.on_bars(seen, signals)));
        if let Err(panic) = run {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            let text: String = text
                .iter()
                .flat_map(|text| text.chars())
                .take(REASON_MAX)
                .collect();
            return Err(format!("it panicked: {text}"));
        }
        match began {
            Some((began, budget)) if began.elapsed() > budget => {
                let taken = began.elapsed().as_millis();
                let most = budget.as_millis();
                Err(format!("it took {taken} ms over a set: at most {most}"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Takes a signal of the newest set.
    ///
    /// # Errors
    /// [`InvalidValue`] for one that cannot be.
    pub fn give(
        &mut self,
        (member, newest): (usize, &Newest),
        signal: Signal,
        given: &mut Vec<Given>,
    ) -> Result<(), InvalidValue> {
        signal.check()?;
        self.counts.given += 1;
        let place = self
            .lanes
            .iter()
            .position(|lane| Some(*lane) == newest.lane);
        given.push(Given {
            member,
            name: self.name,
            priority: self.priority,
            ts: newest.ts,
            number: self.namer.number(place.unwrap_or(usize::MAX), newest.ts),
            price: newest.close(signal.instrument),
            notional: self.notional,
            signal: Signal {
                valid_ns: signal.valid_ns.or(self.valid_ns),
                ..signal
            },
        });
        Ok(())
    }
}
