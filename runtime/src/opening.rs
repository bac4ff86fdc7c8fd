//! How a book is opened, and what its database gives back.

use std::path::PathBuf;

use truebook_core::book::State;
use truebook_core::digest;
use truebook_core::engine::{Journal, NoJournal, Options};
use truebook_core::model::{Config, InstrumentSpec};
use truebook_store::{Durability, JournalFile, Mode, Session, StoreError, StoreThread};

use crate::error::Error;

/// How many events are replayed at once.
const REPLAY: u32 = 4_096;

/// How to open a book.
#[derive(Clone, Debug)]
pub struct BookOptions {
    /// The database; `None` keeps nothing.
    pub path: Option<PathBuf>,
    /// The configuration, and what it registers.
    pub config: Config,
    /// Instruments that are registered at once.
    pub instruments: Vec<InstrumentSpec>,
    /// Whether orders are filled by the paper venue.
    pub is_paper: bool,
    /// Whether time comes from events only, instead of the system's clock.
    pub has_event_clock: bool,
    /// What an acknowledged event survives.
    pub durability: Durability,
    /// How the writer runs.
    pub host: Options,
}

impl Default for BookOptions {
    fn default() -> Self {
        Self {
            path: None,
            config: Config::default(),
            instruments: Vec::new(),
            is_paper: true,
            has_event_clock: false,
            durability: Durability::Disk,
            host: Options::default(),
        }
    }
}

/// What a book starts from: the state so far, and where it keeps what follows.
pub(crate) struct Opening {
    pub state: State,
    pub store: Option<StoreThread>,
    pub journal: Box<dyn Journal>,
}

impl Opening {
    /// Reads what the database of `options` holds and starts its thread.
    pub fn of(options: &BookOptions) -> Result<Self, Error> {
        let Some(path) = &options.path else {
            return Ok(Self {
                state: State::default(),
                store: None,
                journal: Box::new(NoJournal),
            });
        };
        let mode = if options.is_paper { "paper" } else { "live" };
        let is_given = options.config != Config::default();
        let session = Session {
            mode: mode.to_owned(),
            config: is_given.then(|| digest::hex(&options.config.hash())),
        };
        let failed = |error: StoreError| Error::Store(error.to_string());
        let file = JournalFile::open(path, &session, options.durability).map_err(failed)?;
        let mut state = State::default();
        loop {
            let entries = file.read_after(state.sequence, REPLAY).map_err(failed)?;
            if entries.is_empty() {
                break;
            }
            for entry in &entries {
                state.apply(entry);
            }
        }
        let (store, writer) = StoreThread::start(file, Mode::Continue).map_err(failed)?;
        Ok(Self {
            state,
            store: Some(store),
            journal: Box::new(writer),
        })
    }
}
