//! Bars that the book makes of what it is told, recorded as they close.

use truebook_core::bars::{Print, QuotePrint};
use truebook_core::book::{BarRecord, Command, PriceTick, Record};
use truebook_core::model::{Fixed, Id, InvalidValue, Timestamp};

use super::Book;
use super::request::{price, quantity};
use crate::error::Error;
use crate::strategy::{BarMaker, BarPlan, MadeBar};

/// What makes them.
#[derive(Debug, Default)]
pub(super) struct Bars {
    /// `None` where nothing is made, or not all symbols are registered yet.
    maker: Option<BarMaker>,
    made: Vec<MadeBar>,
}

impl Book {
    /// What is composed of bars, as the settings say.
    #[must_use]
    pub fn plan(&self) -> &BarPlan {
        &self.plan
    }

    /// Begins to make the bars of the plan.
    pub(super) fn begin_bars(&mut self) -> Result<(), Error> {
        if !self.plan.bars.is_empty() {
            let all: Vec<_> = self.instruments.values().copied().collect();
            self.bars.maker = Some(BarMaker::new(&self.plan.bars, &all)?);
        }
        Ok(())
    }

    /// Takes a public trade: its price is the last one, and the bars that are made of trades have
    /// it.
    ///
    /// # Errors
    /// As [`Book::quote`]; [`Error::Value`] for a quantity that is not above 0.
    pub fn trade_print(
        &mut self,
        symbol: &str,
        (px, qty): (Fixed, Fixed),
        ts_event: Option<i64>,
    ) -> Result<(), Error> {
        let instrument = *self.known(symbol)?;
        if qty.raw <= 0 {
            return Err(InvalidValue::new("qty", &qty.to_string(), "more than 0").into());
        }
        let qty = quantity(&instrument, qty)?;
        let px = price(&instrument, "price", px)?;
        let ts = self.time(ts_event)?;
        let tick = PriceTick::empty(instrument.id, ts);
        self.post(Command::Price(PriceTick {
            last: Some(px),
            ..tick
        }))?;
        let Bars { maker, made } = &mut self.bars;
        if let Some(maker) = maker {
            maker.trade(instrument.id, Print { ts, px, qty }, made);
            self.record_made()?;
        }
        Ok(())
    }

    /// What was quoted goes into bars, where it has both sides.
    #[inline]
    pub(super) fn quoted(
        &mut self,
        tick: &PriceTick,
        (bid, ask): (Option<i64>, Option<i64>),
    ) -> Result<(), Error> {
        let Bars { maker, made } = &mut self.bars;
        if let Some(maker) = maker
            && let (Some(bid), Some(ask)) = (bid, ask)
        {
            let ts = tick.ts;
            maker.quote(tick.instrument, QuotePrint { ts, bid, ask }, made);
            self.record_made()?;
        }
        Ok(())
    }

    /// A last price goes into bars.
    #[inline]
    pub(super) fn priced(&mut self, tick: &PriceTick, last: i64) -> Result<(), Error> {
        let Bars { maker, made } = &mut self.bars;
        if let Some(maker) = maker {
            maker.price(tick.instrument, (tick.ts, last), made);
            self.record_made()?;
        }
        Ok(())
    }

    /// A bar from outside is material of larger ones.
    pub(super) fn closed(&mut self, record: &BarRecord) -> Result<(), Error> {
        let Bars { maker, made } = &mut self.bars;
        if let Some(maker) = maker
            && let Ok(timeframe) = record.timeframe.as_str().parse()
        {
            maker.bar(timeframe, &record.bar(), made);
            self.record_made()?;
        }
        Ok(())
    }

    /// Time has passed, and bars have ended.
    pub(super) fn passed(&mut self, now: Timestamp) -> Result<(), Error> {
        let Bars { maker, made } = &mut self.bars;
        if let Some(maker) = maker {
            maker.advance(now, made);
            self.record_made()?;
        }
        Ok(())
    }

    fn record_made(&mut self) -> Result<(), Error> {
        if self.bars.made.is_empty() {
            return Ok(());
        }
        for (timeframe, built) in std::mem::take(&mut self.bars.made) {
            let record = BarRecord {
                instrument: built.bar.instrument,
                timeframe: Id::format(format_args!("{timeframe}")),
                ts_open: built.ts_open,
                ts_close: built.bar.ts_close,
                open: built.bar.open,
                high: built.bar.high,
                low: built.bar.low,
                close: built.bar.close,
                volume: built.bar.volume,
            };
            let (record, ts) = (Box::new(Record::Bar(record)), built.bar.ts_close);
            self.post(Command::Record { record, ts })?;
        }
        Ok(())
    }
}
