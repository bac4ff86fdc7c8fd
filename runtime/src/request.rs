//! What a caller reports or asks for, before the book knows the instrument.

use truebook_core::model::{Fixed, Instrument, InvalidValue, Side, parse};

use crate::error::Error;

/// An execution to book; optional parts start empty.
#[derive(Clone, Debug)]
pub struct Fill<'a> {
    /// What was traded.
    pub symbol: &'a str,
    /// Which way.
    pub side: Side,
    /// How much, positive.
    pub qty: Fixed,
    /// At which price.
    pub price: Fixed,
    /// The venue's id of the execution.
    pub trade_id: &'a str,
    /// The order's id, ours.
    pub client_order_id: Option<&'a str>,
    /// The order's id, theirs.
    pub venue_order_id: Option<&'a str>,
    /// Who decided it.
    pub strategy: Option<&'a str>,
    /// The fee; `None` is not yet known.
    pub fee: Option<Fixed>,
    /// Its currency; the quote currency where absent.
    pub fee_currency: Option<&'a str>,
    /// When, in nanoseconds since the epoch.
    pub ts_event: Option<i64>,
}

impl Fill<'_> {
    /// An execution on `side` with everything else empty, to be filled in by struct update.
    #[must_use]
    pub fn new(side: Side) -> Self {
        Self {
            symbol: "",
            side,
            qty: Fixed::default(),
            price: Fixed::default(),
            trade_id: "",
            client_order_id: None,
            venue_order_id: None,
            strategy: None,
            fee: None,
            fee_currency: None,
            ts_event: None,
        }
    }
}

/// An order to check and record; optional parts start empty.
#[derive(Clone, Debug)]
pub struct OrderRequest<'a> {
    /// What to trade.
    pub symbol: &'a str,
    /// Which way.
    pub side: Side,
    /// How much, positive.
    pub qty: Fixed,
    /// The limit; `None` is a market order.
    pub price: Option<Fixed>,
    /// Who decided it.
    pub strategy: Option<&'a str>,
    /// The caller's id.
    pub client_order_id: Option<&'a str>,
    /// Whether it may only reduce.
    pub reduce_only: bool,
}

/// Reads decimal text for the parameter `what`.
///
/// # Errors
/// [`Error::Value`].
pub fn decimal(what: &str, text: &str) -> Result<Fixed, Error> {
    Ok(parse(what, text)?)
}

/// `value`, which must be above 0.
pub(crate) fn positive(what: &'static str, value: Fixed) -> Result<Fixed, Error> {
    if value.raw > 0 {
        return Ok(value);
    }
    Err(InvalidValue::new(what, &value.to_string(), "a number above 0").into())
}

/// `value` as a price of `instrument`.
pub(crate) fn price(
    instrument: &Instrument,
    what: &'static str,
    value: Fixed,
) -> Result<i64, Error> {
    let raw = value
        .exactly_at(instrument.price_scale)
        .and_then(|raw| i64::try_from(raw).ok());
    raw.ok_or_else(|| Error::digits(what, value, instrument.price_scale))
}

/// `value` as a quantity of `instrument`.
pub(crate) fn quantity(instrument: &Instrument, value: Fixed) -> Result<i128, Error> {
    let raw = value.exactly_at(instrument.qty_scale);
    raw.ok_or_else(|| Error::digits("qty", value, instrument.qty_scale))
}
