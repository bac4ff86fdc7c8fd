//! Whom and what a notice is about, for those who want to hear of some only.

use std::mem::discriminant;

use crate::model::{AccountId, InstrumentId, PositionKey, StrategyId};

use super::super::event::StatedOf;
use super::{News, Record};

/// What a notice is about; `None` where it is about none in particular.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Whose account.
    pub account: Option<AccountId>,
    /// Which instrument.
    pub instrument: Option<InstrumentId>,
    /// Which strategy.
    pub strategy: Option<StrategyId>,
}

impl About {
    fn of(key: &PositionKey) -> Self {
        Self {
            account: Some(key.account),
            instrument: Some(key.instrument),
            strategy: Some(key.strategy),
        }
    }

    fn account(account: AccountId) -> Self {
        Self {
            account: Some(account),
            ..Self::default()
        }
    }

    fn instrument(instrument: InstrumentId) -> Self {
        Self {
            instrument: Some(instrument),
            ..Self::default()
        }
    }
}

impl News {
    /// Whom and what it is about.
    #[must_use]
    pub fn about(&self) -> About {
        match self {
            Self::Order { key, .. } | Self::Position { key, .. } | Self::Fee { key, .. } => {
                About::of(key)
            }
            Self::FillBooked(fill) | Self::FillReversed(fill) => About::of(&fill.key),
            Self::LimitBreached {
                strategy,
                instrument,
                ..
            } => About {
                strategy: Some(*strategy),
                ..About::instrument(*instrument)
            },
            Self::FillQuarantined {
                account,
                instrument,
                ..
            } => About {
                account: Some(*account),
                ..About::instrument(*instrument)
            },
            Self::Balance { account, .. } | Self::AccountReducing { account, .. } => {
                About::account(*account)
            }
            Self::Account(account) => About::account(*account),
            Self::Price { instrument, .. } | Self::PriceRefused { instrument, .. } => {
                About::instrument(*instrument)
            }
            Self::Instrument(instrument) => About::instrument(*instrument),
            Self::Stated(stated) => match stated.what {
                StatedOf::Balance(_) => About::account(stated.account),
                StatedOf::Position(instrument) => About {
                    account: Some(stated.account),
                    ..About::instrument(instrument)
                },
            },
            Self::Strategy(strategy) => About {
                strategy: Some(*strategy),
                ..About::default()
            },
            Self::Recorded(record) => match &**record {
                Record::Bar(bar) => About::instrument(bar.instrument),
                Record::Observation(_) | Record::Alert(_) => About::default(),
            },
            Self::TradingState { .. }
            | Self::Shared { .. }
            | Self::Config { .. }
            | Self::Snapshot(_)
            | Self::Store { .. } => About::default(),
        }
    }

    /// Whether `newer` makes this one old: it tells a later value of the same thing. What happened
    /// never becomes old.
    #[must_use]
    pub fn is_replaced_by(&self, newer: &Self) -> bool {
        match (self, newer) {
            (
                Self::Order {
                    client_order_id, ..
                },
                Self::Order {
                    client_order_id: id,
                    ..
                },
            ) => client_order_id == id,
            (Self::Position { key, .. }, Self::Position { key: other, .. }) => key == other,
            (
                Self::Fee { key, currency, .. },
                Self::Fee {
                    key: other,
                    currency: of,
                    ..
                },
            ) => (key, currency) == (other, of),
            (
                Self::Balance {
                    account, currency, ..
                },
                Self::Balance {
                    account: whose,
                    currency: of,
                    ..
                },
            ) => (account, currency) == (whose, of),
            (
                Self::Price { instrument, .. },
                Self::Price {
                    instrument: other, ..
                },
            ) => instrument == other,
            (Self::Shared { key, .. }, Self::Shared { key: other, .. }) => key == other,
            (Self::AccountReducing { account, .. }, Self::AccountReducing { account: of, .. }) => {
                account == of
            }
            (Self::Stated(older), Self::Stated(newer)) => {
                (older.account, older.what) == (newer.account, newer.what)
            }
            (older, newer) => {
                // There is one of each.
                let is_single = matches!(
                    older,
                    Self::TradingState { .. } | Self::Config { .. } | Self::Store { .. }
                );
                is_single && discriminant(older) == discriminant(newer)
            }
        }
    }
}
