//! The door for decimal text: what callers write becomes a [`Fixed`] here, exactly or not at all.

use std::fmt;

use rust_decimal::Decimal;

use super::Fixed;

/// A value that cannot be taken: which parameter, what was found and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidValue {
    /// The parameter's name.
    pub what: String,
    /// What was given.
    pub found: String,
    /// What is allowed.
    pub allowed: String,
}

impl InvalidValue {
    /// `found` was given for `what`, where `allowed` is allowed.
    #[must_use]
    pub fn new(what: &str, found: &str, allowed: &str) -> Self {
        let shown: String = found.chars().take(64).collect();
        Self {
            what: what.to_owned(),
            found: shown,
            allowed: allowed.to_owned(),
        }
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: found {}, allowed: {}",
            self.what, self.found, self.allowed
        )
    }
}

impl std::error::Error for InvalidValue {}

/// How many digits a number has at most.
const DIGITS_MAX: usize = 28;

/// How long its text may be, in bytes: zeros in front, a point, a sign and an exponent included.
const TEXT_MAX: usize = 64;

/// How much of what is no number is shown.
const SHOWN: usize = 60;

/// Reads decimal text, `"-12.50"` or `"1e-7"`, exactly.
///
/// # Errors
/// [`InvalidValue`] for anything that is not a finite decimal of at most 28 digits.
///
/// # Examples
/// ```
/// let value = truebook_core::model::parse("price", "1e-2").unwrap();
/// assert_eq!(value.to_string(), "0.01");
/// assert!(truebook_core::model::parse("price", "NaN").is_err());
/// ```
pub fn parse(what: &str, text: &str) -> Result<Fixed, InvalidValue> {
    let trimmed = text.trim();
    // Longer text is not even looked at: the parser calls itself for each digit.
    if trimmed.len() > TEXT_MAX {
        return Err(not_a_number(what, trimmed));
    }
    // The scientific form is rounded beyond its digits, so those are counted first.
    let is_short = trimmed.split(['e', 'E']).next().is_some_and(|digits| {
        let digits = digits.chars().filter(char::is_ascii_digit);
        digits.skip_while(|digit| *digit == '0').count() <= DIGITS_MAX
    });
    let scientific = |_| Decimal::from_scientific(trimmed);
    let parsed = Decimal::from_str_exact(trimmed).or_else(scientific);
    let parsed = if is_short && !trimmed.contains('_') {
        parsed.ok()
    } else {
        None
    };
    match parsed {
        Some(decimal) => {
            let shortest = decimal.normalize();
            let scale = u8::try_from(shortest.scale()).unwrap_or(u8::MAX);
            Ok(Fixed::new(shortest.mantissa(), scale))
        }
        None => Err(not_a_number(what, trimmed)),
    }
}

fn not_a_number(what: &str, text: &str) -> InvalidValue {
    let allowed = "a decimal number of at most 28 digits, written in at most 64 characters";
    let shown: String = text.chars().take(SHOWN).collect();
    InvalidValue::new(what, &format!("'{shown}'"), allowed)
}

impl std::str::FromStr for Fixed {
    type Err = InvalidValue;

    /// [`parse`] for a number that has no name.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        parse("number", text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_no_number_is_named() {
        let long = format!("1.{}1e0", "0".repeat(34));
        let zeros = "0".repeat(10_000_000);
        for text in [
            "",
            "NaN",
            "inf",
            "1,5",
            "abc",
            "1e99",
            "1_000",
            &"9".repeat(40),
            &long,
            &zeros,
        ] {
            let error = parse("qty", text).unwrap_err();
            assert_eq!(error.what, "qty", "{}", error.found);
        }
        assert_eq!(parse("qty", "0.10").unwrap(), Fixed::new(1, 1));
        assert_eq!(
            parse("qty", "7424.9").unwrap().exactly_at(8),
            Some(742_490_000_000)
        );
        assert_eq!(parse("qty", "0.001").unwrap().exactly_at(2), None);
    }
}
