//! What kinds of notices there are, and which one each is.

use super::super::Record;
use super::News;

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
        match self {
            Self::Order { step, .. } => step.kind(),
            Self::LimitBreached { .. } => "limit_breached",
            Self::FillBooked(_) => "fill_booked",
            Self::FillReversed(_) => "fill_reversed",
            Self::FillQuarantined { .. } => "fill_quarantined",
            Self::Position { step, .. } => step.kind(),
            Self::Fee { .. } => "fee_changed",
            Self::Balance { .. } => "balance_changed",
            Self::Price { .. } => "price_updated",
            Self::AccountReducing { .. } => "account_changed",
            Self::PriceRefused { .. } => "price_refused",
            Self::TradingState { .. } => "trading_state_changed",
            Self::Shared { .. } => "state_changed",
            Self::Config { .. } => "config_changed",
            Self::Stated(_) => "venue_stated",
            Self::Instrument(_) => "instrument_changed",
            Self::Account(_) => "account_added",
            Self::Strategy(_) => "strategy_added",
            Self::Recorded(record) => match **record {
                Record::Bar(_) => "bar_closed",
                Record::Observation(_) => "observed",
                Record::Alert(_) => "alerted",
            },
            Self::Snapshot(_) => "snapshot_taken",
            Self::Store { .. } => "store_changed",
        }
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
        let source = [include_str!("kind.rs"), include_str!("step.rs")].concat();
        let code = source.split("mod tests").next().unwrap_or_default();
        let arms = code.lines().filter_map(|line| line.split_once("=> \""));
        let arms = arms.filter_map(|(_, rest)| rest.split('"').next());
        // Names of steps are of one word.
        for kind in arms.filter(|kind| kind.contains('_') || *kind == "observed") {
            assert!(all.contains(kind), "{kind}");
        }
    }
}
