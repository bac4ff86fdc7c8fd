//! The `[[instrument]]` tables.

use truebook_core::model::{Fixed, Id, InstrumentKind, InstrumentSpec};

use super::SettingsError;
use super::section::{Bare, Range, Section, Whole};

const KEYS: [&str; 17] = [
    "symbol",
    "kind",
    "base",
    "quote",
    "price_precision",
    "qty_precision",
    "tick",
    "lot",
    "min_notional",
    "maker_fee_pct",
    "taker_fee_pct",
    "settle",
    "venue",
    "min_qty",
    "max_qty",
    "multiplier",
    "leverage",
];

/// The most digits after the point of a price or quantity.
const PRECISION_MAX: u32 = 18;

/// The instruments, in their order; each symbol once.
pub(super) fn read(root: &Section) -> Result<Vec<InstrumentSpec>, SettingsError> {
    let mut instruments: Vec<InstrumentSpec> = Vec::new();
    for section in root.tables("instrument")? {
        let spec = read_one(&section)?;
        if instruments.iter().any(|other| other.symbol == spec.symbol) {
            let found = format!("'{}' a second time", spec.symbol);
            return Err(section.refuse("symbol", &found, "each symbol once"));
        }
        instruments.push(spec);
    }
    Ok(instruments)
}

fn read_one(section: &Section) -> Result<InstrumentSpec, SettingsError> {
    section.only(&KEYS)?;
    let price_precision = read_precision(section, "price_precision")?;
    let qty_precision = read_precision(section, "qty_precision")?;
    let base = read_id(section, "base")?;
    let quote = read_id(section, "quote")?;
    if base == quote {
        let found = format!("'{quote}', which is the base");
        return Err(section.refuse("quote", &found, "another currency than the base"));
    }
    Ok(InstrumentSpec {
        symbol: read_id(section, "symbol")?,
        kind: read_kind(section)?,
        base,
        quote,
        price_precision,
        qty_precision,
        tick: read_step(section, "tick", price_precision)?,
        lot: read_step(section, "lot", qty_precision)?,
        min_notional: section.number("min_notional", Range::NotNegative, Bare::Refused)?,
        maker_fee_pct: section.number("maker_fee_pct", Range::Fee, Bare::Refused)?,
        taker_fee_pct: section.number("taker_fee_pct", Range::Fee, Bare::Refused)?,
        settle: section.id("settle")?,
        venue: section.id("venue")?,
        min_qty: section.number("min_qty", Range::NotNegative, Bare::Refused)?,
        max_qty: section.number("max_qty", Range::NotNegative, Bare::Refused)?,
        multiplier: section.number("multiplier", Range::Positive, Bare::Refused)?,
        leverage: section.number("leverage", Range::Positive, Bare::Refused)?,
        expiry: None,
    })
}

fn read_id(section: &Section, key: &'static str) -> Result<Id, SettingsError> {
    section.required(key, section.id(key)?, "a string of 1 to 96 bytes")
}

fn read_kind(section: &Section) -> Result<InstrumentKind, SettingsError> {
    let allowed = InstrumentKind::names();
    let Some(name) = section.text("kind", &allowed)? else {
        return Ok(InstrumentKind::Spot);
    };
    let kind = InstrumentKind::from_name(name);
    kind.ok_or_else(|| section.refuse("kind", &format!("'{name}'"), &allowed))
}

fn read_precision(section: &Section, key: &str) -> Result<u8, SettingsError> {
    let range = Whole {
        min: 0,
        max: PRECISION_MAX,
    };
    let digits = section.whole(key, range)?;
    let digits = section.required(key, digits, "a whole number from 0 to 18")?;
    Ok(u8::try_from(digits).unwrap_or_default())
}

fn read_step(section: &Section, key: &str, digits: u8) -> Result<Option<Fixed>, SettingsError> {
    let step = section.number(key, Range::Positive, Bare::Refused)?;
    match step {
        Some(step) if step.exactly_at(digits).is_none() => {
            let allowed = format!("at most {digits} digits after the point, its precision");
            Err(section.refuse(key, &step.to_string(), &allowed))
        }
        step => Ok(step),
    }
}
