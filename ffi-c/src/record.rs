//! The structs of the interface. New members take the place of reserved ones.

use std::ffi::c_char;

use truebook::model::{PositionLeg, Side};
use truebook::{Applied, PortfolioRecord, PositionRecord};

use crate::status::Failure;

use crate::decimal::tbk_decimal;
use crate::input::{Sized32, inline};

/// tbk_side: buy.
pub const TBK_BUY: u32 = 1;
/// tbk_side: sell.
pub const TBK_SELL: u32 = 2;

/// Legs of a position: the account is not hedged.
pub const TBK_NET: u32 = 0;
/// Legs of a position: the long one of a hedged account.
pub const TBK_LONG: u32 = 1;
/// Legs of a position: the short one of a hedged account.
pub const TBK_SHORT: u32 = 2;

/// tbk_instrument.kind: bought with the quote currency, never short.
pub const TBK_SPOT: u32 = 0;
/// tbk_instrument.kind: a share, may be short.
pub const TBK_EQUITY: u32 = 1;
/// tbk_instrument.kind: a perpetual that settles in its quote currency.
pub const TBK_PERPETUAL: u32 = 2;
/// tbk_instrument.kind: a future that settles in its quote currency.
pub const TBK_FUTURE: u32 = 3;
/// tbk_instrument.kind: a perpetual that settles in its base currency.
pub const TBK_INVERSE_PERPETUAL: u32 = 4;
/// tbk_instrument.kind: a future that settles in its base currency.
pub const TBK_INVERSE_FUTURE: u32 = 5;
/// tbk_instrument.kind: an option.
pub const TBK_OPTION: u32 = 6;
/// tbk_instrument.kind: one currency in another.
pub const TBK_FX: u32 = 7;

/// tbk_options.flags: run on the callers' threads instead of a writer thread.
pub const TBK_INLINE: u32 = 1;
/// tbk_options.flags: orders go to a venue and not to the paper venue.
pub const TBK_LIVE: u32 = 2;
/// tbk_options.flags: an acknowledged event survives kill -9, but not a power loss.
pub const TBK_DURABILITY_OS: u32 = 4;

/// tbk_options.flags: time comes from events only, instead of the system's clock.
pub const TBK_EVENT_CLOCK: u32 = 8;

/// tbk_options.wait: look for some microseconds, then sleep.
pub const TBK_WAIT_ADAPTIVE: u32 = 0;
/// tbk_options.wait: look again at once: the shortest way, and a whole core.
pub const TBK_WAIT_SPIN: u32 = 1;
/// tbk_options.wait: let another thread run, then look again.
pub const TBK_WAIT_YIELD: u32 = 2;
/// tbk_options.wait: sleep until something is given.
pub const TBK_WAIT_PARK: u32 = 3;

/// A name or an id, as text that ends with a NUL.
pub type tbk_text = [c_char; 104];

/// How to open a book; zero everything but the size for the defaults.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_options {
    /// sizeof(struct tbk_options).
    pub size: u32,
    /// TBK_INLINE, TBK_LIVE, TBK_DURABILITY_OS, TBK_EVENT_CLOCK.
    pub flags: u32,
    /// The database file; NULL keeps nothing.
    pub path: *const c_char,
    /// A TOML file with the configuration; NULL for the defaults.
    pub config: *const c_char,
    /// The core to pin the writer to, plus 1; 0 pins to none.
    pub pin: u32,
    /// What the writer does while there is nothing to do: TBK_WAIT_ADAPTIVE to TBK_WAIT_PARK.
    pub wait: u32,
    /// 0.
    pub reserved: [u32; 6],
}

/// An instrument. Numbers are decimal text; those marked so may be NULL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_instrument {
    /// sizeof(struct tbk_instrument).
    pub size: u32,
    /// TBK_SPOT to TBK_FX.
    pub kind: u32,
    /// What it is called.
    pub symbol: *const c_char,
    /// The currency or share that is bought.
    pub base: *const c_char,
    /// The currency that it is paid with.
    pub quote: *const c_char,
    /// Decimals of a price.
    pub price_precision: u32,
    /// Decimals of a quantity.
    pub qty_precision: u32,
    /// The step of a price; may be NULL.
    pub tick: *const c_char,
    /// The step of a quantity; may be NULL.
    pub lot: *const c_char,
    /// The smallest notional of an order; may be NULL.
    pub min_notional: *const c_char,
    /// The maker's fee in percent; may be NULL.
    pub maker_fee_pct: *const c_char,
    /// The taker's fee in percent; may be NULL.
    pub taker_fee_pct: *const c_char,
    /// Units of one contract; NULL is 1.
    pub multiplier: *const c_char,
    /// How many times its margin a position may be worth; NULL is 1.
    pub leverage: *const c_char,
    /// 0.
    pub reserved: [u64; 6],
}

/// An execution. Numbers are decimal text; those marked so may be NULL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_fill {
    /// sizeof(struct tbk_fill).
    pub size: u32,
    /// TBK_BUY or TBK_SELL.
    pub side: u32,
    /// What was traded.
    pub symbol: *const c_char,
    /// How much, positive, in base units.
    pub qty: *const c_char,
    /// At which price.
    pub price: *const c_char,
    /// The venue's id of the execution: a repeat is booked once; NULL makes one.
    pub trade_id: *const c_char,
    /// Our id of the order; may be NULL.
    pub client_order_id: *const c_char,
    /// The venue's id of the order; may be NULL.
    pub venue_order_id: *const c_char,
    /// Who decided it; may be NULL.
    pub strategy: *const c_char,
    /// The fee, negative for a rebate; NULL is not yet known.
    pub fee: *const c_char,
    /// The fee's currency; NULL is the quote currency.
    pub fee_currency: *const c_char,
    /// When, in nanoseconds since the epoch; 0 is now.
    pub ts_event: i64,
    /// Whose account, that of the order, too; NULL is "default".
    pub account: *const c_char,
    /// TBK_NET, TBK_LONG or TBK_SHORT, where the order does not say.
    pub leg: u32,
    /// 0.
    pub reserved: [u32; 13],
}

/// What became of a call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_applied {
    /// sizeof(struct tbk_applied).
    pub size: u32,
    /// 1 when it had been booked before.
    pub is_duplicate: u32,
    /// The sequence of the event that booked it.
    pub sequence: u64,
    /// 1 when it could not be booked and was put aside.
    pub is_quarantined: u32,
    /// 0.
    pub reserved: [u32; 3],
}

/// A position at one sequence. Money is in settlement currency.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_position {
    /// sizeof(struct tbk_position).
    pub size: u32,
    /// 1 when it is held but worth less than the dust threshold.
    pub is_dust: u32,
    /// TBK_NET, TBK_LONG or TBK_SHORT.
    pub leg: u32,
    /// 0.
    pub reserved: u32,
    /// The sequence of the event that last changed it.
    pub sequence: u64,
    /// Round trips that have ended.
    pub closed_trades: u64,
    /// When it was opened from flat, nanoseconds since the epoch; 0 when flat.
    pub opened_at: i64,
    /// When a fill last changed it, nanoseconds since the epoch.
    pub updated_at: i64,
    /// Quantity in base units, negative when short.
    pub signed_qty: tbk_decimal,
    /// What of it no open order reduces already, unsigned.
    pub available_to_reduce: tbk_decimal,
    /// Average price of the open quantity at the scale of its price; absent when flat or unknown.
    pub avg_px: tbk_decimal,
    /// Exact cost of the open quantity, signed; absent where it is unknown.
    pub cost: tbk_decimal,
    /// The price at which it is valued; absent before the first.
    pub mark: tbk_decimal,
    /// Realized PnL, gross of fees; absent where a cost is unknown.
    pub realized_pnl: tbk_decimal,
    /// Unrealized PnL, gross of fees; absent without a mark or where a cost is unknown.
    pub unrealized_pnl: tbk_decimal,
    /// Received less paid for the quantity, fees apart.
    pub cash_flow: tbk_decimal,
    /// Funding, dividends and interest received less paid.
    pub funding: tbk_decimal,
    /// What it locks as margin.
    pub margin: tbk_decimal,
    /// What is held.
    pub symbol: tbk_text,
    /// Who decided it; "" is the account's net.
    pub strategy: tbk_text,
    /// Whose account.
    pub account: tbk_text,
}

/// What the book adds up to, in the reporting currency.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_portfolio {
    /// sizeof(struct tbk_portfolio).
    pub size: u32,
    /// Currencies without a rate; their amounts are not in the sums.
    pub missing_rates: u32,
    /// The sequence at which this holds.
    pub sequence: u64,
    /// What was paid in, plus the PnL.
    pub equity: tbk_decimal,
    /// Balances that no position accounts for.
    pub cash: tbk_decimal,
    /// Positions at their marks.
    pub holdings: tbk_decimal,
    /// Realized PnL, gross of fees.
    pub realized_pnl: tbk_decimal,
    /// Unrealized PnL, gross of fees.
    pub unrealized_pnl: tbk_decimal,
    /// Fees paid.
    pub fees: tbk_decimal,
    /// Open positions, dust apart.
    pub active: u64,
    /// Open positions that are dust.
    pub dust: u64,
    /// 0.
    pub reserved: [u64; 8],
}

// SAFETY: plain C data that begins with a u32 size; integers and raw pointers take any bytes.
unsafe impl Sized32 for tbk_options {
    fn is_reserved_used(&self) -> bool {
        self.reserved.iter().any(|word| *word != 0)
    }
}
// SAFETY: as above.
unsafe impl Sized32 for tbk_instrument {
    fn is_reserved_used(&self) -> bool {
        self.reserved.iter().any(|word| *word != 0)
    }
}
// SAFETY: as above.
unsafe impl Sized32 for tbk_fill {
    fn is_reserved_used(&self) -> bool {
        self.reserved.iter().any(|word| *word != 0)
    }
}
// SAFETY: as above.
unsafe impl Sized32 for tbk_applied {}
// SAFETY: as above.
unsafe impl Sized32 for tbk_position {}
// SAFETY: as above.
unsafe impl Sized32 for tbk_portfolio {}

/// The side that `number` means.
pub(crate) fn side(number: u32) -> Result<Side, Failure> {
    match number {
        TBK_BUY => Ok(Side::Buy),
        TBK_SELL => Ok(Side::Sell),
        other => Err(Failure::invalid("side", other, "TBK_BUY or TBK_SELL")),
    }
}

/// The leg that `number` means.
pub(crate) fn leg(number: u32) -> Result<PositionLeg, Failure> {
    match number {
        TBK_NET => Ok(PositionLeg::Net),
        TBK_LONG => Ok(PositionLeg::Long),
        TBK_SHORT => Ok(PositionLeg::Short),
        other => Err(Failure::invalid(
            "leg",
            other,
            "TBK_NET, TBK_LONG or TBK_SHORT",
        )),
    }
}

/// What a leg is in C.
pub(crate) fn leg_number(leg: PositionLeg) -> u32 {
    match leg {
        PositionLeg::Net => TBK_NET,
        PositionLeg::Long => TBK_LONG,
        PositionLeg::Short => TBK_SHORT,
    }
}

/// The size that a struct begins with.
pub(crate) const fn size_u32<T>() -> u32 {
    let size = size_of::<T>();
    assert!(size < 4_096, "the structs of the interface are small");
    size as u32
}

impl From<Applied> for tbk_applied {
    fn from(applied: Applied) -> Self {
        Self {
            size: size_u32::<Self>(),
            is_duplicate: u32::from(applied.duplicate),
            sequence: applied.sequence,
            is_quarantined: u32::from(applied.quarantined.is_some()),
            reserved: [0; 3],
        }
    }
}

impl From<&PositionRecord> for tbk_position {
    fn from(position: &PositionRecord) -> Self {
        let strategy = position.strategy.as_ref();
        Self {
            size: size_u32::<Self>(),
            is_dust: u32::from(position.is_dust),
            leg: leg_number(position.leg),
            reserved: 0,
            sequence: position.sequence,
            closed_trades: position.closed_trades,
            opened_at: position.opened_at,
            updated_at: position.updated_at,
            signed_qty: position.signed_qty.into(),
            available_to_reduce: position.available_to_reduce.into(),
            avg_px: position.avg_px.into(),
            cost: position.cost.into(),
            mark: position.mark.into(),
            realized_pnl: position.realized_pnl.into(),
            unrealized_pnl: position.unrealized_pnl.into(),
            cash_flow: position.cash_flow.into(),
            funding: position.funding.into(),
            margin: position.margin.into(),
            symbol: inline(position.symbol.as_str()),
            strategy: inline(strategy.map_or("", |name| name.as_str())),
            account: inline(position.account.as_str()),
        }
    }
}

impl From<&PortfolioRecord> for tbk_portfolio {
    fn from(portfolio: &PortfolioRecord) -> Self {
        Self {
            size: size_u32::<Self>(),
            missing_rates: u32::try_from(portfolio.missing_rates.len()).unwrap_or(u32::MAX),
            sequence: portfolio.sequence,
            equity: portfolio.equity.into(),
            cash: portfolio.cash.into(),
            holdings: portfolio.holdings.into(),
            realized_pnl: portfolio.realized_pnl.into(),
            unrealized_pnl: portfolio.unrealized_pnl.into(),
            fees: portfolio.fees.into(),
            active: portfolio.active,
            dust: portfolio.dust,
            reserved: [0; 8],
        }
    }
}
