//! A writer that is given the same commands, and whether what its readers see is what the ledger
//! knows.

use truebook_core::book::{Command, Ledger, State};
use truebook_core::engine::{BoardOptions, Input, NoJournal, PositionLine, Quiet, Reader, Writer};

/// A chunk is at most so many commands.
const CHUNK: u64 = 64;
/// How many lines there are, so that some positions have none.
const LINES: usize = 8;

/// The writer and one of its readers.
pub(crate) struct Shown {
    writer: Writer<Quiet>,
    reader: Reader,
    /// Commands are published in chunks of so many.
    chunk: u64,
    given: u64,
}

impl Shown {
    /// A writer that goes on from `state`.
    pub fn new(seed: u64, state: State) -> Self {
        let options = BoardOptions {
            positions: LINES,
            instruments: LINES,
            names: LINES,
            view_interval: None,
            ..BoardOptions::default()
        };
        let mut ledger = Ledger::new(state);
        ledger.set_snapshots(true);
        let writer = Writer::new(ledger, Quiet, Box::new(NoJournal), options);
        Self {
            reader: writer.reader(),
            writer,
            chunk: 1 + seed / 4 % CHUNK,
            given: 0,
        }
    }

    pub fn give(&mut self, command: &Command) {
        self.given += 1;
        self.writer.execute(&Input::Command(command.clone()));
        if self.given.is_multiple_of(self.chunk) {
            self.writer.publish();
            self.writer.view();
        }
    }

    /// Compares everything that is shown with `state`, once the chunk is over.
    pub fn check(&mut self, state: &State) -> Result<(), String> {
        self.writer.publish();
        self.writer.view();
        let (reader, view) = (&self.reader, self.reader.view());
        same(view.sequence, state.sequence, "the sequence of the view")?;
        same(
            reader.sequence(),
            state.sequence,
            "the sequence of the head",
        )?;
        same(view.totals, state.totals(), "totals of the view")?;
        same(
            reader.totals().equity,
            view.totals.equity,
            "the totals line",
        )?;
        if !view.positions().eq(state.positions()) {
            return Err("positions of the view are not those of the book".to_owned());
        }
        if !view
            .open_orders()
            .eq(state.open_orders().map(|(_, order)| order))
        {
            return Err("open orders of the view are not those of the book".to_owned());
        }
        for (account, currency, balance) in state.balances() {
            same(
                view.balance(account, currency),
                *balance,
                "a balance of the view",
            )?;
        }
        for instrument in state.instruments() {
            let mark = state.mark(instrument.id);
            same(
                view.mark(instrument.id).copied(),
                Some(mark),
                "a mark of the view",
            )?;
            same(
                reader.instrument(instrument.id).ts,
                mark.ts,
                "an instrument line",
            )?;
            let id = reader.instrument_id(instrument.symbol.as_str());
            same(id, Some(instrument.id), "the number of a symbol")?;
        }
        for position in state.positions() {
            let PositionLine {
                sequence,
                qty,
                cost,
                mark,
                ..
            } = reader.position(position.id);
            let price = state.mark(position.key.instrument);
            let price = price.price_of(position.qty, state.config.mark).unwrap_or(0);
            let wanted = (position.sequence, position.qty, position.cost, price);
            same((sequence, qty, cost, mark), wanted, "a position line")?;
            let detail = reader.position_detail(position.id);
            same(detail.funding, position.funding, "a position's detail")?;
            let id = reader.position_id(&position.key);
            same(id, Some(position.id), "the number of a position")?;
        }
        Ok(())
    }
}

fn same<T: PartialEq + std::fmt::Debug>(found: T, wanted: T, what: &str) -> Result<(), String> {
    if found == wanted {
        return Ok(());
    }
    Err(format!("{what}: {found:?} is not {wanted:?}"))
}
