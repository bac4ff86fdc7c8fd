//! Orders and their executions.

use std::time::Duration;

use truebook_core::book::{
    Amend, Applied, Beyond, BustReport, Command, FillFee, FillReport, Invalid, LateFee,
    OrderReport, Submit,
};
use truebook_core::model::{AccountId, Fixed, Id, InvalidValue, Refusal};

use truebook_store::{LAG_MAX, Reported};

use super::newcomer::Newcomers;
use super::request::{
    Amendment, Fill, OrderRequest, TradeRef, fill_fees, positive, price, quantity, update,
};
use super::{Book, NO_ACCOUNT};
use crate::error::Error;

/// How long is waited for tables that are behind.
const LONG_AGO_IN: Duration = Duration::from_secs(60);

impl Book {
    /// Checks an order and records the intent to send it.
    ///
    /// # Errors
    /// [`Error::Refused`] with the rule that it breaks.
    pub fn submit(&mut self, order: &OrderRequest<'_>) -> Result<Applied, Error> {
        let submit = self.submission(order)?;
        self.call(Command::Submit(Box::new(submit)))
    }

    /// The same for an order that must be on disk before it leaves: returns once it is durable.
    ///
    /// # Errors
    /// As [`Book::submit`]; [`Error::Value`] for a book without a database; [`Error::NotDurable`]
    /// when it is recorded but not on disk after `timeout`: it must not be sent before it is, and
    /// else be reported as rejected.
    pub fn submit_durable(
        &mut self,
        order: &OrderRequest<'_>,
        timeout: Duration,
    ) -> Result<Applied, Error> {
        self.check_durable()?;
        let applied = self.submit(order)?;
        match self.durability.wait(applied.sequence, timeout) {
            Ok(true) => Ok(applied),
            Ok(false) | Err(_) => Err(Error::NotDurable(applied.sequence)),
        }
    }

    /// Whether what is recorded can become durable.
    ///
    /// # Errors
    /// [`Error::Value`] for a book without a database.
    pub fn check_durable(&self) -> Result<(), Error> {
        match self.path {
            Some(_) => Ok(()),
            None => Err(InvalidValue::new("durable", "true", "a book with a database").into()),
        }
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
        Ok(Submit {
            client_order_id: id("client_order_id", order.client_order_id)?,
            account: self.known_account(order.account)?.unwrap_or(NO_ACCOUNT),
            instrument: instrument.id,
            strategy: id("strategy", order.strategy)?,
            leg: order.leg,
            side: order.side,
            qty: quantity(&instrument, order.qty)?,
            order_type: order.order_type(&instrument)?,
            time_in_force: order.time_in_force,
            links: order.links,
            reduce_only: order.reduce_only,
            ts: self.time(order.ts_event)?,
        })
    }

    /// Checks an order that stands on other terms, and records them.
    ///
    /// # Errors
    /// [`Error::Refused`] with the rule that it breaks; the order stands as it was.
    pub fn amend(&mut self, client_order_id: &str, to: Amendment) -> Result<Applied, Error> {
        let id = Id::new("client_order_id", client_order_id)?;
        let found = self.ask(move |state| {
            let order = state.order(&id)?;
            state.instrument(order.instrument).copied()
        })?;
        let Some(instrument) = found else {
            let unknown = truebook_core::book::Invalid::UnknownOrder;
            return Err(Error::Invalid(unknown).about(client_order_id));
        };
        let amend = Amend {
            client_order_id: id,
            qty: to.qty.map(|qty| quantity(&instrument, qty)).transpose()?,
            limit: to
                .price
                .map(|px| price(&instrument, "price", px))
                .transpose()?,
            ts: self.time(None)?,
        };
        let done = self.call(Command::Amend(Box::new(amend)));
        done.map_err(|error| error.about(client_order_id))
    }

    /// Records what happened to an order; a repeat changes nothing.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an order that is unknown or has ended otherwise.
    pub fn order_update(
        &mut self,
        client_order_id: &str,
        report: OrderReport,
        ts_event: Option<i64>,
    ) -> Result<Applied, Error> {
        let ts = self.time(ts_event)?;
        let update = update(client_order_id, report, ts)?;
        let done = self.call(Command::Order(Box::new(update)));
        done.map_err(|error| error.about(client_order_id))
    }

    /// Books an execution once.
    ///
    /// # Errors
    /// [`Error::UnknownInstrument`], [`Error::Value`]; a fill itself is never refused.
    pub fn fill(&mut self, fill: &Fill<'_>) -> Result<Applied, Error> {
        let mut new = Newcomers::default();
        let instrument = self.instrument(fill.symbol)?;
        let id = |what, text: Option<&str>| text.map(|text| Id::new(what, text)).transpose();
        let report = FillReport {
            account: new.account(self, fill.account)?,
            instrument: instrument.id,
            strategy: id("strategy", fill.strategy)?,
            leg: fill.leg,
            side: fill.side,
            last_qty: quantity(&instrument, positive("qty", fill.qty)?)?,
            last_px: price(&instrument, "price", positive("price", fill.price)?)?,
            trade_id: id("trade_id", fill.trade_id)?,
            revises: id("revises", fill.revises)?,
            client_order_id: id("client_order_id", fill.client_order_id)?,
            venue_order_id: id("venue_order_id", fill.venue_order_id)?,
            cum_qty: fill
                .cum_qty
                .map(|qty| quantity(&instrument, qty))
                .transpose()?,
            fees: fill_fees(&fill.fees)?,
            liquidity: fill.liquidity,
            source: id("source", fill.source)?,
            ts: self.time(fill.ts_event)?,
            beyond: match self.path {
                Some(_) => Beyond::Ask {
                    is_timed: fill.ts_event.is_some(),
                },
                None => Beyond::Unknown,
            },
        };
        match self.call_with(new, Command::Fill(Box::new(report.clone()))) {
            Err(Error::Undecided) => self.fill_of_long_ago(report),
            done => done,
        }
    }

    /// Books an execution that the ledger may have forgotten: the database remembers all.
    fn fill_of_long_ago(&mut self, report: FillReport) -> Result<Applied, Error> {
        let asked = report.clone();
        let (reported, newest) =
            self.ask(move |state| (Reported::of(state, &asked), state.sequence))?;
        // What the ledger has forgotten is older than the tables can be behind.
        let behind = newest.saturating_sub(LAG_MAX);
        if !self.durability.wait_tables(behind, LONG_AGO_IN) {
            return Err(Error::Undecided);
        }
        let beyond = match (self.past()?, reported) {
            (Some(past), Some(reported)) => past.find_booked(&reported),
            (None, _) | (_, None) => Ok(Beyond::Unknown),
        };
        let beyond = beyond.map_err(|error| Error::Store(error.to_string()))?;
        let report = FillReport { beyond, ..report };
        self.call(Command::Fill(Box::new(report)))
    }

    /// Takes an execution back: its quantity, cash and fees, exactly.
    ///
    /// # Errors
    /// [`Error::UnknownInstrument`]; an execution that is not known is quarantined.
    pub fn bust(&mut self, trade: &TradeRef<'_>) -> Result<Applied, Error> {
        let bust = BustReport {
            account: self.account_of(trade)?,
            instrument: self.instrument(trade.symbol)?.id,
            side: trade.side,
            trade_id: Id::new("trade_id", trade.trade_id)?,
            ts: self.time(None)?,
        };
        self.call(Command::Bust(Box::new(bust)))
    }

    /// The account of a trade, which has one.
    fn account_of(&self, trade: &TradeRef<'_>) -> Result<AccountId, Error> {
        let known = self.known_account(trade.account)?;
        known.ok_or_else(|| Error::Invalid(Invalid::UnknownAccount).about(trade.account))
    }

    /// Books the fee of an execution that was booked without one.
    ///
    /// # Errors
    /// As [`Book::bust`].
    pub fn late_fee(
        &mut self,
        trade: &TradeRef<'_>,
        (amount, currency): (Fixed, Option<&str>),
    ) -> Result<Applied, Error> {
        let currency = currency
            .map(|code| Id::new("fee_currency", code))
            .transpose()?;
        let late = LateFee {
            account: self.account_of(trade)?,
            instrument: self.instrument(trade.symbol)?.id,
            side: trade.side,
            trade_id: Id::new("trade_id", trade.trade_id)?,
            fee: FillFee { currency, amount },
            ts: self.time(None)?,
        };
        self.call(Command::LateFee(Box::new(late)))
    }
}
