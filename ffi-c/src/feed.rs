//! One thread's way to give to a book by numbers: each is checked before it is given.

use truebook::model::{Fixed, Id, InstrumentId, Timestamp};
use truebook::{
    Command, Discipline, FillFee, FillReport, Gone, Input, PriceTick, Producer, Reader, Unsent,
};

use crate::book::Own;
use crate::input::maybe;
use crate::push::{tbk_fill_push, tbk_quote_push};
use crate::reader::{unknown, unregistered};
use crate::record::{leg, side};
use crate::status::{Failure, TBK_ERROR_CLOSED, TBK_ERROR_FORKED, TBK_ERROR_FULL};

/// What a handle of a producer is of.
pub(crate) struct Feed {
    producer: Producer,
    reader: Reader,
    has_event_clock: bool,
    /// How many instruments are known to be registered.
    instruments: u32,
}

impl Feed {
    /// A producer of `own`.
    pub fn of(own: &Own, discipline: Discipline) -> Result<Self, Failure> {
        Ok(Self {
            producer: own.lock()?.producer(discipline)?,
            reader: own.reader.clone(),
            has_event_clock: own.has_event_clock,
            instruments: 0,
        })
    }

    /// Runs `give`, which gives several things, and wakes the writer once after them.
    pub fn together<T>(&mut self, give: impl FnOnce(&mut Self) -> T) -> T {
        let is_waking = self.producer.hold_wakes();
        let given = give(self);
        self.producer.release_wakes(is_waking);
        given
    }

    /// Gives a last price.
    #[inline]
    pub fn last(&mut self, instrument: u32, last: i64, ts_event: i64) -> Result<(), Failure> {
        let tick = self.tick(instrument, ts_event)?;
        let last = Some(positive("last", last)?);
        self.price(PriceTick { last, ..tick })
    }

    /// Gives a quote.
    #[inline]
    pub fn quote(&mut self, quote: &tbk_quote_push) -> Result<(), Failure> {
        let side = |what, price: i64| match price {
            0 => Ok(None),
            price => positive(what, price).map(Some),
        };
        let (bid, ask) = (side("bid", quote.bid)?, side("ask", quote.ask)?);
        let tick = self.tick(quote.instrument, quote.ts_event)?;
        self.price(PriceTick { bid, ask, ..tick })
    }

    /// A price without one.
    #[inline]
    fn tick(&mut self, instrument: u32, ts_event: i64) -> Result<PriceTick, Failure> {
        self.check(instrument)?;
        let ts = self.time(ts_event);
        Ok(PriceTick::empty(InstrumentId(instrument), ts))
    }

    #[inline]
    fn price(&mut self, tick: PriceTick) -> Result<(), Failure> {
        self.producer.try_price(tick).map_err(unsent)
    }

    /// Gives an execution.
    ///
    /// # Safety
    /// Its text is NULL or ends with a NUL.
    pub unsafe fn fill(&mut self, given: &tbk_fill_push) -> Result<(), Failure> {
        self.check(given.instrument)?;
        let side = side(given.side)?;
        let qty = i128::from(positive("qty", given.qty)?);
        let id = |what: &'static str, at| {
            // SAFETY: the caller's promise.
            let text = unsafe { maybe(what, at) }?;
            let id = text.map(|text| Id::new(what, text)).transpose();
            id.map_err(|error| Failure::from(truebook::Error::from(error)))
        };
        let (instrument, price) = (InstrumentId(given.instrument), given.price);
        let mut report = match self.producer.spent() {
            Some(mut spent) => {
                spent.begin(instrument, (side, qty), price);
                spent
            }
            None => Box::new(FillReport::new(instrument, side, qty, price)),
        };
        report.trade_id = id("trade_id", given.trade_id)?;
        report.client_order_id = id("client_order_id", given.client_order_id)?;
        report.venue_order_id = id("venue_order_id", given.venue_order_id)?;
        report.strategy = id("strategy", given.strategy)?;
        report.ts = self.time(given.ts_event);
        report.leg = leg(given.leg)?;
        // SAFETY: the caller's promise.
        if let Some(account) = unsafe { maybe("account", given.account) }? {
            let known = self.reader.account_id(account);
            report.account = known.ok_or_else(|| unknown("account", account))?;
        }
        let scale = u8::try_from(given.fee_scale)
            .ok()
            .filter(|scale| *scale <= 18);
        let scale =
            scale.ok_or_else(|| Failure::invalid("fee_scale", given.fee_scale, "0 to 18"))?;
        report.fees.push(FillFee {
            currency: None,
            amount: Fixed::new(i128::from(given.fee), scale),
        });
        let input = Input::Command(Command::Fill(report));
        self.producer.try_post(input).map_err(unsent)
    }

    /// Refuses an instrument that is not registered.
    #[inline]
    fn check(&mut self, instrument: u32) -> Result<(), Failure> {
        if instrument < self.instruments {
            return Ok(());
        }
        self.look(instrument)
    }

    #[cold]
    fn look(&mut self, instrument: u32) -> Result<(), Failure> {
        // Its lines are written before its number is known.
        self.instruments = u32::try_from(self.reader.instrument_count()).unwrap_or(u32::MAX);
        match instrument < self.instruments {
            true => Ok(()),
            false => Err(unregistered("instrument", instrument)),
        }
    }

    #[inline]
    fn time(&self, ts_event: i64) -> Timestamp {
        match ts_event {
            0 if !self.has_event_clock => truebook::now(),
            ts => Timestamp(ts),
        }
    }
}

fn positive(what: &str, number: i64) -> Result<i64, Failure> {
    match number {
        1.. => Ok(number),
        _ => Err(Failure::invalid(what, number, "more than 0")),
    }
}

#[cold]
fn unsent<T>(why: Unsent<T>) -> Failure {
    match why {
        Unsent::Full(_) => Failure::new(TBK_ERROR_FULL, "the producer's ring is full: try again"),
        Unsent::Gone(Gone::Ended, _) => Failure::new(TBK_ERROR_CLOSED, "the book is closed"),
        Unsent::Gone(why @ Gone::Forked, _) => Failure::new(TBK_ERROR_FORKED, why.to_string()),
    }
}
