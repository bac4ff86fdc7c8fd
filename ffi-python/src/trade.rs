//! `Book`: orders, what happens to them, and their executions.

use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use truebook::model::{Fixed, Id, Links, PositionLeg, Side, TimeInForce, Timestamp};
use truebook::{Amendment, Error, Fill, Liquidity, OrderReport, OrderRequest, TradeRef};

use crate::applied::Applied;
use crate::argument::{flag, maybe_dict, maybe_text, named, text};
use crate::book::Book;
use crate::choice::{one_of, side_of};
use crate::error::raise;
use crate::number::{exact, optional, time};

/// How long an order that must be on disk waits for it.
const DURABLE_IN: Duration = Duration::from_secs(10);

type Any<'a, 'py> = &'a Bound<'py, PyAny>;

/// The keywords of an order, as they come.
struct Wanted<'a, 'py> {
    price: Option<Any<'a, 'py>>,
    stop: Option<Any<'a, 'py>>,
    leg: Option<&'a str>,
    time_in_force: &'a str,
    expire_time: Option<Any<'a, 'py>>,
    one_cancels: Option<&'a str>,
    bracket_of: Option<&'a str>,
    ts_event: Option<Any<'a, 'py>>,
}

impl Wanted<'_, '_> {
    fn request<'b>(
        &self,
        py: Python<'_>,
        symbol: &'b str,
        (side, qty): (&str, Fixed),
    ) -> PyResult<OrderRequest<'b>> {
        let id = |what, text: Option<&str>| {
            let id = text.map(|text| Id::new(what, text)).transpose();
            id.map_err(|error| raise(py, &error.into()))
        };
        let until = time("expire_time", self.expire_time)?.unwrap_or(i64::MAX);
        let forces = [
            ("gtc", TimeInForce::Gtc),
            ("ioc", TimeInForce::Ioc),
            ("fok", TimeInForce::Fok),
            ("day", TimeInForce::Day),
            ("gtd", TimeInForce::Gtd(Timestamp(until))),
        ];
        Ok(OrderRequest {
            leg: leg_of(py, self.leg)?,
            price: optional("price", self.price)?,
            stop: optional("stop", self.stop)?,
            time_in_force: one_of(py, "time_in_force", self.time_in_force, &forces)?,
            links: Links {
                one_cancels: id("one_cancels", self.one_cancels)?,
                bracket_of: id("bracket_of", self.bracket_of)?,
            },
            ts_event: time("ts_event", self.ts_event)?,
            ..OrderRequest::new(symbol, side_of(py, side)?, qty)
        })
    }
}

fn leg_of(py: Python<'_>, leg: Option<&str>) -> PyResult<PositionLeg> {
    let legs = [
        ("net", PositionLeg::Net),
        ("long", PositionLeg::Long),
        ("short", PositionLeg::Short),
    ];
    leg.map_or(Ok(PositionLeg::Net), |leg| one_of(py, "leg", leg, &legs))
}

#[pymethods]
impl Book {
    /// Check an order and record the intent to send it. Without price and stop it is a market
    /// order; `expire_time` is for "gtd", in nanoseconds since the epoch. With `durable` it is on
    /// disk when this returns, and may leave.
    #[pyo3(signature = (symbol, side, qty, *, price=None, stop=None, strategy=None,
                        account="default", client_order_id=None, reduce_only=false, leg=None,
                        time_in_force="gtc", expire_time=None, one_cancels=None, bracket_of=None,
                        ts_event=None, durable=false))]
    fn submit(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] symbol: &str,
        #[pyo3(from_py_with = text)] side: &str,
        qty: Any<'_, '_>,
        price: Option<Any<'_, '_>>,
        stop: Option<Any<'_, '_>>,
        #[pyo3(from_py_with = maybe_text)] strategy: Option<&str>,
        #[pyo3(from_py_with = text)] account: &str,
        #[pyo3(from_py_with = maybe_text)] client_order_id: Option<&str>,
        #[pyo3(from_py_with = flag)] reduce_only: bool,
        #[pyo3(from_py_with = maybe_text)] leg: Option<&str>,
        #[pyo3(from_py_with = text)] time_in_force: &str,
        expire_time: Option<Any<'_, '_>>,
        #[pyo3(from_py_with = maybe_text)] one_cancels: Option<&str>,
        #[pyo3(from_py_with = maybe_text)] bracket_of: Option<&str>,
        ts_event: Option<Any<'_, '_>>,
        #[pyo3(from_py_with = flag)] durable: bool,
    ) -> PyResult<Applied> {
        let wanted = Wanted {
            price,
            stop,
            leg,
            time_in_force,
            expire_time,
            one_cancels,
            bracket_of,
            ts_event,
        };
        let request = OrderRequest {
            account,
            strategy,
            client_order_id,
            reduce_only,
            ..wanted.request(py, symbol, (side, exact("qty", qty)?))?
        };
        if durable {
            // Refused before it is recorded where it could never be.
            self.with(py, |book| book.check_durable())?;
        }
        let applied = self.with(py, |book| book.submit(&request))?;
        let sequence = applied.sequence;
        if durable && !self.is_durable(py, sequence, DURABLE_IN)? {
            return Err(raise(py, &Error::NotDurable(sequence)));
        }
        Ok(applied.into())
    }

    /// The rule that an order would break now, or None. Books nothing.
    #[pyo3(signature = (symbol, side, qty, *, price=None, stop=None, strategy=None,
                        account="default", client_order_id=None, reduce_only=false, leg=None))]
    fn would_refuse(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] symbol: &str,
        #[pyo3(from_py_with = text)] side: &str,
        qty: Any<'_, '_>,
        price: Option<Any<'_, '_>>,
        stop: Option<Any<'_, '_>>,
        #[pyo3(from_py_with = maybe_text)] strategy: Option<&str>,
        #[pyo3(from_py_with = text)] account: &str,
        #[pyo3(from_py_with = maybe_text)] client_order_id: Option<&str>,
        #[pyo3(from_py_with = flag)] reduce_only: bool,
        #[pyo3(from_py_with = maybe_text)] leg: Option<&str>,
    ) -> PyResult<Option<&'static str>> {
        let wanted = Wanted {
            price,
            stop,
            leg,
            time_in_force: "gtc",
            expire_time: None,
            one_cancels: None,
            bracket_of: None,
            ts_event: None,
        };
        let request = OrderRequest {
            account,
            strategy,
            client_order_id,
            reduce_only,
            ..wanted.request(py, symbol, (side, exact("qty", qty)?))?
        };
        let refusal = self.with(py, |book| book.would_refuse(&request))?;
        Ok(refusal.map(|refusal| refusal.name()))
    }

    /// Change quantity or limit of an order that stands. Refused as a new order would be.
    #[pyo3(signature = (client_order_id, *, qty=None, price=None))]
    fn amend(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] client_order_id: &str,
        qty: Option<Any<'_, '_>>,
        price: Option<Any<'_, '_>>,
    ) -> PyResult<Applied> {
        let to = Amendment {
            qty: optional("qty", qty)?,
            price: optional("price", price)?,
        };
        Ok(self
            .with(py, |book| book.amend(client_order_id, to))?
            .into())
    }

    /// Record that the venue knows an order, and by which id.
    #[pyo3(signature = (client_order_id, venue_order_id=None))]
    fn accept(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] client_order_id: &str,
        #[pyo3(from_py_with = maybe_text)] venue_order_id: Option<&str>,
    ) -> PyResult<Applied> {
        let id = venue_order_id
            .map(|text| Id::new("venue_order_id", text))
            .transpose();
        let id = id.map_err(|error| raise(py, &error.into()))?;
        self.report(py, client_order_id, OrderReport::Accepted(id))
    }

    /// Record that the venue refused an order.
    fn reject(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] client_order_id: &str,
    ) -> PyResult<Applied> {
        self.report(py, client_order_id, OrderReport::Rejected)
    }

    /// Record that a cancel was sent.
    fn cancel_request(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] client_order_id: &str,
    ) -> PyResult<Applied> {
        self.report(py, client_order_id, OrderReport::CancelRequested)
    }

    /// Record that the venue refused to cancel an order.
    fn cancel_reject(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] client_order_id: &str,
    ) -> PyResult<Applied> {
        self.report(py, client_order_id, OrderReport::CancelRejected)
    }

    /// Record that the venue cancelled an order; what was filled stays.
    fn canceled(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] client_order_id: &str,
    ) -> PyResult<Applied> {
        self.report(py, client_order_id, OrderReport::Canceled)
    }

    /// Record that an order ended by its time in force; what was filled stays.
    fn expire(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] client_order_id: &str,
    ) -> PyResult<Applied> {
        self.report(py, client_order_id, OrderReport::Expired)
    }

    /// Record that nobody knows what became of an order; it keeps what it reserves.
    fn mark_unknown(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] client_order_id: &str,
    ) -> PyResult<Applied> {
        self.report(py, client_order_id, OrderReport::Unknown)
    }

    /// Book an execution, once however often it is reported. `fees` maps currencies to amounts, for
    /// more than one.
    #[pyo3(signature = (symbol, side, qty, price, *, trade_id=None, client_order_id=None,
                        venue_order_id=None, strategy=None, account="default", fee=None,
                        fee_currency=None, fees=None, liquidity=None, leg=None, revises=None,
                        source=None, cum_qty=None, ts_event=None))]
    fn fill(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] symbol: &str,
        #[pyo3(from_py_with = text)] side: &str,
        qty: Any<'_, '_>,
        price: Any<'_, '_>,
        #[pyo3(from_py_with = maybe_text)] trade_id: Option<&str>,
        #[pyo3(from_py_with = maybe_text)] client_order_id: Option<&str>,
        #[pyo3(from_py_with = maybe_text)] venue_order_id: Option<&str>,
        #[pyo3(from_py_with = maybe_text)] strategy: Option<&str>,
        #[pyo3(from_py_with = text)] account: &str,
        fee: Option<Any<'_, '_>>,
        #[pyo3(from_py_with = maybe_text)] fee_currency: Option<&str>,
        #[pyo3(from_py_with = maybe_dict)] fees: Option<&Bound<'_, PyDict>>,
        #[pyo3(from_py_with = maybe_text)] liquidity: Option<&str>,
        #[pyo3(from_py_with = maybe_text)] leg: Option<&str>,
        #[pyo3(from_py_with = maybe_text)] revises: Option<&str>,
        #[pyo3(from_py_with = maybe_text)] source: Option<&str>,
        cum_qty: Option<Any<'_, '_>>,
        ts_event: Option<Any<'_, '_>>,
    ) -> PyResult<Applied> {
        let kinds = [("maker", Liquidity::Maker), ("taker", Liquidity::Taker)];
        let single = optional("fee", fee)?.map(|amount| (fee_currency.map(str::to_owned), amount));
        let mut all: Vec<(Option<String>, Fixed)> = single.into_iter().collect();
        for (currency, amount) in fees.into_iter().flatten() {
            let code = text(&currency).map_err(|error| named("fees", py, &error))?;
            all.push((Some(code.to_owned()), exact("fees", &amount)?));
        }
        let fees = all
            .iter()
            .map(|(currency, amount)| (*amount, currency.as_deref()));
        let report = Fill {
            account,
            leg: leg_of(py, leg)?,
            qty: exact("qty", qty)?,
            price: exact("price", price)?,
            trade_id,
            revises,
            client_order_id,
            venue_order_id,
            cum_qty: optional("cum_qty", cum_qty)?,
            strategy,
            fees: fees.collect(),
            liquidity: liquidity
                .map(|word| one_of(py, "liquidity", word, &kinds))
                .transpose()?,
            source,
            ts_event: time("ts_event", ts_event)?,
            ..Fill::new(symbol, side_of(py, side)?)
        };
        Ok(self.with(py, |book| book.fill(&report))?.into())
    }

    /// Take an execution back: its quantity, cash and fees, exactly.
    #[pyo3(signature = (symbol, trade_id, *, side=None, account="default"))]
    fn bust(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] symbol: &str,
        #[pyo3(from_py_with = text)] trade_id: &str,
        #[pyo3(from_py_with = maybe_text)] side: Option<&str>,
        #[pyo3(from_py_with = text)] account: &str,
    ) -> PyResult<Applied> {
        let side: Option<Side> = side.map(|side| side_of(py, side)).transpose()?;
        let trade = TradeRef {
            account,
            symbol,
            side,
            trade_id,
        };
        Ok(self.with(py, |book| book.bust(&trade))?.into())
    }

    /// Book the fee of an execution that was booked without one.
    #[pyo3(signature = (symbol, trade_id, fee, *, fee_currency=None, side=None,
                        account="default"))]
    fn late_fee(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = text)] symbol: &str,
        #[pyo3(from_py_with = text)] trade_id: &str,
        fee: Any<'_, '_>,
        #[pyo3(from_py_with = maybe_text)] fee_currency: Option<&str>,
        #[pyo3(from_py_with = maybe_text)] side: Option<&str>,
        #[pyo3(from_py_with = text)] account: &str,
    ) -> PyResult<Applied> {
        let side: Option<Side> = side.map(|side| side_of(py, side)).transpose()?;
        let trade = TradeRef {
            account,
            symbol,
            side,
            trade_id,
        };
        let fee = (exact("fee", fee)?, fee_currency);
        Ok(self.with(py, |book| book.late_fee(&trade, fee))?.into())
    }
}

impl Book {
    fn report(&self, py: Python<'_>, id: &str, report: OrderReport) -> PyResult<Applied> {
        let done = self.with(py, |book| book.order_update(id, report, None));
        Ok(done?.into())
    }
}
