//! What a bot records beside its trades.

use truebook_core::book::{Alert, AlertLevel, BarRecord, Command, Observation, Record};
use truebook_core::model::{Fixed, Timestamp};

use crate::World;
use crate::act::text;

impl World {
    /// A bar, a score or an alert, some of them again.
    pub(crate) fn record(&mut self) {
        let instrument = self.instrument();
        let ts = Timestamp(self.now);
        let hour = Timestamp(self.now - self.now % 3_600_000_000_000);
        let text = text("seen");
        let record = match self.random.u8(0..3) {
            0 => {
                let low = self.random.i64(1..1_000_000);
                Record::Bar(BarRecord {
                    instrument,
                    timeframe: text,
                    ts_open: hour,
                    ts_close: Timestamp(hour.0 + 3_600_000_000_000),
                    open: low,
                    high: low + self.random.i64(0..1_000),
                    low,
                    close: low,
                    volume: self.random.i128(0..1_000_000),
                })
            }
            1 => Record::Observation(Observation {
                kind: text,
                symbol: text,
                ts: hour,
                value: Some(Fixed::new(self.random.i128(-100..100), 2)),
                text: self.random.bool().then(|| "said, \"so\"\n".into()),
                source: self.random.bool().then_some(text),
            }),
            _ => Record::Alert(Alert {
                level: AlertLevel::Warning,
                kind: text,
                symbol: None,
                text: "look".into(),
            }),
        };
        let record = Box::new(record);
        self.give(Command::Record { record, ts });
    }
}
