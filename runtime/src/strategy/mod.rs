//! Strategies: what they see is sets of bars and features, what they give is signals.
//!
//! 1. A strategy is a function of the sets that it was shown; what it holds and may is not its
//!    concern.

mod build;
mod desk;
mod feature;
mod lane;
mod leg;
mod maker;
mod member;
mod momentum;
mod pairs_trading;
mod plan;
mod router;
mod runner;
mod score;
mod selection;
mod signal;

use truebook_core::bars::{Bar, BarSet, ExpectedSource, SlotState, Source, SourceId};
use truebook_core::model::Id;

pub use build::desk;
pub use desk::StrategyDesk;
pub use feature::{FeatureKind, FeatureSet, PlannedFeature};
pub use lane::SynchronizerStatus;
pub use maker::{BarMaker, MadeBar};
pub use member::StrategyStatus;
pub use plan::{BarPlan, Material, PlannedBars, PlannedStrategy, PlannedSynchronizer};
pub use router::{OrderNames, SignalCounts};
pub use runner::{RoutedOrder, StrategyRunner};
pub use selection::{Opposed, Selection, SelectionRule};
pub use signal::{Action, Signal, Size};

/// What a strategy sees: the bars that were known at one time, and what was computed of them.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Whose set it is; `None` where the strategy has a synchronizer to itself.
    pub synchronizer: Option<Id>,
    /// The set.
    pub set: &'a BarSet,
    /// What was expected: the sources by their numbers.
    pub sources: &'a [ExpectedSource],
    /// The features.
    pub features: &'a FeatureSet,
}

impl<'a> Seen<'a> {
    /// The bar of a source and what it is; `None` where nothing stands for it.
    ///
    /// # Examples
    /// See [`Strategy`].
    #[must_use]
    pub fn bar(&self, source: &Source) -> Option<(&'a Bar, SlotState)> {
        let place = self
            .sources
            .iter()
            .position(|each| each.source == *source)?;
        let number = SourceId(u32::try_from(place).ok()?);
        Some((self.set.bar(number)?, self.set.state(number)))
    }

    /// What a feature came to; `None` before its warm-up, where its source is missing, and where
    /// there is none of that name.
    #[must_use]
    pub fn feature(&self, name: &str) -> Option<f64> {
        let names = self.features.names().iter();
        let mut values = names.zip(self.features.values());
        *values.find(|(own, _)| own.as_str() == name)?.1
    }
}

/// Something that turns sets of bars into signals. It must be a function of what it has seen, where
/// what it decided is to come out again from the same bars.
///
/// # Examples
/// ```
/// use truebook::strategy::{Action, Seen, Signal, Strategy};
///
/// /// Buys what has fallen far.
/// struct Contrarian;
///
/// impl Strategy for Contrarian {
///     fn on_bars(&mut self, seen: &Seen<'_>, signals: &mut Vec<Signal>) {
///         let score = seen.feature("score");
///         let source = "BTC-USD_1m".parse().unwrap();
///         if let (Some(z), Some((bar, _))) = (score, seen.bar(&source))
///             && z < -2.0
///         {
///             signals.push(Signal { score: -z, ..Signal::new(bar.instrument, Action::Long) });
///         }
///     }
/// }
/// ```
pub trait Strategy: Send {
    /// Looks at a set and adds signals.
    fn on_bars(&mut self, seen: &Seen<'_>, signals: &mut Vec<Signal>);
}
