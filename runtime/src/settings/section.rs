//! One table of the settings: hands out its values typed and checked.

use truebook_core::model::{Fixed, Id, InvalidValue, MAX_SCALE, parse};

use super::SettingsError;
use super::document::{Entry, Item, Value};

/// One table of the settings.
#[derive(Clone, Debug)]
pub(super) struct Section {
    file: String,
    /// As a message shows it, `[limits]`.
    name: String,
    line: u64,
    entries: Vec<Entry>,
}

/// Which numbers are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    /// 0 or more.
    NotNegative,
    /// Above 0.
    Positive,
    /// Above 0, at most 100.
    Percent,
    /// 0 to 100 with at most 8 digits after the point.
    Fee,
}

/// Which whole numbers are allowed, both ends included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole {
    /// The least.
    pub min: u32,
    /// The most.
    pub max: u32,
}

/// Whether a number may be written without quotes although it has a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bare {
    /// It may: a plain factor.
    Taken,
    /// It may not: money, a size or a percentage.
    Refused,
}

impl Section {
    /// The whole document.
    pub(super) fn root(file: &str, entries: Vec<Entry>) -> Self {
        Self {
            file: file.to_owned(),
            name: "the top level".to_owned(),
            line: 1,
            entries,
        }
    }

    /// Refuses the first key that is not in `allowed`.
    pub(super) fn only(&self, allowed: &[&str]) -> Result<(), SettingsError> {
        let unknown = self
            .entries
            .iter()
            .find(|entry| !allowed.contains(&entry.key.as_str()));
        unknown.map_or(Ok(()), |entry| {
            Err(SettingsError::UnknownKey {
                file: self.file.clone(),
                line: entry.line,
                table: self.name.clone(),
                found: entry.key.chars().take(64).collect(),
                allowed: allowed.join(", "),
            })
        })
    }

    /// The table `[key]`; an empty one where it is absent.
    pub(super) fn table(&self, key: &str) -> Result<Self, SettingsError> {
        let name = format!("[{key}]");
        let Some(item) = self.item(key) else {
            return Ok(self.below(name, self.line, Vec::new()));
        };
        let Value::Table(entries) = &item.value else {
            return Err(self.bad(
                key,
                item.line,
                &item.value.shown(),
                &format!("a table {name}"),
            ));
        };
        Ok(self.below(name, item.line, entries.clone()))
    }

    /// The tables `[[key]]`, in their order.
    pub(super) fn tables(&self, key: &str) -> Result<Vec<Self>, SettingsError> {
        let name = format!("[[{key}]]");
        let Some(item) = self.item(key) else {
            return Ok(Vec::new());
        };
        let bad =
            |line, value: &Value| self.bad(key, line, &value.shown(), &format!("tables {name}"));
        let Value::List(items) = &item.value else {
            return Err(bad(item.line, &item.value));
        };
        let table = |item: &Item| {
            let Value::Table(entries) = &item.value else {
                return Err(bad(item.line, &item.value));
            };
            Ok(self.below(name.clone(), item.line, entries.clone()))
        };
        items.iter().map(table).collect()
    }

    /// The keys, in their order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.key.as_str())
    }

    /// The line of `key`, or of the table where the key is absent.
    pub(super) fn line_of(&self, key: &str) -> u64 {
        self.item(key).map_or(self.line, |item| item.line)
    }

    /// The file's name, for messages.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// The string of `key`.
    pub(super) fn text(&self, key: &str, allowed: &str) -> Result<Option<&str>, SettingsError> {
        match self.item(key) {
            None => Ok(None),
            Some(Item {
                value: Value::Text(text),
                ..
            }) => Ok(Some(text)),
            Some(item) => Err(self.bad(key, item.line, &item.value.shown(), allowed)),
        }
    }

    /// The identifier of `key`.
    pub(super) fn id(&self, key: &'static str) -> Result<Option<Id>, SettingsError> {
        let allowed = "a string of 1 to 96 bytes";
        let Some(text) = self.text(key, allowed)? else {
            return Ok(None);
        };
        let id = Id::new(key, text);
        id.map(Some).map_err(|error| self.invalid(key, &error))
    }

    /// The identifiers in the list of `key`.
    pub(super) fn ids(&self, key: &'static str) -> Result<Option<Vec<Id>>, SettingsError> {
        let allowed = "a list of strings";
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        let Value::List(items) = &item.value else {
            return Err(self.bad(key, item.line, &item.value.shown(), allowed));
        };
        let id = |item: &Item| {
            let Value::Text(text) = &item.value else {
                return Err(self.bad(key, item.line, &item.value.shown(), allowed));
            };
            Id::new(key, text).map_err(|error| self.invalid(key, &error))
        };
        items.iter().map(id).collect::<Result<_, _>>().map(Some)
    }

    /// What the word of `key` means, one of `choices`.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, SettingsError> {
        let names: Vec<String> = choices
            .iter()
            .map(|(name, _)| format!("'{name}'"))
            .collect();
        let allowed = names.join(" or ");
        let Some(found) = self.text(key, &allowed)? else {
            return Ok(None);
        };
        let chosen = choices.iter().find(|(name, _)| *name == found);
        match chosen {
            Some((_, choice)) => Ok(Some(*choice)),
            None => Err(self.refuse(key, &format!("'{found}'"), &allowed)),
        }
    }

    /// The flag of `key`.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, SettingsError> {
        match self.item(key) {
            None => Ok(None),
            Some(Item {
                value: Value::Flag(flag),
                ..
            }) => Ok(Some(*flag)),
            Some(item) => Err(self.bad(key, item.line, &item.value.shown(), "true or false")),
        }
    }

    /// The whole number of `key`.
    pub(super) fn whole(&self, key: &str, range: Whole) -> Result<Option<u32>, SettingsError> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        let number = if let Value::Integer(text) = &item.value {
            text.parse::<u32>().ok()
        } else {
            None
        };
        match number.filter(|number| (range.min..=range.max).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => {
                let allowed = format!("a whole number from {} to {}", range.min, range.max);
                Err(self.bad(key, item.line, &item.value.shown(), &allowed))
            }
        }
    }

    /// The decimal number of `key`.
    pub(super) fn number(
        &self,
        key: &str,
        range: Range,
        bare: Bare,
    ) -> Result<Option<Fixed>, SettingsError> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        let allowed = range.allowed();
        let bad = |allowed: &str| Err(self.bad(key, item.line, &item.value.shown(), allowed));
        let text = match &item.value {
            Value::Text(text) | Value::Integer(text) => text,
            Value::Float(text) if bare == Bare::Taken => text,
            Value::Float(text) => {
                return bad(&format!("{allowed}, as a string: write {key} = \"{text}\""));
            }
            Value::Flag(_) | Value::Date | Value::List(_) | Value::Table(_) => {
                return bad(&format!("{allowed}, as a string or an integer"));
            }
        };
        match parse(key, text).ok().filter(|number| range.has(*number)) {
            Some(number) => Ok(Some(number)),
            None => bad(allowed),
        }
    }

    /// `value`, or the refusal of its absence.
    pub(super) fn required<T>(
        &self,
        key: &str,
        value: Option<T>,
        allowed: &str,
    ) -> Result<T, SettingsError> {
        value.ok_or_else(|| SettingsError::MissingKey {
            file: self.file.clone(),
            line: self.line,
            table: self.name.clone(),
            key: key.to_owned(),
            allowed: allowed.to_owned(),
        })
    }

    /// The refusal of the value of `key`.
    pub(super) fn refuse(&self, key: &str, found: &str, allowed: &str) -> SettingsError {
        self.bad(key, self.line_of(key), found, allowed)
    }

    fn invalid(&self, key: &str, error: &InvalidValue) -> SettingsError {
        self.bad(key, self.line_of(key), &error.found, &error.allowed)
    }

    fn bad(&self, key: &str, line: u64, found: &str, allowed: &str) -> SettingsError {
        SettingsError::BadValue {
            file: self.file.clone(),
            line,
            key: format!("{key} in {}", self.name),
            found: found.to_owned(),
            allowed: allowed.to_owned(),
        }
    }

    fn below(&self, name: String, line: u64, entries: Vec<Entry>) -> Self {
        let file = self.file.clone();
        Self {
            file,
            name,
            line,
            entries,
        }
    }

    fn item(&self, key: &str) -> Option<&Item> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(&entry.item)
    }
}

impl Range {
    fn allowed(self) -> &'static str {
        match self {
            Self::NotNegative => "a decimal number of 0 or more",
            Self::Positive => "a decimal number above 0",
            Self::Percent => "a percentage above 0, at most 100",
            Self::Fee => "a percentage from 0 to 100 of at most 8 digits after the point",
        }
    }

    fn has(self, number: Fixed) -> bool {
        let digits = if self == Self::Fee { 8 } else { MAX_SCALE };
        let hundred = Fixed::new(100, 0).exactly_at(digits).unwrap_or_default();
        number.exactly_at(digits).is_some_and(|raw| match self {
            Self::NotNegative => raw >= 0,
            Self::Positive => raw > 0,
            Self::Percent => raw > 0 && raw <= hundred,
            Self::Fee => raw >= 0 && raw <= hundred,
        })
    }
}
