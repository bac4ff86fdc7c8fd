//! What is composed: which bars are made, which are waited for together, what is computed of them,
//! and who looks at it.

use borsh::BorshSerialize;
use truebook_core::bars::{ExpectedSource, Source, SynchronizerOptions, Timeframe};
use truebook_core::digest;
use truebook_core::model::{Fixed, Id, InvalidValue};

use super::feature::PlannedFeature;
use super::selection::Selection;

/// The sources of one synchronizer, and how it waits.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize)]
pub struct PlannedSynchronizer {
    /// Its name.
    pub name: Id,
    /// What it waits for.
    pub expected: Vec<ExpectedSource>,
    /// How.
    pub options: SynchronizerOptions,
}

/// What bars are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize)]
pub enum Material {
    /// Public trades.
    Trades,
    /// The middle of quotes.
    Quotes,
    /// Last prices.
    Prices,
    /// Smaller bars of the same symbol.
    Bars(Timeframe),
}

/// Bars that are made here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize)]
pub struct PlannedBars {
    /// Which.
    pub source: Source,
    /// Of what.
    pub from: Material,
}

/// How a strategy takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize)]
pub struct PlannedStrategy {
    /// Its name, as the configuration of the book has it.
    pub name: Id,
    /// Whose sets it sees; `None` is a synchronizer of its own, of each of its symbols' bars.
    pub synchronizer: Option<Id>,
    /// More goes first, where the selection goes by it.
    pub priority: i32,
    /// How long its signals may become orders, in milliseconds after the time of their set.
    pub valid_ms: Option<u32>,
    /// What it trades where a signal does not say; of a built-in one, its configuration says it.
    pub order_notional: Option<Fixed>,
}

/// What is composed of bars.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize)]
pub struct BarPlan {
    /// Bars that are made.
    pub bars: Vec<PlannedBars>,
    /// Sets.
    pub synchronizers: Vec<PlannedSynchronizer>,
    /// What is computed of sets.
    pub features: Vec<PlannedFeature>,
    /// How strategies take part, those that say anything about it.
    pub strategies: Vec<PlannedStrategy>,
    /// Which signals go first.
    pub selection: Selection,
}

impl PlannedStrategy {
    /// Takes part with everything at its default.
    #[must_use]
    pub fn new(name: Id) -> Self {
        Self {
            name,
            synchronizer: None,
            priority: 0,
            valid_ms: None,
            order_notional: None,
        }
    }
}

impl BarPlan {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The hash of the whole plan.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        digest::of(self)
    }

    /// The sources that come from outside, of data that has bars of one length a symbol: the
    /// fastest of each symbol that is not made here.
    ///
    /// # Errors
    /// [`InvalidValue`] for a second one of a symbol.
    pub fn delivered(&self) -> Result<Vec<Source>, InvalidValue> {
        let made = |source: &Source| self.bars.iter().any(|bars| bars.source == *source);
        let smaller = self.bars.iter().filter_map(|bars| match bars.from {
            Material::Bars(timeframe) => Some(Source {
                symbol: bars.source.symbol,
                timeframe,
            }),
            Material::Trades | Material::Quotes | Material::Prices => None,
        });
        let waited = self.synchronizers.iter().flat_map(|one| &one.expected);
        let all = waited.map(|each| each.source).chain(smaller);
        let mut delivered: Vec<Source> = all.filter(|source| !made(source)).collect();
        delivered.sort_unstable();
        delivered.dedup();
        match delivered
            .array_windows()
            .find(|[a, b]| a.symbol == b.symbol)
        {
            None => Ok(delivered),
            Some([fast, slow]) => {
                let found = format!("{fast} and {slow}, neither of which is made");
                let allowed = format!(
                    "bars of one length a symbol in the data: make the other with a [[bars]] of \
                     source = \"{slow}\""
                );
                Err(InvalidValue::new("source", &found, &allowed))
            }
        }
    }

    /// How the strategy called `name` takes part.
    #[must_use]
    pub fn strategy(&self, name: &Id) -> PlannedStrategy {
        let said = self.strategies.iter().find(|one| one.name == *name);
        said.copied().unwrap_or(PlannedStrategy::new(*name))
    }

    /// The synchronizer called `name`.
    ///
    /// # Errors
    /// [`InvalidValue`] for a name that none has.
    pub fn synchronizer(&self, name: &Id) -> Result<&PlannedSynchronizer, InvalidValue> {
        let known = self.synchronizers.iter().find(|one| one.name == *name);
        known.ok_or_else(|| {
            let names: Vec<&str> = self.synchronizers.iter().map(|s| s.name.as_str()).collect();
            let allowed = match names.is_empty() {
                true => "a name of a [[synchronizer]]; there is none".to_owned(),
                false => format!("a [[synchronizer]]: {}", names.join(", ")),
            };
            InvalidValue::new("synchronizer", &format!("'{name}'"), &allowed)
        })
    }
}
