//! The one writer: executes inputs, lets the reactor answer, hands events to the journal and
//! publishes lines.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::bars::Bar;
use crate::book::{Answer, Command, Entry, Ledger, PriceTick, State};
use crate::model::Refusal;

use super::{Happening, Journal, LineTable, Reactor};

/// How many commands reactions to one input may add up to.
const REACTIONS_MAX: usize = 10_000;

/// What a producer gives to the writer.
#[derive(Clone, Debug)]
pub enum Input {
    /// A command.
    Command(Command),
    /// A bar that has closed: its close is a price, then strategies see it.
    Bar(Bar),
}

/// The ledger with its reactor, journal and lines.
pub struct Writer<R> {
    ledger: Ledger,
    reactor: R,
    journal: Box<dyn Journal>,
    lines: Arc<LineTable>,
    entries: Vec<Entry>,
    wanted: Vec<Command>,
    queue: VecDeque<Command>,
}

impl<R: Reactor> Writer<R> {
    /// A writer that goes on from `ledger`.
    pub fn new(ledger: Ledger, reactor: R, journal: Box<dyn Journal>, lines: usize) -> Self {
        let lines = Arc::new(LineTable::new(lines));
        let writer = Self {
            ledger,
            reactor,
            journal,
            lines,
            entries: Vec::new(),
            wanted: Vec::new(),
            queue: VecDeque::new(),
        };
        for position in writer.state().positions() {
            writer.lines.publish(writer.state(), position);
        }
        writer
    }

    /// What the ledger knows.
    pub fn state(&self) -> &State {
        self.ledger.state()
    }

    /// The reactor.
    pub fn reactor(&self) -> &R {
        &self.reactor
    }

    /// The ledger and the reactor; the journal is dropped, so its store can finish.
    pub fn into_parts(self) -> (Ledger, R) {
        (self.ledger, self.reactor)
    }

    /// The lines that readers poll.
    pub fn lines(&self) -> &Arc<LineTable> {
        &self.lines
    }

    /// Executes one input and everything that reactors ask for.
    pub fn execute(&mut self, input: &Input) -> Answer {
        let answer = match input {
            Input::Command(command) => self.step(command),
            Input::Bar(bar) => {
                let answer = self.step(&Command::Price(close_of(bar)));
                if matches!(answer, Answer::Applied(_)) {
                    self.reactor
                        .react(self.ledger.state(), Happening::Bar(bar), &mut self.wanted);
                }
                answer
            }
        };
        self.queue.extend(self.wanted.drain(..));
        let mut executed = 0;
        while let Some(command) = self.queue.pop_front() {
            executed += 1;
            if executed > REACTIONS_MAX {
                self.queue.clear();
                break;
            }
            self.step(&command);
            self.queue.extend(self.wanted.drain(..));
        }
        answer
    }

    fn step(&mut self, command: &Command) -> Answer {
        if matches!(command, Command::Submit(_)) && !self.journal.is_available() {
            return Answer::Refused(Refusal::StoreUnavailable);
        }
        let answer = self.ledger.execute(command);
        self.ledger.take_emitted(&mut self.entries);
        for entry in self.entries.drain(..) {
            self.journal.append(&entry);
            let happening = Happening::Event(&entry);
            self.reactor
                .react(self.ledger.state(), happening, &mut self.wanted);
        }
        if let Command::Price(tick) = command
            && matches!(answer, Answer::Applied(_))
        {
            self.reactor.react(
                self.ledger.state(),
                Happening::Price(tick),
                &mut self.wanted,
            );
        }
        self.publish(command);
        answer
    }

    fn publish(&self, command: &Command) {
        let instrument = match command {
            Command::Price(tick) => tick.instrument,
            Command::Fill(report) => report.instrument,
            Command::Configure(_)
            | Command::AddInstrument(_)
            | Command::MoveCash(_)
            | Command::Submit(_)
            | Command::Accept { .. }
            | Command::Reject { .. }
            | Command::Cancel { .. }
            | Command::SetTradingState { .. } => return,
        };
        let state = self.ledger.state();
        for position in state
            .positions()
            .iter()
            .filter(|p| p.key.instrument == instrument)
        {
            self.lines.publish(state, position);
        }
    }
}

fn close_of(bar: &Bar) -> PriceTick {
    PriceTick {
        instrument: bar.instrument,
        bid: None,
        ask: None,
        last: Some(bar.close),
        bid_size: 0,
        ask_size: 0,
        ts: bar.ts_close,
    }
}
