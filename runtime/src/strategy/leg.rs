//! What a built-in strategy follows of one symbol: its fastest bars.

use truebook_core::bars::feature::to_float;
use truebook_core::bars::{Bar, Source};
use truebook_core::model::{Id, Instrument, InstrumentId, InvalidValue};

use super::Seen;

/// A symbol's bars.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leg {
    pub instrument: InstrumentId,
    source: Source,
    price_scale: u8,
}

impl Leg {
    /// The fastest of `sources` that is of `symbol`.
    ///
    /// # Errors
    /// [`InvalidValue`] where none is, or where the symbol is not among `instruments`.
    pub fn of(
        symbol: &Id,
        sources: &[Source],
        instruments: &[Instrument],
    ) -> Result<Self, InvalidValue> {
        let own = sources.iter().filter(|source| source.symbol == *symbol);
        let fastest = own.min_by_key(|source| source.timeframe);
        let known = instruments.iter().find(|known| known.symbol == *symbol);
        let (Some(source), Some(instrument)) = (fastest, known) else {
            let all: Vec<String> = sources.iter().map(Source::to_string).collect();
            let allowed = format!("a symbol of its synchronizer: {}", all.join(", "));
            return Err(InvalidValue::new(
                "symbol",
                &format!("'{symbol}'"),
                &allowed,
            ));
        };
        Ok(Self {
            instrument: instrument.id,
            source: *source,
            price_scale: instrument.price_scale,
        })
    }

    /// The bar that stands for it.
    pub fn bar<'a>(&self, seen: &Seen<'a>) -> Option<&'a Bar> {
        seen.bar(&self.source).map(|(bar, _)| bar)
    }

    /// Its close.
    pub fn close(&self, bar: &Bar) -> f64 {
        to_float(bar.close, self.price_scale)
    }
}
