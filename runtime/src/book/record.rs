//! What a bot records beside its trades: closed bars, scores from elsewhere, alerts.

use truebook_core::book::{Alert, AlertLevel, Applied, BarRecord, Command, Observation, Record};
use truebook_core::model::{Fixed, Id, InvalidValue, Timestamp};

use super::Book;
use super::request::{price, quantity};
use crate::error::Error;

/// A bar that has closed.
#[derive(Clone, Copy, Debug)]
pub struct BarReport<'a> {
    /// Of what.
    pub symbol: &'a str,
    /// Its length, as its source calls it: "1m", "1h".
    pub timeframe: &'a str,
    /// When it opened and when it closed, in nanoseconds since the epoch.
    pub span: (i64, i64),
    /// The first, highest, lowest and last price.
    pub ohlc: [Fixed; 4],
    /// The quantity traded.
    pub volume: Fixed,
}

/// A score from elsewhere, of a kind, a symbol and a time.
#[derive(Clone, Copy, Debug)]
pub struct Score<'a> {
    /// What it measures: "sentiment", "confluence".
    pub kind: &'a str,
    /// Of what; it need not be an instrument.
    pub symbol: &'a str,
    /// The score.
    pub value: Option<Fixed>,
    /// What else there is to say, in a form of its source's own.
    pub text: Option<&'a str>,
    /// Where it came from.
    pub source: Option<&'a str>,
    /// As of when, in nanoseconds since the epoch; `None` is now.
    pub ts_event: Option<i64>,
}

impl Book {
    /// Records a bar that has closed; one of the same symbol, timeframe and opening replaces it in
    /// the history.
    ///
    /// # Errors
    /// [`Error::UnknownInstrument`], [`Error::Value`] for a number with too many digits,
    /// [`Error::Invalid`] where its prices contradict each other.
    pub fn bar(&mut self, bar: &BarReport<'_>) -> Result<Applied, Error> {
        let instrument = self.instrument(bar.symbol)?;
        let [open, high, low, close] = bar.ohlc;
        let ts = self.time(Some(bar.span.1))?;
        let record = BarRecord {
            instrument: instrument.id,
            timeframe: Id::new("timeframe", bar.timeframe)?,
            ts_open: Timestamp(bar.span.0),
            ts_close: Timestamp(bar.span.1),
            open: price(&instrument, "open", open)?,
            high: price(&instrument, "high", high)?,
            low: price(&instrument, "low", low)?,
            close: price(&instrument, "close", close)?,
            volume: quantity(&instrument, bar.volume)?,
        };
        let applied = self.record(Record::Bar(record), ts)?;
        self.closed(&record)?;
        Ok(applied)
    }

    /// Records a score from elsewhere; one of the same kind, symbol and time replaces it in the
    /// history.
    ///
    /// # Errors
    /// [`Error::Value`] for a name that cannot be one, [`Error::Invalid`] for a text beyond the
    /// bounds.
    pub fn observe(&mut self, score: &Score<'_>) -> Result<Applied, Error> {
        let ts = self.time(score.ts_event)?;
        let source = score.source.map(|source| Id::new("source", source));
        let seen = Observation {
            kind: Id::new("kind", score.kind)?,
            symbol: Id::new("symbol", score.symbol)?,
            ts,
            value: score.value,
            text: score.text.map(Into::into),
            source: source.transpose()?,
        };
        self.record(Record::Observation(seen), ts)
    }

    /// Records something that somebody should know; `level` is `"info"`, `"warning"` or
    /// `"critical"`.
    ///
    /// # Errors
    /// [`Error::Value`] for another level or a name that cannot be one, [`Error::Invalid`] for a
    /// text beyond the bounds.
    pub fn alert(
        &mut self,
        (level, kind): (&str, &str),
        text: &str,
        symbol: Option<&str>,
    ) -> Result<Applied, Error> {
        let known = AlertLevel::ALL.iter().find(|(name, _)| *name == level);
        let Some((_, level)) = known else {
            let allowed = "'info', 'warning' or 'critical'";
            return Err(InvalidValue::new("level", level, allowed).into());
        };
        let alert = Alert {
            level: *level,
            kind: Id::new("kind", kind)?,
            symbol: symbol.map(|symbol| Id::new("symbol", symbol)).transpose()?,
            text: text.into(),
        };
        let ts = self.time(None)?;
        self.record(Record::Alert(alert), ts)
    }

    fn record(&mut self, record: Record, ts: Timestamp) -> Result<Applied, Error> {
        let record = Box::new(record);
        self.call(Command::Record { record, ts })
    }
}
