//! The paper venue: orders fill at the next quote as takers, limit orders at their limit as makers.
//!
//! 1. It keeps nothing: what it knows of orders is what the ledger knows.
//! 2. An order never fills at the price that was known when it was sent.

use truebook_core::book::{Command, Event, FillFee, FillReport, Liquidity, PriceTick, State};
use truebook_core::engine::{Happening, Reactor};
use truebook_core::model::{
    Fixed, Id, Instrument, MONEY_SCALE, NANOS_PER_MS, Order, OrderType, Rounding, Side, mul_div,
    pow10,
};

/// Accepts every order and fills it from the quotes and prices that follow.
#[derive(Clone, Copy, Debug, Default)]
pub struct PaperVenue;

impl Reactor for PaperVenue {
    fn react(&mut self, state: &State, happening: Happening<'_>, commands: &mut Vec<Command>) {
        match happening {
            Happening::Event(entry) => {
                if let Event::OrderPlaced(placed) = &entry.event {
                    let name = format_args!("paper-{}", entry.sequence);
                    commands.push(Command::Accept {
                        client_order_id: placed.client_order_id,
                        venue_order_id: Some(Id::format(name)),
                    });
                }
            }
            Happening::Price(tick) => {
                let fills = state
                    .open_orders()
                    .filter_map(|(_, order)| fill(state, order, tick));
                commands.extend(fills.map(|report| Command::Fill(Box::new(report))));
            }
            Happening::Bar(_) => {}
        }
    }
}

fn fill(state: &State, order: &Order, tick: &PriceTick) -> Option<FillReport> {
    let paper = &state.config.paper;
    let old_enough = i64::from(paper.latency_ms).saturating_mul(NANOS_PER_MS);
    if order.instrument != tick.instrument || tick.ts.since_ns(order.ts_init) < old_enough {
        return None;
    }
    let instrument = state.instrument(order.instrument)?;
    let (price, liquidity) = match order.order_type {
        OrderType::Market => {
            let touch = touch(state, order, tick)?;
            (
                slipped(instrument, order.side, touch, paper.slippage_pct)?,
                Liquidity::Taker,
            )
        }
        OrderType::Limit(limit) => {
            let touch = touch(state, order, tick)?;
            let reached = match order.side {
                Side::Buy => touch <= limit,
                Side::Sell => touch >= limit,
            };
            (reached.then_some(limit)?, Liquidity::Maker)
        }
    };
    let size = match order.side {
        Side::Buy => tick.ask_size,
        Side::Sell => tick.bid_size,
    };
    let bounded = paper.partial_fills && size > 0;
    let whole_lots = size - size % instrument.lot;
    let qty = if bounded {
        order.leaves_qty().min(whole_lots)
    } else {
        order.leaves_qty()
    };
    if qty <= 0 {
        return None;
    }
    let made = format_args!("{}-{}", order.venue_order_id?, order.cum_qty);
    Some(FillReport {
        account: order.account,
        instrument: order.instrument,
        strategy: None,
        side: order.side,
        last_qty: qty,
        last_px: price,
        trade_id: Id::format(made),
        client_order_id: Some(order.client_order_id),
        venue_order_id: order.venue_order_id,
        fee: Some(FillFee {
            currency: None,
            amount: fee(instrument, (price, qty), liquidity)?,
        }),
        liquidity: Some(liquidity),
        source: Some(Id::format(format_args!("paper"))),
        ts: tick.ts,
    })
}

/// The price on the other side: the quote's, or the last where there never was a quote.
fn touch(state: &State, order: &Order, tick: &PriceTick) -> Option<i64> {
    if let Some(last) = tick.last {
        let mark = state.mark(tick.instrument);
        let quoted = mark.bid.is_some() || mark.ask.is_some();
        return (!quoted).then_some(last);
    }
    match order.side {
        Side::Buy => tick.ask,
        Side::Sell => tick.bid,
    }
}

/// The price worsened by `percent` and moved to the next tick away.
fn slipped(instrument: &Instrument, side: Side, price: i64, percent: Fixed) -> Option<i64> {
    if percent.raw == 0 {
        return Some(price);
    }
    let unit = pow10(percent.scale + 2)?;
    let slip = mul_div(i128::from(price), percent.raw, unit, Rounding::HalfEven)?;
    let worse = i128::from(price).checked_add(side.sign() * slip)?;
    let tick = i128::from(instrument.tick);
    let on_tick = match side {
        Side::Buy => worse.checked_add(tick - 1)?.div_euclid(tick) * tick,
        Side::Sell => worse.div_euclid(tick).max(1) * tick,
    };
    i64::try_from(on_tick).ok()
}

/// The fee in quote currency, rounded once.
fn fee(instrument: &Instrument, (price, qty): (i64, i128), liquidity: Liquidity) -> Option<Fixed> {
    let percent = match liquidity {
        Liquidity::Maker => instrument.maker_fee_pct,
        Liquidity::Taker => instrument.taker_fee_pct,
    };
    let notional = instrument.notional(price, qty)?;
    let digits = instrument.money_scale.saturating_sub(MONEY_SCALE) + MONEY_SCALE + 2;
    let amount = mul_div(
        notional,
        i128::from(percent),
        pow10(digits)?,
        Rounding::HalfEven,
    )?;
    Some(Fixed::new(amount, MONEY_SCALE.min(instrument.money_scale)))
}
