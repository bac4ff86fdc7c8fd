//! The average price, weighted by what was traded at it.

use super::float_bar::FloatBar;
use super::span::{Ring, Span, is_usable};
use super::sum::Sum;

/// The sum of `typical price × volume` over the sum of volumes, where the typical price is the mean
/// of high, low and close; over the last `n` bars, or since a session began.
#[derive(Clone, Debug)]
pub struct Vwap {
    span: Option<Span>,
    paid: Sum,
    volume: Sum,
    /// Of a window: what each bar added.
    rings: Option<(Ring, Ring)>,
    seen: u32,
    /// How many bars in the window have a volume: sums of floats do not say when they are 0.
    traded: u64,
}

impl Vwap {
    /// Over so many bars.
    #[must_use]
    pub fn rolling(span: Span) -> Self {
        Self {
            span: Some(span),
            rings: Some((Ring::new(span), Ring::new(span))),
            ..Self::session()
        }
    }

    /// Since the last [`Vwap::restart`].
    #[must_use]
    pub fn session() -> Self {
        Self {
            span: None,
            paid: Sum::default(),
            volume: Sum::default(),
            rings: None,
            seen: 0,
            traded: 0,
        }
    }

    /// Forgets what was: a session begins.
    pub fn restart(&mut self) {
        *self = match self.span {
            Some(span) => Self::rolling(span),
            None => Self::session(),
        };
    }

    /// How many bars come before the first average.
    #[must_use]
    pub fn warm_up(&self) -> u32 {
        self.span.map_or(1, Span::values)
    }

    /// Takes the next bar; `None` also while nothing was traded.
    pub fn push(&mut self, bar: &FloatBar) -> Option<f64> {
        let (volume, paid) = (bar.volume, bar.typical() * bar.volume);
        if !(is_usable(volume) && is_usable(paid)) {
            return None;
        }
        let mut old = (0.0, 0.0);
        if let Some((paid_ring, volume_ring)) = &mut self.rings {
            let left = (paid_ring.push(paid), volume_ring.push(volume));
            old = (left.0.unwrap_or(0.0), left.1.unwrap_or(0.0));
        }
        self.paid.slide(paid, old.0);
        self.volume.slide(volume, old.1);
        self.traded += u64::from(volume != 0.0);
        self.traded -= u64::from(old.1 != 0.0);
        self.seen = (self.seen + 1).min(self.warm_up());
        let is_known = self.seen == self.warm_up() && self.traded > 0;
        is_known.then(|| self.paid.value() / self.volume.value())
    }
}
