//! When a market trades, and into which periods its time is cut.
//!
//! 1. A period never reaches over the end of its session.
//! 2. Every time is in at most one period; a period holds its begin and not its end.

use crate::model::{InvalidValue, Timestamp};

use super::timeframe::{Grid, NANOS_PER_DAY, Timeframe};

/// The hours of a market, every day the same: from `begins_ns` after midnight UTC, for so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    begins_ns: i64,
    length_ns: i64,
}

impl Default for Session {
    /// All day, from midnight UTC.
    fn default() -> Self {
        Self {
            begins_ns: 0,
            length_ns: NANOS_PER_DAY,
        }
    }
}

/// When a session begins and for how long it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionHours {
    /// Nanoseconds after midnight UTC; negative for a session that begins the evening before.
    pub begins_ns: i64,
    /// Nanoseconds until its end, a day at most.
    pub length_ns: i64,
}

/// A stretch of time that one bar covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) begin: Timestamp,
    pub(super) end: Timestamp,
}

impl Session {
    /// The session with these hours. Where they change, as with summer time, the next session is
    /// another one: see [`super::Aggregator::set_session`].
    ///
    /// # Errors
    /// [`InvalidValue`] for a begin more than a day away from midnight, or a length of 0 or of
    /// more than a day.
    pub fn new(hours: SessionHours) -> Result<Self, InvalidValue> {
        let SessionHours {
            begins_ns,
            length_ns,
        } = hours;
        if !(-NANOS_PER_DAY..NANOS_PER_DAY).contains(&begins_ns) {
            let found = format!("{begins_ns} ns");
            let allowed = "less than a day from midnight UTC";
            return Err(InvalidValue::new("session begin", &found, allowed));
        }
        if !(1..=NANOS_PER_DAY).contains(&length_ns) {
            let found = format!("{length_ns} ns");
            let allowed = "1 ns to one day";
            return Err(InvalidValue::new("session length", &found, allowed));
        }
        Ok(Self {
            begins_ns,
            length_ns,
        })
    }

    /// The period of `timeframe` that holds `ts`; `None` outside the session.
    ///
    /// Up to a day, periods are counted from the session's begin; longer ones, in days, from
    /// 1970-01-01, and they end with the session of their last day.
    pub(super) fn period(self, timeframe: Timeframe, ts: Timestamp) -> Option<Period> {
        let days = Grid {
            step_ns: NANOS_PER_DAY,
            offset_ns: self.begins_ns,
        };
        let day = days.floor(ts);
        if ts.since_ns(day) >= self.length_ns {
            return None;
        }
        let step = timeframe.ns();
        if step <= NANOS_PER_DAY {
            let begin = Grid {
                step_ns: step,
                offset_ns: day.0,
            }
            .floor(ts);
            let last = day.0.saturating_add(self.length_ns);
            let end = Timestamp(begin.0.saturating_add(step).min(last));
            return Some(Period { begin, end });
        }
        let begin = Grid {
            step_ns: step,
            offset_ns: self.begins_ns,
        }
        .floor(ts);
        let after = begin.0.saturating_add(step);
        let closed = NANOS_PER_DAY - self.length_ns;
        let end = Timestamp(after.saturating_sub(closed));
        Some(Period { begin, end })
    }

    /// How much of `period` is inside sessions, in nanoseconds.
    pub(super) fn traded_ns(self, timeframe: Timeframe, period: Period) -> i64 {
        if timeframe.ns() <= NANOS_PER_DAY {
            return period.end.since_ns(period.begin);
        }
        (timeframe.ns() / NANOS_PER_DAY).saturating_mul(self.length_ns)
    }

    /// The period after `period`; the same one at the end of time.
    pub(super) fn next(self, timeframe: Timeframe, period: Period) -> Period {
        let inside = self.period(timeframe, period.end);
        let next = inside.or_else(|| {
            let days = Grid {
                step_ns: NANOS_PER_DAY,
                offset_ns: self.begins_ns,
            };
            self.period(timeframe, days.ceil(period.end))
        });
        next.unwrap_or(period)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = NANOS_PER_DAY / 24;

    fn at(days: i64, hours: i64) -> Timestamp {
        Timestamp(days * NANOS_PER_DAY + hours * HOUR)
    }

    fn hours(begins: i64, length: i64) -> Session {
        Session::new(SessionHours {
            begins_ns: begins * HOUR,
            length_ns: length * HOUR,
        })
        .unwrap()
    }

    #[test]
    fn a_day_begins_and_ends_with_its_session() {
        let period = |session: Session, ts| session.period(Timeframe::DAY, ts);
        let new_york = hours(14, 7);
        let day = Period {
            begin: at(3, 14),
            end: at(3, 21),
        };
        assert_eq!(period(new_york, at(3, 14)), Some(day));
        assert_eq!(period(new_york, at(3, 20)), Some(day));
        assert_eq!(period(new_york, at(3, 21)), None);
        assert_eq!(period(new_york, at(3, 13)), None);
        let evening = hours(-2, 24);
        let begin = period(evening, at(3, 23)).unwrap().begin;
        assert_eq!(begin, at(3, 22));
        let next = new_york.next(Timeframe::DAY, day);
        assert_eq!((next.begin, next.end), (at(4, 14), at(4, 21)));
    }

    #[test]
    fn a_period_is_cut_at_the_end_of_its_session() {
        let four: Timeframe = "4h".parse().unwrap();
        let session = hours(14, 7);
        let last = session.period(four, at(0, 19)).unwrap();
        assert_eq!((last.begin, last.end), (at(0, 18), at(0, 21)));
        let next = session.next(four, last);
        assert_eq!((next.begin, next.end), (at(1, 14), at(1, 18)));
        let two_days: Timeframe = "2d".parse().unwrap();
        let long = session.period(two_days, at(3, 15)).unwrap();
        assert_eq!((long.begin, long.end), (at(2, 14), at(3, 21)));
    }

    #[test]
    fn hours_that_are_none_are_named() {
        for (begins_ns, length_ns) in [(NANOS_PER_DAY, 1), (0, 0), (0, NANOS_PER_DAY + 1)] {
            let hours = SessionHours {
                begins_ns,
                length_ns,
            };
            assert!(Session::new(hours).unwrap_err().what.starts_with("session"));
        }
    }
}
