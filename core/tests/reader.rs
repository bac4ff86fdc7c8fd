//! What readers see of the book: lines, names and views.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod desk;

use std::time::Duration;

use desk::{DEFAULT, FIRST, id, number, spec};
use truebook_core::book::{
    Answer, CashKind, CashMove, Command, FillReport, Ledger, PriceTick, State, Submit,
};
use truebook_core::engine::{
    BoardOptions, Gone, Host, Input, NoJournal, Options, PositionLine, Quiet, Reader, Unseen, Wait,
    Writer,
};
use truebook_core::model::{
    Config, CurrencyId, InstrumentId, InstrumentKind, PositionId, PositionKey, PositionLeg, Side,
    Timestamp,
};

/// A price of 1.
const PX: i64 = 100_000_000;
const SECOND: Option<Duration> = Some(Duration::from_secs(30));

fn writer(options: BoardOptions) -> Writer<Quiet> {
    let mut ledger = Ledger::new(State::default());
    let mut config = Config::default();
    config.limits.price_band_pct = number("1000000");
    for command in [
        Command::Configure(Box::new(config)),
        Command::AddInstrument(Box::new(spec("BTC-USD", InstrumentKind::Spot))),
        Command::AddInstrument(Box::new(spec("ETH-USD", InstrumentKind::Spot))),
    ] {
        assert!(matches!(ledger.execute(&command), Answer::Applied(_)));
    }
    ledger.take_emitted(&mut Vec::new());
    Writer::new(ledger, Quiet, Box::new(NoJournal), options)
}

fn host(options: Options) -> Host<Quiet> {
    Host::new(writer(BoardOptions::default()), options)
}

fn input(command: Command) -> Input {
    Input::Command(command)
}

fn deposit(amount: &str) -> Input {
    input(Command::MoveCash(Box::new(CashMove {
        account: DEFAULT,
        currency: id("USD"),
        amount: number(amount),
        kind: CashKind::Deposit,
        id: None,
    })))
}

fn report(trade: u64, side: Side, qty: i128) -> FillReport {
    FillReport {
        trade_id: Some(id(&format!("t{trade}"))),
        strategy: Some(id("alpha")),
        ts: Timestamp(i64::try_from(trade).unwrap()),
        ..FillReport::new(FIRST, side, qty * 100_000_000, 100 * PX)
    }
}

fn fill(trade: u64, side: Side, qty: i128) -> Input {
    input(Command::Fill(Box::new(report(trade, side, qty))))
}

fn quote(price: i64, ts: i64) -> Input {
    input(Command::Price(PriceTick {
        bid: Some(price),
        ask: Some(price),
        ..PriceTick::empty(FIRST, Timestamp(ts))
    }))
}

fn sequence_of(answer: Result<Answer, Gone>) -> u64 {
    match answer {
        Ok(Answer::Applied(applied)) => applied.sequence,
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_has_an_answer_reads_what_it_is_about() {
    for options in [
        Options::default(),
        Options {
            threaded: false,
            ..Options::default()
        },
    ] {
        let mut host = host(options);
        let reader = host.reader().clone();
        for trade in 1..200 {
            let sequence = sequence_of(host.call(fill(trade, Side::Buy, 1)));
            let line = reader.position_named("BTC-USD", "alpha").unwrap();
            let held = i128::from(trade) * 100_000_000;
            assert_eq!((line.sequence, line.qty), (sequence, held));
            assert_eq!(
                (reader.sequence(), reader.totals().sequence),
                (sequence, sequence)
            );
            let view = host.view().unwrap();
            assert_eq!(view.sequence, sequence);
            assert_eq!(view.positions().next().unwrap().qty, held);
        }
        assert!(reader.check().is_ok());
        let status = reader.status();
        assert_eq!(
            (status.sequence, status.is_running),
            (reader.sequence(), true)
        );
    }
}

#[test]
fn who_finds_the_number_of_a_position_finds_its_figures() {
    const POSITIONS: u64 = if cfg!(miri) { 20 } else { 1_000 };
    let mut host = host(Options::default());
    let reader = host.reader().clone();
    let watcher = std::thread::spawn(move || {
        for number in 0..POSITIONS {
            let name = format!("alpha-{number}");
            let line = loop {
                match reader.position_named("BTC-USD", &name) {
                    Some(line) => break line,
                    None => std::thread::yield_now(),
                }
            };
            assert_eq!(line.qty, 100_000_000, "{name}");
        }
    });
    for number in 0..POSITIONS {
        let mut bought = report(number + 1, Side::Buy, 1);
        bought.strategy = Some(id(&format!("alpha-{number}")));
        sequence_of(host.call(input(Command::Fill(Box::new(bought)))));
    }
    watcher.join().unwrap();
}

#[test]
fn who_finds_the_number_of_an_instrument_finds_what_its_figures_mean() {
    const INSTRUMENTS: usize = if cfg!(miri) { 20 } else { 300 };
    for threaded in [true, false] {
        let mut host = host(Options {
            threaded,
            ..Options::default()
        });
        let reader = host.reader().clone();
        for number in 0..INSTRUMENTS {
            let symbol = format!("X{number}-USD");
            let given = spec(&symbol, InstrumentKind::Spot);
            host.call(input(Command::AddInstrument(Box::new(given))))
                .unwrap();
            let found = reader.instrument_id(&symbol).unwrap();
            let scales = reader.instrument_scales(found).unwrap();
            assert_eq!(scales.symbol.as_str(), symbol);
            assert_eq!((scales.price_scale, scales.qty_scale), (8, 8));
        }
        assert_eq!(reader.instrument_scales(InstrumentId(u32::MAX)), None);
    }
}

#[test]
fn lines_have_every_figure() {
    let mut host = host(Options::default());
    host.call(deposit("1000")).unwrap();
    host.call(fill(1, Side::Buy, 2)).unwrap();
    let mut sold = report(2, Side::Sell, 1);
    sold.last_px = 150 * PX;
    sold.fees = [desk::fee("0.25", "USD")].into_iter().collect();
    let sequence = sequence_of(host.call(input(Command::Fill(Box::new(sold)))));
    host.call(quote(200 * PX, 5)).unwrap();
    let reader = host.reader();
    let key = PositionKey {
        account: reader.account_id("default").unwrap(),
        instrument: reader.instrument_id("BTC-USD").unwrap(),
        strategy: reader.strategy_id("alpha").unwrap(),
        leg: PositionLeg::Net,
    };
    let position = reader.position_id(&key).unwrap();
    let line = reader.position(position);
    let money = 10_i128.pow(18);
    let wanted = PositionLine {
        sequence,
        qty: 100_000_000,
        cost: 100 * money,
        realized_pnl: 50 * money,
        mark: 200 * PX,
        is_cost_unknown: false,
    };
    assert_eq!(line, wanted);
    let detail = reader.position_detail(position);
    assert_eq!(
        (detail.sequence, detail.fees, detail.funding),
        (sequence, money / 4, 0)
    );
    assert_eq!((detail.opened_at.0, detail.updated_at.0), (1, 2));
    let prices = reader.instrument(FIRST);
    assert_eq!(
        (prices.bid, prices.ask, prices.last),
        (200 * PX, 200 * PX, 0)
    );
    assert_eq!((prices.mark, prices.ts.0), (200 * PX, 5));
    let totals = reader.totals();
    assert_eq!(totals.equity, 1_149 * money + 3 * money / 4);
    assert_eq!(totals.holdings(), 200 * money);
    assert_eq!(totals.total_pnl(), 149 * money + 3 * money / 4);
    assert_eq!((totals.open_positions, totals.is_missing), (1, false));
    let view = reader.fresh_view(SECOND).unwrap();
    assert_eq!(view.totals.equity, totals.equity);
    assert_eq!(view.mark(FIRST).unwrap().bid, Some(200 * PX));
    assert_eq!(view.strategy(key.strategy).unwrap().as_str(), "alpha");
    let usd = view
        .registry()
        .currencies
        .iter()
        .position(|each| each.code == id("USD"));
    let usd = CurrencyId(u16::try_from(usd.unwrap()).unwrap());
    assert_eq!(
        view.balance(key.account, usd).total,
        949 * money + 3 * money / 4
    );
}

#[test]
fn what_was_never_named_is_not_found() {
    let host = host(Options::default());
    let reader = host.reader();
    assert_eq!(reader.instrument_id("DOGE-USD"), None);
    assert_eq!(reader.strategy_id("alpha"), None);
    assert_eq!(reader.account_id("second"), None);
    assert_eq!(reader.position_named("BTC-USD", "EXTERNAL"), None);
    assert_eq!(reader.position(PositionId(7)), PositionLine::default());
    assert_eq!(
        reader.position(PositionId(u32::MAX)),
        PositionLine::default()
    );
    assert_eq!(reader.instrument(InstrumentId(u32::MAX)).mark, 0);
    assert_eq!(reader.position_detail(PositionId(u32::MAX)).fees, 0);
}

#[test]
fn beyond_the_lines_and_names_there_are_the_view_is_read() {
    for view_interval in [None, Some(Duration::from_millis(1))] {
        beyond(BoardOptions {
            positions: 1,
            instruments: 1,
            names: 1,
            view_interval,
            ..BoardOptions::default()
        });
    }
}

fn beyond(few: BoardOptions) {
    let mut host = Host::new(writer(few), Options::default());
    let reader = host.reader().clone();
    let wide = i128::from(i64::MAX) / 100_000_000 + 1;
    host.call(fill(1, Side::Buy, wide)).unwrap();
    let mut second = report(2, Side::Buy, 3);
    second.instrument = InstrumentId(1);
    second.strategy = Some(id("beta"));
    host.call(input(Command::Fill(Box::new(second)))).unwrap();
    let tick = PriceTick {
        last: Some(7),
        ..PriceTick::empty(InstrumentId(1), Timestamp(9))
    };
    host.call(input(Command::Price(tick))).unwrap();
    let held = |symbol, strategy| reader.position_named(symbol, strategy).unwrap();
    assert_eq!(held("BTC-USD", "alpha").qty, wide * 100_000_000);
    assert_eq!(held("ETH-USD", "beta").qty, 300_000_000);
    assert_eq!(
        (
            held("ETH-USD", "beta").mark,
            reader.instrument(InstrumentId(1)).last
        ),
        (7, 7)
    );
    let scales = reader.instrument_scales(InstrumentId(1)).unwrap();
    assert_eq!(scales.symbol.as_str(), "ETH-USD");
    assert_eq!(reader.position_detail(PositionId(1)).updated_at.0, 2);
    assert_eq!(reader.position_named("ETH-USD", "alpha"), None);
    assert_eq!(reader.strategy_id("gamma"), None);
}

#[test]
fn a_reader_never_sees_half_of_a_fill_nor_goes_back() {
    const FILLS: u64 = 20_000;
    for wait in [Wait::Spin, Wait::Adaptive] {
        let options = Options {
            wait,
            ..Options::default()
        };
        let mut host = host(options);
        let reader = host.reader().clone();
        host.call(fill(1, Side::Buy, 1)).unwrap();
        let position = PositionId(0);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                let reader = reader.clone();
                scope.spawn(move || watch(&reader, position, FILLS));
            }
            for trade in 2..=FILLS {
                host.post(fill(trade, Side::Buy, 1)).unwrap();
                if trade % 3 == 0 {
                    host.post(quote(100 * PX, i64::try_from(trade).unwrap()))
                        .unwrap();
                }
            }
        });
    }
}

/// Looks until `fills` fills of 1 at 100 are seen.
fn watch(reader: &Reader, position: PositionId, fills: u64) {
    let (mut line, mut head, mut totals) = (PositionLine::default(), 0, 0);
    let mut viewed = 0;
    while line.qty < i128::from(fills) * 100_000_000 {
        let now = reader.position(position);
        assert_eq!(
            now.cost,
            now.qty * 10_i128.pow(12),
            "cost and quantity are of one fill"
        );
        assert!(now.sequence >= line.sequence);
        line = now;
        let sequence = reader.sequence();
        assert!(sequence >= head);
        head = sequence;
        let all = reader.totals();
        assert!(all.sequence >= totals && all.equity == 0, "{all:?}");
        totals = all.sequence;
        let view = reader.view();
        assert!(view.sequence >= viewed);
        viewed = view.sequence;
        let held = view.position(position).map_or(0, |position| position.qty);
        assert_eq!(
            view.totals.holdings,
            held * 10_i128.pow(12),
            "a view is of one moment"
        );
        std::thread::yield_now();
    }
}

#[test]
fn a_view_that_is_kept_never_changes() {
    let mut host = host(Options::default());
    let reader = host.reader().clone();
    let mut kept = Vec::new();
    for trade in 1..100 {
        let sequence = sequence_of(host.call(fill(trade, Side::Buy, 1)));
        kept.push(reader.view_at_least(sequence, SECOND).unwrap());
    }
    for (view, trade) in kept.iter().zip(1_i128..) {
        assert_eq!(
            view.position(PositionId(0)).unwrap().qty,
            trade * 100_000_000
        );
    }
    assert!(
        kept.windows(2)
            .all(|pair| pair[0].version < pair[1].version)
    );
}

#[test]
fn open_orders_are_in_the_view_and_ended_ones_are_not() {
    let mut host = host(Options::default());
    host.call(deposit("1000000")).unwrap();
    for number in 0..200 {
        let mut order = Submit::market(FIRST, Side::Buy, 100_000_000, Timestamp(number));
        order.client_order_id = Some(id(&format!("o{number}")));
        host.call(quote(100 * PX, number)).unwrap();
        host.call(input(Command::Submit(Box::new(order)))).unwrap();
    }
    let reader = host.reader().clone();
    let view = reader.fresh_view(SECOND).unwrap();
    assert_eq!(view.open_orders().count(), 200);
    for trade in 0..150 {
        let mut filled = report(trade, Side::Buy, 1);
        filled.client_order_id = Some(id(&format!("o{trade}")));
        host.call(input(Command::Fill(Box::new(filled)))).unwrap();
    }
    let open = reader.fresh_view(SECOND).unwrap();
    let names: Vec<String> = open
        .open_orders()
        .map(|order| order.client_order_id.to_string())
        .collect();
    let wanted: Vec<String> = (150..200).map(|number| format!("o{number}")).collect();
    assert_eq!(names, wanted);
}

#[test]
fn who_waits_for_a_sequence_is_woken_when_it_comes() {
    for view_interval in [None, Some(Duration::from_millis(1))] {
        let options = BoardOptions {
            view_interval,
            ..BoardOptions::default()
        };
        let mut host = Host::new(writer(options), Options::default());
        let reader = host.reader().clone();
        let wanted = reader.sequence() + 50;
        std::thread::scope(|scope| {
            let waiting = scope.spawn(move || reader.view_at_least(wanted, SECOND));
            for trade in 1..=60 {
                host.call(fill(trade, Side::Buy, 1)).unwrap();
            }
            assert!(waiting.join().unwrap().unwrap().sequence >= wanted);
        });
        let never = host
            .reader()
            .view_at_least(u64::MAX, Some(Duration::from_millis(20)));
        assert_eq!(never.unwrap_err(), Unseen::TimedOut);
    }
}

#[test]
fn after_the_end_readers_go_on_and_nobody_waits_for_what_will_not_come() {
    let mut host = host(Options::default());
    let reader = host.reader().clone();
    host.call(fill(1, Side::Buy, 1)).unwrap();
    let waiting = reader.clone();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(move || waiting.view_at_least(u64::MAX, None));
        drop(host.stop().unwrap());
        assert_eq!(waiting.join().unwrap().unwrap_err(), Unseen::Gone);
    });
    assert_eq!(reader.check(), Err(Gone::Ended));
    assert!(!reader.status().is_running);
    assert_eq!(reader.position(PositionId(0)).qty, 100_000_000);
    assert_eq!(reader.view().positions().count(), 1);
}

#[test]
fn depths_executions_and_latencies_are_counted() {
    let mut host = host(Options {
        ahead: 300,
        ..Options::default()
    });
    let reader = host.reader().clone();
    for number in 0..300 {
        host.post(quote(100 * PX, number)).unwrap();
    }
    host.ask(|_| ()).unwrap();
    // It counts after it answers.
    while reader.status().producers[0].executed < 301 {
        std::thread::yield_now();
    }
    let status = reader.status();
    let own = status.producers[0];
    assert_eq!(own.depth, 0);
    assert_eq!(own.executed, 301, "the question is one");
    assert!((300..=301).contains(&own.peak), "{own:?}");
    assert_eq!(own.conflated, 0);
    assert!(status.latency.max() > 0);
    assert_eq!(status.version, reader.version());
}
