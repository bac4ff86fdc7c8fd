//! The `[[strategy]]` tables.

use truebook_core::model::{Fixed, Id, InstrumentSpec, Limits, StrategyConfig, StrategyKind};

use super::plan::TAKING_PART;
use super::section::{Bare, Range, Section, Whole};
use super::{SettingsError, limits};

const COMMON: [&str; 3] = ["name", "kind", "order_usd"];
const MOMENTUM: [&str; 3] = ["symbols", "fast", "slow"];
const PAIRS_TRADING: [&str; 4] = ["pair", "window", "enter", "exit"];
const KINDS: &str = "'momentum', 'pairs_trading' or 'external'";

/// The most bars that an average looks back.
const BARS_MAX: u32 = 100_000;

/// The strategies, in their order; each name once.
pub(super) fn read(
    root: &Section,
    book: &Limits,
    instruments: &[InstrumentSpec],
) -> Result<Vec<StrategyConfig>, SettingsError> {
    let mut strategies: Vec<StrategyConfig> = Vec::new();
    for section in root.tables("strategy")? {
        let kind = read_kind(&section, instruments)?;
        let name = section.required("name", section.id("name")?, "a string of 1 to 96 bytes")?;
        if strategies.iter().any(|other| other.name == name) {
            let found = format!("'{name}' a second time");
            return Err(section.refuse("name", &found, "each name once"));
        }
        let limits = limits::read(&section, book, Some(name.as_str()))?;
        strategies.push(StrategyConfig { name, kind, limits });
    }
    Ok(strategies)
}

fn read_kind(
    section: &Section,
    instruments: &[InstrumentSpec],
) -> Result<StrategyKind, SettingsError> {
    let kind = section.text("kind", KINDS)?;
    match section.required("kind", kind, KINDS)? {
        "momentum" => read_momentum(section, instruments),
        "pairs_trading" => read_pairs_trading(section, instruments),
        "external" => {
            only(section, &[])?;
            Ok(StrategyKind::External)
        }
        other => Err(section.refuse("kind", &format!("'{other}'"), KINDS)),
    }
}

/// Refuses a key that is neither of every strategy nor in `own`.
fn only(section: &Section, own: &[&str]) -> Result<(), SettingsError> {
    section.only(&[&COMMON[..], own, &TAKING_PART[..], &limits::own_keys()[..]].concat())
}

fn read_momentum(
    section: &Section,
    instruments: &[InstrumentSpec],
) -> Result<StrategyKind, SettingsError> {
    only(section, &MOMENTUM)?;
    let bars = |key, min| section.whole(key, Whole { min, max: BARS_MAX });
    let fast = bars("fast", 1)?.unwrap_or(12);
    let slow = bars("slow", 2)?.unwrap_or(26);
    if fast >= slow {
        let key = if section.keys().any(|key| key == "fast") {
            "fast"
        } else {
            "slow"
        };
        let found = format!("fast = {fast} and slow = {slow}");
        return Err(section.refuse(key, &found, "fast below slow"));
    }
    let symbols = read_symbols(section, "symbols", instruments)?;
    if symbols.is_empty() {
        return Err(section.refuse("symbols", "no symbol", "one symbol or more"));
    }
    Ok(StrategyKind::Momentum {
        symbols,
        fast,
        slow,
        order_notional: read_order(section)?,
    })
}

fn read_pairs_trading(
    section: &Section,
    instruments: &[InstrumentSpec],
) -> Result<StrategyKind, SettingsError> {
    only(section, &PAIRS_TRADING)?;
    let range = Whole {
        min: 2,
        max: BARS_MAX,
    };
    let score = |key, range, usual: Fixed| -> Result<Fixed, SettingsError> {
        Ok(section.number(key, range, Bare::Taken)?.unwrap_or(usual))
    };
    let enter = score("enter", Range::Positive, Fixed::new(2, 0))?;
    let exit = score("exit", Range::NotNegative, Fixed::new(5, 1))?;
    if comparable(exit) >= comparable(enter) {
        let key = if section.keys().any(|key| key == "exit") {
            "exit"
        } else {
            "enter"
        };
        let found = format!("enter = {enter} and exit = {exit}");
        return Err(section.refuse(key, &found, "exit below enter"));
    }
    let symbols = read_symbols(section, "pair", instruments)?;
    let found = format!("{} symbols", symbols.len());
    let pair =
        <[Id; 2]>::try_from(symbols).map_err(|_| section.refuse("pair", &found, "two symbols"))?;
    Ok(StrategyKind::PairsTrading {
        pair: Box::new(pair),
        window: section.whole("window", range)?.unwrap_or(60),
        enter,
        exit,
        order_notional: read_order(section)?,
    })
}

/// The symbols of `key`: each has an instrument and stands once.
fn read_symbols(
    section: &Section,
    key: &'static str,
    instruments: &[InstrumentSpec],
) -> Result<Vec<Id>, SettingsError> {
    let symbols = section.required(key, section.ids(key)?, "a list of symbols")?;
    for (place, symbol) in symbols.iter().enumerate() {
        if !instruments.iter().any(|spec| spec.symbol == *symbol) {
            let known: Vec<&str> = instruments
                .iter()
                .map(|spec| spec.symbol.as_str())
                .collect();
            let allowed = format!("a symbol of an [[instrument]]: {}", known.join(", "));
            return Err(section.refuse(key, &format!("'{symbol}'"), &allowed));
        }
        if symbols.iter().take(place).any(|other| other == symbol) {
            let found = format!("'{symbol}' a second time");
            return Err(section.refuse(key, &found, "each symbol once"));
        }
    }
    Ok(symbols)
}

fn read_order(section: &Section) -> Result<Fixed, SettingsError> {
    let order = section.number("order_usd", Range::Positive, Bare::Refused)?;
    Ok(order.unwrap_or(Fixed::new(1_000, 0)))
}

fn comparable(score: Fixed) -> Option<i128> {
    score.exactly_at(truebook_core::model::MAX_SCALE)
}
