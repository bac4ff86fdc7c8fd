//! What is registered before it is used: configuration, currencies, instruments, owners.
//!
//! 1. Scales are fixed at registration; steps and fees may change later.
//! 2. Everything is computed before the first event: what is refused leaves nothing behind.

use crate::model::{
    AccountId, Config, Currency, CurrencyId, Fixed, Id, Instrument, InstrumentId, InstrumentSpec,
    MAX_SCALE, MONEY_SCALE, Rounding, Settlement, StrategyId, mul_div, pow10, rescale,
};

use super::{Answer, CashKind, CashMove, Command, Event, Invalid, Ledger, State};

/// The largest precision of a price or a quantity.
pub const MAX_PRECISION: u8 = MAX_SCALE;
/// Digits after the point that prices and quantities have at least.
const MIN_SCALE: u8 = 8;
/// A hundred percent, at [`MONEY_SCALE`].
const HUNDRED: i64 = 10_000_000_000;

impl Ledger {
    /// Takes `config`, registers its strategies and instruments, and books its opening cash; what
    /// is there already stays, so a repeat changes nothing.
    pub(super) fn configure(&mut self, config: &Config) -> Result<(), Invalid> {
        Ledger::new(self.state.registry()).take_config(config)?;
        self.take_config(config)
    }

    fn take_config(&mut self, config: &Config) -> Result<(), Invalid> {
        let known = self.state.config_version;
        if known > 0 && config.reporting_currency != self.state.config.reporting_currency {
            return Err(Invalid::ReportingCurrency);
        }
        if !config.is_in_range() {
            return Err(Invalid::Scale);
        }
        if known == 0 || *config != self.state.config {
            self.emit(Event::Configured {
                version: known + 1,
                config: Box::new(config.clone()),
            });
        }
        for strategy in &config.strategies {
            self.strategy_id(strategy.name);
        }
        for spec in &config.instruments {
            self.add_instrument(spec)?;
        }
        for cash in config.cash.iter().filter(|cash| cash.amount.raw > 0) {
            let id = Id::format(format_args!("opening-{}", cash.currency));
            if self.state.cash_ids.contains_key(&id) {
                continue;
            }
            let moved = CashMove {
                account: AccountId::default(),
                currency: cash.currency,
                amount: cash.amount,
                kind: CashKind::Deposit,
                id: Some(id),
            };
            if let Answer::Invalid(why) = self.move_cash(&moved) {
                return Err(why);
            }
        }
        Ok(())
    }

    /// Registers an instrument and the currencies that are new; a repeat changes nothing, other
    /// steps or fees change it, and what scales depend on may not differ.
    pub(super) fn add_instrument(&mut self, spec: &InstrumentSpec) -> Result<(), Invalid> {
        let prospect = Prospect::of(&self.state, spec)?;
        let built = prospect.build(&self.state, spec)?;
        let known = self.state.instrument(prospect.id).copied();
        match known {
            Some(known) if known == built => {}
            Some(known) if !has_same_scales(&known, &built) => {
                return Err(Invalid::InstrumentDiffers);
            }
            Some(_) => self.emit(Event::InstrumentChanged(Box::new(built))),
            None => {
                for (code, currency) in [(spec.base, prospect.base), (spec.quote, prospect.quote)] {
                    let id = self.currency_id(code, currency.scale);
                    assert_eq!(
                        id, currency.id,
                        "invariant: currencies are numbered in order"
                    );
                }
                self.emit(Event::InstrumentAdded(Box::new(built)));
            }
        }
        Ok(())
    }

    /// Registers an account; a repeat changes nothing.
    pub(super) fn add_account(&mut self, name: Id) -> Result<(), Invalid> {
        if name == Id::default() {
            return Err(Invalid::Unnamed);
        }
        if self.state.account_id(&name).is_none() {
            if self.state.accounts.len() >= usize::from(u16::MAX) {
                return Err(Invalid::TooMany);
            }
            self.emit(Event::AccountAdded { name });
        }
        Ok(())
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

    /// The number that the next strategy gets; `EXTERNAL` when there are too many.
    pub(super) fn next_strategy(&self) -> StrategyId {
        u16::try_from(self.state.strategies.len()).map_or(StrategyId::EXTERNAL, StrategyId)
    }

    /// The number of the strategy `name`, registered when new; `EXTERNAL` when there are too many.
    pub(super) fn strategy_id(&mut self, name: Id) -> StrategyId {
        if let Some(id) = self.state.strategy_id(&name) {
            return id;
        }
        let Ok(id) = u16::try_from(self.state.strategies.len()) else {
            return StrategyId::EXTERNAL;
        };
        self.emit(Event::StrategyAdded { name });
        StrategyId(id)
    }
}

impl State {
    /// What is registered and what balances hold, without orders, positions and fills.
    fn registry(&self) -> Self {
        Self {
            sequence: self.sequence,
            now: self.now,
            config: self.config.clone(),
            config_version: self.config_version,
            currencies: self.currencies.clone(),
            instruments: self.instruments.clone(),
            accounts: self.accounts.clone(),
            strategies: self.strategies.clone(),
            balances: self.balances.clone(),
            cash_ids: self.cash_ids.clone(),
            currency_names: self.currency_names.clone(),
            instrument_names: self.instrument_names.clone(),
            account_names: self.account_names.clone(),
            strategy_names: self.strategy_names.clone(),
            ..Self::default()
        }
    }

    /// What the first of `commands` that would not be applied would be answered; `None` where all
    /// would. Looks at what is registered and at balances only: at everything that there is of an
    /// account that is new.
    #[must_use]
    pub fn rehearse(&self, commands: &[Command]) -> Option<Answer> {
        let mut stage = Ledger::new(self.registry());
        let mut answers = commands.iter().map(|command| stage.execute(command));
        answers.find(|answer| !matches!(answer, Answer::Applied(_)))
    }
}

/// A currency that is or will be registered.
#[derive(Clone, Copy)]
struct Wanted {
    id: CurrencyId,
    scale: u8,
}

/// The numbers that an instrument and its currencies have, or will get.
struct Prospect {
    id: InstrumentId,
    base: Wanted,
    quote: Wanted,
}

impl Prospect {
    fn of(state: &State, spec: &InstrumentSpec) -> Result<Self, Invalid> {
        if spec.price_precision > MAX_PRECISION || spec.qty_precision > MAX_PRECISION {
            return Err(Invalid::Precision);
        }
        if [spec.symbol, spec.base, spec.quote].contains(&Id::default()) {
            return Err(Invalid::Unnamed);
        }
        if spec.base == spec.quote {
            return Err(Invalid::SameCurrency);
        }
        let next = state.currencies.len();
        let number = |at: usize| u16::try_from(at).ok().filter(|at| *at < u16::MAX);
        let wanted = |code: &Id, at: usize, scale: u8| match state.currency_id(code) {
            Some(id) => {
                let known = state.currency(id).map_or(scale, |currency| currency.scale);
                Ok(Wanted { id, scale: known })
            }
            None => {
                let id = number(at).map(CurrencyId).ok_or(Invalid::TooMany)?;
                Ok(Wanted { id, scale })
            }
        };
        let is_new = state.currency_id(&spec.base).is_none();
        let known = state.instrument_id(&spec.symbol);
        let next_id = u32::try_from(state.instruments.len()).map_err(|_| Invalid::TooMany)?;
        Ok(Self {
            id: known.unwrap_or(InstrumentId(next_id)),
            base: wanted(&spec.base, next, MAX_SCALE)?,
            quote: wanted(&spec.quote, next + usize::from(is_new), MAX_SCALE)?,
        })
    }

    fn build(&self, state: &State, spec: &InstrumentSpec) -> Result<Instrument, Invalid> {
        let settlement = spec.kind.settlement();
        let settle = match settlement {
            Settlement::Paid | Settlement::Linear => (spec.quote, self.quote),
            Settlement::Inverse => (spec.base, self.base),
        };
        if spec.settle.is_some_and(|named| named != settle.0) {
            return Err(Invalid::Settlement);
        }
        let settle = settle.1;
        let price_scale = spec.price_precision.max(MIN_SCALE);
        let qty_scale = spec.qty_precision.max(MIN_SCALE);
        let at = |value: Option<Fixed>, scale: u8| match value {
            Some(value) if value.raw < 0 => Err(Invalid::NotPositive),
            Some(value) => value.exactly_at(scale).map(Some).ok_or(Invalid::Scale),
            None => Ok(None),
        };
        let unit =
            |precision: u8, scale: u8| pow10(scale.saturating_sub(precision)).ok_or(Invalid::Scale);
        let tick = at(spec.tick, price_scale)?
            .map_or_else(|| unit(spec.price_precision, price_scale), Ok)?;
        let lot =
            at(spec.lot, qty_scale)?.map_or_else(|| unit(spec.qty_precision, qty_scale), Ok)?;
        let fees = &state.config.fees;
        let mut built = Instrument {
            id: self.id,
            symbol: spec.symbol,
            kind: spec.kind,
            base: self.base.id,
            quote: self.quote.id,
            settle: settle.id,
            venue: spec.venue,
            price_scale,
            qty_scale,
            money_scale: settle.scale,
            tick: i64::try_from(tick).map_err(|_| Invalid::Scale)?,
            lot,
            min_qty: at(spec.min_qty, qty_scale)?.unwrap_or(0),
            max_qty: at(spec.max_qty, qty_scale)?.unwrap_or(0),
            min_notional: at(spec.min_notional, settle.scale)?.unwrap_or(0),
            multiplier: spec.multiplier.unwrap_or(Fixed::new(1, 0)),
            margin_pct: margin_pct(spec)?,
            maker_fee_pct: percent(spec.maker_fee_pct.unwrap_or(fees.maker_fee_pct))?,
            taker_fee_pct: percent(spec.taker_fee_pct.unwrap_or(fees.taker_fee_pct))?,
            expiry: spec.expiry,
            up: 1,
            down: 1,
        };
        if built.tick == 0 || built.lot == 0 || built.multiplier.raw <= 0 {
            return Err(Invalid::NotPositive);
        }
        (built.up, built.down) = built.factors().ok_or(Invalid::Scale)?;
        Ok(built)
    }
}

/// Margin in percent: 100 / leverage, and for what is not paid for 100 where nothing is said.
fn margin_pct(spec: &InstrumentSpec) -> Result<i64, Invalid> {
    let Some(leverage) = spec.leverage else {
        return Ok(match spec.kind.settlement() {
            Settlement::Paid => 0,
            Settlement::Linear | Settlement::Inverse => HUNDRED,
        });
    };
    if leverage.raw <= 0 {
        return Err(Invalid::NotPositive);
    }
    let unit = pow10(leverage.scale).ok_or(Invalid::Scale)?;
    let pct = mul_div(i128::from(HUNDRED), unit, leverage.raw, Rounding::HalfEven);
    pct.and_then(|pct| i64::try_from(pct).ok())
        .ok_or(Invalid::Scale)
}

fn percent(fee: Fixed) -> Result<i64, Invalid> {
    let raw = rescale(fee.raw, fee.scale, MONEY_SCALE, Rounding::HalfEven);
    raw.and_then(|raw| i64::try_from(raw).ok())
        .ok_or(Invalid::Scale)
}

fn has_same_scales(known: &Instrument, built: &Instrument) -> bool {
    let fixed = |instrument: &Instrument| {
        let scales = (
            instrument.price_scale,
            instrument.qty_scale,
            instrument.money_scale,
        );
        let currencies = (instrument.base, instrument.quote, instrument.settle);
        (instrument.kind, instrument.multiplier, scales, currencies)
    };
    fixed(known) == fixed(built)
}
