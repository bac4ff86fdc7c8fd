//! What a book knows, as plain values at one sequence.

use truebook_core::book::State;
use truebook_core::engine::Registry;
use truebook_core::model::{Id, StrategyId};

use std::time::Duration;

use super::holder::Holder;
use super::{Book, HistoryReader};
use crate::error::Error;
use crate::frame::Frame;
use crate::record::{
    BalanceRecord, BookRecord, ClosedPositionRecord, OrderRecord, PnlBy, PnlRecord,
    PortfolioRecord, PositionReading, PositionRecord, StrategyRecord,
};

impl Book {
    /// A position: of one strategy, or with `None` the account's net.
    ///
    /// # Errors
    /// [`Error::UnknownInstrument`].
    pub fn position(
        &mut self,
        (account, symbol): (&str, &str),
        strategy: Option<&str>,
    ) -> Result<PositionRecord, Error> {
        Ok(self.read_position((account, symbol), strategy)?.record())
    }

    /// The same, taken from its lines where they are all of it: what costs time follows when it is
    /// asked for.
    ///
    /// # Errors
    /// As [`Book::position`].
    pub fn read_position(
        &mut self,
        (account, symbol): (&str, &str),
        strategy: Option<&str>,
    ) -> Result<PositionReading, Error> {
        let instrument = self.known(symbol)?.id;
        let account = self.known_account(account)?.unwrap_or(super::NO_ACCOUNT);
        let id = strategy.and_then(|name| self.reader.strategy_id(name));
        let key = (account, instrument, id);
        let is_known = id.is_some() == strategy.is_some();
        if is_known
            && self.host.as_mut().ok_or(Error::Closed)?.is_settled()?
            && let Some(found) = self.holders.read(&self.reader, &key)
        {
            return Ok(found);
        }
        let strategy = strategy.map(|name| Id::new("strategy", name)).transpose()?;
        let found = self.ask(move |state| {
            let instrument = state.instrument(instrument)?;
            let record = PositionRecord::of(state, (account, instrument), strategy);
            Some((record, Holder::of(state, key, strategy)))
        });
        // Instruments are never taken back.
        let found = found?.ok_or_else(|| Error::UnknownInstrument(symbol.to_owned()))?;
        let (record, holder) = found;
        if is_known {
            self.holders.learn(key, holder);
        }
        Ok(PositionReading::Record(Box::new(record)))
    }

    /// Every position that is open, by account, strategy and leg.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`].
    pub fn positions(&mut self) -> Result<Vec<PositionRecord>, Error> {
        self.ask(PositionRecord::all_open)
    }

    /// An order; `None` where the id is unknown.
    ///
    /// # Errors
    /// [`Error::Value`] for an id that cannot be one.
    pub fn order(&mut self, client_order_id: &str) -> Result<Option<OrderRecord>, Error> {
        let id = Id::new("client_order_id", client_order_id)?;
        self.ask(move |state| OrderRecord::of(state, state.order(&id)?))
    }

    /// Every order that can still fill, oldest first.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`].
    pub fn orders(&mut self) -> Result<Vec<OrderRecord>, Error> {
        self.ask(OrderRecord::all_open)
    }

    /// The newest round trips that have ended, at most 10,000, oldest first.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`].
    pub fn closed_positions(&mut self) -> Result<Vec<ClosedPositionRecord>, Error> {
        self.ask(|state| {
            let closed = state.closed();
            closed
                .filter_map(|closed| ClosedPositionRecord::of(state, closed))
                .collect()
        })
    }

    /// A balance; 0 where nothing was booked.
    ///
    /// # Errors
    /// [`Error::Value`] for a name that cannot be one.
    pub fn balance(&mut self, account: &str, currency: &str) -> Result<BalanceRecord, Error> {
        let code = Id::new("currency", currency)?;
        let account = self.known_account(account)?.unwrap_or(super::NO_ACCOUNT);
        self.ask(move |state| BalanceRecord::of(state, account, code))
    }

    /// What a strategy did; `None` where it is unknown.
    ///
    /// # Errors
    /// [`Error::Value`] for a name that cannot be one.
    pub fn strategy(&mut self, name: &str) -> Result<Option<StrategyRecord>, Error> {
        let name = Id::new("strategy", name)?;
        self.ask(move |state| {
            let id: StrategyId = state.strategy_id(&name)?;
            StrategyRecord::of(state, id)
        })
    }

    /// What the book adds up to in the reporting currency.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`].
    pub fn portfolio(&mut self) -> Result<PortfolioRecord, Error> {
        self.ask(PortfolioRecord::of)
    }

    /// The PnL of every strategy, account, instrument or currency, in the order of registration.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`].
    pub fn pnl(&mut self, by: PnlBy) -> Result<Vec<PnlRecord>, Error> {
        self.ask(move |state| PnlRecord::all(state, by))
    }

    /// The whole book at one sequence.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`].
    pub fn view(&mut self) -> Result<BookRecord, Error> {
        self.ask(BookRecord::of)
    }

    /// The value that components share under `key`.
    ///
    /// # Errors
    /// [`Error::Value`] for a key that cannot be one.
    pub fn state(&mut self, key: &str) -> Result<Option<String>, Error> {
        let key = Id::new("key", key)?;
        self.ask(move |state| state.shared(&key).map(str::to_owned))
    }

    /// Every balance of every account in which something was booked, as a table.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`].
    pub fn balances(&mut self) -> Result<Frame, Error> {
        self.ask(Frame::of_balances)
    }

    /// A table or a view of the history, of everything up to now: see `docs/tables.md`. Waits until
    /// the tables stand there.
    ///
    /// # Errors
    /// [`Error::Store`] without a database, for a table that there is not, or where the tables do
    /// not follow in time.
    pub fn history(&mut self, table: &str, timeout: Duration) -> Result<Frame, Error> {
        let newest = self.ask(|state| state.sequence)?;
        // Where they do not stand there, that is said below.
        let _ = self.durability.wait_tables(newest, timeout);
        self.history_reader()?.read(table, newest)
    }

    /// The history, to be read while others use the book.
    ///
    /// # Errors
    /// [`Error::Store`] without a database.
    pub fn history_reader(&self) -> Result<HistoryReader, Error> {
        let Some(path) = &self.path else {
            let what = "a book without a database keeps no history: open it with a path";
            return Err(Error::Store(what.to_owned()));
        };
        Ok(HistoryReader {
            path: path.clone(),
            durability: self.durability.clone(),
        })
    }

    /// What has a name, by number.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Poisoned`].
    pub fn registry(&mut self) -> Result<Registry, Error> {
        self.ask(Registry::of)
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
        Ok(host.ask(look)?)
    }
}
