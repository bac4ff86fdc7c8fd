//! A fixed amount of one piece of work, whose instructions valgrind counts: `count quote 10000`.

use std::hint::black_box;

use truebook_core::book::{Command, FillReport, Ledger, PriceTick};
use truebook_core::engine::{BoardOptions, Input, NoJournal, Quiet, Writer};
use truebook_core::model::{Id, InstrumentId, InstrumentSpec, PositionId, Side, Timestamp};

fn text(text: &str) -> Id {
    Id::format(format_args!("{text}"))
}

fn fill(number: i64) -> Input {
    let report = FillReport {
        strategy: Some(text("alpha")),
        trade_id: Some(Id::format(format_args!("trade-{number}"))),
        ts: Timestamp(number),
        ..FillReport::new(InstrumentId(0), Side::Buy, 100_000_000, 10_000_000_000)
    };
    Input::Command(Command::Fill(Box::new(report)))
}

fn quote(number: i64) -> Input {
    let ask = 10_000_000_100 + number % 1_000;
    Input::Command(Command::Price(PriceTick {
        bid: Some(ask - 100),
        ask: Some(ask),
        ..PriceTick::empty(InstrumentId(0), Timestamp(number))
    }))
}

fn writer() -> Writer<Quiet> {
    let mut ledger = Ledger::default();
    ledger.execute(&Command::Configure(Box::default()));
    ledger.execute(&Command::AddInstrument(Box::new(InstrumentSpec {
        symbol: text("BTC-USD"),
        base: text("BTC"),
        quote: text("USD"),
        price_precision: 2,
        qty_precision: 8,
        ..InstrumentSpec::default()
    })));
    ledger.take_emitted(&mut Vec::new());
    let options = BoardOptions {
        view_interval: None,
        ..BoardOptions::default()
    };
    Writer::new(ledger, Quiet, Box::new(NoJournal), options)
}

/// What is counted; its name is what valgrind is told.
#[inline(never)]
fn counted(work: &str, writer: &mut Writer<Quiet>, inputs: &[Input]) {
    let reader = writer.reader();
    match work {
        "apply" | "fill" => inputs.iter().for_each(|input| {
            black_box(writer.execute(input));
        }),
        "publish" => inputs.iter().for_each(|input| {
            black_box(writer.execute(input));
            writer.publish();
        }),
        _ => inputs.iter().for_each(|_| {
            black_box(reader.position(black_box(PositionId(0))));
        }),
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let work = arguments.next().unwrap_or_default();
    let count = arguments.next().and_then(|text| text.parse().ok());
    let count: i64 = count.unwrap_or(1_000);
    let mut writer = writer();
    for number in 1..100 {
        writer.execute(&fill(-number));
        writer.execute(&quote(number));
    }
    writer.publish();
    let make = if work == "fill" { fill } else { quote };
    let inputs: Vec<Input> = (1_000..1_000 + count).map(make).collect();
    counted(&work, &mut writer, &inputs);
}
