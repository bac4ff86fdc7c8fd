//! The limits of the book, and of a strategy, which may narrow but never widen them.

use truebook_core::model::{Fixed, Limits, MAX_SCALE};

use super::SettingsError;
use super::section::{Bare, Range, Section, Whole};

/// The keys of a limit.
pub(super) const KEYS: [&str; 15] = [
    "max_positions",
    "max_positions_per_strategy",
    "min_position_usd",
    "dust_threshold_usd",
    "min_hold_seconds",
    "price_band_pct",
    "price_band_confirmations",
    "price_stale_seconds",
    "max_order_notional",
    "max_instrument_notional",
    "max_gross_exposure",
    "max_net_exposure",
    "orders_per_second",
    "daily_loss_pct",
    "max_drawdown_pct",
];

/// What judges prices and positions for the whole book: a strategy has none of its own.
const BOOK_ONLY: [&str; 2] = ["dust_threshold_usd", "price_band_confirmations"];

/// The keys that a strategy may narrow.
pub(super) fn own_keys() -> Vec<&'static str> {
    let own = KEYS.iter().filter(|key| !BOOK_ONLY.contains(key));
    own.copied().collect()
}

/// Which way a limit is narrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Narrower {
    Smaller,
    Larger,
}

/// Reads limits from a table over those that stand where a key is absent.
struct Reader<'a> {
    section: &'a Section,
    /// The strategy whose limits these are; `None` for the book's own.
    strategy: Option<&'a str>,
}

/// The limits of `section`, `base` where a key is absent. With a `strategy`, `base` is the book's
/// and no value may be wider.
pub(super) fn read(
    section: &Section,
    base: &Limits,
    strategy: Option<&str>,
) -> Result<Limits, SettingsError> {
    use Narrower::{Larger, Smaller};
    let from = Reader { section, strategy };
    Ok(Limits {
        max_positions: from.count("max_positions", 0, base.max_positions, Smaller)?,
        max_positions_per_strategy: from.count(
            "max_positions_per_strategy",
            0,
            base.max_positions_per_strategy,
            Smaller,
        )?,
        min_position: from.money("min_position_usd", base.min_position, Larger)?,
        dust_threshold: from.money("dust_threshold_usd", base.dust_threshold, Smaller)?,
        min_hold_seconds: from.count("min_hold_seconds", 0, base.min_hold_seconds, Larger)?,
        price_band_pct: {
            let band = from.amount("price_band_pct", Range::Positive, Some(base.price_band_pct))?;
            band.unwrap_or(base.price_band_pct)
        },
        price_band_confirmations: from.count(
            "price_band_confirmations",
            1,
            base.price_band_confirmations,
            Larger,
        )?,
        price_stale_seconds: from.count(
            "price_stale_seconds",
            1,
            base.price_stale_seconds,
            Smaller,
        )?,
        max_order_notional: from.cap("max_order_notional", base.max_order_notional)?,
        max_instrument_notional: from
            .cap("max_instrument_notional", base.max_instrument_notional)?,
        max_gross_exposure: from.cap("max_gross_exposure", base.max_gross_exposure)?,
        max_net_exposure: from.cap("max_net_exposure", base.max_net_exposure)?,
        orders_per_second: from.rate("orders_per_second", base.orders_per_second)?,
        daily_loss_pct: from.amount("daily_loss_pct", Range::Percent, base.daily_loss_pct)?,
        max_drawdown_pct: from.amount("max_drawdown_pct", Range::Percent, base.max_drawdown_pct)?,
    })
}

impl Reader<'_> {
    fn count(
        &self,
        key: &'static str,
        min: u32,
        base: u32,
        narrower: Narrower,
    ) -> Result<u32, SettingsError> {
        let Some(found) = self.section.whole(key, Whole { min, max: u32::MAX })? else {
            return Ok(base);
        };
        let (found_fixed, base) = (Fixed::new(found.into(), 0), Fixed::new(base.into(), 0));
        self.narrowed(key, found_fixed, base, narrower)?;
        Ok(found)
    }

    fn rate(&self, key: &'static str, base: Option<u32>) -> Result<Option<u32>, SettingsError> {
        let min = 1;
        match base {
            Some(base) => self.count(key, min, base, Narrower::Smaller).map(Some),
            None => self.section.whole(key, Whole { min, max: u32::MAX }),
        }
    }

    fn money(
        &self,
        key: &'static str,
        base: Fixed,
        narrower: Narrower,
    ) -> Result<Fixed, SettingsError> {
        let found = self
            .section
            .number(key, Range::NotNegative, Bare::Refused)?;
        let Some(found) = found else {
            return Ok(base);
        };
        self.narrowed(key, found, base, narrower)?;
        Ok(found)
    }

    fn cap(&self, key: &'static str, base: Option<Fixed>) -> Result<Option<Fixed>, SettingsError> {
        self.amount(key, Range::NotNegative, base)
    }

    /// An amount that is narrowed by being smaller.
    fn amount(
        &self,
        key: &'static str,
        range: Range,
        base: Option<Fixed>,
    ) -> Result<Option<Fixed>, SettingsError> {
        let found = self.section.number(key, range, Bare::Refused)?;
        if let (Some(found), Some(base)) = (found, base) {
            self.narrowed(key, found, base, Narrower::Smaller)?;
        }
        Ok(found.or(base))
    }

    fn narrowed(
        &self,
        key: &'static str,
        found: Fixed,
        base: Fixed,
        narrower: Narrower,
    ) -> Result<(), SettingsError> {
        let Some(strategy) = self.strategy else {
            return Ok(());
        };
        let raw = |number: Fixed| number.rounded_at(MAX_SCALE).unwrap_or(i128::MAX);
        let (holds, narrower) = match narrower {
            Narrower::Smaller => (raw(found) <= raw(base), "at most"),
            Narrower::Larger => (raw(found) >= raw(base), "at least"),
        };
        if holds {
            return Ok(());
        }
        Err(SettingsError::WidensLimit {
            file: self.section.file().to_owned(),
            line: self.section.line_of(key),
            strategy: strategy.to_owned(),
            key,
            found: found.to_string(),
            allowed: format!("{narrower} {base}"),
        })
    }
}
