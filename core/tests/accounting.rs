//! The accounting table of the contract, to the last digit.

mod desk;

use desk::{DEFAULT, Desk, FIRST, id, number, spec, with_fee};
use truebook_core::book::{
    Adoption, Answer, Applied, CashKind, CashMove, Command, Event, FillReport, Holding, Income,
    IncomeKind, Invalid, Quarantine, Split, Transfer, effect,
};
use truebook_core::model::{
    AccountId, Fixed, InstrumentKind, InstrumentSpec, MONEY_SCALE, PositionLeg, Refusal, Side,
    Timestamp,
};

#[test]
fn a_reduction_releases_average_cost_and_keeps_the_remainder() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    desk.buy("1", "100.00", "1");
    desk.buy("2", "100.01", "2");
    assert_eq!(desk.held(), ["3", "300.02", "0"]);
    desk.sell("1", "100.01", "3");
    assert_eq!(desk.held(), ["2", "200.01333333", "0.00333333"]);
    desk.check();
}

#[test]
fn a_partial_cover_keeps_the_average_entry() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    desk.sell("10", "100", "1");
    desk.buy("5", "100", "2");
    assert_eq!(desk.held(), ["-5", "-500", "0"]);
    desk.check();
}

#[test]
fn a_flip_is_one_fill_and_one_sequence() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    desk.buy("2", "100", "1");
    let before = desk.state().sequence;
    desk.sell("5", "110", "2");
    assert_eq!(desk.state().sequence, before + 1);
    assert_eq!(desk.held(), ["-3", "-330", "20"]);
    let position = desk.position();
    assert_eq!((position.closed_trades, position.winning_trades), (1, 1));
    assert!(position.trip.is_short && position.trip.entry_qty == -position.qty);
    desk.check();
}

#[test]
fn a_fee_in_the_base_coin_leaves_what_you_own() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    desk.deposit("USD", "1000");
    let report = desk.report(Side::Buy, "0.01", "50000", "1");
    desk.fill(with_fee(report, "0.00001", "BTC"));
    assert_eq!(
        (desk.balance("BTC"), desk.balance("USD")),
        ("0.00999".into(), "500".into())
    );
    assert_eq!(desk.held(), ["0.00999", "499.5", "0"]);
    assert_eq!(desk.fees_in("USD"), "0.5");
    desk.quote("50000", "50001");
    let refused = Answer::Refused(Refusal::InsufficientBalance);
    assert_eq!(desk.submit(desk.order(Side::Sell, "0.01")), refused);
    assert!(matches!(
        desk.submit(desk.order(Side::Sell, "0.00999")),
        Answer::Applied(_)
    ));
    desk.check();
}

#[test]
fn a_sale_with_a_base_fee_realizes_against_the_price() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    desk.buy("0.02", "50000", "1");
    let report = desk.report(Side::Sell, "0.01", "60000", "2");
    desk.fill(with_fee(report, "0.00001", "BTC"));
    assert_eq!(
        (desk.balance("BTC"), desk.balance("USD")),
        ("0.00999".into(), "-400".into())
    );
    assert_eq!(desk.held(), ["0.00999", "499.5", "100.1"]);
    assert_eq!(desk.fees_in("USD"), "0.6");
    desk.check();
}

#[test]
fn a_fee_in_a_third_coin_never_changes_the_position_and_a_rebate_raises_the_balance() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    desk.deposit("BNB", "1");
    let report = desk.report(Side::Buy, "1", "100", "1");
    desk.fill(with_fee(report, "0.01", "BNB"));
    assert_eq!(
        (desk.balance("BNB"), desk.fees_in("BNB")),
        ("0.99".into(), "0.01".into())
    );
    let report = desk.report(Side::Buy, "1", "100", "2");
    desk.fill(with_fee(report, "-0.5", "USD"));
    assert_eq!(
        (desk.balance("USD"), desk.fees_in("USD")),
        ("-199.5".into(), "-0.5".into())
    );
    assert_eq!(desk.held(), ["2", "200", "0"]);
    desk.check();
}

#[test]
fn several_fees_of_one_fill_are_each_booked_and_a_fourth_is_quarantined() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    let report = desk.report(Side::Buy, "1", "100", "1");
    let report = with_fee(with_fee(report, "0.001", "BTC"), "0.1", "USD");
    desk.fill(with_fee(report, "0.2", "USD"));
    assert_eq!(desk.held(), ["0.999", "99.9", "0"]);
    assert_eq!(
        (desk.balance("USD"), desk.fees_in("USD")),
        ("-100.3".into(), "0.4".into())
    );
    desk.check();
}

#[test]
fn a_linear_perpetual_moves_cash_only_by_profit_fees_and_funding() {
    let mut desk = Desk::new(truebook_core::model::Config::default());
    desk.deposit("USD", "10000");
    let leverage = Some(number("10"));
    desk.instrument(InstrumentSpec {
        leverage,
        ..spec("BTC-USD", InstrumentKind::Perpetual)
    });
    let report = desk.report(Side::Sell, "2", "1000", "1");
    desk.fill(with_fee(report, "1.5", "USD"));
    assert_eq!(desk.balance("USD"), "9998.5");
    let usd = desk.currency("USD");
    assert_eq!(
        desk.state().balance(DEFAULT, usd).in_margin,
        200 * 10_i128.pow(18)
    );
    desk.quote("899", "901");
    let sum = desk.state().sums(None)[usd.index()];
    assert_eq!(Fixed::new(sum.unrealized, 18), number("200"));
    let income = Income {
        kind: IncomeKind::Funding,
        account: DEFAULT,
        instrument: Some(FIRST),
        strategy: None,
        currency: id("USD"),
        amount: number("-0.25"),
        id: Some(id("f1")),
    };
    for _ in 0..2 {
        desk.run(Command::Income(Box::new(income)));
    }
    assert_eq!(Fixed::new(desk.position().funding, 18), number("-0.25"));
    desk.buy("2", "900", "2");
    assert_eq!(
        (desk.held(), desk.balance("USD")),
        (["0".into(), "0".into(), "200".into()], "10198.25".into())
    );
    assert_eq!(desk.state().balance(DEFAULT, usd).in_margin, 0);
    assert_eq!(Fixed::new(desk.state().equity(), 18), number("10198.25"));
    desk.check();
}

#[test]
fn an_inverse_perpetual_settles_in_its_base_rounded_once() {
    let mut desk = Desk::with(InstrumentKind::InversePerpetual);
    desk.sell("100000", "10000", "1");
    let average = |desk: &Desk| {
        let instrument = desk.state().instrument(FIRST).unwrap();
        instrument.average_price(desk.position().cost, desk.position().qty)
    };
    assert_eq!(
        average(&desk).map(|px| Fixed::new(px, MONEY_SCALE)),
        Some(number("10000"))
    );
    desk.buy("100000", "11000", "2");
    assert_eq!(desk.held(), ["0", "0", "-0.90909091"]);
    assert_eq!(desk.balance("BTC"), "-0.90909091");
    desk.check();
}

#[test]
fn a_multiplier_counts_in_cost_profit_and_average() {
    let mut desk = Desk::new(truebook_core::model::Config::default());
    let multiplier = Some(number("100"));
    desk.instrument(InstrumentSpec {
        multiplier,
        ..spec("SPYC-USD", InstrumentKind::Option)
    });
    desk.buy("3", "1.25", "1");
    assert_eq!(
        (desk.held(), desk.balance("USD")),
        (["3".into(), "375".into(), "0".into()], "-375".into())
    );
    desk.sell("3", "2", "2");
    assert_eq!(desk.held(), ["0", "0", "225"]);
    desk.check();
}

#[test]
fn a_split_multiplies_shares_and_pays_out_the_fraction() {
    let mut desk = Desk::new(truebook_core::model::Config::default());
    desk.instrument(InstrumentSpec {
        qty_precision: 0,
        ..spec("AIG-USD", InstrumentKind::Equity)
    });
    desk.buy("15", "100", "1");
    desk.quote("100", "100");
    let split = Split {
        instrument: FIRST,
        numerator: 3,
        denominator: 2,
        cash_px: None,
        id: Some(id("s1")),
        ts: Timestamp(desk.now),
    };
    let answer = desk.run(Command::Split(Box::new(split)));
    assert_eq!(answer, Answer::Invalid(Invalid::NoCashPrice));
    let paid = Split {
        cash_px: Some(6_600_000_000),
        ..split
    };
    for _ in 0..2 {
        desk.run(Command::Split(Box::new(paid)));
    }
    // 22.5 shares at a cost of 1500; half a share is paid out at 66.
    assert_eq!(desk.held(), ["22", "1466.66666667", "-0.33333333"]);
    assert_eq!(desk.balance("USD"), "-1467");
    assert_eq!(desk.state().mark(FIRST).mark, Some(6_666_666_667));
    let two = Split {
        numerator: 2,
        denominator: 1,
        id: None,
        ..paid
    };
    desk.run(Command::Split(Box::new(two)));
    assert_eq!(desk.held(), ["44", "1466.66666667", "-0.33333333"]);
    desk.check();
}

#[test]
fn a_bust_takes_back_quantity_cash_and_fees_exactly_and_the_difference_falls_in_realized() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    desk.buy("1", "100", "1");
    let report = desk.report(Side::Buy, "1", "120", "2");
    desk.fill(with_fee(report, "0.5", "USD"));
    assert_eq!(desk.balance("USD"), "-220.5");
    desk.bust("2");
    // Half of 220 is released against the 120 that come back.
    assert_eq!(desk.held(), ["1", "110", "10"]);
    assert_eq!(
        (desk.balance("USD"), desk.fees_in("USD")),
        ("-100".into(), "0".into())
    );
    assert!(desk.bust("2").duplicate);
    assert!(desk.buy("1", "120", "2").duplicate);
    assert_eq!(desk.bust("9").quarantined, Some(Quarantine::UnknownTrade));
    desk.check();
}

#[test]
fn a_correction_reverses_and_rebooks_in_one_event() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    let report = desk.report(Side::Buy, "1", "100", "e.01");
    desk.fill(with_fee(report, "0.5", "USD"));
    let before = desk.state().sequence;
    let mut corrected = desk.report(Side::Buy, "2", "101", "e.02");
    corrected.revises = Some(id("e.01"));
    desk.fill(corrected.clone());
    assert_eq!(desk.state().sequence, before + 1);
    assert_eq!(desk.held(), ["2", "202", "0"]);
    assert_eq!(
        (desk.balance("USD"), desk.fees_in("USD")),
        ("-202".into(), "0".into())
    );
    assert!(desk.fill(corrected).duplicate);
    assert!(desk.buy("1", "100", "e.01").duplicate);
    desk.check();
}

#[test]
fn a_late_fee_amends_once_in_any_currency() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    desk.deposit("USD", "1000");
    desk.buy("0.01", "50000", "1");
    desk.late_fee("1", "0.00001", "BTC");
    assert_eq!(desk.held(), ["0.00999", "499.5", "0"]);
    assert_eq!(
        (desk.balance("BTC"), desk.fees_in("USD")),
        ("0.00999".into(), "0.5".into())
    );
    assert!(desk.late_fee("1", "0.00001", "BTC").duplicate);
    assert_eq!(
        desk.late_fee("1", "0.00002", "BTC").quarantined,
        Some(Quarantine::FillConflict)
    );
    assert_eq!(
        desk.late_fee("2", "1", "BTC").quarantined,
        Some(Quarantine::UnknownTrade)
    );
    desk.check();
}

#[test]
fn what_a_second_report_knows_more_is_filled_in() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    desk.deposit("USD", "1000");
    let report = desk.report(Side::Buy, "1", "100", "1");
    let mut known = report.clone();
    known.client_order_id = Some(id("c1"));
    assert!(!desk.fill(known).duplicate);
    let mut more = with_fee(report.clone(), "0.5", "USD");
    more.venue_order_id = Some(id("v1"));
    assert!(desk.fill(more.clone()).duplicate);
    assert_eq!(
        (desk.held(), desk.balance("USD")),
        (["1".into(), "100".into(), "0".into()], "899.5".into())
    );
    let sequence = desk.state().sequence;
    assert!(desk.fill(more.clone()).duplicate);
    assert_eq!(
        desk.state().sequence,
        sequence,
        "a repeat of a repeat changes nothing"
    );
    more.venue_order_id = Some(id("v2"));
    assert!(!desk.fill(more).duplicate, "another order is another fill");
    desk.check();
}

#[test]
fn the_same_fill_is_booked_once_and_other_content_is_a_conflict_that_is_said_once() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    desk.buy("1", "100", "1");
    let hash = desk.state().hash();
    assert!(desk.buy("1", "100", "1").duplicate);
    assert_eq!(desk.state().hash(), hash);
    let other = desk.buy("2", "100", "1");
    assert_eq!(
        (other.quarantined, other.duplicate),
        (Some(Quarantine::FillConflict), false)
    );
    let sequence = desk.state().sequence;
    let again = desk.buy("2", "100", "1");
    assert_eq!(
        (again.quarantined, again.duplicate),
        (Some(Quarantine::FillConflict), true)
    );
    assert_eq!(desk.state().sequence, sequence);
    assert_eq!(desk.held(), ["1", "100", "0"]);
    assert!(
        !desk.sell("1", "100", "1").duplicate,
        "a self-trade has one id and two sides"
    );
    desk.check();
}

#[test]
fn a_holding_of_unknown_cost_has_no_profit_until_it_is_given() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    let adoption = Adoption {
        account: DEFAULT,
        instrument: FIRST,
        strategy: None,
        qty: 400_000_000,
        cost: None,
        id: Some(id("a1")),
        ts: Timestamp(desk.now),
    };
    for _ in 0..2 {
        desk.run(Command::Adopt(Box::new(adoption)));
    }
    assert_eq!(
        (desk.held()[0].as_str(), desk.balance("BTC").as_str()),
        ("4", "4")
    );
    desk.quote("100", "100");
    desk.sell("1", "100", "1");
    let position = desk.position().id;
    assert_eq!(desk.state().unrealized_pnl(position), None);
    let usd = desk.currency("USD");
    assert_eq!(
        desk.state().sums(None)[usd.index()].total(),
        0,
        "no profit is claimed"
    );
    assert_eq!(Fixed::new(desk.state().equity(), 18), number("400"));
    desk.check();
    let given = Adoption {
        qty: 0,
        cost: Some(number("200")),
        id: None,
        ..adoption
    };
    desk.run(Command::Adopt(Box::new(given)));
    assert_eq!(desk.held(), ["3", "150", "50"]);
    assert_eq!(
        desk.state().unrealized_pnl(position),
        Some(150 * 10_i128.pow(18))
    );
    assert_eq!(Fixed::new(desk.state().equity(), 18), number("400"));
    let again = desk.run(Command::Adopt(Box::new(given)));
    assert_eq!(again, Answer::Invalid(Invalid::CostKnown));
    desk.check();
}

#[test]
fn money_moves_between_accounts_and_an_id_is_used_for_one_thing() {
    let mut desk = Desk::new(truebook_core::model::Config::default());
    desk.run(Command::AddAccount(id("second")));
    desk.deposit("USD", "100");
    let transfer = Transfer {
        from: DEFAULT,
        to: AccountId(1),
        currency: id("USD"),
        amount: number("30"),
        id: Some(id("t1")),
    };
    for _ in 0..2 {
        desk.run(Command::Transfer(Box::new(transfer)));
    }
    let usd = desk.currency("USD");
    let of =
        |desk: &Desk, account| Fixed::new(desk.state().balance(AccountId(account), usd).total, 18);
    assert_eq!((of(&desk, 0), of(&desk, 1)), (number("70"), number("30")));
    let more = Transfer {
        amount: number("31"),
        ..transfer
    };
    let answer = desk.run(Command::Transfer(Box::new(more)));
    assert_eq!(answer, Answer::Invalid(Invalid::IdConflict));
    let unknown = CashMove {
        account: AccountId(7),
        currency: id("USD"),
        amount: number("1"),
        kind: CashKind::Deposit,
        id: None,
    };
    let answer = desk.run(Command::MoveCash(Box::new(unknown)));
    assert_eq!(answer, Answer::Invalid(Invalid::UnknownAccount));
    desk.check();
}

#[test]
fn the_widest_instruments_fit() {
    let mut desk = Desk::new(truebook_core::model::Config::default());
    desk.instrument(InstrumentSpec {
        price_precision: 12,
        qty_precision: 9,
        ..spec("SHIB-USD", InstrumentKind::Spot)
    });
    desk.buy("10000000000000", "0.000012345678", "1");
    assert_eq!(desk.held(), ["10000000000000", "123456780", "0"]);
    desk.sell("3333333333333.333333333", "0.00002", "2");
    desk.check();
    let mut desk = Desk::new(truebook_core::model::Config::default());
    desk.instrument(InstrumentSpec {
        qty_precision: 18,
        ..spec("ETH-USD", InstrumentKind::Spot)
    });
    desk.buy("1.000000000000000001", "2000.01", "1");
    assert_eq!(
        desk.held(),
        ["1.000000000000000001", "2000.010000000000002", "0"]
    );
    desk.check();
}

#[test]
fn a_cost_does_not_depend_on_what_was_registered_first() {
    for first in ["BTC-USD", "ETH-BTC"] {
        let mut desk = Desk::new(truebook_core::model::Config::default());
        let mut symbols = ["BTC-USD", "ETH-BTC"];
        if first == "ETH-BTC" {
            symbols.reverse();
        }
        for symbol in symbols {
            desk.instrument(InstrumentSpec {
                price_precision: 8,
                ..spec(symbol, InstrumentKind::Spot)
            });
        }
        let eth = desk.state().instrument_id(&id("ETH-BTC")).unwrap();
        let report = truebook_core::book::FillReport {
            trade_id: Some(id("1")),
            ..truebook_core::book::FillReport::new(eth, Side::Buy, 3_120_000, 6_339_000)
        };
        desk.fill(report);
        assert_eq!(desk.balance("BTC"), "-0.001977768", "{first} first");
        assert_eq!(desk.balance("ETH"), "0.0312", "{first} first");
        desk.check();
    }
}

#[test]
fn a_value_without_a_quantity_is_cost_and_realizes_nothing() {
    let held = Holding {
        qty: 10,
        cost: 1_000,
    };
    let done = effect(held, Holding { qty: 0, cost: 7 }, 18).unwrap();
    assert_eq!((done.delta_cost, done.realized), (7, 0));
}

/// Shares that cannot be divided, 15 of them bought by alpha on a leg of the second account.
fn whole_shares() -> Desk {
    let mut desk = Desk::new(truebook_core::model::Config::default());
    desk.run(Command::AddAccount(id("second")));
    desk.instrument(InstrumentSpec {
        qty_precision: 0,
        ..spec("AIG-USD", InstrumentKind::Equity)
    });
    let report = desk.report(Side::Buy, "15", "100", "1");
    desk.fill(FillReport {
        account: AccountId(1),
        strategy: Some(id("alpha")),
        leg: PositionLeg::Long,
        ..report
    });
    desk
}

#[test]
fn what_a_split_leaves_is_paid_out_to_whom_it_belongs_and_says_why() {
    let mut desk = whole_shares();
    let split = Split {
        instrument: FIRST,
        numerator: 3,
        denominator: 2,
        cash_px: Some(6_600_000_000),
        id: None,
        ts: Timestamp(desk.now),
    };
    let answer = desk.run(Command::Split(Box::new(split)));
    let sequence = desk.state().sequence;
    let booked = Applied {
        sequence: sequence - 1,
        ..Applied::default()
    };
    assert_eq!(answer, Answer::Applied(booked), "the split, not the fill");
    let all = desk.state().positions();
    assert_eq!(all.len(), 1, "nobody else has a part in it");
    let (key, qty) = (all[0].key, all[0].qty);
    assert_eq!((key.account, qty), (AccountId(1), 2_200_000_000));
    let alpha = desk.state().strategy_id(&id("alpha")).unwrap();
    assert_eq!((key.strategy, key.leg), (alpha, PositionLeg::Long));
    let Some(Event::Filled(filled)) = desk.entries.last().map(|entry| &entry.event) else {
        panic!("the last event is the fill");
    };
    let name = format!("split-fraction-{sequence}-{}", all[0].id.0);
    assert_eq!(filled.trade_id, id(&name));
    assert_eq!(filled.source, Some(id("split")));
    assert_eq!((filled.side, filled.last_qty), (Side::Sell, 50_000_000));
    desk.check();
}

#[test]
fn a_split_by_nothing_or_into_nothing_makes_no_sense() {
    let mut desk = whole_shares();
    for (numerator, denominator) in [(0, 1), (1, 0)] {
        let split = Split {
            instrument: FIRST,
            numerator,
            denominator,
            cash_px: None,
            id: None,
            ts: Timestamp(desk.now),
        };
        let answer = desk.run(Command::Split(Box::new(split)));
        assert_eq!(answer, Answer::Invalid(Invalid::NotPositive));
    }
}

fn adopt(desk: &mut Desk, qty: i128, cost: Option<&str>, name: Option<&str>) -> Answer {
    desk.run(Command::Adopt(Box::new(Adoption {
        account: DEFAULT,
        instrument: FIRST,
        strategy: None,
        qty,
        cost: cost.map(number),
        id: name.map(id),
        ts: Timestamp(desk.now),
    })))
}

#[test]
fn a_holding_and_its_cost_are_taken_in_once_under_their_ids() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    for (qty, cost, name) in [
        (400_000_000, None, "holding"),
        (0, Some("200"), "cost"),
        (100_000_000, Some("60"), "more"),
    ] {
        let first = adopt(&mut desk, qty, cost, Some(name));
        let booked = Applied {
            sequence: desk.state().sequence,
            ..Applied::default()
        };
        assert_eq!(first, Answer::Applied(booked), "{name}");
        let repeat = Applied {
            duplicate: true,
            ..booked
        };
        let again = adopt(&mut desk, qty, cost, Some(name));
        assert_eq!(again, Answer::Applied(repeat), "{name}");
        let other = adopt(&mut desk, qty, Some("70"), Some(name));
        assert_eq!(other, Answer::Invalid(Invalid::IdConflict), "{name}");
    }
    assert_eq!(desk.held(), ["5", "260", "0"]);
    desk.check();
}

#[test]
fn a_holding_is_taken_in_with_its_cost_or_alone() {
    let missing = Answer::Invalid(Invalid::CostMissing);
    let mut desk = Desk::with(InstrumentKind::Equity);
    adopt(&mut desk, 400_000_000, None, None);
    assert_eq!(adopt(&mut desk, 100_000_000, Some("60"), None), missing);
    assert_eq!(adopt(&mut desk, 100_000_000, None, None), missing);
    let mut desk = Desk::with(InstrumentKind::Equity);
    adopt(&mut desk, 400_000_000, Some("200"), None);
    assert_eq!(adopt(&mut desk, 100_000_000, None, None), missing);
    assert_eq!(desk.held(), ["4", "200", "0"]);
    desk.check();
}

fn cash(kind: CashKind, amount: &str) -> Command {
    Command::MoveCash(Box::new(CashMove {
        account: DEFAULT,
        currency: id("USD"),
        amount: number(amount),
        kind,
        id: None,
    }))
}

#[test]
fn all_that_is_free_goes_out_and_no_more() {
    let mut desk = Desk::new(truebook_core::model::Config::default());
    desk.run(Command::AddAccount(id("second")));
    desk.deposit("USD", "100");
    let refused = Answer::Refused(Refusal::InsufficientBalance);
    let transfer = |amount: &str| {
        Command::Transfer(Box::new(Transfer {
            from: DEFAULT,
            to: AccountId(1),
            currency: id("USD"),
            amount: number(amount),
            id: None,
        }))
    };
    let more = cash(CashKind::Withdrawal, "100.000000000000000001");
    assert_eq!(desk.run(more), refused);
    for (command, left) in [
        (cash(CashKind::Withdrawal, "30"), "70"),
        (transfer("20"), "50"),
        (transfer("50"), "0"),
        (cash(CashKind::Deposit, "40"), "40"),
        (cash(CashKind::Withdrawal, "40"), "0"),
    ] {
        let answer = desk.run(command);
        assert!(matches!(answer, Answer::Applied(_)), "{answer:?}");
        assert_eq!(desk.balance("USD"), left);
    }
    assert_eq!(desk.run(transfer("0.000000000000000001")), refused);
    desk.check();
}

#[test]
fn a_repeat_of_a_payment_is_answered_with_the_sequence_of_the_first() {
    let mut desk = Desk::new(truebook_core::model::Config::default());
    let moved = CashMove {
        account: DEFAULT,
        currency: id("USD"),
        amount: number("5"),
        kind: CashKind::Deposit,
        id: Some(id("d1")),
    };
    let first = desk.run(Command::MoveCash(Box::new(moved)));
    let booked = Applied {
        sequence: desk.state().sequence,
        ..Applied::default()
    };
    assert_eq!(first, Answer::Applied(booked));
    desk.deposit("USD", "1");
    let again = desk.run(Command::MoveCash(Box::new(moved)));
    let repeat = Applied {
        duplicate: true,
        ..booked
    };
    assert_eq!(again, Answer::Applied(repeat));
    assert_eq!(desk.balance("USD"), "6");
    desk.check();
}
