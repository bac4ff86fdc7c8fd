//! The one writer: executes inputs, lets the reactor answer, hands events to the journal and
//! publishes lines.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use crate::bars::Bar;
use crate::book::{Answer, Command, Entry, Ledger, Notice, PriceTick, State};
use crate::sync::Doorbell;

use super::board::Board;
use super::bus::{Publisher, bus};
use super::publication::Publication;
use super::{BoardOptions, Bus, Happening, Journal, Reactor, Reader};

/// How many commands reactions to one input may add up to.
const REACTIONS_MAX: usize = 10_000;
/// After how many events the journal is told what the ledger is, where there is no pause before.
const WITNESSED: u64 = 65_536;

/// What a producer gives to the writer.
#[derive(Clone, Debug)]
pub enum Input {
    /// A command.
    Command(Command),
    /// A bar that has closed: its close is a price, then strategies see it.
    Bar(Bar),
}

/// The ledger with its reactor, its journal and what readers see.
pub struct Writer<R> {
    ledger: Ledger,
    reactor: R,
    journal: Box<dyn Journal>,
    publication: Publication,
    entries: Vec<Entry>,
    wanted: Vec<Command>,
    queue: VecDeque<Command>,
    publisher: Publisher,
    bus: Bus,
    notices: Vec<Notice>,
    /// The newest event after which the journal was told what the ledger is.
    witnessed: u64,
}

impl<R: Reactor> Writer<R> {
    /// A writer that goes on from `ledger`, and shows readers what `options` say.
    pub fn new(
        ledger: Ledger,
        reactor: R,
        journal: Box<dyn Journal>,
        options: BoardOptions,
    ) -> Self {
        Self::sleeping_at(
            Arc::new(Doorbell::new()),
            (ledger, reactor, journal),
            options,
        )
    }

    /// The same, whose thread sleeps at `bell`.
    pub fn sleeping_at(
        bell: Arc<Doorbell>,
        (ledger, reactor, journal): (Ledger, R, Box<dyn Journal>),
        options: BoardOptions,
    ) -> Self {
        let board = Arc::new(Board::new(options, bell));
        let mut ledger = ledger;
        let (publisher, bus) = bus(&board.writer, options.patience);
        Self {
            publication: Publication::new(board, &mut ledger, options.view_interval),
            ledger,
            reactor,
            journal,
            entries: Vec::new(),
            wanted: Vec::new(),
            queue: VecDeque::new(),
            publisher,
            bus,
            notices: Vec::new(),
            witnessed: 0,
        }
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
    pub fn into_parts(mut self) -> (Ledger, R) {
        self.witness();
        (self.ledger, self.reactor)
    }

    /// What readers hold, on any thread.
    pub fn reader(&self) -> Reader {
        Reader::new(Arc::clone(self.publication.board()), self.bus.clone())
    }

    pub(super) fn board(&self) -> &Arc<Board> {
        self.publication.board()
    }

    /// Whether somebody subscribed or left since it was looked.
    pub(super) fn is_audience_new(&self) -> bool {
        self.publisher.is_audience_new()
    }

    /// Looks who listens, before a chunk; who subscribed before an input was given hears it.
    pub fn listen(&mut self) {
        let is_heard = self.publisher.listen(self.ledger.state().sequence);
        self.ledger.set_followed(is_heard);
    }

    /// Publishes what was executed since the last time; to be called after every chunk.
    pub fn publish(&mut self) {
        self.publish_lines();
        self.publication
            .view_if_due(self.ledger.state(), Instant::now);
    }

    /// The same of `count` commands that began to be executed at `began`, where that was looked at.
    pub(super) fn publish_chunk(&mut self, began: Option<Instant>, count: u64) {
        self.publish_lines();
        let now = began.map(|_| Instant::now());
        if let (Some(began), Some(now)) = (began, now) {
            self.board().latencies.record(now - began, count);
        }
        let now = || now.unwrap_or_else(Instant::now);
        self.publication.view_if_due(self.ledger.state(), now);
    }

    fn publish_lines(&mut self) {
        self.publication.publish(&mut self.ledger);
        self.publisher.ring();
        if self.ledger.state().sequence - self.witnessed >= WITNESSED {
            self.witness();
        }
    }

    /// Prepares for nothing to happen for long: the view becomes as new as the lines, unless views
    /// are made only for those who wait.
    pub(super) fn rest(&mut self) {
        self.publication.rest(self.ledger.state());
        self.witness();
    }

    /// Lets the journal pass on what waits; whether something still does.
    pub(super) fn pass_on(&mut self) -> bool {
        self.journal.rest()
    }

    /// Tells the journal what the ledger is, unless it was told after the newest event.
    fn witness(&mut self) {
        let sequence = self.ledger.state().sequence;
        if sequence != self.witnessed {
            self.witnessed = sequence;
            self.journal.witness(self.ledger.state());
        }
    }

    /// Makes the view as new as the lines.
    pub fn view(&mut self) {
        self.publication.view(self.ledger.state());
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

    /// Takes one input as a chunk of its own: who has the answer reads what it is about.
    pub fn take(&mut self, input: &Input) -> Answer {
        self.listen();
        let answer = self.execute(input);
        self.publish();
        answer
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
        self.journal.end();
        answer
    }

    fn step(&mut self, command: &Command) -> Answer {
        self.ledger.set_store_available(self.journal.is_available());
        let is_heard = self.publisher.is_heard();
        let answer = self.ledger.execute(command);
        if is_heard {
            self.tell();
        }
        self.ledger.take_emitted(&mut self.entries);
        for entry in self.entries.drain(..) {
            self.journal.append(&entry);
            self.publication.event(self.ledger.state(), &entry);
            let happening = Happening::Event(&entry);
            self.reactor
                .react(self.ledger.state(), happening, &mut self.wanted);
        }
        if let Command::Price(tick) = command
            && !matches!(answer, Answer::Invalid(_))
        {
            // One that was refused is seen, too: it is counted.
            self.publication.price(tick.instrument);
            if matches!(answer, Answer::Applied(_)) {
                let happening = Happening::Price(tick);
                self.reactor
                    .react(self.ledger.state(), happening, &mut self.wanted);
            }
        }
        answer
    }

    fn tell(&mut self) {
        self.ledger.take_notices(&mut self.notices);
        let mut left = self.notices.len();
        for notice in self.notices.drain(..) {
            left -= 1;
            self.publisher.publish(&notice, left == 0);
        }
    }
}

fn close_of(bar: &Bar) -> PriceTick {
    PriceTick {
        last: Some(bar.close),
        ..PriceTick::empty(bar.instrument, bar.ts_close)
    }
}
