//! What is recorded beside the ledger, and when a snapshot of the book is taken.
//!
//! 1. Nothing here changes a balance, a position or an order.
//! 2. A snapshot is taken by the first event, accepted price or `Advance` at or after the
//!    turn of an hour, before it: what is refused takes none.

use crate::model::{Id, NANOS_PER_SECOND, OrderStatus, Timestamp};

use super::event::{BarRecord, Record, Snapshot};
use super::ledger::{SECONDS_PER_DAY, SHARED_MAX};
use super::{Answer, Event, Invalid, Ledger, State, Totals};

const HOUR: i64 = 3_600 * NANOS_PER_SECOND;

/// When the next snapshot is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Clock {
    /// Nobody asked for snapshots.
    #[default]
    Off,
    /// Of the hour after the first time that comes.
    Starting,
    /// At this time.
    At(i64),
}

impl Clock {
    /// Whether `now` is at or after what it waits for.
    #[inline]
    pub fn is_due(&self, now: Timestamp) -> bool {
        match self {
            Self::Off => false,
            Self::Starting => true,
            Self::At(due) => now.0 >= *due,
        }
    }

    /// Waits for the first turn of an hour after `now`; at the end of time there is none, and as
    /// long as no time is known none is waited for.
    fn after(now: Timestamp) -> Self {
        if now == Timestamp(0) {
            return Self::Starting;
        }
        let turn = (now.0.div_euclid(HOUR) + 1).checked_mul(HOUR);
        turn.map_or(Self::Off, Self::At)
    }
}

impl Ledger {
    /// Says whether a snapshot of the book is taken at the turn of every hour from now on.
    pub fn set_snapshots(&mut self, is_on: bool) {
        self.clock = match is_on {
            true => Clock::after(self.state.now),
            false => Clock::Off,
        };
    }

    /// Comes to `now`, with the snapshot that is due then.
    pub(super) fn reach(&mut self, now: Timestamp) -> Answer {
        if self.clock.is_due(now) {
            self.turn_hour(now);
        }
        self.advance(now);
        self.applied()
    }

    /// Takes the snapshot that is due at `now`.
    #[cold]
    pub(super) fn turn_hour(&mut self, now: Timestamp) {
        let due = std::mem::replace(&mut self.clock, Clock::after(now));
        if let Clock::At(due) = due {
            self.state.refresh_totals();
            let at = Timestamp(now.0.div_euclid(HOUR) * HOUR);
            let is_day = self.state.day_of(at) != self.state.day_of(Timestamp(due - 1));
            self.now = self.now.max(now);
            let snapshot = self.state.snapshot(at, is_day);
            self.emit(Event::SnapshotTaken(snapshot));
        }
    }

    /// Records a bar, a score or an alert.
    pub(super) fn record(&mut self, record: &Record) -> Answer {
        let refused = match record {
            Record::Bar(bar) if self.state.instrument(bar.instrument).is_none() => {
                Some(Invalid::UnknownInstrument)
            }
            Record::Bar(bar) => (!is_bar(bar)).then_some(Invalid::Bar),
            Record::Observation(seen) => {
                let is_named = seen.kind != Id::default() && seen.symbol != Id::default();
                unnamed(is_named).or(too_long(seen.text.as_deref()))
            }
            Record::Alert(alert) => {
                unnamed(alert.kind != Id::default()).or(too_long(Some(&alert.text)))
            }
        };
        if let Some(why) = refused {
            return Answer::Invalid(why);
        }
        self.emit(Event::Recorded(Box::new(record.clone())));
        self.applied()
    }

    /// Begins after a restart: an order that was on its way then is of unknown fate, and until each
    /// is resolved by a report or [`Command::Acknowledge`](super::Command) comes no order is taken.
    pub(super) fn recover(&mut self) -> Answer {
        let open = self.state.open_orders();
        let doubtful = open.filter(|(_, order)| is_doubtful(order.status));
        self.state.unresolved = doubtful.map(|(number, _)| number).collect();
        self.applied()
    }

    /// Takes orders although some are of unknown fate.
    pub(super) fn acknowledge(&mut self) -> Answer {
        self.state.unresolved.clear();
        self.applied()
    }
}

impl State {
    /// The orders that were of unknown fate when the book was opened, and still are; while there
    /// are any, no order is taken.
    pub fn unresolved(&self) -> impl Iterator<Item = u32> + '_ {
        let is_in_doubt = |number: &u32| {
            let order = self.order_at(*number);
            order.is_some_and(|order| is_doubtful(order.status))
        };
        self.unresolved.iter().copied().filter(is_in_doubt)
    }

    /// The day of a time by the configured boundary, counted from the epoch.
    #[must_use]
    pub fn day_of(&self, ts: Timestamp) -> i64 {
        let boundary = i64::from(self.config.day_boundary_seconds);
        let seconds = ts.0.div_euclid(NANOS_PER_SECOND) - boundary;
        seconds.div_euclid(SECONDS_PER_DAY)
    }

    fn snapshot(&self, at: Timestamp, is_day: bool) -> Snapshot {
        let Totals {
            cash,
            holdings,
            equity,
            realized_pnl,
            unrealized_pnl,
            fees,
            funding,
            difference: _,
            open_positions,
            dust_positions: _,
            missing,
        } = self.totals();
        Snapshot {
            at,
            is_day,
            cash,
            holdings,
            equity,
            realized_pnl,
            unrealized_pnl,
            fees,
            funding,
            peak: self.snapshot_peak.map_or(equity, |peak| peak.max(equity)),
            open_positions,
            missing,
        }
    }
}

/// Whether the venue may or may not have the order.
fn is_doubtful(status: OrderStatus) -> bool {
    matches!(status, OrderStatus::Pending | OrderStatus::Unknown)
}

fn is_bar(bar: &BarRecord) -> bool {
    let inside = |price: i64| bar.low <= price && price <= bar.high;
    let is_named = bar.timeframe != Id::default();
    let is_later = bar.ts_open < bar.ts_close;
    let is_positive = bar.low > 0 && bar.volume >= 0;
    is_named && is_later && is_positive && inside(bar.open) && inside(bar.close)
}

fn unnamed(is_named: bool) -> Option<Invalid> {
    (!is_named).then_some(Invalid::UnnamedRecord)
}

fn too_long(text: Option<&str>) -> Option<Invalid> {
    text.filter(|text| text.len() > SHARED_MAX)
        .map(|_| Invalid::Text)
}
