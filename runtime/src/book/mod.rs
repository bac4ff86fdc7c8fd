//! The book as a bot embeds it: open, tell it what happened, read what is true.
//!
//! 1. A read sees everything that the same handle wrote before it.
//! 2. A book opened again on its file goes on where it ended.

mod arguments;
mod bars;
mod cash;
mod clock;
mod history;
mod holder;
mod named;
mod newcomer;
mod opening;
mod order;
mod read;
mod record;
mod request;
mod script;
mod subscribe;

pub use clock::now;
pub use history::HistoryReader;
pub use opening::BookOptions;
pub use record::{BarReport, Score};
pub use request::{
    Amendment, Cash, DEFAULT_ACCOUNT, Fill, Holding, IncomeReport, OrderRequest, SplitReport,
    TradeRef, decimal,
};

use std::path::PathBuf;

use truebook_core::book::{Answer, Applied, Command, Ledger, PriceTick, State, TradingState};
use truebook_core::engine::{
    BoardOptions, Discipline, Gone, Host, Input, Producer, Reader, Writer, check_core,
};
use truebook_core::hash::Map;
use truebook_core::model::{
    AccountId, Config, Fixed, Id, Instrument, InstrumentSpec, InvalidValue, Refusal, Timestamp,
};
use truebook_store::{JournalFile, StoreThread};

use self::bars::Bars;
use self::holder::Holders;
use self::opening::Opening;
use self::request::price;
use crate::desk::Desk;
use crate::durability::DurabilityWatch;
use crate::error::Error;
use crate::strategy::BarPlan;

/// An account that nobody registered.
const NO_ACCOUNT: AccountId = AccountId(u16::MAX);

/// An open book.
pub struct Book {
    host: Option<Host<Desk>>,
    store: Option<StoreThread>,
    durability: DurabilityWatch,
    reader: Reader,
    path: Option<PathBuf>,
    /// The database, to be read beside its writer, once something of long ago was asked for.
    past: Option<JournalFile>,
    has_event_clock: bool,
    newest: Timestamp,
    instruments: Map<Id, Instrument>,
    accounts: Map<Id, AccountId>,
    holders: Holders,
    plan: BarPlan,
    bars: Bars,
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
            mut state,
            store,
            journal,
        } = Opening::of(&options)?;
        state.reserve();
        let known = (state.config_version > 0).then(|| state.config.clone());
        let desk = if options.is_paper {
            Desk::paper()
        } else {
            Desk::Live
        };
        let newest = state.now;
        let accounts = names(&state);
        let is_known = state.sequence > 0;
        let mut ledger = Ledger::new(state);
        ledger.set_snapshots(options.snapshots);
        let writer = Writer::new(ledger, desk, journal, BoardOptions::default());
        let host = Host::new(writer, options.host);
        let mut book = Self {
            reader: host.reader().clone(),
            path: options.path,
            past: None,
            host: Some(host),
            durability: DurabilityWatch::new(store.as_ref().map(StoreThread::progress)),
            store,
            has_event_clock: options.has_event_clock,
            newest,
            instruments: Map::default(),
            accounts,
            holders: Holders::default(),
            bars: Bars::default(),
            plan: options.plan,
        };
        // The known one again: it completes what was begun, where the end of it was not kept.
        book.configure(options.config.or(known).unwrap_or_default())?;
        book.begin_bars()?;
        if is_known && !options.is_paper {
            book.call(Command::Recover)?;
        }
        Ok(book)
    }

    /// Changes the configuration; the same one changes nothing.
    ///
    /// # Errors
    /// [`Error::Invalid`] where it cannot be taken.
    pub fn configure(&mut self, config: Config) -> Result<(), Error> {
        self.call(Command::Configure(Box::new(config)))?;
        self.learn_instruments()
    }

    /// Registers an instrument, or changes its steps and fees; a repeat changes nothing.
    ///
    /// # Errors
    /// [`Error::Invalid`] where its properties make no sense or differ from those registered.
    pub fn add_instrument(&mut self, spec: InstrumentSpec) -> Result<Applied, Error> {
        let symbol = spec.symbol;
        let applied = self.call(Command::AddInstrument(Box::new(spec)));
        let applied = applied.map_err(|error| error.about(symbol.as_str()))?;
        self.learn_instruments()?;
        Ok(applied)
    }

    /// Registers an account; a repeat changes nothing.
    ///
    /// # Errors
    /// [`Error::Value`] for a name that cannot be one.
    pub fn add_account(&mut self, name: &str) -> Result<Applied, Error> {
        let name = Id::new("account", name)?;
        let applied = self.call(Command::AddAccount(name))?;
        self.accounts = self.ask(names)?;
        Ok(applied)
    }

    fn learn_instruments(&mut self) -> Result<(), Error> {
        let all = self.ask(|state| state.instruments().to_vec())?;
        self.instruments = all.into_iter().map(|each| (each.symbol, each)).collect();
        Ok(())
    }

    /// Takes a quote; a side may be absent. A price that is refused leaves the last one.
    ///
    /// # Errors
    /// [`Error::UnknownInstrument`], or [`Error::Value`] for a price with too many digits.
    pub fn quote(
        &mut self,
        symbol: &str,
        (bid, ask): (Option<Fixed>, Option<Fixed>),
        ts_event: Option<i64>,
    ) -> Result<(), Error> {
        let instrument = self.known(symbol)?;
        let px = |value: Option<Fixed>, name| value.map(|v| price(instrument, name, v)).transpose();
        let (id, bid, ask) = (instrument.id, px(bid, "bid")?, px(ask, "ask")?);
        let tick = PriceTick::empty(id, self.time(ts_event)?);
        self.post(Command::Price(PriceTick { bid, ask, ..tick }))?;
        self.quoted(&tick, (bid, ask))
    }

    /// Takes a last price.
    ///
    /// # Errors
    /// As [`Book::quote`].
    pub fn price(&mut self, symbol: &str, last: Fixed, ts_event: Option<i64>) -> Result<(), Error> {
        let instrument = self.known(symbol)?;
        let (id, last) = (instrument.id, price(instrument, "last", last)?);
        let tick = PriceTick::empty(id, self.time(ts_event)?);
        let tick = PriceTick {
            last: Some(last),
            ..tick
        };
        self.post(Command::Price(tick))?;
        self.priced(&tick, last)
    }

    /// Takes the venue's own mark.
    ///
    /// # Errors
    /// As [`Book::quote`].
    pub fn mark_price(
        &mut self,
        symbol: &str,
        mark: Fixed,
        ts_event: Option<i64>,
    ) -> Result<(), Error> {
        let instrument = self.known(symbol)?;
        let (id, venue_mark) = (instrument.id, Some(price(instrument, "mark", mark)?));
        let tick = PriceTick::empty(id, self.time(ts_event)?);
        self.post(Command::Price(PriceTick { venue_mark, ..tick }))
    }

    /// Changes what trading is allowed.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`].
    pub fn set_trading_state(&mut self, to: TradingState, reason: &str) -> Result<Applied, Error> {
        let reason = Id::new("reason", reason)?;
        self.call(Command::SetTradingState { state: to, reason })
    }

    /// Keeps `value` under `key` for every component to read.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a value or a number of keys beyond the bounds.
    pub fn set_state(&mut self, key: &str, value: &str) -> Result<Applied, Error> {
        let key = Id::new("key", key)?;
        let value = value.into();
        self.call(Command::SetState { key, value })
    }

    /// The client ids of the orders whose fate is unknown since the book was opened: they may or
    /// may not have reached the venue. While there are any, every order is refused as
    /// [`Refusal::NotReady`].
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`].
    pub fn unresolved(&mut self) -> Result<Vec<Id>, Error> {
        self.ask(|state| {
            let orders = state
                .unresolved()
                .filter_map(|number| state.order_at(number));
            orders.map(|order| order.client_order_id).collect()
        })
    }

    /// Takes orders although some are of unknown fate; they keep what they reserve.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`].
    pub fn acknowledge(&mut self) -> Result<Applied, Error> {
        self.call(Command::Acknowledge)
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

    /// Another producer of the book's writer, to be used on another thread: it gives prices and
    /// fills by numbers, and waits for nothing.
    ///
    /// # Errors
    /// [`Error::Value`] for a book without a thread of its own, or when there are as many as there
    /// may be.
    pub fn producer(&self, discipline: Discipline) -> Result<Producer, Error> {
        let host = self.host.as_ref().ok_or(Error::Closed)?;
        let Some(enrol) = host.enrol() else {
            let allowed = "a book with a thread of its own";
            return Err(InvalidValue::new("producer", "an inline book", allowed).into());
        };
        Ok(enrol.producer(discipline)?)
    }

    /// What reads the book from any thread, without a lock.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
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
        if stopped == Err(Gone::Forked) {
            // The thread of the store is in the other process, and so is its file.
            std::mem::forget(self.store.take());
            return Err(Error::Forked);
        }
        if let Some(store) = self.store.take() {
            store
                .finish()
                .map_err(|error| Error::Store(error.to_string()))?;
        }
        Ok(stopped?)
    }

    /// The database, to be read; `None` where there is none.
    fn past(&mut self) -> Result<Option<&JournalFile>, Error> {
        if let (None, Some(path)) = (&self.past, &self.path) {
            let opened = JournalFile::read_only(path);
            self.past = Some(opened.map_err(|error| Error::Store(error.to_string()))?);
        }
        Ok(self.past.as_ref())
    }

    pub(crate) fn call(&mut self, command: Command) -> Result<Applied, Error> {
        let host = self.host.as_mut().ok_or(Error::Closed)?;
        applied(host.call(Input::Command(command))?)
    }

    fn post(&mut self, command: Command) -> Result<(), Error> {
        let host = self.host.as_mut().ok_or(Error::Closed)?;
        Ok(host.post(Input::Command(command))?)
    }

    fn known(&self, symbol: &str) -> Result<&Instrument, Error> {
        self.check_open()?;
        match self.instruments.get(symbol) {
            Some(found) => Ok(found),
            // What cannot be one is said first.
            None => {
                Id::new("symbol", symbol)?;
                Err(Error::UnknownInstrument(symbol.to_owned()))
            }
        }
    }

    fn instrument(&self, symbol: &str) -> Result<Instrument, Error> {
        self.known(symbol).copied()
    }

    fn known_account(&self, name: &str) -> Result<Option<AccountId>, Error> {
        let found = self.accounts.get(name).copied();
        if found.is_none() {
            Id::new("account", name)?;
        }
        Ok(found)
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        // Whoever wants to know whether everything was kept calls `close`.
        let _ = self.close();
    }
}

/// What an answer is to a caller.
fn applied(answer: Answer) -> Result<Applied, Error> {
    match answer {
        Answer::Applied(applied) => Ok(applied),
        Answer::Refused(Refusal::Poisoned) => Err(Error::Poisoned),
        Answer::Refused(refusal) => Err(Error::Refused(refusal)),
        Answer::Invalid(why) => Err(Error::Invalid(why)),
        Answer::PriceRefused(_) => Ok(Applied::default()),
        Answer::Undecided => Err(Error::Undecided),
    }
}

fn names(state: &State) -> Map<Id, AccountId> {
    let all = state.accounts().iter().zip(0_u16..);
    all.map(|(account, number)| (account.name, AccountId(number)))
        .collect()
}
