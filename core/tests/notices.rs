//! What a follower is told of each change, by kind, with what was before and what is since.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod desk;

use desk::{Desk, FIRST, id, number, spec, with_fee};
use truebook_core::book::{
    About, Adoption, Amend, Answer, Balance, Change, Command, FillReport, News, Notice,
    OrderReport, OrderState, OrderStep, OrderUpdate, PositionState, PositionStep, PriceRefusal,
    Prices, Split, Stated, StatedOf, Statement, Submit, TradingState,
};
use truebook_core::model::{
    AccountId, Config, CurrencyId, InstrumentId, InstrumentKind, OrderStatus, OrderType,
    PositionKey, PositionLeg, Refusal, Side, StrategyId, Timestamp,
};

/// A desk that is followed from here on, with 100,000 USD and a share at 100.
fn desk() -> Desk {
    let mut desk = Desk::new(Config::default());
    desk.deposit("USD", "100000");
    desk.instrument(spec("AIG-USD", InstrumentKind::Equity));
    desk.quote("100", "100");
    desk.ledger.set_followed(true);
    desk
}

fn told(desk: &mut Desk) -> Vec<Notice> {
    let mut notices = Vec::new();
    desk.ledger.take_notices(&mut notices);
    notices
}

/// The kinds of what was told since the last call; those of one event count from 0, a price apart.
fn kinds(desk: &mut Desk) -> Vec<&'static str> {
    let notices = told(desk);
    for pair in notices.windows(2) {
        let is_price = pair[1].news.kind().starts_with("price");
        let next = if pair[0].sequence == pair[1].sequence && !is_price {
            pair[0].index + 1
        } else {
            0
        };
        assert_eq!(pair[1].index, next, "{pair:?}");
    }
    notices.iter().map(|notice| notice.news.kind()).collect()
}

fn place(desk: &mut Desk, name: &str, qty: &str) {
    let order = Submit {
        client_order_id: Some(id(name)),
        order_type: OrderType::Limit(10_000_000_000),
        ..desk.order(Side::Buy, qty)
    };
    desk.submit(order);
}

fn tell(desk: &mut Desk, name: &str, report: OrderReport) {
    let update = OrderUpdate {
        client_order_id: id(name),
        report,
        ts: Timestamp(desk.now),
    };
    desk.run(Command::Order(Box::new(update)));
}

fn fill(desk: &mut Desk, name: &str, qty: &str, trade: &str) {
    let report = desk.report(Side::Buy, qty, "100", trade);
    desk.fill(FillReport {
        client_order_id: Some(id(name)),
        ..report
    });
}

#[test]
fn the_life_of_an_order_is_told_step_by_step() {
    let mut desk = desk();
    place(&mut desk, "a", "3");
    assert_eq!(kinds(&mut desk), ["order_placed", "balance_changed"]);
    let placed = OrderReport::Accepted(Some(id("v")));
    tell(&mut desk, "a", placed);
    assert_eq!(kinds(&mut desk), ["order_accepted"]);
    fill(&mut desk, "a", "1", "1");
    let first = [
        "fill_booked",
        "order_filled",
        "position_opened",
        "balance_changed",
    ];
    assert_eq!(kinds(&mut desk), first);
    let amend = Amend {
        client_order_id: id("a"),
        qty: Some(400_000_000),
        limit: None,
        ts: Timestamp(desk.now),
    };
    desk.run(Command::Amend(Box::new(amend)));
    assert_eq!(kinds(&mut desk), ["order_amended", "balance_changed"]);
    tell(&mut desk, "a", OrderReport::CancelRequested);
    assert_eq!(kinds(&mut desk), ["order_cancel_requested"]);
    tell(&mut desk, "a", OrderReport::Unknown);
    assert_eq!(kinds(&mut desk), ["order_unknown"]);
    tell(&mut desk, "a", OrderReport::Canceled);
    assert_eq!(kinds(&mut desk), ["order_canceled", "balance_changed"]);
    for (name, report, kind) in [
        ("r", OrderReport::Rejected, "order_rejected"),
        ("e", OrderReport::Expired, "order_expired"),
    ] {
        place(&mut desk, name, "1");
        told(&mut desk);
        tell(&mut desk, name, report);
        assert_eq!(kinds(&mut desk), [kind, "balance_changed"]);
    }
    desk.check();
}

#[test]
fn an_order_is_told_with_what_it_was_and_what_it_is() {
    let mut desk = desk();
    place(&mut desk, "a", "3");
    told(&mut desk);
    fill(&mut desk, "a", "2", "1");
    let notices = told(&mut desk);
    let order = notices.iter().find_map(|notice| match &notice.news {
        News::Order { old, new, .. } => Some((old.unwrap(), *new)),
        _ => None,
    });
    let (old, new) = order.unwrap();
    assert_eq!((old.status, old.cum_qty), (OrderStatus::Pending, 0));
    let since = (OrderStatus::PartiallyFilled, 200_000_000);
    assert_eq!((new.status, new.cum_qty), since);
    assert!(new.locked < old.locked);
    let position = notices.iter().find_map(|notice| match &notice.news {
        News::Position { change, .. } => Some(*change),
        _ => None,
    });
    let change = position.unwrap();
    assert_eq!((change.old.qty, change.new.qty), (0, 200_000_000));
    assert_eq!(change.new.cost, desk.position().cost);
    let sequence = desk.state().sequence;
    assert!(notices.iter().all(|notice| notice.sequence == sequence));
}

#[test]
fn a_position_is_told_as_it_opens_changes_flips_and_closes() {
    let mut desk = desk();
    for (side, qty, trade, kind, step) in [
        (Side::Buy, "2", "1", "position_opened", "Opened"),
        (Side::Buy, "1", "2", "position_changed", "Increased"),
        (Side::Sell, "1", "3", "position_changed", "Reduced"),
        (Side::Sell, "3", "4", "position_changed", "Flipped"),
        (Side::Sell, "1", "5", "position_changed", "Increased"),
        (Side::Buy, "2", "6", "position_closed", "Closed"),
    ] {
        desk.fill(desk.report(side, qty, "100", trade));
        let notices = told(&mut desk);
        let position = notices.iter().find_map(|notice| match &notice.news {
            News::Position { step, .. } => Some((notice.news.kind(), format!("{step:?}"))),
            _ => None,
        });
        assert_eq!(position, Some((kind, step.to_owned())), "trade {trade}");
    }
    desk.check();
}

#[test]
fn a_correction_tells_what_it_takes_back_and_a_bust_too() {
    let mut desk = desk();
    place(&mut desk, "a", "3");
    fill(&mut desk, "a", "2", "1");
    told(&mut desk);
    let report = desk.report(Side::Buy, "1", "100", "1b");
    desk.fill(FillReport {
        revises: Some(id("1")),
        ..with_fee(report, "1", "USD")
    });
    let corrected = [
        "fill_reversed",
        "fill_booked",
        "order_fill_reversed",
        "position_changed",
        "fee_changed",
        "balance_changed",
    ];
    assert_eq!(kinds(&mut desk), corrected);
    desk.bust("1b");
    let busted = [
        "fill_reversed",
        "order_fill_reversed",
        "position_closed",
        "fee_changed",
        "balance_changed",
    ];
    assert_eq!(kinds(&mut desk), busted);
    desk.fill(desk.report(Side::Buy, "1", "100", "2"));
    told(&mut desk);
    desk.late_fee("2", "0.5", "USD");
    assert_eq!(kinds(&mut desk), ["fee_changed", "balance_changed"]);
    desk.fill(desk.report(Side::Buy, "1", "101", "2"));
    assert_eq!(kinds(&mut desk), ["fill_quarantined", "account_changed"]);
    desk.check();
}

#[test]
fn a_price_is_told_with_the_one_before_and_a_refused_one_with_its_reason() {
    let mut desk = desk();
    desk.quote("101", "101");
    let price = told(&mut desk);
    let prices = |price| Prices {
        newest: price,
        bid: price,
        ask: price,
        ..Prices::default()
    };
    let (old, new) = (prices(Some(10_000_000_000)), prices(Some(10_100_000_000)));
    let (instrument, change) = (FIRST, Change { old, new });
    assert_eq!(price[0].news, News::Price { instrument, change });
    assert_eq!(price[0].sequence, desk.state().sequence);
    desk.quote("500", "500");
    let why = PriceRefusal::OutOfBand;
    let refused = News::PriceRefused { instrument, why };
    assert_eq!(told(&mut desk)[0].news, refused);
    assert_eq!(refused.kind(), "price_refused");
    desk.quote("500", "500");
    desk.quote("500", "500");
    assert_eq!(kinds(&mut desk), ["price_refused", "price_updated"]);
}

#[test]
fn a_limit_a_halt_a_value_a_configuration_and_a_statement_are_told() {
    let mut desk = desk();
    place(&mut desk, "a", "100000");
    let notices = told(&mut desk);
    let News::LimitBreached { refusal, .. } = &notices[0].news else {
        panic!("{notices:?}");
    };
    assert_eq!(*refusal, Refusal::InsufficientBalance);
    assert_eq!(notices[0].news.kind(), "limit_breached");
    desk.run(Command::SetTradingState {
        state: TradingState::Halted,
        reason: id("test"),
    });
    assert_eq!(kinds(&mut desk), ["trading_state_changed"]);
    for (value, old) in [("bull", None), ("bear", Some("bull"))] {
        desk.run(Command::SetState {
            key: id("regime"),
            value: value.into(),
        });
        let notices = told(&mut desk);
        let News::Shared {
            old: before, new, ..
        } = &notices[0].news
        else {
            panic!("{notices:?}");
        };
        assert_eq!((before.as_deref(), new.as_ref()), (old, value));
        assert_eq!(notices[0].news.kind(), "state_changed");
    }
    let mut config = Config::default();
    config.limits.max_positions = 3;
    desk.run(Command::Configure(Box::new(config.clone())));
    let notices = told(&mut desk);
    let change = Change {
        old: Config::default().hash(),
        new: config.hash(),
    };
    let version = 2;
    assert_eq!(notices[0].news, News::Config { version, change });
    assert_eq!(notices[0].news.kind(), "config_changed");
    desk.run(Command::Statement(Box::new(Statement::Balance {
        account: desk::DEFAULT,
        currency: id("USD"),
        total: number("99999"),
        ts: Timestamp(desk.now),
    })));
    assert_eq!(kinds(&mut desk), ["venue_stated"]);
}

#[test]
fn what_is_registered_and_what_is_split_is_told() {
    let mut desk = desk();
    desk.instrument(spec("C-USD", InstrumentKind::Spot));
    desk.run(Command::AddAccount(id("second")));
    let mut report = desk.report(Side::Buy, "2", "100", "1");
    report.strategy = Some(id("alpha"));
    desk.fill(report);
    let added = [
        "instrument_changed",
        "account_added",
        "strategy_added",
        "fill_booked",
        "position_opened",
        "balance_changed",
    ];
    assert_eq!(kinds(&mut desk), added);
    let split = Split {
        instrument: FIRST,
        numerator: 2,
        denominator: 1,
        cash_px: None,
        id: None,
        ts: Timestamp(desk.now),
    };
    let answer = desk.run(Command::Split(Box::new(split)));
    assert!(matches!(answer, Answer::Applied(_)), "{answer:?}");
    assert_eq!(kinds(&mut desk), ["position_changed", "price_updated"]);
    desk.check();
}

#[test]
fn a_holding_that_is_taken_in_is_told_and_its_cost_too() {
    let mut desk = Desk::with(InstrumentKind::Spot);
    desk.ledger.set_followed(true);
    let mut adopt = |qty, cost: Option<&str>| {
        let adoption = Adoption {
            account: desk::DEFAULT,
            instrument: FIRST,
            strategy: None,
            qty,
            cost: cost.map(number),
            id: None,
            ts: Timestamp(desk.now),
        };
        let answer = desk.run(Command::Adopt(Box::new(adoption)));
        assert!(matches!(answer, Answer::Applied(_)), "{answer:?}");
        kinds(&mut desk)
    };
    // The coins, and what was paid in for them once it is known.
    assert_eq!(
        adopt(100_000_000, None),
        ["position_opened", "balance_changed"]
    );
    assert_eq!(
        adopt(0, Some("50000")),
        ["position_changed", "balance_changed"]
    );
}

#[test]
fn nothing_is_kept_for_a_follower_that_is_not_there() {
    let mut desk = desk();
    desk.ledger.set_followed(false);
    place(&mut desk, "a", "3");
    assert!(told(&mut desk).is_empty());
}

fn key(instrument: u32) -> PositionKey {
    PositionKey {
        account: desk::DEFAULT,
        instrument: InstrumentId(instrument),
        strategy: StrategyId(3),
        leg: PositionLeg::Net,
    }
}

fn order(name: &str) -> News {
    News::Order {
        client_order_id: id(name),
        key: key(0),
        step: OrderStep::Filled,
        old: None,
        new: OrderState {
            status: OrderStatus::Working,
            qty: 1,
            order_type: OrderType::Market,
            cum_qty: 1,
            avg_px: None,
            locked: 0,
            is_cancel_requested: false,
            venue_order_id: None,
        },
    }
}

fn stated(what: StatedOf) -> News {
    News::Stated(Stated {
        account: desk::DEFAULT,
        what,
        stated: 0,
        booked: 0,
        as_of: Timestamp(0),
    })
}

/// A notice of each kind that can become old: twice about one thing, once about another.
fn about_things() -> [[News; 2]; 9] {
    let position = |at| News::Position {
        key: key(at),
        step: PositionStep::Opened,
        change: Change {
            old: PositionState::default(),
            new: PositionState::default(),
        },
    };
    let fee = |at| News::Fee {
        key: key(0),
        currency: CurrencyId(at),
        change: Change { old: 0, new: 1 },
    };
    let balance = |at| News::Balance {
        account: AccountId(at),
        currency: CurrencyId(0),
        change: Change {
            old: Balance::default(),
            new: Balance::default(),
        },
    };
    let price = |at| News::Price {
        instrument: InstrumentId(at),
        change: Change {
            old: Prices::default(),
            new: Prices::default(),
        },
    };
    let shared = |name: &str| News::Shared {
        key: id(name),
        old: None,
        new: "x".into(),
    };
    let reducing = |at| News::AccountReducing {
        account: AccountId(at),
        change: Change {
            old: false,
            new: true,
        },
    };
    [
        [order("a"), order("b")],
        [position(0), position(1)],
        [fee(0), fee(1)],
        [balance(0), balance(1)],
        [price(0), price(1)],
        [shared("a"), shared("b")],
        [reducing(0), reducing(1)],
        [
            stated(StatedOf::Position(FIRST)),
            stated(StatedOf::Position(InstrumentId(1))),
        ],
        [
            stated(StatedOf::Balance(CurrencyId(0))),
            News::Account(AccountId(0)),
        ],
    ]
}

#[test]
fn a_notice_is_replaced_by_a_newer_one_of_the_same_thing_and_by_no_other() {
    let all = about_things();
    for (at, [one, other]) in all.iter().enumerate() {
        assert!(one.is_replaced_by(one), "{one:?}");
        assert!(!one.is_replaced_by(other), "{one:?}");
        for (number, [another, _]) in all.iter().enumerate() {
            assert!(
                at == number || !one.is_replaced_by(another),
                "{one:?} {another:?}"
            );
        }
    }
    let happened = News::Instrument(FIRST);
    assert!(
        !happened.is_replaced_by(&happened),
        "what happened never becomes old"
    );
}

#[test]
fn a_notice_says_whom_it_is_about() {
    let (account, strategy) = (Some(desk::DEFAULT), Some(StrategyId(3)));
    let about = |account, instrument, strategy| About {
        account,
        instrument,
        strategy,
    };
    let all = about_things();
    let [
        order,
        position,
        fee,
        balance,
        price,
        shared,
        reducing,
        stated,
        total,
    ] = all.map(|[one, _]| one.about());
    let own = about(account, Some(FIRST), strategy);
    assert_eq!([order, position, fee], [own; 3]);
    assert_eq!([balance, reducing, total], [about(account, None, None); 3]);
    assert_eq!(price, about(None, Some(FIRST), None));
    assert_eq!(stated, about(account, Some(FIRST), None));
    assert_eq!(shared, About::default());
    let refused = News::LimitBreached {
        client_order_id: None,
        strategy: StrategyId(3),
        instrument: FIRST,
        refusal: Refusal::Halted,
    };
    assert_eq!(refused.about(), about(None, Some(FIRST), strategy));
    let quarantined = News::FillQuarantined {
        account: desk::DEFAULT,
        instrument: FIRST,
        trade_id: id("1"),
        why: truebook_core::book::Quarantine::Overflow,
    };
    assert_eq!(quarantined.about(), about(account, Some(FIRST), None));
    assert_eq!(
        News::Instrument(FIRST).about(),
        about(None, Some(FIRST), None)
    );
    assert_eq!(
        News::Account(desk::DEFAULT).about(),
        about(account, None, None)
    );
    assert_eq!(
        News::Strategy(StrategyId(3)).about(),
        about(None, None, strategy)
    );
}

#[test]
fn what_becomes_known_of_a_fill_tells_of_its_own_order_where_that_changes() {
    let mut desk = desk();
    for name in ["a", "b"] {
        place(&mut desk, name, "2");
    }
    fill(&mut desk, "b", "1", "1");
    told(&mut desk);
    desk.late_fee("1", "0.5", "USD");
    assert_eq!(kinds(&mut desk), ["fee_changed", "balance_changed"]);
    let again = FillReport {
        client_order_id: Some(id("b")),
        venue_order_id: Some(id("V")),
        ..desk.report(Side::Buy, "1", "100", "1")
    };
    assert!(desk.fill(again).duplicate);
    let notices = told(&mut desk);
    let [Notice { news, .. }] = notices.as_slice() else {
        panic!("{notices:?}");
    };
    let News::Order {
        client_order_id,
        step,
        new,
        ..
    } = news
    else {
        panic!("{news:?}");
    };
    assert_eq!((*client_order_id, *step), (id("b"), OrderStep::Accepted));
    assert_eq!(new.venue_order_id, Some(id("V")));
    desk.check();
}

#[test]
fn of_what_there_is_one_of_the_newest_is_told() {
    let (active, halted) = (TradingState::Active, TradingState::Halted);
    let trading = News::TradingState {
        change: Change {
            old: active,
            new: halted,
        },
        reason: id("test"),
    };
    let config = News::Config {
        version: 2,
        change: Change {
            old: [0; 32],
            new: [1; 32],
        },
    };
    for (one, other) in [(&trading, &config), (&config, &trading)] {
        assert!(one.is_replaced_by(one), "{one:?}");
        assert!(!one.is_replaced_by(other), "{one:?}");
    }
}
