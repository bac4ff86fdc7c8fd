//! What is read without a lock: plain data, integers at the scales of its instrument.

use truebook::model::InstrumentKind;
use truebook::{InstrumentLine, InstrumentScales, PositionLine, TotalsLine};

use crate::input::{Sized32, inline};
use crate::number::tbk_int128;
use crate::reader::TBK_NONE;
use crate::record::{size_u32, tbk_text};

/// tbk_position_line.flags: a part of it was given without its cost, so that cost and PnL say
/// nothing.
pub const TBK_COST_UNKNOWN: u32 = 1;

/// The figures of one position, integers at the scales of its instrument.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_position_line {
    /// sizeof(struct tbk_position_line).
    pub size: u32,
    /// TBK_COST_UNKNOWN.
    pub flags: u32,
    /// The sequence of the event that last changed it.
    pub sequence: u64,
    /// The price at which it is valued, at price_scale; 0 is none.
    pub mark: i64,
    /// 0.
    pub reserved: u64,
    /// Signed quantity at qty_scale.
    pub qty: tbk_int128,
    /// Signed cost at money_scale.
    pub cost: tbk_int128,
    /// Realized PnL at money_scale, gross of fees.
    pub realized_pnl: tbk_int128,
}

/// The prices of one instrument at its price_scale; 0 is none.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_instrument_line {
    /// sizeof(struct tbk_instrument_line).
    pub size: u32,
    /// 0.
    pub reserved: u32,
    /// How many events the book had.
    pub sequence: u64,
    /// The best bid.
    pub bid: i64,
    /// The best ask.
    pub ask: i64,
    /// The last price.
    pub last: i64,
    /// The newest of the quote's middle, the last price and the venue's mark.
    pub mark: i64,
    /// The venue's own mark.
    pub venue_mark: i64,
    /// When the newest of them was known, nanoseconds since the epoch.
    pub ts: i64,
}

/// The whole book in the reporting currency, money at 10^-18.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_totals_line {
    /// sizeof(struct tbk_totals_line).
    pub size: u32,
    /// 1 when currencies or positions are missing for want of a rate or a mark.
    pub is_missing: u32,
    /// How many events the book had.
    pub sequence: u64,
    /// How many changes were published, prices included.
    pub version: u64,
    /// Positions that are open and not dust.
    pub open_positions: u64,
    /// What was paid in, plus the PnL.
    pub equity: tbk_int128,
    /// Balances that no position accounts for.
    pub cash: tbk_int128,
    /// Realized PnL, gross of fees.
    pub realized_pnl: tbk_int128,
    /// Unrealized PnL, gross of fees.
    pub unrealized_pnl: tbk_int128,
    /// Fees paid; negative is a net rebate.
    pub fees: tbk_int128,
    /// Funding, dividends and interest received less paid.
    pub funding: tbk_int128,
}

/// What an instrument's integers mean.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_instrument_info {
    /// sizeof(struct tbk_instrument_info).
    pub size: u32,
    /// TBK_SPOT to TBK_FX.
    pub kind: u32,
    /// Digits after the point of its prices.
    pub price_scale: u32,
    /// Digits after the point of its quantities.
    pub qty_scale: u32,
    /// Digits after the point of its money: cost and PnL.
    pub money_scale: u32,
    /// 0.
    pub reserved: [u32; 3],
    /// What it is called, ends with a NUL.
    pub symbol: tbk_text,
}

// SAFETY: plain C data that begins with a u32 size, valid for any bytes.
unsafe impl Sized32 for tbk_position_line {}
// SAFETY: as above.
unsafe impl Sized32 for tbk_instrument_line {}
// SAFETY: as above.
unsafe impl Sized32 for tbk_totals_line {}
// SAFETY: as above.
unsafe impl Sized32 for tbk_instrument_info {}

impl From<PositionLine> for tbk_position_line {
    #[inline]
    fn from(line: PositionLine) -> Self {
        Self {
            size: size_u32::<Self>(),
            flags: if line.is_cost_unknown {
                TBK_COST_UNKNOWN
            } else {
                0
            },
            sequence: line.sequence,
            mark: line.mark,
            reserved: 0,
            qty: line.qty.into(),
            cost: line.cost.into(),
            realized_pnl: line.realized_pnl.into(),
        }
    }
}

impl From<InstrumentLine> for tbk_instrument_line {
    fn from(line: InstrumentLine) -> Self {
        Self {
            size: size_u32::<Self>(),
            reserved: 0,
            sequence: line.sequence,
            bid: line.bid,
            ask: line.ask,
            last: line.last,
            mark: line.mark,
            venue_mark: line.venue_mark,
            ts: line.ts.0,
        }
    }
}

impl From<TotalsLine> for tbk_totals_line {
    fn from(line: TotalsLine) -> Self {
        Self {
            size: size_u32::<Self>(),
            is_missing: u32::from(line.is_missing),
            sequence: line.sequence,
            version: line.version,
            open_positions: u64::from(line.open_positions),
            equity: line.equity.into(),
            cash: line.cash.into(),
            realized_pnl: line.realized_pnl.into(),
            unrealized_pnl: line.unrealized_pnl.into(),
            fees: line.fees.into(),
            funding: line.funding.into(),
        }
    }
}

impl From<InstrumentScales> for tbk_instrument_info {
    fn from(instrument: InstrumentScales) -> Self {
        let kind = InstrumentKind::ALL.iter().zip(0..);
        let kind = kind.filter(|(kind, _)| **kind == instrument.kind);
        Self {
            size: size_u32::<Self>(),
            kind: kind.map(|(_, number)| number).next().unwrap_or(TBK_NONE),
            price_scale: u32::from(instrument.price_scale),
            qty_scale: u32::from(instrument.qty_scale),
            money_scale: u32::from(instrument.money_scale),
            reserved: [0; 3],
            symbol: inline(instrument.symbol.as_str()),
        }
    }
}
