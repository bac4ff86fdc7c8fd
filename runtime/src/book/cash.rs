//! Cash, income, splits, holdings that were there before, and what the venue says is there.

use truebook_core::book::{
    Adoption, Applied, CashKind, CashMove, Command, Income, Split, Statement, Transfer,
};
use truebook_core::model::{Fixed, Id};

use super::Book;
use super::newcomer::Newcomers;
use super::request::{Cash, Holding, IncomeReport, SplitReport, positive, price, quantity};
use crate::error::Error;

impl Book {
    /// Books cash that came in; a repeat of its id is booked once.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an amount of 0 or less, or an id that was used for something else.
    pub fn deposit(&mut self, cash: &Cash<'_>) -> Result<Applied, Error> {
        self.move_cash(cash, CashKind::Deposit)
    }

    /// Books cash that went out.
    ///
    /// # Errors
    /// [`Error::Refused`] above the free balance, and as [`Book::deposit`].
    pub fn withdraw(&mut self, cash: &Cash<'_>) -> Result<Applied, Error> {
        self.move_cash(cash, CashKind::Withdrawal)
    }

    /// Books a signed correction of a balance.
    ///
    /// # Errors
    /// As [`Book::deposit`].
    pub fn adjust(&mut self, cash: &Cash<'_>) -> Result<Applied, Error> {
        self.move_cash(cash, CashKind::Adjustment)
    }

    fn move_cash(&mut self, cash: &Cash<'_>, kind: CashKind) -> Result<Applied, Error> {
        let mut new = Newcomers::default();
        let moved = CashMove {
            currency: Id::new("currency", cash.currency)?,
            account: new.account(self, cash.account)?,
            amount: match kind {
                CashKind::Deposit | CashKind::Withdrawal => positive("amount", cash.amount)?,
                CashKind::Adjustment => cash.amount,
            },
            kind,
            id: id(cash.id)?,
        };
        let done = self.call_with(new, Command::MoveCash(Box::new(moved)));
        done.map_err(|error| error.about(cash.currency))
    }

    /// Moves cash to another account.
    ///
    /// # Errors
    /// [`Error::Refused`] above the free balance, and as [`Book::deposit`].
    pub fn transfer(&mut self, cash: &Cash<'_>, to: &str) -> Result<Applied, Error> {
        let mut new = Newcomers::default();
        let transfer = Transfer {
            from: new.account(self, cash.account)?,
            to: new.account(self, to)?,
            currency: Id::new("currency", cash.currency)?,
            amount: positive("amount", cash.amount)?,
            id: id(cash.id)?,
        };
        self.call_with(new, Command::Transfer(Box::new(transfer)))
    }

    /// Books funding, a dividend or interest.
    ///
    /// # Errors
    /// As [`Book::deposit`], and [`Error::UnknownInstrument`].
    pub fn income(&mut self, report: &IncomeReport<'_>) -> Result<Applied, Error> {
        let mut new = Newcomers::default();
        let instrument = match report.symbol {
            Some(symbol) => Some(self.instrument(symbol)?.id),
            None => None,
        };
        let income = Income {
            kind: report.kind,
            account: new.account(self, report.cash.account)?,
            instrument,
            strategy: report
                .strategy
                .map(|name| Id::new("strategy", name))
                .transpose()?,
            currency: Id::new("currency", report.cash.currency)?,
            amount: report.cash.amount,
            id: id(report.cash.id)?,
        };
        self.call_with(new, Command::Income(Box::new(income)))
    }

    /// Splits every position in an instrument; what is left of a lot is paid out.
    ///
    /// # Errors
    /// [`Error::Invalid`] where a fraction is left and no price is given for it.
    pub fn split(&mut self, report: &SplitReport<'_>) -> Result<Applied, Error> {
        let instrument = self.instrument(report.symbol)?;
        let cash_px = report
            .cash_px
            .map(|px| price(&instrument, "cash_px", px))
            .transpose()?;
        let split = Split {
            instrument: instrument.id,
            numerator: report.numerator,
            denominator: report.denominator,
            cash_px,
            id: id(report.id)?,
            ts: self.time(None)?,
        };
        self.call(Command::Split(Box::new(split)))
    }

    /// Takes in a position that was held before, or the cost of one that was taken in without.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the position is on the other side, or no cost is missing.
    pub fn adopt(&mut self, holding: &Holding<'_>) -> Result<Applied, Error> {
        let mut new = Newcomers::default();
        let instrument = self.instrument(holding.symbol)?;
        let adoption = Adoption {
            account: new.account(self, holding.account)?,
            instrument: instrument.id,
            strategy: holding
                .strategy
                .map(|name| Id::new("strategy", name))
                .transpose()?,
            qty: quantity(&instrument, holding.qty)?,
            cost: holding.cost,
            id: id(holding.id)?,
            ts: self.time(None)?,
        };
        let done = self.call_with(new, Command::Adopt(Box::new(adoption)));
        done.map_err(|error| error.about(holding.symbol))
    }

    /// Records the total that the venue says a balance has. A difference to the book gates orders
    /// that open in what it is the base of, until a statement agrees.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a statement older than the last.
    pub fn venue_balance(
        &mut self,
        (account, currency): (&str, &str),
        total: Fixed,
        ts_event: Option<i64>,
    ) -> Result<Applied, Error> {
        let mut new = Newcomers::default();
        let statement = Statement::Balance {
            account: new.account(self, account)?,
            currency: Id::new("currency", currency)?,
            total,
            ts: self.time(ts_event)?,
        };
        self.call_with(new, Command::Statement(Box::new(statement)))
    }

    /// Records the net quantity that the venue says is held. A difference to the book gates orders
    /// that open, until a statement agrees.
    ///
    /// # Errors
    /// As [`Book::venue_balance`].
    pub fn venue_position(
        &mut self,
        (account, symbol): (&str, &str),
        qty: Fixed,
        ts_event: Option<i64>,
    ) -> Result<Applied, Error> {
        let mut new = Newcomers::default();
        let instrument = self.instrument(symbol)?;
        let statement = Statement::Position {
            account: new.account(self, account)?,
            instrument: instrument.id,
            qty: quantity(&instrument, qty)?,
            ts: self.time(ts_event)?,
        };
        self.call_with(new, Command::Statement(Box::new(statement)))
    }
}

fn id(text: Option<&str>) -> Result<Option<Id>, Error> {
    Ok(text.map(|text| Id::new("id", text)).transpose()?)
}
