//! Times as people and programs read them.

/// Nanoseconds since the epoch as RFC 3339 in UTC, always with nine digits of a second.
pub(crate) fn rfc3339(ns: i64) -> String {
    match jiff::Timestamp::from_nanosecond(i128::from(ns)) {
        Ok(time) => format!("{time:.9}"),
        Err(_) => format!("{ns} ns"),
    }
}

/// A day in UTC.
pub(crate) struct Day {
    /// Its date.
    pub name: String,
    /// Its start, in nanoseconds since the epoch.
    pub start: i64,
}

impl Day {
    /// The day that is written as YYYY-MM-DD.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::of(text.parse().ok()?)
    }

    /// The day that was so many days before today.
    pub(crate) fn before_today(days: u32) -> Option<Self> {
        let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
        let span = jiff::Span::new().try_days(i64::from(days)).ok()?;
        Self::of(today.date().checked_sub(span).ok()?)
    }

    fn of(date: jiff::civil::Date) -> Option<Self> {
        let start = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        let start = i64::try_from(start.timestamp().as_nanosecond()).ok()?;
        let name = date.to_string();
        Some(Self { name, start })
    }
}
