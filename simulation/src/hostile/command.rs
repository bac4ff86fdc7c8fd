//! Commands from bytes: every variant, with every field at its worst.

use truebook_core::book::{
    Adoption, Amend, BustReport, CashKind, CashMove, Command, FillFee, FillReport, Income,
    IncomeKind, LateFee, Liquidity, OrderReport, OrderUpdate, PriceTick, SHARED_MAX, Split,
    Statement, Submit, TradingState, Transfer,
};
use truebook_core::model::{
    CashEntry, Config, Fees, InstrumentKind, InstrumentSpec, Limits, Links, MarkChoice, OrderType,
    Paper, StrategyConfig, StrategyKind, TimeInForce,
};

use super::worst::Worst;

/// What an instrument settles in when no settlement is named rightly.
const NO_SETTLE: usize = 6;

/// The next command.
pub(super) fn command(worst: &mut Worst<'_>) -> Command {
    worst.begin();
    match worst.below(32) {
        0..4 => Command::Fill(Box::new(fill(worst))),
        4..8 => Command::Submit(Box::new(submit(worst))),
        8..11 => Command::Price(price(worst)),
        11..14 => Command::Order(Box::new(OrderUpdate {
            client_order_id: worst.id(),
            report: report(worst),
            ts: worst.ts(),
        })),
        14 | 15 => Command::Amend(Box::new(Amend {
            client_order_id: worst.id(),
            qty: worst.maybe(Worst::wide),
            limit: worst.maybe(Worst::price),
            ts: worst.ts(),
        })),
        16 | 17 => Command::Bust(Box::new(BustReport {
            account: worst.account(),
            instrument: worst.instrument(),
            side: worst.maybe(Worst::side),
            trade_id: worst.id(),
            ts: worst.ts(),
        })),
        18 | 19 => Command::LateFee(Box::new(LateFee {
            account: worst.account(),
            instrument: worst.instrument(),
            side: worst.maybe(Worst::side),
            trade_id: worst.id(),
            fee: fee(worst),
            ts: worst.ts(),
        })),
        _ => registered(worst),
    }
}

/// What changes what is registered and allowed.
fn registered(worst: &mut Worst<'_>) -> Command {
    match worst.below(12) {
        0 => Command::Configure(Box::new(config(worst))),
        1 | 2 => Command::AddInstrument(Box::new(spec(worst))),
        3 => Command::AddAccount(worst.id()),
        4 => Command::SetTradingState {
            state: worst.pick(&[
                TradingState::Active,
                TradingState::Active,
                TradingState::Reducing,
                TradingState::Halted,
            ]),
            reason: worst.id(),
        },
        5 => {
            let size = worst.pick(&[0, 10, SHARED_MAX, SHARED_MAX + 1]);
            Command::SetState {
                key: worst.id(),
                value: "v".repeat(size).into(),
            }
        }
        _ => booked(worst),
    }
}

/// Cash, and what changes a position without a trade.
fn booked(worst: &mut Worst<'_>) -> Command {
    match worst.below(6) {
        0 => Command::MoveCash(Box::new(CashMove {
            account: worst.account(),
            currency: worst.currency(),
            amount: worst.fixed(),
            kind: worst.pick(&[
                CashKind::Deposit,
                CashKind::Withdrawal,
                CashKind::Adjustment,
            ]),
            id: worst.maybe(Worst::id),
        })),
        1 => Command::Transfer(Box::new(Transfer {
            from: worst.account(),
            to: worst.account(),
            currency: worst.currency(),
            amount: worst.fixed(),
            id: worst.maybe(Worst::id),
        })),
        2 => Command::Income(Box::new(Income {
            kind: worst.pick(&[
                IncomeKind::Funding,
                IncomeKind::Dividend,
                IncomeKind::Interest,
            ]),
            account: worst.account(),
            instrument: worst.maybe(Worst::instrument),
            strategy: worst.maybe(Worst::id),
            currency: worst.currency(),
            amount: worst.fixed(),
            id: worst.maybe(Worst::id),
        })),
        3 => Command::Split(Box::new(Split {
            instrument: worst.instrument(),
            numerator: worst.count(),
            denominator: worst.count(),
            cash_px: worst.maybe(Worst::price),
            id: worst.maybe(Worst::id),
            ts: worst.ts(),
        })),
        4 => Command::Adopt(Box::new(Adoption {
            account: worst.account(),
            instrument: worst.instrument(),
            strategy: worst.maybe(Worst::id),
            qty: worst.wide(),
            cost: worst.maybe(Worst::fixed),
            id: worst.maybe(Worst::id),
            ts: worst.ts(),
        })),
        _ => Command::Statement(Box::new(statement(worst))),
    }
}

fn statement(worst: &mut Worst<'_>) -> Statement {
    if worst.one_in(2) {
        return Statement::Balance {
            account: worst.account(),
            currency: worst.currency(),
            total: worst.fixed(),
            ts: worst.ts(),
        };
    }
    Statement::Position {
        account: worst.account(),
        instrument: worst.instrument(),
        qty: worst.wide(),
        ts: worst.ts(),
    }
}

fn price(worst: &mut Worst<'_>) -> PriceTick {
    let tick = PriceTick::empty(worst.instrument(), worst.ts());
    if worst.is_calm() {
        let last = Some(worst.price());
        return PriceTick { last, ..tick };
    }
    PriceTick {
        bid: worst.maybe(Worst::price),
        ask: worst.maybe(Worst::price),
        last: worst.maybe(Worst::price),
        venue_mark: worst.maybe(Worst::price),
        bid_size: worst.maybe(Worst::wide).unwrap_or(0),
        ask_size: worst.maybe(Worst::wide).unwrap_or(0),
        ..tick
    }
}

fn fee(worst: &mut Worst<'_>) -> FillFee {
    FillFee {
        currency: worst.maybe(Worst::currency),
        amount: worst.fixed(),
    }
}

fn fill(worst: &mut Worst<'_>) -> FillReport {
    let (instrument, side) = (worst.instrument(), worst.side());
    let (qty, price) = (worst.wide(), worst.price());
    let mut report = FillReport {
        account: worst.account(),
        strategy: worst.maybe(Worst::id),
        leg: worst.leg(),
        trade_id: worst.maybe(Worst::id),
        revises: worst.maybe(Worst::id),
        client_order_id: worst.maybe(Worst::id),
        venue_order_id: worst.maybe(Worst::id),
        cum_qty: worst.maybe(Worst::wide),
        liquidity: worst.maybe(|worst| worst.pick(&[Liquidity::Maker, Liquidity::Taker])),
        source: worst.maybe(Worst::id),
        ts: worst.ts(),
        ..FillReport::new(instrument, side, qty, price)
    };
    for _ in 0..worst.below(4) {
        // More than fit are left out: the type keeps no more.
        let _ = report.fees.try_push(fee(worst));
    }
    report
}

fn submit(worst: &mut Worst<'_>) -> Submit {
    let (limit, trigger) = (worst.price(), worst.price());
    let until = worst.ts();
    let order = Submit::market(worst.instrument(), worst.side(), worst.wide(), worst.ts());
    Submit {
        client_order_id: worst.maybe(Worst::id),
        account: worst.account(),
        strategy: worst.maybe(Worst::id),
        leg: worst.leg(),
        order_type: worst.pick(&[
            OrderType::Market,
            OrderType::Limit(limit),
            OrderType::Stop(trigger),
            OrderType::StopLimit { trigger, limit },
        ]),
        time_in_force: worst.pick(&[
            TimeInForce::Gtc,
            TimeInForce::Ioc,
            TimeInForce::Fok,
            TimeInForce::Day,
            TimeInForce::Gtd(until),
        ]),
        links: Links {
            one_cancels: worst.maybe(Worst::id),
            bracket_of: worst.maybe(Worst::id),
        },
        reduce_only: worst.flag(),
        ..order
    }
}

fn report(worst: &mut Worst<'_>) -> OrderReport {
    let id = worst.maybe(Worst::id);
    worst.pick(&[
        OrderReport::Accepted(id),
        OrderReport::Rejected,
        OrderReport::CancelRequested,
        OrderReport::CancelRejected,
        OrderReport::Canceled,
        OrderReport::Expired,
        OrderReport::Unknown,
    ])
}

fn spec(worst: &mut Worst<'_>) -> InstrumentSpec {
    InstrumentSpec {
        symbol: worst.id(),
        kind: worst.pick(InstrumentKind::ALL),
        base: worst.currency(),
        quote: worst.currency(),
        settle: worst.one_in(NO_SETTLE).then(|| worst.currency()),
        venue: worst.maybe(Worst::id),
        price_precision: worst.precision(),
        qty_precision: worst.precision(),
        tick: worst.maybe(Worst::fixed),
        lot: worst.maybe(Worst::fixed),
        min_qty: worst.maybe(Worst::fixed),
        max_qty: worst.maybe(Worst::fixed),
        min_notional: worst.maybe(Worst::fixed),
        multiplier: worst.maybe(Worst::fixed),
        leverage: worst.maybe(Worst::fixed),
        maker_fee_pct: worst.maybe(Worst::setting),
        taker_fee_pct: worst.maybe(Worst::setting),
        expiry: worst.maybe(Worst::ts),
    }
}

fn config(worst: &mut Worst<'_>) -> Config {
    let usual = Config::default();
    let usd = usual.reporting_currency;
    Config {
        reporting_currency: worst.maybe(Worst::id).unwrap_or(usd),
        day_boundary_seconds: worst.signed(),
        fees: Fees {
            maker_fee_pct: worst.setting(),
            taker_fee_pct: worst.setting(),
        },
        limits: limits(worst),
        mark: worst.pick(&MarkChoice::ALL).1,
        paper: Paper {
            slippage_pct: worst.setting(),
            latency_ms: worst.count(),
            partial_fills: worst.flag(),
        },
        cash: few(worst, |worst| CashEntry {
            currency: worst.currency(),
            amount: worst.fixed(),
        }),
        instruments: few(worst, spec),
        strategies: few(worst, |worst| StrategyConfig {
            name: worst.id(),
            kind: strategy(worst),
            limits: limits(worst),
        }),
    }
}

fn few<'a, T>(worst: &mut Worst<'a>, each: impl Fn(&mut Worst<'a>) -> T) -> Vec<T> {
    let count = worst.below(3);
    (0..count).map(|_| each(worst)).collect()
}

fn limits(worst: &mut Worst<'_>) -> Limits {
    let usual = Limits::default();
    Limits {
        max_positions: worst.maybe(Worst::count).unwrap_or(usual.max_positions),
        max_positions_per_strategy: worst
            .maybe(Worst::count)
            .unwrap_or(usual.max_positions_per_strategy),
        min_position: worst.maybe(Worst::setting).unwrap_or(usual.min_position),
        dust_threshold: worst.maybe(Worst::setting).unwrap_or(usual.dust_threshold),
        min_hold_seconds: worst.maybe(Worst::count).unwrap_or(usual.min_hold_seconds),
        price_band_pct: worst.maybe(Worst::setting).unwrap_or(usual.price_band_pct),
        price_band_confirmations: worst
            .maybe(Worst::count)
            .unwrap_or(usual.price_band_confirmations),
        price_stale_seconds: worst
            .maybe(Worst::count)
            .unwrap_or(usual.price_stale_seconds),
        max_order_notional: worst.maybe(Worst::setting),
        max_instrument_notional: worst.maybe(Worst::setting),
        max_gross_exposure: worst.maybe(Worst::setting),
        max_net_exposure: worst.maybe(Worst::setting),
        orders_per_second: worst.maybe(Worst::count),
        daily_loss_pct: worst.maybe(Worst::setting),
        max_drawdown_pct: worst.maybe(Worst::setting),
    }
}

fn strategy(worst: &mut Worst<'_>) -> StrategyKind {
    match worst.below(3) {
        0 => StrategyKind::External,
        1 => StrategyKind::Momentum {
            symbols: few(worst, Worst::id),
            fast: worst.count(),
            slow: worst.count(),
            order_notional: worst.fixed(),
        },
        _ => StrategyKind::PairsTrading {
            pair: Box::new([worst.id(), worst.id()]),
            window: worst.count(),
            enter: worst.fixed(),
            exit: worst.fixed(),
            order_notional: worst.fixed(),
        },
    }
}
