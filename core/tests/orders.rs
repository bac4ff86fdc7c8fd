//! The life of an order, whatever the order in which it is told.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod desk;

use desk::{DEFAULT, Desk, id, number, spec};
use truebook_core::book::{
    Amend, Answer, Applied, CashKind, CashMove, Command, Event, FillReport, Invalid, OrderReport,
    OrderUpdate, Submit,
};
use truebook_core::model::{
    AccountId, Config, Id, InstrumentKind, OrderStatus, OrderType, PositionLeg, Refusal, Side,
    Timestamp,
};

fn desk() -> Desk {
    let mut desk = Desk::new(Config::default());
    desk.deposit("USD", "100000");
    desk.instrument(spec("AIG-USD", InstrumentKind::Equity));
    desk.quote("100", "100");
    desk
}

fn place(desk: &mut Desk, name: &str, side: Side, qty: &str) {
    let order = Submit {
        client_order_id: Some(id(name)),
        order_type: OrderType::Limit(10_000_000_000),
        ..desk.order(side, qty)
    };
    let answer = desk.submit(order);
    assert!(matches!(answer, Answer::Applied(_)), "{answer:?}");
}

fn tell(desk: &mut Desk, name: &str, report: OrderReport) -> Result<Applied, Invalid> {
    let update = OrderUpdate {
        client_order_id: id(name),
        report,
        ts: Timestamp(desk.now),
    };
    match desk.run(Command::Order(Box::new(update))) {
        Answer::Applied(applied) => Ok(applied),
        Answer::Invalid(why) => Err(why),
        other => panic!("{other:?}"),
    }
}

fn of(desk: &Desk, name: &str, report: FillReport) -> FillReport {
    assert!(desk.state().order(&id(name)).is_some());
    FillReport {
        client_order_id: Some(id(name)),
        ..report
    }
}

fn status(desk: &Desk, name: &str) -> OrderStatus {
    desk.order_of(name).status
}

#[test]
fn a_fill_before_the_ack_and_after_the_end_is_booked() {
    let mut desk = desk();
    place(&mut desk, "a", Side::Buy, "3");
    let report = desk.report(Side::Buy, "1", "100", "1");
    desk.fill(of(&desk, "a", report));
    assert_eq!(status(&desk, "a"), OrderStatus::PartiallyFilled);
    let late = tell(&mut desk, "a", OrderReport::Accepted(Some(id("v")))).unwrap();
    assert!(!late.duplicate, "it tells the venue's id");
    assert!(
        tell(&mut desk, "a", OrderReport::Accepted(Some(id("v"))))
            .unwrap()
            .duplicate
    );
    tell(&mut desk, "a", OrderReport::Canceled).unwrap();
    let order = desk.order_of("a");
    assert_eq!((order.cum_qty, order.locked), (100_000_000, 0));
    // By the venue's id alone, after the end.
    let mut report = desk.report(Side::Buy, "2", "100", "2");
    report.venue_order_id = Some(id("v"));
    desk.fill(report);
    assert_eq!(status(&desk, "a"), OrderStatus::Filled);
    assert_eq!(desk.held()[0], "3");
    desk.check();
}

#[test]
fn an_end_is_final_and_a_repeat_of_it_is_nothing() {
    let mut desk = desk();
    for (name, report) in [
        ("c", OrderReport::Canceled),
        ("r", OrderReport::Rejected),
        ("e", OrderReport::Expired),
    ] {
        place(&mut desk, name, Side::Buy, "1");
        assert!(!tell(&mut desk, name, report).unwrap().duplicate);
        assert!(tell(&mut desk, name, report).unwrap().duplicate);
        let other = if report == OrderReport::Canceled {
            OrderReport::Expired
        } else {
            OrderReport::Canceled
        };
        assert_eq!(tell(&mut desk, name, other), Err(Invalid::OrderEnded));
        assert_eq!(
            tell(&mut desk, name, OrderReport::CancelRequested),
            Err(Invalid::OrderEnded)
        );
        assert!(
            tell(&mut desk, name, OrderReport::Unknown)
                .unwrap()
                .duplicate
        );
    }
    let nobody = tell(&mut desk, "nobody", OrderReport::Canceled);
    assert_eq!(nobody, Err(Invalid::UnknownOrder));
    desk.check();
}

#[test]
fn an_unknown_order_keeps_its_reservation_until_its_fate_is_known() {
    let mut desk = desk();
    place(&mut desk, "a", Side::Buy, "10");
    let locked = desk.order_of("a").locked;
    tell(&mut desk, "a", OrderReport::Unknown).unwrap();
    assert_eq!(
        (status(&desk, "a"), desk.order_of("a").locked),
        (OrderStatus::Unknown, locked)
    );
    tell(&mut desk, "a", OrderReport::Accepted(None)).unwrap();
    assert_eq!(status(&desk, "a"), OrderStatus::Working);
    let report = desk.report(Side::Buy, "4", "100", "1");
    desk.fill(of(&desk, "a", report));
    tell(&mut desk, "a", OrderReport::Unknown).unwrap();
    tell(&mut desk, "a", OrderReport::Accepted(None)).unwrap();
    assert_eq!(status(&desk, "a"), OrderStatus::PartiallyFilled);
    desk.check();
}

#[test]
fn a_cancel_is_asked_for_and_may_be_refused() {
    let mut desk = desk();
    place(&mut desk, "a", Side::Buy, "1");
    tell(&mut desk, "a", OrderReport::CancelRequested).unwrap();
    assert!(desk.order_of("a").is_cancel_requested);
    assert!(
        tell(&mut desk, "a", OrderReport::CancelRequested)
            .unwrap()
            .duplicate
    );
    tell(&mut desk, "a", OrderReport::CancelRejected).unwrap();
    assert!(!desk.order_of("a").is_cancel_requested);
    assert!(desk.order_of("a").status.is_open());
    desk.check();
}

#[test]
fn an_order_is_amended_within_the_limits_or_stands_as_it_was() {
    let mut desk = desk();
    place(&mut desk, "a", Side::Buy, "10");
    let amend = |desk: &mut Desk, qty: Option<i128>, limit: Option<i64>| {
        let amend = Amend {
            client_order_id: id("a"),
            qty,
            limit,
            ts: Timestamp(desk.now),
        };
        desk.run(Command::Amend(Box::new(amend)))
    };
    assert!(matches!(
        amend(&mut desk, Some(2_000_000_000), None),
        Answer::Applied(_)
    ));
    let usd = desk.currency("USD");
    // 20 at 100 and 0.1 %.
    assert_eq!(
        desk.state().balance(DEFAULT, usd).in_orders,
        2_002 * 10_i128.pow(18)
    );
    let Answer::Applied(same) = amend(&mut desk, None, None) else {
        panic!("nothing is changed")
    };
    assert!(same.duplicate);
    let too_much = amend(&mut desk, Some(200_000_000_000), None);
    assert_eq!(too_much, Answer::Refused(Refusal::InsufficientBalance));
    let off = amend(&mut desk, None, Some(9_999_999_999));
    assert_eq!(off, Answer::Refused(Refusal::TickSize));
    assert_eq!(desk.order_of("a").qty, 2_000_000_000);
    let report = desk.report(Side::Buy, "5", "100", "1");
    desk.fill(of(&desk, "a", report));
    let below = amend(&mut desk, Some(500_000_000), None);
    assert_eq!(below, Answer::Refused(Refusal::InvalidQuantity));
    assert!(matches!(
        amend(&mut desk, Some(600_000_000), Some(9_900_000_000)),
        Answer::Applied(_)
    ));
    assert_eq!(desk.order_of("a").leaves_qty(), 100_000_000);
    // What is left: 1 at 99 and 0.1 %.
    let left = desk.state().balance(DEFAULT, usd).in_orders;
    assert_eq!(left, 99_099 * 10_i128.pow(15));
    tell(&mut desk, "a", OrderReport::Canceled).unwrap();
    assert_eq!(
        amend(&mut desk, Some(700_000_000), None),
        Answer::Invalid(Invalid::OrderEnded)
    );
    assert_eq!(desk.state().balance(DEFAULT, usd).in_orders, 0);
    desk.check();
}

#[test]
fn what_has_no_limit_has_none_to_amend_and_a_stop_limit_keeps_its_trigger() {
    let mut desk = desk();
    let stop = OrderType::StopLimit {
        trigger: 10_100_000_000,
        limit: 10_200_000_000,
    };
    for (name, order_type) in [("m", OrderType::Market), ("s", stop)] {
        let order = Submit {
            client_order_id: Some(id(name)),
            order_type,
            ..desk.order(Side::Buy, "1")
        };
        assert!(matches!(desk.submit(order), Answer::Applied(_)));
    }
    let amend = |desk: &mut Desk, name: &str| {
        let amend = Amend {
            client_order_id: id(name),
            qty: None,
            limit: Some(10_300_000_000),
            ts: Timestamp(desk.now),
        };
        desk.run(Command::Amend(Box::new(amend)))
    };
    assert_eq!(amend(&mut desk, "m"), Answer::Invalid(Invalid::NoLimit));
    assert_eq!(
        amend(&mut desk, "nobody"),
        Answer::Invalid(Invalid::UnknownOrder)
    );
    assert!(matches!(amend(&mut desk, "s"), Answer::Applied(_)));
    assert_eq!(
        desk.order_of("s").order_type.trigger(),
        Some(10_100_000_000)
    );
    assert_eq!(desk.order_of("s").order_type.limit(), Some(10_300_000_000));
    desk.check();
}

#[test]
fn a_reducing_order_is_amended_and_counted_by_what_it_leaves() {
    let mut desk = desk();
    desk.buy("10", "100", "1");
    place(&mut desk, "a", Side::Sell, "4");
    assert_eq!(desk.position().available_to_reduce(), 600_000_000);
    let amend = Amend {
        client_order_id: id("a"),
        qty: Some(900_000_000),
        limit: None,
        ts: Timestamp(desk.now),
    };
    assert!(matches!(
        desk.run(Command::Amend(Box::new(amend))),
        Answer::Applied(_)
    ));
    assert_eq!(desk.position().available_to_reduce(), 100_000_000);
    let report = desk.report(Side::Sell, "3", "100", "2");
    desk.fill(of(&desk, "a", report));
    assert_eq!(desk.position().open_sells, 600_000_000);
    desk.bust("2");
    assert_eq!(desk.position().open_sells, 900_000_000);
    desk.check();
}

#[test]
fn a_report_of_another_instrument_or_side_is_not_this_orders_fill() {
    let mut desk = desk();
    place(&mut desk, "a", Side::Buy, "1");
    let report = desk.report(Side::Sell, "1", "100", "1");
    desk.fill(of(&desk, "a", report));
    assert_eq!(
        (status(&desk, "a"), desk.order_of("a").cum_qty),
        (OrderStatus::Pending, 0)
    );
    desk.check();
}

#[test]
fn a_repeat_that_first_names_the_order_is_counted_on_it() {
    let mut desk = desk();
    place(&mut desk, "a", Side::Buy, "2");
    desk.buy("1", "100", "1");
    let report = desk.report(Side::Buy, "1", "100", "1");
    assert!(desk.fill(of(&desk, "a", report)).duplicate);
    assert_eq!(status(&desk, "a"), OrderStatus::PartiallyFilled);
    assert_eq!(
        (desk.held()[0].as_str(), desk.order_of("a").cum_qty),
        ("1", 100_000_000)
    );
    desk.check();
}

#[test]
fn a_correction_that_comes_first_voids_what_it_corrects_and_keeps_its_owner() {
    let mut desk = desk();
    let mut corrected = desk.report(Side::Buy, "7", "100", "t.02");
    corrected.revises = Some(id("t.01"));
    desk.fill(corrected);
    assert!(desk.buy("10", "100", "t.01").duplicate);
    assert_eq!(desk.held()[0], "7");
    let mut own = desk.report(Side::Buy, "5", "100", "s.01");
    own.strategy = Some(id("swing"));
    desk.fill(own);
    let mut corrected = desk.report(Side::Buy, "4", "100", "s.02");
    corrected.revises = Some(id("s.01"));
    desk.fill(corrected);
    let swing = desk.state().strategy_id(&id("swing")).unwrap();
    let own = desk
        .state()
        .positions()
        .iter()
        .find(|p| p.key.strategy == swing);
    assert_eq!(own.map(|position| position.qty), Some(400_000_000));
    desk.check();
}

#[test]
fn the_average_price_of_an_order_is_that_of_the_fills_that_stand() {
    let mut desk = desk();
    place(&mut desk, "a", Side::Buy, "10");
    let average = |desk: &Desk| {
        let order = desk.order_of("a");
        let instrument = *desk.state().instrument(order.instrument).unwrap();
        order.avg_px(&instrument)
    };
    assert_eq!(average(&desk), None);
    for (qty, price, trade) in [("1", "100", "1"), ("2", "103", "2")] {
        let report = desk.report(Side::Buy, qty, price, trade);
        desk.fill(of(&desk, "a", report));
    }
    assert_eq!(average(&desk), Some(number("102")));
    // One that only later turns out to be the order's.
    let unnamed = desk.report(Side::Buy, "1", "106", "3");
    desk.fill(unnamed.clone());
    assert_eq!(average(&desk), Some(number("102")));
    desk.run(Command::Fill(Box::new(of(&desk, "a", unnamed))));
    assert_eq!(average(&desk), Some(number("103")));
    desk.bust("1");
    assert_eq!(average(&desk), Some(number("104")));
    desk.check();
}

#[test]
fn an_order_that_ends_leaves_the_others_open_and_gives_back_what_it_spoke_for() {
    let mut desk = desk();
    desk.buy("10", "100", "1");
    for (name, qty) in [("a", "4"), ("b", "3")] {
        place(&mut desk, name, Side::Sell, qty);
    }
    let available = |desk: &Desk| desk.position().available_to_reduce() / 100_000_000;
    assert_eq!(available(&desk), 3);
    tell(&mut desk, "a", OrderReport::Canceled).unwrap();
    assert_eq!(available(&desk), 7);
    let open: Vec<_> = desk.state().open_orders().collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].1.client_order_id, id("b"));
    // One that opens takes a slot until it ends.
    let slots = |desk: &Desk| {
        let position = desk.position();
        (position.opening_orders, position.open_buys / 100_000_000)
    };
    place(&mut desk, "c", Side::Buy, "2");
    place(&mut desk, "d", Side::Buy, "1");
    assert_eq!(slots(&desk), (2, 3));
    tell(&mut desk, "c", OrderReport::Expired).unwrap();
    assert_eq!(slots(&desk), (1, 1));
    desk.check();
}

fn amend(desk: &mut Desk, name: &str, qty: i128) -> Answer {
    let amend = Amend {
        client_order_id: id(name),
        qty: Some(qty),
        limit: None,
        ts: Timestamp(desk.now),
    };
    desk.run(Command::Amend(Box::new(amend)))
}

#[test]
fn an_amended_order_is_checked_on_its_own_leg_and_only_reduces_where_it_must() {
    let mut desk = Desk::with(InstrumentKind::Perpetual);
    desk.deposit("USD", "100000");
    desk.quote("100", "100");
    let report = desk.report(Side::Buy, "10", "100", "1");
    desk.fill(FillReport {
        leg: PositionLeg::Long,
        ..report
    });
    let order = Submit {
        client_order_id: Some(id("a")),
        leg: PositionLeg::Long,
        reduce_only: true,
        ..desk.order(Side::Sell, "4")
    };
    let answer = desk.submit(order);
    assert!(matches!(answer, Answer::Applied(_)), "{answer:?}");
    let answer = amend(&mut desk, "a", 1_000_000_000);
    assert!(matches!(answer, Answer::Applied(_)), "{answer:?}");
    let over = amend(&mut desk, "a", 1_100_000_000);
    assert_eq!(over, Answer::Refused(Refusal::ReduceOnlyExceeds));
    let Some(Event::OrderRefused(refused)) = desk.entries.last().map(|entry| &entry.event) else {
        panic!("the refusal is recorded");
    };
    assert_eq!(refused.client_order_id, Some(id("a")));
    assert_eq!(desk.order_of("a").qty, 1_000_000_000);
    desk.check();
}

#[test]
fn an_amended_order_is_paid_by_its_own_account() {
    let mut desk = desk();
    desk.run(Command::AddAccount(id("second")));
    let second = AccountId(1);
    let moved = CashMove {
        account: second,
        currency: id("USD"),
        amount: number("500"),
        kind: CashKind::Deposit,
        id: None,
    };
    desk.run(Command::MoveCash(Box::new(moved)));
    let order = Submit {
        client_order_id: Some(id("a")),
        account: second,
        ..desk.order(Side::Buy, "1")
    };
    assert!(matches!(desk.submit(order), Answer::Applied(_)));
    let over = amend(&mut desk, "a", 500_000_000);
    assert_eq!(over, Answer::Refused(Refusal::InsufficientBalance));
    let within = amend(&mut desk, "a", 400_000_000);
    assert!(matches!(within, Answer::Applied(_)), "{within:?}");
    let usd = desk.currency("USD");
    let locked = |account| desk.state().balance(account, usd).in_orders;
    let wanted = 4_004 * 10_i128.pow(17);
    assert_eq!((locked(DEFAULT), locked(second)), (0, wanted));
    desk.check();
}

#[test]
fn an_order_without_a_name_is_named_by_its_sequence_or_the_next_free_number() {
    let mut desk = desk();
    let unnamed = |desk: &mut Desk| match desk.submit(desk.order(Side::Buy, "1")) {
        Answer::Applied(applied) => applied,
        other => panic!("{other:?}"),
    };
    let made = |number: u64| Some(Id::format(format_args!("order-{number}")));
    let first = unnamed(&mut desk);
    assert_eq!(first.sequence, desk.state().sequence);
    assert_eq!(first.client_order_id, made(first.sequence));
    let taken = first.sequence + 2;
    place(&mut desk, &format!("order-{taken}"), Side::Buy, "1");
    let next = unnamed(&mut desk);
    assert_eq!(next.sequence, taken);
    assert_eq!(next.client_order_id, made(taken + 1));
    desk.check();
}

#[test]
fn what_is_said_again_is_answered_with_the_name_and_the_sequence() {
    let mut desk = desk();
    let order = Submit {
        client_order_id: Some(id("a")),
        ..desk.order(Side::Buy, "1")
    };
    let first = desk.submit(order.clone());
    let booked = Applied {
        sequence: desk.state().sequence,
        client_order_id: Some(id("a")),
        ..Applied::default()
    };
    assert_eq!(first, Answer::Applied(booked));
    let placed = tell(&mut desk, "a", OrderReport::Accepted(None)).unwrap();
    let sequence = desk.state().sequence;
    assert_eq!((placed.sequence, placed.duplicate), (sequence, false));
    let again = tell(&mut desk, "a", OrderReport::Accepted(None)).unwrap();
    assert_eq!((again.sequence, again.duplicate), (sequence, true));
    let repeat = Applied {
        duplicate: true,
        ..booked
    };
    assert_eq!(desk.submit(order), Answer::Applied(repeat));
    desk.check();
}
