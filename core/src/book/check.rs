//! The checks of an order, one line each, in the order in which they are made.
//!
//! 1. The first check that breaks names the refusal.
//! 2. An order that only reduces skips the limits on risk.

use crate::model::{
    Config, Fixed, NANOS_PER_SECOND, Order, Refusal, Rounding, StrategyId, mul_div, pow10,
};

use super::TradingState;
use super::context::Context;
use super::event::StatedOf;
use super::outcome::fits;
use super::price::within_band;

type Check = fn(&Context<'_>) -> bool;

/// What every order must pass, in order: `true` breaks it.
const CHECKS: &[(Refusal, Check)] = &[
    (Refusal::NotReady, |c| c.state.unresolved().next().is_some()),
    (Refusal::StoreUnavailable, |c| {
        c.risks() && c.state.is_store_lost
    }),
    (Refusal::InvalidQuantity, |c| {
        c.order.qty <= 0 || !fits(c.order.qty)
    }),
    (Refusal::InvalidPrice, |c| prices(c).any(|price| price <= 0)),
    (Refusal::TickSize, |c| {
        prices(c).any(|price| price % c.instrument.tick != 0)
    }),
    (Refusal::LotSize, |c| {
        c.order.qty % c.instrument.lot != 0 || c.order.qty < c.instrument.min_qty
    }),
    (Refusal::Halted, is_halted),
    (Refusal::ReducingOnly, |c| c.risks() && is_reducing(c)),
    (Refusal::Drift, |c| c.risks() && drifts(c)),
    (Refusal::NoPrice, |c| {
        c.reference.is_none() || (c.risks() && c.value.is_none())
    }),
    (Refusal::StalePrice, |c| c.risks() && is_stale(c)),
    (Refusal::PriceOutOfBand, is_out_of_band),
    (Refusal::MaxOrderQuantity, |c| {
        c.instrument.max_qty > 0 && c.order.qty > c.instrument.max_qty
    }),
    (Refusal::MaxOrderNotional, |c| {
        above(c, c.limits.max_order_notional, |c| c.worth())
    }),
    (Refusal::ReduceOnlyExceeds, |c| {
        c.order.reduce_only && c.risks()
    }),
    (Refusal::MinHold, is_too_young),
    (Refusal::MinNotional, is_too_small),
    (Refusal::MaxPositions, has_no_slot),
    (Refusal::MaxPositionsPerStrategy, has_no_own_slot),
    (Refusal::MaxInstrumentNotional, |c| {
        above(c, c.limits.max_instrument_notional, |c| {
            let held = c.state.instrument_sum(c.instrument.id).net;
            let held = c.reporting(c.instrument.settle, held);
            let pending = c.pending(|order| order.instrument == c.instrument.id);
            held.saturating_add(c.signed())
                .saturating_add(pending.1)
                .saturating_abs()
        })
    }),
    (Refusal::MaxGrossExposure, |c| {
        above(c, c.limits.max_gross_exposure, |c| {
            let own = c.position_value();
            let after = own.saturating_add(c.signed()).saturating_abs();
            let others = c
                .exposure(|sum| sum.gross)
                .saturating_sub(own.saturating_abs());
            others
                .saturating_add(after)
                .saturating_add(c.pending(|_| true).0)
        })
    }),
    (Refusal::MaxNetExposure, |c| {
        above(c, c.limits.max_net_exposure, |c| {
            let net = c.exposure(|sum| sum.net).saturating_add(c.signed());
            net.saturating_add(c.pending(|_| true).1).saturating_abs()
        })
    }),
    (Refusal::OrderRate, is_too_fast),
    (Refusal::DailyLoss, |c| {
        has_fallen(c, c.limits.daily_loss_pct, |risk| risk.day_start)
    }),
    (Refusal::Drawdown, |c| {
        has_fallen(c, c.limits.max_drawdown_pct, |risk| risk.peak)
    }),
    (Refusal::InsufficientBalance, lacks_balance),
];

/// The first check that the order breaks.
pub(super) fn first_broken(context: &Context<'_>) -> Option<Refusal> {
    let broken = CHECKS.iter().find(|(_, breaks)| breaks(context));
    broken.map(|(refusal, _)| *refusal)
}

fn prices(context: &Context<'_>) -> impl Iterator<Item = i64> {
    let order_type = context.order.order_type;
    order_type.limit().into_iter().chain(order_type.trigger())
}

fn is_halted(context: &Context<'_>) -> bool {
    let expired = context
        .instrument
        .expiry
        .is_some_and(|expiry| context.order.ts >= expiry);
    expired || context.state.trading_state == TradingState::Halted
}

/// Whether the venue said something else of the position, or of the balance that it is.
fn drifts(context: &Context<'_>) -> bool {
    let mut about = vec![StatedOf::Position(context.instrument.id)];
    if context.instrument.kind.moves_base() {
        about.push(StatedOf::Balance(context.instrument.base));
    }
    let stated = |what| context.state.stated(context.order.account, what);
    let differs = |what| stated(what).is_some_and(|said| said.stated != said.booked);
    about.into_iter().any(differs)
}

fn is_stale(context: &Context<'_>) -> bool {
    let bound = i64::from(context.limits.price_stale_seconds).saturating_mul(NANOS_PER_SECOND);
    context.mark.mark.is_some() && context.order.ts.since_ns(context.mark.ts) > bound
}

fn is_out_of_band(context: &Context<'_>) -> bool {
    match (context.order.order_type.limit(), context.mark.mark) {
        (Some(price), Some(level)) => !within_band(price, level, context.limits.price_band_pct),
        (None, _) | (_, None) => false,
    }
}

fn above(
    context: &Context<'_>,
    limit: Option<Fixed>,
    value: impl Fn(&Context<'_>) -> i128,
) -> bool {
    let exceeds = |limit| value(context) > Config::at_money_scale(limit);
    context.risks() && limit.is_some_and(exceeds)
}

fn is_reducing(context: &Context<'_>) -> bool {
    let account = context.state.accounts().get(context.order.account.index());
    context.state.trading_state == TradingState::Reducing
        || account.is_some_and(|account| account.is_reducing)
}

fn is_too_young(context: &Context<'_>) -> bool {
    let bound = i64::from(context.limits.min_hold_seconds).saturating_mul(NANOS_PER_SECOND);
    let position = context
        .state
        .position(&context.key)
        .filter(|held| held.qty != 0);
    let age = position.map(|held| context.order.ts.since_ns(held.trip.opened_at));
    !context.risks() && age.is_some_and(|age| age < bound)
}

fn is_too_small(context: &Context<'_>) -> bool {
    let least = Config::at_money_scale(context.limits.min_position);
    let is_small = context.value.is_some_and(|value| value < least);
    context.notional < context.instrument.min_notional || (context.risks() && is_small)
}

fn has_no_slot(context: &Context<'_>) -> bool {
    needs_slot(context, None, context.state.config.limits.max_positions)
        || needs_slot(
            context,
            Some(context.key.strategy),
            context.limits.max_positions,
        )
}

fn has_no_own_slot(context: &Context<'_>) -> bool {
    let most = context.limits.max_positions_per_strategy;
    needs_slot(context, Some(context.key.strategy), most)
}

fn needs_slot(context: &Context<'_>, strategy: Option<StrategyId>, most: u32) -> bool {
    let state = context.state;
    let position = state.position(&context.key);
    let has_slot = position.is_some_and(|position| state.has_slot(position.id));
    context.risks() && !has_slot && state.count(strategy).slots >= u64::from(most)
}

fn is_too_fast(context: &Context<'_>) -> bool {
    let own = |past: &Order| past.strategy == context.key.strategy;
    let book = context.state.config.limits.orders_per_second;
    context.risks()
        && context.standing.is_none()
        && (has_sent(context, context.limits.orders_per_second, own)
            || has_sent(context, book, |_| true))
}

/// Whether `most` of the wanted orders were placed within the last second.
fn has_sent(context: &Context<'_>, most: Option<u32>, wanted: impl Fn(&Order) -> bool) -> bool {
    let Some(most) = most else { return false };
    let past = context.state.orders().iter().rev();
    let recent = past
        .take_while(|past| context.order.ts.since_ns(past.ts_init) < NANOS_PER_SECOND)
        .filter(|past| wanted(past))
        .count();
    recent >= most as usize
}

fn has_fallen(
    context: &Context<'_>,
    limit: Option<Fixed>,
    from: fn(&super::RiskMark) -> i128,
) -> bool {
    let Some(limit) = limit.filter(|_| context.risks()) else {
        return false;
    };
    let from = from(
        &context
            .state
            .risk_at(context.state.now.max(context.order.ts)),
    );
    let lost = from.saturating_sub(context.state.equity());
    let bound = pow10(limit.scale + 2)
        .and_then(|unit| mul_div(from, limit.raw, unit, Rounding::Down))
        .unwrap_or(i128::MAX);
    from > 0 && lost > bound
}

fn lacks_balance(context: &Context<'_>) -> bool {
    let (currency, amount) = context.reservation();
    let own = context.standing.filter(|own| own.lock_currency == currency);
    let free = context
        .state
        .balance(context.order.account, currency)
        .free();
    amount > 0 && amount > free.saturating_add(own.map_or(0, |own| own.locked))
}
