//! The writer's side of the board: publishes what has changed, once a chunk.
//!
//! 1. Lines come before the head, and views before whoever waits for them is woken.
//! 2. It ends by saying that it is over, in a panic too.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::book::{Entry, Ledger, State};
use crate::model::{AccountId, InstrumentId, PositionId, StrategyId};

use super::board::Board;
use super::line::{InstrumentLine, TotalsLine};
use super::position_line::{PositionDetail, PositionLine};
use super::touch::Touched;
use super::view::Viewer;

/// What the writer has to publish with.
pub(super) struct Publication {
    board: Arc<Board>,
    touched: Touched,
    viewer: Viewer,
    version: u64,
    known: Known,
    /// How long a view may be older than the lines; `None` makes one only when it is asked for.
    interval: Option<Duration>,
    viewed_at: Instant,
    is_view_old: bool,
    /// Whether there is more than lines and names.
    is_beyond: bool,
}

/// How many names are published.
#[derive(Debug, Default)]
struct Known {
    instruments: usize,
    strategies: usize,
    accounts: usize,
    positions: usize,
}

impl Publication {
    /// Publishes everything that `ledger` has.
    pub fn new(board: Arc<Board>, ledger: &mut Ledger, interval: Option<Duration>) -> Self {
        let mut publication = Self {
            board,
            touched: Touched::all(ledger.state()),
            viewer: Viewer::default(),
            version: 0,
            known: Known::default(),
            interval,
            viewed_at: Instant::now(),
            is_view_old: true,
            is_beyond: false,
        };
        publication.publish(ledger);
        publication.view(ledger.state());
        publication
    }

    pub fn board(&self) -> &Arc<Board> {
        &self.board
    }

    /// Notes an event that was applied.
    pub fn event(&mut self, state: &State, entry: &Entry) {
        self.touched.event(state, entry);
    }

    /// Notes a price that was accepted, or refused and counted.
    #[inline]
    pub fn price(&mut self, instrument: InstrumentId) {
        self.touched.price(instrument);
    }

    /// Publishes what was noted, if anything was.
    pub fn publish(&mut self, ledger: &mut Ledger) {
        if !self.touched.is_any {
            return;
        }
        self.version += 1;
        let positions = u64::try_from(ledger.state().positions().len());
        self.board.position_count.set(positions.unwrap_or(u64::MAX));
        self.lines(ledger.state());
        self.known.tell(&self.board, ledger.state());
        // After the lines, for which somebody may wait.
        ledger.refresh_totals();
        let (state, board) = (ledger.state(), &*self.board);
        let totals = TotalsLine::of(&state.totals(), state.sequence, self.version);
        board.totals.write(&totals.words());
        board.head.write(&[state.sequence, self.version]);
        let names = &board.names;
        self.is_beyond = state.positions().len() > board.positions.len()
            || state.instruments().len() > board.instruments.len()
            || names.strategies.is_full()
            || names.accounts.is_full();
        self.viewer.note(&self.touched);
        self.touched.clear();
        self.is_view_old = true;
    }

    fn lines(&self, state: &State) {
        let (board, choice) = (&*self.board, state.config.mark);
        for number in self.touched.instruments() {
            let id = InstrumentId(number_of(number));
            let mark = state.mark(id);
            if let Some(slot) = board.instruments.get(number) {
                slot.write(&InstrumentLine::of(state.sequence, &mark).words());
            }
            for position in state.positions_in(id) {
                let slot = board.positions.get(position.index());
                if let (Some(slot), Some(position)) = (slot, state.position_at(*position)) {
                    let line = PositionLine::of(position, &mark, choice);
                    slot.write(&line.words(state.is_dust(position.id)));
                }
            }
        }
        for number in self.touched.positions() {
            let slots = (board.positions.get(number), board.details.get(number));
            let position = state.position_at(PositionId(number_of(number)));
            if let ((Some(line), Some(detail)), Some(position)) = (slots, position) {
                let mark = state.mark(position.key.instrument);
                detail.write(&PositionDetail::of(state.instruments(), position).words());
                let own = PositionLine::of(position, &mark, choice);
                line.write(&own.words(state.is_dust(position.id)));
            }
        }
    }

    /// Publishes a view where one is due: asked for, or older than it may be.
    pub fn view_if_due(&mut self, state: &State, now: impl FnOnce() -> Instant) {
        let is_wanted = self.board.is_view_wanted.get() != 0;
        if is_wanted {
            self.board.is_view_wanted.set(0);
        }
        if !self.is_view_old {
            return;
        }
        // Who waits may wait for what came after it asked, and what has no line is seen nowhere
        // else.
        let is_needed = is_wanted || self.is_beyond || !self.board.bells.is_empty();
        let is_late = || {
            self.interval
                .is_some_and(|interval| now() - self.viewed_at >= interval)
        };
        if is_needed || is_late() {
            self.view(state);
        }
    }

    /// Publishes a view before nothing happens for long.
    pub fn rest(&mut self, state: &State) {
        if self.interval.is_some() {
            self.view(state);
        }
    }

    /// Publishes a view, unless the last one is as new.
    pub fn view(&mut self, state: &State) {
        if !self.is_view_old {
            return;
        }
        let view = self.viewer.view(state, self.version);
        let old = self.board.view.swap(view);
        self.viewer.give(old);
        self.is_view_old = false;
        if self.interval.is_some() {
            self.viewed_at = Instant::now();
        }
        self.board.bells.ring();
    }
}

impl Drop for Publication {
    fn drop(&mut self) {
        self.board.is_over.set(1);
        self.board.bells.ring();
    }
}

impl Known {
    /// Publishes names that are new.
    fn tell(&mut self, board: &Board, state: &State) {
        let names = &board.names;
        let instruments = state.instruments().iter().skip(self.instruments);
        for instrument in instruments {
            if let Some(place) = board.scales.get(instrument.id.index()) {
                place.get_or_init(|| instrument.into());
            }
            names.instruments.insert(instrument.symbol, instrument.id);
        }
        let strategies = state.strategies().iter().zip(0..).skip(self.strategies);
        for (strategy, number) in strategies {
            names.strategies.insert(strategy.name, StrategyId(number));
        }
        let accounts = state.accounts().iter().zip(0..).skip(self.accounts);
        for (account, number) in accounts {
            names.accounts.insert(account.name, AccountId(number));
        }
        for position in state.positions().iter().skip(self.positions) {
            names.positions.insert(position.key, position.id);
        }
        *self = Self {
            instruments: state.instruments().len(),
            strategies: state.strategies().len(),
            accounts: state.accounts().len(),
            positions: state.positions().len(),
        };
    }
}

fn number_of(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
