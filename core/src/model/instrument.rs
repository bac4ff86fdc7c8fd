//! Instruments: what is traded, and the scales of its prices and quantities.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{CurrencyId, Fixed, Id, MONEY_SCALE, Rounding, mul_div, pow10, rescale};

/// The dense number of an instrument, from 0 in order of registration.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub struct InstrumentId(pub u32);

impl InstrumentId {
    /// As an index.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What kind of instrument it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum InstrumentKind {
    /// The base currency itself: bought with the quote currency, never short.
    #[default]
    Spot,
    /// A share: bought with the quote currency, may be short.
    Equity,
}

impl InstrumentKind {
    /// The kind called `name`, or `None`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "spot" => Some(Self::Spot),
            "equity" => Some(Self::Equity),
            _ => None,
        }
    }

    /// Whether a position may be short.
    #[must_use]
    pub fn can_short(self) -> bool {
        match self {
            Self::Spot => false,
            Self::Equity => true,
        }
    }
}

/// What a caller says of an instrument, before it has a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct InstrumentSpec {
    /// Its symbol, `"BTC-USD"`.
    pub symbol: Id,
    /// Its kind.
    pub kind: InstrumentKind,
    /// What is bought and sold.
    pub base: Id,
    /// What it is paid in.
    pub quote: Id,
    /// Digits after the point of the venue's prices.
    pub price_precision: u8,
    /// Digits after the point of the venue's quantities.
    pub qty_precision: u8,
    /// The smallest step of an order's price; one unit of the precision where absent.
    pub tick: Option<Fixed>,
    /// The smallest step of an order's quantity; one unit of the precision where absent.
    pub lot: Option<Fixed>,
    /// The smallest notional of an order, in quote currency.
    pub min_notional: Option<Fixed>,
    /// The maker fee in percent; the config's where absent.
    pub maker_fee_pct: Option<Fixed>,
    /// The taker fee in percent; the config's where absent.
    pub taker_fee_pct: Option<Fixed>,
}

/// A registered instrument. Quantities use its base currency's scale, money its quote currency's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Instrument {
    /// Its number.
    pub id: InstrumentId,
    /// Its symbol.
    pub symbol: Id,
    /// Its kind.
    pub kind: InstrumentKind,
    /// What is bought and sold.
    pub base: CurrencyId,
    /// What it is paid in.
    pub quote: CurrencyId,
    /// Digits after the point of [`Instrument::tick`] and of every price of it.
    pub price_scale: u8,
    /// Digits after the point of its quantities: the base currency's scale.
    pub qty_scale: u8,
    /// Digits after the point of its money: the quote currency's scale.
    pub money_scale: u8,
    /// The smallest step of an order's price, at `price_scale`.
    pub tick: i64,
    /// The smallest step of an order's quantity, at `qty_scale`.
    pub lot: i128,
    /// The smallest notional of an order, at `money_scale`; 0 is none.
    pub min_notional: i128,
    /// Maker fee in percent, at scale 8.
    pub maker_fee_pct: i64,
    /// Taker fee in percent, at scale 8.
    pub taker_fee_pct: i64,
}

impl Instrument {
    /// `price × qty` in quote currency, exact where the money scale has room for every digit and
    /// else rounded once, half to even. `None` when it does not fit.
    #[must_use]
    pub fn notional(&self, price: i64, qty: i128) -> Option<i128> {
        let digits = self.price_scale + self.qty_scale;
        if self.money_scale >= digits {
            let product = i128::from(price).checked_mul(qty)?;
            return product.checked_mul(pow10(self.money_scale - digits)?);
        }
        let unit = pow10(digits - self.money_scale)?;
        mul_div(i128::from(price), qty, unit, Rounding::HalfEven)
    }

    /// `cost / qty` as a price at [`MONEY_SCALE`] decimals, rounded half to even; `None` when flat.
    #[must_use]
    pub fn average_price(&self, cost: i128, qty: i128) -> Option<i128> {
        if qty == 0 {
            return None;
        }
        let digits = self.qty_scale + MONEY_SCALE;
        let up = pow10(digits.saturating_sub(self.money_scale))?;
        let down = pow10(self.money_scale.saturating_sub(digits))?;
        mul_div(cost, up, qty.checked_mul(down)?, Rounding::HalfEven)
    }

    /// The quantity that `money` buys at `price`, rounded down to whole lots.
    #[must_use]
    pub fn lots_for(&self, money: i128, price: i64) -> Option<i128> {
        if price <= 0 {
            return None;
        }
        let digits = self.price_scale + self.qty_scale;
        let raw = if digits >= self.money_scale {
            let unit = pow10(digits - self.money_scale)?;
            mul_div(money, unit, i128::from(price), Rounding::Down)?
        } else {
            let narrow = rescale(money, self.money_scale, digits, Rounding::Down)?;
            narrow.checked_div(i128::from(price))?
        };
        Some(raw - raw.checked_rem(self.lot)?)
    }
}
