//! Numbers and names as the tables hold them.

use truebook_core::book::State;
use truebook_core::model::{
    AccountId, CurrencyId, Fee, Fixed, Id, Instrument, InstrumentId, MAX_SCALE, StrategyId,
};

/// `raw / 10^scale`, in the shortest exact form.
pub fn decimal(raw: i128, scale: u8) -> String {
    Fixed::new(raw, scale).to_string()
}

/// A price of an instrument.
pub fn price(instrument: &Instrument, raw: i64) -> String {
    decimal(i128::from(raw), instrument.price_scale)
}

/// A quantity of an instrument.
pub fn quantity(instrument: &Instrument, raw: i128) -> String {
    decimal(raw, instrument.qty_scale)
}

/// Money in the settlement currency of an instrument.
pub fn money(instrument: &Instrument, raw: i128) -> String {
    decimal(raw, instrument.money_scale)
}

/// Money in the reporting currency.
pub fn reporting(raw: i128) -> String {
    decimal(raw, MAX_SCALE)
}

/// Names of numbers, "" for what is not known.
pub trait Names {
    /// An account's.
    fn account_name(&self, id: AccountId) -> &str;
    /// A strategy's.
    fn strategy_name(&self, id: StrategyId) -> &str;
    /// An instrument's.
    fn symbol(&self, id: InstrumentId) -> &str;
    /// A currency's.
    fn code(&self, id: CurrencyId) -> &str;
    /// An amount of a currency.
    fn amount(&self, id: CurrencyId, raw: i128) -> String;
    /// Fees as a JSON object of amounts by currency.
    fn fees(&self, fees: &[Fee]) -> String;
}

impl Names for State {
    fn account_name(&self, id: AccountId) -> &str {
        let known = self.accounts().get(id.index());
        known.map_or("", |known| known.name.as_str())
    }

    fn strategy_name(&self, id: StrategyId) -> &str {
        self.strategy(id).map_or("", |known| known.name.as_str())
    }

    fn symbol(&self, id: InstrumentId) -> &str {
        let known = self.instrument(id);
        known.map_or("", |known| known.symbol.as_str())
    }

    fn code(&self, id: CurrencyId) -> &str {
        self.currency(id).map_or("", |known| known.code.as_str())
    }

    fn amount(&self, id: CurrencyId, raw: i128) -> String {
        decimal(raw, self.currency(id).map_or(0, |known| known.scale))
    }

    fn fees(&self, fees: &[Fee]) -> String {
        let mut sums: Vec<Fee> = Vec::new();
        for fee in fees {
            match sums.iter_mut().find(|sum| sum.currency == fee.currency) {
                Some(sum) => sum.amount += fee.amount,
                None => sums.push(*fee),
            }
        }
        let each = sums.iter().map(|fee| {
            let amount = self.amount(fee.currency, fee.amount);
            format!("{}:\"{amount}\"", quoted(self.code(fee.currency)))
        });
        format!("{{{}}}", each.collect::<Vec<_>>().join(","))
    }
}

/// Text as JSON: names hold no control characters.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// An id as a column.
pub fn id(id: &Option<Id>) -> Option<&str> {
    id.as_ref().map(Id::as_str)
}
