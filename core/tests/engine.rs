//! The writer's thread and those whom it serves.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod desk;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use desk::{DEFAULT, id, number, spec};
use truebook_core::book::{
    Answer, CashKind, CashMove, Command, Ledger, PriceTick, State, TradingState,
};
use truebook_core::engine::{
    BoardOptions, Discipline, Enrol, Gone, Happening, Host, Input, NoJournal, Options,
    PRODUCERS_MAX, Producer, Quiet, Reactor, Unsent, Wait, Writer,
};
use truebook_core::model::{Config, InstrumentId, InstrumentKind, Timestamp};

fn writer<R: Reactor>(reactor: R) -> Writer<R> {
    let mut ledger = Ledger::new(State::default());
    let mut config = Config::default();
    config.limits.price_band_pct = number("1000000");
    for command in [
        Command::Configure(Box::new(config)),
        Command::AddInstrument(Box::new(spec("BTC-USD", InstrumentKind::Spot))),
    ] {
        assert!(matches!(ledger.execute(&command), Answer::Applied(_)));
    }
    ledger.take_emitted(&mut Vec::new());
    Writer::new(
        ledger,
        reactor,
        Box::new(NoJournal),
        BoardOptions::default(),
    )
}

fn host(options: Options) -> Host<Quiet> {
    Host::new(writer(Quiet), options)
}

fn deposit(amount: &str, name: Option<String>) -> Input {
    Input::Command(Command::MoveCash(Box::new(CashMove {
        account: DEFAULT,
        currency: id("USD"),
        amount: number(amount),
        kind: CashKind::Deposit,
        id: name.map(|name| id(&name)),
    })))
}

fn tick(price: i64) -> PriceTick {
    PriceTick {
        last: Some(price),
        ..PriceTick::empty(InstrumentId(0), Timestamp(price))
    }
}

fn total(state: &State) -> i128 {
    let usd = state.currency_id(&id("USD")).unwrap();
    state.balance(DEFAULT, usd).total / 10_i128.pow(18)
}

#[test]
fn what_several_producers_give_is_executed_once_and_in_the_order_of_each() {
    const EACH: u64 = 2_000;
    for wait in [Wait::Spin, Wait::Yield, Wait::Park, Wait::Adaptive] {
        let options = Options {
            wait,
            capacity: 64,
            ..Options::default()
        };
        let mut host = host(options);
        let enrol = host.enrol().unwrap();
        std::thread::scope(|scope| {
            for number in 0..4_u32 {
                let mut producer = enrol.producer(Discipline::Ordered).unwrap();
                scope.spawn(move || {
                    for step in 0..EACH {
                        let name = Some(format!("{number}-{step}"));
                        if step % 64 == 0 {
                            let answer = producer.call(deposit("1", name));
                            assert!(matches!(answer, Ok(Answer::Applied(_))), "{answer:?}");
                        } else {
                            producer.post(deposit("1", name)).unwrap();
                        }
                    }
                    // After its own, whatever the others do.
                    let seen = producer.ask(total).unwrap();
                    assert!(seen >= i128::from(EACH));
                });
            }
        });
        assert_eq!(host.ask(total), Ok(4 * i128::from(EACH)), "{wait:?}");
        let writer = host.stop().unwrap();
        // The configuration, two currencies and the instrument came before.
        assert_eq!(writer.state().sequence, 4 * EACH + 4, "{wait:?}");
    }
}

#[test]
fn of_a_live_producer_the_last_price_arrives_and_every_command_does() {
    let mut host = host(Options {
        capacity: 8,
        ..Options::default()
    });
    let enrol = host.enrol().unwrap();
    let mut live = enrol.producer(Discipline::Live { instruments: 4 }).unwrap();
    const PRICES: i64 = 50_000;
    for price in 1..=PRICES {
        live.price(tick(price)).unwrap();
        if price % 1_000 == 0 {
            live.post(deposit("1", None)).unwrap();
        }
    }
    let ended = Instant::now() + Duration::from_secs(20);
    loop {
        let mark = host.ask(|state| state.mark(InstrumentId(0)).mark).unwrap();
        if mark == Some(PRICES) {
            break;
        }
        assert!(Instant::now() < ended, "stuck at {mark:?}");
        std::thread::yield_now();
    }
    assert_eq!(host.ask(total), Ok(i128::from(PRICES) / 1_000));
    let refused = host.ask(|state| state.mark(InstrumentId(0)).refused);
    assert_eq!(refused, Ok(0), "no price overtook a newer one");
    // Beyond its instruments it waits for room, and loses nothing.
    live.price(PriceTick {
        instrument: InstrumentId(9),
        ..tick(1)
    })
    .unwrap();
    drop(live);
    host.stop().unwrap();
}

#[test]
fn there_are_so_many_producers_and_a_seat_is_free_again_when_one_goes() {
    let mut host = host(Options::default());
    let enrol = host.enrol().unwrap();
    let again = enrol.clone();
    let mut all: Vec<_> = (0..PRODUCERS_MAX)
        .map(|_| enrol.producer(Discipline::Ordered).unwrap())
        .collect();
    let refused = again.producer(Discipline::Ordered).err().unwrap();
    assert!(refused.to_string().contains("at most 64"), "{refused}");
    all.pop();
    let ended = Instant::now() + Duration::from_secs(20);
    while again.producer(Discipline::Ordered).is_err() {
        assert!(Instant::now() < ended, "no seat becomes free");
        std::thread::yield_now();
    }
    // What a producer gave is executed though it is gone.
    let mut last = all.pop().unwrap();
    last.post(deposit("7", None)).unwrap();
    drop(last);
    while host.ask(total) != Ok(7) {
        assert!(Instant::now() < ended, "a deposit is lost");
    }
}

#[test]
fn when_the_owner_stops_the_others_are_told() {
    let host = host(Options::default());
    let enrol = host.enrol().unwrap();
    let mut producer = enrol.producer(Discipline::Ordered).unwrap();
    let mut live = enrol.producer(Discipline::Live { instruments: 1 }).unwrap();
    producer.post(deposit("1", None)).unwrap();
    let writer = host.stop().unwrap();
    assert_eq!(total(writer.state()), 1);
    assert_eq!(producer.post(deposit("1", None)), Err(Gone::Ended));
    let unsent = producer.try_post(deposit("1", None));
    assert!(matches!(unsent, Err(Unsent::Gone(..))));
    assert_eq!(live.price(tick(1)), Err(Gone::Ended));
    assert_eq!(producer.ask(total), Err(Gone::Ended));
    let answer = producer.call(deposit("1", None));
    assert_eq!(answer, Err(Gone::Ended));
    let refused = enrol.producer(Discipline::Ordered).err().unwrap();
    assert!(refused.to_string().contains("a book that is open"));
}

#[test]
fn a_full_ring_gives_the_input_back() {
    let host = host(Options {
        capacity: 2,
        ahead: 1_000,
        ..Options::default()
    });
    // The thread has not started, so nothing is taken.
    let enrol = host.enrol().unwrap();
    let mut producer = enrol.producer(Discipline::Ordered).unwrap();
    let mut given = 0;
    let back = loop {
        match producer.try_post(deposit("1", Some(format!("d-{given}")))) {
            Ok(()) => given += 1,
            Err(Unsent::Full(input)) => break input,
            Err(Unsent::Gone(..)) => panic!("it has not begun"),
        }
    };
    let Input::Command(Command::MoveCash(moved)) = back else {
        panic!("another input came back")
    };
    assert_eq!(moved.id, Some(id(&format!("d-{given}"))));
    let writer = host.stop().unwrap();
    assert_eq!(total(writer.state()), i128::from(given));
}

/// Panics when trading is halted.
struct Fragile;

impl Reactor for Fragile {
    fn react(&mut self, state: &State, _: Happening<'_>, _: &mut Vec<Command>) {
        assert_ne!(state.trading_state, TradingState::Halted, "as it was told");
    }
}

#[test]
fn a_writer_that_panics_tells_every_producer() {
    let mut host = Host::new(writer(Fragile), Options::default());
    let enrol = host.enrol().unwrap();
    let mut producer = enrol.producer(Discipline::Ordered).unwrap();
    let halt = Input::Command(Command::SetTradingState {
        state: TradingState::Halted,
        reason: id("test"),
    });
    let poisoned = Err(Gone::Ended);
    assert_eq!(host.call(halt), poisoned);
    assert_eq!(producer.call(deposit("1", None)), poisoned);
    assert_eq!(host.ask(total), Err(Gone::Ended));
    assert!(host.stop().is_err());
}

/// Lets a producer in, and panics before it is served.
struct Doorman {
    enrol: Arc<Mutex<Option<Enrol>>>,
    came: Arc<Mutex<Option<Producer>>>,
}

impl Reactor for Doorman {
    fn react(&mut self, _: &State, _: Happening<'_>, _: &mut Vec<Command>) {
        let enrol = self.enrol.lock().unwrap().take().unwrap();
        let producer = enrol.producer(Discipline::Ordered).unwrap();
        *self.came.lock().unwrap() = Some(producer);
        panic!("as the test wants");
    }
}

#[test]
fn who_came_when_the_writer_panicked_is_told_too() {
    let (enrol, came) = (Arc::default(), Arc::default());
    let doorman = Doorman {
        enrol: Arc::clone(&enrol),
        came: Arc::clone(&came),
    };
    let mut host = Host::new(writer(doorman), Options::default());
    let another = host.enrol().unwrap();
    *enrol.lock().unwrap() = host.enrol();
    assert_eq!(host.call(deposit("1", None)), Err(Gone::Ended));
    let mut producer = came.lock().unwrap().take().unwrap();
    assert_eq!(producer.call(deposit("1", None)), Err(Gone::Ended));
    assert!(another.producer(Discipline::Ordered).is_err());
}

#[test]
fn inline_there_is_one_caller() {
    let mut host = host(Options {
        threaded: false,
        ..Options::default()
    });
    assert!(host.enrol().is_none());
    host.post(deposit("1", None)).unwrap();
    assert_eq!(host.ask(total), Ok(1));
    assert_eq!(total(host.stop().unwrap().state()), 1);
}
