//! An order that a signal became, as Python reads it.

use pyo3::prelude::*;
use truebook::Error;
use truebook::model::{Fixed, Instrument};
use truebook::strategy::RoutedOrder;

use crate::error::raise;
use crate::number::decimal;

/// An order: whose, in what, which side, how much, its id, its sequence, and why it was refused.
pub(crate) type Routed<'py> = (
    String,
    String,
    &'static str,
    Bound<'py, PyAny>,
    String,
    Option<u64>,
    Option<(&'static str, String)>,
);

/// The order; an error that is no refusal is raised.
pub(crate) fn told<'py>(
    py: Python<'py>,
    order: RoutedOrder,
    instruments: &[Instrument],
) -> PyResult<Routed<'py>> {
    let own = instruments.iter().find(|own| own.symbol == order.symbol);
    let scale = own.map_or(0, |own| own.qty_scale);
    let qty = Fixed::new(order.qty, scale);
    let (sequence, refused) = match order.answer {
        Ok(applied) => (Some(applied.sequence), None),
        Err(Error::Refused(why)) => (None, Some((why.name(), why.to_string()))),
        Err(other) => return Err(raise(py, &other)),
    };
    Ok((
        order.strategy.to_string(),
        order.symbol.to_string(),
        order.side.name(),
        decimal(py, qty)?,
        order.client_order_id.to_string(),
        sequence,
        refused,
    ))
}
