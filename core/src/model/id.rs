//! Names and identifiers: inline text with a stated bound, so that no id allocates.

use std::fmt;
use std::io::{Error, ErrorKind, Read, Result, Write};

use borsh::{BorshDeserialize, BorshSerialize};

use super::InvalidValue;
use super::bounded::ArrayString;

/// The longest identifier, in bytes of UTF-8.
pub const MAX_ID_BYTES: usize = 96;

/// An identifier: a symbol, a currency code, an order or trade id, the name of a strategy.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(ArrayString<MAX_ID_BYTES>);

impl Id {
    /// Takes `text` as the identifier called `what`.
    ///
    /// # Errors
    /// [`InvalidValue`] when `text` is empty, longer than [`MAX_ID_BYTES`] or has a control
    /// character.
    pub fn new(what: &'static str, text: &str) -> std::result::Result<Self, InvalidValue> {
        if text.is_empty() {
            return Err(InvalidValue::new(what, "''", "1 to 96 bytes of text"));
        }
        let Ok(inner) = ArrayString::from(text) else {
            let found = format!("{} bytes", text.len());
            return Err(InvalidValue::new(what, &found, "1 to 96 bytes of text"));
        };
        if text.chars().any(char::is_control) {
            return Err(InvalidValue::new(
                what,
                "a control character",
                "printable text",
            ));
        }
        Ok(Self(inner))
    }

    /// An identifier made of formatted parts, cut at [`MAX_ID_BYTES`].
    #[must_use]
    pub fn format(parts: fmt::Arguments<'_>) -> Self {
        let mut cut = Cut(ArrayString::new());
        // The writer below never fails: it cuts what does not fit.
        let _ = fmt::Write::write_fmt(&mut cut, parts);
        Self(cut.0)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl std::borrow::Borrow<str> for Id {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl std::str::FromStr for Id {
    type Err = InvalidValue;

    /// [`Id::new`] for text that has no name.
    fn from_str(text: &str) -> std::result::Result<Self, InvalidValue> {
        Self::new("text", text)
    }
}

struct Cut(ArrayString<MAX_ID_BYTES>);

impl fmt::Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if self.0.try_push(character).is_err() {
                break;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl BorshSerialize for Id {
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        self.as_str().serialize(writer)
    }
}

impl BorshDeserialize for Id {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        let text = String::deserialize_reader(reader)?;
        ArrayString::from(&text).map(Self).map_err(|_| {
            Error::new(
                ErrorKind::InvalidData,
                "an identifier is longer than 96 bytes",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_bounded_and_printable() {
        assert_eq!(Id::new("symbol", "BTC-USD").unwrap().as_str(), "BTC-USD");
        assert!(Id::new("symbol", "").is_err());
        assert!(Id::new("symbol", "a\nb").is_err());
        assert!(Id::new("symbol", &"x".repeat(97)).is_err());
        assert!(Id::new("symbol", &"x".repeat(96)).is_ok());
    }
}
