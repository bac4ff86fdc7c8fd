//! Who reads the book from any thread: lines in nanoseconds, names without a lock, views to keep.
//!
//! 1. A reader never slows another, and the writer by no more than the lines it looks at.
//! 2. Every call ends: a line that cannot be read for long is given from the last view.
//! 3. What a reader sees does not go back, unless its writer is stopped in the middle of a line for
//!    longer than [`PATIENCE`].

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::model::{
    AccountId, InstrumentId, Position, PositionId, PositionKey, PositionLeg, StrategyId,
};
use crate::sync::SeqSlot;

use super::board::Board;
use super::line::{InstrumentLine, InstrumentScales, TotalsLine};
use super::position_line::{PositionDetail, PositionFigures, PositionLine};
use super::producer::Gone;
use super::status::Status;
use super::{Bus, View};

/// How often a line is tried before others are let run.
const ATTEMPTS: u32 = 64;
/// How long a line is tried that is being written all the while, because its writer lost its core
/// in the middle; then the view is taken, which may be older.
const PATIENCE: Duration = Duration::from_millis(200);

/// A reader's end; clones read the same book.
#[derive(Clone, Debug)]
pub struct Reader {
    board: Arc<Board>,
    bus: Bus,
}

/// Why a wait ended without what was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// It was not there in time.
    TimedOut,
    /// The writer is gone, and it will not come.
    Gone,
}

impl Reader {
    pub(super) fn new(board: Arc<Board>, bus: Bus) -> Self {
        Self { board, bus }
    }

    /// How many events the book has, as far as published.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.head().0
    }

    /// How many changes were published, prices included, in this process.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.head().1
    }

    fn head(&self) -> (u64, u64) {
        match read(&self.board.head) {
            Some([sequence, version]) => (sequence, version),
            None => self.board.view.with(|view| (view.sequence, view.version)),
        }
    }

    /// The figures of a position by its number; 0 of one that never was.
    #[inline]
    #[must_use]
    pub fn position(&self, id: PositionId) -> PositionLine {
        if let Some(slot) = self.board.positions.get(id.index())
            && let Some((words, _)) = slot.try_read()
            && let Some((line, _)) = PositionLine::from_words(words)
        {
            return line;
        }
        self.position_patiently(id)
    }

    #[cold]
    #[inline(never)]
    fn position_patiently(&self, id: PositionId) -> PositionLine {
        let words = self.board.positions.get(id.index()).and_then(read);
        match words.and_then(PositionLine::from_words) {
            Some((line, _)) => line,
            None => self.position_in_view(id),
        }
    }

    /// Figures of a position that only events change, by its number; 0 of one that never was.
    #[must_use]
    pub fn position_detail(&self, id: PositionId) -> PositionDetail {
        match self.board.details.get(id.index()).and_then(read) {
            Some(words) => PositionDetail::from_words(words),
            None => self.board.view.with(|view| {
                let position = view.position(id);
                position.map_or_else(PositionDetail::default, |position| {
                    let instruments = &view.registry().instruments;
                    PositionDetail::of(instruments, position)
                })
            }),
        }
    }

    /// All figures of a position by its number, of the same event; `None` where they change all the
    /// while, or have no lines.
    #[inline]
    #[must_use]
    pub fn position_figures(&self, id: PositionId) -> Option<PositionFigures> {
        let line = self.board.positions.get(id.index())?;
        let detail = self.board.details.get(id.index())?;
        (0..ATTEMPTS).find_map(|_| {
            let (line, is_dust) = PositionLine::from_words(line.try_read()?.0)?;
            let detail = PositionDetail::from_words(detail.try_read()?.0);
            (line.sequence == detail.sequence).then_some(PositionFigures {
                line,
                detail,
                is_dust,
            })
        })
    }

    /// How many instruments are registered; each has a lower number.
    #[must_use]
    pub fn instrument_count(&self) -> usize {
        let known = &self.board.names.instruments;
        match known.is_full() {
            true => self
                .board
                .view
                .with(|view| view.registry().instruments.len()),
            false => known.count(),
        }
    }

    /// How many positions there ever were; the last may have no lines yet. `None` where some have
    /// none for want of room.
    #[must_use]
    pub fn position_count(&self) -> Option<usize> {
        let count = usize::try_from(self.board.position_count.get()).ok()?;
        (count <= self.board.positions.len()).then_some(count)
    }

    /// Whether there ever was a position with this number.
    #[must_use]
    pub fn has_position(&self, id: PositionId) -> bool {
        u64::from(id.0) < self.board.position_count.get()
    }

    /// The prices of an instrument by its number; 0 where there are none.
    #[inline]
    #[must_use]
    pub fn instrument(&self, id: InstrumentId) -> InstrumentLine {
        match self.board.instruments.get(id.index()).and_then(read) {
            Some(words) => InstrumentLine::from_words(words),
            None => self.board.view.with(|view| {
                let mark = view.mark(id).copied().unwrap_or_default();
                InstrumentLine::of(view.sequence, &mark)
            }),
        }
    }

    /// What the integers of an instrument mean, by its number; `None` where nobody has it.
    #[must_use]
    pub fn instrument_scales(&self, id: InstrumentId) -> Option<InstrumentScales> {
        let place = self.board.scales.get(id.index());
        let known = place.and_then(OnceLock::get).copied();
        known.or_else(|| {
            self.named(self.board.names.instruments.is_full(), |view| {
                let found = view.registry().instruments.get(id.index());
                found.map(InstrumentScales::from)
            })
        })
    }

    /// The whole book in the reporting currency.
    #[inline]
    #[must_use]
    pub fn totals(&self) -> TotalsLine {
        match read(&self.board.totals) {
            Some(words) => TotalsLine::from_words(words),
            None => self
                .board
                .view
                .with(|view| TotalsLine::of(&view.totals, view.sequence, view.version)),
        }
    }

    /// The number of an instrument; `None` where no such symbol is registered.
    #[inline]
    #[must_use]
    pub fn instrument_id(&self, symbol: &str) -> Option<InstrumentId> {
        let found = self.board.names.instruments.get(symbol);
        found.or_else(|| {
            self.named(self.board.names.instruments.is_full(), |view| {
                let mut all = view.registry().instruments.iter();
                all.find(|each| each.symbol.as_str() == symbol)
                    .map(|each| each.id)
            })
        })
    }

    /// The number of a strategy; `None` where no such name is registered.
    #[inline]
    #[must_use]
    pub fn strategy_id(&self, name: &str) -> Option<StrategyId> {
        let found = self.board.names.strategies.get(name);
        found.or_else(|| {
            self.named(self.board.names.strategies.is_full(), |view| {
                let all = &view.registry().strategies;
                let at = all.iter().position(|each| each.as_str() == name)?;
                u16::try_from(at).ok().map(StrategyId)
            })
        })
    }

    /// The number of an account; `None` where no such name is registered.
    #[inline]
    #[must_use]
    pub fn account_id(&self, name: &str) -> Option<AccountId> {
        let found = self.board.names.accounts.get(name);
        found.or_else(|| {
            self.named(self.board.names.accounts.is_full(), |view| {
                let all = &view.registry().accounts;
                let at = all.iter().position(|each| each.as_str() == name)?;
                u16::try_from(at).ok().map(AccountId)
            })
        })
    }

    /// The number of a position; `None` where there never was one.
    #[inline]
    #[must_use]
    pub fn position_id(&self, key: &PositionKey) -> Option<PositionId> {
        let found = self.board.names.positions.get(key);
        found.or_else(|| {
            self.named(self.board.names.positions.is_full(), |view| {
                let mut all = view.positions();
                all.find(|each| each.key == *key).map(|each| each.id)
            })
        })
    }

    /// The net position of a strategy in the first account, by name; `None` where there never was
    /// one.
    #[inline]
    #[must_use]
    pub fn position_named(&self, symbol: &str, strategy: &str) -> Option<PositionLine> {
        let key = PositionKey {
            account: AccountId::default(),
            instrument: self.instrument_id(symbol)?,
            strategy: self.strategy_id(strategy)?,
            leg: PositionLeg::Net,
        };
        Some(self.position(self.position_id(&key)?))
    }

    /// Looks in the view, where there are more names than the table holds.
    fn named<T>(&self, is_full: bool, look: impl FnOnce(&View) -> Option<T>) -> Option<T> {
        match is_full {
            true => self.board.view.with(look),
            false => None,
        }
    }

    fn position_in_view(&self, id: PositionId) -> PositionLine {
        let line = |view: &View, position: &Position| {
            let mark = view.mark(position.key.instrument).copied();
            PositionLine::of(position, &mark.unwrap_or_default(), view.mark_choice)
        };
        self.board.view.with(|view| {
            let position = view.position(id);
            position.map_or_else(PositionLine::default, |position| line(view, position))
        })
    }

    /// The last view, which may be older than the lines, by as much as
    /// [`BoardOptions`](super::BoardOptions) say while the writer is busy; of an inline host, until
    /// its next call.
    #[must_use]
    pub fn view(&self) -> Arc<View> {
        self.board.view.load()
    }

    /// A view of at least `sequence`: made for this call where the last one is older. The thread of
    /// an inline host would wait for itself: it calls [`Host::view`](super::Host::view).
    ///
    /// # Errors
    /// [`Unseen`] where that sequence did not come in time, or will not come.
    pub fn view_at_least(
        &self,
        sequence: u64,
        timeout: Option<Duration>,
    ) -> Result<Arc<View>, Unseen> {
        self.wait_for(timeout, |board| {
            let view = board.view.load();
            (view.sequence >= sequence).then_some(view)
        })
    }

    /// A view that has everything that lines show now.
    ///
    /// # Errors
    /// [`Unseen::TimedOut`] where the writer did not make one in time; an inline one makes views
    /// only while its thread calls it.
    pub fn fresh_view(&self, timeout: Option<Duration>) -> Result<Arc<View>, Unseen> {
        let version = self.version();
        self.wait_for(timeout, |board| {
            let view = board.view.load();
            (view.version >= version).then_some(view)
        })
    }

    fn wait_for<T>(
        &self,
        timeout: Option<Duration>,
        look: impl Fn(&Board) -> Option<T>,
    ) -> Result<T, Unseen> {
        let board = &*self.board;
        if let Some(found) = look(board) {
            return Ok(found);
        }
        if !board.origin.is_here() {
            return Err(Unseen::Gone);
        }
        let bell = board.bells.join();
        let began = Instant::now();
        let mut found = None;
        loop {
            // Asked again each time: a view may come that is not new enough.
            board.is_view_wanted.set(1);
            board.writer.ring();
            let before = board.view.with(|view| view.version);
            let left = timeout.map(|timeout| timeout.saturating_sub(began.elapsed()));
            let is_over = || board.is_over.get() != 0;
            let is_new = || board.view.with(|view| view.version) != before;
            found = found.or_else(|| look(board));
            if found.is_some() || is_over() || left == Some(Duration::ZERO) {
                break;
            }
            bell.wait(|| is_new() || is_over(), left);
        }
        board.bells.leave(&bell);
        match found.or_else(|| look(board)) {
            Some(found) => Ok(found),
            None if board.is_over.get() != 0 => Err(Unseen::Gone),
            None => Err(Unseen::TimedOut),
        }
    }

    /// Whether the writer still runs.
    ///
    /// # Errors
    /// [`Gone`] without one: what was published stays readable.
    pub fn check(&self) -> Result<(), Gone> {
        match self.board.is_over.get() {
            _ if !self.board.origin.is_here() => Err(Gone::Forked),
            0 => Ok(()),
            _ => Err(Gone::Ended),
        }
    }

    /// What the engine counts of itself.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::of(&self.board, &self.bus, self.head())
    }
}

#[inline]
fn read<const WORDS: usize>(slot: &SeqSlot<WORDS>) -> Option<[u64; WORDS]> {
    match slot.try_read() {
        Some((words, _)) => Some(words),
        None => read_patiently(slot),
    }
}

#[cold]
#[inline(never)]
fn read_patiently<const WORDS: usize>(slot: &SeqSlot<WORDS>) -> Option<[u64; WORDS]> {
    if let Some((words, _)) = slot.read(ATTEMPTS) {
        return Some(words);
    }
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        std::thread::yield_now();
        if let Some((words, _)) = slot.read(ATTEMPTS) {
            return Some(words);
        }
    }
    None
}
