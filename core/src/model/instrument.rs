//! Instruments: what is traded, the scales of its prices and quantities, and how its money moves.
//!
//! 1. `value` is signed like the quantity, except for inverse instruments, where a long position is
//!    worth less the lower the price: there it is `-quantity / price`. Profit is the change of
//!    value.
//! 2. A product is exact where the money scale has room for its digits, and is else rounded once,
//!    half to even. A quotient is rounded at [`MONEY_SCALE`] digits.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{
    CurrencyId, Fixed, Id, MAX_SCALE, MONEY_SCALE, Rounding, Timestamp, mul_div, pow10, rescale,
};

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

/// How the money of an instrument moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The price is paid when it is bought.
    Paid,
    /// Only profit and loss are paid, in the quote currency.
    Linear,
    /// Only profit and loss are paid, in the base currency.
    Inverse,
}

macro_rules! kinds {
    ($(
        $(#[$doc:meta])*
        $kind:ident = $name:literal, $settlement:ident, short $short:literal;
    )+) => {
        /// What kind of instrument it is.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
        pub enum InstrumentKind {
            $($(#[$doc])* $kind,)+
        }

        impl InstrumentKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// Its name, as every language spells it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }

            /// How its money moves.
            #[must_use]
            pub fn settlement(self) -> Settlement {
                match self {
                    $(Self::$kind => Settlement::$settlement,)+
                }
            }

            /// Whether a position in it may be short.
            #[must_use]
            pub fn can_be_short(self) -> bool {
                match self {
                    $(Self::$kind => $short,)+
                }
            }
        }
    };
}

kinds! {
    /// The base currency itself: bought with the quote currency, never short.
    #[default]
    Spot = "spot", Paid, short false;
    /// A share.
    Equity = "equity", Paid, short true;
    /// A perpetual that settles in its quote currency.
    Perpetual = "perpetual", Linear, short true;
    /// A future that settles in its quote currency.
    Future = "future", Linear, short true;
    /// A perpetual that settles in its base currency; its quantity is in quote currency.
    InversePerpetual = "inverse_perpetual", Inverse, short true;
    /// A future that settles in its base currency; its quantity is in quote currency.
    InverseFuture = "inverse_future", Inverse, short true;
    /// An option: its premium is paid.
    Option = "option", Paid, short true;
    /// One currency in another; both balances move and may be negative.
    Fx = "fx", Paid, short true;
}

impl InstrumentKind {
    /// The kind called `name`, or `None`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|kind| kind.name() == name).copied()
    }

    /// The names of all kinds, for messages.
    #[must_use]
    pub fn names() -> String {
        let names: Vec<String> = Self::ALL
            .iter()
            .map(|kind| format!("'{}'", kind.name()))
            .collect();
        names.join(", ")
    }

    /// Whether buying it moves a balance of the base currency.
    #[must_use]
    pub fn moves_base(self) -> bool {
        matches!(self, Self::Spot | Self::Fx)
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
    /// What it is priced in.
    pub quote: Id,
    /// What profit and loss are paid in; by its kind where absent, and then the only one allowed.
    pub settle: Option<Id>,
    /// Where it is traded.
    pub venue: Option<Id>,
    /// Digits after the point of the venue's prices.
    pub price_precision: u8,
    /// Digits after the point of the venue's quantities.
    pub qty_precision: u8,
    /// The smallest step of an order's price; one unit of the precision where absent.
    pub tick: Option<Fixed>,
    /// The smallest step of an order's quantity; one unit of the precision where absent.
    pub lot: Option<Fixed>,
    /// The smallest quantity of an order.
    pub min_qty: Option<Fixed>,
    /// The largest quantity of an order.
    pub max_qty: Option<Fixed>,
    /// The smallest notional of an order, in the currency that it settles in.
    pub min_notional: Option<Fixed>,
    /// How many units one contract is; 1 where absent.
    pub multiplier: Option<Fixed>,
    /// How many times its margin a position may be worth; 1 where absent.
    pub leverage: Option<Fixed>,
    /// The maker fee in percent; the config's where absent.
    pub maker_fee_pct: Option<Fixed>,
    /// The taker fee in percent; the config's where absent.
    pub taker_fee_pct: Option<Fixed>,
    /// When it expires.
    pub expiry: Option<Timestamp>,
}

/// A registered instrument.
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
    /// What it is priced in.
    pub quote: CurrencyId,
    /// What its cost, profit and loss are in.
    pub settle: CurrencyId,
    /// Where it is traded.
    pub venue: Option<Id>,
    /// Digits after the point of [`Instrument::tick`] and of every price of it.
    pub price_scale: u8,
    /// Digits after the point of its quantities.
    pub qty_scale: u8,
    /// Digits after the point of its money: the settlement currency's scale.
    pub money_scale: u8,
    /// The smallest step of an order's price, at `price_scale`.
    pub tick: i64,
    /// The smallest step of an order's quantity, at `qty_scale`.
    pub lot: i128,
    /// The smallest quantity of an order; 0 is none.
    pub min_qty: i128,
    /// The largest quantity of an order; 0 is none.
    pub max_qty: i128,
    /// The smallest notional of an order, at `money_scale`; 0 is none.
    pub min_notional: i128,
    /// Units of one contract.
    pub multiplier: Fixed,
    /// Margin in percent of the position's cost, at scale 8; 0 locks nothing.
    pub margin_pct: i64,
    /// Maker fee in percent, at scale 8.
    pub maker_fee_pct: i64,
    /// Taker fee in percent, at scale 8.
    pub taker_fee_pct: i64,
    /// When it expires.
    pub expiry: Option<Timestamp>,
    /// `price × quantity × up / down` is the value; for inverse instruments `quantity × up /
    /// (price × down)`.
    pub up: i128,
    /// See [`Instrument::up`].
    pub down: i128,
}

impl Instrument {
    /// How its money moves.
    #[must_use]
    pub fn settlement(&self) -> Settlement {
        self.kind.settlement()
    }

    /// The factors by which a product of price and quantity becomes money.
    pub(crate) fn factors(&self) -> Option<(i128, i128)> {
        let (multiplier, quantity) = (self.multiplier, i32::from(self.qty_scale));
        let digits = match self.settlement() {
            Settlement::Paid | Settlement::Linear => {
                i32::from(self.money_scale)
                    - i32::from(self.price_scale)
                    - quantity
                    - i32::from(multiplier.scale)
            }
            Settlement::Inverse => {
                i32::from(self.price_scale) + i32::from(MONEY_SCALE)
                    - quantity
                    - i32::from(multiplier.scale)
            }
        };
        let power = pow10(u8::try_from(digits.unsigned_abs()).ok()?)?;
        if digits >= 0 {
            Some((multiplier.raw.checked_mul(power)?, 1))
        } else {
            Some((multiplier.raw, power))
        }
    }

    /// `qty` as an amount of the base currency; `None` when it does not fit.
    #[must_use]
    pub fn in_base(&self, qty: i128) -> Option<i128> {
        rescale(qty, self.qty_scale, MAX_SCALE, Rounding::HalfEven)
    }

    /// An amount of the base currency as a quantity, rounded half to even where its digits do not
    /// fit.
    #[must_use]
    pub fn from_base(&self, amount: i128) -> Option<i128> {
        rescale(amount, MAX_SCALE, self.qty_scale, Rounding::HalfEven)
    }

    /// What `qty` is worth at `price`, signed; see the head of this file. `None` when it does not
    /// fit.
    #[must_use]
    #[inline]
    pub fn value(&self, price: i64, qty: i128) -> Option<i128> {
        match self.settlement() {
            Settlement::Paid | Settlement::Linear if self.down == 1 => product(price, qty, self.up),
            Settlement::Paid | Settlement::Linear => {
                let factor = i128::from(price).checked_mul(self.up)?;
                mul_div(factor, qty, self.down, Rounding::HalfEven)
            }
            Settlement::Inverse => {
                let divisor = i128::from(price).checked_mul(self.down)?;
                let rounded = mul_div(qty, self.up, divisor, Rounding::HalfEven)?;
                let unit = pow10(self.money_scale.checked_sub(MONEY_SCALE)?)?;
                rounded.checked_mul(unit)?.checked_neg()
            }
        }
    }

    /// The absolute value of `qty` at `price`.
    #[must_use]
    pub fn notional(&self, price: i64, qty: i128) -> Option<i128> {
        self.value(price, qty)?.checked_abs()
    }

    /// The price at which `qty` would have cost `cost`, at the scale of its prices, rounded half to
    /// even; `None` when flat.
    #[must_use]
    pub fn average_price(&self, cost: i128, qty: i128) -> Option<i128> {
        if qty == 0 || cost == 0 {
            return (qty != 0).then_some(0);
        }
        match self.settlement() {
            Settlement::Paid | Settlement::Linear => {
                // cost = price × qty × up / down, computed finer than it is wanted.
                let divisor = qty.checked_mul(self.up)?;
                let raw = mul_div(
                    cost,
                    self.down.checked_mul(PRICE_ROOM)?,
                    divisor,
                    Rounding::HalfEven,
                );
                let (from, to) = (self.price_scale + PRICE_ROOM_DIGITS, self.price_scale);
                rescale(raw?, from, to, Rounding::HalfEven)
            }
            Settlement::Inverse => {
                // −cost at MONEY_SCALE = qty × up / (price × down), the price at price_scale.
                let unit = pow10(self.money_scale.checked_sub(MONEY_SCALE)?)?;
                let divisor = cost
                    .checked_div(unit)?
                    .checked_neg()?
                    .checked_mul(self.down)?;
                mul_div(qty, self.up, divisor, Rounding::HalfEven)
            }
        }
    }

    /// The quantity that `money` buys at `price`, rounded down to whole lots.
    #[must_use]
    pub fn lots_for(&self, money: i128, price: i64) -> Option<i128> {
        if price <= 0 {
            return None;
        }
        let raw = match self.settlement() {
            Settlement::Paid | Settlement::Linear => {
                let divisor = i128::from(price).checked_mul(self.up)?;
                mul_div(money, self.down, divisor, Rounding::Down)?
            }
            Settlement::Inverse => {
                let factor = i128::from(price).checked_mul(self.down)?;
                let unit = pow10(self.money_scale.checked_sub(MONEY_SCALE)?)?;
                mul_div(money, factor, self.up.checked_mul(unit)?, Rounding::Down)?
            }
        };
        Some(raw - raw.checked_rem(self.lot)?)
    }

    /// What a position of `qty` that cost `cost` locks: nothing where it was paid for.
    #[must_use]
    pub fn margin(&self, qty: i128, cost: i128) -> Option<i128> {
        let is_owed = match self.settlement() {
            Settlement::Paid => qty < 0,
            Settlement::Linear | Settlement::Inverse => true,
        };
        if !is_owed || self.margin_pct == 0 {
            return Some(0);
        }
        self.percent(cost.checked_abs()?, self.margin_pct)
    }

    /// `pct` percent of `money`, at scale 8, rounded half to even at [`MONEY_SCALE`] digits.
    #[must_use]
    pub fn percent(&self, money: i128, pct: i64) -> Option<i128> {
        let unit = pow10(self.money_scale.checked_sub(MONEY_SCALE)?)?;
        let divisor = pow10(MONEY_SCALE + 2)?.checked_mul(unit)?;
        mul_div(money, i128::from(pct), divisor, Rounding::HalfEven)?.checked_mul(unit)
    }
}

/// `price × qty × up`; the narrow case is three multiplications without a check.
#[inline]
fn product(price: i64, qty: i128, up: i128) -> Option<i128> {
    const NARROW: u128 = 1 << 94;
    if let (Ok(narrow), Ok(up)) = (i64::try_from(qty), i32::try_from(up)) {
        let product = i128::from(price) * i128::from(narrow);
        if product.unsigned_abs() < NARROW {
            return Some(product * i128::from(up));
        }
    }
    i128::from(price).checked_mul(qty)?.checked_mul(up)
}

/// Digits by which a price is computed finer than its scale before it is rounded.
const PRICE_ROOM_DIGITS: u8 = 4;
const PRICE_ROOM: i128 = 10_000;
