//! `Book`: cash, income, splits, holdings that were there before, and what the venue says is there.

use pyo3::prelude::*;
use truebook::{Cash, Holding, IncomeKind, IncomeReport, SplitReport};

use crate::applied::Applied;
use crate::argument::{maybe_text, text};
use crate::book::Book;
use crate::number::{exact, optional, time, whole};

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

#[pymethods]
impl Book {
    /// Register an account. A repeat changes nothing.
    fn add_account(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] name: &str,
    ) -> PyResult<Applied> {
        Ok(self.with(py, |book| book.add_account(name))?.into())
    }

    /// Book cash that came in. A repeat of `id` is booked once.
    #[pyo3(signature = (currency, amount, *, account="default", id=None))]
    fn deposit(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] currency: &str,
        amount: Any<'_, '_>,
        #[pyo3(from_py_with = text)] account: &str,
        #[pyo3(from_py_with = maybe_text)] id: Option<&str>,
    ) -> PyResult<Applied> {
        let amount = exact("amount", amount)?;
        let cash = Cash {
            account,
            currency,
            amount,
            id,
        };
        Ok(self.with(py, |book| book.deposit(&cash))?.into())
    }

    /// Book cash that went out. Refused above the free balance.
    #[pyo3(signature = (currency, amount, *, account="default", id=None))]
    fn withdraw(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] currency: &str,
        amount: Any<'_, '_>,
        #[pyo3(from_py_with = text)] account: &str,
        #[pyo3(from_py_with = maybe_text)] id: Option<&str>,
    ) -> PyResult<Applied> {
        let amount = exact("amount", amount)?;
        let cash = Cash {
            account,
            currency,
            amount,
            id,
        };
        Ok(self.with(py, |book| book.withdraw(&cash))?.into())
    }

    /// Book a signed correction of a balance.
    #[pyo3(signature = (currency, amount, *, account="default", id=None))]
    fn adjust(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] currency: &str,
        amount: Any<'_, '_>,
        #[pyo3(from_py_with = text)] account: &str,
        #[pyo3(from_py_with = maybe_text)] id: Option<&str>,
    ) -> PyResult<Applied> {
        let amount = exact("amount", amount)?;
        let cash = Cash {
            account,
            currency,
            amount,
            id,
        };
        Ok(self.with(py, |book| book.adjust(&cash))?.into())
    }

    /// Move cash from one account to another. Refused above the free balance.
    #[pyo3(signature = (currency, amount, *, to, account="default", id=None))]
    fn transfer(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] currency: &str,
        amount: Any<'_, '_>,
        #[pyo3(from_py_with = text)] to: &str,
        #[pyo3(from_py_with = text)] account: &str,
        #[pyo3(from_py_with = maybe_text)] id: Option<&str>,
    ) -> PyResult<Applied> {
        let amount = exact("amount", amount)?;
        let cash = Cash {
            account,
            currency,
            amount,
            id,
        };
        Ok(self.with(py, |book| book.transfer(&cash, to))?.into())
    }

    /// Book funding: positive was received. A repeat of `id` is booked once.
    #[pyo3(signature = (symbol, currency, amount, *, strategy=None, account="default", id=None))]
    fn funding(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] symbol: &str,
        #[pyo3(from_py_with = text)] currency: &str,
        amount: Any<'_, '_>,
        #[pyo3(from_py_with = maybe_text)] strategy: Option<&str>,
        #[pyo3(from_py_with = text)] account: &str,
        #[pyo3(from_py_with = maybe_text)] id: Option<&str>,
    ) -> PyResult<Applied> {
        let amount = exact("amount", amount)?;
        let report = IncomeReport {
            kind: IncomeKind::Funding,
            cash: Cash {
                account,
                currency,
                amount,
                id,
            },
            symbol: Some(symbol),
            strategy,
        };
        Ok(self.with(py, |book| book.income(&report))?.into())
    }

    /// Book a dividend: positive was received. A repeat of `id` is booked once.
    #[pyo3(signature = (symbol, currency, amount, *, strategy=None, account="default", id=None))]
    fn dividend(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] symbol: &str,
        #[pyo3(from_py_with = text)] currency: &str,
        amount: Any<'_, '_>,
        #[pyo3(from_py_with = maybe_text)] strategy: Option<&str>,
        #[pyo3(from_py_with = text)] account: &str,
        #[pyo3(from_py_with = maybe_text)] id: Option<&str>,
    ) -> PyResult<Applied> {
        let amount = exact("amount", amount)?;
        let report = IncomeReport {
            kind: IncomeKind::Dividend,
            cash: Cash {
                account,
                currency,
                amount,
                id,
            },
            symbol: Some(symbol),
            strategy,
        };
        Ok(self.with(py, |book| book.income(&report))?.into())
    }

    /// Book interest: positive was received. A repeat of `id` is booked once.
    #[pyo3(signature = (currency, amount, *, strategy=None, account="default", id=None))]
    fn interest(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] currency: &str,
        amount: Any<'_, '_>,
        #[pyo3(from_py_with = maybe_text)] strategy: Option<&str>,
        #[pyo3(from_py_with = text)] account: &str,
        #[pyo3(from_py_with = maybe_text)] id: Option<&str>,
    ) -> PyResult<Applied> {
        let amount = exact("amount", amount)?;
        let report = IncomeReport {
            kind: IncomeKind::Interest,
            cash: Cash {
                account,
                currency,
                amount,
                id,
            },
            symbol: None,
            strategy,
        };
        Ok(self.with(py, |book| book.income(&report))?.into())
    }

    /// Split every position: each `denominator` shares become `numerator`. What is left of a lot is
    /// paid out at `cash_px`.
    #[pyo3(signature = (symbol, numerator, denominator, *, cash_px=None, id=None))]
    fn split(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] symbol: &str,
        numerator: Any<'_, '_>,
        denominator: Any<'_, '_>,
        cash_px: Option<Any<'_, '_>>,
        #[pyo3(from_py_with = maybe_text)] id: Option<&str>,
    ) -> PyResult<Applied> {
        let allowed = "a whole number above 0";
        let report = SplitReport {
            symbol,
            numerator: whole("numerator", numerator, allowed)?,
            denominator: whole("denominator", denominator, allowed)?,
            cash_px: optional("cash_px", cash_px)?,
            id,
        };
        Ok(self.with(py, |book| book.split(&report))?.into())
    }

    /// Take in a position that was held before; `cost` None is unknown. With `qty` 0, give the cost
    /// of what was taken in without one.
    #[pyo3(signature = (symbol, qty, *, cost=None, strategy=None, account="default", id=None))]
    fn adopt(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] symbol: &str,
        qty: Any<'_, '_>,
        cost: Option<Any<'_, '_>>,
        #[pyo3(from_py_with = maybe_text)] strategy: Option<&str>,
        #[pyo3(from_py_with = text)] account: &str,
        #[pyo3(from_py_with = maybe_text)] id: Option<&str>,
    ) -> PyResult<Applied> {
        let holding = Holding {
            account,
            symbol,
            strategy,
            qty: exact("qty", qty)?,
            cost: optional("cost", cost)?,
            id,
        };
        Ok(self.with(py, |book| book.adopt(&holding))?.into())
    }

    /// Record the total that the venue says a balance has. A difference gates orders that open.
    #[pyo3(signature = (currency, total, *, account="default", ts_event=None))]
    fn venue_balance(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] currency: &str,
        total: Any<'_, '_>,
        #[pyo3(from_py_with = text)] account: &str,
        ts_event: Option<Any<'_, '_>>,
    ) -> PyResult<Applied> {
        let (total, ts_event) = (exact("total", total)?, time("ts_event", ts_event)?);
        let done = self.with(py, |book| {
            book.venue_balance((account, currency), total, ts_event)
        });
        Ok(done?.into())
    }

    /// Record the net quantity that the venue says is held. A difference gates orders that open.
    #[pyo3(signature = (symbol, qty, *, account="default", ts_event=None))]
    fn venue_position(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] symbol: &str,
        qty: Any<'_, '_>,
        #[pyo3(from_py_with = text)] account: &str,
        ts_event: Option<Any<'_, '_>>,
    ) -> PyResult<Applied> {
        let (qty, ts_event) = (exact("qty", qty)?, time("ts_event", ts_event)?);
        let done = self.with(py, |book| {
            book.venue_position((account, symbol), qty, ts_event)
        });
        Ok(done?.into())
    }
}
