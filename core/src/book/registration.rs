//! What is registered before it is used: configuration, currencies, instruments, strategies.

use crate::model::{
    AccountId, Config, Currency, CurrencyId, Fixed, Id, Instrument, InstrumentId, InstrumentSpec,
    MAX_SCALE, MONEY_SCALE, Rounding, StrategyId, pow10, rescale,
};

use super::{Answer, CashKind, CashMove, Event, Invalid, Ledger, State};

/// The largest precision of a price or a quantity.
const MAX_PRECISION: u8 = 12;
/// Digits after the point that prices and quantities have at least.
const MIN_SCALE: u8 = 8;

impl Ledger {
    /// Takes `config`, registers its strategies and instruments, and books its opening cash; a
    /// repeat changes nothing.
    pub(super) fn configure(&mut self, config: &Config) -> Result<(), Invalid> {
        if self.state.sequence > 0 {
            return if self.state.config == *config {
                Ok(())
            } else {
                Err(Invalid::Reconfigured)
            };
        }
        self.emit(Event::Configured(Box::new(config.clone())));
        for strategy in &config.strategies {
            self.strategy_id(strategy.name);
        }
        for spec in &config.instruments {
            self.add_instrument(spec)?;
        }
        for cash in config.cash.iter().filter(|cash| cash.amount.raw > 0) {
            let moved = CashMove {
                account: AccountId::default(),
                currency: cash.currency,
                amount: cash.amount,
                kind: CashKind::Deposit,
                id: Some(Id::format(format_args!("opening-{}", cash.currency))),
            };
            if let Answer::Invalid(why) = self.move_cash(&moved) {
                return Err(why);
            }
        }
        Ok(())
    }

    /// Registers an instrument and the currencies that are new; a repeat changes nothing.
    pub(super) fn add_instrument(&mut self, spec: &InstrumentSpec) -> Result<(), Invalid> {
        if spec.price_precision > MAX_PRECISION || spec.qty_precision > MAX_PRECISION {
            return Err(Invalid::Precision);
        }
        if [spec.symbol, spec.base, spec.quote].contains(&Id::default()) {
            return Err(Invalid::Unnamed);
        }
        if spec.base == spec.quote {
            return Err(Invalid::SameCurrency);
        }
        let known = self.state.instrument_id(&spec.symbol);
        let base = self.currency_id(spec.base, spec.qty_precision.max(MIN_SCALE));
        let quote = self.currency_id(spec.quote, MAX_SCALE);
        let id = match known {
            Some(id) => id,
            None => InstrumentId(u32::try_from(self.state.instruments.len()).unwrap_or(u32::MAX)),
        };
        let built = build(&self.state, spec, id, (base, quote)).ok_or(Invalid::Scale)?;
        match known.and_then(|id| self.state.instrument(id)) {
            Some(existing) if *existing == built => Ok(()),
            Some(_) => Err(Invalid::InstrumentDiffers),
            None => {
                self.emit(Event::InstrumentAdded(Box::new(built)));
                Ok(())
            }
        }
    }

    /// The number of the currency `code`, registered at `scale` when new.
    pub(super) fn currency_id(&mut self, code: Id, scale: u8) -> CurrencyId {
        if let Some(id) = self.state.currency_id(&code) {
            return id;
        }
        let id = CurrencyId(u16::try_from(self.state.currencies.len()).unwrap_or(u16::MAX));
        self.emit(Event::CurrencyAdded(Currency { code, scale }));
        id
    }

    /// The number of the strategy `name`, registered when new.
    pub(super) fn strategy_id(&mut self, name: Id) -> StrategyId {
        if let Some(id) = self.state.strategy_id(&name) {
            return id;
        }
        let id = StrategyId(u16::try_from(self.state.strategies.len()).unwrap_or(u16::MAX));
        self.emit(Event::StrategyAdded { name });
        id
    }
}

fn build(
    state: &State,
    spec: &InstrumentSpec,
    id: InstrumentId,
    (base, quote): (CurrencyId, CurrencyId),
) -> Option<Instrument> {
    let price_scale = spec.price_precision.max(MIN_SCALE);
    let qty_scale = state.currency(base)?.scale;
    let money_scale = state.currency(quote)?.scale;
    let unit = |precision: u8, scale: u8| pow10(scale.checked_sub(precision)?);
    let tick = match spec.tick {
        Some(tick) => tick.exactly_at(price_scale)?,
        None => unit(spec.price_precision, price_scale)?,
    };
    let lot = match spec.lot {
        Some(lot) => lot.exactly_at(qty_scale)?,
        None => unit(spec.qty_precision.min(qty_scale), qty_scale)?,
    };
    let min_notional = match spec.min_notional {
        Some(least) => least.exactly_at(money_scale)?,
        None => 0,
    };
    let percent = |own: Option<Fixed>, book: Fixed| {
        let fee = own.unwrap_or(book);
        i64::try_from(rescale(
            fee.raw,
            fee.scale,
            MONEY_SCALE,
            Rounding::HalfEven,
        )?)
        .ok()
    };
    let fees = &state.config.fees;
    let built = Instrument {
        id,
        symbol: spec.symbol,
        kind: spec.kind,
        base,
        quote,
        price_scale,
        qty_scale,
        money_scale,
        tick: i64::try_from(tick).ok()?,
        lot,
        min_notional,
        maker_fee_pct: percent(spec.maker_fee_pct, fees.maker_fee_pct)?,
        taker_fee_pct: percent(spec.taker_fee_pct, fees.taker_fee_pct)?,
    };
    (built.tick > 0 && built.lot > 0 && built.min_notional >= 0).then_some(built)
}
