//! Where bars come from: a symbol and a timeframe, and what happens when one is missing.

use std::fmt;
use std::str::FromStr;

use borsh::BorshSerialize;

use crate::model::{Id, InvalidValue};

use super::Timeframe;

/// A stream of bars, written `SYMBOL_TIMEFRAME`: `"BTC-USD_1m"`.
///
/// # Examples
/// ```
/// use truebook_core::bars::Source;
/// let source: Source = "SPY_5m".parse().unwrap();
/// assert_eq!((source.symbol.as_str(), source.to_string().as_str()), ("SPY", "SPY_5m"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize)]
pub struct Source {
    /// Of what.
    pub symbol: Id,
    /// How long its bars are.
    pub timeframe: Timeframe,
}

impl FromStr for Source {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        // A symbol may have underscores of its own: the last one counts.
        let Some((symbol, timeframe)) = text.rsplit_once('_') else {
            let allowed = "a symbol and a timeframe, such as SPY_5m";
            return Err(InvalidValue::new("source", text, allowed));
        };
        Ok(Self {
            symbol: Id::new("source", symbol)?,
            timeframe: timeframe.parse()?,
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.symbol, self.timeframe)
    }
}

/// The place of a source among those that a synchronizer expects, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// What stands for a bar that is not there when its set goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize)]
pub enum GapPolicy {
    /// Nothing: with `require_all` the timestamp is skipped, else the set goes out without it.
    #[default]
    Skip,
    /// The last bar known, marked as stale, while it is not older than this.
    LastKnown {
        /// From its close to the set's time, in nanoseconds.
        age_max_ns: i64,
    },
    /// A bar on the line from the last to the next, without volume; only in a replay, since the
    /// next one is not known live. Where there is no last one, or as many sets are open as may be
    /// before the next comes, nothing.
    Interpolate,
    /// The set fails, by name; also before the first bar of a slower timeframe.
    Fail,
}

/// A source that is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize)]
pub struct ExpectedSource {
    /// Which.
    pub source: Source,
    /// What stands for a bar that is not there.
    pub gap: GapPolicy,
    /// Its bars close at multiples of its timeframe after 1970 and so many nanoseconds more: where
    /// days end at 20:00 UTC, 20 hours.
    pub closes_at_ns: i64,
}

impl From<Source> for ExpectedSource {
    /// Nothing stands for a missing bar, and days close at midnight UTC.
    fn from(source: Source) -> Self {
        Self {
            source,
            gap: GapPolicy::default(),
            closes_at_ns: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_split_at_its_last_underscore() {
        let source: Source = "A_B_60s".parse().unwrap();
        assert_eq!(source.symbol.as_str(), "A_B");
        assert_eq!(source.to_string(), "A_B_1m");
        for (text, what) in [
            ("SPY", "source"),
            ("_1m", "source"),
            ("SPY_", "timeframe"),
            ("SPY_1x", "timeframe"),
        ] {
            assert_eq!(text.parse::<Source>().unwrap_err().what, what);
        }
    }
}
