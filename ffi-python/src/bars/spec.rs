//! When a bar is full and when a market trades, as Python writes it.

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use truebook::bars::{BarRule, NANOS_PER_DAY, Session, SessionHours};
use truebook::model::{InvalidValue, NANOS_PER_SECOND};

use super::series::Digits;
use crate::error::{exception, raise};
use crate::number::{exact, whole};

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

const RULES: &str = "a timeframe such as '5m', ('ticks', n), ('volume', q) or ('value', v)";
const HOURS: &str = "two times of day in UTC, such as ('13:30', '20:00')";

/// When a bar is full.
pub(crate) fn rule_of(rule: Any<'_, '_>, digits: Digits) -> PyResult<BarRule> {
    let py = rule.py();
    if let Ok(name) = rule.cast::<PyString>() {
        let name = name.to_str().map_err(|_| refuse(rule, "rule", RULES))?;
        let timeframe = name.parse().map_err(|error: InvalidValue| {
            let what = "rule".to_owned();
            raise(py, &InvalidValue { what, ..error }.into())
        })?;
        return Ok(BarRule::Time(timeframe));
    }
    let Some((name, most)) = pair(rule) else {
        return Err(refuse(rule, "rule", RULES));
    };
    let at = |scale: u8| {
        let raw = exact("rule", &most)?.exactly_at(scale);
        raw.ok_or_else(|| {
            refuse(
                rule,
                "rule",
                &format!("at most {scale} digits after the point"),
            )
        })
    };
    match name.extract::<String>().unwrap_or_default().as_str() {
        "ticks" => Ok(BarRule::Ticks(whole(
            "rule",
            &most,
            "a count of 1 or more",
        )?)),
        "volume" => Ok(BarRule::Volume(at(digits.qty)?)),
        "value" => Ok(BarRule::Value(at(digits.price + digits.qty)?)),
        _ => Err(refuse(rule, "rule", RULES)),
    }
}

/// When the market trades; all day where nothing is said.
pub(crate) fn session_of(hours: Option<Any<'_, '_>>) -> PyResult<Session> {
    let Some(hours) = hours else {
        return Ok(Session::default());
    };
    let read = |text: &Bound<'_, PyAny>| text.extract::<String>().ok().and_then(|it| of_day(&it));
    let both = pair(hours).and_then(|(begin, end)| Some((read(&begin)?, read(&end)?)));
    let Some((begins_ns, ends_ns)) = both else {
        return Err(refuse(hours, "session", HOURS));
    };
    // An end that is not after its begin is of the next day.
    let length_ns = match ends_ns > begins_ns {
        true => ends_ns - begins_ns,
        false => ends_ns - begins_ns + NANOS_PER_DAY,
    };
    let times = SessionHours {
        begins_ns,
        length_ns,
    };
    Session::new(times).map_err(|_| refuse(hours, "session", HOURS))
}

fn pair<'py>(value: Any<'_, 'py>) -> Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    let pair = value
        .cast::<PyTuple>()
        .ok()
        .filter(|pair| pair.len() == 2)?;
    Some((pair.get_item(0).ok()?, pair.get_item(1).ok()?))
}

/// Nanoseconds after midnight of "HH:MM" or "HH:MM:SS"; "24:00" is the end of the day.
fn of_day(text: &str) -> Option<i64> {
    let is_plain = |part: &&str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = text.split(':').collect();
    if !parts.iter().all(is_plain) {
        return None;
    }
    let numbers: Vec<i64> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    let (hour, minute, second) = match numbers.as_slice() {
        [hour, minute] => (*hour, *minute, 0),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return None,
    };
    let is_time = hour < 24 && minute < 60 && second < 60;
    let is_end = (hour, minute, second) == (24, 0, 0);
    let seconds = (hour * 60 + minute) * 60 + second;
    (is_time || is_end).then_some(seconds * NANOS_PER_SECOND)
}

fn refuse(value: Any<'_, '_>, what: &str, allowed: &str) -> PyErr {
    let shown = value
        .repr()
        .map_or_else(|_| "?".to_owned(), |text| text.to_string());
    let shown: String = shown.chars().take(64).collect();
    let text = format!("{what}: found {shown}, allowed: {allowed}");
    exception(value.py(), "InvalidValue", text)
}
