//! Events as plain data; `tbk_poll_json` gives all that they say.

use truebook::model::Side;
use truebook::{About, News, Notice};

use crate::number::tbk_int128;
use crate::reader::TBK_NONE;
use crate::record::{TBK_BUY, TBK_NET, TBK_SELL, leg_number};

/// tbk_event.kind: "order_placed".
pub const TBK_EVENT_ORDER_PLACED: u32 = 0;
/// tbk_event.kind: "order_accepted".
pub const TBK_EVENT_ORDER_ACCEPTED: u32 = 1;
/// tbk_event.kind: "order_filled".
pub const TBK_EVENT_ORDER_FILLED: u32 = 2;
/// tbk_event.kind: "order_fill_reversed".
pub const TBK_EVENT_ORDER_FILL_REVERSED: u32 = 3;
/// tbk_event.kind: "order_corrected".
pub const TBK_EVENT_ORDER_CORRECTED: u32 = 4;
/// tbk_event.kind: "order_cancel_requested".
pub const TBK_EVENT_ORDER_CANCEL_REQUESTED: u32 = 5;
/// tbk_event.kind: "order_canceled".
pub const TBK_EVENT_ORDER_CANCELED: u32 = 6;
/// tbk_event.kind: "order_rejected".
pub const TBK_EVENT_ORDER_REJECTED: u32 = 7;
/// tbk_event.kind: "order_expired".
pub const TBK_EVENT_ORDER_EXPIRED: u32 = 8;
/// tbk_event.kind: "order_unknown".
pub const TBK_EVENT_ORDER_UNKNOWN: u32 = 9;
/// tbk_event.kind: "order_amended".
pub const TBK_EVENT_ORDER_AMENDED: u32 = 10;
/// tbk_event.kind: "limit_breached".
pub const TBK_EVENT_LIMIT_BREACHED: u32 = 11;
/// tbk_event.kind: "fill_booked".
pub const TBK_EVENT_FILL_BOOKED: u32 = 12;
/// tbk_event.kind: "fill_reversed".
pub const TBK_EVENT_FILL_REVERSED: u32 = 13;
/// tbk_event.kind: "fill_quarantined".
pub const TBK_EVENT_FILL_QUARANTINED: u32 = 14;
/// tbk_event.kind: "position_opened".
pub const TBK_EVENT_POSITION_OPENED: u32 = 15;
/// tbk_event.kind: "position_changed".
pub const TBK_EVENT_POSITION_CHANGED: u32 = 16;
/// tbk_event.kind: "position_closed".
pub const TBK_EVENT_POSITION_CLOSED: u32 = 17;
/// tbk_event.kind: "fee_changed".
pub const TBK_EVENT_FEE_CHANGED: u32 = 18;
/// tbk_event.kind: "balance_changed".
pub const TBK_EVENT_BALANCE_CHANGED: u32 = 19;
/// tbk_event.kind: "price_updated".
pub const TBK_EVENT_PRICE_UPDATED: u32 = 20;
/// tbk_event.kind: "price_refused".
pub const TBK_EVENT_PRICE_REFUSED: u32 = 21;
/// tbk_event.kind: "account_changed".
pub const TBK_EVENT_ACCOUNT_CHANGED: u32 = 22;
/// tbk_event.kind: "trading_state_changed".
pub const TBK_EVENT_TRADING_STATE_CHANGED: u32 = 23;
/// tbk_event.kind: "state_changed".
pub const TBK_EVENT_STATE_CHANGED: u32 = 24;
/// tbk_event.kind: "config_changed".
pub const TBK_EVENT_CONFIG_CHANGED: u32 = 25;
/// tbk_event.kind: "venue_stated".
pub const TBK_EVENT_VENUE_STATED: u32 = 26;
/// tbk_event.kind: "instrument_changed".
pub const TBK_EVENT_INSTRUMENT_CHANGED: u32 = 27;
/// tbk_event.kind: "account_added".
pub const TBK_EVENT_ACCOUNT_ADDED: u32 = 28;
/// tbk_event.kind: "strategy_added".
pub const TBK_EVENT_STRATEGY_ADDED: u32 = 29;
/// tbk_event.kind: "bar_closed".
pub const TBK_EVENT_BAR_CLOSED: u32 = 30;
/// tbk_event.kind: "observed".
pub const TBK_EVENT_OBSERVED: u32 = 31;
/// tbk_event.kind: "alerted".
pub const TBK_EVENT_ALERTED: u32 = 32;
/// tbk_event.kind: "snapshot_taken".
pub const TBK_EVENT_SNAPSHOT_TAKEN: u32 = 33;
/// tbk_event.kind: "store_changed".
pub const TBK_EVENT_STORE_CHANGED: u32 = 34;

/// One change that the book made.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct tbk_event {
    /// TBK_EVENT_..., the number of its kind.
    pub kind: u32,
    /// Its number among those of one event, from 0.
    pub index: u32,
    /// The sequence of the event that made it; for a price, of the event before.
    pub sequence: u64,
    /// When it happened, nanoseconds since the epoch.
    pub ts: i64,
    /// The number of the instrument that it is about, or TBK_NONE.
    pub instrument: u32,
    /// The number of the strategy that it is about, or TBK_NONE.
    pub strategy: u32,
    /// The number of the account that it is about, or TBK_NONE.
    pub account: u32,
    /// TBK_BUY or TBK_SELL of a fill, 0 of others.
    pub side: u32,
    /// The price of a fill, or the newest of an instrument, at price_scale; 0 is none.
    pub price: i64,
    /// The best bid of a price, at price_scale; 0 is none.
    pub bid: i64,
    /// The best ask of a price, at price_scale; 0 is none.
    pub ask: i64,
    /// TBK_NET, TBK_LONG or TBK_SHORT of a position or a fill.
    pub leg: u32,
    /// The number of the currency of a balance or a fee, or TBK_NONE.
    pub currency: u32,
    /// At qty_scale: of a fill how much, of a position how much since, signed, of an order how much
    /// was filled since. Of a balance its total since, of a fee the sum since, at the currency's
    /// scale.
    pub qty: tbk_int128,
    /// Of a fill what it realized, of a position what was realized since, at money_scale.
    pub realized_pnl: tbk_int128,
    /// 0.
    pub reserved: [u64; 2],
}

impl tbk_event {
    #[inline]
    pub(crate) fn of(notice: &Notice) -> Self {
        let About {
            account,
            instrument,
            strategy,
        } = notice.news.about();
        let mut event = Self {
            kind: u32::from(notice.news.number()),
            index: u32::from(notice.index),
            sequence: notice.sequence,
            ts: notice.ts.0,
            instrument: instrument.map_or(TBK_NONE, |id| id.0),
            strategy: strategy.map_or(TBK_NONE, |id| u32::from(id.0)),
            account: account.map_or(TBK_NONE, |id| u32::from(id.0)),
            side: 0,
            price: 0,
            bid: 0,
            ask: 0,
            leg: TBK_NET,
            currency: TBK_NONE,
            qty: tbk_int128::default(),
            realized_pnl: tbk_int128::default(),
            reserved: [0; 2],
        };
        event.add(&notice.news);
        event
    }

    /// What only some kinds say.
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "the others say nothing more"
    )]
    #[inline]
    fn add(&mut self, news: &News) {
        match news {
            News::Price { change, .. } => {
                self.price = change.new.newest.unwrap_or(0);
                self.bid = change.new.bid.unwrap_or(0);
                self.ask = change.new.ask.unwrap_or(0);
            }
            News::FillBooked(fill) | News::FillReversed(fill) => {
                self.side = match fill.side {
                    Side::Buy => TBK_BUY,
                    Side::Sell => TBK_SELL,
                };
                self.leg = leg_number(fill.key.leg);
                self.price = fill.last_px;
                self.qty = fill.last_qty.into();
                self.realized_pnl = fill.realized.into();
            }
            News::Position { key, change, .. } => {
                self.leg = leg_number(key.leg);
                self.qty = change.new.qty.into();
                self.realized_pnl = change.new.realized_pnl.into();
            }
            News::Order { key, new, .. } => {
                self.leg = leg_number(key.leg);
                self.qty = new.cum_qty.into();
            }
            News::Balance {
                currency, change, ..
            } => {
                self.currency = u32::from(currency.0);
                self.qty = change.new.total.into();
            }
            News::Fee {
                currency, change, ..
            } => {
                self.currency = u32::from(currency.0);
                self.qty = change.new.into();
            }
            _ => {}
        }
    }
}
