//! TOML text as tables whose values know their line. The only file that names `toml`.
//!
//! Values are walked by hand instead of derived: numbers keep the text that was written, so that
//! `2.0` is exact, and every refusal names its line.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeInteger, DeString, DeTable, DeValue};

use super::SettingsError;
use super::section::Section;

/// A value and the line that it stands on.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The line, from 1.
    pub line: u64,
    /// The value.
    pub value: Value,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The key.
    pub key: String,
    /// The line of the key, from 1.
    pub line: u64,
    /// The value.
    pub item: Item,
}

/// A value as it was written.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A string.
    Text(String),
    /// A whole number, in decimal.
    Integer(String),
    /// A number with a point or exponent, as written.
    Float(String),
    /// `true` or `false`.
    Flag(bool),
    /// A date or time.
    Date,
    /// A list.
    List(Vec<Item>),
    /// A table.
    Table(Vec<Entry>),
}

impl Value {
    /// The value as a message shows it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Text(text) => format!("'{}'", text.chars().take(64).collect::<String>()),
            Self::Integer(text) | Self::Float(text) => text.chars().take(64).collect(),
            Self::Flag(flag) => flag.to_string(),
            Self::Date => "a date".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Table(_) => "a table".to_owned(),
        }
    }
}

/// The whole text as a table.
pub(super) fn parse(file: &str, text: &str) -> Result<Section, SettingsError> {
    let table = DeTable::parse(text).map_err(|error| SettingsError::Syntax {
        file: file.to_owned(),
        line: line_at(text, error.span().unwrap_or_default().start),
        reason: error.message().replace('\n', " "),
    })?;
    Ok(Section::root(file, entries(text, table.into_inner())))
}

fn entries(text: &str, table: DeTable<'_>) -> Vec<Entry> {
    let entry = |(key, value): (Spanned<DeString<'_>>, Spanned<DeValue<'_>>)| Entry {
        line: line_of(text, key.span()),
        key: key.into_inner().into_owned(),
        item: item(text, value),
    };
    let mut entries: Vec<Entry> = table.into_iter().map(entry).collect();
    // The parser sorts by key; messages and strategies follow the text.
    entries.sort_by_key(|entry| entry.line);
    entries
}

fn item(text: &str, spanned: Spanned<DeValue<'_>>) -> Item {
    let line = line_of(text, spanned.span());
    let value = match spanned.into_inner() {
        DeValue::String(value) => Value::Text(value.into_owned()),
        DeValue::Integer(value) => Value::Integer(decimal(&value)),
        DeValue::Float(value) => Value::Float(value.as_str().to_owned()),
        DeValue::Boolean(value) => Value::Flag(value),
        DeValue::Datetime(_) => Value::Date,
        DeValue::Array(list) => Value::List(list.into_iter().map(|i| item(text, i)).collect()),
        DeValue::Table(table) => Value::Table(entries(text, table)),
    };
    Item { line, value }
}

/// The integer in decimal; as written when it is beyond any number that is allowed.
fn decimal(integer: &DeInteger<'_>) -> String {
    match i128::from_str_radix(integer.as_str(), integer.radix()) {
        Ok(number) => number.to_string(),
        Err(_) => integer.to_string(),
    }
}

fn line_of(text: &str, span: Range<usize>) -> u64 {
    line_at(text, span.start)
}

fn line_at(text: &str, offset: usize) -> u64 {
    let before = text.bytes().take(offset).filter(|byte| *byte == b'\n');
    before.fold(1, |line, _| line + 1)
}
