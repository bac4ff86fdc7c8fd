//! What subscribers hear of a writer on a thread of its own.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod desk;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use desk::{DEFAULT, id, number, spec};
use truebook_core::book::{
    Answer, CashKind, CashMove, Command, Entry, FillReport, Kinds, Ledger, News, Notice, PriceTick,
    Retold, State,
};
use truebook_core::engine::{
    BoardOptions, Discipline, Filter, Host, Input, Journal, NoJournal, Options, Overflow, Past,
    Quiet, Retell, Subscription, Writer,
};
use truebook_core::model::{InstrumentId, InstrumentKind, Side, StrategyId, Timestamp};

const PATIENCE: Option<Duration> = Some(Duration::from_secs(20));

fn host() -> Host<Quiet> {
    patient(BoardOptions::default().patience)
}

/// A host that waits so long for subscribers that block.
fn patient(patience: Duration) -> Host<Quiet> {
    let mut ledger = Ledger::new(State::default());
    for command in [
        Command::Configure(Box::default()),
        Command::AddInstrument(Box::new(spec("AIG-USD", InstrumentKind::Equity))),
        Command::AddInstrument(Box::new(spec("IBM-USD", InstrumentKind::Equity))),
    ] {
        assert!(matches!(ledger.execute(&command), Answer::Applied(_)));
    }
    ledger.take_emitted(&mut Vec::new());
    let options = BoardOptions {
        patience,
        ..BoardOptions::default()
    };
    let writer = Writer::new(ledger, Quiet, Box::new(NoJournal), options);
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
        kinds: Kinds::named(&["position_opened", "position_changed"]).unwrap(),
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

/// Keeps every event, and tells again.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Entry>>>);

impl Journal for Kept {
    fn append(&mut self, entry: &Entry) {
        self.0.lock().unwrap().push(entry.clone());
    }

    fn is_available(&self) -> bool {
        true
    }
}

/// Reads back a few events at a time.
struct Again {
    kept: Kept,
    retold: Retold,
}

impl Retell for Again {
    fn tell(&mut self, sequence: u64, notices: &mut VecDeque<Notice>) -> Option<u64> {
        let kept = self.kept.0.lock().unwrap();
        let mut told = Vec::new();
        while let Some(entry) = kept.get(self.retold.sequence() as usize) {
            if entry.sequence <= sequence {
                self.retold.skip(entry);
            } else {
                self.retold.tell(entry, &mut told);
                if told.len() > 100 {
                    break;
                }
            }
        }
        notices.extend(told);
        Some(self.retold.sequence().max(sequence))
    }
}

/// A host that keeps its events, and what tells them again.
fn kept(options: Options) -> (Host<Quiet>, Past) {
    let kept = Kept::default();
    let ledger = Ledger::new(State::default());
    let journal = Box::new(kept.clone());
    let writer = Writer::new(ledger, Quiet, journal, BoardOptions::default());
    let mut host = Host::new(writer, options);
    for command in [
        Command::Configure(Box::default()),
        Command::AddInstrument(Box::new(spec("AIG-USD", InstrumentKind::Equity))),
    ] {
        host.call(Input::Command(command)).unwrap();
    }
    let past = Past::new(move || {
        Box::new(Again {
            kept: kept.clone(),
            retold: Retold::default(),
        })
    });
    (host, past)
}

/// Takes notices until the one of `sequence`, and checks that there is no gap and no repeat.
fn follow(mut subscription: Subscription, sequence: u64, mut pause: impl FnMut(u64)) -> u64 {
    let (mut count, mut last) = (0, (0, 0));
    while last.0 < sequence {
        let notice = subscription.wait(Some(Duration::from_secs(60))).unwrap();
        let own = (notice.sequence, notice.index);
        let follows = own == (last.0, last.1 + 1) || own == (last.0 + 1, 0);
        assert!(count == 0 || follows, "{own:?} after {last:?}");
        last = own;
        count += 1;
        pause(count);
    }
    assert_eq!(subscription.lost(), 0);
    count
}

#[test]
fn a_blocking_subscriber_that_reads_hears_everything() {
    let mut host = patient(Duration::from_secs(60));
    let subscription = host.bus().subscribe(Filter::default(), Overflow::Block);
    let until = host.reader().sequence() + 20_000;
    std::thread::scope(|scope| {
        scope.spawn(move || follow(subscription, until, |_| ()));
        for _ in 0..20_000 {
            host.post(deposit()).unwrap();
        }
    });
}

#[test]
fn a_subscription_that_has_nothing_more_says_of_which_event_everything_was_given_out() {
    let mut host = patient(Duration::from_secs(60));
    let mut subscription = host.bus().subscribe(Filter::default(), Overflow::Block);
    let came = host.ask(|state| state.sequence).unwrap();
    assert_eq!((subscription.poll(), subscription.sequence()), (None, came));
    std::thread::scope(|scope| {
        let listening = scope.spawn(move || {
            let (mut complete, mut gaps) = (came, 0);
            while let Some(notice) = subscription.wait(PATIENCE) {
                assert!(notice.sequence > complete, "{notice:?} after {complete}");
                let Some(next) = subscription.poll() else {
                    assert!(subscription.sequence() >= complete);
                    (complete, gaps) = (subscription.sequence(), gaps + 1);
                    continue;
                };
                assert!(next.sequence >= notice.sequence);
            }
            (subscription.sequence(), gaps)
        });
        for number in 0..20_000 {
            host.post(fill(0, &number.to_string(), "alpha")).unwrap();
        }
        let last = host.ask(|state| state.sequence).unwrap();
        drop(host);
        let (complete, gaps) = listening.join().unwrap();
        assert_eq!(complete, last);
        assert!(gaps > 0);
    });
}

#[test]
fn a_blocking_subscriber_that_sleeps_is_told_from_the_journal_what_it_missed() {
    let (mut host, past) = kept(Options::default());
    let everything = (Filter::default(), Overflow::Block);
    let subscription = host.bus().subscribe_with(everything, None, past);
    let until = host.reader().sequence() + 30_000;
    std::thread::scope(|scope| {
        let pause = |count| {
            if count % 10_000 == 1 {
                std::thread::sleep(Duration::from_millis(150));
            }
        };
        let heard = scope.spawn(move || follow(subscription, until, pause));
        let began = Instant::now();
        for _ in 0..30_000 {
            host.post(deposit()).unwrap();
        }
        host.ask(|_| ()).unwrap();
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "the book goes on"
        );
        assert_eq!(heard.join().unwrap(), 30_000);
    });
}

#[test]
fn who_loses_something_before_it_heard_anything_is_told_from_when_it_came() {
    let (mut host, past) = kept(Options::default());
    for _ in 0..500 {
        host.call(deposit()).unwrap();
    }
    let came = host.reader().sequence();
    let everything = (Filter::default(), Overflow::Block);
    let mut subscription = host.bus().subscribe_with(everything, None, past);
    for _ in 0..10_000 {
        host.post(deposit()).unwrap();
    }
    host.ask(|_| ()).unwrap();
    let first = subscription.wait(PATIENCE).unwrap();
    assert_eq!((first.sequence, first.index), (came + 1, 0));
    assert_eq!(follow(subscription, came + 10_000, |_| ()), 9_999);
}

#[test]
fn who_waits_is_told_that_the_writer_has_ended() {
    let (mut host, past) = kept(Options::default());
    let everything = (Filter::default(), Overflow::Block);
    let live = host
        .bus()
        .subscribe(Filter::default(), Overflow::DropOldest);
    let told = host.bus().subscribe_with(everything, Some(0), past);
    host.call(deposit()).unwrap();
    let waiting = |mut subscription: Subscription| {
        std::thread::spawn(move || {
            let count = std::iter::from_fn(|| subscription.wait(None)).count();
            (count, subscription.is_over())
        })
    };
    let (live, told) = (waiting(live), waiting(told));
    std::thread::sleep(Duration::from_millis(50));
    drop(host.stop().unwrap());
    let (heard, is_over) = live.join().unwrap();
    assert!(heard >= 1 && is_over);
    let (retold, is_over) = told.join().unwrap();
    assert!(retold > heard && is_over);
}

#[test]
fn a_conflating_subscriber_that_seldom_polls_stays_small() {
    let mut host = host();
    let mut seldom = host.bus().subscribe(Filter::default(), Overflow::Conflate);
    let mut given = 0;
    for round in 0..10 {
        for trade in 0..300 {
            let name = format!("t{round}-{trade}");
            host.call(fill(0, &name, "alpha")).unwrap();
        }
        given += u64::from(seldom.poll().is_some());
    }
    let rest = heard(&mut seldom).len() as u64;
    assert!(rest <= 1_024 && given == 10, "{rest}");
    assert!(seldom.lost() >= 3_000 - rest - given);
}

#[test]
fn who_subscribes_since_an_event_hears_everything_after_it_once() {
    for threaded in [true, false] {
        let (mut host, past) = kept(Options {
            threaded,
            ..Options::default()
        });
        for trade in 0..300 {
            host.call(fill(0, &format!("t{trade}"), "alpha")).unwrap();
        }
        let since = 100;
        for overflow in [Overflow::DropOldest, Overflow::Block] {
            let bus = host.bus().clone();
            let everything = (Filter::default(), overflow);
            let subscription = bus.subscribe_with(everything, Some(since), past.clone());
            host.call(fill(0, &format!("{overflow:?}"), "alpha"))
                .unwrap();
            let until = host.reader().sequence();
            let count = follow(subscription, until, |_| ());
            // Each has three, the fill, the position and the balance; of the last, one is heard.
            assert_eq!(count, 3 * (until - since) - 2, "{overflow:?}");
        }
    }
}

#[test]
fn a_blocking_subscriber_that_is_dead_does_not_stop_the_book() {
    let mut host = host();
    let dead = host.bus().subscribe(Filter::default(), Overflow::Block);
    let began = Instant::now();
    for _ in 0..20_000 {
        host.post(deposit()).unwrap();
    }
    host.ask(|_| ()).unwrap();
    assert!(began.elapsed() < Duration::from_secs(20));
    let status = host.reader().status();
    assert!(
        status.subscribers[0].lag >= 20_000,
        "{:?}",
        status.subscribers
    );
    drop(dead);
    host.call(deposit()).unwrap();
    assert!(host.reader().status().subscribers.is_empty());
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
