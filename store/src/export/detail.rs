//! The details of events, in words.

use truebook_core::book::{
    Adopted, CostGiven, FillAmended, Filled, IncomePaid, Leg, OrderRefused, Quarantined, Record,
    Snapshot, State, Stated, StatedOf,
};
use truebook_core::model::{Fee, Instrument, PositionKey};

use super::news::{executed, owned};
use super::told::Piece;
use crate::tables::value::{Names, decimal, money, price, quantity, reporting};

/// Digits after the point of a percentage.
const PERCENT_SCALE: u8 = 8;

/// What an instrument is.
pub fn instrument(piece: Piece, state: &State, known: &Instrument) -> Piece {
    let percent = |raw: i64| decimal(i128::from(raw), PERCENT_SCALE);
    let piece = piece
        .with("symbol", known.symbol)
        .with("kind", known.kind.name())
        .with("base", state.code(known.base))
        .with("quote", state.code(known.quote))
        .with("settle", state.code(known.settle))
        .maybe("venue", known.venue)
        .with("tick", price(known, known.tick))
        .with("lot", quantity(known, known.lot))
        .with("multiplier", known.multiplier)
        .with("maker_fee_pct", percent(known.maker_fee_pct))
        .with("taker_fee_pct", percent(known.taker_fee_pct));
    match known.expiry {
        Some(expiry) => piece.time("expiry", expiry.0),
        None => piece,
    }
}

/// A change of one balance.
pub fn leg(piece: Piece, state: &State, leg: &Leg) -> Piece {
    piece
        .with("account", state.account_name(leg.account))
        .with("currency", state.code(leg.currency))
        .with("amount", state.amount(leg.currency, leg.amount))
}

/// What was paid, and for which position.
pub fn income(piece: Piece, state: &State, paid: &IncomePaid) -> Piece {
    let piece = leg(piece, state, &paid.leg);
    let piece = piece.with("strategy", state.strategy_name(paid.strategy));
    let position = paid.position;
    let symbol = position.map(|key| state.symbol(key.instrument));
    let piece = piece.maybe("symbol", symbol);
    let piece = piece.maybe("leg", position.map(|key| key.leg.name()));
    piece.maybe("id", paid.id)
}

/// A position that was taken in.
pub fn adoption(piece: Piece, state: &State, adopted: &Adopted) -> Piece {
    let piece = owned(piece, state, &adopted.key);
    let Some(known) = state.instrument(adopted.key.instrument) else {
        return piece;
    };
    let cost = match adopted.is_cost_known {
        true => money(known, adopted.delta_cost),
        false => "unknown".to_owned(),
    };
    piece
        .with("qty", quantity(known, adopted.delta_qty))
        .with("cost", cost)
        .maybe("id", adopted.id)
}

/// A cost that became known.
pub fn cost(piece: Piece, state: &State, given: &CostGiven) -> Piece {
    let held = state.position_at(given.position).map(|held| held.key);
    let key: Option<(PositionKey, &Instrument)> =
        held.and_then(|key| Some((key, state.instrument(key.instrument)?)));
    match key {
        Some((key, known)) => owned(piece, state, &key)
            .with("cost", money(known, given.cost))
            .with("realized", money(known, given.realized)),
        None => piece,
    }
    .maybe("id", given.id)
}

/// An order that failed a check.
pub fn refusal(piece: Piece, state: &State, refused: &OrderRefused) -> Piece {
    let piece = piece
        .with("refusal", refused.refusal.name())
        .maybe("client_order_id", refused.client_order_id)
        .with("account", state.account_name(refused.account))
        .with("strategy", state.strategy_name(refused.strategy));
    let Some(known) = state.instrument(refused.instrument) else {
        return piece;
    };
    let px = |raw| price(known, raw);
    piece
        .with("symbol", known.symbol)
        .with("side", refused.side.name())
        .with("qty", quantity(known, refused.qty))
        .with("type", refused.order_type.name())
        .maybe("limit_px", refused.order_type.limit().map(px))
        .maybe("trigger_px", refused.order_type.trigger().map(px))
}

/// An execution.
pub fn fill(piece: Piece, state: &State, filled: &Filled) -> Piece {
    let piece = owned(piece, state, &filled.key).with("side", filled.side.name());
    let Some(known) = state.instrument(filled.key.instrument) else {
        return piece;
    };
    let order = filled.order.and_then(|number| state.order_at(number));
    let ours = order.map(|order| order.client_order_id);
    let corrected = filled.reversal.as_deref().map(|back| back.trade_id);
    executed(piece, known, (filled.last_qty, filled.last_px))
        .with("trade_id", filled.trade_id)
        .maybe("client_order_id", ours.or(filled.client_order_id))
        .maybe("venue_order_id", filled.venue_order_id)
        .with("fees", fees(state, &filled.fees))
        .with("realized_pnl", money(known, filled.outcome.realized))
        .maybe("liquidity", filled.liquidity.map(|known| known.name()))
        .maybe("source", filled.source)
        .maybe("corrects", corrected.or(filled.voided.as_deref().copied()))
}

/// Fees as amounts with their currencies.
fn fees(state: &State, fees: &[Fee]) -> String {
    let each = fees.iter().map(|fee| {
        let amount = state.amount(fee.currency, fee.amount);
        format!("{amount} {}", state.code(fee.currency))
    });
    match fees.is_empty() {
        true => "unknown".to_owned(),
        false => each.collect::<Vec<_>>().join(" + "),
    }
}

/// What became known of an execution.
pub fn amendment(piece: Piece, state: &State, amended: &FillAmended) -> Piece {
    let piece = owned(piece, state, &amended.key).with("side", amended.side.name());
    let piece = match state.instrument(amended.key.instrument) {
        Some(known) => executed(piece, known, (amended.last_qty, amended.last_px)),
        None => piece,
    };
    let order = amended.order.and_then(|number| state.order_at(number));
    let some = (!amended.fees.is_empty()).then(|| fees(state, &amended.fees));
    piece
        .with("trade_id", amended.trade_id)
        .maybe("client_order_id", order.map(|order| order.client_order_id))
        .maybe("venue_order_id", amended.venue_order_id)
        .maybe("fees", some)
        .maybe("liquidity", amended.liquidity.map(|known| known.name()))
}

/// A report that could not be booked.
pub fn quarantine(piece: Piece, state: &State, held: &Quarantined) -> Piece {
    let piece = piece
        .with("why", held.why.name())
        .with("account", state.account_name(held.account))
        .with("symbol", state.symbol(held.instrument))
        .with("side", held.side.name());
    match state.instrument(held.instrument) {
        Some(known) => executed(piece, known, (held.last_qty, held.last_px)),
        None => piece,
    }
    .with("trade_id", held.trade_id)
}

/// What the venue said, beside what the book says.
pub fn statement(piece: Piece, state: &State, stated: &Stated) -> Piece {
    let piece = piece.with("account", state.account_name(stated.account));
    let (piece, stated_as, booked) = match stated.what {
        StatedOf::Balance(currency) => {
            let amount = |raw| state.amount(currency, raw);
            let piece = piece.with("currency", state.code(currency));
            (piece, amount(stated.stated), amount(stated.booked))
        }
        StatedOf::Position(instrument) => {
            let known = state.instrument(instrument);
            let qty = |raw| known.map_or_else(String::new, |known| quantity(known, raw));
            let piece = piece.with("symbol", state.symbol(instrument));
            (piece, qty(stated.stated), qty(stated.booked))
        }
    };
    let piece = piece.with("stated", stated_as).with("booked", booked);
    piece.time("as_of", stated.as_of.0)
}

/// What was recorded.
pub fn recorded(piece: Piece, state: &State, record: &Record) -> Piece {
    match record {
        Record::Bar(bar) => {
            let piece = piece.with("symbol", state.symbol(bar.instrument));
            let piece = piece.with("timeframe", bar.timeframe);
            let Some(known) = state.instrument(bar.instrument) else {
                return piece;
            };
            piece
                .time("ts_open", bar.ts_open.0)
                .with("open", price(known, bar.open))
                .with("high", price(known, bar.high))
                .with("low", price(known, bar.low))
                .with("close", price(known, bar.close))
                .with("volume", quantity(known, bar.volume))
        }
        Record::Observation(seen) => piece
            .with("kind", seen.kind)
            .with("symbol", seen.symbol)
            .time("ts", seen.ts.0)
            .maybe("value", seen.value)
            .maybe("text", seen.text.as_deref())
            .maybe("source", seen.source),
        Record::Alert(alert) => piece
            .with("level", alert.level.name())
            .with("kind", alert.kind)
            .maybe("symbol", alert.symbol)
            .with("text", &alert.text),
    }
}

/// What the book came to.
pub fn snapshot(piece: Piece, taken: &Snapshot) -> Piece {
    piece
        .with("interval", if taken.is_day { "day" } else { "hour" })
        .time("at", taken.at.0)
        .with("equity", reporting(taken.equity))
        .with("cash", reporting(taken.cash))
        .with("holdings", reporting(taken.holdings))
        .with("realized_pnl", reporting(taken.realized_pnl))
        .with("unrealized_pnl", reporting(taken.unrealized_pnl))
        .with("fees", reporting(taken.fees))
        .with("funding", reporting(taken.funding))
        .with("peak", reporting(taken.peak))
        .count("open_positions", taken.open_positions)
        .count("missing", taken.missing)
}
