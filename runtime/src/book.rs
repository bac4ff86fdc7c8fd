//! The book as a bot embeds it: open, tell it what happened, read what is true.
//!
//! 1. A read sees everything that the same handle wrote before it.
//! 2. A book opened again on its file goes on where it ended.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use truebook_core::book::{
    Answer, Applied, CashKind, CashMove, Command, FillFee, FillReport, Ledger, PriceTick, State,
    Submit, TradingState,
};
use truebook_core::engine::{Host, Input, LineTable, Writer, check_core};
use truebook_core::model::{
    AccountId, Fixed, Id, Instrument, InstrumentSpec, OrderType, Refusal, Timestamp,
};
use truebook_store::StoreThread;

use crate::desk::Desk;
use crate::durability::DurabilityWatch;
use crate::error::Error;
use crate::opening::{BookOptions, Opening};
use crate::record::{PortfolioRecord, PositionRecord};
use crate::request::{Fill, OrderRequest, positive, price, quantity};

/// How many positions have a line of their own.
const LINES: usize = 4_096;

/// An open book.
pub struct Book {
    host: Option<Host<Desk>>,
    store: Option<StoreThread>,
    durability: DurabilityWatch,
    lines: Arc<LineTable>,
    has_event_clock: bool,
}

impl Book {
    /// Opens a book in memory with the default configuration, in paper mode.
    ///
    /// # Errors
    /// See [`Book::open`].
    pub fn in_memory() -> Result<Self, Error> {
        Self::open(BookOptions::default())
    }

    /// Opens a book.
    ///
    /// # Errors
    /// [`Error::Store`] for a file that cannot be used, [`Error::Invalid`] for a configuration that
    /// cannot be taken.
    pub fn open(options: BookOptions) -> Result<Self, Error> {
        check_core(options.host.core)?;
        let Opening {
            state,
            store,
            journal,
        } = Opening::of(&options)?;
        let is_new = state.sequence == 0;
        let desk = if options.is_paper {
            Desk::paper()
        } else {
            Desk::Live
        };
        let writer = Writer::new(Ledger::new(state), desk, journal, LINES);
        let host = Host::new(writer, options.host);
        let mut book = Self {
            lines: Arc::clone(host.lines()),
            host: Some(host),
            durability: DurabilityWatch::new(store.as_ref().map(StoreThread::progress)),
            store,
            has_event_clock: options.has_event_clock,
        };
        if is_new {
            book.call(Command::Configure(Box::new(options.config)))?;
        }
        Ok(book)
    }

    /// Registers an instrument; a repeat changes nothing.
    ///
    /// # Errors
    /// [`Error::Invalid`] where its properties make no sense or differ from those registered.
    pub fn add_instrument(&mut self, spec: InstrumentSpec) -> Result<Applied, Error> {
        self.call(Command::AddInstrument(Box::new(spec)))
    }

    /// Moves cash; a repeat of `id` is booked once.
    ///
    /// # Errors
    /// [`Error::Refused`] for a withdrawal above the free balance.
    pub fn move_cash(
        &mut self,
        (currency, amount): (&str, Fixed),
        kind: CashKind,
        id: Option<&str>,
    ) -> Result<Applied, Error> {
        let id = id.map(|id| Id::new("id", id)).transpose()?;
        let currency = Id::new("currency", currency)?;
        let account = AccountId::default();
        self.call(Command::MoveCash(CashMove {
            account,
            currency,
            amount,
            kind,
            id,
        }))
    }

    /// Takes a quote; a side may be absent.
    ///
    /// # Errors
    /// [`Error::UnknownInstrument`], or [`Error::Value`] for a price with too many digits.
    pub fn quote(
        &mut self,
        symbol: &str,
        (bid, ask): (Option<Fixed>, Option<Fixed>),
        ts_event: Option<i64>,
    ) -> Result<(), Error> {
        let instrument = self.instrument(symbol)?;
        let px =
            |value: Option<Fixed>, name| value.map(|v| price(&instrument, name, v)).transpose();
        let (bid, ask) = (px(bid, "bid")?, px(ask, "ask")?);
        self.tick(&instrument, (bid, ask, None), ts_event)
    }

    /// Takes a last price.
    ///
    /// # Errors
    /// As [`Book::quote`].
    pub fn price(&mut self, symbol: &str, last: Fixed, ts_event: Option<i64>) -> Result<(), Error> {
        let instrument = self.instrument(symbol)?;
        let last = price(&instrument, "last", last)?;
        self.tick(&instrument, (None, None, Some(last)), ts_event)
    }

    fn tick(
        &mut self,
        instrument: &Instrument,
        (bid, ask, last): (Option<i64>, Option<i64>, Option<i64>),
        ts_event: Option<i64>,
    ) -> Result<(), Error> {
        let ts = self.time(ts_event)?;
        let instrument = instrument.id;
        let tick = PriceTick {
            instrument,
            bid,
            ask,
            last,
            bid_size: 0,
            ask_size: 0,
            ts,
        };
        let host = self.host.as_mut().ok_or(Error::Closed)?;
        host.post(Input::Command(Command::Price(tick)))
            .map_err(|_| Error::Poisoned)
    }

    /// Books an execution once.
    ///
    /// # Errors
    /// [`Error::UnknownInstrument`], [`Error::Value`]; a fill itself is never refused.
    pub fn fill(&mut self, fill: &Fill<'_>) -> Result<Applied, Error> {
        let instrument = self.instrument(fill.symbol)?;
        let id = |what, text: Option<&str>| text.map(|text| Id::new(what, text)).transpose();
        let currency = id("fee_currency", fill.fee_currency)?;
        let report = FillReport {
            account: AccountId::default(),
            instrument: instrument.id,
            strategy: id("strategy", fill.strategy)?,
            side: fill.side,
            last_qty: quantity(&instrument, positive("qty", fill.qty)?)?,
            last_px: price(&instrument, "price", positive("price", fill.price)?)?,
            trade_id: Id::new("trade_id", fill.trade_id)?,
            client_order_id: id("client_order_id", fill.client_order_id)?,
            venue_order_id: id("venue_order_id", fill.venue_order_id)?,
            fee: fill.fee.map(|amount| FillFee { currency, amount }),
            liquidity: None,
            source: None,
            ts: self.time(fill.ts_event)?,
        };
        self.call(Command::Fill(Box::new(report)))
    }

    /// Checks an order and records the intent to send it.
    ///
    /// # Errors
    /// [`Error::Refused`] with the rule that it breaks.
    pub fn submit(&mut self, order: &OrderRequest<'_>) -> Result<Applied, Error> {
        let submit = self.submission(order)?;
        self.call(Command::Submit(Box::new(submit)))
    }

    /// Why an order would be refused now; books nothing.
    ///
    /// # Errors
    /// [`Error::UnknownInstrument`], [`Error::Value`].
    pub fn would_refuse(&mut self, order: &OrderRequest<'_>) -> Result<Option<Refusal>, Error> {
        let submit = self.submission(order)?;
        self.ask(move |state| state.would_refuse(&submit))
    }

    fn submission(&mut self, order: &OrderRequest<'_>) -> Result<Submit, Error> {
        let instrument = self.instrument(order.symbol)?;
        let id = |what, text: Option<&str>| text.map(|text| Id::new(what, text)).transpose();
        let order_type = match order.price {
            Some(limit) => OrderType::Limit(price(&instrument, "price", limit)?),
            None => OrderType::Market,
        };
        Ok(Submit {
            client_order_id: id("client_order_id", order.client_order_id)?,
            account: AccountId::default(),
            instrument: instrument.id,
            strategy: id("strategy", order.strategy)?,
            side: order.side,
            qty: quantity(&instrument, order.qty)?,
            order_type,
            reduce_only: order.reduce_only,
            ts: self.time(None)?,
        })
    }

    /// Cancels an order; what was filled stays.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an order that is unknown or has ended otherwise.
    pub fn canceled(&mut self, client_order_id: &str) -> Result<Applied, Error> {
        let client_order_id = Id::new("client_order_id", client_order_id)?;
        self.call(Command::Cancel { client_order_id })
    }

    /// Changes what trading is allowed.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`].
    pub fn set_trading_state(&mut self, to: TradingState, reason: &str) -> Result<Applied, Error> {
        let reason = Id::new("reason", reason)?;
        self.call(Command::SetTradingState { state: to, reason })
    }

    /// A position: of one strategy, or the account's net.
    ///
    /// # Errors
    /// [`Error::UnknownInstrument`].
    pub fn position(
        &mut self,
        symbol: &str,
        strategy: Option<&str>,
    ) -> Result<PositionRecord, Error> {
        let instrument = self.instrument(symbol)?;
        let strategy = strategy.map(|name| Id::new("strategy", name)).transpose()?;
        self.ask(move |state| PositionRecord::of(state, &instrument, strategy))
    }

    /// Every position that is open, by strategy.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`].
    pub fn positions(&mut self) -> Result<Vec<PositionRecord>, Error> {
        self.ask(PositionRecord::all_open)
    }

    /// What the book adds up to in the reporting currency.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`].
    pub fn portfolio(&mut self) -> Result<PortfolioRecord, Error> {
        self.ask(PortfolioRecord::of)
    }

    /// A balance: total and free.
    ///
    /// # Errors
    /// [`Error::Value`] for a currency that was never booked.
    pub fn balance(&mut self, currency: &str) -> Result<(Fixed, Fixed), Error> {
        let code = Id::new("currency", currency)?;
        let found = self.ask(move |state| {
            let id = state.currency_id(&code)?;
            let scale = state.currency(id)?.scale;
            let balance = state.balance(AccountId::default(), id);
            Some((
                Fixed::new(balance.total, scale),
                Fixed::new(balance.free(), scale),
            ))
        })?;
        let zero = Fixed::new(0, 0);
        Ok(found.unwrap_or((zero, zero)))
    }

    /// Looks at the whole state after everything written before.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`].
    pub fn ask<T: Send + 'static>(
        &mut self,
        look: impl FnOnce(&State) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let host = self.host.as_mut().ok_or(Error::Closed)?;
        host.ask(look).map_err(|_| Error::Poisoned)
    }

    /// The lines of all positions, for readers on any thread.
    #[must_use]
    pub fn lines(&self) -> &Arc<LineTable> {
        &self.lines
    }

    /// What has become durable, readable from any thread.
    #[must_use]
    pub fn durability(&self) -> DurabilityWatch {
        self.durability.clone()
    }

    /// Whether it can still be used.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn check_open(&self) -> Result<(), Error> {
        self.host.as_ref().map(|_| ()).ok_or(Error::Closed)
    }

    /// Ends the writer and the store, in this order; a repeat does nothing.
    ///
    /// # Errors
    /// [`Error::Store`] when not everything could be kept.
    pub fn close(&mut self) -> Result<(), Error> {
        let Some(host) = self.host.take() else {
            return Ok(());
        };
        let stopped = host.stop().map(drop);
        if let Some(store) = self.store.take() {
            store
                .finish()
                .map_err(|error| Error::Store(error.to_string()))?;
        }
        stopped.map_err(|_| Error::Poisoned)
    }

    fn call(&mut self, command: Command) -> Result<Applied, Error> {
        let host = self.host.as_mut().ok_or(Error::Closed)?;
        match host.call(Input::Command(command)) {
            Answer::Applied(applied) => Ok(applied),
            Answer::Refused(Refusal::Poisoned) => Err(Error::Poisoned),
            Answer::Refused(refusal) => Err(Error::Refused(refusal)),
            Answer::Invalid(why) => Err(Error::Invalid(why)),
            Answer::PriceRefused(_) => Ok(Applied::default()),
        }
    }

    fn instrument(&mut self, symbol: &str) -> Result<Instrument, Error> {
        let id = Id::new("symbol", symbol)?;
        let found = self.ask(move |state| state.instrument(state.instrument_id(&id)?).copied())?;
        found.ok_or_else(|| Error::UnknownInstrument(symbol.to_owned()))
    }

    fn time(&mut self, ts_event: Option<i64>) -> Result<Timestamp, Error> {
        if let Some(ns) = ts_event {
            return Ok(Timestamp(ns));
        }
        if self.has_event_clock {
            return self.ask(|state| state.now);
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let ns = i64::try_from(now.unwrap_or_default().as_nanos());
        Ok(Timestamp(ns.unwrap_or(i64::MAX)))
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        // Whoever wants to know whether everything was kept calls `close`.
        let _ = self.close();
    }
}
