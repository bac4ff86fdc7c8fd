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
    Answer, CashKind, CashMove, Command, Entry, FillReport, Kinds, Ledger, PriceTick, State,
};
use truebook_core::engine::{
    BoardOptions, Discipline, Filter, Host, Input, Journal, Options, Overflow, Producer, Quiet,
    Reader, Subscription, View, Writer,
};
use truebook_core::model::{Config, InstrumentKind, Side, Timestamp};

/// Commands of each producer unless said otherwise.
const COMMANDS: u64 = 10_000;
/// How many producers give commands; one more gives prices.
const PRODUCERS: u64 = 3;
const READERS: usize = 4;
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

/// Of another strategy: bought and sold at prices of its own.
fn trade(own: u64, step: u64) -> Command {
    let side = if step.is_multiple_of(3) {
        Side::Sell
    } else {
        Side::Buy
    };
    let report = FillReport {
        trade_id: Some(id(&format!("b{own}-{step}"))),
        strategy: Some(id("beta")),
        ts: Timestamp(1),
        ..FillReport::new(
            FIRST,
            side,
            70_000_001,
            PX + i64::try_from(step % 977).unwrap(),
        )
    };
    Command::Fill(Box::new(report))
}

/// Gives fills, each of them twice, now and then a deposit that must be answered, and trades.
fn produce(mut producer: Producer, own: u64, commands: u64) {
    for step in 0..commands {
        if step % 100 == 0 {
            let answer = producer.call(Input::Command(deposit(format!("d{own}-{step}"))));
            assert!(matches!(answer, Ok(Answer::Applied(_))), "{answer:?}");
        } else if step % 100 == 2 {
            producer.post(Input::Command(trade(own, step))).unwrap();
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

/// Looks at everything until alpha holds `until` units.
fn read(reader: &Reader, until: i128) {
    let (mut seen, mut sequence) = (0, 0);
    loop {
        let line = reader
            .position_named("BTC-USD", "alpha")
            .unwrap_or_default();
        assert_eq!(line.cost, line.qty * 10_i128.pow(12), "of one fill");
        let head = reader.sequence();
        assert!(head >= sequence, "a sequence does not go back");
        sequence = head;
        let view = reader.view();
        assert!(view.version >= seen);
        seen = view.version;
        conserves(&view);
        if line.qty >= until {
            return;
        }
        std::thread::yield_now();
    }
}

/// Nothing appears or is lost between positions, balances and totals of one moment.
fn conserves(view: &View) {
    let mut held = 0;
    for position in view.positions() {
        let flow = position.realized_pnl - position.cost;
        assert_eq!(flow, position.cash_flow, "realized - cost = cash flow");
        held += position.qty;
    }
    assert_eq!(
        view.totals.difference, 0,
        "cash + holdings = contributed + PnL"
    );
    let base = view.registry().instruments[FIRST.index()].base;
    let balance = view.balance(DEFAULT, base).total;
    assert_eq!(
        balance,
        held * 10_i128.pow(10),
        "what positions hold is there"
    );
}

/// Hears what comes until the event `until`; nothing goes back.
fn overhear(mut subscription: Subscription, until: u64) {
    let mut last = 0;
    while last < until {
        let notice = subscription.wait(Some(Duration::from_secs(120))).unwrap();
        assert!(notice.sequence >= last);
        last = notice.sequence;
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

/// A book with one pair, and what its events add up to.
fn host() -> (Host<Quiet>, Replayed) {
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
    (Host::new(writer, Options::default()), journal)
}

#[test]
fn everything_at_once_loses_nothing_and_shows_no_half_of_anything() {
    let each = std::env::var("STRESS_COMMANDS").ok();
    let each = each.map_or(COMMANDS, |text| text.parse::<u64>().unwrap() / PRODUCERS);
    let each = each - each % 200;
    // Of 100 commands one is a deposit and one a trade, whose fills come once, not twice.
    let fills = PRODUCERS * each / 2;
    let trades = PRODUCERS * each / 100;
    let (host, journal) = host();
    let enrol = host.enrol().unwrap();
    let of_fills = Filter {
        kinds: Kinds::named(&["fill_booked"]).unwrap(),
        ..Filter::default()
    };
    let heard = host.bus().subscribe(of_fills, Overflow::Block);
    let dropping = host
        .bus()
        .subscribe(Filter::default(), Overflow::DropOldest);
    let conflating = host.bus().subscribe(Filter::default(), Overflow::Conflate);
    // Two names of strategies are events, too.
    let until = host.reader().sequence() + fills + 2 * trades + 2;
    std::thread::scope(|scope| {
        for own in 0..PRODUCERS {
            let producer = enrol.producer(Discipline::Ordered).unwrap();
            scope.spawn(move || produce(producer, own, each));
        }
        let live = Discipline::Live { instruments: 1 };
        let prices = enrol.producer(live).unwrap();
        scope.spawn(move || quote(prices, each));
        for _ in 0..READERS {
            let reader = host.reader().clone();
            scope.spawn(move || read(&reader, i128::from(fills) * 100_000_000));
        }
        scope.spawn(move || hear(heard, fills + trades));
        for subscription in [dropping, conflating] {
            scope.spawn(move || overhear(subscription, until));
        }
    });
    let (ledger, _) = host.stop().unwrap().into_parts();
    let state = ledger.state();
    let usd = state.currency_id(&id("USD")).unwrap();
    let total = state.balance(DEFAULT, usd).total;
    let flow: i128 = state
        .positions()
        .iter()
        .map(|position| position.cash_flow)
        .sum();
    assert_eq!(
        total - flow,
        i128::from(trades) * 10_i128.pow(18),
        "what was paid in"
    );
    assert_eq!(state.sequence, until);
    assert_eq!(state.hash(), journal.0.lock().unwrap().hash());
}
