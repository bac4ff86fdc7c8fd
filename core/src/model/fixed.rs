//! Exact integer arithmetic on scaled numbers.
//!
//! 1. Nothing saturates and nothing wraps: what does not fit is `None`.
//! 2. A quotient is rounded once, half to even.

use std::cmp::Ordering;
use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use ruint::aliases::U256;

/// What to do with the digits that a smaller scale has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest, ties to the even neighbour.
    HalfEven,
    /// Towards zero.
    Down,
}

/// A decimal number: `raw / 10^scale`. Equal numbers are equal whatever their scales.
#[derive(Clone, Copy, Debug, Default, BorshSerialize, BorshDeserialize)]
pub struct Fixed {
    /// The integer at [`Fixed::scale`].
    pub raw: i128,
    /// Digits after the decimal point.
    pub scale: u8,
}

impl Fixed {
    /// `raw / 10^scale`.
    #[must_use]
    pub fn new(raw: i128, scale: u8) -> Self {
        Self { raw, scale }
    }

    /// The same number as an integer at `scale`; `None` when digits would be lost or it is too
    /// large.
    #[must_use]
    pub fn exactly_at(self, scale: u8) -> Option<i128> {
        if scale >= self.scale {
            return self.raw.checked_mul(pow10(scale - self.scale)?);
        }
        let unit = pow10(self.scale - scale)?;
        (self.raw.checked_rem(unit)? == 0).then(|| self.raw / unit)
    }

    /// The number as an integer at `scale`, rounded half to even where digits are lost.
    #[must_use]
    pub fn rounded_at(self, scale: u8) -> Option<i128> {
        rescale(self.raw, self.scale, scale, Rounding::HalfEven)
    }
}

impl Ord for Fixed {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.scale < other.scale {
            return other.cmp(self).reverse();
        }
        let unit = pow10(self.scale - other.scale);
        match unit.and_then(|unit| other.raw.checked_mul(unit)) {
            Some(raw) => self.raw.cmp(&raw),
            // Too large for the finer scale, so further from zero than anything on it.
            None => 0.cmp(&other.raw),
        }
    }
}

impl PartialOrd for Fixed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Fixed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Fixed {}

impl fmt::Display for Fixed {
    /// Writes the shortest exact text: no trailing zeros, no exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [b'0'; LONGEST];
        let length = self.write(&mut text);
        let text = text.get(LONGEST - length..).unwrap_or_default();
        f.pad_integral(self.raw >= 0, "", std::str::from_utf8(text).unwrap_or("0"))
    }
}

/// The longest text of a number without its sign: 39 digits, or a point and as many zeros as a
/// scale can have.
const LONGEST: usize = 300;

impl Fixed {
    /// Writes the shortest exact text without its sign at the end of `text`; its length.
    fn write(&self, text: &mut [u8; LONGEST]) -> usize {
        let (mut left, mut scale) = (self.raw.unsigned_abs(), usize::from(self.scale));
        // Trailing zeros after the point are none; money has many.
        while scale >= 8
            && let Ok(narrow) = u64::try_from(left)
            && narrow != 0
            && narrow.is_multiple_of(100_000_000)
        {
            (left, scale) = (u128::from(narrow / 100_000_000), scale - 8);
        }
        while scale > 0 && left != 0 && next_digit(&mut { left }) == 0 {
            next_digit(&mut left);
            scale -= 1;
        }
        if left == 0 {
            scale = 0;
        }
        let mut places = text.iter_mut().rev();
        let (mut length, mut digits) = (0, 0);
        // At most a point and a digit are written for each digit that is left, and one more.
        for place in &mut places {
            let is_point = digits == scale && scale > 0 && length == digits;
            *place = match is_point {
                true => b'.',
                false => b'0' + next_digit(&mut left),
            };
            length += 1;
            digits += usize::from(!is_point);
            if left == 0 && digits > scale {
                break;
            }
        }
        length
    }
}

/// Takes the last decimal digit off; 128 bits are divided only where they are needed.
#[allow(clippy::cast_possible_truncation, reason = "a digit")]
fn next_digit(left: &mut u128) -> u8 {
    match u64::try_from(*left) {
        Ok(narrow) => {
            *left = u128::from(narrow / 10);
            (narrow % 10) as u8
        }
        Err(_) => {
            let digit = (*left % 10) as u8;
            *left /= 10;
            digit
        }
    }
}

/// `10^exponent`; `None` beyond 10^38.
#[must_use]
pub fn pow10(exponent: u8) -> Option<i128> {
    POWERS.get(usize::from(exponent)).copied()
}

/// The powers of ten that fit.
#[allow(clippy::indexing_slicing, reason = "checked when it is compiled")]
const POWERS: [i128; 39] = {
    let mut powers = [1; 39];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// `raw` at scale `from`, as an integer at scale `to`.
#[must_use]
pub fn rescale(raw: i128, from: u8, to: u8, rounding: Rounding) -> Option<i128> {
    if to == from {
        return Some(raw);
    }
    if to > from {
        return raw.checked_mul(pow10(to - from)?);
    }
    div(raw, pow10(from - to)?, rounding)
}

/// `raw` rounded half to even to a multiple of `10^(scale - digits)`; unchanged when
/// `digits >= scale`.
#[must_use]
pub fn round_to(raw: i128, scale: u8, digits: u8) -> Option<i128> {
    if digits >= scale {
        return Some(raw);
    }
    let unit = pow10(scale - digits)?;
    div(raw, unit, Rounding::HalfEven)?.checked_mul(unit)
}

/// `a * b / divisor` with a 256-bit product where it is needed, rounded once.
#[must_use]
pub fn mul_div(a: i128, b: i128, divisor: i128, rounding: Rounding) -> Option<i128> {
    if let Some(product) = a.checked_mul(b) {
        return div(product, divisor, rounding);
    }
    if divisor == 0 {
        return None;
    }
    let negative = (a < 0) ^ (b < 0) ^ (divisor < 0);
    let product = U256::from(a.unsigned_abs()).checked_mul(U256::from(b.unsigned_abs()))?;
    let unsigned_divisor = U256::from(divisor.unsigned_abs());
    let (quotient, remainder) = product.div_rem(unsigned_divisor);
    let quotient = u128::try_from(quotient).ok()?;
    let up = match rounding {
        Rounding::Down => false,
        Rounding::HalfEven => {
            let rest = unsigned_divisor - remainder;
            remainder > rest || (remainder == rest && quotient % 2 == 1)
        }
    };
    let magnitude = i128::try_from(quotient.checked_add(u128::from(up))?).ok()?;
    Some(if negative { -magnitude } else { magnitude })
}

/// An unsigned integer of 256 bits: a sum of products that is never rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Wide([u64; 4]);

impl Wide {
    /// `a × b`, which always fits.
    #[must_use]
    pub fn product(a: u128, b: u128) -> Self {
        Self::of(U256::from(a).saturating_mul(U256::from(b)))
    }

    /// `a × b / divisor`, the remainder cut off; 0 where `divisor` is.
    #[must_use]
    pub fn quotient(a: u128, b: u128, divisor: u128) -> Self {
        let product = U256::from(a).saturating_mul(U256::from(b));
        Self::of(product.checked_div(U256::from(divisor)).unwrap_or_default())
    }

    /// The sum; `None` beyond 256 bits.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.wide().checked_add(other.wide()).map(Self::of)
    }

    /// The difference; `None` below 0.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.wide().checked_sub(other.wide()).map(Self::of)
    }

    /// This divided by `divisor`, rounded half to even; `None` where it does not fit or `divisor`
    /// is 0.
    #[must_use]
    pub fn over(self, divisor: Self) -> Option<i128> {
        let divisor = divisor.wide();
        if divisor.is_zero() {
            return None;
        }
        let (quotient, remainder) = self.wide().div_rem(divisor);
        let quotient = u128::try_from(quotient).ok()?;
        let rest = divisor - remainder;
        let up = remainder > rest || (remainder == rest && quotient % 2 == 1);
        i128::try_from(quotient.checked_add(u128::from(up))?).ok()
    }

    fn of(value: U256) -> Self {
        Self(value.into_limbs())
    }

    fn wide(self) -> U256 {
        U256::from_limbs(self.0)
    }
}

fn div(value: i128, divisor: i128, rounding: Rounding) -> Option<i128> {
    let quotient = value.checked_div(divisor)?;
    let remainder = value.checked_rem(divisor)?;
    if remainder == 0 || rounding == Rounding::Down {
        return Some(quotient);
    }
    let left = divisor.unsigned_abs() - remainder.unsigned_abs();
    let up =
        remainder.unsigned_abs() > left || (remainder.unsigned_abs() == left && quotient % 2 != 0);
    let step = if (value < 0) ^ (divisor < 0) { -1 } else { 1 };
    if up {
        quotient.checked_add(step)
    } else {
        Some(quotient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wide_numbers_add_and_divide_as_others_do() {
        let (most, two) = (u128::MAX, Wide::product(2, 1));
        let square = Wide::product(most, most);
        assert_eq!(square.over(Wide::product(most, 1)), None, "128 bits");
        assert_eq!(square.plus(square).and_then(|sum| sum.plus(square)), None);
        assert_eq!(square.minus(square), Some(Wide::default()));
        assert_eq!(Wide::default().minus(two), None);
        for (value, rounded) in [(3, 2), (5, 2), (7, 4), (8, 4)] {
            assert_eq!(Wide::product(value, 1).over(two), Some(rounded));
        }
        assert_eq!(two.over(Wide::default()), None);
        assert_eq!(Wide::quotient(7, 10, 3), Wide::product(23, 1));
        assert_eq!(Wide::quotient(7, 10, 0), Wide::default());
    }

    #[test]
    fn text_is_the_shortest_exact() {
        for (raw, scale, text) in [
            (0, 8, "0"),
            (-1, 2, "-0.01"),
            (100, 2, "1"),
            (10_050, 2, "100.5"),
            (-10_000_666_667, 8, "-100.00666667"),
        ] {
            assert_eq!(Fixed::new(raw, scale).to_string(), text);
        }
    }

    #[test]
    fn a_tie_goes_to_the_even_neighbour() {
        for (value, rounded) in [(15, 2), (25, 2), (-15, -2), (-25, -2), (26, 3), (-24, -2)] {
            assert_eq!(
                div(value, 10, Rounding::HalfEven),
                Some(rounded),
                "{value} / 10"
            );
        }
        assert_eq!(
            mul_div(i128::MAX, 2, 4, Rounding::Down),
            Some(i128::MAX / 2)
        );
        assert_eq!(mul_div(i128::MAX, 2, 1, Rounding::Down), None);
        assert_eq!(div(1, 0, Rounding::Down), None);
    }

    #[test]
    fn numbers_compare_by_value_and_not_by_scale() {
        let (one, ten, huge) = (
            Fixed::new(1, 0),
            Fixed::new(100, 1),
            Fixed::new(i128::MAX, 0),
        );
        assert_eq!(one, Fixed::new(100, 2));
        assert!(one < ten && Fixed::new(-1, 0) < Fixed::new(0, 38));
        assert!(huge > Fixed::new(i128::MAX, 38) && Fixed::new(i128::MAX, 38) < huge);
        assert!(Fixed::new(i128::MIN, 0) < Fixed::new(i128::MIN, 38));
    }

    proptest! {
        #[test]
        fn the_wide_product_agrees_with_the_narrow(a in -1_i64.., b in any::<i64>(), d in 1_i64..) {
            let (a, b, d) = (i128::from(a), i128::from(b), i128::from(d));
            let narrow = mul_div(a, b, d, Rounding::HalfEven);
            let shift = 1_i128 << 62;
            let wide = mul_div(a * shift, b * 2, d * shift * 2, Rounding::HalfEven);
            if d < 1 << 50 { prop_assert_eq!(narrow, wide); }
        }
    }
}
