//! How a book is opened, and what its database gives back.

use std::path::PathBuf;

use truebook_core::book::State;
use truebook_core::engine::{Journal, NoJournal, Options};
use truebook_core::model::{Config, InvalidValue};
use truebook_store::{Audit, Durability, JournalFile, Mode, Session, StoreError, StoreThread};

use crate::error::Error;
use crate::settings::{AuditFiles, Mode as Trading, Settings};
use crate::strategy::BarPlan;

/// How to open a book.
#[derive(Clone, Debug)]
pub struct BookOptions {
    /// The database; `None` keeps nothing.
    pub path: Option<PathBuf>,
    /// The configuration, and what it registers. For a book that has one, another is a change;
    /// `None` keeps what it has, and gives a new book the defaults.
    pub config: Option<Config>,
    /// Whether orders are filled by the paper venue.
    pub is_paper: bool,
    /// Whether time comes from events only, instead of the system's clock.
    pub has_event_clock: bool,
    /// What an acknowledged event survives.
    pub durability: Durability,
    /// Whether the book is recorded at the turn of every hour.
    pub snapshots: bool,
    /// What is written for people beside the database.
    pub audit: AuditFiles,
    /// What is composed of bars: those that it makes are recorded as they close.
    pub plan: BarPlan,
    /// How the writer runs.
    pub host: Options,
}

impl Default for BookOptions {
    fn default() -> Self {
        Self {
            path: None,
            config: None,
            is_paper: true,
            has_event_clock: false,
            durability: Durability::Disk,
            snapshots: true,
            audit: AuditFiles::default(),
            plan: BarPlan::default(),
            host: Options::default(),
        }
    }
}

impl BookOptions {
    /// What `settings` say, and what the caller says beside them; they may not contradict.
    ///
    /// # Errors
    /// [`Error::Value`] for a mode or a durability that is not the settings' own.
    pub fn configured(
        settings: Option<Settings>,
        mode: Option<Trading>,
        durability: Option<Durability>,
    ) -> Result<Self, Error> {
        let said = settings.as_ref();
        let mode = agreed("mode", said.and_then(|said| said.mode), mode)?;
        let durability = agreed(
            "durability",
            said.and_then(|said| said.durability),
            durability,
        )?;
        let snapshots = said.is_none_or(|said| said.snapshots);
        let audit = said.map(|said| said.audit.clone());
        let plan = said.map(|said| said.plan.clone());
        Ok(Self {
            plan: plan.unwrap_or_default(),
            config: settings.map(|settings| settings.config),
            is_paper: mode.unwrap_or_default() == Trading::Paper,
            durability: durability.unwrap_or_default(),
            snapshots,
            audit: audit.unwrap_or_default(),
            ..Self::default()
        })
    }
}

fn agreed<T: Copy + PartialEq + std::fmt::Debug>(
    what: &str,
    configured: Option<T>,
    asked: Option<T>,
) -> Result<Option<T>, Error> {
    match (configured, asked) {
        (Some(configured), Some(asked)) if configured != asked => {
            let name = |value| format!("{value:?}").to_lowercase();
            let allowed = format!("{}, as the config says", name(configured));
            Err(InvalidValue::new(what, &name(asked), &allowed).into())
        }
        (configured, asked) => Ok(asked.or(configured)),
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
            options.audit.refuse_without_database()?;
            return Ok(Self {
                state: State::default(),
                store: None,
                journal: Box::new(NoJournal),
            });
        };
        let mode = if options.is_paper { "paper" } else { "live" };
        let session = Session {
            mode: mode.to_owned(),
            config: None,
        };
        let failed = |error: StoreError| Error::Store(error.to_string());
        let file = JournalFile::open(path, &session, options.durability).map_err(failed)?;
        let state = file.state_at(u64::MAX).map_err(failed)?;
        let audit = Audit::new(options.audit.csv.clone(), options.audit.state_json.clone());
        let (store, writer) = StoreThread::start(file, Mode::Continue, audit).map_err(failed)?;
        Ok(Self {
            state,
            store: Some(store),
            journal: Box::new(writer),
        })
    }
}

impl AuditFiles {
    /// A book in memory has nothing that could be told after a crash, and is not audited.
    fn refuse_without_database(&self) -> Result<(), Error> {
        let named = [("audit_csv", &self.csv), ("state_json", &self.state_json)];
        for (key, path) in named {
            if let Some(path) = path {
                let found = path.display().to_string();
                return Err(InvalidValue::new(key, &found, "a book with a database").into());
            }
        }
        Ok(())
    }
}
