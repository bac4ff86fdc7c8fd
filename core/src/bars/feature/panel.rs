//! Every feature of one source, in one call.

use super::average::{Ema, EmaSeed, Sma};
use super::bollinger::{Bands, Bollinger};
use super::change::{Change, ChangeKind};
use super::deviation::{Deviation, Volatility, ZScore};
use super::float_bar::FloatBar;
use super::span::Span;
use super::vwap::Vwap;
use super::wilder::{Atr, Rsi};

/// Over how many bars each feature looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PanelSpans {
    /// SMA.
    pub sma: Span,
    /// EMA.
    pub ema: Span,
    /// RSI.
    pub rsi: Span,
    /// ATR.
    pub atr: Span,
    /// Bollinger bands, two deviations wide.
    pub bollinger: Span,
    /// VWAP.
    pub vwap: Span,
    /// Volatility of log returns.
    pub volatility: Span,
    /// z-score, by the deviation of a sample.
    pub z_score: Span,
}

impl PanelSpans {
    /// The same for each.
    #[must_use]
    pub fn all(span: Span) -> Self {
        Self {
            sma: span,
            ema: span,
            rsi: span,
            atr: span,
            bollinger: span,
            vwap: span,
            volatility: span,
            z_score: span,
        }
    }
}

/// The features after a bar; each `None` until it has warmed up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PanelFeatures {
    /// Mean of closes.
    pub sma: Option<f64>,
    /// Exponential average of closes.
    pub ema: Option<f64>,
    /// Relative strength of closes.
    pub rsi: Option<f64>,
    /// Average true range.
    pub atr: Option<f64>,
    /// Bands around the mean of closes.
    pub bollinger: Option<Bands>,
    /// Price weighted by volume.
    pub vwap: Option<f64>,
    /// Deviation of log returns, a bar.
    pub volatility: Option<f64>,
    /// Log return from the close before.
    pub log_return: Option<f64>,
    /// Deviations of the close from its mean.
    pub z_score: Option<f64>,
}

/// Computes them.
#[derive(Clone, Debug)]
pub struct Panel {
    sma: Sma,
    ema: Ema,
    rsi: Rsi,
    atr: Atr,
    bollinger: Bollinger,
    vwap: Vwap,
    volatility: Volatility,
    change: Change,
    z_score: ZScore,
}

impl Panel {
    /// Over so many bars.
    #[must_use]
    pub fn new(spans: PanelSpans) -> Self {
        Self {
            sma: Sma::new(spans.sma),
            ema: Ema::new(spans.ema, EmaSeed::Average),
            rsi: Rsi::new(spans.rsi),
            atr: Atr::new(spans.atr),
            bollinger: Bollinger::new(spans.bollinger, 2.0),
            vwap: Vwap::rolling(spans.vwap),
            volatility: Volatility::new(spans.volatility),
            change: Change::new(ChangeKind::Log),
            z_score: ZScore::new(spans.z_score, Deviation::Sample),
        }
    }

    /// How many bars come before every feature is there.
    #[must_use]
    pub fn warm_up(&self) -> u32 {
        let each = [
            self.sma.warm_up(),
            self.ema.warm_up(),
            self.rsi.warm_up(),
            self.atr.warm_up(),
            self.bollinger.warm_up(),
            self.vwap.warm_up(),
            self.volatility.warm_up(),
            self.change.warm_up(),
            self.z_score.warm_up(),
        ];
        each.into_iter().max().unwrap_or(0)
    }

    /// Takes the next bar.
    pub fn push(&mut self, bar: &FloatBar) -> PanelFeatures {
        let close = bar.close;
        let log_return = self.change.push(close);
        PanelFeatures {
            sma: self.sma.push(close),
            ema: self.ema.push(close),
            rsi: self.rsi.push(close),
            atr: self.atr.push(bar),
            bollinger: self.bollinger.push(close),
            vwap: self.vwap.push(bar),
            volatility: log_return.and_then(|change| self.volatility.push_return(change)),
            log_return,
            z_score: self.z_score.push(close),
        }
    }
}
