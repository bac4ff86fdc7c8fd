//! Hearing what the book changes: polled, or waited for with a descriptor.

use std::ffi::c_char;
use std::sync::{Arc, Weak};
use std::time::Duration;

use truebook::model::{AccountId, InstrumentId, StrategyId};
use truebook::{Filter, Kinds, Notice, NoticeRecord, Overflow, Reader, Subscription, is_named};

use crate::book::{Own, book, tbk_book};
use crate::event::tbk_event;
use crate::handle::Handle;
use crate::input::{Sized32, read};
use crate::status::{Failure, guard};
use crate::text::give;
use crate::wake::Wake;

/// tbk_filter.overflow: the oldest events are lost, and counted.
pub const TBK_DROP_OLDEST: u32 = 0;
/// tbk_filter.overflow: of several that wait about the same thing, the newest is kept.
pub const TBK_CONFLATE: u32 = 1;
/// tbk_filter.overflow: the writer waits a little; then what is lost comes from the database.
pub const TBK_BLOCK: u32 = 2;

/// tbk_filter.flags: `since` counts.
pub const TBK_SINCE: u32 = 1;

/// How long a view with new names is waited for.
const NAMED_IN: Duration = Duration::from_secs(1);

/// Hears a book on one thread at a time.
pub struct tbk_subscription {
    _opaque: (),
}

/// What a handle of a subscription is of.
pub(crate) struct Listener {
    inner: Subscription,
    reader: Reader,
    /// The book where it is inline, as long as it is open.
    inline: Option<Weak<Own>>,
    wake: Wake,
}

/// What a subscriber wants to hear; zero everything but the size for all of it, from now on.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tbk_filter {
    /// sizeof(struct tbk_filter).
    pub size: u32,
    /// TBK_SINCE.
    pub flags: u32,
    /// TBK_DROP_OLDEST, TBK_CONFLATE or TBK_BLOCK.
    pub overflow: u32,
    /// How many `instruments` there are.
    pub instrument_count: u32,
    /// How many `strategies` there are.
    pub strategy_count: u32,
    /// How many `accounts` there are.
    pub account_count: u32,
    /// The kinds that are wanted: 1 << TBK_EVENT_... for each; 0 is all.
    pub kinds: u64,
    /// With TBK_SINCE: begin after the event with this sequence, which needs a database.
    pub since: u64,
    /// Numbers of instruments; NULL, or none of them, is all.
    pub instruments: *const u32,
    /// Numbers of strategies; NULL, or none of them, is all.
    pub strategies: *const u32,
    /// Numbers of accounts; NULL, or none of them, is all.
    pub accounts: *const u32,
    /// 0.
    pub reserved: [u64; 4],
}

// SAFETY: plain C data that begins with a u32 size, valid for any bytes.
unsafe impl Sized32 for tbk_filter {
    fn is_reserved_used(&self) -> bool {
        self.reserved.iter().any(|word| *word != 0)
    }
}

/// Hears what `filter` wants of `book`; a NULL filter wants everything from now on. It outlives the
/// book: what came before the end is still polled.
///
/// Any thread; the subscription is used by one thread at a time. Allocates, and takes the book's
/// lock.
///
/// # Safety
/// `book` is NULL or from tbk_open; `filter` is NULL or a valid struct, whose arrays
/// are NULL or have as many numbers as it says; `subscription` is NULL or a place for a
/// pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_subscribe(
    book: *const tbk_book,
    filter: *const tbk_filter,
    subscription: *mut *mut tbk_subscription,
) -> i32 {
    guard(|| {
        if subscription.is_null() {
            return Err(Failure::null("subscription"));
        }
        // SAFETY: the caller's promise.
        let own = unsafe { self::book(book) }?;
        let (wanted, overflow, since) = match filter.is_null() {
            true => (Filter::default(), Overflow::default(), None),
            // SAFETY: not NULL, and so a valid struct by the caller's promise.
            false => unsafe { wanted(filter) }?,
        };
        let listener = Listener {
            inner: own.lock()?.subscribe(wanted, overflow, since)?,
            reader: own.reader.clone(),
            inline: own.is_inline.then(|| Arc::downgrade(own)),
            wake: Wake::default(),
        };
        // SAFETY: not NULL, and so a place for a pointer by the caller's promise.
        unsafe { subscription.write(Handle::open(listener).cast()) };
        Ok(())
    })
}

/// Ends a subscription and closes its descriptor; NULL is allowed. No other thread may be in a call
/// on it.
///
/// Any thread. Frees, takes locks, and makes a system call to close the descriptor.
///
/// # Safety
/// `subscription` is NULL or from tbk_subscribe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_unsubscribe(subscription: *mut tbk_subscription) -> i32 {
    // SAFETY: the caller's promise.
    guard(|| unsafe { Handle::<Listener>::close("subscription", subscription.cast()) }.map(drop))
}

/// Takes at most `capacity` events that wait, oldest first, into `events`, which are of
/// `event_size` bytes each: sizeof(struct tbk_event); `count` is how many. Does not wait: see
/// tbk_subscription_fd.
///
/// One thread at a time for a subscription. While it is live, no lock and no system call, and no
/// allocation for a price, a position, a balance or a fee: other kinds allocate up to three times
/// each. One that lost events with TBK_BLOCK, or that is told the past, takes locks and reads the
/// database.
///
/// # Safety
/// `subscription` is NULL or from tbk_subscribe; `events` is NULL or has room for so
/// many; `count` is NULL or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_poll(
    subscription: *mut tbk_subscription,
    events: *mut tbk_event,
    event_size: usize,
    capacity: usize,
    count: *mut usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let own = unsafe { listener(subscription) }?;
        if events.is_null() && capacity > 0 {
            return Err(Failure::null("events"));
        }
        if count.is_null() {
            return Err(Failure::null("count"));
        }
        if event_size != size_of::<tbk_event>() {
            let allowed = "sizeof(struct tbk_event)";
            return Err(Failure::invalid("event_size", event_size, allowed));
        }
        let mut taken = 0;
        while taken < capacity
            && let Some(notice) = own.inner.poll()
        {
            // SAFETY: `taken` is below `capacity`, for which there is room by the promise.
            unsafe { events.add(taken).write(tbk_event::of(&notice)) };
            taken += 1;
        }
        // SAFETY: not NULL, and so a place by the caller's promise.
        unsafe { count.write(taken) };
        Ok(())
    })
}

/// Takes one event and writes all that it says as a JSON object and a NUL into the `size` bytes at
/// `text`, cut off where they are too few; "" where none waits. 4,096 are mostly enough; `text` may
/// be NULL, and tbk_last_text has the whole.
///
/// One thread at a time for a subscription. Allocates; where the event names what is new, waits for
/// the writer, or takes the lock of an inline book.
///
/// # Safety
/// `subscription` is NULL or from tbk_subscribe; `text` is NULL or has `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_poll_json(
    subscription: *mut tbk_subscription,
    text: *mut c_char,
    size: usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let own = unsafe { listener(subscription) }?;
        let said = own.inner.poll();
        let said = said.map_or_else(String::new, |notice| own.named(&notice).to_json());
        // SAFETY: the caller's promise.
        unsafe { give(said, text, size) };
        Ok(())
    })
}

/// A descriptor that is readable while there may be events, for epoll, poll or select; it belongs
/// to the subscription. Call tbk_subscription_arm after each poll that gave nothing.
///
/// One thread at a time for a subscription. The first call makes it, with a system call.
///
/// # Safety
/// `subscription` is NULL or from tbk_subscribe; `fd` is NULL or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_subscription_fd(
    subscription: *mut tbk_subscription,
    fd: *mut i32,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let own = unsafe { listener(subscription) }?;
        let at = own.wake.fd()?;
        if fd.is_null() {
            return Err(Failure::null("fd"));
        }
        // SAFETY: not NULL, and so a place by the caller's promise.
        unsafe { fd.write(at) };
        Ok(())
    })
}

/// Makes the descriptor unreadable until there is something to poll; `is_ready` is 1 where there
/// may be already, and it stays readable.
///
/// One thread at a time for a subscription. Allocates, takes the lock that whoever rings takes, and
/// makes one system call, two where it stays readable; the first call makes the descriptor.
///
/// # Safety
/// `subscription` is NULL or from tbk_subscribe; `is_ready` is NULL or a place for a
/// number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_subscription_arm(
    subscription: *mut tbk_subscription,
    is_ready: *mut i32,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let own = unsafe { listener(subscription) }?;
        let may_be = own.wake.arm(&own.inner)?;
        if !is_ready.is_null() {
            // SAFETY: not NULL, and so a place by the caller's promise.
            unsafe { is_ready.write(i32::from(may_be)) };
        }
        Ok(())
    })
}

/// How a subscription does: `lost` is how many parts of events were overwritten before they were
/// read; `sequence`, once a poll gave nothing, the last event of which everything was given out,
/// where another may go on; `is_over` is 1 where there will be no more. Each may be NULL.
///
/// One thread at a time for a subscription. No allocation, no lock, no system call.
///
/// # Safety
/// `subscription` is NULL or from tbk_subscribe; the others are NULL or places for
/// numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tbk_subscription_status(
    subscription: *mut tbk_subscription,
    lost: *mut u64,
    sequence: *mut u64,
    is_over: *mut i32,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let own = unsafe { listener(subscription) }?;
        // SAFETY: each is written only where it is not NULL, and so a place by the promise.
        unsafe {
            if !lost.is_null() {
                lost.write(own.inner.lost());
            }
            if !sequence.is_null() {
                sequence.write(own.inner.sequence());
            }
            if !is_over.is_null() {
                is_over.write(i32::from(own.inner.is_over()));
            }
        }
        Ok(())
    })
}

/// What the handle of a subscription is of.
///
/// # Safety
/// `given` is NULL or from tbk_subscribe, and nobody else uses it meanwhile.
unsafe fn listener<'a>(given: *mut tbk_subscription) -> Result<&'a mut Listener, Failure> {
    // SAFETY: the caller's promise.
    unsafe { Handle::of_mut("subscription", given.cast()) }
}

impl Listener {
    /// `notice` with names; a view may be older than it.
    fn named(&self, notice: &Notice) -> NoticeRecord {
        let mut view = self.reader.view();
        if !is_named(notice, view.registry()) {
            let own = self.inline.as_ref().and_then(Weak::upgrade);
            let names = own.and_then(|own| own.lock().ok()?.registry().ok());
            if let Some(names) = names {
                return NoticeRecord::of(notice, &names);
            }
            // Of a book that has ended, the last view has everything.
            view = self.reader.fresh_view(Some(NAMED_IN)).unwrap_or(view);
        }
        NoticeRecord::of(notice, view.registry())
    }
}

/// What the filter at `given` means.
///
/// # Safety
/// `given` points to a valid struct, whose arrays are NULL or as long as it says.
unsafe fn wanted(given: *const tbk_filter) -> Result<(Filter, Overflow, Option<u64>), Failure> {
    // SAFETY: the caller's promise.
    let given = unsafe { read("filter", given) }?;
    let overflow = match given.overflow {
        TBK_DROP_OLDEST => Overflow::DropOldest,
        TBK_CONFLATE => Overflow::Conflate,
        TBK_BLOCK => Overflow::Block,
        other => {
            let allowed = "TBK_DROP_OLDEST, TBK_CONFLATE or TBK_BLOCK";
            return Err(Failure::invalid("overflow", other, allowed));
        }
    };
    if given.flags & !TBK_SINCE != 0 {
        return Err(Failure::invalid("flags", given.flags, "TBK_SINCE"));
    }
    let kinds = match given.kinds {
        0 => Kinds::ALL,
        bits => Kinds::of_bits(bits).ok_or_else(|| {
            let allowed = "1 << TBK_EVENT_... of each kind";
            Failure::invalid("kinds", format!("{bits:#x}"), allowed)
        })?,
    };
    let small = |what: &'static str| {
        move |number: &u32| {
            let small = u16::try_from(*number);
            small.map_err(|_| Failure::invalid(what, number, "a number that the book has"))
        }
    };
    // SAFETY: the caller's promise.
    let (instruments, strategies, accounts) = unsafe {
        (
            numbers(given.instruments, given.instrument_count),
            numbers(given.strategies, given.strategy_count),
            numbers(given.accounts, given.account_count),
        )
    };
    let strategies = strategies.iter().map(small("strategies"));
    let accounts = accounts.iter().map(small("accounts"));
    let filter = Filter {
        kinds,
        instruments: instruments.iter().map(|id| InstrumentId(*id)).collect(),
        strategies: strategies
            .map(|id| id.map(StrategyId))
            .collect::<Result<_, _>>()?,
        accounts: accounts
            .map(|id| id.map(AccountId))
            .collect::<Result<_, _>>()?,
    };
    let since = (given.flags & TBK_SINCE != 0).then_some(given.since);
    Ok((filter, overflow, since))
}

/// The `count` numbers at `given`.
///
/// # Safety
/// `given` is NULL or points to so many.
unsafe fn numbers<'a>(given: *const u32, count: u32) -> &'a [u32] {
    match given.is_null() {
        true => &[],
        // SAFETY: not NULL, and the caller's promise.
        false => unsafe { std::slice::from_raw_parts(given, count as usize) },
    }
}
