//! What an event changed, in words: orders, positions, fees and balances.
//!
//! 1. Of what changed, only that is told which differs from before.

use truebook_core::book::{Balance, Change, FillNews, News, OrderState, PositionState, State};
use truebook_core::model::{
    AccountId, CurrencyId, Fixed, Id, Instrument, Order, PositionKey, TimeInForce,
};

use super::told::Piece;
use crate::tables::value::{Names, money, price, quantity};

/// What `news` says beyond the event itself; `None` where that says it all.
pub fn change(state: &State, news: &News) -> Option<Piece> {
    match news {
        News::Order {
            client_order_id,
            old,
            new,
            ..
        } => {
            let order = state.order(client_order_id)?;
            let piece = Piece::new(news.kind()).with("client_order_id", client_order_id);
            Some(match old {
                None => placed(state, order, piece),
                Some(old) => moved(state, order, (old, new), piece),
            })
        }
        News::FillReversed(fill) => Some(reversed(state, fill)),
        News::Position { key, change, .. } => position(state, news.kind(), key, change),
        News::Fee {
            key,
            currency,
            change,
        } => {
            let amount = |raw| state.amount(*currency, raw);
            let piece = owned(Piece::new(news.kind()), state, key);
            let piece = piece.with("currency", state.code(*currency));
            Some(piece.changed("fees", amount(change.old), amount(change.new)))
        }
        News::Balance {
            account,
            currency,
            change,
        } => Some(balance(state, (*account, *currency), change)),
        News::AccountReducing { account, change } => {
            let piece = Piece::new(news.kind()).with("account", state.account_name(*account));
            let (old, new) = (change.old.to_string(), change.new.to_string());
            Some(piece.changed("is_reducing", old, new))
        }
        // The event itself says what these do.
        News::LimitBreached { .. }
        | News::FillBooked(_)
        | News::FillQuarantined { .. }
        | News::Price { .. }
        | News::PriceRefused { .. }
        | News::TradingState { .. }
        | News::Shared { .. }
        | News::Config { .. }
        | News::Stated(_)
        | News::Instrument(_)
        | News::Account(_)
        | News::Strategy(_)
        | News::Recorded(_)
        | News::Snapshot(_)
        | News::Store { .. } => None,
    }
}

/// Whose position it is.
pub fn owned(piece: Piece, state: &State, key: &PositionKey) -> Piece {
    piece
        .with("account", state.account_name(key.account))
        .with("strategy", state.strategy_name(key.strategy))
        .with("symbol", state.symbol(key.instrument))
        .with("leg", key.leg.name())
}

fn placed(state: &State, order: &Order, piece: Piece) -> Piece {
    let Some(known) = state.instrument(order.instrument) else {
        return piece;
    };
    let px = |raw| price(known, raw);
    let piece = piece
        .with("account", state.account_name(order.account))
        .with("strategy", state.strategy_name(order.strategy))
        .with("symbol", known.symbol)
        .with("side", order.side.name())
        .with("qty", quantity(known, order.qty))
        .with("type", order.order_type.name())
        .maybe("limit_px", order.order_type.limit().map(px))
        .maybe("trigger_px", order.order_type.trigger().map(px))
        .with("time_in_force", order.time_in_force.name());
    let piece = match order.time_in_force {
        TimeInForce::Gtd(at) => piece.time("expires_at", at.0),
        TimeInForce::Gtc | TimeInForce::Ioc | TimeInForce::Fok | TimeInForce::Day => piece,
    };
    let piece = match order.reduce_only {
        true => piece.with("reduce_only", true),
        false => piece,
    };
    piece
        .maybe("one_cancels", order.links.one_cancels)
        .maybe("bracket_of", order.links.bracket_of)
        .with("status", order.status.name())
        .with("locked", state.amount(order.lock_currency, order.locked))
}

fn moved(
    state: &State,
    order: &Order,
    (old, new): (&OrderState, &OrderState),
    piece: Piece,
) -> Piece {
    let Some(known) = state.instrument(order.instrument) else {
        return piece;
    };
    let px = |raw: Option<i64>| raw.map_or_else(none, |raw| price(known, raw));
    let qty = |raw| quantity(known, raw);
    let average = |px: Option<Fixed>| px.map_or_else(none, |px| px.to_string());
    let id = |id: Option<Id>| id.map_or_else(none, |id| id.to_string());
    let locked = |raw| state.amount(order.lock_currency, raw);
    let (was, is) = (old.order_type, new.order_type);
    piece
        .with("symbol", known.symbol)
        .with("side", order.side.name())
        .changed(
            "status",
            old.status.name().to_owned(),
            new.status.name().to_owned(),
        )
        .changed(
            "venue_order_id",
            id(old.venue_order_id),
            id(new.venue_order_id),
        )
        .changed("qty", qty(old.qty), qty(new.qty))
        .changed("limit_px", px(was.limit()), px(is.limit()))
        .changed("trigger_px", px(was.trigger()), px(is.trigger()))
        .changed("cum_qty", qty(old.cum_qty), qty(new.cum_qty))
        .changed("avg_px", average(old.avg_px), average(new.avg_px))
        .changed("locked", locked(old.locked), locked(new.locked))
        .changed(
            "is_cancel_requested",
            old.is_cancel_requested.to_string(),
            new.is_cancel_requested.to_string(),
        )
}

/// What stands for a value that there is not.
fn none() -> String {
    "none".to_owned()
}

fn reversed(state: &State, fill: &FillNews) -> Piece {
    let piece = owned(Piece::new("fill_reversed"), state, &fill.key);
    let piece = piece.with("side", fill.side.name());
    match state.instrument(fill.key.instrument) {
        Some(known) => executed(piece, known, (fill.last_qty, fill.last_px)),
        None => piece,
    }
    .with("trade_id", fill.trade_id)
}

/// How much, and at which price.
pub fn executed(piece: Piece, known: &Instrument, (qty, px): (i128, i64)) -> Piece {
    let piece = piece.with("last_qty", quantity(known, qty));
    piece.with("last_px", price(known, px))
}

fn position(
    state: &State,
    what: &'static str,
    key: &PositionKey,
    change: &Change<PositionState>,
) -> Option<Piece> {
    let known = state.instrument(key.instrument)?;
    let (old, new) = (&change.old, &change.new);
    let cash = |raw| money(known, raw);
    let cost = |of: &PositionState| match of.is_cost_unknown {
        true => "unknown".to_owned(),
        false => cash(of.cost),
    };
    let piece = owned(Piece::new(what), state, key)
        .changed("qty", quantity(known, old.qty), quantity(known, new.qty))
        .changed("cost", cost(old), cost(new))
        .changed(
            "realized_pnl",
            cash(old.realized_pnl),
            cash(new.realized_pnl),
        )
        .changed("funding", cash(old.funding), cash(new.funding))
        .changed("margin", cash(old.margin), cash(new.margin));
    Some(piece)
}

fn balance(
    state: &State,
    (account, currency): (AccountId, CurrencyId),
    change: &Change<Balance>,
) -> Piece {
    let amount = |raw| state.amount(currency, raw);
    let (old, new) = (&change.old, &change.new);
    Piece::new("balance_changed")
        .with("account", state.account_name(account))
        .with("currency", state.code(currency))
        .changed("total", amount(old.total), amount(new.total))
        .changed("in_orders", amount(old.in_orders), amount(new.in_orders))
        .changed("in_margin", amount(old.in_margin), amount(new.in_margin))
        .changed(
            "contributed",
            amount(old.contributed),
            amount(new.contributed),
        )
}
