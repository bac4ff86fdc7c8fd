//! The arguments of a call as JSON: read by name, each once, and none left over.

use std::cell::RefCell;

use truebook_core::model::{Fixed, InvalidValue, parse};

use crate::error::Error;
use crate::json::{Map, Value};

/// An object of keywords that is being read.
pub(super) struct Arguments<'a> {
    map: &'a Map<String, Value>,
    read: RefCell<Vec<&'static str>>,
}

impl<'a> Arguments<'a> {
    pub fn new(map: &'a Map<String, Value>) -> Self {
        let read = RefCell::new(Vec::new());
        Self { map, read }
    }

    /// `value`, when every argument was asked for.
    pub fn checked<T>(&self, value: T) -> Result<T, Error> {
        let read = self.read.borrow();
        let unknown = self.map.keys().find(|key| !read.contains(&key.as_str()));
        match unknown {
            None => Ok(value),
            Some(key) => Err(InvalidValue::new("argument", key, &read.join(", ")).into()),
        }
    }

    pub fn missing(&self, key: &'static str) -> Error {
        InvalidValue::new(key, "nothing", "a value: it is needed").into()
    }

    fn value(&self, key: &'static str) -> Option<&'a Value> {
        self.read.borrow_mut().push(key);
        self.map.get(key).filter(|value| !value.is_null())
    }

    pub fn maybe_text(&self, key: &'static str) -> Result<Option<&'a str>, Error> {
        let Some(value) = self.value(key) else {
            return Ok(None);
        };
        let invalid = || InvalidValue::new(key, &value.to_string(), "text").into();
        value.as_str().map(Some).ok_or_else(invalid)
    }

    pub fn text(&self, key: &'static str) -> Result<&'a str, Error> {
        self.maybe_text(key)?.ok_or_else(|| self.missing(key))
    }

    pub fn maybe_number(&self, key: &'static str) -> Result<Option<Fixed>, Error> {
        self.value(key).map(|value| number(key, value)).transpose()
    }

    pub fn number(&self, key: &'static str) -> Result<Fixed, Error> {
        self.maybe_number(key)?.ok_or_else(|| self.missing(key))
    }

    /// An object of numbers by name; empty where it is absent.
    pub fn numbers(&self, key: &'static str) -> Result<Vec<(&'a str, Fixed)>, Error> {
        let Some(value) = self.value(key) else {
            return Ok(Vec::new());
        };
        let Some(map) = value.as_object() else {
            return Err(InvalidValue::new(key, &value.to_string(), "an object").into());
        };
        let each = map
            .iter()
            .map(|(name, value)| Ok((name.as_str(), number(key, value)?)));
        each.collect()
    }

    /// A whole number of the type that is wanted.
    pub fn whole<T: TryFrom<i64>>(&self, key: &'static str) -> Result<T, Error> {
        let found = self.value(key).ok_or_else(|| self.missing(key))?;
        let whole = found.as_i64().and_then(|whole| T::try_from(whole).ok());
        let allowed = "a whole number in its range";
        whole.ok_or_else(|| InvalidValue::new(key, &found.to_string(), allowed).into())
    }

    /// A time in nanoseconds since the epoch.
    pub fn time(&self, key: &'static str) -> Result<Option<i64>, Error> {
        let Some(found) = self.value(key) else {
            return Ok(None);
        };
        let allowed = "nanoseconds since the epoch, a whole number of 64 bits";
        let invalid = || InvalidValue::new(key, &found.to_string(), allowed).into();
        found.as_i64().map(Some).ok_or_else(invalid)
    }

    pub fn flag(&self, key: &'static str) -> Result<bool, Error> {
        let Some(value) = self.value(key) else {
            return Ok(false);
        };
        let invalid = || InvalidValue::new(key, &value.to_string(), "true or false").into();
        value.as_bool().ok_or_else(invalid)
    }

    /// What a word means, one of those that are allowed.
    pub fn one_of<T: Copy>(
        &self,
        key: &'static str,
        allowed: &[(&str, T)],
    ) -> Result<Option<T>, Error> {
        let Some(found) = self.maybe_text(key)? else {
            return Ok(None);
        };
        let meant = allowed.iter().find(|(word, _)| *word == found);
        let words: Vec<String> = allowed
            .iter()
            .map(|(word, _)| format!("'{word}'"))
            .collect();
        match meant {
            Some((_, meant)) => Ok(Some(*meant)),
            None => {
                let found = format!("'{found}'");
                Err(InvalidValue::new(key, &found, &words.join(" or ")).into())
            }
        }
    }
}

/// A decimal, as text or as a JSON number by its shortest text.
fn number(key: &str, value: &Value) -> Result<Fixed, Error> {
    if let Some(text) = value.as_str() {
        return Ok(parse(key, text)?);
    }
    if let Some(number) = value.as_number() {
        return Ok(parse(key, &number.to_string())?);
    }
    let allowed = "a decimal number, as text or as a number";
    Err(InvalidValue::new(key, &value.to_string(), allowed).into())
}
