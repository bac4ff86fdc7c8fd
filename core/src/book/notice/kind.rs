//! What kinds of notices there are, and which one each is.

use super::super::Record;
use super::News;
use crate::model::InvalidValue;

impl News {
    /// Every kind that there is.
    pub const KINDS: [&str; 35] = [
        "order_placed",
        "order_accepted",
        "order_filled",
        "order_fill_reversed",
        "order_corrected",
        "order_cancel_requested",
        "order_canceled",
        "order_rejected",
        "order_expired",
        "order_unknown",
        "order_amended",
        "limit_breached",
        "fill_booked",
        "fill_reversed",
        "fill_quarantined",
        "position_opened",
        "position_changed",
        "position_closed",
        "fee_changed",
        "balance_changed",
        "price_updated",
        "price_refused",
        "account_changed",
        "trading_state_changed",
        "state_changed",
        "config_changed",
        "venue_stated",
        "instrument_changed",
        "account_added",
        "strategy_added",
        "bar_closed",
        "observed",
        "alerted",
        "snapshot_taken",
        "store_changed",
    ];

    /// Its kind, as every language spells it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        Self::KINDS
            .get(usize::from(self.number()))
            .copied()
            .unwrap_or_default()
    }

    /// The number of its kind: its place in [`News::KINDS`].
    #[inline]
    #[must_use]
    pub fn number(&self) -> u8 {
        match self {
            Self::Order { step, .. } => step.number(),
            Self::LimitBreached { .. } => const { at("limit_breached") },
            Self::FillBooked(_) => const { at("fill_booked") },
            Self::FillReversed(_) => const { at("fill_reversed") },
            Self::FillQuarantined { .. } => const { at("fill_quarantined") },
            Self::Position { step, .. } => step.number(),
            Self::Fee { .. } => const { at("fee_changed") },
            Self::Balance { .. } => const { at("balance_changed") },
            Self::Price { .. } => const { at("price_updated") },
            Self::AccountReducing { .. } => const { at("account_changed") },
            Self::PriceRefused { .. } => const { at("price_refused") },
            Self::TradingState { .. } => const { at("trading_state_changed") },
            Self::Shared { .. } => const { at("state_changed") },
            Self::Config { .. } => const { at("config_changed") },
            Self::Stated(_) => const { at("venue_stated") },
            Self::Instrument(_) => const { at("instrument_changed") },
            Self::Account(_) => const { at("account_added") },
            Self::Strategy(_) => const { at("strategy_added") },
            Self::Recorded(record) => match **record {
                Record::Bar(_) => const { at("bar_closed") },
                Record::Observation(_) => const { at("observed") },
                Record::Alert(_) => const { at("alerted") },
            },
            Self::Snapshot(_) => const { at("snapshot_taken") },
            Self::Store { .. } => const { at("store_changed") },
        }
    }
}

/// The place of a kind in [`News::KINDS`], looked for by the compiler.
#[allow(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "it is run by the compiler only"
)]
pub(super) const fn at(kind: &str) -> u8 {
    let mut place = 0;
    while place < News::KINDS.len() {
        if is_same(News::KINDS[place].as_bytes(), kind.as_bytes()) {
            return place as u8;
        }
        place += 1;
    }
    panic!("it is none of News::KINDS")
}

#[allow(clippy::indexing_slicing, reason = "it is run by the compiler only")]
const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// Kinds of notices; by default all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u64);

impl Default for Kinds {
    fn default() -> Self {
        Self::ALL
    }
}

impl Kinds {
    /// Every kind.
    pub const ALL: Self = Self((1 << News::KINDS.len()) - 1);

    /// Those called `names`.
    ///
    /// # Errors
    /// [`InvalidValue`] for a name that is none of [`News::KINDS`].
    pub fn named<T: AsRef<str>>(names: &[T]) -> Result<Self, InvalidValue> {
        names.iter().try_fold(Self(0), |all, name| {
            let name = name.as_ref();
            let place = News::KINDS.iter().position(|kind| *kind == name);
            let refuse =
                || InvalidValue::new("kinds", &format!("'{name}'"), &News::KINDS.join(", "));
            Ok(Self(all.0 | 1 << place.ok_or_else(refuse)?))
        })
    }

    /// Those whose bits, 1 << [`News::number`], are set; `None` for a bit of none.
    #[must_use]
    pub fn of_bits(bits: u64) -> Option<Self> {
        (bits & !Self::ALL.0 == 0).then_some(Self(bits))
    }

    /// Whether a kind is among them, by its number.
    #[inline]
    #[must_use]
    pub fn has(self, number: u8) -> bool {
        self.0 >> number & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_is_listed_once() {
        let all: BTreeSet<&str> = News::KINDS.into_iter().collect();
        assert_eq!(all.len(), News::KINDS.len());
        for (place, kind) in News::KINDS.iter().enumerate() {
            assert_eq!(usize::from(at(kind)), place);
        }
        let source = [include_str!("kind.rs"), include_str!("step.rs")].concat();
        for kind in News::KINDS {
            assert!(source.contains(&format!("at(\"{kind}\")")), "{kind}");
        }
    }

    #[test]
    fn kinds_are_chosen_by_name_or_bit_and_all_by_default() {
        let some = Kinds::named(&["fill_booked", "store_changed"]).unwrap();
        let has = |number: u8| some.has(number);
        let count = (0..64).filter(|number| has(*number)).count();
        assert!(has(at("fill_booked")) && has(at("store_changed")) && count == 2);
        assert_eq!(
            Kinds::of_bits(1 << at("fill_booked") | 1 << at("store_changed")),
            Some(some)
        );
        assert_eq!(Kinds::of_bits(1 << News::KINDS.len()), None);
        assert!((0..35).all(|number| Kinds::default().has(number)));
        let error = Kinds::named(&["fill"]).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("kinds: found 'fill', allowed: order_placed, ")
        );
    }
}
