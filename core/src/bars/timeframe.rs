//! How long a bar is, and on which grid of times bars of that length close.
//!
//! 1. A timeframe is at least 1 ns and at most 366 days; beyond one day it is whole days.
//! 2. Nothing here overflows: at the ends of time a result is the end of time.

use std::fmt;
use std::str::FromStr;

use borsh::BorshSerialize;

use crate::model::{InvalidValue, NANOS_PER_SECOND, Timestamp};

/// Nanoseconds in a day.
pub const NANOS_PER_DAY: i64 = 24 * 60 * 60 * NANOS_PER_SECOND;

/// The units that text may have, the largest first.
const UNITS: [(char, i64); 4] = [
    ('d', NANOS_PER_DAY),
    ('h', 60 * 60 * NANOS_PER_SECOND),
    ('m', 60 * NANOS_PER_SECOND),
    ('s', NANOS_PER_SECOND),
];
/// The longest timeframe, in nanoseconds.
const LONGEST_NS: i64 = 366 * NANOS_PER_DAY;

/// The length of a bar: `"30s"`, `"5m"`, `"4h"`, `"1d"`.
///
/// # Examples
/// ```
/// use truebook_core::bars::Timeframe;
/// let hour: Timeframe = "60m".parse().unwrap();
/// assert_eq!(hour.to_string(), "1h");
/// assert!("1M".parse::<Timeframe>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize)]
pub struct Timeframe(i64);

impl Timeframe {
    /// Bars without a fixed length, which may close at any nanosecond.
    pub const UNALIGNED: Self = Self(1);
    /// A minute.
    pub const MINUTE: Self = Self(60 * NANOS_PER_SECOND);
    /// A day.
    pub const DAY: Self = Self(NANOS_PER_DAY);

    /// A timeframe of so many seconds.
    ///
    /// # Errors
    /// [`InvalidValue`] for 0 and for more than 366 days.
    pub fn seconds(seconds: u32) -> Result<Self, InvalidValue> {
        let found = format!("{seconds}s");
        Self::checked(i64::from(seconds).checked_mul(NANOS_PER_SECOND), &found)
    }

    /// Its length in nanoseconds.
    #[must_use]
    pub fn ns(self) -> i64 {
        self.0
    }

    fn checked(ns: Option<i64>, found: &str) -> Result<Self, InvalidValue> {
        match ns {
            // Bars of several days begin with a session, so they have whole days.
            Some(ns) if ns > NANOS_PER_DAY && ns % NANOS_PER_DAY != 0 => Err(invalid(found)),
            Some(ns) if (1..=LONGEST_NS).contains(&ns) => Ok(Self(ns)),
            Some(_) | None => Err(invalid(found)),
        }
    }
}

fn invalid(found: &str) -> InvalidValue {
    let allowed = "a whole number of s, m, h or d, such as 30s, 5m, 4h, 1d; 1s to 1d, or whole \
                   days up to 366d";
    InvalidValue::new("timeframe", found, allowed)
}

impl FromStr for Timeframe {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let unit = UNITS.iter().find(|(unit, _)| text.ends_with(*unit));
        let Some((unit, ns)) = unit else {
            return Err(invalid(text));
        };
        let digits = text.trim_end_matches(*unit);
        let is_plain = digits.len() + 1 == text.len() && digits.bytes().all(|b| b.is_ascii_digit());
        let count = digits.parse::<i64>().ok().filter(|_| is_plain);
        Self::checked(count.and_then(|count| count.checked_mul(*ns)), text)
    }
}

impl fmt::Display for Timeframe {
    /// Writes the largest unit that divides it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = UNITS.iter().find(|(_, ns)| self.0 % ns == 0);
        match whole {
            Some((unit, ns)) => write!(f, "{}{unit}", self.0 / ns),
            None => write!(f, "{}ns", self.0),
        }
    }
}

/// The closes of bars of one timeframe: every multiple of it, moved by an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) step_ns: i64,
    pub(super) offset_ns: i64,
}

impl Grid {
    /// How far `ts` is behind the last close.
    fn behind(self, ts: Timestamp) -> i64 {
        // A step is at least 1, so there is always a remainder.
        ts.since_ns(Timestamp(self.offset_ns))
            .checked_rem_euclid(self.step_ns)
            .unwrap_or(0)
    }

    /// The last close at or before `ts`.
    pub(super) fn floor(self, ts: Timestamp) -> Timestamp {
        Timestamp(ts.0.saturating_sub(self.behind(ts)))
    }

    /// The first close at or after `ts`.
    pub(super) fn ceil(self, ts: Timestamp) -> Timestamp {
        match self.behind(ts) {
            0 => ts,
            behind => Timestamp(ts.0.saturating_add(self.step_ns - behind)),
        }
    }

    /// Whether a bar may close at `ts`.
    pub(super) fn has(self, ts: Timestamp) -> bool {
        self.behind(ts) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_and_written_in_its_largest_unit() {
        for (text, shown) in [
            ("60s", "1m"),
            ("90s", "90s"),
            ("24h", "1d"),
            ("366d", "366d"),
        ] {
            assert_eq!(text.parse::<Timeframe>().unwrap().to_string(), shown);
        }
        let nonsense = [
            "", "m", "0m", "-1m", "+1m", "1", "1M", "1w", "1mm", "1.5h", "367d", "25h", "é",
        ];
        for text in nonsense
            .into_iter()
            .chain(["99999999999999999999d", "9999999999999d"])
        {
            let error = text.parse::<Timeframe>().unwrap_err();
            assert_eq!(error.what, "timeframe", "{text}");
        }
        assert_eq!(Timeframe::seconds(60).unwrap(), Timeframe::MINUTE);
        assert!(Timeframe::seconds(0).is_err());
        assert!(Timeframe::seconds(u32::MAX).is_err());
    }

    #[test]
    fn the_grid_has_closes_on_both_sides_of_any_time() {
        let grid = Grid {
            step_ns: 60,
            offset_ns: 7,
        };
        for (ts, floor, ceil) in [(7, 7, 7), (8, 7, 67), (66, 7, 67), (-1, -53, 7)] {
            assert_eq!(grid.floor(Timestamp(ts)).0, floor);
            assert_eq!(grid.ceil(Timestamp(ts)).0, ceil);
        }
        assert!(grid.has(Timestamp(67)) && !grid.has(Timestamp(60)));
        for end in [i64::MIN, i64::MAX] {
            assert!(grid.floor(Timestamp(end)).0 <= end && grid.ceil(Timestamp(end)).0 >= end);
        }
    }
}
