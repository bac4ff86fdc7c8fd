//! Rows of executions, and of orders that were refused.

use rusqlite::params;
use truebook_core::book::{FillAmended, Filled, OrderRefused, Reversal, State};

use super::Rows;
use super::history::{At, Done};
use super::value::{Names, id, money, price, quantity};

pub(super) fn put_fill(rows: &Rows<'_>, state: &State, (at, filled): (At, &Filled)) -> Done {
    if let Some(reversal) = &filled.reversal {
        reverse_fill(rows, at, reversal)?;
    }
    let Some(instrument) = state.instrument(filled.key.instrument) else {
        return Ok(());
    };
    let order = filled.order.and_then(|number| state.order_at(number));
    let ours = order.map(|order| order.client_order_id);
    let corrected = filled.reversal.as_deref().map(|back| back.trade_id);
    let corrects = corrected.or(filled.voided.as_deref().copied());
    let fees = (!filled.fees.is_empty()).then(|| state.fees(&filled.fees));
    let sql = "INSERT INTO fills VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, \
               ?14, ?15, ?16, ?17, ?18, NULL)";
    rows.put(
        sql,
        params![
            at.sequence,
            at.ts,
            state.account_name(filled.key.account),
            state.strategy_name(filled.key.strategy),
            instrument.symbol.as_str(),
            filled.key.leg.name(),
            filled.side.name(),
            quantity(instrument, filled.last_qty),
            price(instrument, filled.last_px),
            filled.trade_id.as_str(),
            id(&ours.or(filled.client_order_id)),
            id(&filled.venue_order_id),
            filled.liquidity.map(|liquidity| liquidity.name()),
            id(&filled.source),
            fees,
            money(instrument, filled.outcome.realized),
            money(instrument, filled.outcome.cash_flow),
            id(&corrects),
        ],
    )
}

/// Notes that an execution was taken back.
pub(super) fn reverse_fill(rows: &Rows<'_>, at: At, reversal: &Reversal) -> Done {
    rows.put(
        "UPDATE fills SET reversed_by = ?1 WHERE sequence = ?2",
        params![at.sequence, reversal.booked_at.cast_signed()],
    )
}

/// Fills in what became known of an execution.
pub(super) fn amend_fill(rows: &Rows<'_>, state: &State, amended: &FillAmended) -> Done {
    let order = amended.order.and_then(|number| state.order_at(number));
    let ours = order.map(|order| order.client_order_id);
    let fees = (!amended.fees.is_empty()).then(|| state.fees(&amended.fees));
    rows.put(
        "UPDATE fills SET client_order_id = coalesce(?2, client_order_id), \
         venue_order_id = coalesce(?3, venue_order_id), liquidity = coalesce(?4, liquidity), \
         fees = coalesce(?5, fees) WHERE sequence = ?1",
        params![
            amended.booked_at.cast_signed(),
            id(&ours),
            id(&amended.venue_order_id),
            amended.liquidity.map(|liquidity| liquidity.name()),
            fees,
        ],
    )
}

pub(super) fn put_refusal(
    rows: &Rows<'_>,
    state: &State,
    (at, refused): (At, &OrderRefused),
) -> Done {
    let known = state.instrument(refused.instrument);
    let qty = known.map_or_else(String::new, |known| quantity(known, refused.qty));
    rows.put(
        "INSERT INTO order_refusals VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            at.sequence,
            at.ts,
            id(&refused.client_order_id),
            state.account_name(refused.account),
            state.strategy_name(refused.strategy),
            state.symbol(refused.instrument),
            refused.side.name(),
            qty,
            refused.order_type.name(),
            refused.refusal.name(),
        ],
    )
}
