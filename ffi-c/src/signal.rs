//! Signals of strategies that decide outside, and the orders that they become.

use std::ffi::c_char;

use truebook::model::{Fixed, InstrumentId, Side};
use truebook::strategy::{Action, RoutedOrder, Signal, Size};

use crate::bar_set::count_u32;
use crate::input::{Sized32, inline, maybe_number, read, text};
use crate::number::tbk_int128;
use crate::reader::TBK_NONE;
use crate::record::{TBK_BUY, TBK_SELL, tbk_text};
use crate::status::{Failure, TBK_ERROR_FULL, TBK_OK, guard};
use crate::strategy::{Desk, TBK_EXPIRES, desk, expiry, tbk_strategies};

/// tbk_signal.action: buy, whatever it holds.
pub const TBK_ACTION_BUY: u32 = 1;
/// tbk_signal.action: sell, whatever it holds.
pub const TBK_ACTION_SELL: u32 = 2;
/// tbk_signal.action: be long: buy where it holds nothing and waits for nothing.
pub const TBK_ACTION_LONG: u32 = 3;
/// tbk_signal.action: be short: sell where it holds nothing, waits for nothing, and the instrument
/// can be short.
pub const TBK_ACTION_SHORT: u32 = 4;
/// tbk_signal.action: be flat: close what it holds, unless an order that does is open.
pub const TBK_ACTION_EXIT: u32 = 5;

/// tbk_signal.flags: `qty` counts.
pub const TBK_QTY: u32 = 2;

/// How many signals wait at most.
const SIGNALS_MAX: usize = 65_536;

/// What a strategy wants.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_signal {
    /// sizeof(struct tbk_signal).
    pub size: u32,
    /// TBK_EXPIRES, TBK_QTY.
    pub flags: u32,
    /// The instrument's number; it was registered when the strategies were opened.
    pub instrument: u32,
    /// TBK_ACTION_BUY to TBK_ACTION_EXIT.
    pub action: u32,
    /// How sure it is, where the selection goes by it: more is better.
    pub score: f64,
    /// With TBK_EXPIRES: for how many nanoseconds after the time of the set it may become an order.
    pub valid_ns: i64,
    /// With TBK_QTY: how much, positive, at qty_scale; an exit is of everything.
    pub qty: i64,
    /// How much of the settlement currency, positive, as decimal text, without TBK_QTY; NULL is the
    /// strategy's usual.
    pub notional: *const c_char,
    /// 0.
    pub reserved: [u64; 4],
}

/// An order that a signal became.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct tbk_routed_order {
    /// TBK_OK, or the TBK_ERROR_* that tbk_submit would have given: it was not placed.
    pub status: i32,
    /// TBK_BUY or TBK_SELL.
    pub side: u32,
    /// The instrument's number.
    pub instrument: u32,
    /// 1 where it had been placed before.
    pub is_duplicate: u32,
    /// The sequence of its submission; 0 where it was not placed.
    pub sequence: u64,
    /// How much, at qty_scale.
    pub qty: tbk_int128,
    /// Its id.
    pub client_order_id: tbk_text,
    /// Whose it is.
    pub strategy: tbk_text,
    /// The rule that refused it, or what else was wrong; "" with TBK_OK.
    pub reason: tbk_text,
    /// 0.
    pub reserved: [u64; 4],
}

// SAFETY: plain C data that begins with a u32 size, valid for any bytes.
unsafe impl Sized32 for tbk_signal {
    fn is_reserved_used(&self) -> bool {
        self.reserved.iter().any(|word| *word != 0)
    }
}

/// Takes a signal of the newest set from the strategy `number`; it waits for
/// tbk_strategies_decide. One of a set of the past is forgotten. TBK_ERROR_FULL where 65,536 wait.
///
/// One thread at a time for the strategies. Allocates; no lock, no system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `signal` is NULL or a valid struct.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_signal(
    strategies: *mut tbk_strategies,
    number: u32,
    signal: *const tbk_signal,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise; the struct's text ends with NULs.
        let (own, given) = unsafe { (desk(strategies)?, read("signal", signal)?) };
        // SAFETY: as above.
        let signal = unsafe { wanted(own, &given) }?;
        let member = own.member(number)?;
        if own.given >= SIGNALS_MAX {
            let why = "the signals: as many as may wait: tbk_strategies_decide first";
            return Err(Failure::new(TBK_ERROR_FULL, why));
        }
        own.runner.signal(member, signal)?;
        own.given += usize::from(!own.runner.is_past());
        Ok(())
    })
}

/// Stops the strategy `number`: it is asked nothing more, and signals of it that wait are dropped.
/// The next tbk_strategies_decide records `reason` as an alert. A repeat changes nothing.
///
/// One thread at a time for the strategies. Allocates; no lock, no system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `reason` is NULL or ends with a
/// NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_stop(
    strategies: *mut tbk_strategies,
    number: u32,
    reason: *const c_char,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let (own, reason) = unsafe { (desk(strategies)?, text("reason", reason)?) };
        let member = own.member(number)?;
        Ok(own.runner.stop(member, reason)?)
    })
}

/// Chooses from the signals that wait and submits the orders that they ask for. Writes at most
/// `capacity` of these into `orders`, which are of `order_size` bytes each: sizeof(struct
/// tbk_routed_order); `count` is how many. Those that had no room come with the next calls, which
/// decide nothing before all were given. What the limits refuse has a status of its own.
///
/// One thread at a time for the strategies. Allocates, takes the book's lock and waits for the
/// writer.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `orders` is NULL or has room for so
/// many; `count` is NULL or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_decide(
    strategies: *mut tbk_strategies,
    orders: *mut tbk_routed_order,
    order_size: usize,
    capacity: usize,
    count: *mut usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let own = unsafe { desk(strategies) }?;
        if orders.is_null() && capacity > 0 {
            return Err(Failure::null("orders"));
        }
        if count.is_null() {
            return Err(Failure::null("count"));
        }
        if order_size != size_of::<tbk_routed_order>() {
            let allowed = "sizeof(struct tbk_routed_order)";
            return Err(Failure::invalid("order_size", order_size, allowed));
        }
        if own.routed.is_empty() {
            own.decide()?;
        }
        let given = own.routed.len().min(capacity);
        for (at, order) in own.routed.drain(..given).enumerate() {
            // SAFETY: `at` is below `capacity`, for which there is room by the promise.
            unsafe { orders.add(at).write(order) };
        }
        // SAFETY: not NULL, and so a place by the caller's promise.
        unsafe { count.write(given) };
        Ok(())
    })
}

impl Desk {
    /// Makes orders of the signals that wait.
    fn decide(&mut self) -> Result<(), Failure> {
        let book = self.book()?;
        let mut inner = book.lock()?;
        let routed = self.runner.decide(&mut inner)?;
        drop(inner);
        self.given = 0;
        let instruments = &self.runner.registry().instruments;
        let told = routed.into_iter().map(|order| {
            let mut known = instruments.iter();
            let place = known.position(|own| own.symbol == order.symbol);
            shown(order, place.map_or(TBK_NONE, count_u32))
        });
        self.routed.extend(told);
        Ok(())
    }
}

/// An order as C reads it.
fn shown(order: RoutedOrder, instrument: u32) -> tbk_routed_order {
    let (status, reason, applied) = match order.answer {
        Ok(applied) => (TBK_OK, String::new(), Some(applied)),
        Err(error) => {
            let failure = Failure::from(error);
            (failure.status, failure.text, None)
        }
    };
    tbk_routed_order {
        status,
        side: match order.side {
            Side::Buy => TBK_BUY,
            Side::Sell => TBK_SELL,
        },
        instrument,
        is_duplicate: u32::from(applied.is_some_and(|applied| applied.duplicate)),
        sequence: applied.map_or(0, |applied| applied.sequence),
        qty: order.qty.into(),
        client_order_id: inline(order.client_order_id.as_str()),
        strategy: inline(order.strategy.as_str()),
        reason: inline(&reason),
        reserved: [0; 4],
    }
}

/// What the struct `given` asks for.
///
/// # Safety
/// Its text is NULL or ends with a NUL.
unsafe fn wanted(own: &Desk, given: &tbk_signal) -> Result<Signal, Failure> {
    if given.flags & !(TBK_EXPIRES | TBK_QTY) != 0 {
        return Err(Failure::invalid(
            "flags",
            given.flags,
            "TBK_EXPIRES, TBK_QTY",
        ));
    }
    let action = match given.action {
        TBK_ACTION_BUY => Action::Buy,
        TBK_ACTION_SELL => Action::Sell,
        TBK_ACTION_LONG => Action::Long,
        TBK_ACTION_SHORT => Action::Short,
        TBK_ACTION_EXIT => Action::Exit,
        other => {
            let allowed = "TBK_ACTION_BUY to TBK_ACTION_EXIT";
            return Err(Failure::invalid("action", other, allowed));
        }
    };
    let count = count_u32(own.runner.registry().instruments.len());
    if given.instrument >= count {
        let allowed = "one that was registered when they were opened";
        return Err(Failure::invalid("instrument", given.instrument, allowed));
    }
    // SAFETY: the caller's promise.
    let notional = unsafe { maybe_number("notional", given.notional) }?;
    Ok(Signal {
        size: size(given, notional)?,
        score: given.score,
        valid_ns: expiry("valid_ns", given.flags, given.valid_ns)?,
        ..Signal::new(InstrumentId(given.instrument), action)
    })
}

/// How much `given` is of.
fn size(given: &tbk_signal, notional: Option<Fixed>) -> Result<Size, Failure> {
    match (given.flags & TBK_QTY != 0, notional) {
        (true, Some(money)) => Err(Failure::invalid("notional", money, "NULL with TBK_QTY")),
        (true, None) => Ok(Size::Qty(i128::from(given.qty))),
        (false, _) if given.qty != 0 => {
            Err(Failure::invalid("qty", given.qty, "0 without TBK_QTY"))
        }
        (false, Some(money)) => Ok(Size::Notional(money)),
        (false, None) => Ok(Size::Usual),
    }
}
