//! The one writer: executes inputs, lets the reactor answer, hands events to the journal and
//! publishes lines.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::bars::Bar;
use crate::book::{Answer, Command, Entry, Ledger, Notice, PriceTick, State};
use crate::model::InstrumentId;

use super::bus::{Publisher, bus};
use super::{Bus, Happening, Journal, LineTable, Reactor};

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
    publisher: Publisher,
    bus: Bus,
    notices: Vec<Notice>,
}

impl<R: Reactor> Writer<R> {
    /// A writer that goes on from `ledger`.
    pub fn new(ledger: Ledger, reactor: R, journal: Box<dyn Journal>, lines: usize) -> Self {
        let lines = Arc::new(LineTable::new(lines));
        let (publisher, bus) = bus();
        let writer = Self {
            ledger,
            reactor,
            journal,
            lines,
            entries: Vec::new(),
            wanted: Vec::new(),
            queue: VecDeque::new(),
            publisher,
            bus,
            notices: Vec::new(),
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

    /// Prepares for an input before which `fills` fills will be executed; whether it is one too.
    pub fn touch(&self, input: &Input, fills: usize) -> bool {
        let Input::Command(Command::Fill(report)) = input else {
            return false;
        };
        self.ledger.touch(report, fills);
        true
    }

    /// Where subscribers come from.
    pub fn bus(&self) -> &Bus {
        &self.bus
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
            assert!(
                executed <= REACTIONS_MAX,
                "reactions to one input never end"
            );
            self.step(&command);
            self.queue.extend(self.wanted.drain(..));
        }
        answer
    }

    fn step(&mut self, command: &Command) -> Answer {
        self.ledger.set_store_available(self.journal.is_available());
        let is_heard = self.publisher.is_heard();
        self.ledger.set_followed(is_heard);
        let answer = self.ledger.execute(command);
        if is_heard {
            self.tell();
        }
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

    fn tell(&mut self) {
        self.ledger.take_notices(&mut self.notices);
        for notice in self.notices.drain(..) {
            self.publisher.publish(&notice);
        }
        self.publisher.ring();
    }

    fn publish(&self, command: &Command) {
        let state = self.ledger.state();
        if let Command::Configure(_) = command {
            // Another mark may be the one that counts.
            let all = state.positions().iter();
            return all.for_each(|position| self.lines.publish(state, position));
        }
        let Some(instrument) = instrument_of(command) else {
            return;
        };
        let ids = state.positions_in(instrument).iter();
        for position in ids.filter_map(|id| state.position_at(*id)) {
            self.lines.publish(state, position);
        }
    }
}

/// The instrument whose positions a command may change.
fn instrument_of(command: &Command) -> Option<InstrumentId> {
    match command {
        Command::Price(tick) => Some(tick.instrument),
        Command::Fill(report) => Some(report.instrument),
        Command::Bust(bust) => Some(bust.instrument),
        Command::LateFee(late) => Some(late.instrument),
        Command::Split(split) => Some(split.instrument),
        Command::Adopt(adoption) => Some(adoption.instrument),
        Command::Income(income) => income.instrument,
        Command::Configure(_)
        | Command::AddInstrument(_)
        | Command::AddAccount(_)
        | Command::MoveCash(_)
        | Command::Transfer(_)
        | Command::Submit(_)
        | Command::Amend(_)
        | Command::Order(_)
        | Command::Statement(_)
        | Command::SetTradingState { .. }
        | Command::SetState { .. } => None,
    }
}

fn close_of(bar: &Bar) -> PriceTick {
    PriceTick {
        last: Some(bar.close),
        ..PriceTick::empty(bar.instrument, bar.ts_close)
    }
}
