//! Features by name, computed of the sets of one synchronizer.
//!
//! 1. A feature of one source takes each of its bars once, in the first set that shows it: what
//!    stands for a missing bar, and a slower bar seen again, leaves it as it was. A feature of two
//!    takes both bars whenever one of them is new.
//! 2. Where nothing stands for a source, its features are unknown in that set.

use borsh::BorshSerialize;
use truebook_core::bars::feature::{
    Atr, BarScale, Bollinger, Change, ChangeKind, Deviation, Digits, Ema, EmaSeed, FloatBar, Pair,
    Rsi, Sma, Span, Volatility, Vwap, ZScore,
};
use truebook_core::bars::{BarSet, ExpectedSource, SlotState, Source, SourceId};
use truebook_core::model::{Id, Instrument, InvalidValue, Timestamp};

/// What is computed; definitions are those of [`truebook_core::bars::feature`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize)]
pub enum FeatureKind {
    /// Mean of closes.
    Sma,
    /// Exponential average of closes.
    Ema,
    /// Relative strength of closes, 0 to 100.
    Rsi,
    /// Average true range, in price.
    Atr,
    /// Two deviations above the mean of closes.
    BollingerUpper,
    /// Two deviations below it.
    BollingerLower,
    /// Price weighted by volume.
    Vwap,
    /// Deviation of log returns, a bar.
    Volatility,
    /// From the close before, as a fraction.
    Return,
    /// The logarithm of the close over the one before.
    LogReturn,
    /// Deviations of the close from its mean.
    ZScore,
    /// Of the closes of two sources, -1 to 1.
    Correlation,
    /// By how much the first close moves when the second moves by 1.
    Beta,
    /// The first close less beta times the second.
    Spread,
}

impl FeatureKind {
    /// Every kind with its name.
    pub const ALL: [(&'static str, Self); 14] = [
        ("sma", Self::Sma),
        ("ema", Self::Ema),
        ("rsi", Self::Rsi),
        ("atr", Self::Atr),
        ("bollinger_upper", Self::BollingerUpper),
        ("bollinger_lower", Self::BollingerLower),
        ("vwap", Self::Vwap),
        ("volatility", Self::Volatility),
        ("return", Self::Return),
        ("log_return", Self::LogReturn),
        ("z_score", Self::ZScore),
        ("correlation", Self::Correlation),
        ("beta", Self::Beta),
        ("spread", Self::Spread),
    ];

    /// The kind called `name`.
    ///
    /// # Errors
    /// [`InvalidValue`] for a name that none has.
    pub fn named(name: &str) -> Result<Self, InvalidValue> {
        let known = Self::ALL.iter().find(|(own, _)| *own == name);
        known.map(|(_, kind)| *kind).ok_or_else(|| {
            let allowed = Self::ALL.map(|(own, _)| format!("'{own}'")).join(", ");
            InvalidValue::new("feature", &format!("'{name}'"), &allowed)
        })
    }

    /// Of how many sources it is.
    #[must_use]
    pub fn sources(self) -> usize {
        match self {
            Self::Correlation | Self::Beta | Self::Spread => 2,
            Self::Sma
            | Self::Ema
            | Self::Rsi
            | Self::Atr
            | Self::BollingerUpper
            | Self::BollingerLower
            | Self::Vwap
            | Self::Volatility
            | Self::Return
            | Self::LogReturn
            | Self::ZScore => 1,
        }
    }

    /// Whether it looks over a number of bars.
    #[must_use]
    pub fn has_span(self) -> bool {
        !matches!(self, Self::Return | Self::LogReturn)
    }
}

/// A feature to be computed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize)]
pub struct PlannedFeature {
    /// Its name.
    pub name: Id,
    /// What.
    pub kind: FeatureKind,
    /// Of which source, or of which two.
    pub sources: Vec<Source>,
    /// Over how many bars; 1 where it looks over none.
    pub span: Span,
}

/// What computes one.
#[derive(Clone, Debug)]
enum Formula {
    Sma(Sma),
    Ema(Ema),
    Rsi(Rsi),
    Atr(Atr),
    Upper(Bollinger),
    Lower(Bollinger),
    Vwap(Vwap),
    Volatility(Volatility),
    Change(Change),
    ZScore(ZScore),
    Correlation(Pair),
    Beta(Pair),
    Spread(Pair),
}

/// One feature and what it came to.
#[derive(Clone, Debug)]
struct Feature {
    formula: Formula,
    sources: [SourceId; 2],
    /// The close of the newest bar of each that was taken.
    newest: [Timestamp; 2],
    value: Option<f64>,
}

/// The features of one synchronizer's sets.
#[derive(Clone, Debug)]
pub struct FeatureSet {
    scales: Vec<BarScale>,
    names: Vec<Id>,
    features: Vec<Feature>,
    values: Vec<Option<f64>>,
}

impl FeatureSet {
    /// Those of `planned` whose sources are all among `expected`, which are of `instruments`.
    ///
    /// # Errors
    /// [`InvalidValue`] for a source without an instrument.
    pub fn new(
        planned: &[PlannedFeature],
        expected: &[ExpectedSource],
        instruments: &[Instrument],
    ) -> Result<Self, InvalidValue> {
        let scales: Result<_, _> = expected
            .iter()
            .map(|each| Ok(BarScale::new(digits(each.source, instruments)?)))
            .collect();
        let place = |source: &Source| expected.iter().position(|each| each.source == *source);
        let (mut names, mut features) = (Vec::new(), Vec::new());
        for feature in planned {
            let places: Option<Vec<usize>> = feature.sources.iter().map(place).collect();
            let Some(places) = places else { continue };
            let at = |number: usize| {
                let place = places.get(number).or(places.first());
                SourceId(place.map_or(u32::MAX, |place| u32::try_from(*place).unwrap_or(u32::MAX)))
            };
            names.push(feature.name);
            features.push(Feature {
                formula: Formula::new(feature.kind, feature.span),
                sources: [at(0), at(1)],
                newest: [Timestamp(i64::MIN); 2],
                value: None,
            });
        }
        Ok(Self {
            scales: scales?,
            values: vec![None; names.len()],
            names,
            features,
        })
    }

    /// Takes the next set.
    pub fn push(&mut self, set: &BarSet) -> &[Option<f64>] {
        for (feature, value) in self.features.iter_mut().zip(&mut self.values) {
            let states = feature.sources.map(|source| set.state(source));
            if states.contains(&SlotState::Missing) {
                *value = None;
                continue;
            }
            let bars = feature.sources.map(|source| {
                let scale = self.scales.get(usize::try_from(source.0).ok()?)?;
                Some(FloatBar::new(set.bar(source)?, *scale))
            });
            let closes = feature.sources.map(|source| set.bar(source));
            let closes = closes.map(|bar| bar.map_or(Timestamp(i64::MIN), |bar| bar.ts_close));
            let slots = states.into_iter().zip(closes).zip(&mut feature.newest);
            let mut is_new = false;
            for ((state, close), newest) in slots {
                // A slower bar may be carried from a set that was skipped.
                if state != SlotState::Stale && close > *newest {
                    (*newest, is_new) = (close, true);
                }
            }
            if is_new && let [Some(first), Some(second)] = bars {
                feature.value = feature.formula.push(&first, &second);
            }
            *value = feature.value;
        }
        &self.values
    }

    /// The names, in the order of the values.
    #[must_use]
    pub fn names(&self) -> &[Id] {
        &self.names
    }

    /// What the features came to; `None` before their warm-up, and where a source is missing.
    #[must_use]
    pub fn values(&self) -> &[Option<f64>] {
        &self.values
    }

    /// How many bars come before every feature has a value.
    #[must_use]
    pub fn warm_up(&self) -> u32 {
        let each = self.features.iter().map(|one| one.formula.warm_up());
        each.max().unwrap_or(0)
    }
}

fn digits(source: Source, instruments: &[Instrument]) -> Result<Digits, InvalidValue> {
    let known = instruments.iter().find(|one| one.symbol == source.symbol);
    let Some(instrument) = known else {
        let names: Vec<&str> = instruments.iter().map(|one| one.symbol.as_str()).collect();
        let allowed = format!("a symbol that is registered: {}", names.join(", "));
        return Err(InvalidValue::new("source", &source.to_string(), &allowed));
    };
    Ok(Digits {
        price_scale: instrument.price_scale,
        qty_scale: instrument.qty_scale,
    })
}

impl Formula {
    fn new(kind: FeatureKind, span: Span) -> Self {
        match kind {
            FeatureKind::Sma => Self::Sma(Sma::new(span)),
            FeatureKind::Ema => Self::Ema(Ema::new(span, EmaSeed::Average)),
            FeatureKind::Rsi => Self::Rsi(Rsi::new(span)),
            FeatureKind::Atr => Self::Atr(Atr::new(span)),
            FeatureKind::BollingerUpper => Self::Upper(Bollinger::new(span, 2.0)),
            FeatureKind::BollingerLower => Self::Lower(Bollinger::new(span, 2.0)),
            FeatureKind::Vwap => Self::Vwap(Vwap::rolling(span)),
            FeatureKind::Volatility => Self::Volatility(Volatility::new(span)),
            FeatureKind::Return => Self::Change(Change::new(ChangeKind::Simple)),
            FeatureKind::LogReturn => Self::Change(Change::new(ChangeKind::Log)),
            FeatureKind::ZScore => Self::ZScore(ZScore::new(span, Deviation::Sample)),
            FeatureKind::Correlation => Self::Correlation(Pair::new(span)),
            FeatureKind::Beta => Self::Beta(Pair::new(span)),
            FeatureKind::Spread => Self::Spread(Pair::new(span)),
        }
    }

    fn push(&mut self, bar: &FloatBar, other: &FloatBar) -> Option<f64> {
        let (close, both) = (bar.close, (bar.close, other.close));
        match self {
            Self::Sma(own) => own.push(close),
            Self::Ema(own) => own.push(close),
            Self::Rsi(own) => own.push(close),
            Self::Atr(own) => own.push(bar),
            Self::Upper(own) => own.push(close).map(|bands| bands.upper),
            Self::Lower(own) => own.push(close).map(|bands| bands.lower),
            Self::Vwap(own) => own.push(bar),
            Self::Volatility(own) => own.push(close),
            Self::Change(own) => own.push(close),
            Self::ZScore(own) => own.push(close),
            Self::Correlation(own) => own.push(both)?.correlation,
            Self::Beta(own) => own.push(both)?.beta,
            Self::Spread(own) => own.push(both)?.spread,
        }
    }

    fn warm_up(&self) -> u32 {
        match self {
            Self::Sma(own) => own.warm_up(),
            Self::Ema(own) => own.warm_up(),
            Self::Rsi(own) => own.warm_up(),
            Self::Atr(own) => own.warm_up(),
            Self::Upper(own) | Self::Lower(own) => own.warm_up(),
            Self::Vwap(own) => own.warm_up(),
            Self::Volatility(own) => own.warm_up(),
            Self::Change(own) => own.warm_up(),
            Self::ZScore(own) => own.warm_up(),
            Self::Correlation(own) | Self::Beta(own) | Self::Spread(own) => own.warm_up(),
        }
    }
}
