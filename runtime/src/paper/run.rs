//! Runs a session: rows go in order through one writer into the store; the report comes out.
//!
//! 1. A second run on the same file recomputes from the first row: what was recorded is compared,
//!    what is new is appended, so nothing is booked twice.

use std::fmt;
use std::path::PathBuf;

use truebook_core::bars::Bar;
use truebook_core::book::{Answer, Command, Ledger, PriceTick};
use truebook_core::digest;
use truebook_core::engine::{
    BoardOptions, Host, Input, Journal, NoJournal, Options, Writer, check_core,
};
use truebook_core::model::{Fixed, Id, Instrument, Timestamp};
use truebook_store::{
    Audit, JournalFile, Mode as StoreMode, Session as Identity, StoreError, StoreThread,
};

use crate::market::{Market, Row, RowData};
use crate::settings::{Mode, Settings};

use super::{DataRange, EquityPoint, Report, Session};

/// How many rows pass between two looks at the outside.
const WATCH_EVERY: usize = 64;

/// How to run.
#[derive(Clone, Debug, Default)]
pub struct PaperOptions {
    /// The database; `None` keeps nothing.
    pub database: Option<PathBuf>,
    /// How the writer runs.
    pub host: Options,
}

/// Looks at a running session: told how many rows went in, answers whether to go on.
pub type Watch<'a> = &'a mut dyn FnMut(usize) -> bool;

/// Equity and PnL over time.
pub type Curve = Vec<EquityPoint>;

/// What a session came to.
#[derive(Debug)]
pub struct Outcome {
    /// The report.
    pub report: Report,
    /// Equity and PnL at each bar close.
    pub curve: Curve,
    /// Whether every row went in; where not, the next run continues.
    pub is_complete: bool,
}

/// Why a session could not run.
#[derive(Debug)]
#[non_exhaustive]
pub enum PaperError {
    /// The data has symbols without an instrument.
    UnknownSymbols {
        /// They.
        symbols: Vec<Id>,
        /// What the config has.
        known: Vec<Id>,
    },
    /// A number of the data does not fit its instrument.
    Precision {
        /// The symbol.
        symbol: Id,
        /// Whether it is a quote's.
        is_quote: bool,
        /// The line of its file.
        line: u32,
        /// The close of its row.
        ts: Timestamp,
    },
    /// The config cannot be taken.
    Config(String),
    /// The store.
    Store(StoreError),
    /// The disk refused in the middle, in its words; what was booked until then is kept.
    Refused(String),
    /// The writer stopped after an error of its own.
    Poisoned,
}

impl fmt::Display for PaperError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownSymbols { symbols, known } => write!(
                f,
                "the data has {} without an instrument in the config, which has {}; add an \
                 [[instrument]] for each",
                list(symbols),
                list(known)
            ),
            Self::Precision {
                symbol,
                is_quote,
                line,
                ts,
            } => {
                let kind = if *is_quote { "quote" } else { "trade" };
                let ms = ts.0 / 1_000_000;
                write!(
                    f,
                    "{symbol}.{kind}.csv:{line}: the row known at {ms} ms has more digits than its \
                     instrument keeps"
                )
            }
            Self::Config(what) | Self::Refused(what) => f.write_str(what),
            Self::Store(error) => error.fmt(f),
            Self::Poisoned => f.write_str("the writer stopped after an error of its own"),
        }
    }
}

impl std::error::Error for PaperError {}

impl From<StoreError> for PaperError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn list(names: &[Id]) -> String {
    names.iter().map(Id::as_str).collect::<Vec<_>>().join(", ")
}

/// Runs `market` under `settings`.
///
/// # Errors
/// [`PaperError`]; what was booked before it stays booked.
pub fn run(
    market: &Market,
    settings: &Settings,
    options: &PaperOptions,
    watch: Watch<'_>,
) -> Result<Outcome, PaperError> {
    if settings.mode == Some(Mode::Live) {
        let what = "the config says mode = \"live\": allowed here: \"paper\"";
        return Err(PaperError::Config(what.to_owned()));
    }
    check_core(options.host.core).map_err(|why| PaperError::Config(why.to_string()))?;
    let inputs = inputs(market, settings)?;
    let (store, journal) = open_store(market, settings, options)?;
    let progress = store
        .as_ref()
        .map(|store| std::sync::Arc::clone(store.progress()));
    let writer = Writer::new(
        Ledger::default(),
        Session::new(settings.plan.clone()),
        journal,
        BoardOptions::default(),
    );
    let mut host = Host::new(writer, options.host);
    let mut refused = None;
    let fed = feed_all(&mut host, settings, inputs, |index| {
        let failing = progress.as_ref().filter(|progress| progress.is_failed());
        refused = failing.and_then(|progress| progress.error());
        refused.is_none() && (index % WATCH_EVERY != 0 || watch(index))
    });
    let stopped = host.stop().map_err(|_| PaperError::Poisoned);
    let outcome = stopped.map(|writer| {
        let (ledger, session) = writer.into_parts();
        let range = range(market);
        let report = Report::new(ledger.state(), &session, range);
        (report, session.points().to_vec())
    });
    if let Some(store) = store {
        store.finish()?;
    }
    let is_complete = fed?;
    if let Some(what) = refused {
        return Err(PaperError::Refused(what));
    }
    let (report, curve) = outcome?;
    Ok(Outcome {
        report,
        curve,
        is_complete,
    })
}

/// Gives every input in order; whether all went in before `goes_on` said no.
fn feed_all(
    host: &mut Host<Session>,
    settings: &Settings,
    inputs: Vec<Input>,
    mut goes_on: impl FnMut(usize) -> bool,
) -> Result<bool, PaperError> {
    let configure = Command::Configure(Box::new(settings.config.clone()));
    let answer = host.call(Input::Command(configure));
    configured(answer.map_err(|_| PaperError::Poisoned)?)?;
    for (index, input) in inputs.into_iter().enumerate() {
        if !goes_on(index) {
            return Ok(false);
        }
        host.post(input).map_err(|_| PaperError::Poisoned)?;
    }
    Ok(true)
}

fn configured(answer: Answer) -> Result<(), PaperError> {
    match answer {
        Answer::Applied(_) | Answer::PriceRefused(_) | Answer::Undecided => Ok(()),
        Answer::Invalid(why) => Err(PaperError::Config(why.to_string())),
        Answer::Refused(why) => Err(PaperError::Config(why.to_string())),
    }
}

/// Every row as the writer takes it, checked before anything is opened.
fn inputs(market: &Market, settings: &Settings) -> Result<Vec<Input>, PaperError> {
    let mut scratch = Ledger::default();
    configured(scratch.execute(&Command::Configure(Box::new(settings.config.clone()))))?;
    let state = scratch.state();
    Session::check(&settings.plan, state).map_err(|why| PaperError::Config(why.to_string()))?;
    let find = |symbol: &Id| state.instrument(state.instrument_id(symbol)?).copied();
    let targets: Vec<Option<Instrument>> = market.symbols.iter().map(find).collect();
    let named = market.symbols.iter().zip(&targets);
    let unknown = named.filter(|(_, target)| target.is_none());
    let symbols: Vec<Id> = unknown.map(|(symbol, _)| *symbol).collect();
    if !symbols.is_empty() {
        let known = state.instruments().iter().map(|each| each.symbol).collect();
        return Err(PaperError::UnknownSymbols { symbols, known });
    }
    let to_input = |row: &Row| {
        let Some(Some(target)) = targets.get(usize::from(row.symbol)) else {
            return Err(PaperError::Poisoned);
        };
        to_input(row, target).ok_or(PaperError::Precision {
            symbol: target.symbol,
            is_quote: matches!(row.data, RowData::Quote { .. }),
            line: row.line,
            ts: row.ts_close,
        })
    };
    market.rows.iter().map(to_input).collect()
}

type Store = (Option<StoreThread>, Box<dyn Journal>);

/// Opens the database for exactly this mode, config and data.
fn open_store(
    market: &Market,
    settings: &Settings,
    options: &PaperOptions,
) -> Result<Store, PaperError> {
    let Some(path) = &options.database else {
        return Ok((None, Box::new(NoJournal)));
    };
    let config = Some(digest::hex(&settings.hash()));
    let durability = settings.durability.unwrap_or_default();
    let identity = Identity {
        mode: "paper".to_owned(),
        config,
    };
    let file = JournalFile::open(path, &identity, durability)?;
    let recorded = file.meta("data")?;
    let rows = market.rows.len();
    let same = match recorded.as_deref().map(|text| text.split_once(' ')) {
        None => file.last() == 0,
        Some(None) => false,
        Some(Some((count, hash))) => count
            .parse::<usize>()
            .is_ok_and(|count| count <= rows && digest::hex(&market.hash_of_prefix(count)) == hash),
    };
    let asked = format!("{rows} {}", digest::hex(&market.hash_of_prefix(rows)));
    if !same {
        let found = recorded.unwrap_or_else(|| "a book without recorded data".to_owned());
        return Err(StoreError::OtherSession {
            what: "data",
            found,
            asked,
        }
        .into());
    }
    file.set_meta("data", &asked)?;
    let audit = Audit::new(
        settings.audit.csv.clone(),
        settings.audit.state_json.clone(),
    );
    let (store, writer) = StoreThread::start(file, StoreMode::Recompute, audit)?;
    Ok((Some(store), Box::new(writer)))
}

fn to_input(row: &Row, target: &Instrument) -> Option<Input> {
    let instrument = target.id;
    let px = |value: Fixed| i64::try_from(value.exactly_at(target.price_scale)?).ok();
    let size = |value: Fixed| value.exactly_at(target.qty_scale);
    Some(match &row.data {
        RowData::Quote { bid, ask } => Input::Command(Command::Price(PriceTick {
            bid: bid
                .as_ref()
                .map_or(Some(None), |level| px(level.price).map(Some))?,
            ask: ask
                .as_ref()
                .map_or(Some(None), |level| px(level.price).map(Some))?,
            bid_size: bid.as_ref().map_or(Some(0), |level| size(level.size))?,
            ask_size: ask.as_ref().map_or(Some(0), |level| size(level.size))?,
            ..PriceTick::empty(instrument, row.ts_close)
        })),
        RowData::Trade {
            open,
            high,
            low,
            close,
            volume,
        } => Input::Bar(Bar {
            instrument,
            ts_close: row.ts_close,
            open: px(*open)?,
            high: px(*high)?,
            low: px(*low)?,
            close: px(*close)?,
            volume: size(*volume)?,
        }),
    })
}

fn range(market: &Market) -> DataRange {
    let close = |row: Option<&Row>| row.map_or(0, |row| row.ts_close.0);
    DataRange {
        rows: u64::try_from(market.rows.len()).unwrap_or(u64::MAX),
        from: close(market.rows.first()),
        to: close(market.rows.last()),
        refused_prices: 0,
    }
}
