//! Times as people and programs read them.

/// Nanoseconds since the epoch as RFC 3339 in UTC, always with nine digits of a second.
pub(crate) fn rfc3339(ns: i64) -> String {
    match jiff::Timestamp::from_nanosecond(i128::from(ns)) {
        Ok(time) => format!("{time:.9}"),
        Err(_) => format!("{ns} ns"),
    }
}
