//! What is at the edge of what can be: events about what is unknown, numbers that leave no room,
//! and as many of something as there can be.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod desk;

use desk::{DEFAULT, Desk, FIRST, fee, id, number, spec, with_fee};
use truebook_core::book::{
    Adoption, Answer, CLOSED_MAX, CashKind, CashMove, Command, CostGiven, Entry, Event, FillReport,
    Invalid, OrderAmended, OrderChanged, PriceRefusal, PriceTick, Quarantine, SHARED_KEYS_MAX,
    SHARED_MAX, State, TradingState,
};
use truebook_core::model::{
    AccountId, Config, Fixed, Id, InstrumentKind, InstrumentSpec, Limits, OrderStatus, OrderType,
    PositionId, Side, Timestamp,
};

#[test]
fn an_event_about_what_is_unknown_changes_nothing() {
    let position = PositionId(7);
    for event in [
        Event::CostGiven(CostGiven {
            position,
            cost: 1,
            delta_cost: 1,
            realized: 0,
            delta_margin: 0,
            fingerprint: 0,
            id: None,
        }),
        Event::OrderChanged(OrderChanged {
            order: 7,
            old: OrderStatus::Pending,
            status: OrderStatus::Working,
            is_cancel_requested: false,
            venue_order_id: None,
        }),
        Event::OrderAmended(OrderAmended {
            order: 7,
            old_qty: 1,
            qty: 2,
            old_type: OrderType::Market,
            order_type: OrderType::Market,
            reserved: 0,
            locked: 0,
        }),
    ] {
        let (mut state, mut other) = (State::default(), State::default());
        let entry = |event| Entry {
            sequence: 1,
            ts: Timestamp(1),
            event,
        };
        state.apply(&entry(event.clone()));
        // An event that changes nothing by itself.
        let level = Event::PriceLevelMoved {
            instrument: FIRST,
            old: 1,
            new: 2,
        };
        other.apply(&entry(level));
        assert_eq!(state.hash(), other.hash(), "{event:?}");
    }
}

fn quarantined(answer: Answer) -> Option<Quarantine> {
    match answer {
        Answer::Applied(applied) => applied.quarantined,
        other => panic!("{other:?}"),
    }
}

/// More than a balance has room for, but a number that can be written down.
const HUGE: &str = "99999999999999999999";

#[test]
fn a_fee_without_room_is_quarantined_whenever_it_is_reported() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    desk.deposit("USD", "1000");
    let first = desk.report(Side::Buy, "1", "100", "1");
    desk.fill(first.clone());
    let again = with_fee(first.clone(), HUGE, "USD");
    let answer = desk.run(Command::Fill(Box::new(again)));
    assert_eq!(quarantined(answer), Some(Quarantine::Overflow));
    let late = desk.late_fee("1", HUGE, "USD");
    assert_eq!(late.quarantined, Some(Quarantine::Overflow));
    // With more digits than can be counted at all.
    let mut wider = first;
    wider.fees.push(fee("9999999999999999999999999999", "USD"));
    let answer = desk.run(Command::Fill(Box::new(wider)));
    assert_eq!(quarantined(answer), Some(Quarantine::Overflow));
    let late = desk.late_fee("1", "9999999999999999999999999999", "USD");
    assert_eq!(late.quarantined, Some(Quarantine::Overflow));
    assert_eq!(desk.fees_in("USD"), "0");
    desk.check();
}

#[test]
fn a_bust_whose_cash_has_no_room_is_quarantined() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    desk.fill(desk.report(Side::Buy, "1000000", "1000000", "1"));
    desk.deposit("USD", "1329000000000000000");
    assert_eq!(desk.balance("USD"), "1328999000000000000");
    desk.deposit("USD", "228995000000000");
    let bust = desk.bust("1");
    assert_eq!(bust.quarantined, Some(Quarantine::Overflow));
    assert_eq!(desk.held()[0], "1000000");
    desk.check();
}

#[test]
fn a_position_has_fees_in_eight_currencies_and_not_in_nine() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    for coin in 0..8 {
        let report = desk.report(Side::Buy, "1", "100", &format!("t{coin}"));
        let applied = desk.fill(with_fee(report, "1", &format!("F{coin}")));
        assert_eq!(applied.quarantined, None);
    }
    let report = desk.report(Side::Buy, "1", "100", "t8");
    let ninth = desk.fill(with_fee(report.clone(), "1", "F8"));
    assert_eq!(ninth.quarantined, Some(Quarantine::TooManyFees));
    assert_eq!(Quarantine::TooManyFees.name(), "TooManyFees");
    desk.fill(FillReport {
        trade_id: Some(id("t9")),
        ..report
    });
    let late = desk.late_fee("t9", "1", "F8");
    assert_eq!(late.quarantined, Some(Quarantine::TooManyFees));
    assert_eq!(desk.held()[0], "9");
    desk.check();
}

#[test]
fn a_correction_of_what_was_taken_back_books_the_correction_alone() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    desk.buy("5", "100", "1");
    desk.bust("1");
    let report = desk.report(Side::Buy, "2", "100", "1b");
    desk.fill(FillReport {
        revises: Some(id("1")),
        ..report
    });
    assert_eq!(desk.held()[0], "2");
    // And a correction of that one, told by the first name.
    let report = desk.report(Side::Buy, "3", "100", "1c");
    desk.fill(FillReport {
        revises: Some(id("1")),
        ..report
    });
    assert_eq!(desk.held()[0], "3");
    assert!(desk.buy("5", "100", "1").duplicate);
    // Taken back again, and corrected once more by the first name.
    desk.bust("1c");
    for (trade, qty) in [("1d", "4"), ("1e", "5")] {
        let report = desk.report(Side::Buy, qty, "100", trade);
        desk.fill(FillReport {
            revises: Some(id("1")),
            ..report
        });
        assert_eq!(desk.held()[0], qty);
    }
    desk.check();
}

#[test]
fn the_newest_round_trips_are_kept_and_the_oldest_forgotten() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    let trips = CLOSED_MAX + 2;
    for trip in 0..trips {
        desk.buy("1", "100", &format!("b{trip}"));
        desk.sell("1", "101", &format!("s{trip}"));
    }
    let state = desk.state();
    assert_eq!(state.closed().count(), CLOSED_MAX);
    let last = state.closed().next_back().unwrap();
    assert_eq!(last.sequence, state.sequence);
    let first = state.closed().next().unwrap();
    assert!(first.sequence < last.sequence);
    assert_eq!(desk.position().closed_trades, trips as u64);
    desk.check();
}

#[test]
fn accounts_and_strategies_are_as_many_as_can_be_numbered() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    let most = usize::from(u16::MAX);
    while desk.state().accounts().len() < most {
        let name = id(&format!("a{}", desk.state().accounts().len()));
        desk.run(Command::AddAccount(name));
    }
    let one_more = desk.run(Command::AddAccount(id("last")));
    assert_eq!(one_more, Answer::Invalid(Invalid::TooMany));
    let known = desk.run(Command::AddAccount(id("a7")));
    assert!(matches!(known, Answer::Applied(_)), "{known:?}");
    for strategy in 0..=most {
        let report = desk.report(Side::Buy, "1", "100", &format!("t{strategy}"));
        let strategy = Some(id(&format!("s{strategy}")));
        desk.fill(FillReport { strategy, ..report });
    }
    assert_eq!(desk.state().strategies().len(), most + 1);
    // What finds no number left belongs to nobody.
    assert_eq!(desk.held()[0], "1");
    desk.check();
}

#[test]
fn what_must_be_above_zero_is() {
    let mut desk = Desk::new(Config::default());
    let base = spec("BTC-USD", InstrumentKind::Perpetual);
    let zero = Some(number("0"));
    for (wrong, why) in [
        (
            InstrumentSpec {
                leverage: zero,
                ..base.clone()
            },
            Invalid::NotPositive,
        ),
        (
            InstrumentSpec {
                multiplier: zero,
                ..base.clone()
            },
            Invalid::NotPositive,
        ),
        (
            InstrumentSpec {
                lot: zero,
                ..base.clone()
            },
            Invalid::NotPositive,
        ),
        (
            InstrumentSpec {
                tick: zero,
                ..base.clone()
            },
            Invalid::NotPositive,
        ),
        (
            InstrumentSpec {
                min_qty: Some(number("-1")),
                ..base.clone()
            },
            Invalid::NotPositive,
        ),
        (
            InstrumentSpec {
                tick: Some(number("0.000000001")),
                ..base
            },
            Invalid::Scale,
        ),
    ] {
        let answer = desk.run(Command::AddInstrument(Box::new(wrong)));
        assert_eq!(answer, Answer::Invalid(why));
    }
}

#[test]
fn a_holding_of_unknown_cost_gets_all_of_it_while_all_is_held() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    let adopt = |desk: &mut Desk, qty, cost: Option<&str>| {
        let adoption = Adoption {
            account: DEFAULT,
            instrument: FIRST,
            strategy: None,
            qty,
            cost: cost.map(number),
            id: None,
            ts: Timestamp(desk.now),
        };
        desk.run(Command::Adopt(Box::new(adoption)))
    };
    adopt(&mut desk, 300_000_000, None);
    let given = adopt(&mut desk, 0, Some("100.000000000000000001"));
    assert!(matches!(given, Answer::Applied(_)), "{given:?}");
    assert_eq!(desk.held()[1], "100.000000000000000001");
    desk.check();
}

#[test]
fn trading_states_are_named() {
    let named = [
        (TradingState::Active, "ACTIVE"),
        (TradingState::Reducing, "REDUCING"),
        (TradingState::Halted, "HALTED"),
    ];
    for (state, name) in named {
        assert_eq!(state.name(), name);
    }
}

#[test]
fn loading_keys_ahead_changes_nothing() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    desk.buy("1", "100", "1");
    let before = desk.state().hash();
    let report = desk.report(Side::Buy, "1", "100", "2");
    desk.ledger.touch(&report, 0);
    desk.ledger.touch(&report, 63);
    let unnamed = FillReport {
        trade_id: None,
        ..report
    };
    desk.ledger.touch(&unnamed, 0);
    assert_eq!(desk.state().hash(), before);
}

#[test]
fn an_adjustment_may_go_either_way() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    for (amount, total) in [("5", "5"), ("-7.5", "-2.5")] {
        let moved = CashMove {
            account: DEFAULT,
            currency: id("USD"),
            amount: number(amount),
            kind: CashKind::Adjustment,
            id: None,
        };
        desk.run(Command::MoveCash(Box::new(moved)));
        assert_eq!(desk.balance("USD"), total);
    }
    desk.check();
}

#[test]
fn the_largest_balance_fits_and_one_unit_more_does_not() {
    let mut desk = Desk::with(InstrumentKind::Equity);
    let deposit = |desk: &mut Desk, raw| {
        desk.run(Command::MoveCash(Box::new(CashMove {
            account: DEFAULT,
            currency: id("USD"),
            amount: Fixed::new(raw, 18),
            kind: CashKind::Deposit,
            id: None,
        })))
    };
    let most = (1 << 120) - 1;
    assert_eq!(
        deposit(&mut desk, most + 1),
        Answer::Invalid(Invalid::Scale)
    );
    assert!(matches!(deposit(&mut desk, most), Answer::Applied(_)));
    assert_eq!(deposit(&mut desk, 1), Answer::Invalid(Invalid::Scale));
    desk.check();
}

#[test]
fn an_order_without_room_for_a_fill_quarantines_it() {
    let mut desk = Desk::new(Config::default());
    desk.instrument(InstrumentSpec {
        price_precision: 18,
        qty_precision: 18,
        ..spec("BTC-USD", InstrumentKind::Equity)
    });
    desk.deposit("USD", "1000000");
    desk.quote("0.000000000000000001", "0.000000000000000001");
    let order = truebook_core::book::Submit {
        client_order_id: Some(id("a")),
        ..desk.order(Side::Buy, "100000000000000")
    };
    let mut config = desk.state().config.clone();
    config.limits.min_position = number("0");
    desk.run(Command::Configure(Box::new(config)));
    let answer = desk.submit(order);
    assert!(matches!(answer, Answer::Applied(_)), "{answer:?}");
    let most: i128 = 1 << 119;
    let mut last = None;
    for round in 0..4 {
        let mut report = desk.report(Side::Buy, "1", "0.000000000000000001", &format!("b{round}"));
        report.last_qty = most;
        report.client_order_id = Some(id("a"));
        last = desk.fill(report).quarantined;
        let mut back = desk.report(
            Side::Sell,
            "1",
            "0.000000000000000001",
            &format!("s{round}"),
        );
        back.last_qty = most;
        desk.fill(back);
    }
    assert_eq!(last, Some(Quarantine::Overflow));
    desk.check();
}

#[test]
fn sums_without_room_name_what_is_left_out() {
    let mut desk = Desk::new(Config::default());
    for (number, coin) in (0..).zip(["AAA", "BBB", "CCC"]) {
        desk.instrument(spec(&format!("{coin}-USD"), InstrumentKind::Spot));
        let moved = CashMove {
            account: DEFAULT,
            currency: id(coin),
            amount: desk::number("1000000000000000000"),
            kind: CashKind::Deposit,
            id: None,
        };
        desk.run(Command::MoveCash(Box::new(moved)));
        let income = truebook_core::book::Income {
            kind: truebook_core::book::IncomeKind::Interest,
            account: DEFAULT,
            instrument: None,
            strategy: None,
            currency: id(coin),
            amount: desk::number("300000000000000000"),
            id: None,
        };
        desk.run(Command::Income(Box::new(income)));
        let tick = truebook_core::book::PriceTick {
            last: Some(11_000_000_000),
            ..truebook_core::book::PriceTick::empty(
                truebook_core::model::InstrumentId(number),
                Timestamp(desk.now),
            )
        };
        desk.run(Command::Price(tick));
    }
    let state = desk.state();
    assert!(!state.portfolio().missing_rates.is_empty());
    let pnl = state.pnl(truebook_core::book::PnlOf::Account(DEFAULT));
    assert!(!pnl.missing_rates.is_empty());
    assert_eq!(state.portfolio().difference, 0);
}

#[test]
fn the_largest_prices_are_judged_by_the_most_exact_bands() {
    let refused = Answer::PriceRefused(PriceRefusal::OutOfBand);
    for (band, said) in [
        // A tenth of a percent, and nearly 300,000 percent.
        (Fixed::new(10_i128.pow(17), 18), Some(refused)),
        (Fixed::new(1 << 68, 15), None),
    ] {
        let mut desk = Desk::new(Config {
            limits: Limits {
                price_band_pct: band,
                ..Limits::default()
            },
            ..Config::default()
        });
        desk.instrument(spec("BTC-USD", InstrumentKind::Equity));
        let mut last = |price| {
            let tick = PriceTick {
                last: Some(price),
                ..PriceTick::empty(FIRST, Timestamp(desk.now))
            };
            desk.run(Command::Price(tick))
        };
        last(i64::MAX / 2 + 1);
        let answer = last(i64::MAX);
        let applied = matches!(answer, Answer::Applied(_));
        assert_eq!((!applied).then_some(answer), said, "{band}");
    }
}

#[test]
fn a_shared_value_has_a_name_and_a_length_and_there_are_only_so_many() {
    let mut desk = Desk::new(Config::default());
    let mut set = |key: &str, length: usize| {
        let key = if key.is_empty() {
            Id::default()
        } else {
            id(key)
        };
        let value = "x".repeat(length).into();
        let answer = desk.ledger.execute(&Command::SetState { key, value });
        matches!(answer, Answer::Applied(_))
    };
    assert!(!set("", 1));
    assert!(!set("long", SHARED_MAX + 1));
    for number in 0..SHARED_KEYS_MAX {
        assert!(set(&format!("k{number}"), 1));
    }
    assert!(!set("one more", 1));
    assert!(set("k0", SHARED_MAX), "one that is there is replaced");
    let sequence = desk.state().sequence;
    assert_eq!(desk.state().shared(&id("k1")), Some("x"));
    assert_eq!(desk.state().shared(&id("long")), None);
    assert_eq!(sequence, SHARED_KEYS_MAX as u64 + 2);
}

#[test]
fn what_is_known_is_found_under_its_name_and_its_number() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    desk.run(Command::AddAccount(id("second")));
    desk.deposit("USD", "5");
    let empty = State::default().hash();
    let state = desk.state();
    let codes: Vec<_> = state.currencies().iter().map(|known| known.code).collect();
    assert_eq!(codes, [id("BTC"), id("USD")]);
    let symbols = state.instruments().iter().map(|known| known.symbol);
    assert_eq!(symbols.collect::<Vec<_>>(), [id("BTC-USD")]);
    assert_eq!(state.account_id(&id("second")), Some(AccountId(1)));
    assert_eq!(state.account_id(&id("third")), None);
    let totals = state.balances().map(|(_, _, balance)| balance.total);
    assert_eq!(totals.sum::<i128>(), 5 * 10_i128.pow(18));
    let before = state.hash();
    assert_ne!(before, empty);
    desk.deposit("USD", "1");
    assert_ne!(desk.state().hash(), before);
}
