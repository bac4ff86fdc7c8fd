//! What subscribers hear of a writer on a thread of its own.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod desk;

use std::time::Duration;

use desk::{DEFAULT, id, number, spec};
use truebook_core::book::{
    Answer, CashKind, CashMove, Command, FillReport, Ledger, News, Notice, PriceTick, State,
};
use truebook_core::engine::{
    BoardOptions, Discipline, Filter, Host, Input, NoJournal, Options, Overflow, Quiet,
    Subscription, Writer,
};
use truebook_core::model::{InstrumentId, InstrumentKind, Side, StrategyId, Timestamp};

const PATIENCE: Option<Duration> = Some(Duration::from_secs(20));

fn host() -> Host<Quiet> {
    let mut ledger = Ledger::new(State::default());
    for command in [
        Command::Configure(Box::default()),
        Command::AddInstrument(Box::new(spec("AIG-USD", InstrumentKind::Equity))),
        Command::AddInstrument(Box::new(spec("IBM-USD", InstrumentKind::Equity))),
    ] {
        assert!(matches!(ledger.execute(&command), Answer::Applied(_)));
    }
    ledger.take_emitted(&mut Vec::new());
    let writer = Writer::new(ledger, Quiet, Box::new(NoJournal), BoardOptions::default());
    Host::new(writer, Options::default())
}

fn fill(instrument: u32, trade: &str, strategy: &str) -> Input {
    let report = FillReport {
        trade_id: Some(id(trade)),
        strategy: Some(id(strategy)),
        ts: Timestamp(1),
        ..FillReport::new(
            InstrumentId(instrument),
            Side::Buy,
            100_000_000,
            10_000_000_000,
        )
    };
    Input::Command(Command::Fill(Box::new(report)))
}

fn deposit() -> Input {
    Input::Command(Command::MoveCash(Box::new(CashMove {
        account: DEFAULT,
        currency: id("USD"),
        amount: number("1"),
        kind: CashKind::Deposit,
        id: None,
    })))
}

fn heard(subscription: &mut Subscription) -> Vec<Notice> {
    std::iter::from_fn(|| subscription.poll()).collect()
}

fn kinds(subscription: &mut Subscription) -> Vec<&'static str> {
    let notices = heard(subscription);
    notices.iter().map(|notice| notice.news.kind()).collect()
}

#[test]
fn a_subscriber_hears_what_it_wants_from_when_it_came() {
    let mut host = host();
    host.call(fill(0, "before", "alpha")).unwrap();
    let bus = host.bus().clone();
    let mut all = bus.subscribe(Filter::default(), Overflow::DropOldest);
    let wanted = |filter| bus.subscribe(filter, Overflow::DropOldest);
    let mut of_ibm = wanted(Filter {
        instruments: vec![InstrumentId(1)],
        ..Filter::default()
    });
    let mut of_beta = wanted(Filter {
        strategies: vec![StrategyId(2)],
        kinds: vec!["position_opened".to_owned(), "position_changed".to_owned()],
        ..Filter::default()
    });
    let mut of_another = wanted(Filter {
        accounts: vec![truebook_core::model::AccountId(7)],
        ..Filter::default()
    });
    host.call(fill(0, "1", "alpha")).unwrap();
    host.call(fill(1, "2", "beta")).unwrap();
    let first = ["fill_booked", "position_changed", "balance_changed"];
    let second = ["fill_booked", "position_opened", "balance_changed"];
    let added = ["strategy_added"];
    assert_eq!(kinds(&mut all), [&first[..], &added, &second].concat());
    // A strategy and a balance are about no instrument in particular.
    let ibm = ["balance_changed", "strategy_added"];
    assert_eq!(kinds(&mut of_ibm), [&ibm[..], &second].concat());
    assert_eq!(kinds(&mut of_beta), ["position_opened"]);
    assert_eq!(kinds(&mut of_another), ["strategy_added"]);
    assert_eq!(all.lost(), 0);
}

#[test]
fn a_slow_subscriber_loses_the_oldest_and_learns_how_much() {
    let mut host = host();
    let mut slow = host
        .bus()
        .subscribe(Filter::default(), Overflow::DropOldest);
    for _ in 0..10_000 {
        host.post(deposit()).unwrap();
    }
    host.ask(|_| ()).unwrap();
    let notices = heard(&mut slow);
    assert_eq!(notices.len() as u64 + slow.lost(), 10_000);
    assert!(slow.lost() > 0);
    let last = notices.last().unwrap();
    let sequence = host.ask(|state| state.sequence).unwrap();
    assert_eq!(last.sequence, sequence);
    for pair in notices.windows(2) {
        assert_eq!(pair[0].sequence + 1, pair[1].sequence, "no gap after it");
    }
}

#[test]
fn a_conflating_subscriber_hears_the_newest_of_each() {
    let mut host = host();
    let mut latest = host.bus().subscribe(Filter::default(), Overflow::Conflate);
    for step in 1..=100 {
        for instrument in 0..2 {
            let tick = PriceTick {
                last: Some(10_000_000_000 + step),
                ..PriceTick::empty(InstrumentId(instrument), Timestamp(step))
            };
            host.post(Input::Command(Command::Price(tick))).unwrap();
        }
        host.post(deposit()).unwrap();
    }
    host.ask(|_| ()).unwrap();
    let notices = heard(&mut latest);
    assert_eq!(notices.len(), 3);
    for notice in notices {
        match notice.news {
            News::Price { change, .. } => assert_eq!(change.new.last, Some(10_000_000_100)),
            News::Balance { change, .. } => {
                assert_eq!(change.new.total, 100 * 10_i128.pow(18));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_value_that_is_longer_than_a_cell_arrives_whole() {
    let mut host = host();
    let mut subscription = host
        .bus()
        .subscribe(Filter::default(), Overflow::DropOldest);
    let long: Box<str> = "x".repeat(65_536).into();
    for value in [long.clone(), "short".into(), long.clone()] {
        let key = id("regime");
        let set = Command::SetState { key, value };
        host.call(Input::Command(set)).unwrap();
    }
    let values = heard(&mut subscription)
        .into_iter()
        .map(|notice| match notice.news {
            News::Shared { old, new, .. } => (old, new),
            other => panic!("{other:?}"),
        });
    let short: Box<str> = "short".into();
    let wanted = [
        (None, long.clone()),
        (Some(long.clone()), short.clone()),
        (Some(short), long),
    ];
    assert_eq!(values.collect::<Vec<_>>(), wanted);
}

#[test]
fn subscribers_come_and_go_while_producers_give() {
    const EACH: u64 = 3_000;
    let mut host = host();
    let (bus, enrol) = (host.bus().clone(), host.enrol().unwrap());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let mut producer = enrol.producer(Discipline::Ordered).unwrap();
            scope.spawn(move || {
                for _ in 0..EACH {
                    producer.post(deposit()).unwrap();
                }
            });
        }
        for _ in 0..2 {
            let bus = bus.clone();
            scope.spawn(move || {
                for _ in 0..50 {
                    let mut passing = bus.subscribe(Filter::default(), Overflow::DropOldest);
                    let _ = passing.wait(Some(Duration::from_micros(100)));
                }
            });
        }
        let mut constant = bus.subscribe(Filter::default(), Overflow::DropOldest);
        let mut last = 0;
        while last < 2 * EACH + 4 {
            let notice = constant.wait(PATIENCE).unwrap();
            assert!(notice.sequence > last, "in order");
            last = notice.sequence;
            if last + 1 >= 2 * EACH {
                break;
            }
        }
    });
    let deposits = 2 * i128::from(EACH) * 10_i128.pow(18);
    let total = host.ask(|state| {
        let usd = state.currency_id(&id("USD")).unwrap();
        state.balance(DEFAULT, usd).total
    });
    assert_eq!(total, Ok(deposits));
}

#[test]
fn a_subscriber_that_waits_in_vain_goes_on() {
    let host = host();
    let mut nobody = host
        .bus()
        .subscribe(Filter::default(), Overflow::DropOldest);
    assert_eq!(nobody.wait(Some(Duration::from_millis(1))), None);
    drop(host);
    assert_eq!(nobody.wait(Some(Duration::from_millis(1))), None);
}
