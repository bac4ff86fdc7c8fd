//! Executions that are corrected or taken back: whose they were, what they lock, how they count.
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
    Answer, BustReport, Command, FillReport, Invalid, News, Notice, OrderReport, OrderUpdate,
    Quarantine, Split, Submit,
};
use truebook_core::model::{
    Config, Fixed, InstrumentKind, InstrumentSpec, OrderType, PositionLeg, Side, Timestamp,
};

const ONE: i128 = 1_000_000_000_000_000_000;

/// 1,001 USD and an order of 10 at 100, which locks all of it.
fn desk() -> Desk {
    let mut desk = Desk::new(Config::default());
    desk.deposit("USD", "1001");
    desk.instrument(spec("AIG-USD", InstrumentKind::Equity));
    desk.quote("100", "100");
    place(&mut desk, "a", "10");
    desk
}

fn place(desk: &mut Desk, name: &str, qty: &str) -> Answer {
    let order = Submit {
        client_order_id: Some(id(name)),
        order_type: OrderType::Limit(10_000_000_000),
        ..desk.order(Side::Buy, qty)
    };
    desk.submit(order)
}

/// A report of an execution of `qty` at `price`, of the order `order`, that corrects `revises`.
fn told(desk: &mut Desk, what: [&str; 3], order: Option<&str>, revises: Option<&str>) {
    let [qty, price, trade] = what;
    let report = desk.report(Side::Buy, qty, price, trade);
    desk.fill(FillReport {
        client_order_id: order.map(id),
        revises: revises.map(id),
        ..report
    });
}

fn locked(desk: &Desk) -> Fixed {
    let usd = desk.currency("USD");
    Fixed::new(desk.state().balance(DEFAULT, usd).in_orders, 18)
}

#[test]
fn a_correction_unlocks_what_it_fills_more_and_locks_what_it_fills_less() {
    let mut desk = desk();
    assert_eq!(locked(&desk), number("1001"));
    told(&mut desk, ["4", "100", "1"], Some("a"), None);
    assert_eq!(locked(&desk), number("600.6"));
    told(&mut desk, ["4", "99", "1b"], Some("a"), Some("1"));
    assert_eq!(locked(&desk), number("600.6"), "the same quantity");
    told(&mut desk, ["5", "99", "1c"], None, Some("1"));
    assert_eq!(locked(&desk), number("500.5"), "one more");
    told(&mut desk, ["2", "99", "1d"], None, Some("1"));
    assert_eq!(locked(&desk), number("800.8"), "three less");
    desk.bust("1d");
    assert_eq!(locked(&desk), number("1001"), "all of it again");
    assert_eq!(desk.order_of("a").leaves_qty(), 1_000_000_000);
    assert!(matches!(place(&mut desk, "b", "4"), Answer::Refused(_)));
    desk.check();
}

#[test]
fn a_correction_may_change_the_side_and_the_order() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    desk.buy("1", "100", "1");
    let report = desk.report(Side::Sell, "1", "100", "1b");
    desk.fill(FillReport {
        revises: Some(id("1")),
        ..report
    });
    assert_eq!(desk.held()[0], "-1");
    let mut desk = self::desk();
    desk.deposit("USD", "1000");
    place(&mut desk, "b", "5");
    told(&mut desk, ["4", "100", "1"], Some("a"), None);
    told(&mut desk, ["4", "100", "1b"], Some("b"), Some("1"));
    assert_eq!(desk.held()[0], "4");
    let filled = |desk: &Desk, name| desk.order_of(name).cum_qty / 100_000_000;
    assert_eq!((filled(&desk, "a"), filled(&desk, "b")), (0, 4));
    assert_eq!(desk.order_of("a").locked, 1_001 * ONE);
    desk.check();
}

#[test]
fn a_correction_stays_with_its_strategy_and_its_leg() {
    let mut desk = Desk::with(InstrumentKind::Perpetual);
    desk.deposit("USD", "100000");
    let report = desk.report(Side::Buy, "1", "100", "1");
    desk.fill(FillReport {
        strategy: Some(id("alpha")),
        leg: PositionLeg::Long,
        ..report
    });
    told(&mut desk, ["2", "100", "1b"], None, Some("1"));
    let open = desk.state().positions().iter().filter(|held| held.qty != 0);
    let open: Vec<_> = open.map(|held| (held.key.leg, held.qty)).collect();
    assert_eq!(open, [(PositionLeg::Long, 200_000_000)]);
    desk.check();
}

#[test]
fn a_trade_id_of_several_executions_is_taken_back_by_its_side_or_not_at_all() {
    // What was corrected is gone; what corrected it is taken back by its own name.
    let mut desk = Desk::with(InstrumentKind::Equity);
    desk.buy("1", "100", "1");
    told(&mut desk, ["2", "100", "1b"], None, Some("1"));
    assert!(desk.bust("1").duplicate);
    assert_eq!(desk.held()[0], "2");
    assert!(!desk.bust("1b").duplicate);
    assert_eq!(desk.held()[0], "0");
    // The same id on two orders: nobody says which.
    let mut desk = Desk::with(InstrumentKind::Equity);
    for (order, qty) in [("V1", "1"), ("V2", "2")] {
        let mut report = desk.report(Side::Buy, qty, "100", "9");
        report.venue_order_id = Some(id(order));
        desk.fill(report);
    }
    assert_eq!(desk.bust("9").quarantined, Some(Quarantine::AmbiguousTrade));
    let report = desk.report(Side::Buy, "3", "100", "9b");
    let either = desk.fill(FillReport {
        revises: Some(id("9")),
        ..report.clone()
    });
    assert_eq!(either.quarantined, Some(Quarantine::AmbiguousTrade));
    let named = desk.fill(FillReport {
        revises: Some(id("9")),
        venue_order_id: Some(id("V2")),
        trade_id: Some(id("9c")),
        ..report
    });
    assert_eq!(named.quarantined, None);
    assert_eq!(desk.held()[0], "4");
    // And a late fee goes to the one that has none.
    assert_eq!(desk.late_fee("9c", "1", "USD").quarantined, None);
    // On both sides: the side says which.
    let mut desk = Desk::with(InstrumentKind::Equity);
    desk.buy("1", "100", "7");
    desk.sell("1", "100", "7");
    assert_eq!(
        desk.late_fee("7", "1", "USD").quarantined,
        Some(Quarantine::AmbiguousTrade)
    );
    let bust = desk.bust("7");
    assert_eq!(bust.quarantined, Some(Quarantine::AmbiguousTrade));
    assert_eq!(bust.sequence, desk.state().sequence);
    assert_eq!(Quarantine::AmbiguousTrade.name(), "AmbiguousTrade");
    desk.run(Command::Bust(Box::new(BustReport {
        account: DEFAULT,
        instrument: FIRST,
        side: Some(Side::Sell),
        trade_id: id("7"),
        ts: Timestamp(desk.now),
    })));
    assert_eq!(desk.held()[0], "1", "the sale is taken back");
    desk.check();
}

fn split(desk: &mut Desk, name: &str) -> Answer {
    desk.run(Command::Split(Box::new(Split {
        instrument: FIRST,
        numerator: 2,
        denominator: 1,
        cash_px: None,
        id: Some(id(name)),
        ts: Timestamp(desk.now),
    })))
}

#[test]
fn a_split_is_booked_once_even_where_nothing_is_held() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    desk.quote("100", "100");
    for is_repeat in [false, true, true] {
        match split(&mut desk, "s1") {
            Answer::Applied(applied) => assert_eq!(applied.duplicate, is_repeat),
            other => panic!("{other:?}"),
        }
        assert_eq!(desk.state().mark(FIRST).mark, Some(5_000_000_000));
    }
    desk.check();
}

#[test]
fn a_round_trip_through_a_split_counts_new_shares_and_nothing_before_it_is_taken_back() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    desk.buy("10", "100", "1");
    split(&mut desk, "s1");
    assert_eq!(desk.bust("1").quarantined, Some(Quarantine::BeforeSplit));
    assert_eq!(Quarantine::BeforeSplit.name(), "BeforeSplit");
    desk.sell("20", "60", "2");
    let instrument = *desk.state().instrument(FIRST).unwrap();
    let trip = desk.state().closed().next().unwrap().trip;
    let px = |px: Option<i128>| Fixed::new(px.unwrap(), 8);
    assert_eq!(
        (trip.entry_qty, trip.exit_qty),
        (2_000_000_000, 2_000_000_000)
    );
    assert_eq!(px(trip.entry_px(&instrument)), number("50"));
    assert_eq!(px(trip.exit_px(&instrument)), number("60"));
    assert!(!desk.bust("2").duplicate, "what came after it is");
    desk.check();
}

#[test]
fn what_is_taken_back_ends_no_round_trip() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    desk.buy("10", "100", "1");
    desk.bust("1");
    assert_eq!(desk.position().closed_trades, 0);
    desk.buy("10", "100", "2");
    desk.buy("10", "110", "3");
    desk.sell("5", "120", "4");
    desk.bust("3");
    desk.bust("4");
    desk.sell("10", "120", "5");
    let closed: Vec<_> = desk.state().closed().collect();
    assert_eq!(closed.len(), 1);
    let trip = closed[0].trip;
    assert_eq!(
        (trip.entry_qty, trip.exit_qty),
        (1_000_000_000, 1_000_000_000)
    );
    assert_eq!(
        (trip.entry_value, trip.exit_value),
        (1_000 * ONE, 1_200 * ONE)
    );
    assert_eq!(trip.realized_pnl, 200 * ONE);
    // A correction that goes through flat begins another.
    desk.buy("5", "100", "6");
    desk.sell("8", "100", "7");
    desk.bust("6");
    assert_eq!(desk.held()[0], "-8");
    desk.check();
}

#[test]
fn the_average_of_one_fill_is_its_price_whatever_the_instrument() {
    for (kind, precision, qty, price) in [
        (InstrumentKind::InversePerpetual, 2, "20", "30000"),
        (InstrumentKind::InversePerpetual, 2, "1000", "61234.5"),
        (InstrumentKind::Equity, 12, "1", "0.000000001234"),
        (InstrumentKind::Perpetual, 2, "3", "100.01"),
    ] {
        let mut desk = Desk::new(Config::default());
        desk.deposit("USD", "1000000");
        desk.deposit("BTC", "1000000");
        desk.instrument(InstrumentSpec {
            price_precision: precision,
            ..spec("BTC-USD", kind)
        });
        desk.instrument(InstrumentSpec {
            symbol: id("SPOT"),
            ..spec("BTC-USD", InstrumentKind::Spot)
        });
        desk.quote(price, price);
        let order = Submit {
            client_order_id: Some(id("a")),
            reduce_only: false,
            ..desk.order(Side::Sell, qty)
        };
        // Whether it passes its limits is another matter: the order need only be known.
        let mut config = desk.state().config.clone();
        config.limits.min_position = number("0");
        desk.run(Command::Configure(Box::new(config)));
        let tick = truebook_core::book::PriceTick {
            last: Some(6_000_000_000_000),
            ..truebook_core::book::PriceTick::empty(
                truebook_core::model::InstrumentId(1),
                Timestamp(desk.now),
            )
        };
        desk.run(Command::Price(tick));
        let answer = desk.submit(order);
        assert!(matches!(answer, Answer::Applied(_)), "{kind:?} {answer:?}");
        let report = desk.report(Side::Sell, qty, price, "1");
        desk.fill(FillReport {
            client_order_id: Some(id("a")),
            ..report
        });
        let instrument = *desk.state().instrument(FIRST).unwrap();
        let average = desk.order_of("a").avg_px(&instrument);
        assert_eq!(average, Some(number(price)), "{kind:?}");
        let position = desk.position();
        let average = instrument
            .average_price(position.cost, position.qty)
            .unwrap();
        let far = Fixed::new(average, instrument.price_scale).raw
            - number(price).exactly_at(instrument.price_scale).unwrap();
        // What is inverse is rounded once, at 8 digits of what it settles in.
        let is_inverse = kind == InstrumentKind::InversePerpetual;
        assert!(far == 0 || is_inverse, "{kind:?} is off by {far}");
        desk.check();
    }
}

fn notices(desk: &mut Desk) -> Vec<Notice> {
    let mut notices = Vec::new();
    desk.ledger.take_notices(&mut notices);
    notices
}

fn kinds(desk: &mut Desk) -> Vec<&'static str> {
    notices(desk)
        .iter()
        .map(|notice| notice.news.kind())
        .collect()
}

#[test]
fn a_follower_hears_of_ids_prices_costs_and_accounts_that_become_known() {
    let mut desk = desk();
    desk.ledger.set_followed(true);
    told(&mut desk, ["4", "100", "1"], Some("a"), None);
    notices(&mut desk);
    let mut again = desk.report(Side::Buy, "4", "100", "1");
    again.venue_order_id = Some(id("V"));
    again.client_order_id = Some(id("a"));
    desk.run(Command::Fill(Box::new(again)));
    assert_eq!(kinds(&mut desk), ["order_accepted"]);
    told(&mut desk, ["4", "99", "1b"], Some("a"), Some("1"));
    assert!(kinds(&mut desk).contains(&"order_corrected"));
    // An account that takes only what reduces, and no longer.
    desk.buy("5", "100", "1b");
    assert_eq!(kinds(&mut desk), ["fill_quarantined", "account_changed"]);
    desk.run(Command::SetTradingState {
        state: truebook_core::book::TradingState::Active,
        reason: id("looked into"),
    });
    let all = notices(&mut desk);
    let account = all.iter().find_map(|notice| match &notice.news {
        News::AccountReducing { change, .. } => Some((change.old, change.new)),
        _ => None,
    });
    assert_eq!(account, Some((true, false)));
    let update = OrderUpdate {
        client_order_id: id("a"),
        report: OrderReport::Canceled,
        ts: Timestamp(desk.now),
    };
    desk.run(Command::Order(Box::new(update)));
    assert_eq!(kinds(&mut desk), ["order_canceled", "balance_changed"]);
    desk.check();
}

#[test]
fn an_execution_that_corrects_itself_is_booked_and_ends() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    told(&mut desk, ["1", "100", "t"], None, Some("t"));
    told(&mut desk, ["2", "101", "u"], None, Some("t"));
    assert_eq!(desk.held()[0], "2", "the first is taken back");
    told(&mut desk, ["3", "101", "u"], None, Some("u"));
    desk.bust("t");
    desk.bust("u");
    desk.check();
}

#[test]
fn a_repeat_is_answered_with_the_sequence_of_the_first_whatever_became_of_it() {
    let mut desk = desk();
    told(&mut desk, ["4", "100", "1"], Some("a"), None);
    let booked = desk.state().sequence;
    let repeat = |desk: &mut Desk, qty: &str, liquidity| {
        let report = desk.report(Side::Buy, qty, "100", "1");
        desk.fill(FillReport {
            client_order_id: Some(id("a")),
            liquidity,
            ..report
        })
    };
    let said = repeat(&mut desk, "4", None);
    assert_eq!((said.sequence, said.duplicate), (booked, true));
    assert_eq!(desk.state().sequence, booked, "nothing was news");
    let said = repeat(&mut desk, "4", Some(truebook_core::book::Liquidity::Maker));
    assert_eq!((said.sequence, said.duplicate), (booked, true));
    assert_eq!(desk.state().sequence, booked + 1, "it rested: that is news");
    repeat(&mut desk, "4", Some(truebook_core::book::Liquidity::Taker));
    assert_eq!(desk.state().sequence, booked + 1, "and known once");
    let conflict = repeat(&mut desk, "5", None);
    assert_eq!(conflict.quarantined, Some(Quarantine::FillConflict));
    let said = repeat(&mut desk, "5", None);
    let first = booked + 2;
    assert_eq!((said.sequence, said.duplicate), (first, true));
    desk.late_fee("1", "1", "USD");
    let said = desk.late_fee("1", "1", "USD");
    assert_eq!((said.sequence, said.duplicate), (booked, true));
    desk.bust("1");
    let said = desk.bust("1");
    assert_eq!((said.sequence, said.duplicate), (booked, true));
    // What was taken back contradicts nothing, whatever its numbers.
    let said = repeat(&mut desk, "7", None);
    assert_eq!((said.duplicate, said.quarantined), (true, None));
    // But what was said of it before is said again.
    let said = repeat(&mut desk, "5", None);
    assert_eq!(
        (said.sequence, said.quarantined),
        (first, Some(Quarantine::FillConflict))
    );
    desk.check();
}

#[test]
fn an_order_that_is_named_late_unlocks_its_part_then() {
    let mut desk = desk();
    told(&mut desk, ["4", "100", "1"], None, None);
    assert_eq!(locked(&desk), number("1001"));
    told(&mut desk, ["4", "100", "1"], Some("a"), None);
    assert_eq!(locked(&desk), number("600.6"));
    assert_eq!(desk.order_of("a").cum_qty, 400_000_000);
    desk.check();
}

#[test]
fn the_order_that_is_named_late_tells_fills_apart_from_then_on() {
    let mut desk = desk();
    desk.deposit("USD", "1000");
    place(&mut desk, "b", "5");
    told(&mut desk, ["1", "100", "9"], None, None);
    told(&mut desk, ["1", "100", "9"], Some("a"), None);
    assert_eq!(desk.held()[0], "1");
    told(&mut desk, ["1", "100", "9"], Some("b"), None);
    assert_eq!(desk.held()[0], "2", "another order, another fill");
    told(&mut desk, ["1", "100", "9"], Some("a"), None);
    assert_eq!(desk.held()[0], "2");
    desk.check();
}

#[test]
fn executions_without_a_number_or_an_id_are_named_or_told_apart_by_what_they_say() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    for (qty, px) in [(0, 1), (-1, 1), (1, 0), (1, -1)] {
        let report = FillReport::new(FIRST, Side::Buy, qty, px);
        let answer = desk.run(Command::Fill(Box::new(report)));
        assert_eq!(answer, Answer::Invalid(Invalid::NotPositive));
    }
    let mut unnamed = desk.report(Side::Buy, "1", "100", "x");
    unnamed.trade_id = None;
    for (ts, is_repeat) in [(1, false), (1, true), (2, false)] {
        unnamed.ts = Timestamp(ts);
        assert_eq!(desk.fill(unnamed.clone()).duplicate, is_repeat, "{ts}");
    }
    // An order that nobody knows tells fills apart all the same.
    for (order, is_repeat) in [("yy", false), ("zz", false), ("yy", true)] {
        let mut report = desk.report(Side::Buy, "1", "100", "9");
        report.client_order_id = Some(id(order));
        assert_eq!(desk.fill(report).duplicate, is_repeat, "{order}");
    }
    desk.check();
}

#[test]
fn a_correction_of_what_was_taken_back_leaves_the_fills_of_other_orders_alone() {
    let mut desk = desk();
    desk.deposit("USD", "1000");
    place(&mut desk, "b", "5");
    told(&mut desk, ["1", "100", "9"], Some("a"), None);
    desk.bust("9");
    told(&mut desk, ["2", "100", "9b"], Some("a"), Some("9"));
    assert_eq!(desk.held()[0], "2");
    told(&mut desk, ["3", "100", "9"], Some("b"), None);
    assert_eq!(
        desk.held()[0],
        "5",
        "the same id on another order is another fill"
    );
    told(&mut desk, ["4", "100", "9c"], Some("a"), Some("9"));
    assert_eq!(desk.held()[0], "7", "the one of its own order is replaced");
    desk.check();
}

/// A buy of `qty` under `trade` of the venue's order `order`, that corrects `revises`.
fn of_venue(desk: &mut Desk, [qty, trade, order]: [&str; 3], revises: Option<&str>) {
    let report = desk.report(Side::Buy, qty, "100", trade);
    let applied = desk.fill(FillReport {
        venue_order_id: Some(id(order)),
        revises: revises.map(id),
        ..report
    });
    assert_eq!(applied.quarantined, None);
}

#[test]
fn of_two_fills_under_one_id_the_corrected_one_is_gone_and_the_other_stands() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    of_venue(&mut desk, ["1", "9", "V1"], None);
    of_venue(&mut desk, ["2", "9", "V2"], None);
    of_venue(&mut desk, ["4", "9b", "V2"], Some("9"));
    assert_eq!(desk.held()[0], "5");
    assert_eq!(desk.bust("9").quarantined, None, "only one stands");
    assert_eq!(desk.held()[0], "4");
    desk.check();
}

#[test]
fn what_corrected_a_fill_is_told_from_another_under_the_same_id() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    of_venue(&mut desk, ["1", "c", "V1"], None);
    of_venue(&mut desk, ["2", "a", "V2"], None);
    of_venue(&mut desk, ["4", "c", "V2"], Some("a"));
    assert_eq!(desk.held()[0], "5");
    of_venue(&mut desk, ["8", "d", "V2"], Some("a"));
    assert_eq!(desk.held()[0], "9", "the four are corrected, not the one");
    desk.check();
}
