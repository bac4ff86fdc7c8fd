//! Whose time it is: the system's, or that of what is told.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use truebook_core::book::{Applied, Command};
use truebook_core::model::{InvalidValue, Timestamp};

use super::Book;
use crate::error::Error;

/// How far ahead of the system's clock an event may be.
const AHEAD_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// The system's time.
#[must_use]
pub fn now() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp(nanos(now.unwrap_or_default()))
}

fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

impl Book {
    /// Says that it is `now`, in nanoseconds since the epoch, in a book whose clock is its events':
    /// what is told without a time happens then, and the snapshot of an hour that is over is taken.
    /// Without an event after it, it is forgotten at a restart.
    ///
    /// # Errors
    /// [`Error::Value`] for a time before the newest, or in a book on the system's clock.
    pub fn advance(&mut self, now: i64) -> Result<Applied, Error> {
        self.check_open()?;
        let refuse =
            |found: &str, allowed: &str| Err(InvalidValue::new("now", found, allowed).into());
        if !self.has_event_clock {
            return refuse(
                "a book on the system's clock",
                "a book opened with clock='event'",
            );
        }
        if now < self.newest.0 {
            return refuse(&now.to_string(), &format!("{} or later", self.newest.0));
        }
        self.newest = Timestamp(now);
        let applied = self.call(Command::Advance(self.newest))?;
        self.passed(self.newest)?;
        Ok(applied)
    }

    /// When something happened: as it says, or now. The system's clock never goes back.
    pub(super) fn time(&mut self, ts_event: Option<i64>) -> Result<Timestamp, Error> {
        if self.has_event_clock {
            self.newest = self.newest.max(Timestamp(ts_event.unwrap_or(0)));
            return Ok(ts_event.map_or(self.newest, Timestamp));
        }
        let now = now();
        match ts_event {
            Some(ts) if ts > now.0.saturating_add(nanos(AHEAD_MAX)) => {
                let allowed = "nanoseconds since the epoch, at most a day ahead of the clock";
                Err(InvalidValue::new("ts_event", &ts.to_string(), allowed).into())
            }
            Some(ts) => Ok(Timestamp(ts)),
            None => {
                self.newest = self.newest.max(now);
                Ok(self.newest)
            }
        }
    }
}
