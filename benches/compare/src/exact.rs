//! A number with 28 exact decimals, which holds whatever a peer reports.
//!
//! 1. value = whole + parts / 10^28, and 0 <= parts < 10^28: one value has one form.

use std::fmt;

use rust_decimal::Decimal;

/// How many decimals are kept; `Decimal` never has more.
const DECIMALS: u32 = 28;
const UNIT: i128 = 10_i128.pow(DECIMALS);

/// An exact number. Sums of 128-bit integers at one scale would not leave room for 28 decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exact {
    whole: i128,
    parts: i128,
}

impl Exact {
    /// `raw` / 10^`scale`, where `scale` is at most 28.
    pub fn new(raw: i128, scale: u32) -> Self {
        let divisor = 10_i128.pow(scale);
        Self {
            whole: raw.div_euclid(divisor),
            parts: raw.rem_euclid(divisor) * 10_i128.pow(DECIMALS - scale),
        }
    }

    /// Without its sign.
    pub fn abs(self) -> Self {
        if self.whole < 0 { -self } else { self }
    }
}

impl From<Decimal> for Exact {
    fn from(value: Decimal) -> Self {
        Self::new(value.mantissa(), value.scale())
    }
}

impl std::ops::Add for Exact {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let parts = self.parts + other.parts;
        Self {
            whole: self.whole + other.whole + parts.div_euclid(UNIT),
            parts: parts.rem_euclid(UNIT),
        }
    }
}

impl std::ops::Neg for Exact {
    type Output = Self;

    fn neg(self) -> Self {
        let parts = -self.parts;
        Self {
            whole: -self.whole + parts.div_euclid(UNIT),
            parts: parts.rem_euclid(UNIT),
        }
    }
}

impl std::ops::Sub for Exact {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.abs();
        let sign = if self.whole < 0 { "-" } else { "" };
        let text = format!("{sign}{}.{:028}", size.whole, size.parts);
        f.pad(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_every_digit_and_its_sign() {
        let small = Exact::new(-1, 28);
        assert_eq!(small.to_string(), "-0.0000000000000000000000000001");
        assert_eq!((small + Exact::new(1, 28)), Exact::default());
        assert_eq!(Exact::new(-150, 2).abs().to_string(), "1.5");
        assert_eq!(
            Exact::from(Decimal::MAX) - Exact::from(Decimal::MAX),
            Exact::default()
        );
        assert_eq!((Exact::new(1, 2) - Exact::new(2, 0)).to_string(), "-1.99");
    }
}
