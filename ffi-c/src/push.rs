//! What is pushed: plain data for the hot path.

use std::ffi::c_char;

use crate::input::Sized32;

/// A quote: integers at the instrument's price_scale.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_quote_push {
    /// The instrument's number.
    pub instrument: u32,
    /// 0.
    pub reserved: u32,
    /// The best bid; 0 is none.
    pub bid: i64,
    /// The best ask; 0 is none.
    pub ask: i64,
    /// When, nanoseconds since the epoch; 0 is now.
    pub ts_event: i64,
}

/// An execution: integers at the instrument's scales, text for what has a name.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_fill_push {
    /// sizeof(struct tbk_fill_push).
    pub size: u32,
    /// TBK_BUY or TBK_SELL.
    pub side: u32,
    /// The instrument's number.
    pub instrument: u32,
    /// Digits after the point of `fee`.
    pub fee_scale: u32,
    /// How much, positive, at qty_scale.
    pub qty: i64,
    /// At which price, at price_scale.
    pub price: i64,
    /// The fee in settlement currency at `fee_scale`, negative for a rebate; 0 is none.
    pub fee: i64,
    /// When, nanoseconds since the epoch; 0 is now.
    pub ts_event: i64,
    /// The venue's id of the execution: a repeat is booked once; NULL makes one.
    pub trade_id: *const c_char,
    /// Our id of the order; may be NULL.
    pub client_order_id: *const c_char,
    /// The venue's id of the order; may be NULL.
    pub venue_order_id: *const c_char,
    /// Who decided it; may be NULL.
    pub strategy: *const c_char,
    /// Whose account, that of the order, too; NULL is "default".
    pub account: *const c_char,
    /// TBK_NET, TBK_LONG or TBK_SHORT, where the order does not say.
    pub leg: u32,
    /// 0.
    pub reserved: [u32; 5],
}

// SAFETY: plain C data that begins with a u32 size, valid for any bytes.
unsafe impl Sized32 for tbk_fill_push {
    fn is_reserved_used(&self) -> bool {
        self.reserved.iter().any(|word| *word != 0)
    }
}
