//! The door from integers to floats.

use crate::bars::Bar;

/// `raw / 10^scale` as a float, for features only.
#[must_use]
pub fn to_float(raw: i64, scale: u8) -> f64 {
    // A price of up to 2^53 units is exact; beyond, the nearest float is what a feature needs.
    #[allow(
        clippy::cast_precision_loss,
        reason = "features are approximate by design"
    )]
    let value = raw as f64;
    value / 10_f64.powi(i32::from(scale))
}

/// What the integers of an instrument's bars are divided by.
#[derive(Clone, Copy, Debug)]
pub struct BarScale {
    price: f64,
    qty: f64,
}

/// The digits after the decimal point of an instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digits {
    /// Of its prices.
    pub price_scale: u8,
    /// Of its quantities.
    pub qty_scale: u8,
}

impl BarScale {
    /// For an instrument with these digits.
    #[must_use]
    pub fn new(digits: Digits) -> Self {
        Self {
            price: 10_f64.powi(i32::from(digits.price_scale)),
            qty: 10_f64.powi(i32::from(digits.qty_scale)),
        }
    }
}

/// A bar as features see it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FloatBar {
    /// The first price.
    pub open: f64,
    /// The highest price.
    pub high: f64,
    /// The lowest price.
    pub low: f64,
    /// The last price.
    pub close: f64,
    /// The quantity traded.
    pub volume: f64,
}

impl FloatBar {
    /// `bar`, each number as the nearest float.
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        reason = "features are approximate by design"
    )]
    pub fn new(bar: &Bar, scale: BarScale) -> Self {
        let px = |raw: i64| raw as f64 / scale.price;
        Self {
            open: px(bar.open),
            high: px(bar.high),
            low: px(bar.low),
            close: px(bar.close),
            volume: bar.volume as f64 / scale.qty,
        }
    }

    /// The middle of high, low and close.
    #[must_use]
    pub fn typical(&self) -> f64 {
        (self.high + self.low + self.close) / 3.0
    }
}
