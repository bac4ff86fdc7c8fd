//! Books to be measured.

use std::hint::spin_loop;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use truebook_core::book::{Command, FillReport, Ledger, PriceTick, State};
use truebook_core::engine::{
    BoardOptions, Discipline, Host, Input, NoJournal, Options, Quiet, Wait, Writer,
};
use truebook_core::model::{Id, InstrumentId, InstrumentSpec, Side, Timestamp};

use crate::calibrate;

const STRATEGIES: [&str; 2] = ["alpha", "beta"];

/// A name.
#[must_use]
pub fn text(text: &str) -> Id {
    Id::format(format_args!("{text}"))
}

/// A book in which each strategy holds every instrument.
#[must_use]
pub fn writer(instruments: u32) -> Writer<Quiet> {
    let mut state = State::default();
    state.reserve();
    let mut ledger = Ledger::new(state);
    ledger.execute(&Command::Configure(Box::default()));
    for number in 0..instruments {
        let spec = InstrumentSpec {
            symbol: Id::format(format_args!("C{number}-USD")),
            base: Id::format(format_args!("C{number}")),
            quote: text("USD"),
            price_precision: 2,
            qty_precision: 8,
            ..InstrumentSpec::default()
        };
        ledger.execute(&Command::AddInstrument(Box::new(spec)));
        for strategy in STRATEGIES {
            let report = FillReport {
                strategy: Some(text(strategy)),
                trade_id: Some(Id::format(format_args!("{strategy}-{number}"))),
                ts: Timestamp(1),
                ..FillReport::new(InstrumentId(number), Side::Buy, 100_000_000, 10_000_000_000)
            };
            ledger.execute(&Command::Fill(Box::new(report)));
        }
    }
    ledger.take_emitted(&mut Vec::new());
    Writer::new(ledger, Quiet, Box::new(NoJournal), BoardOptions::default())
}

/// The same with a thread that spins.
#[must_use]
pub fn host(instruments: u32) -> Host<Quiet> {
    let options = Options {
        wait: Wait::Spin,
        ..Options::default()
    };
    Host::new(writer(instruments), options)
}

/// The same on the caller's thread.
#[must_use]
pub fn inline(instruments: u32) -> Host<Quiet> {
    let options = Options {
        threaded: false,
        ..Options::default()
    };
    Host::new(writer(instruments), options)
}

/// A quote of one of so many instruments.
#[must_use]
pub fn tick(number: i64, instruments: u32) -> PriceTick {
    let at = u32::try_from(number % i64::from(instruments)).unwrap_or(0);
    let ask = 10_000_000_100 + number % 1_000;
    PriceTick {
        bid: Some(ask - 100),
        ask: Some(ask),
        ..PriceTick::empty(InstrumentId(at), Timestamp(number))
    }
}

/// The same as an input.
#[must_use]
pub fn price(number: i64, instruments: u32) -> Input {
    Input::Command(Command::Price(tick(number, instruments)))
}

/// From before the push until the pushing thread reads what it did.
#[must_use]
pub fn latency(run: Duration) -> Histogram<u64> {
    let host = host(1);
    let reader = host.reader().clone();
    let enrol = host.enrol();
    let mut nanos = calibrate::histogram();
    let Some(Ok(mut producer)) = enrol.map(|enrol| enrol.producer(Discipline::Ordered)) else {
        return nanos;
    };
    let began = Instant::now();
    let mut number = 2;
    while began.elapsed() < run {
        number += 1;
        let pushed = Instant::now();
        let _ = producer.price(tick(number, 1));
        while reader.instrument(InstrumentId(0)).ts.0 < number {
            spin_loop();
        }
        nanos.saturating_record(u64::try_from(pushed.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
    nanos
}
