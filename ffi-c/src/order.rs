//! Orders: what is asked for, and what became of it.

use std::ffi::c_char;

use truebook::{Amendment, Applied, Error, OrderRecord, OrderReport, OrderRequest};

use crate::book::{Own, book, tbk_book, time};
use crate::decimal::tbk_decimal;
use crate::input::{Place, Sized32, inline, maybe, maybe_number, number, read, text};
use crate::record::{TBK_BUY, TBK_SELL, leg, side, size_u32, tbk_applied, tbk_text};
use crate::status::{Failure, TBK_ERROR_UNKNOWN, guard};

/// tbk_order_request.flags: it may only reduce.
pub const TBK_REDUCE_ONLY: u32 = 1;
/// tbk_order_request.flags: return once it is on disk, so that it may leave.
pub const TBK_DURABLE: u32 = 2;

/// tbk_order_report: the venue took it.
pub const TBK_ORDER_ACCEPTED: u32 = 0;
/// tbk_order_report: the venue refused it.
pub const TBK_ORDER_REJECTED: u32 = 1;
/// tbk_order_report: we asked to cancel it.
pub const TBK_ORDER_CANCEL_REQUESTED: u32 = 2;
/// tbk_order_report: the venue refused to cancel it.
pub const TBK_ORDER_CANCEL_REJECTED: u32 = 3;
/// tbk_order_report: it is cancelled.
pub const TBK_ORDER_CANCELED: u32 = 4;
/// tbk_order_report: it has expired.
pub const TBK_ORDER_EXPIRED: u32 = 5;
/// tbk_order_report: nobody knows whether the venue has it.
pub const TBK_ORDER_UNKNOWN: u32 = 6;

/// An order to be checked and recorded. Numbers are decimal text; those marked so may be NULL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_order_request {
    /// sizeof(struct tbk_order_request).
    pub size: u32,
    /// TBK_BUY or TBK_SELL.
    pub side: u32,
    /// TBK_REDUCE_ONLY, TBK_DURABLE.
    pub flags: u32,
    /// TBK_NET, TBK_LONG or TBK_SHORT.
    pub leg: u32,
    /// What is traded.
    pub symbol: *const c_char,
    /// How much, positive.
    pub qty: *const c_char,
    /// Its limit; NULL is a market order.
    pub price: *const c_char,
    /// What sets it off; NULL is none.
    pub stop: *const c_char,
    /// Our id: a repeat is refused; NULL makes none.
    pub client_order_id: *const c_char,
    /// Who decided it; NULL is nobody in particular.
    pub strategy: *const c_char,
    /// Whose account; NULL is "default".
    pub account: *const c_char,
    /// When, nanoseconds since the epoch; 0 is now.
    pub ts_event: i64,
    /// 0.
    pub reserved: [u64; 6],
}

/// An order at one sequence.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_order {
    /// sizeof(struct tbk_order).
    pub size: u32,
    /// TBK_BUY or TBK_SELL.
    pub side: u32,
    /// 1 while it can still fill.
    pub is_open: u32,
    /// 1 where a cancel was asked for and is not yet answered.
    pub is_cancel_requested: u32,
    /// The sequence of its submission.
    pub sequence: u64,
    /// When it was submitted, nanoseconds since the epoch.
    pub ts_init: i64,
    /// How much.
    pub qty: tbk_decimal,
    /// How much was filled.
    pub cum_qty: tbk_decimal,
    /// How much is left.
    pub leaves_qty: tbk_decimal,
    /// Its limit; absent for a market order.
    pub price: tbk_decimal,
    /// The average price of its fills; absent before the first.
    pub avg_px: tbk_decimal,
    /// "pending", "working", "partially_filled", "unknown", "filled", "canceled", "rejected" or
    /// "expired".
    pub status: [c_char; 24],
    /// What is traded.
    pub symbol: tbk_text,
    /// Our id.
    pub client_order_id: tbk_text,
    /// The venue's id; "" before it is known.
    pub venue_order_id: tbk_text,
    /// Who decided it.
    pub strategy: tbk_text,
    /// Whose account.
    pub account: tbk_text,
    /// 0.
    pub reserved: [u64; 4],
}

// SAFETY: plain C data that begins with a u32 size, valid for any bytes.
unsafe impl Sized32 for tbk_order_request {
    fn is_reserved_used(&self) -> bool {
        self.reserved.iter().any(|word| *word != 0)
    }
}
// SAFETY: as above.
unsafe impl Sized32 for tbk_order {}

/// Checks an order and records the intent to send it; TBK_ERROR_REFUSED with the name of the rule
/// that it breaks in tbk_last_error(). `applied` may be NULL. With TBK_DURABLE, TBK_ERROR_STORE
/// where it is recorded but not on disk after 10 seconds: it must not leave before
/// tbk_wait_durable says so of its sequence, which tbk_read_order has.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer; with TBK_DURABLE then
/// for the disk, without the lock.
///
/// # Safety
/// `book` is NULL or from tbk_open; `order` and `applied` are NULL or valid structs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_submit(
    book: *mut tbk_book,
    order: *const tbk_order_request,
    applied: *mut tbk_applied,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise; the struct's text ends with NULs.
        unsafe {
            let place = Place::maybe("applied", applied)?;
            let given = read("order", order)?;
            let request = request(&given)?;
            let is_durable = given.flags & TBK_DURABLE != 0;
            let own = self::book(book)?;
            let booked = submit(own, &request, is_durable)?;
            // Without the lock: a book whose disk stands still can be halted.
            if is_durable && own.durability.wait(booked.sequence, DURABLE_IN) != Ok(true) {
                return Err(Error::NotDurable(booked.sequence).into());
            }
            if let Some(place) = place {
                place.fill(&booked.into());
            }
            Ok(())
        }
    })
}

/// How long an order may take to be durable.
const DURABLE_IN: std::time::Duration = std::time::Duration::from_secs(10);

/// Records what happened to an order: `report` is TBK_ORDER_ACCEPTED to TBK_ORDER_UNKNOWN. A repeat
/// changes nothing. `venue_order_id` may be NULL, and counts for TBK_ORDER_ACCEPTED.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or from tbk_open; text is NULL or ends with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_order_update(
    book: *mut tbk_book,
    report: u32,
    client_order_id: *const c_char,
    venue_order_id: *const c_char,
    ts_event: i64,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let known = maybe("venue_order_id", venue_order_id)?;
            let known = known
                .map(|id| truebook::model::Id::new("venue_order_id", id))
                .transpose();
            let report = match report {
                TBK_ORDER_ACCEPTED => OrderReport::Accepted(known.map_err(Error::from)?),
                TBK_ORDER_REJECTED => OrderReport::Rejected,
                TBK_ORDER_CANCEL_REQUESTED => OrderReport::CancelRequested,
                TBK_ORDER_CANCEL_REJECTED => OrderReport::CancelRejected,
                TBK_ORDER_CANCELED => OrderReport::Canceled,
                TBK_ORDER_EXPIRED => OrderReport::Expired,
                TBK_ORDER_UNKNOWN => OrderReport::Unknown,
                other => {
                    let allowed = "TBK_ORDER_ACCEPTED to TBK_ORDER_UNKNOWN";
                    return Err(Failure::invalid("report", other, allowed));
                }
            };
            let id = text("client_order_id", client_order_id)?;
            let mut own = self::book(book)?.lock()?;
            own.order_update(id, report, time(ts_event))?;
            Ok(())
        }
    })
}

/// Changes an order's quantity or limit; NULL leaves it. Refused as an order is.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or from tbk_open; text is NULL or ends with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_amend(
    book: *mut tbk_book,
    client_order_id: *const c_char,
    qty: *const c_char,
    price: *const c_char,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let id = text("client_order_id", client_order_id)?;
            let to = Amendment {
                qty: maybe_number("qty", qty)?,
                price: maybe_number("price", price)?,
            };
            self::book(book)?.lock()?.amend(id, to)?;
            Ok(())
        }
    })
}

/// Reads an order by our id; TBK_ERROR_UNKNOWN where there is none. Set `order->size` first.
///
/// Any thread. Allocates, takes the book's lock and waits for the writer.
///
/// # Safety
/// `book` is NULL or from tbk_open; `client_order_id` is NULL or ends with a NUL;
/// `order` is NULL or a struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_read_order(
    book: *const tbk_book,
    client_order_id: *const c_char,
    order: *mut tbk_order,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let place = Place::new("order", order)?;
            let id = text("client_order_id", client_order_id)?;
            let found = self::book(book)?.lock()?.order(id)?;
            let why = || {
                let text = format!("client_order_id: found '{id}', allowed: an order of the book");
                Failure::new(TBK_ERROR_UNKNOWN, text)
            };
            place.fill(&found.as_ref().ok_or_else(why)?.into());
            Ok(())
        }
    })
}

fn submit(own: &Own, order: &OrderRequest<'_>, is_durable: bool) -> Result<Applied, Failure> {
    let mut book = own.lock()?;
    if is_durable {
        book.check_durable()?;
    }
    Ok(book.submit(order)?)
}

/// The order that `given` asks for.
///
/// # Safety
/// Its text is NULL or ends with a NUL, and stays unchanged for `'a`.
unsafe fn request<'a>(given: &tbk_order_request) -> Result<OrderRequest<'a>, Failure> {
    if given.flags & !(TBK_REDUCE_ONLY | TBK_DURABLE) != 0 {
        let allowed = "TBK_REDUCE_ONLY, TBK_DURABLE";
        return Err(Failure::invalid("flags", given.flags, allowed));
    }
    let (side, leg) = (side(given.side)?, leg(given.leg)?);
    // SAFETY: the caller's promise.
    unsafe {
        let base = OrderRequest::new(
            text("symbol", given.symbol)?,
            side,
            number("qty", given.qty)?,
        );
        Ok(OrderRequest {
            leg,
            price: maybe_number("price", given.price)?,
            stop: maybe_number("stop", given.stop)?,
            client_order_id: maybe("client_order_id", given.client_order_id)?,
            strategy: maybe("strategy", given.strategy)?,
            account: maybe("account", given.account)?.unwrap_or(base.account),
            reduce_only: given.flags & TBK_REDUCE_ONLY != 0,
            ts_event: time(given.ts_event),
            ..base
        })
    }
}

impl From<&OrderRecord> for tbk_order {
    fn from(order: &OrderRecord) -> Self {
        let venue = order.venue_order_id.as_ref();
        Self {
            size: size_u32::<Self>(),
            side: if order.side == "buy" {
                TBK_BUY
            } else {
                TBK_SELL
            },
            is_open: u32::from(order.is_open()),
            is_cancel_requested: u32::from(order.is_cancel_requested),
            sequence: order.sequence,
            ts_init: order.ts_init,
            qty: order.qty.into(),
            cum_qty: order.cum_qty.into(),
            leaves_qty: order.leaves_qty.into(),
            price: order.price.into(),
            avg_px: order.avg_px.into(),
            status: inline(order.status),
            symbol: inline(order.symbol.as_str()),
            client_order_id: inline(order.client_order_id.as_str()),
            venue_order_id: inline(venue.map_or("", |id| id.as_str())),
            strategy: inline(order.strategy.as_str()),
            account: inline(order.account.as_str()),
            reserved: [0; 4],
        }
    }
}
