//! Settings: TOML text as one checked value.
//!
//! 1. Nothing is guessed: an unknown key or a bad value is refused by file and line.
//! 2. No float: a number keeps the digits that were written.
//! 3. A key left out means the same as its default written down, to the hash of the config.

mod document;
mod error;
mod instrument;
mod limits;
mod plan;
mod section;
mod strategy;
#[cfg(test)]
mod tests;

pub use error::SettingsError;
pub use truebook_store::Durability;

use std::fs;
use std::path::{Path, PathBuf};

use truebook_core::bars::SyncMode;
use truebook_core::digest;
use truebook_core::model::{
    CashEntry, Config, Fees, Fixed, Id, InvalidValue, Limits, MarkChoice, Paper,
};

use self::section::{Bare, Range, Section, Whole};
use crate::strategy::BarPlan;

/// The text of the built-in settings.
pub const BUILTIN: &str = include_str!("builtin.toml");

const TABLES: [&str; 11] = [
    "book",
    "fees",
    "limits",
    "paper",
    "cash",
    "instrument",
    "bars",
    "synchronizer",
    "feature",
    "selection",
    "strategy",
];
const BOOK: [&str; 8] = [
    "mode",
    "reporting_currency",
    "durability",
    "day_boundary",
    "mark",
    "snapshots",
    "audit_csv",
    "state_json",
];
const DAY_SECONDS: i32 = 86_400;

/// Whether orders are filled by the paper venue or sent by the bot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The paper venue fills.
    #[default]
    Paper,
    /// The bot sends orders; truebook records and checks.
    Live,
}

/// Everything that a settings file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Paper or live, where the file says it.
    pub mode: Option<Mode>,
    /// When a write counts as kept, where the file says it.
    pub durability: Option<Durability>,
    /// Whether the book is recorded at the turn of every hour.
    pub snapshots: bool,
    /// What is written for people beside the database.
    pub audit: AuditFiles,
    /// What the book is configured with.
    pub config: Config,
    /// What is composed of bars for strategies.
    pub plan: BarPlan,
}

/// What is written for people beside the database, and never read back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFiles {
    /// The folder for fills and orders as CSV, a file each a day.
    pub csv: Option<PathBuf>,
    /// The file for what stands now, as JSON, replaced at most once a second.
    pub state_json: Option<PathBuf>,
}

impl Settings {
    /// Takes TOML `text`; `name` is the file's name in messages.
    ///
    /// # Errors
    /// [`SettingsError`] names file and line, what was found and what is allowed.
    ///
    /// # Examples
    /// ```
    /// use truebook::settings::Settings;
    /// let error = Settings::from_toml("my.toml", "[limits]\nmax_position = 3").unwrap_err();
    /// assert!(error.to_string().starts_with("my.toml:2: [limits]: found 'max_position'"));
    /// ```
    pub fn from_toml(name: &str, text: &str) -> Result<Self, SettingsError> {
        let root = document::parse(name, text)?;
        root.only(&TABLES)?;
        let book = root.table("book")?;
        book.only(&BOOK)?;
        let limit_table = root.table("limits")?;
        limit_table.only(&limits::KEYS)?;
        let limits = limits::read(&limit_table, &Limits::default(), None)?;
        let instruments = instrument::read(&root)?;
        let strategies = strategy::read(&root, &limits, &instruments)?;
        let mode = book.choice("mode", &[("paper", Mode::Paper), ("live", Mode::Live)])?;
        // Where the data is of the past, what came after a gap is known.
        let known = match mode {
            Some(Mode::Live) => SyncMode::Live,
            Some(Mode::Paper) | None => SyncMode::Replay,
        };
        let symbols: Vec<Id> = instruments.iter().map(|spec| spec.symbol).collect();
        let plan = plan::read(&root, &symbols, &strategies, known)?;
        let usual = Id::format(format_args!("USD"));
        let config = Config {
            reporting_currency: book.id("reporting_currency")?.unwrap_or(usual),
            day_boundary_seconds: read_day_boundary(&book)?,
            fees: read_fees(&root.table("fees")?)?,
            limits,
            mark: book.choice("mark", &MarkChoice::ALL)?.unwrap_or_default(),
            paper: read_paper(&root.table("paper")?)?,
            cash: read_cash(&root.table("cash")?)?,
            instruments,
            strategies,
        };
        Ok(Self {
            mode,
            durability: book.choice(
                "durability",
                &[("disk", Durability::Disk), ("os", Durability::Os)],
            )?,
            snapshots: book
                .choice("snapshots", &[("hourly", true), ("off", false)])?
                .unwrap_or(true),
            audit: AuditFiles {
                csv: book
                    .text("audit_csv", "the name of a folder")?
                    .map(Into::into),
                state_json: book
                    .text("state_json", "the name of a file")?
                    .map(Into::into),
            },
            config,
            plan,
        })
    }

    /// The hash of everything that decides what a session does: of the configuration, and of what
    /// is composed of bars where anything is.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let config = self.config.hash();
        match self.plan.is_empty() {
            true => config,
            false => digest::chain(&config, &[&self.plan.hash()]),
        }
    }

    /// Takes the TOML file at `path`.
    ///
    /// # Errors
    /// [`SettingsError`] names file and line, what was found and what is allowed.
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        let name = path.display().to_string();
        match fs::read_to_string(path) {
            Ok(text) => Self::from_toml(&name, &text),
            Err(error) => Err(SettingsError::Unreadable {
                file: name,
                reason: error.to_string(),
            }),
        }
    }

    /// What an empty file says: defaults only.
    fn none() -> Self {
        Self {
            mode: None,
            durability: None,
            snapshots: true,
            audit: AuditFiles::default(),
            config: Config::default(),
            plan: BarPlan::default(),
        }
    }

    /// What runs when no file is given: the three instruments of the sample, both strategies,
    /// USD 100,000 on paper.
    #[must_use]
    pub fn builtin() -> Self {
        // A test proves that the text is taken, so the other arm is never seen.
        Self::from_toml("builtin.toml", BUILTIN).unwrap_or_else(|_| Self::none())
    }
}

fn read_fees(section: &Section) -> Result<Fees, SettingsError> {
    section.only(&["maker_fee_pct", "taker_fee_pct"])?;
    // A tenth of a percent in its shortest form, as reading "0.10" gives.
    let usual = Fixed::new(1, 1);
    let fee = |key| section.number(key, Range::Fee, Bare::Refused);
    Ok(Fees {
        maker_fee_pct: fee("maker_fee_pct")?.unwrap_or(usual),
        taker_fee_pct: fee("taker_fee_pct")?.unwrap_or(usual),
    })
}

fn read_paper(section: &Section) -> Result<Paper, SettingsError> {
    section.only(&["slippage_pct", "latency_ms", "partial_fills"])?;
    let range = Whole {
        min: 0,
        max: u32::MAX,
    };
    let slippage = section.number("slippage_pct", Range::Fee, Bare::Refused)?;
    Ok(Paper {
        slippage_pct: slippage.unwrap_or_default(),
        latency_ms: section.whole("latency_ms", range)?.unwrap_or_default(),
        partial_fills: section.flag("partial_fills")?.unwrap_or_default(),
    })
}

fn read_cash(section: &Section) -> Result<Vec<CashEntry>, SettingsError> {
    let mut cash = Vec::new();
    for key in section.keys() {
        let currency = Id::new("currency", key)
            .map_err(|InvalidValue { found, allowed, .. }| section.refuse(key, &found, &allowed))?;
        if let Some(amount) = section.number(key, Range::NotNegative, Bare::Refused)? {
            cash.push(CashEntry { currency, amount });
        }
    }
    // The order in which cash is written changes nothing.
    cash.sort_by_key(|entry| entry.currency);
    Ok(cash)
}

fn read_day_boundary(section: &Section) -> Result<i32, SettingsError> {
    let allowed = "a time of day with its distance from UTC, 'HH:MM+HH:MM' or 'HH:MM-HH:MM'";
    let Some(text) = section.text("day_boundary", allowed)? else {
        return Ok(0);
    };
    let seconds = day_boundary_seconds(text);
    seconds.ok_or_else(|| section.refuse("day_boundary", &format!("'{text}'"), allowed))
}

/// Seconds after midnight UTC of `HH:MM±HH:MM`; the part after the sign is the distance from UTC.
fn day_boundary_seconds(text: &str) -> Option<i32> {
    let (time, offset, sign) = match text.split_once('+') {
        Some((time, offset)) => (time, offset, 1),
        None => text
            .split_once('-')
            .map(|(time, offset)| (time, offset, -1))?,
    };
    let (time, offset) = (clock_seconds(time)?, clock_seconds(offset)?);
    Some((time - sign * offset).rem_euclid(DAY_SECONDS))
}

fn clock_seconds(text: &str) -> Option<i32> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str, below: i32| -> Option<i32> {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse::<i32>().ok().filter(|number| *number < below)?;
        digits.then_some(number)
    };
    Some(number(hours, 24)? * 3_600 + number(minutes, 60)? * 60)
}
