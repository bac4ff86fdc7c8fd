//! An event as a line for people: its sequence, its time, and each thing with its fields.
//!
//! 1. A line is one line, whatever texts somebody recorded.
//! 2. Whose and what it is about is said once a line, as long as it is the same.

use truebook_store::export::{Field, Told};

use crate::time::rfc3339;

/// What is said once a line.
const ABOUT: [&str; 6] = [
    "account",
    "strategy",
    "symbol",
    "leg",
    "side",
    "client_order_id",
];

/// The line of an event.
pub(crate) fn line(told: &Told) -> String {
    let mut text = format!("{} {}", told.sequence, rfc3339(told.ts));
    let first = told.pieces.first();
    for (at, piece) in told.pieces.iter().enumerate() {
        let known = first.filter(|_| at > 0);
        text.push_str(if at > 0 { "; " } else { " " });
        text.push_str(piece.what);
        let said = |field: &(&'static str, Field)| {
            let is_about = ABOUT.contains(&field.0);
            is_about && known.is_some_and(|first| first.fields.contains(field))
        };
        for (name, field) in piece.fields.iter().filter(|field| !said(field)) {
            let value = match field {
                Field::Text(value) => word(value),
                Field::Count(count) => count.to_string(),
                Field::Time(ns) => rfc3339(*ns),
                Field::Changed(old, new) => format!("{}->{}", word(old), word(new)),
            };
            text.push(' ');
            text.push_str(name);
            text.push('=');
            text.push_str(&value);
        }
    }
    text
}

/// Text, quoted where it could be taken for something else; a line stays one line.
pub(crate) fn word(text: &str) -> String {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '"' | ';' | '=');
    match !text.is_empty() && text.chars().all(is_plain) && !text.contains("->") {
        true => text.to_owned(),
        false => format!("\"{}\"", escaped(text)),
    }
}

/// Text without control characters, which could take over a terminal.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => safe.extend(['\\', c]),
            c if c.is_control() => safe.extend(c.escape_default()),
            c => safe.push(c),
        }
    }
    safe
}
