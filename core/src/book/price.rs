//! The reasonableness check of prices and what the ledger remembers of them.
//!
//! 1. A refused price changes only counters.
//! 2. A true jump is accepted after enough consistent confirmations, or when the last is stale.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::model::{
    Fixed, Limits, MarkChoice, NANOS_PER_SECOND, Rounding, Timestamp, mul_div, pow10,
};

use super::PriceTick;

/// Why a price was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum PriceRefusal {
    /// No price in it, or one that is zero or negative.
    NotPositive,
    /// The bid is above the ask.
    Crossed,
    /// Older than the last accepted.
    Old,
    /// Outside the band around the last accepted.
    OutOfBand,
}

impl PriceRefusal {
    /// `"NotPositive"`, `"Crossed"`, `"Old"` or `"OutOfBand"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotPositive => "NotPositive",
            Self::Crossed => "Crossed",
            Self::Old => "Old",
            Self::OutOfBand => "OutOfBand",
        }
    }
}

/// What is known of an instrument's price. Soft state: never journaled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// The newest of the quote's middle, the last price and the venue's mark.
    pub mark: Option<i64>,
    /// The best bid of the last quote.
    pub bid: Option<i64>,
    /// The best ask of the last quote.
    pub ask: Option<i64>,
    /// The last price.
    pub last: Option<i64>,
    /// The venue's own mark.
    pub venue_mark: Option<i64>,
    /// When the newest of them was known.
    pub ts: Timestamp,
    /// How many were refused.
    pub refused: u64,
    /// The last outlier, where the newest price was one.
    pub outlier: Option<i64>,
    /// How many consistent outliers in a row.
    pub outliers: u32,
}

/// What the check says of a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// In the band.
    Accept,
    /// Outside it, and the new level: accept it with an event.
    NewLevel {
        /// The level before.
        old: i64,
        /// The level since.
        new: i64,
    },
    /// Refused.
    Refuse(PriceRefusal),
}

impl Mark {
    /// The price at which a position of `qty` is valued.
    #[must_use]
    pub fn price_of(&self, qty: i128, choice: MarkChoice) -> Option<i64> {
        let chosen = match choice {
            MarkChoice::Newest => None,
            MarkChoice::Mark => self.venue_mark,
            MarkChoice::Mid => match (self.bid, self.ask) {
                (Some(bid), Some(ask)) => Some(bid.midpoint(ask)),
                (None, _) | (_, None) => None,
            },
            MarkChoice::Last => self.last,
            MarkChoice::Side if qty < 0 => self.ask,
            MarkChoice::Side => self.bid,
        };
        chosen.or(self.mark)
    }

    /// What to do with `tick` under `limits`.
    #[must_use]
    pub fn judge(&self, tick: &PriceTick, limits: &Limits) -> Verdict {
        let prices = [tick.bid, tick.ask, tick.last, tick.venue_mark];
        if prices.iter().flatten().any(|price| *price <= 0) {
            return Verdict::Refuse(PriceRefusal::NotPositive);
        }
        if let (Some(bid), Some(ask)) = (tick.bid, tick.ask)
            && bid > ask
        {
            return Verdict::Refuse(PriceRefusal::Crossed);
        }
        let Some(level) = level_of(tick) else {
            return Verdict::Refuse(PriceRefusal::NotPositive);
        };
        let Some(old) = self.mark else {
            return Verdict::Accept;
        };
        if tick.ts < self.ts {
            return Verdict::Refuse(PriceRefusal::Old);
        }
        if within_band(level, old, limits.price_band_pct) {
            return Verdict::Accept;
        }
        let stale = tick.ts.since_ns(self.ts)
            > i64::from(limits.price_stale_seconds).saturating_mul(NANOS_PER_SECOND);
        let confirmed = self.outliers.saturating_add(1) >= limits.price_band_confirmations
            && self.is_consistent(level, limits);
        if stale || confirmed {
            return Verdict::NewLevel { old, new: level };
        }
        Verdict::Refuse(PriceRefusal::OutOfBand)
    }

    /// Takes an accepted tick.
    pub fn accept(&mut self, tick: &PriceTick) {
        self.mark = level_of(tick);
        if tick.last.is_some() {
            self.last = tick.last;
        } else if tick.venue_mark.is_some() {
            self.venue_mark = tick.venue_mark;
        } else {
            (self.bid, self.ask) = (tick.bid, tick.ask);
        }
        self.ts = tick.ts;
        self.outlier = None;
        self.outliers = 0;
    }

    /// Brings every price in step with a split: each is multiplied by `numerator / denominator`.
    pub fn rescale(&mut self, numerator: i128, denominator: i128) {
        let prices = [&mut self.mark, &mut self.bid, &mut self.ask, &mut self.last];
        for price in prices
            .into_iter()
            .chain([&mut self.venue_mark, &mut self.outlier])
        {
            let scaled = |old: i64| {
                let new = mul_div(i128::from(old), numerator, denominator, Rounding::HalfEven)?;
                i64::try_from(new).ok().filter(|new| *new > 0)
            };
            *price = price.and_then(scaled);
        }
    }

    /// Counts a refused tick.
    pub fn refuse(&mut self, tick: &PriceTick, why: PriceRefusal, limits: &Limits) {
        self.refused = self.refused.saturating_add(1);
        if why == PriceRefusal::OutOfBand
            && let Some(level) = level_of(tick)
        {
            self.outliers = if self.is_consistent(level, limits) {
                self.outliers.saturating_add(1)
            } else {
                1
            };
            self.outlier = Some(level);
        }
    }

    fn is_consistent(&self, level: i64, limits: &Limits) -> bool {
        self.outlier
            .is_none_or(|outlier| within_band(level, outlier, limits.price_band_pct))
    }
}

/// The one price that a tick says: the last, or the middle of the quote, or its only side.
fn level_of(tick: &PriceTick) -> Option<i64> {
    tick.last
        .or(tick.venue_mark)
        .or(match (tick.bid, tick.ask) {
            (Some(bid), Some(ask)) => Some(bid.midpoint(ask)),
            (side, None) | (None, side) => side,
        })
}

/// Whether `price` is at most `band_pct` percent away from `level`.
#[must_use]
pub fn within_band(price: i64, level: i64, band_pct: Fixed) -> bool {
    let (distance, level) = (price.abs_diff(level), level.unsigned_abs());
    let percent = band_pct.raw.unsigned_abs();
    // A configured percentage has at most 18 digits.
    let unit = pow10(band_pct.scale).unwrap_or(1).unsigned_abs() * 100;
    // 64 bits of a price and 60 of a percentage leave room.
    if unit >> 60 == 0 && percent >> 60 == 0 {
        return u128::from(distance) * unit <= u128::from(level) * percent;
    }
    let (percent, unit) = (band_pct.raw.saturating_abs(), unit.cast_signed());
    let bound = mul_div(i128::from(level), percent, unit, Rounding::Down);
    bound.is_none_or(|bound| i128::from(distance) <= bound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::InstrumentId;

    fn last(price: i64, second: i64) -> PriceTick {
        PriceTick {
            last: Some(price),
            ..PriceTick::empty(InstrumentId(0), Timestamp(second * NANOS_PER_SECOND))
        }
    }

    fn feed(mark: &mut Mark, tick: &PriceTick, limits: &Limits) -> Verdict {
        let verdict = mark.judge(tick, limits);
        match verdict {
            Verdict::Accept | Verdict::NewLevel { .. } => mark.accept(tick),
            Verdict::Refuse(why) => mark.refuse(tick, why, limits),
        }
        verdict
    }

    #[test]
    fn a_spike_is_refused_and_a_true_jump_is_accepted_after_confirmations() {
        let (mut mark, limits) = (Mark::default(), Limits::default());
        assert_eq!(feed(&mut mark, &last(100, 0), &limits), Verdict::Accept);
        let outlier = Verdict::Refuse(PriceRefusal::OutOfBand);
        assert_eq!(feed(&mut mark, &last(140, 1), &limits), outlier);
        assert_eq!(feed(&mut mark, &last(101, 2), &limits), Verdict::Accept);
        assert_eq!(feed(&mut mark, &last(140, 3), &limits), outlier);
        assert_eq!(feed(&mut mark, &last(141, 4), &limits), outlier);
        let jump = Verdict::NewLevel { old: 101, new: 140 };
        assert_eq!(feed(&mut mark, &last(140, 5), &limits), jump);
        assert_eq!(mark.refused, 3);
    }

    #[test]
    fn a_stale_last_gives_way_at_once() {
        let (mut mark, limits) = (Mark::default(), Limits::default());
        feed(&mut mark, &last(100, 0), &limits);
        let outlier = Verdict::Refuse(PriceRefusal::OutOfBand);
        assert_eq!(feed(&mut mark, &last(140, 5), &limits), outlier);
        let jump = Verdict::NewLevel { old: 100, new: 140 };
        assert_eq!(feed(&mut mark, &last(140, 6), &limits), jump);
    }

    #[test]
    fn outliers_that_disagree_begin_anew() {
        let (mut mark, limits) = (Mark::default(), Limits::default());
        feed(&mut mark, &last(100, 0), &limits);
        for (price, outliers) in [(140, 1), (141, 2), (200, 1), (199, 2)] {
            feed(&mut mark, &last(price, 1), &limits);
            assert_eq!(mark.outliers, outliers, "{price}");
        }
        assert_eq!(mark.refused, 4);
    }

    #[test]
    fn a_band_of_many_digits_is_as_exact() {
        let ten = Fixed::new(10 * 10_i128.pow(18), 18);
        assert!(within_band(110, 100, ten));
        assert!(!within_band(111, 100, ten));
        let (far, level) = (i64::MAX, i64::MAX / 2 + 1);
        for (percent, is_within) in [(99, false), (100, true), (1 << 60, true)] {
            let exact = Fixed::new(percent, 0);
            let long = Fixed::new(percent * 10_i128.pow(18), 18);
            assert_eq!(within_band(far, level, exact), is_within, "{percent}");
            assert_eq!(within_band(far, level, long), is_within, "{percent}");
        }
        // So wide that its product has no room: everything is within it.
        assert!(within_band(far, level, Fixed::new(i128::MAX, 0)));
    }

    #[test]
    fn a_split_that_leaves_no_price_leaves_none() {
        let mut mark = Mark::default();
        feed(&mut mark, &last(3, 0), &Limits::default());
        mark.rescale(1, 3);
        assert_eq!((mark.mark, mark.last), (Some(1), Some(1)));
        mark.rescale(1, 3);
        assert_eq!((mark.mark, mark.last), (None, None));
    }

    #[test]
    fn a_price_of_the_same_moment_is_not_old() {
        let (mut mark, limits) = (Mark::default(), Limits::default());
        for (second, verdict) in [
            (7, Verdict::Accept),
            (7, Verdict::Accept),
            (6, Verdict::Refuse(PriceRefusal::Old)),
        ] {
            assert_eq!(feed(&mut mark, &last(100, second), &limits), verdict);
        }
    }

    #[test]
    fn the_band_includes_its_edge() {
        assert!(within_band(110, 100, Fixed::new(10, 0)));
        assert!(!within_band(111, 100, Fixed::new(10, 0)));
        assert!(within_band(90, 100, Fixed::new(100, 1)));
    }
}
