//! Bars: made of prints, made larger, made one set of several sources, and features of them.
//!
//! 1. Everything but [`feature`] counts in integers: prices at the instrument's price scale,
//!    quantities at its quantity scale.
//! 2. Time is given from outside, in nanoseconds; nothing reads a clock.

mod aggregator;
mod bar;
mod candle;
pub mod feature;
mod gap;
mod open_set;
mod outcome;
mod resampler;
mod rule;
mod session;
mod set;
mod source;
mod synchronizer;
mod timeframe;

pub use aggregator::{
    Aggregator, AggregatorOptions, BarRule, EmptyPeriods, Print, PrintCounts, PrintOutcome,
    QuotePrice, QuotePrint,
};
pub use bar::Bar;
pub use candle::{BuiltBar, Completeness, Stamp};
pub use outcome::{BarCounts, BarOutcome, Release, SetCounts};
pub use resampler::{Resampler, ResamplerOptions};
pub use rule::{OPEN_SETS_MAX, SOURCES_MAX, SyncMode, SynchronizerOptions};
pub use session::{Session, SessionHours};
pub use set::{BarSet, SlotState};
pub use source::{ExpectedSource, GapPolicy, Source, SourceId};
pub use synchronizer::BarSynchronizer;
pub use timeframe::{NANOS_PER_DAY, Timeframe};
