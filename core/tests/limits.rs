//! Every refusal of an order, each at its edge, and the order in which they are checked.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod desk;

use desk::{DEFAULT, Desk, FIRST, id, number, spec};
use truebook_core::book::{
    Answer, CashKind, CashMove, Command, Event, PriceTick, StatedOf, Statement, Submit,
    TradingState,
};
use truebook_core::model::{
    AccountId, Config, Id, InstrumentKind, InstrumentSpec, Limits, OrderType, PositionLeg, Refusal,
    Side, StrategyConfig, StrategyKind, Timestamp,
};

const SECOND: i64 = 1_000_000_000;

/// A book with 100,000 USD under `limits`, AIG-USD at 100 and MSFT-USD at 50.
fn desk(limits: Limits) -> Desk {
    let mut desk = Desk::new(Config {
        limits,
        ..Config::default()
    });
    desk.deposit("USD", "100000");
    desk.instrument(spec("AIG-USD", InstrumentKind::Equity));
    desk.instrument(spec("MSFT-USD", InstrumentKind::Equity));
    desk.quote("100", "100");
    second_price(&mut desk, 5_000_000_000);
    desk
}

fn second_price(desk: &mut Desk, last: i64) {
    let tick = PriceTick {
        last: Some(last),
        ..PriceTick::empty(second(), Timestamp(desk.now))
    };
    desk.run(Command::Price(tick));
}

fn second() -> truebook_core::model::InstrumentId {
    truebook_core::model::InstrumentId(1)
}

fn refused(desk: &mut Desk, order: Submit) -> Option<Refusal> {
    let said = desk.state().would_refuse(&order);
    let answer = desk.submit(order);
    let found = match answer {
        Answer::Refused(refusal) => Some(refusal),
        Answer::Applied(_) => None,
        other => panic!("{other:?}"),
    };
    assert_eq!(said, found, "would_refuse says what submit says");
    found
}

fn buy(desk: &Desk, qty: &str) -> Submit {
    desk.order(Side::Buy, qty)
}

fn limited(limit: fn(&mut Limits)) -> Desk {
    let mut limits = Limits::default();
    limit(&mut limits);
    desk(limits)
}

#[test]
fn an_order_is_well_formed() {
    let mut desk = desk(Limits::default());
    for (qty, refusal) in [
        (0, Refusal::InvalidQuantity),
        (-1, Refusal::InvalidQuantity),
    ] {
        let order = Submit {
            qty,
            ..buy(&desk, "1")
        };
        assert_eq!(refused(&mut desk, order), Some(refusal));
    }
    for (order_type, refusal) in [
        (OrderType::Limit(0), Some(Refusal::InvalidPrice)),
        (OrderType::Stop(-1), Some(Refusal::InvalidPrice)),
        (OrderType::Limit(10_000_000_001), Some(Refusal::TickSize)),
        (OrderType::Limit(11_000_000_000), None),
        (
            OrderType::Limit(11_001_000_000),
            Some(Refusal::PriceOutOfBand),
        ),
        (OrderType::Stop(20_000_000_000), None),
    ] {
        let order = Submit {
            order_type,
            ..buy(&desk, "1")
        };
        assert_eq!(refused(&mut desk, order), refusal, "{order_type:?}");
    }
    let unknown = Submit {
        account: AccountId(9),
        ..buy(&desk, "1")
    };
    assert_eq!(refused(&mut desk, unknown), Some(Refusal::UnknownAccount));
}

#[test]
fn lots_and_quantities_have_bounds() {
    let mut desk = desk(Limits::default());
    desk.instrument(InstrumentSpec {
        lot: Some(number("0.5")),
        min_qty: Some(number("1")),
        max_qty: Some(number("10")),
        min_notional: Some(number("150")),
        ..spec("AIG-USD", InstrumentKind::Equity)
    });
    for (qty, refusal) in [
        ("0.3", Some(Refusal::LotSize)),
        ("0.5", Some(Refusal::LotSize)),
        ("1", Some(Refusal::MinNotional)),
        ("1.5", None),
        ("10.5", Some(Refusal::MaxOrderQuantity)),
        ("10", None),
    ] {
        let order = buy(&desk, qty);
        assert_eq!(refused(&mut desk, order), refusal, "{qty}");
    }
}

#[test]
fn an_expired_instrument_takes_no_orders() {
    let mut desk = desk(Limits::default());
    let expiry = Some(Timestamp(desk.now));
    desk.instrument(InstrumentSpec {
        expiry,
        ..spec("AIG-USD", InstrumentKind::Equity)
    });
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), Some(Refusal::Halted));
}

#[test]
fn a_halt_stops_everything_and_reducing_stops_what_opens() {
    let mut desk = desk(Limits::default());
    desk.buy("10", "100", "1");
    for (state, buying, selling) in [
        (
            TradingState::Halted,
            Some(Refusal::Halted),
            Some(Refusal::Halted),
        ),
        (TradingState::Reducing, Some(Refusal::ReducingOnly), None),
        (TradingState::Active, None, None),
    ] {
        let reason = id("test");
        desk.run(Command::SetTradingState { state, reason });
        let order = buy(&desk, "1");
        assert_eq!(refused(&mut desk, order), buying, "{state:?}");
        let order = desk.order(Side::Sell, "1");
        assert_eq!(refused(&mut desk, order), selling, "{state:?}");
    }
    // A report that contradicts puts its account in REDUCING, and never lifts a halt.
    desk.buy("11", "100", "1");
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), Some(Refusal::ReducingOnly));
    let (state, reason) = (TradingState::Active, id("looked into"));
    desk.run(Command::SetTradingState { state, reason });
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), None);
    desk.check();
}

#[test]
fn a_difference_to_the_venue_gates_what_opens_until_it_is_gone() {
    let mut desk = desk(Limits::default());
    desk.buy("10", "100", "1");
    let said = |desk: &mut Desk, qty| {
        let statement = Statement::Position {
            account: DEFAULT,
            instrument: FIRST,
            qty,
            ts: Timestamp(desk.now),
        };
        desk.run(Command::Statement(Box::new(statement)))
    };
    said(&mut desk, 900_000_000);
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), Some(Refusal::Drift));
    let order = desk.order(Side::Sell, "1");
    assert_eq!(refused(&mut desk, order), None);
    said(&mut desk, 1_000_000_000);
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), None);
    let old = Statement::Balance {
        account: DEFAULT,
        currency: id("USD"),
        total: number("1"),
        ts: Timestamp(desk.now),
    };
    assert!(matches!(
        desk.run(Command::Statement(Box::new(old))),
        Answer::Applied(_)
    ));
    desk.check();
}

#[test]
fn without_a_price_or_with_an_old_one_nothing_opens() {
    let mut desk = Desk::new(Config::default());
    desk.deposit("USD", "1000");
    desk.instrument(spec("AIG-USD", InstrumentKind::Equity));
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), Some(Refusal::NoPrice));
    let known = desk.now;
    desk.quote("100", "100");
    for (age, refusal) in [
        (5 * SECOND, None),
        (5 * SECOND + 1, Some(Refusal::StalePrice)),
    ] {
        let order = Submit {
            ts: Timestamp(known + age),
            ..buy(&desk, "1")
        };
        assert_eq!(refused(&mut desk, order), refusal, "{age} ns");
    }
    // In a currency without a rate no limit could be measured.
    desk.instrument(spec("DAI-EUR", InstrumentKind::Equity));
    second_price(&mut desk, 5_000_000_000);
    let order = Submit::market(second(), Side::Buy, 100_000_000, Timestamp(desk.now));
    assert_eq!(refused(&mut desk, order), Some(Refusal::NoPrice));
}

#[test]
fn notional_limits_hold_at_their_edge_and_count_open_orders() {
    let mut desk = limited(|limits| limits.max_order_notional = Some(number("1000")));
    for (qty, refusal) in [("10.01", Some(Refusal::MaxOrderNotional)), ("10", None)] {
        let order = buy(&desk, qty);
        assert_eq!(refused(&mut desk, order), refusal);
    }
    for (limit, refusal) in [
        (
            (|limits| limits.max_instrument_notional = Some(number("1000"))) as fn(&mut Limits),
            Refusal::MaxInstrumentNotional,
        ),
        (
            |limits| limits.max_gross_exposure = Some(number("1000")),
            Refusal::MaxGrossExposure,
        ),
        (
            |limits| limits.max_net_exposure = Some(number("1000")),
            Refusal::MaxNetExposure,
        ),
    ] {
        let mut desk = limited(limit);
        desk.buy("4", "100", "1");
        let order = buy(&desk, "4");
        assert_eq!(refused(&mut desk, order), None, "{refusal}");
        // 400 held and 400 on the way.
        let order = buy(&desk, "3");
        assert_eq!(refused(&mut desk, order), Some(refusal));
        let order = buy(&desk, "2");
        assert_eq!(refused(&mut desk, order), None, "{refusal}");
        let order = desk.order(Side::Sell, "4");
        assert_eq!(
            refused(&mut desk, order),
            None,
            "what reduces is free: {refusal}"
        );
    }
    let mut desk = limited(|limits| limits.max_instrument_notional = Some(number("1500")));
    desk.buy("10", "100", "1");
    let order = desk.order(Side::Sell, "15");
    assert_eq!(
        refused(&mut desk, order),
        None,
        "what stands after it counts"
    );
}

#[test]
fn positions_are_slots_and_an_open_order_takes_one() {
    for (limit, refusal) in [
        (
            (|limits| limits.max_positions = 1) as fn(&mut Limits),
            Refusal::MaxPositions,
        ),
        (
            |limits| limits.max_positions_per_strategy = 1,
            Refusal::MaxPositionsPerStrategy,
        ),
    ] {
        let mut desk = limited(limit);
        let order = Submit {
            client_order_id: Some(id("first")),
            ..buy(&desk, "1")
        };
        assert_eq!(refused(&mut desk, order), None);
        let other = Submit::market(second(), Side::Buy, 100_000_000, Timestamp(desk.now));
        assert_eq!(refused(&mut desk, other.clone()), Some(refusal));
        let more = buy(&desk, "1");
        assert_eq!(refused(&mut desk, more), None, "the slot is its own");
    }
}

#[test]
fn a_reduce_only_order_takes_no_more_than_others_leave() {
    let mut desk = desk(Limits::default());
    desk.buy("10", "100", "1");
    let reduce = |desk: &Desk, qty: &str| Submit {
        reduce_only: true,
        ..desk.order(Side::Sell, qty)
    };
    let order = reduce(&desk, "11");
    assert_eq!(refused(&mut desk, order), Some(Refusal::ReduceOnlyExceeds));
    let order = reduce(&desk, "6");
    assert_eq!(refused(&mut desk, order), None);
    let order = reduce(&desk, "5");
    assert_eq!(refused(&mut desk, order), Some(Refusal::ReduceOnlyExceeds));
    assert_eq!(desk.position().available_to_reduce(), 400_000_000);
    let order = reduce(&desk, "4");
    assert_eq!(refused(&mut desk, order), None);
    let short = Submit {
        leg: PositionLeg::Short,
        ..reduce(&desk, "1")
    };
    assert_eq!(refused(&mut desk, short), Some(Refusal::ReduceOnlyExceeds));
    desk.check();
}

#[test]
fn a_position_is_held_as_long_as_it_must_be() {
    let mut desk = limited(|limits| limits.min_hold_seconds = 10);
    desk.buy("10", "100", "1");
    let order = desk.order(Side::Sell, "1");
    assert_eq!(refused(&mut desk, order), Some(Refusal::MinHold));
    desk.now += 10 * SECOND;
    desk.quote("100", "100");
    let order = desk.order(Side::Sell, "1");
    assert_eq!(refused(&mut desk, order), None);
}

#[test]
fn orders_in_a_second_are_counted_for_the_book_and_for_each_strategy() {
    let mut limits = Limits {
        orders_per_second: Some(3),
        ..Limits::default()
    };
    let book = limits.clone();
    limits.orders_per_second = Some(1);
    let strategy = |name, limits: &Limits| StrategyConfig {
        name: id(name),
        kind: StrategyKind::External,
        limits: limits.clone(),
    };
    let mut desk = desk(book.clone());
    let config = Config {
        strategies: vec![strategy("slow", &limits), strategy("fast", &book)],
        limits: book,
        ..desk.state().config.clone()
    };
    desk.run(Command::Configure(Box::new(config)));
    let by = |desk: &Desk, name: &str| Submit {
        strategy: Some(id(name)),
        ..buy(desk, "1")
    };
    for (name, refusal) in [
        ("slow", None),
        ("slow", Some(Refusal::OrderRate)),
        ("fast", None),
        ("fast", None),
        ("fast", Some(Refusal::OrderRate)),
        ("nobody", Some(Refusal::UnknownStrategy)),
    ] {
        let order = by(&desk, name);
        assert_eq!(refused(&mut desk, order), refusal, "{name}");
    }
    desk.now += SECOND;
    let order = by(&desk, "slow");
    assert_eq!(refused(&mut desk, order), None);
    let external = desk
        .state()
        .strategy(truebook_core::model::StrategyId::EXTERNAL);
    assert_eq!(
        external.unwrap().counters.refused[&Refusal::UnknownStrategy],
        1
    );
    desk.check();
}

#[test]
fn losses_are_measured_from_the_days_start_and_from_the_peak_between_orders_too() {
    let mut desk = limited(|limits| limits.max_drawdown_pct = Some(number("1")));
    desk.buy("100", "100", "1");
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), None);
    // 100,000, then 100,900, then 99,800: never seen by an order.
    desk.quote("109", "109");
    desk.quote("100", "100");
    desk.quote("98", "98");
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), Some(Refusal::Drawdown));
    let order = desk.order(Side::Sell, "1");
    assert_eq!(refused(&mut desk, order), None, "what reduces is free");
    let mut desk = limited(|limits| limits.daily_loss_pct = Some(number("1")));
    desk.buy("100", "100", "1");
    desk.quote("100", "100");
    desk.quote("91", "91");
    desk.quote("89", "89");
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), Some(Refusal::DailyLoss));
    // The next day begins with what is left.
    desk.now += 86_400 * SECOND;
    desk.quote("89", "89");
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), None);
    desk.check();
}

#[test]
fn money_that_goes_out_is_no_loss() {
    let mut desk = limited(|limits| limits.max_drawdown_pct = Some(number("10")));
    desk.buy("1", "100", "1");
    desk.quote("100", "100");
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), None);
    let moved = CashMove {
        account: DEFAULT,
        currency: id("USD"),
        amount: number("50000"),
        kind: CashKind::Withdrawal,
        id: None,
    };
    desk.run(Command::MoveCash(Box::new(moved)));
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), None);
    desk.check();
}

#[test]
fn what_is_reserved_cannot_be_spent_twice_and_is_free_again_when_the_order_ends() {
    let mut desk = desk(Limits::default());
    let order = Submit {
        client_order_id: Some(id("a")),
        ..buy(&desk, "600")
    };
    assert_eq!(refused(&mut desk, order), None);
    let order = buy(&desk, "600");
    assert_eq!(
        refused(&mut desk, order),
        Some(Refusal::InsufficientBalance)
    );
    let usd = desk.currency("USD");
    // 60,000 and 0.1 % of it.
    assert_eq!(
        desk.state().balance(DEFAULT, usd).in_orders,
        60_060 * 10_i128.pow(18)
    );
    let update = truebook_core::book::OrderUpdate {
        client_order_id: id("a"),
        report: truebook_core::book::OrderReport::Canceled,
        ts: Timestamp(desk.now),
    };
    desk.run(Command::Order(Box::new(update)));
    assert_eq!(desk.state().balance(DEFAULT, usd).in_orders, 0);
    let order = buy(&desk, "600");
    assert_eq!(refused(&mut desk, order), None);
    desk.check();
}

#[test]
fn a_store_that_cannot_write_refuses_new_risk_only() {
    let mut desk = desk(Limits::default());
    desk.buy("10", "100", "1");
    desk.ledger.set_store_available(false);
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), Some(Refusal::StoreUnavailable));
    let order = desk.order(Side::Sell, "1");
    assert_eq!(refused(&mut desk, order), None);
}

#[test]
fn a_repeat_is_answered_as_before_and_other_content_is_refused() {
    let mut desk = desk(Limits::default());
    let order = Submit {
        client_order_id: Some(id("a")),
        ..buy(&desk, "1")
    };
    let first = desk.submit(order.clone());
    let Answer::Applied(first) = first else {
        panic!("{first:?}")
    };
    let Answer::Applied(again) = desk.submit(order.clone()) else {
        panic!("a repeat is applied")
    };
    assert_eq!((again.sequence, again.duplicate), (first.sequence, true));
    assert_eq!(desk.state().would_refuse(&order), None);
    let other = Submit {
        qty: order.qty * 2,
        ..order
    };
    assert_eq!(
        refused(&mut desk, other),
        Some(Refusal::DuplicateClientOrderId)
    );
    // A made id never takes one that a caller has.
    let next = Id::format(format_args!("order-{}", desk.state().sequence + 2));
    let taken = Submit {
        client_order_id: Some(next),
        ..buy(&desk, "1")
    };
    desk.submit(taken);
    let unnamed = buy(&desk, "1");
    let Answer::Applied(made) = desk.submit(unnamed) else {
        panic!("it passes")
    };
    assert_ne!(made.client_order_id, Some(next));
    desk.check();
}

#[test]
fn the_smallest_position_and_the_shortest_hold_are_allowed_at_their_edge() {
    let mut desk = desk(Limits::default());
    for (qty, refusal) in [("0.0999", Some(Refusal::MinNotional)), ("0.1", None)] {
        let order = buy(&desk, qty);
        assert_eq!(refused(&mut desk, order), refusal, "{qty}");
    }
    let mut desk = limited(|limits| limits.min_hold_seconds = 1);
    desk.buy("10", "100", "1");
    let opened = desk.position().trip.opened_at.0;
    for (ts, refusal) in [
        (opened + SECOND - 1, Some(Refusal::MinHold)),
        (opened + SECOND, None),
    ] {
        let order = Submit {
            ts: Timestamp(ts),
            ..desk.order(Side::Sell, "1")
        };
        assert_eq!(refused(&mut desk, order), refusal);
    }
}

#[test]
fn a_strategy_may_narrow_the_slots_of_the_book() {
    let strategy = StrategyConfig {
        name: id("narrow"),
        kind: StrategyKind::External,
        limits: Limits {
            max_positions: 1,
            ..Limits::default()
        },
    };
    let mut desk = desk(Limits::default());
    let config = Config {
        strategies: vec![strategy],
        ..desk.state().config.clone()
    };
    desk.run(Command::Configure(Box::new(config)));
    for (instrument, refusal) in [(FIRST, None), (second(), Some(Refusal::MaxPositions))] {
        let order = Submit {
            strategy: Some(id("narrow")),
            ..Submit::market(instrument, Side::Buy, 100_000_000, Timestamp(desk.now))
        };
        assert_eq!(refused(&mut desk, order), refusal);
    }
}

#[test]
fn an_order_counts_for_its_rate_for_less_than_a_second() {
    let mut desk = limited(|limits| limits.orders_per_second = Some(1));
    let first = desk.now;
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), None);
    for (after, refusal) in [(SECOND - 1, Some(Refusal::OrderRate)), (SECOND, None)] {
        let order = Submit {
            ts: Timestamp(first + after),
            ..buy(&desk, "1")
        };
        assert_eq!(refused(&mut desk, order), refusal, "{after} ns");
    }
}

#[test]
fn a_loss_of_the_whole_limit_is_allowed_and_nothing_is_lost_of_nothing() {
    let mut desk = limited(|limits| limits.max_drawdown_pct = Some(number("1")));
    desk.buy("100", "100", "1");
    desk.quote("100", "100");
    for (price, refusal) in [("90", None), ("89.99", Some(Refusal::Drawdown))] {
        desk.quote(price, price);
        let order = buy(&desk, "1");
        assert_eq!(refused(&mut desk, order), refusal, "{price}");
    }
    // Without any equity there is no percentage of it; the balance says no.
    let mut desk = Desk::new(Config {
        limits: Limits {
            max_drawdown_pct: Some(number("1")),
            ..Limits::default()
        },
        ..Config::default()
    });
    desk.instrument(spec("AIG-USD", InstrumentKind::Equity));
    desk.quote("100", "100");
    desk.buy("1", "100", "1");
    desk.quote("95", "95");
    let order = buy(&desk, "1");
    let refusal = Some(Refusal::InsufficientBalance);
    assert_eq!(refused(&mut desk, order), refusal);
}

#[test]
fn all_that_is_free_can_be_reserved_and_an_amended_order_may_use_its_own_again() {
    let mut desk = desk(Limits::default());
    desk.deposit("USD", "100");
    // 100,000 and 0.1 % of it: everything.
    let over = buy(&desk, "1000.00001");
    let refusal = Some(Refusal::InsufficientBalance);
    assert_eq!(refused(&mut desk, over), refusal);
    let order = Submit {
        client_order_id: Some(id("a")),
        order_type: OrderType::Limit(10_000_000_000),
        ..buy(&desk, "600")
    };
    assert_eq!(refused(&mut desk, order), None);
    let amend = |qty| {
        Command::Amend(Box::new(truebook_core::book::Amend {
            client_order_id: id("a"),
            qty: Some(qty),
            limit: None,
            ts: Timestamp(0),
        }))
    };
    let usd = desk.currency("USD");
    let over = desk.run(amend(100_000_001_000));
    assert_eq!(over, Answer::Refused(Refusal::InsufficientBalance));
    let all = desk.run(amend(100_000_000_000));
    assert!(matches!(all, Answer::Applied(_)), "{all:?}");
    assert_eq!(desk.state().balance(DEFAULT, usd).free(), 0);
    desk.check();
}

/// A position of 1,000 USD, long, in what `kind` says, under a gross exposure of 1,500 USD.
fn exposed(kind: InstrumentKind) -> Desk {
    let mut desk = Desk::new(Config {
        limits: Limits {
            max_gross_exposure: Some(number("1500")),
            ..Limits::default()
        },
        ..Config::default()
    });
    desk.deposit("USD", "100000");
    desk.deposit("BTC", "100000");
    desk.instrument(InstrumentSpec {
        leverage: Some(number("10")),
        ..spec("BTC-USD", kind)
    });
    desk.instrument(InstrumentSpec {
        symbol: id("SPOT"),
        ..spec("BTC-USD", InstrumentKind::Spot)
    });
    desk.quote("100", "100");
    second_price(&mut desk, 10_000_000_000);
    let qty = if kind == InstrumentKind::InversePerpetual {
        "1000"
    } else {
        "10"
    };
    desk.buy(qty, "100", "1");
    desk
}

#[test]
fn a_flip_is_exposed_by_what_stands_after_it_whatever_the_kind() {
    for (kind, over, edge) in [
        (InstrumentKind::Equity, "25.01", "25"),
        (InstrumentKind::Perpetual, "25.01", "25"),
        (InstrumentKind::InversePerpetual, "2501", "2500"),
    ] {
        let mut desk = exposed(kind);
        let order = desk.order(Side::Sell, over);
        let refusal = Some(Refusal::MaxGrossExposure);
        assert_eq!(refused(&mut desk, order), refusal, "{kind:?}");
        let order = desk.order(Side::Sell, edge);
        assert_eq!(refused(&mut desk, order), None, "{kind:?}");
        desk.check();
    }
}

#[test]
fn a_short_sale_without_leverage_reserves_its_fee() {
    let mut desk = desk(Limits::default());
    let order = desk.order(Side::Sell, "10");
    assert_eq!(refused(&mut desk, order), None);
    let usd = desk.currency("USD");
    let reserved = desk.state().balance(DEFAULT, usd).in_orders;
    assert_eq!(reserved, 10_i128.pow(18));
}

#[test]
fn what_is_on_the_way_counts_where_it_adds_and_not_twice() {
    let limit = |limits: &mut Limits| {
        limits.max_instrument_notional = Some(number("1000"));
        limits.max_gross_exposure = Some(number("2000"));
    };
    let mut desk = limited(limit);
    // 900 on the way in another instrument.
    let other = Submit::market(second(), Side::Buy, 1_800_000_000, Timestamp(desk.now));
    assert_eq!(refused(&mut desk, other), None);
    let order = Submit {
        client_order_id: Some(id("a")),
        order_type: OrderType::Limit(10_000_000_000),
        ..buy(&desk, "4")
    };
    assert_eq!(refused(&mut desk, order), None);
    let amend = Command::Amend(Box::new(truebook_core::book::Amend {
        client_order_id: id("a"),
        qty: Some(1_000_000_000),
        limit: None,
        ts: Timestamp(desk.now),
    }));
    let amended = desk.run(amend);
    assert!(matches!(amended, Answer::Applied(_)), "{amended:?}");
    // What only reduces adds nothing while it is on the way.
    let mut desk = limited(|limits| limits.max_gross_exposure = Some(number("1000")));
    desk.buy("4", "100", "1");
    let order = Submit {
        order_type: OrderType::Limit(10_000_000_000),
        ..desk.order(Side::Sell, "4")
    };
    assert_eq!(refused(&mut desk, order), None);
    let order = buy(&desk, "6");
    assert_eq!(refused(&mut desk, order), None);
    desk.check();
}

#[test]
fn a_holding_that_is_taken_in_is_no_profit_and_no_loss() {
    for (qty, cost) in [(-10_000_000_000, Some("-10000")), (10_000_000_000, None)] {
        let mut desk = limited(|limits| limits.daily_loss_pct = Some(number("5")));
        desk.quote("100", "100");
        let order = buy(&desk, "1");
        assert_eq!(refused(&mut desk, order), None);
        let risk = desk.state().risk;
        let equity = desk.state().equity();
        desk.run(Command::Adopt(Box::new(truebook_core::book::Adoption {
            account: DEFAULT,
            instrument: FIRST,
            strategy: None,
            qty,
            cost: cost.map(number),
            id: None,
            ts: Timestamp(desk.now),
        })));
        let moved = desk.state().equity() - equity;
        assert_ne!(moved, 0);
        assert_eq!(desk.state().risk.day_start, risk.day_start + moved);
        assert_eq!(desk.state().risk.peak, risk.peak + moved);
        let order = Submit::market(second(), Side::Buy, 100_000_000, Timestamp(desk.now));
        assert_eq!(refused(&mut desk, order), None);
        desk.check();
    }
}

#[test]
fn the_peak_of_equity_survives_a_restart() {
    let mut desk = limited(|limits| {
        limits.max_drawdown_pct = Some(number("10"));
        limits.price_band_pct = number("1000");
    });
    desk.buy("500", "100", "1");
    for price in ["100", "200", "140"] {
        desk.now += SECOND;
        desk.quote(price, price);
    }
    let mut replayed = truebook_core::book::State::default();
    desk.entries.iter().for_each(|entry| replayed.apply(entry));
    let mut again = truebook_core::book::Ledger::new(replayed);
    again.execute(&Command::Price(PriceTick {
        bid: Some(14_000_000_000),
        ask: Some(14_000_000_000),
        ..PriceTick::empty(FIRST, Timestamp(desk.now))
    }));
    let order = buy(&desk, "1");
    let refusal = Some(Refusal::Drawdown);
    assert_eq!(desk.state().would_refuse(&order), refusal);
    assert_eq!(again.state().would_refuse(&order), refusal);
    desk.check();
}

#[test]
fn what_has_no_price_makes_no_peak() {
    let mut desk = limited(|limits| limits.max_drawdown_pct = Some(number("10")));
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), None);
    desk.instrument(spec("IBM-USD", InstrumentKind::Equity));
    let third = truebook_core::model::InstrumentId(2);
    let mut report = desk.report(Side::Buy, "900", "100", "1");
    report.instrument = third;
    desk.fill(report);
    // Bought at 100 a share, worth 50 once it has a price.
    let peak = desk.state().risk.peak;
    desk.now += 2 * SECOND;
    desk.quote("105", "105");
    assert_eq!(desk.state().risk.peak, peak);
    let tick = PriceTick {
        last: Some(5_000_000_000),
        ..PriceTick::empty(third, Timestamp(desk.now))
    };
    desk.run(Command::Price(tick));
    assert_eq!(desk.state().risk.peak, peak);
    desk.check();
}

#[test]
fn a_new_configuration_gives_each_strategy_its_own_limits() {
    let mut desk = desk(Limits::default());
    for name in ["own", "other"] {
        let report = desk.report(Side::Buy, "1", "100", name);
        desk.fill(truebook_core::book::FillReport {
            strategy: Some(id(name)),
            ..report
        });
    }
    let strategy = StrategyConfig {
        name: id("own"),
        kind: StrategyKind::External,
        limits: Limits {
            max_positions: 1,
            ..Limits::default()
        },
    };
    let config = Config {
        strategies: vec![strategy],
        ..desk.state().config.clone()
    };
    desk.run(Command::Configure(Box::new(config)));
    let most = |name: &str| {
        let strategies = desk.state().strategies().iter();
        let own = strategies.filter(|strategy| strategy.name == id(name));
        own.map(|strategy| strategy.limits.max_positions)
            .sum::<u32>()
    };
    assert_eq!((most("own"), most("other"), most("EXTERNAL")), (1, 10, 10));
}

#[test]
fn a_position_that_is_closed_gives_its_slot_back() {
    let mut desk = limited(|limits| limits.max_positions = 1);
    desk.buy("1", "100", "1");
    let slots = |desk: &Desk| {
        let own = desk.position().id;
        (desk.state().has_slot(own), desk.state().count(None).slots)
    };
    assert_eq!(slots(&desk), (true, 1));
    let other = Submit::market(second(), Side::Buy, 100_000_000, Timestamp(desk.now));
    let refusal = Some(Refusal::MaxPositions);
    assert_eq!(refused(&mut desk, other.clone()), refusal);
    desk.sell("1", "100", "2");
    assert_eq!(slots(&desk), (false, 0));
    assert_eq!(refused(&mut desk, other), None);
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), refusal, "the slot is taken");
    desk.check();
}

#[test]
fn an_order_that_reserves_nothing_passes_whatever_is_owed() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    desk.quote("100", "100");
    desk.buy("1", "100", "1");
    assert_eq!(desk.balance("USD"), "-100");
    let order = desk.order(Side::Sell, "1");
    assert_eq!(refused(&mut desk, order), None);
    desk.check();
}

#[test]
fn a_strategy_that_nobody_named_has_the_limits_of_the_book() {
    let mut desk = limited(|limits| limits.max_order_notional = Some(number("1000")));
    for (qty, refusal) in [("11", Some(Refusal::MaxOrderNotional)), ("10", None)] {
        let order = Submit {
            strategy: Some(id(qty)),
            ..buy(&desk, qty)
        };
        assert_eq!(refused(&mut desk, order), refusal, "{qty}");
    }
}

fn risk_marks(desk: &Desk) -> usize {
    let events = desk.entries.iter().map(|entry| &entry.event);
    events
        .filter(|event| matches!(event, Event::RiskMarked { .. }))
        .count()
}

#[test]
fn losses_are_followed_only_where_a_limit_on_them_is_set() {
    for (limit, is_followed) in [
        ((|_| {}) as fn(&mut Limits), false),
        (|limits| limits.daily_loss_pct = Some(number("1")), true),
        (|limits| limits.max_drawdown_pct = Some(number("1")), true),
    ] {
        let mut desk = limited(limit);
        let order = buy(&desk, "1");
        assert_eq!(refused(&mut desk, order), None);
        assert_eq!(risk_marks(&desk) > 0, is_followed);
        let equity = if is_followed {
            desk.state().equity()
        } else {
            0
        };
        assert_eq!(desk.state().risk.peak, equity);
        desk.check();
    }
}

#[test]
fn money_that_comes_before_anything_is_measured_is_where_it_begins() {
    let mut desk = Desk::new(Config {
        limits: Limits {
            max_drawdown_pct: Some(number("10")),
            ..Limits::default()
        },
        ..Config::default()
    });
    desk.deposit("USD", "900");
    desk.instrument(spec("AIG-USD", InstrumentKind::Equity));
    // Held without a price, so that it would raise no peak that is known.
    desk.run(Command::Adopt(Box::new(truebook_core::book::Adoption {
        account: DEFAULT,
        instrument: FIRST,
        strategy: None,
        qty: 100_000_000,
        cost: Some(number("100")),
        id: None,
        ts: Timestamp(desk.now),
    })));
    assert_eq!(risk_marks(&desk), 0);
    let order = buy(&desk, "1");
    assert_eq!(refused(&mut desk, order), Some(Refusal::NoPrice));
    let thousand = 1_000 * 10_i128.pow(18);
    let risk = desk.state().risk;
    assert_eq!((risk.peak, risk.day_start), (thousand, thousand));
    desk.deposit("USD", "500");
    let risk = desk.state().risk;
    let more = thousand / 2 * 3;
    assert_eq!((risk.peak, risk.day_start), (more, more));
    desk.check();
}

#[test]
fn a_day_begins_at_its_boundary() {
    // A quarter past and three quarters past ten in the evening, of day 19,675.
    let limits = Limits {
        daily_loss_pct: Some(number("1")),
        ..Limits::default()
    };
    let mut desk = Desk::new(Config {
        limits,
        day_boundary_seconds: (22 * 60 + 30) * 60,
        ..Config::default()
    });
    desk.deposit("USD", "1000");
    desk.instrument(spec("AIG-USD", InstrumentKind::Equity));
    desk.now = (19_675 * 86_400 + (22 * 60 + 15) * 60) * SECOND;
    for day in [19_674, 19_675] {
        desk.quote("100", "100");
        assert_eq!(desk.state().risk.day, day);
        desk.now += 30 * 60 * SECOND;
    }
    desk.check();
}

#[test]
fn what_orders_and_positions_lock_is_not_free() {
    let mut desk = Desk::new(Config::default());
    desk.deposit("USD", "100");
    desk.instrument(InstrumentSpec {
        leverage: Some(number("10")),
        ..spec("BTC-USD", InstrumentKind::Perpetual)
    });
    desk.quote("100", "100");
    desk.buy("2", "100", "1");
    let order = Submit {
        order_type: OrderType::Limit(10_000_000_000),
        ..buy(&desk, "1")
    };
    assert_eq!(refused(&mut desk, order), None);
    let balance = desk.state().balance(DEFAULT, desk.currency("USD"));
    let tenths = |tenths: i128| tenths * 10_i128.pow(17);
    // A tenth of 200, a tenth of 100 and 0.1 % of it.
    let locked = [balance.in_margin, balance.in_orders, balance.locked()];
    assert_eq!(locked, [tenths(200), tenths(101), tenths(301)]);
    assert_eq!(balance.free(), tenths(699));
    desk.check();
}

#[test]
fn of_statements_the_newest_counts_and_of_one_moment_the_last() {
    let mut desk = desk(Limits::default());
    let now = desk.now;
    let mut say = |qty, ts| {
        let statement = Statement::Position {
            account: DEFAULT,
            instrument: FIRST,
            qty,
            ts: Timestamp(ts),
        };
        let answer = desk.run(Command::Statement(Box::new(statement)));
        let stated = desk.state().stated(DEFAULT, StatedOf::Position(FIRST));
        (
            matches!(answer, Answer::Applied(_)),
            stated.map(|stated| stated.stated),
        )
    };
    assert_eq!(say(1, now), (true, Some(1)));
    assert_eq!(say(2, now), (true, Some(2)));
    assert_eq!(say(3, now - 1), (false, Some(2)));
    assert_eq!(say(4, now + 1), (true, Some(4)));
}
