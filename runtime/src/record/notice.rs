//! What a subscriber hears, with names and exact decimals in place of numbers.

use truebook_core::book::{About, News, Notice, Stated, StatedOf};
use truebook_core::engine::Registry;
use truebook_core::model::{CurrencyId, Fixed, Id};

use super::news::Of;

/// One change that the book made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRecord {
    /// Its kind: see [`News::kind`].
    pub kind: &'static str,
    /// The sequence of the event that made it; for a price, of the event before.
    pub sequence: u64,
    /// Its number among the notices of one event, from 0.
    pub index: u16,
    /// When it happened, in nanoseconds since the epoch.
    pub ts: i64,
    /// The instrument that it is about.
    pub symbol: Option<Id>,
    /// The strategy that it is about.
    pub strategy: Option<Id>,
    /// The account that it is about.
    pub account: Option<Id>,
    /// What else it says, by name.
    pub fields: Fields,
}

/// Values by name.
pub type Fields = Vec<(&'static str, Field)>;

/// A value in a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// There is none.
    None,
    /// A word, a name or a text.
    Text(String),
    /// An exact number.
    Number(Fixed),
    /// A count, or nanoseconds since the epoch.
    Whole(i64),
    /// Yes or no.
    Flag(bool),
    /// Several, by name.
    Group(Fields),
}

impl From<Id> for Field {
    fn from(id: Id) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Fixed> for Field {
    fn from(number: Fixed) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Field {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

impl From<bool> for Field {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<T: Into<Field>> From<Option<T>> for Field {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

impl NoticeRecord {
    /// What `notice` says, where `names` has whom it is about.
    #[must_use]
    pub fn of(notice: &Notice, names: &Registry) -> Self {
        let About {
            account,
            instrument,
            strategy,
        } = notice.news.about();
        let of = Of { names, instrument };
        Self {
            kind: notice.news.kind(),
            sequence: notice.sequence,
            index: notice.index,
            ts: notice.ts.0,
            symbol: of.instrument().map(|known| known.symbol),
            strategy: strategy.and_then(|id| names.strategies.get(id.index()).copied()),
            account: account.and_then(|id| names.accounts.get(id.index()).copied()),
            fields: of.fields(&notice.news),
        }
    }
}

/// Whether `names` has everything that `notice` is about.
#[must_use]
pub fn is_named(notice: &Notice, names: &Registry) -> bool {
    let about = notice.news.about();
    let has = |number: Option<usize>, count: usize| number.is_none_or(|number| number < count);
    has(about.account.map(|id| id.index()), names.accounts.len())
        && has(
            about.instrument.map(|id| id.index()),
            names.instruments.len(),
        )
        && has(about.strategy.map(|id| id.index()), names.strategies.len())
        && has(
            currency(&notice.news).map(|id| id.index()),
            names.currencies.len(),
        )
}

#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "the others name no currency but that of their instrument"
)]
fn currency(news: &News) -> Option<CurrencyId> {
    match news {
        News::Fee { currency, .. } | News::Balance { currency, .. } => Some(*currency),
        News::Stated(Stated {
            what: StatedOf::Balance(currency),
            ..
        }) => Some(*currency),
        _ => None,
    }
}
