//! Which notices a subscriber wants.

use crate::book::{About, Kinds, News};
use crate::model::{AccountId, InstrumentId, StrategyId};

/// What a subscriber wants to hear; an empty list of numbers is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Kinds.
    pub kinds: Kinds,
    /// Instruments.
    pub instruments: Vec<InstrumentId>,
    /// Strategies.
    pub strategies: Vec<StrategyId>,
    /// Accounts.
    pub accounts: Vec<AccountId>,
}

impl Filter {
    /// Whether `news` is wanted. What is about no instrument, strategy or account in particular is
    /// wanted by those who name any.
    #[must_use]
    pub fn wants(&self, news: &News) -> bool {
        if !self.kinds.has(news.number()) {
            return false;
        }
        let About {
            account,
            instrument,
            strategy,
        } = news.about();
        allows(&self.instruments, instrument)
            && allows(&self.strategies, strategy)
            && allows(&self.accounts, account)
    }
}

fn allows<T: PartialEq>(wanted: &[T], found: Option<T>) -> bool {
    wanted.is_empty() || found.is_none_or(|found| wanted.contains(&found))
}
