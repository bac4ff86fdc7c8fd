//! The checks of an order, one line each, in the order in which they are made.
//!
//! 1. The first check that breaks names the refusal.
//! 2. An order that only reduces skips the limits on risk.

use crate::model::{
    AccountId, Config, CurrencyId, Fixed, Instrument, InstrumentKind, Limits, MONEY_SCALE,
    NANOS_PER_SECOND, OrderType, Position, PositionKey, Refusal, Rounding, Side, StrategyId,
    mul_div, pow10, round_to,
};

use super::exposure::Exposure;
use super::price::within_band;
use super::{Mark, State, Submit, TradingState};

/// Everything that the checks of one order look at.
pub(super) struct Context<'a> {
    pub state: &'a State,
    pub order: &'a Submit,
    pub instrument: &'a Instrument,
    pub strategy: StrategyId,
    pub limits: &'a Limits,
    pub mark: Mark,
    /// What the strategy's position holds, signed.
    pub held: i128,
    /// What open reducing orders leave of it to reduce.
    pub reducible: i128,
    /// The price at which the order is valued.
    pub reference: Option<i64>,
    /// The notional at that price, in quote currency.
    pub notional: i128,
    /// The notional in the reporting currency.
    pub value: i128,
    pub exposure: Exposure,
}

type Check = fn(&Context<'_>) -> bool;

/// What every order must pass, whether it reduces or not: `true` breaks it.
const CHECKS: &[(Refusal, Check)] = &[
    (Refusal::InvalidQuantity, |c| c.order.qty <= 0),
    (Refusal::InvalidPrice, |c| {
        limit_of(c).is_some_and(|price| price <= 0)
    }),
    (Refusal::TickSize, |c| {
        limit_of(c).is_some_and(|price| price % c.instrument.tick != 0)
    }),
    (Refusal::LotSize, |c| c.order.qty % c.instrument.lot != 0),
    (Refusal::Halted, |c| {
        c.state.trading_state == TradingState::Halted
    }),
    (Refusal::ReducingOnly, |c| {
        c.risks() && c.state.trading_state == TradingState::Reducing
    }),
    (Refusal::NoPrice, |c| c.reference.is_none()),
    (Refusal::StalePrice, |c| c.risks() && is_stale(c)),
    (Refusal::PriceOutOfBand, is_out_of_band),
    (Refusal::MaxOrderNotional, |c| {
        above(c, c.limits.max_order_notional, c.value)
    }),
    (Refusal::ReduceOnlyExceeds, |c| {
        c.order.reduce_only && c.risks()
    }),
    (Refusal::MinHold, is_too_young),
    (Refusal::MinNotional, is_too_small),
    (Refusal::MaxPositions, has_no_slot),
    (Refusal::MaxPositionsPerStrategy, has_no_own_slot),
    (Refusal::MaxInstrumentNotional, |c| {
        above(
            c,
            c.limits.max_instrument_notional,
            c.exposure.instrument.saturating_add(c.value),
        )
    }),
    (Refusal::MaxGrossExposure, |c| {
        above(
            c,
            c.limits.max_gross_exposure,
            c.exposure.gross.saturating_add(c.value),
        )
    }),
    (Refusal::MaxNetExposure, |c| {
        let signed = c.order.side.sign().saturating_mul(c.value);
        above(
            c,
            c.limits.max_net_exposure,
            c.exposure.net.saturating_add(signed).saturating_abs(),
        )
    }),
    (Refusal::OrderRate, is_too_fast),
    (Refusal::DailyLoss, |c| {
        has_fallen(c, c.limits.daily_loss_pct, c.state.risk.day_start)
    }),
    (Refusal::Drawdown, |c| {
        has_fallen(c, c.limits.max_drawdown_pct, c.state.risk.peak)
    }),
    (Refusal::InsufficientBalance, lacks_balance),
];

/// The first check that the order breaks.
pub(super) fn first_broken(context: &Context<'_>) -> Option<Refusal> {
    CHECKS
        .iter()
        .find(|(_, breaks)| breaks(context))
        .map(|(refusal, _)| *refusal)
}

impl<'a> Context<'a> {
    /// Looks up everything that the checks need.
    pub(super) fn new(
        state: &'a State,
        order: &'a Submit,
        instrument: &'a Instrument,
        strategy: StrategyId,
    ) -> Self {
        let key = PositionKey {
            account: order.account,
            instrument: instrument.id,
            strategy,
        };
        let held = state.position(&key).map_or(0, |position| position.qty);
        let limits = state
            .strategy(strategy)
            .map_or(&state.config.limits, |strategy| &strategy.limits);
        let mark = state.mark(instrument.id);
        let reference = match order.order_type {
            OrderType::Limit(price) => Some(price),
            OrderType::Market => match order.side {
                Side::Buy => mark.ask.or(mark.mark),
                Side::Sell => mark.bid.or(mark.mark),
            },
        };
        let notional = instrument
            .notional(reference.unwrap_or(0), order.qty)
            .unwrap_or(i128::MAX);
        let value = state
            .in_reporting(instrument.quote, notional)
            .unwrap_or(notional);
        Self {
            state,
            order,
            instrument,
            strategy,
            limits,
            mark,
            held,
            reducible: held
                .saturating_abs()
                .saturating_sub(state.reducing_qty(&key)),
            reference,
            notional,
            value,
            exposure: Exposure::of(state, instrument.id),
        }
    }

    /// Whether the order opens, adds, or takes more than there is left to reduce.
    pub(super) fn risks(&self) -> bool {
        let opposes = self.held.signum() == -self.order.side.sign();
        !opposes || self.order.qty > self.reducible
    }

    /// What the order locks until it is done: the currency and the amount.
    pub(super) fn reservation(&self) -> (CurrencyId, i128) {
        let spot = self.instrument.kind == InstrumentKind::Spot;
        match self.order.side {
            Side::Sell if spot => (self.instrument.base, self.order.qty),
            Side::Buy if spot || self.risks() => (self.instrument.quote, self.cost_with_charges()),
            Side::Buy | Side::Sell => (self.instrument.quote, 0),
        }
    }

    /// The notional with the configured slippage and the taker fee on top.
    fn cost_with_charges(&self) -> i128 {
        let slippage = match self.order.order_type {
            OrderType::Market => self.state.config.paper.slippage_pct.rounded_at(MONEY_SCALE),
            OrderType::Limit(_) => Some(0),
        };
        let with = |base: i128, percent: i128| {
            let unit = pow10(MONEY_SCALE + 2)?;
            base.checked_add(mul_div(base, percent, unit, Rounding::HalfEven)?)
        };
        let total = slippage
            .and_then(|percent| with(self.notional, percent))
            .and_then(|base| with(base, i128::from(self.instrument.taker_fee_pct).max(0)));
        let scale = self.instrument.money_scale;
        total
            .and_then(|amount| round_to(amount, scale, MONEY_SCALE))
            .unwrap_or(i128::MAX)
    }
}

impl State {
    /// What open orders of this position already reduce.
    pub(super) fn reducing_qty(&self, key: &PositionKey) -> i128 {
        let own = |account: AccountId, strategy: StrategyId| {
            account == key.account && strategy == key.strategy
        };
        self.open_orders()
            .filter(|(_, open)| {
                open.instrument == key.instrument && own(open.account, open.strategy) && !open.opens
            })
            .map(|(_, open)| open.leaves_qty())
            .sum()
    }

    /// Positions that are open and not dust, or that an open order will open; of one strategy or
    /// of all.
    pub(super) fn slots(&self, strategy: Option<StrategyId>) -> Vec<PositionKey> {
        let wanted = |key: &PositionKey| strategy.is_none_or(|wanted| wanted == key.strategy);
        let held = |p: &&Position| p.qty != 0 && !self.is_dust(p);
        let mut keys: Vec<_> = self
            .positions()
            .iter()
            .filter(held)
            .map(|p| p.key)
            .filter(wanted)
            .collect();
        let reserved = self
            .open_orders()
            .filter(|(_, open)| open.opens)
            .map(|(_, open)| {
                let (account, instrument) = (open.account, open.instrument);
                PositionKey {
                    account,
                    instrument,
                    strategy: open.strategy,
                }
            });
        keys.extend(reserved.filter(wanted));
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

fn limit_of(context: &Context<'_>) -> Option<i64> {
    match context.order.order_type {
        OrderType::Market => None,
        OrderType::Limit(price) => Some(price),
    }
}

fn is_stale(context: &Context<'_>) -> bool {
    let bound = i64::from(context.limits.price_stale_seconds).saturating_mul(NANOS_PER_SECOND);
    context.mark.mark.is_some() && context.order.ts.since_ns(context.mark.ts) > bound
}

fn is_out_of_band(context: &Context<'_>) -> bool {
    match (limit_of(context), context.mark.mark) {
        (Some(price), Some(level)) => !within_band(price, level, context.limits.price_band_pct),
        (None, _) | (_, None) => false,
    }
}

fn above(context: &Context<'_>, limit: Option<Fixed>, value: i128) -> bool {
    context.risks() && limit.is_some_and(|limit| value > Config::at_money_scale(limit))
}

fn is_too_young(context: &Context<'_>) -> bool {
    let key = PositionKey {
        account: context.order.account,
        instrument: context.instrument.id,
        strategy: context.strategy,
    };
    let bound = i64::from(context.limits.min_hold_seconds).saturating_mul(NANOS_PER_SECOND);
    let opened = context
        .state
        .position(&key)
        .filter(|p| p.qty != 0)
        .map(|p| p.opened_at);
    !context.risks() && opened.is_some_and(|opened| context.order.ts.since_ns(opened) < bound)
}

fn is_too_small(context: &Context<'_>) -> bool {
    let least = Config::at_money_scale(context.limits.min_position);
    context.notional < context.instrument.min_notional || (context.risks() && context.value < least)
}

fn has_no_slot(context: &Context<'_>) -> bool {
    let own = context.state.slots(Some(context.strategy));
    needs_slot(
        context,
        &context.state.slots(None),
        context.state.config.limits.max_positions,
    ) || needs_slot(context, &own, context.limits.max_positions)
}

fn has_no_own_slot(context: &Context<'_>) -> bool {
    let own = context.state.slots(Some(context.strategy));
    needs_slot(context, &own, context.limits.max_positions_per_strategy)
}

fn needs_slot(context: &Context<'_>, taken: &[PositionKey], most: u32) -> bool {
    let key = PositionKey {
        account: context.order.account,
        instrument: context.instrument.id,
        strategy: context.strategy,
    };
    context.risks() && !taken.contains(&key) && taken.len() >= most as usize
}

fn is_too_fast(context: &Context<'_>) -> bool {
    let Some(most) = context.limits.orders_per_second else {
        return false;
    };
    let recent = context
        .state
        .orders()
        .iter()
        .rev()
        .take_while(|past| context.order.ts.since_ns(past.ts_init) < NANOS_PER_SECOND)
        .count();
    context.risks() && recent >= most as usize
}

fn has_fallen(context: &Context<'_>, limit: Option<Fixed>, from: i128) -> bool {
    let Some(limit) = limit else { return false };
    if !context.risks() || from <= 0 {
        return false;
    }
    let lost = from.saturating_sub(context.exposure.equity);
    let bound = pow10(limit.scale + 2)
        .and_then(|unit| mul_div(from, limit.raw, unit, Rounding::Down))
        .unwrap_or(i128::MAX);
    lost > bound
}

fn lacks_balance(context: &Context<'_>) -> bool {
    let (currency, amount) = context.reservation();
    let free = context
        .state
        .balance(context.order.account, currency)
        .free();
    amount > 0 && amount > free
}
