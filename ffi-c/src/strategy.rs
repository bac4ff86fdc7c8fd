//! Strategies on a book's bars, polled: opened, composed, waited for.
//!
//! 1. A handle keeps no book open: once that is closed, what needs it is TBK_ERROR_CLOSED.

use std::collections::VecDeque;
use std::ffi::c_char;
use std::sync::{Arc, Weak};

use truebook::model::{Id, Timestamp};
use truebook::strategy::{BarPlan, PlannedStrategy, StrategyRunner};

use crate::bar_set::{Newest, count_u32};
use crate::book::{Own, book, tbk_book};
use crate::handle::Handle;
use crate::input::{Sized32, id, long_text, maybe, maybe_number, read};
use crate::signal::tbk_routed_order;
use crate::status::{Failure, TBK_ERROR_CLOSED, TBK_ERROR_INVALID_VALUE, TBK_ERROR_UNKNOWN, guard};
use crate::wake::Wake;

/// tbk_strategies_open: bars count from now on.
pub const TBK_FROM_NOW: u64 = u64::MAX;

/// tbk_strategy.flags and tbk_signal.flags: `valid_ms` and `valid_ns` count.
pub const TBK_EXPIRES: u32 = 1;

/// Strategies on a book's bars, for one thread at a time.
pub struct tbk_strategies {
    _opaque: (),
}

/// What a handle of strategies is of.
pub(crate) struct Desk {
    pub runner: StrategyRunner,
    pub newest: Newest,
    /// Orders of the last decision that were not given out.
    pub routed: VecDeque<tbk_routed_order>,
    /// How many signals were given since the last decision.
    pub given: usize,
    book: Weak<Own>,
    wake: Wake,
}

/// A strategy that decides outside; zero everything but the size and the name for the defaults.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_strategy {
    /// sizeof(struct tbk_strategy).
    pub size: u32,
    /// TBK_EXPIRES.
    pub flags: u32,
    /// What it is called, and its orders and positions.
    pub name: *const c_char,
    /// Whose sets it sees; NULL where there is one synchronizer only.
    pub synchronizer: *const c_char,
    /// More goes first, where the selection goes by it.
    pub priority: i32,
    /// With TBK_EXPIRES: for how many milliseconds after the time of their set its signals may
    /// become orders, where they do not say it themselves.
    pub valid_ms: u32,
    /// How much of the settlement currency it trades where a signal does not say, as decimal text;
    /// NULL is nothing.
    pub order_notional: *const c_char,
    /// 0.
    pub reserved: [u64; 4],
}

// SAFETY: plain C data that begins with a u32 size, valid for any bytes.
unsafe impl Sized32 for tbk_strategy {
    fn is_reserved_used(&self) -> bool {
        self.reserved.iter().any(|word| *word != 0)
    }
}

/// Opens strategies on the bars that `book` records. `composition` is TOML text with [[bars]],
/// [[synchronizer]], [[feature]] and [selection]; NULL is what the book's own configuration says,
/// and its strategies run, too. Bars count from now on with TBK_FROM_NOW, else all after the event
/// `since`, which needs a database: these fill features, and no order comes of them. What was
/// opened outlives the book, but decides nothing more.
///
/// Any thread; it is used by one thread at a time. Allocates, takes the book's lock and waits for
/// the writer. Close it with tbk_strategies_close.
///
/// # Safety
/// `book` is NULL or from tbk_open; `composition` is NULL or ends with a NUL;
/// `strategies` is NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_open(
    book: *const tbk_book,
    composition: *const c_char,
    since: u64,
    strategies: *mut *mut tbk_strategies,
) -> i32 {
    guard(|| {
        if strategies.is_null() {
            return Err(Failure::null("strategies"));
        }
        // SAFETY: the caller's promise.
        let (own, composition) =
            unsafe { (self::book(book)?, long_text("composition", composition)?) };
        let mut inner = own.lock()?;
        let plan = match composition {
            Some(text) => {
                let registry = inner.registry()?;
                let symbols: Vec<Id> = registry.instruments.iter().map(|own| own.symbol).collect();
                let plan = BarPlan::from_toml("composition", text, &symbols);
                let wrong = |why: String| Failure::new(TBK_ERROR_INVALID_VALUE, why);
                Some(plan.map_err(|error| wrong(error.to_string()))?)
            }
            None => None,
        };
        let since = (since != TBK_FROM_NOW).then_some(since);
        let runner = inner.run_strategies(plan.as_ref(), since)?;
        drop(inner);
        let desk = Desk {
            runner,
            newest: Newest::default(),
            routed: VecDeque::new(),
            given: 0,
            book: Arc::downgrade(own),
            wake: Wake::default(),
        };
        // SAFETY: not NULL, and so a place for a pointer by the caller's promise.
        unsafe { strategies.write(Handle::open(desk).cast()) };
        Ok(())
    })
}

/// Closes strategies and their descriptor; NULL is allowed. Signals that wait are dropped; orders
/// stay. No other thread may be in a call on them.
///
/// Any thread. Frees, takes locks, and makes a system call to close the descriptor.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_close(strategies: *mut tbk_strategies) -> i32 {
    // SAFETY: the caller's promise.
    guard(|| unsafe { Handle::<Desk>::close("strategies", strategies.cast()) }.map(drop))
}

/// Adds a strategy that gives its signals by tbk_strategies_signal; `number` is its own, from 0.
///
/// One thread at a time for the strategies. Allocates; no lock, no system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `strategy` is NULL or a valid
/// struct; `number` is NULL or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_add(
    strategies: *mut tbk_strategies,
    strategy: *const tbk_strategy,
    number: *mut u32,
) -> i32 {
    guard(|| {
        if number.is_null() {
            return Err(Failure::null("number"));
        }
        // SAFETY: the caller's promise; the struct's text ends with NULs.
        let (own, planned) = unsafe { (desk(strategies)?, planned(strategy)?) };
        let member = own.runner.add(planned, None)?;
        // SAFETY: not NULL, and so a place by the caller's promise.
        unsafe { number.write(count_u32(member)) };
        Ok(())
    })
}

/// Says that it is `now`, nanoseconds since the epoch, so that timeouts end without a bar: nothing
/// here looks at a clock. tbk_strategies_poll then has the sets.
///
/// One thread at a time for the strategies. No allocation, no lock, no system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_advance(strategies: *mut tbk_strategies, now: i64) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let own = unsafe { desk(strategies) }?;
        Ok(own.runner.advance(Timestamp(now))?)
    })
}

/// The number of a strategy by its name, one that the configuration has as "external" too;
/// TBK_ERROR_UNKNOWN where there is none.
///
/// One thread at a time for the strategies. No allocation, no lock, no system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `name` is NULL or ends with a NUL;
/// `number` is NULL or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_number(
    strategies: *const tbk_strategies,
    name: *const c_char,
    number: *mut u32,
) -> i32 {
    guard(|| {
        if number.is_null() {
            return Err(Failure::null("number"));
        }
        // SAFETY: the caller's promise.
        let (own, name) = unsafe { (seen(strategies)?, id("name", name)?) };
        let why = || {
            let text = format!("name: found '{name}', allowed: a strategy of these");
            Failure::new(TBK_ERROR_UNKNOWN, text)
        };
        let member = own.runner.member(&name).ok_or_else(why)?;
        // SAFETY: not NULL, and so a place by the caller's promise.
        unsafe { number.write(count_u32(member)) };
        Ok(())
    })
}

/// A descriptor that is readable while there may be a set, for epoll, poll or select; it belongs to
/// the strategies. Call tbk_strategies_arm after each poll that gave none.
///
/// One thread at a time for the strategies. The first call makes it, with a system call.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `fd` is NULL or a place for a
/// number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_fd(strategies: *mut tbk_strategies, fd: *mut i32) -> i32 {
    guard(|| {
        if fd.is_null() {
            return Err(Failure::null("fd"));
        }
        // SAFETY: the caller's promise; not NULL, and so a place.
        unsafe { fd.write(desk(strategies)?.wake.fd()?) };
        Ok(())
    })
}

/// Makes the descriptor unreadable until there are bars to poll; `is_ready` is 1 where there may be
/// already, and it stays readable. It may be NULL.
///
/// One thread at a time for the strategies. Allocates, takes the lock that whoever rings takes, and
/// makes one system call, two where it stays readable; the first call makes the descriptor.
///
/// # Safety
/// `strategies` is NULL or from tbk_strategies_open; `is_ready` is NULL or a place for a
/// number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_strategies_arm(
    strategies: *mut tbk_strategies,
    is_ready: *mut i32,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let own = unsafe { desk(strategies) }?;
        let may_be = own.wake.arm(own.runner.subscription())?;
        if !is_ready.is_null() {
            // SAFETY: not NULL, and so a place by the caller's promise.
            unsafe { is_ready.write(i32::from(may_be)) };
        }
        Ok(())
    })
}

/// What the handle of strategies is of.
///
/// # Safety
/// `given` is NULL or from tbk_strategies_open, and is not closed meanwhile.
pub(crate) unsafe fn seen<'a>(given: *const tbk_strategies) -> Result<&'a Desk, Failure> {
    // SAFETY: the caller's promise.
    unsafe { Handle::of("strategies", given.cast()) }
}

/// The same, to be changed.
///
/// # Safety
/// `given` is NULL or from tbk_strategies_open, and nobody else uses it meanwhile.
pub(crate) unsafe fn desk<'a>(given: *mut tbk_strategies) -> Result<&'a mut Desk, Failure> {
    // SAFETY: the caller's promise.
    unsafe { Handle::of_mut("strategies", given.cast()) }
}

impl Desk {
    /// The book, while it is open.
    pub fn book(&self) -> Result<Arc<Own>, Failure> {
        let closed = || Failure::new(TBK_ERROR_CLOSED, "the book is closed");
        self.book.upgrade().ok_or_else(closed)
    }

    /// The strategy of this number.
    pub fn member(&self, number: u32) -> Result<usize, Failure> {
        let count = self.runner.strategies().len();
        let member = usize::try_from(number).ok();
        member
            .filter(|member| *member < count)
            .ok_or_else(|| Failure::invalid("number", number, &format!("below {count}")))
    }
}

/// How the strategy at `given` takes part.
///
/// # Safety
/// `given` is NULL or points to a valid struct, whose text is NULL or ends with a NUL.
unsafe fn planned(given: *const tbk_strategy) -> Result<PlannedStrategy, Failure> {
    // SAFETY: the caller's promise.
    unsafe {
        let given = read("strategy", given)?;
        if given.flags & !TBK_EXPIRES != 0 {
            return Err(Failure::invalid("flags", given.flags, "TBK_EXPIRES"));
        }
        let synchronizer = match maybe("synchronizer", given.synchronizer)? {
            Some(_) => Some(id("synchronizer", given.synchronizer)?),
            None => None,
        };
        let valid_ms = expiry("valid_ms", given.flags, given.valid_ms)?;
        Ok(PlannedStrategy {
            synchronizer,
            priority: given.priority,
            valid_ms,
            order_notional: maybe_number("order_notional", given.order_notional)?,
            ..PlannedStrategy::new(id("name", given.name)?)
        })
    }
}

/// `valid`, where it counts; where it does not it must be 0.
pub(crate) fn expiry<T: Copy + Default + PartialEq + std::fmt::Display>(
    what: &str,
    flags: u32,
    valid: T,
) -> Result<Option<T>, Failure> {
    match flags & TBK_EXPIRES != 0 {
        true => Ok(Some(valid)),
        false if valid == T::default() => Ok(None),
        false => Err(Failure::invalid(what, valid, "0 without TBK_EXPIRES")),
    }
}
