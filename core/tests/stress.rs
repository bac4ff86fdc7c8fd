//! The engine under everything at once: producers, readers and subscribers; `STRESS_COMMANDS` says
//! for how long.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod desk;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use desk::{DEFAULT, FIRST, id, number, spec};
use truebook_core::book::{
    Answer, CashKind, CashMove, Command, Entry, FillReport, Ledger, PriceTick, State,
};
use truebook_core::engine::{
    BoardOptions, Discipline, Filter, Host, Input, Journal, Options, Overflow, Producer, Quiet,
    Reader, Subscription, Writer,
};
use truebook_core::model::{Config, InstrumentKind, PositionId, Side, Timestamp};

/// Commands of each producer unless said otherwise.
const COMMANDS: u64 = 10_000;
/// How many producers give commands; one more gives prices.
const PRODUCERS: u64 = 3;
/// The price of everything: 100.
const PX: i64 = 10_000_000_000;

/// Adds events up as they come.
#[derive(Clone)]
struct Replayed(Arc<Mutex<State>>);

impl Journal for Replayed {
    fn append(&mut self, entry: &Entry) {
        self.0.lock().unwrap().apply(entry);
    }

    fn is_available(&self) -> bool {
        true
    }
}

fn deposit(name: String) -> Command {
    Command::MoveCash(Box::new(CashMove {
        account: DEFAULT,
        currency: id("USD"),
        amount: number("1"),
        kind: CashKind::Deposit,
        id: Some(id(&name)),
    }))
}

fn fill(trade: &str) -> Command {
    let report = FillReport {
        trade_id: Some(id(trade)),
        strategy: Some(id("alpha")),
        ts: Timestamp(1),
        ..FillReport::new(FIRST, Side::Buy, 100_000_000, PX)
    };
    Command::Fill(Box::new(report))
}

/// Gives fills, each of them twice, and now and then a deposit that must be answered.
fn produce(mut producer: Producer, own: u64, commands: u64) {
    for step in 0..commands {
        if step % 100 == 0 {
            let answer = producer.call(Input::Command(deposit(format!("d{own}-{step}"))));
            assert!(matches!(answer, Ok(Answer::Applied(_))), "{answer:?}");
        } else {
            let trade = format!("t{own}-{}", step / 2);
            producer.post(Input::Command(fill(&trade))).unwrap();
        }
    }
}

/// Gives prices as fast as it can.
fn quote(mut producer: Producer, count: u64) {
    for ts in 0..i64::try_from(count).unwrap() {
        let tick = PriceTick {
            bid: Some(PX),
            ask: Some(PX),
            ..PriceTick::empty(FIRST, Timestamp(ts))
        };
        producer.price(tick).unwrap();
    }
}

/// Looks at everything until the book is at `until` units.
fn read(reader: &Reader, until: i128) {
    let mut seen = 0;
    loop {
        let line = reader.position(PositionId(0));
        assert_eq!(line.cost, line.qty * 10_i128.pow(12), "of one fill");
        let view = reader.view();
        let held = view
            .position(PositionId(0))
            .map_or(0, |position| position.qty);
        assert_eq!(
            view.totals.holdings,
            held * 10_i128.pow(12),
            "of one moment"
        );
        assert!(view.version >= seen);
        seen = view.version;
        if line.qty >= until {
            return;
        }
        std::thread::yield_now();
    }
}

/// Hears fills until there are no more; each once and in order.
fn hear(mut subscription: Subscription, fills: u64) {
    let mut last = 0;
    for _ in 0..fills {
        let notice = subscription.wait(Some(Duration::from_secs(120))).unwrap();
        assert!(notice.sequence > last);
        last = notice.sequence;
    }
    assert_eq!(subscription.lost(), 0);
}

#[test]
fn everything_at_once_loses_nothing_and_shows_no_half_of_anything() {
    let each = std::env::var("STRESS_COMMANDS").ok();
    let each = each.map_or(COMMANDS, |text| text.parse::<u64>().unwrap() / PRODUCERS);
    let each = each - each % 200;
    // Of 100 commands one is a deposit, and the fill that it would have repeated comes once.
    let fills = PRODUCERS * each / 2;
    let mut ledger = Ledger::new(State::default());
    let mut config = Config::default();
    config.limits.price_band_pct = number("1000000");
    ledger.execute(&Command::Configure(Box::new(config)));
    ledger.execute(&Command::AddInstrument(Box::new(spec(
        "BTC-USD",
        InstrumentKind::Spot,
    ))));
    let mut begun = Vec::new();
    ledger.take_emitted(&mut begun);
    let journal = Replayed(Arc::new(Mutex::new(State::default())));
    begun
        .iter()
        .for_each(|entry| journal.0.lock().unwrap().apply(entry));
    let kept = Box::new(journal.clone());
    let options = BoardOptions {
        patience: Duration::from_secs(60),
        ..BoardOptions::default()
    };
    let writer = Writer::new(ledger, Quiet, kept, options);
    let host = Host::new(writer, Options::default());
    let enrol = host.enrol().unwrap();
    let of_fills = Filter {
        kinds: vec!["fill_booked".to_owned()],
        ..Filter::default()
    };
    let heard = host.bus().subscribe(of_fills, Overflow::Block);
    std::thread::scope(|scope| {
        for own in 0..PRODUCERS {
            let producer = enrol.producer(Discipline::Ordered).unwrap();
            scope.spawn(move || produce(producer, own, each));
        }
        let live = Discipline::Live { instruments: 1 };
        let prices = enrol.producer(live).unwrap();
        scope.spawn(move || quote(prices, each));
        let reader = host.reader().clone();
        scope.spawn(move || read(&reader, i128::from(fills) * 100_000_000));
        scope.spawn(move || hear(heard, fills));
    });
    let (ledger, _) = host.stop().unwrap().into_parts();
    let state = ledger.state();
    let usd = state.currency_id(&id("USD")).unwrap();
    let deposits = i128::from(PRODUCERS * each / 100);
    let spent = i128::from(fills) * 100;
    let total = state.balance(DEFAULT, usd).total;
    assert_eq!(total, (deposits - spent) * 10_i128.pow(18));
    assert_eq!(state.hash(), journal.0.lock().unwrap().hash());
}
