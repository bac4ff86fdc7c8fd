//! A bar in the making, and what it is called once it is made.
//!
//! 1. What is taken together does not depend on its order, but for pieces of the same time.
//! 2. What does not fit is refused before anything changes.

use crate::model::{InstrumentId, InvalidValue, Timestamp};

use super::{Bar, Timeframe};

/// Which end of a bar a time is: data says one or the other, and never both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// Where the bar begins, as most exchanges say it.
    Open,
    /// Where the bar ends: when it becomes known.
    Close,
}

impl Stamp {
    /// When a bar with this stamp closes; saturating at the end of time.
    #[must_use]
    pub fn ts_close(self, ts: Timestamp, timeframe: Timeframe) -> Timestamp {
        match self {
            Self::Open => Timestamp(ts.0.saturating_add(timeframe.ns())),
            Self::Close => ts,
        }
    }
}

/// Whether a bar is all that happened in its period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Everything was seen from its begin to its end.
    Complete,
    /// It was begun late, ended early, or lacks a part.
    Partial,
    /// Nothing traded: every price is the close before, the volume 0.
    Empty,
}

/// A bar that was built here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltBar {
    /// The bar.
    pub bar: Bar,
    /// When it began: of a time bar its period, of any other its first print.
    pub ts_open: Timestamp,
    /// How many prints, or smaller bars, are in it.
    pub parts: u64,
    /// Whether it is all that happened.
    pub completeness: Completeness,
}

impl BuiltBar {
    /// The bar's time by `stamp`.
    #[must_use]
    pub fn ts(&self, stamp: Stamp) -> Timestamp {
        match stamp {
            Stamp::Open => self.ts_open,
            Stamp::Close => self.bar.ts_close,
        }
    }
}

/// What goes into a bar: one print or one smaller bar.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) ts: Timestamp,
    pub(super) open: i64,
    pub(super) high: i64,
    pub(super) low: i64,
    pub(super) close: i64,
    pub(super) volume: i128,
    /// Price × quantity, at the sum of their scales; 0 where nobody asks for it.
    pub(super) value: i128,
}

/// Pieces taken together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candle {
    pub(super) parts: u64,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) value: i128,
    bar: Bar,
}

impl Candle {
    pub(super) fn new(instrument: InstrumentId) -> Self {
        Self {
            parts: 0,
            first: Timestamp(i64::MIN),
            last: Timestamp(i64::MIN),
            value: 0,
            bar: Bar {
                instrument,
                ..Bar::NONE
            },
        }
    }

    /// Adds a piece.
    ///
    /// # Errors
    /// [`InvalidValue`] when a sum leaves its number.
    pub(super) fn add(&mut self, piece: &Piece) -> Result<(), InvalidValue> {
        let sum = |a: i128, b: i128| a.checked_add(b).ok_or_else(too_large);
        let volume = sum(self.bar.volume, piece.volume)?;
        let value = sum(self.value, piece.value)?;
        let bar = &mut self.bar;
        if self.parts == 0 || piece.ts < self.first {
            self.first = piece.ts;
            bar.open = piece.open;
        }
        if self.parts == 0 || piece.ts >= self.last {
            self.last = piece.ts;
            bar.close = piece.close;
        }
        let is_first = self.parts == 0;
        bar.high = if is_first {
            piece.high
        } else {
            bar.high.max(piece.high)
        };
        bar.low = if is_first {
            piece.low
        } else {
            bar.low.min(piece.low)
        };
        bar.volume = volume;
        self.value = value;
        self.parts += 1;
        Ok(())
    }

    pub(super) fn volume(&self) -> i128 {
        self.bar.volume
    }

    /// Gives the bar that closes at `ts_close`, and begins anew.
    pub(super) fn take(&mut self, ts_close: Timestamp) -> (Bar, u64) {
        let made = (
            Bar {
                ts_close,
                ..self.bar
            },
            self.parts,
        );
        *self = Self::new(self.bar.instrument);
        made
    }

    /// The bar of a period in which nothing traded, after `close`.
    pub(super) fn flat(&self, close: i64, ts_close: Timestamp) -> Bar {
        Bar {
            ts_close,
            open: close,
            high: close,
            low: close,
            close,
            ..Bar {
                instrument: self.bar.instrument,
                ..Bar::NONE
            }
        }
    }
}

pub(super) fn too_large() -> InvalidValue {
    let allowed = "volume and value of a bar within 128 bits";
    InvalidValue::new("bar", "a sum beyond 128 bits", allowed)
}
