//! The paper venue: orders fill at the quotes that follow them, as takers; a limit order that
//! rested fills at its limit, as a maker.
//!
//! 1. It keeps nothing: what it knows of orders is what the ledger knows.
//! 2. An order never fills at the price that was known when it was sent.

use truebook_core::book::{
    Beyond, Command, Event, FillFee, FillFees, FillReport, Liquidity, OrderPlaced, OrderReport,
    OrderUpdate, PriceTick, State,
};
use truebook_core::engine::{Happening, Reactor};
use truebook_core::model::{
    Fixed, Id, Instrument, MONEY_SCALE, NANOS_PER_MS, NANOS_PER_SECOND, Order, OrderType, Rounding,
    Side, TimeInForce, Timestamp, mul_div, pow10, round_to,
};

/// What the venue calls an order that rests in its book.
const RESTING: &str = "paper-";
/// What the venue calls an order that could fill when it came.
const TAKING: &str = "paper-taking-";
const SECONDS_PER_DAY: i64 = 86_400;

/// Accepts every order and fills it from the quotes and prices that follow.
#[derive(Clone, Copy, Debug, Default)]
pub struct PaperVenue;

impl Reactor for PaperVenue {
    fn react(&mut self, state: &State, happening: Happening<'_>, commands: &mut Vec<Command>) {
        match happening {
            Happening::Event(entry) => {
                if let Event::OrderPlaced(placed) = &entry.event {
                    let rests = !is_marketable(state, placed);
                    let kind = if rests { RESTING } else { TAKING };
                    let name = Id::format(format_args!("{kind}{}", entry.sequence));
                    let report = OrderReport::Accepted(Some(name));
                    commands.push(update(placed.client_order_id, report, entry.ts));
                }
            }
            Happening::Price(tick) => {
                let own = |order: &&Order| order.instrument == tick.instrument;
                for order in state.open_orders().map(|(_, order)| order).filter(own) {
                    serve(state, order, tick, commands);
                }
            }
            Happening::Bar(_) => {}
        }
    }
}

/// Whether a limit order could have filled at the quote that was known when it was sent.
fn is_marketable(state: &State, placed: &OrderPlaced) -> bool {
    let mark = state.mark(placed.key.instrument);
    match (placed.order_type.limit(), placed.side) {
        (None, _) => true,
        (Some(limit), Side::Buy) => mark.ask.or(mark.mark).is_some_and(|ask| ask <= limit),
        (Some(limit), Side::Sell) => mark.bid.or(mark.mark).is_some_and(|bid| bid >= limit),
    }
}

fn update(client_order_id: Id, report: OrderReport, ts: Timestamp) -> Command {
    Command::Order(Box::new(OrderUpdate {
        client_order_id,
        report,
        ts,
    }))
}

/// Fills an order as far as `tick` goes, and ends it where its time in force says so.
fn serve(state: &State, order: &Order, tick: &PriceTick, commands: &mut Vec<Command>) {
    let old_enough = i64::from(state.config.paper.latency_ms).saturating_mul(NANOS_PER_MS);
    if tick.ts.since_ns(order.ts_init) < old_enough {
        return;
    }
    if has_expired(state, order, tick.ts) {
        commands.push(update(order.client_order_id, OrderReport::Expired, tick.ts));
        return;
    }
    let report = fill(state, order, tick);
    let filled = report.as_ref().map_or(0, |report| report.last_qty);
    let is_whole = filled == order.leaves_qty();
    match order.time_in_force {
        TimeInForce::Fok if !is_whole => {
            commands.push(update(
                order.client_order_id,
                OrderReport::Canceled,
                tick.ts,
            ));
        }
        TimeInForce::Ioc => {
            commands.extend(report.map(|report| Command::Fill(Box::new(report))));
            if !is_whole {
                commands.push(update(
                    order.client_order_id,
                    OrderReport::Canceled,
                    tick.ts,
                ));
            }
        }
        TimeInForce::Fok | TimeInForce::Gtc | TimeInForce::Day | TimeInForce::Gtd(_) => {
            commands.extend(report.map(|report| Command::Fill(Box::new(report))));
        }
    }
}

fn has_expired(state: &State, order: &Order, now: Timestamp) -> bool {
    match order.time_in_force {
        TimeInForce::Gtc | TimeInForce::Ioc | TimeInForce::Fok => false,
        TimeInForce::Gtd(until) => now >= until,
        TimeInForce::Day => {
            let boundary = i64::from(state.config.day_boundary_seconds);
            let day = |ts: Timestamp| {
                (ts.0.div_euclid(NANOS_PER_SECOND) - boundary).div_euclid(SECONDS_PER_DAY)
            };
            day(now) > day(order.ts_init)
        }
    }
}

fn fill(state: &State, order: &Order, tick: &PriceTick) -> Option<FillReport> {
    let instrument = state.instrument(order.instrument)?;
    let touch = touch(state, order, tick)?;
    let (price, liquidity) = price_of(state, order, instrument, touch)?;
    let qty = quantity(state, order, instrument, tick);
    if qty <= 0 {
        return None;
    }
    let made = format_args!("{}-{}", order.venue_order_id?, order.cum_qty);
    let amount = fee(instrument, (price, qty), liquidity)?;
    let mut fees = FillFees::new();
    fees.push(FillFee {
        currency: None,
        amount,
    });
    Some(FillReport {
        account: order.account,
        trade_id: Some(Id::format(made)),
        client_order_id: Some(order.client_order_id),
        venue_order_id: order.venue_order_id,
        fees,
        liquidity: Some(liquidity),
        source: Some(Id::format(format_args!("paper"))),
        ts: tick.ts,
        // Its id is made here, once.
        beyond: Beyond::New,
        ..FillReport::new(order.instrument, order.side, qty, price)
    })
}

/// The price at which an order fills where the other side is at `touch`, and how.
fn price_of(
    state: &State,
    order: &Order,
    instrument: &Instrument,
    touch: i64,
) -> Option<(i64, Liquidity)> {
    let reaches = |price: i64, side: Side| match side {
        Side::Buy => touch <= price,
        Side::Sell => touch >= price,
    };
    let against = match order.side {
        Side::Buy => Side::Sell,
        Side::Sell => Side::Buy,
    };
    let slippage = state.config.paper.slippage_pct;
    match order.order_type {
        OrderType::Market => {
            let price = slipped(instrument, order.side, touch, slippage)?;
            Some((price, Liquidity::Taker))
        }
        OrderType::Stop(trigger) => {
            let is_set_off = reaches(trigger, against);
            let price = slipped(instrument, order.side, touch, slippage)?;
            is_set_off.then_some((price, Liquidity::Taker))
        }
        OrderType::StopLimit { trigger, limit } => {
            let is_set_off = reaches(trigger, against) && reaches(limit, order.side);
            is_set_off.then_some((touch, Liquidity::Taker))
        }
        OrderType::Limit(limit) if reaches(limit, order.side) => {
            let name = order.venue_order_id?;
            if name.as_str().starts_with(TAKING) {
                Some((touch, Liquidity::Taker))
            } else {
                Some((limit, Liquidity::Maker))
            }
        }
        OrderType::Limit(_) => None,
    }
}

fn quantity(state: &State, order: &Order, instrument: &Instrument, tick: &PriceTick) -> i128 {
    let size = match order.side {
        Side::Buy => tick.ask_size,
        Side::Sell => tick.bid_size,
    };
    let whole_lots = size - size % instrument.lot;
    if state.config.paper.partial_fills && size > 0 {
        order.leaves_qty().min(whole_lots)
    } else {
        order.leaves_qty()
    }
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

/// The fee in settlement currency, rounded once.
fn fee(instrument: &Instrument, (price, qty): (i64, i128), liquidity: Liquidity) -> Option<Fixed> {
    let percent = match liquidity {
        Liquidity::Maker => instrument.maker_fee_pct,
        Liquidity::Taker => instrument.taker_fee_pct,
    };
    let amount = instrument.percent(instrument.notional(price, qty)?, percent)?;
    let rounded = round_to(amount, instrument.money_scale, MONEY_SCALE)?;
    Some(Fixed::new(rounded, instrument.money_scale))
}
