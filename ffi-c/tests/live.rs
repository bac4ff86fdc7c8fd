//! A book as an engine in C uses it: feeds, readers, subscribers and views by handle.
#![allow(unsafe_code, reason = "calls as C makes them")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::undocumented_unsafe_blocks,
    reason = "in a test; every pointer is to something of its own"
)]

use std::ffi::{CStr, c_char};
use std::ptr::{null, null_mut};
use std::time::{Duration, Instant};

use truebook_c::*;

const SECOND: u64 = 1_000_000_000;
/// 1 as a price or a quantity of 8 digits.
const ONE: i64 = 100_000_000;

fn said() -> String {
    let text = unsafe { CStr::from_ptr(tbk_last_error()) };
    text.to_str().unwrap().to_owned()
}

/// A status, and what is said of it.
fn told(status: i32) -> (i32, String) {
    (status, said())
}

fn ok(status: i32) {
    assert_eq!(status, TBK_OK, "{}", said());
}

fn make<T>() -> T {
    let mut made = std::mem::MaybeUninit::<T>::zeroed();
    // Every struct that is passed so begins with its size.
    unsafe {
        made.as_mut_ptr()
            .cast::<u32>()
            .write(u32::try_from(size_of::<T>()).unwrap());
        made.assume_init()
    }
}

fn text(of: &[c_char]) -> &str {
    unsafe { CStr::from_ptr(of.as_ptr()) }.to_str().unwrap()
}

/// A book with one instrument and cash, and a reader.
struct Desk {
    book: *mut tbk_book,
    reader: *mut tbk_reader,
    instrument: u32,
}

impl Desk {
    fn open(flags: u32) -> Self {
        let (mut book, mut reader, mut instrument) = (null_mut(), null_mut(), 0);
        let mut options: tbk_options = make();
        options.flags = flags | TBK_EVENT_CLOCK;
        let mut given: tbk_instrument = make();
        (given.symbol, given.base, given.quote) =
            (c"BTC-USD".as_ptr(), c"BTC".as_ptr(), c"USD".as_ptr());
        (given.price_precision, given.qty_precision) = (2, 8);
        unsafe {
            ok(tbk_open(TBK_ABI_VERSION, &raw const options, &raw mut book));
            ok(tbk_add_instrument(book, &raw const given));
            ok(tbk_deposit(
                book,
                c"USD".as_ptr(),
                c"1000000".as_ptr(),
                null(),
            ));
            ok(tbk_reader_open(book, &raw mut reader));
            ok(tbk_instrument_number(
                reader,
                c"BTC-USD".as_ptr(),
                &raw mut instrument,
            ));
        }
        Self {
            book,
            reader,
            instrument,
        }
    }

    fn feed(&self, discipline: u32) -> *mut tbk_producer {
        let mut producer = null_mut();
        ok(unsafe { tbk_producer_open(self.book, discipline, &raw mut producer) });
        producer
    }

    fn fill(&self, trade_id: &CStr, qty: i64, price: i64) -> tbk_fill_push {
        let mut fill: tbk_fill_push = make();
        (fill.side, fill.instrument, fill.qty, fill.price) = (TBK_BUY, self.instrument, qty, price);
        (fill.trade_id, fill.strategy) = (trade_id.as_ptr(), c"mm".as_ptr());
        fill
    }

    /// Waits until everything pushed is published.
    fn until(&self, is_so: impl Fn(&tbk_position_line, &tbk_instrument_line) -> bool) {
        let begun = Instant::now();
        let (mut position, mut found) = (0, make::<tbk_position_line>());
        let mut prices: tbk_instrument_line = make();
        loop {
            unsafe {
                let mut strategy = 0;
                if tbk_strategy_number(self.reader, c"mm".as_ptr(), &raw mut strategy) == TBK_OK {
                    let key = (0, self.instrument, strategy, TBK_NET);
                    let (account, instrument, strategy, leg) = key;
                    let at = &raw mut position;
                    if tbk_position_number(self.reader, account, instrument, strategy, leg, at)
                        == TBK_OK
                    {
                        ok(tbk_read_position(self.reader, position, &raw mut found));
                    }
                }
                ok(tbk_read_instrument(
                    self.reader,
                    self.instrument,
                    &raw mut prices,
                ));
            }
            if is_so(&found, &prices) {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(20));
            std::thread::yield_now();
        }
    }

    fn close(self) {
        unsafe {
            ok(tbk_reader_close(self.reader));
            ok(tbk_close(self.book));
        }
    }
}

#[test]
fn what_is_pushed_is_read_by_number_once_however_often_it_was_pushed() {
    let desk = Desk::open(0);
    for discipline in [TBK_ORDERED, TBK_LIVE_FEED] {
        let feed = desk.feed(discipline);
        let quotes = [
            tbk_quote_push {
                instrument: desk.instrument,
                reserved: 0,
                bid: 99 * ONE,
                ask: 101 * ONE,
                ts_event: 1,
            },
            tbk_quote_push {
                instrument: desk.instrument,
                reserved: 0,
                bid: 100 * ONE,
                ask: 102 * ONE,
                ts_event: 2,
            },
        ];
        let fills = [
            desk.fill(c"t1", ONE, 100 * ONE),
            desk.fill(c"t1", ONE, 100 * ONE),
        ];
        let (mut quoted, mut filled) = (0, 0);
        unsafe {
            ok(tbk_push_quotes(feed, quotes.as_ptr(), 2, &raw mut quoted));
            ok(tbk_push_fills(feed, fills.as_ptr(), 2, &raw mut filled));
            ok(tbk_push_price(feed, desk.instrument, 101 * ONE, 3));
            ok(tbk_producer_close(feed));
        }
        assert_eq!((quoted, filled), (2, 2));
        desk.until(|position, prices| position.qty.low == 100_000_000 && prices.last == 101 * ONE);
    }
    let (mut info, mut totals) = (make::<tbk_instrument_info>(), make::<tbk_totals_line>());
    let (mut sequence, mut position) = (0, make::<tbk_position>());
    unsafe {
        ok(tbk_read_instrument_info(
            desk.reader,
            desk.instrument,
            &raw mut info,
        ));
        ok(tbk_read_totals(desk.reader, &raw mut totals));
        ok(tbk_read_sequence(desk.reader, &raw mut sequence));
        ok(tbk_position(
            desk.book,
            c"BTC-USD".as_ptr(),
            null(),
            &raw mut position,
        ));
    }
    assert_eq!(
        (info.price_scale, info.qty_scale, info.kind),
        (8, 8, TBK_SPOT)
    );
    assert_eq!(text(&info.symbol), "BTC-USD");
    assert_eq!((totals.open_positions, totals.sequence), (1, sequence));
    assert_eq!(
        (position.signed_qty.low, position.signed_qty.scale),
        (100_000_000, 8)
    );
    assert_eq!(
        (text(&position.symbol), text(&position.strategy)),
        ("BTC-USD", "")
    );
    desk.close();
}

#[test]
fn who_finds_the_number_of_an_instrument_finds_its_scales() {
    for flags in [0, TBK_INLINE] {
        let desk = Desk::open(flags);
        for number in 0..100 {
            let symbol = std::ffi::CString::new(format!("X{number}")).unwrap();
            let (mut given, mut info) = (make::<tbk_instrument>(), make::<tbk_instrument_info>());
            (given.symbol, given.base) = (symbol.as_ptr(), symbol.as_ptr());
            (given.quote, given.price_precision) = (c"USD".as_ptr(), 9);
            let (reader, mut found) = (desk.reader, TBK_NONE);
            unsafe {
                ok(tbk_add_instrument(desk.book, &raw const given));
                ok(tbk_instrument_number(
                    reader,
                    symbol.as_ptr(),
                    &raw mut found,
                ));
                ok(tbk_read_instrument_info(reader, found, &raw mut info));
            }
            assert_eq!(text(&info.symbol), symbol.to_str().unwrap());
            assert_eq!((info.price_scale, info.qty_scale), (9, 8));
        }
        desk.close();
    }
}

#[test]
fn wrong_numbers_are_refused_by_name_and_nothing_is_given() {
    let desk = Desk::open(0);
    let (feed, own, reader) = (desk.feed(TBK_ORDERED), desk.instrument, desk.reader);
    let nothing = desk.fill(c"t", 0, 1);
    let (mut info, mut number) = (make::<tbk_instrument_info>(), 0);
    let (mut line, mut prices) = (make::<tbk_position_line>(), make::<tbk_instrument_line>());
    let at = &raw mut number;
    let registered = "allowed: a registered number";
    let refused = |told: (i32, String), why: &str| {
        assert_eq!(told, (TBK_ERROR_INVALID_VALUE, why.to_owned()));
    };
    unsafe {
        let quote = |instrument, bid| told(tbk_push_quote(feed, instrument, bid, 2, 1));
        refused(quote(own, -1), "bid: found -1, allowed: more than 0");
        refused(quote(7, 1), &format!("instrument: found 7, {registered}"));
        let price = told(tbk_push_price(feed, own, 0, 1));
        refused(price, "last: found 0, allowed: more than 0");
        let fill = told(tbk_push_fill(feed, &raw const nothing));
        refused(fill, "qty: found 0, allowed: more than 0");
        let read = told(tbk_read_instrument_info(reader, 9, &raw mut info));
        refused(read, &format!("instrument: found 9, {registered}"));
        for number in [0, 9, TBK_NONE] {
            let read = told(tbk_read_position(reader, number, &raw mut line));
            refused(read, &format!("position: found {number}, {registered}"));
        }
        for number in [1, TBK_NONE] {
            let read = told(tbk_read_instrument(reader, number, &raw mut prices));
            refused(read, &format!("instrument: found {number}, {registered}"));
        }
        let leg = told(tbk_position_number(reader, 0, own, 0, 9, at));
        refused(leg, "leg: found 9, allowed: TBK_NET, TBK_LONG or TBK_SHORT");
        let state = told(tbk_set_trading_state(desk.book, 3, c"why".as_ptr()));
        let allowed = "TBK_ACTIVE, TBK_REDUCING or TBK_HALTED";
        refused(state, &format!("state: found 3, allowed: {allowed}"));
        ok(tbk_producer_close(feed));
    }
    desk.close();
}

#[test]
fn unknown_names_and_ways_are_refused() {
    let (desk, inline) = (Desk::open(0), Desk::open(TBK_INLINE));
    let (mut number, mut other) = (0, null_mut());
    let at = &raw mut number;
    unsafe {
        let strategy = tbk_strategy_number(desk.reader, c"nobody".as_ptr(), at);
        let symbol = tbk_instrument_number(desk.reader, c"X".as_ptr(), at);
        let position = tbk_position_number(desk.reader, 0, desk.instrument, 99, TBK_NET, at);
        assert_eq!((strategy, position), (TBK_ERROR_UNKNOWN, TBK_ERROR_UNKNOWN));
        assert_eq!(symbol, TBK_ERROR_UNKNOWN_INSTRUMENT);
        let status = tbk_producer_open(desk.book, 7, &raw mut other);
        assert_eq!(status, TBK_ERROR_INVALID_VALUE);
        let refused = told(tbk_producer_open(inline.book, TBK_ORDERED, &raw mut other));
        assert_eq!(refused.0, TBK_ERROR_INVALID_VALUE);
        assert!(
            refused.1.ends_with("a book with a thread of its own"),
            "{}",
            refused.1
        );
    }
    inline.close();
    desk.close();
}

#[test]
fn a_handle_that_was_closed_is_told_so() {
    let desk = Desk::open(0);
    let feed = desk.feed(TBK_ORDERED);
    let (mut subscription, mut view, mut count) = (null_mut(), null_mut(), 0);
    let mut events: [tbk_event; 1] = [make()];
    let (events, size) = (events.as_mut_ptr(), size_of::<tbk_event>());
    let closed = |told: (i32, String), what: &str| {
        assert_eq!(
            told,
            (
                TBK_ERROR_CLOSED,
                format!("{what}: found one that is closed")
            )
        );
    };
    unsafe {
        ok(tbk_subscribe(desk.book, null(), &raw mut subscription));
        ok(tbk_view_open(desk.book, 0, 0, &raw mut view));
        ok(tbk_producer_close(feed));
        ok(tbk_unsubscribe(subscription));
        ok(tbk_view_close(view));
        closed(
            told(tbk_push_quote(feed, desk.instrument, 1, 2, 1)),
            "producer",
        );
        closed(told(tbk_producer_close(feed)), "producer");
        let polled = tbk_poll(subscription, events, size, 1, &raw mut count);
        closed(told(polled), "subscription");
        closed(told(tbk_unsubscribe(subscription)), "subscription");
        closed(
            told(tbk_view_counts(view, &raw mut count, null_mut())),
            "view",
        );
        closed(told(tbk_view_close(view)), "view");
        let (book, reader) = (desk.book, desk.reader);
        ok(tbk_close(book));
        closed(told(tbk_close(book)), "book");
        let quote = tbk_quote(book, c"BTC-USD".as_ptr(), null(), null(), 0);
        closed(told(quote), "book");
        // What it was last is still read.
        let mut totals: tbk_totals_line = make();
        ok(tbk_read_totals(reader, &raw mut totals));
        assert!(totals.sequence > 0);
        ok(tbk_reader_close(reader));
    }
}

#[test]
fn how_many_of_a_batch_were_taken_is_always_said() {
    let desk = Desk::open(0);
    let feed = desk.feed(TBK_ORDERED);
    let fill = desk.fill(c"t1", ONE, 100 * ONE);
    let (mut taken, mut own) = (9, null_mut());
    let at = &raw mut taken;
    unsafe {
        // As an empty vector has it.
        ok(tbk_push_quotes(feed, null(), 0, at));
        assert_eq!(std::mem::replace(&mut *at, 9), 0);
        let status = tbk_push_fills(feed, null(), 1, at);
        assert_eq!(
            (status, std::mem::replace(&mut *at, 9)),
            (TBK_ERROR_NULL, 0)
        );
        let status = tbk_push_fills(null_mut(), &raw const fill, 1, at);
        assert_eq!(
            (status, std::mem::replace(&mut *at, 9)),
            (TBK_ERROR_NULL, 0)
        );
        ok(tbk_producer_close(feed));
        let status = tbk_push_fills(feed, &raw const fill, 1, at);
        assert_eq!(
            (status, std::mem::replace(&mut *at, 9)),
            (TBK_ERROR_CLOSED, 0)
        );
        ok(tbk_subscribe(desk.book, null(), &raw mut own));
        ok(tbk_poll(own, null_mut(), size_of::<tbk_event>(), 0, at));
        assert_eq!(taken, 0);
        ok(tbk_unsubscribe(own));
    }
    desk.close();
}

#[test]
fn what_is_wrong_with_a_filter_is_named_as_it_was_found() {
    let desk = Desk::open(0);
    let (mut filter, mut own, number) = (make::<tbk_filter>(), null_mut(), 70_000_u32);
    (filter.strategies, filter.strategy_count) = (&raw const number, 1);
    let refused = told(unsafe { tbk_subscribe(desk.book, &raw const filter, &raw mut own) });
    let why = "strategies: found 70000, allowed: a number that the book has";
    assert_eq!(refused, (TBK_ERROR_INVALID_VALUE, why.to_owned()));
    desk.close();
}

#[test]
fn null_is_refused_where_something_is_needed_and_closed_without_harm() {
    let desk = Desk::open(0);
    let mut line: tbk_position_line = make();
    unsafe {
        for status in [
            tbk_push_quote(null_mut(), 0, 1, 2, 1),
            tbk_push_fill(null_mut(), null()),
            tbk_poll(null_mut(), null_mut(), 0, 0, null_mut()),
            tbk_read_position(null(), 0, &raw mut line),
            tbk_read_position(desk.reader, 0, null_mut()),
            tbk_view_counts(null(), null_mut(), null_mut()),
            tbk_subscribe(desk.book, null(), null_mut()),
            tbk_reader_open(null(), null_mut()),
            tbk_wait_durable(desk.book, 0, 0, null_mut()),
            tbk_submit(desk.book, null(), null_mut()),
            tbk_read_order(desk.book, null(), null_mut()),
            tbk_read_balance(desk.book, null(), null(), null_mut()),
            tbk_read_status(desk.book, null_mut(), null_mut(), 0),
        ] {
            assert_eq!(status, TBK_ERROR_NULL, "{}", said());
        }
        for status in [
            tbk_producer_close(null_mut()),
            tbk_reader_close(null_mut()),
            tbk_unsubscribe(null_mut()),
            tbk_view_close(null_mut()),
            tbk_close(null_mut()),
        ] {
            ok(status);
        }
    }
    desk.close();
}

/// A subscription to fills and prices, and what waits there.
struct Ear(*mut tbk_subscription);

impl Ear {
    fn of(desk: &Desk) -> Self {
        let mut filter: tbk_filter = make();
        filter.kinds = 1 << TBK_EVENT_FILL_BOOKED | 1 << TBK_EVENT_PRICE_UPDATED;
        let mut own = null_mut();
        ok(unsafe { tbk_subscribe(desk.book, &raw const filter, &raw mut own) });
        Self(own)
    }

    fn polled(&self) -> Vec<tbk_event> {
        let (mut events, mut count) = (Vec::with_capacity(8), 0);
        let (at, size) = (events.as_mut_ptr(), size_of::<tbk_event>());
        unsafe {
            ok(tbk_poll(self.0, at, size, 8, &raw mut count));
            events.set_len(count);
        }
        events
    }

    fn json(&self) -> String {
        let mut json = [0; 4_096];
        ok(unsafe { tbk_poll_json(self.0, json.as_mut_ptr(), json.len()) });
        text(&json).to_owned()
    }
}

#[test]
fn events_are_polled_in_order_by_kind() {
    let desk = Desk::open(0);
    let (ear, feed, own) = (Ear::of(&desk), desk.feed(TBK_ORDERED), desk.instrument);
    let given = desk.fill(c"t1", 3, 100 * ONE);
    unsafe {
        ok(tbk_push_quote(feed, own, 99 * ONE, 101 * ONE, 5));
        ok(tbk_push_fill(feed, &raw const given));
        desk.until(|position, _| position.qty.low == 3);
        let [price, fill] = ear.polled().try_into().unwrap();
        assert_eq!(
            (price.kind, price.instrument),
            (TBK_EVENT_PRICE_UPDATED, own)
        );
        let prices = (price.bid, price.ask, price.price, price.ts);
        assert_eq!(prices, (99 * ONE, 101 * ONE, 100 * ONE, 5));
        let booked = (fill.kind, fill.side, fill.price);
        assert_eq!(booked, (TBK_EVENT_FILL_BOOKED, TBK_BUY, 100 * ONE));
        assert_eq!((fill.qty.low, fill.qty.high, fill.strategy), (3, 0, 1));
        ok(tbk_push_quote(feed, own, 98 * ONE, 102 * ONE, 6));
        desk.until(|_, prices| prices.bid == 98 * ONE);
        let told = ear.json();
        assert!(told.contains(r#""kind":"price_updated""#), "{told}");
        assert!(told.contains(r#""bid":"98""#), "{told}");
        assert_eq!(ear.json(), "");
        ok(tbk_producer_close(feed));
        ok(tbk_unsubscribe(ear.0));
    }
    desk.close();
}

#[test]
fn an_event_that_names_what_is_new_is_told_by_name_at_once() {
    for flags in [0, TBK_INLINE] {
        let desk = Desk::open(flags);
        let ear = Ear::of(&desk);
        let begun = Instant::now();
        let mut given: tbk_fill = make();
        (given.side, given.symbol) = (TBK_BUY, c"BTC-USD".as_ptr());
        (given.qty, given.price) = (c"1".as_ptr(), c"100".as_ptr());
        unsafe {
            given.strategy = c"first".as_ptr();
            ok(tbk_fill(desk.book, &raw const given, null_mut()));
            let told = ear.json();
            assert!(told.contains(r#""strategy":"first""#), "{told}");
            assert!(told.contains(r#""price":"100""#), "{told}");
            (given.strategy, given.ts_event) = (c"second".as_ptr(), 2);
            ok(tbk_fill(desk.book, &raw const given, null_mut()));
            desk.close();
            let mut told = ear.json();
            while told.contains("price_updated") {
                told = ear.json();
            }
            assert!(told.contains(r#""strategy":"second""#), "{told}");
            ok(tbk_unsubscribe(ear.0));
        }
        assert!(begun.elapsed() < Duration::from_millis(900), "{flags}");
    }
}

#[test]
fn a_descriptor_says_when_there_is_something_and_the_status_when_it_is_over() {
    let desk = Desk::open(0);
    let (ear, feed) = (Ear::of(&desk), desk.feed(TBK_ORDERED));
    let (mut fd, mut is_ready) = (-1, 1);
    let (mut lost, mut sequence, mut is_over) = (1, 0, 1);
    unsafe {
        ok(tbk_subscription_fd(ear.0, &raw mut fd));
        assert!(fd >= 0 && ear.polled().is_empty());
        ok(tbk_subscription_arm(ear.0, &raw mut is_ready));
        assert_eq!(is_ready, 0);
        ok(tbk_push_price(feed, desk.instrument, 98 * ONE, 6));
        desk.until(|_, prices| prices.last == 98 * ONE);
        ok(tbk_subscription_arm(ear.0, &raw mut is_ready));
        assert_eq!((is_ready, ear.polled().len()), (1, 1));
        let places = (&raw mut lost, &raw mut sequence, &raw mut is_over);
        ok(tbk_subscription_status(ear.0, places.0, places.1, places.2));
        assert_eq!((lost, is_over), (0, 0));
        assert!(sequence > 0);
        ok(tbk_producer_close(feed));
        desk.close();
        ok(tbk_subscription_status(
            ear.0,
            null_mut(),
            null_mut(),
            &raw mut is_over,
        ));
        assert_eq!(is_over, 1);
        ok(tbk_unsubscribe(ear.0));
    }
}

fn order(qty: &'static CStr) -> tbk_order_request {
    let mut order: tbk_order_request = make();
    (order.side, order.symbol) = (TBK_BUY, c"BTC-USD".as_ptr());
    (order.qty, order.price) = (qty.as_ptr(), c"100".as_ptr());
    (order.client_order_id, order.strategy) = (c"o1".as_ptr(), c"mm".as_ptr());
    order
}

#[test]
fn an_order_lives_from_its_submission_to_its_end() {
    for flags in [0, TBK_INLINE] {
        let desk = Desk::open(flags | TBK_LIVE);
        let (mut applied, mut found) = (make::<tbk_applied>(), make::<tbk_order>());
        let (mut balance, mut status) = (make::<tbk_balance>(), make::<tbk_status>());
        let (book, id, usd) = (desk.book, c"o1".as_ptr(), c"USD".as_ptr());
        let (own, other) = (order(c"2"), order(c"5"));
        unsafe {
            let sides = (c"99".as_ptr(), c"101".as_ptr());
            ok(tbk_quote(book, own.symbol, sides.0, sides.1, 1));
            ok(tbk_submit(book, &raw const own, &raw mut applied));
            let first = applied.sequence;
            let (mut strategy, mut position) = (0, 0);
            let (reader, name) = (desk.reader, c"mm".as_ptr());
            ok(tbk_strategy_number(reader, name, &raw mut strategy));
            let (place, at) = (&raw mut position, desk.instrument);
            ok(tbk_position_number(reader, 0, at, strategy, TBK_NET, place));
            let mut line: tbk_position_line = make();
            ok(tbk_read_position(reader, position, &raw mut line));
            ok(tbk_submit(book, &raw const own, &raw mut applied));
            assert_eq!((applied.sequence, applied.is_duplicate), (first, 1));
            let refused = told(tbk_submit(book, &raw const other, null_mut()));
            assert_eq!(
                refused,
                (TBK_ERROR_REFUSED, "DuplicateClientOrderId".to_owned())
            );
            ok(tbk_order_update(
                book,
                TBK_ORDER_ACCEPTED,
                id,
                c"v1".as_ptr(),
                2,
            ));
            ok(tbk_amend(book, id, c"3".as_ptr(), null()));
            ok(tbk_read_order(book, id, &raw mut found));
            assert_eq!(
                (found.qty.low, found.is_open, found.side),
                (300_000_000, 1, TBK_BUY)
            );
            let said = (text(&found.status), text(&found.venue_order_id));
            assert_eq!(said, ("working", "v1"));
            ok(tbk_read_balance(book, null(), usd, &raw mut balance));
            assert!(balance.in_orders.low > 0);
            ok(tbk_order_update(book, TBK_ORDER_CANCELED, id, null(), 3));
            ok(tbk_read_order(book, id, &raw mut found));
            assert_eq!((found.is_open, text(&found.status)), (0, "canceled"));
            ok(tbk_set_trading_state(book, TBK_HALTED, c"test".as_ptr()));
            ok(tbk_read_status(book, &raw mut status, null_mut(), 0));
            assert_eq!((status.is_running, status.trading_state), (1, TBK_HALTED));
        }
        desk.close();
    }
}

#[test]
fn an_order_of_another_account_is_filled_there() {
    let desk = Desk::open(TBK_LIVE);
    let (mut own, mut given) = (order(c"2"), make::<tbk_fill>());
    let (feed, other) = (desk.feed(TBK_ORDERED), c"other".as_ptr());
    let (mut found, mut number) = (make::<tbk_order>(), 0);
    let args = c"{\"currency\":\"USD\",\"amount\":\"1000\",\"account\":\"other\"}";
    let mut pushed = desk.fill(c"t2", ONE, 100 * ONE);
    (given.side, given.symbol, given.trade_id) = (TBK_BUY, own.symbol, c"t1".as_ptr());
    (given.qty, given.price) = (c"1".as_ptr(), c"100".as_ptr());
    (given.client_order_id, given.account) = (own.client_order_id, other);
    (pushed.client_order_id, pushed.account) = (own.client_order_id, other);
    own.account = other;
    unsafe {
        let sides = (c"99".as_ptr(), c"101".as_ptr());
        ok(tbk_quote(desk.book, own.symbol, sides.0, sides.1, 1));
        let name = c"deposit".as_ptr();
        ok(tbk_call(desk.book, name, args.as_ptr(), null_mut(), 0));
        ok(tbk_submit(desk.book, &raw const own, null_mut()));
        ok(tbk_fill(desk.book, &raw const given, null_mut()));
        ok(tbk_push_fill(feed, &raw const pushed));
        ok(tbk_account_number(desk.reader, other, &raw mut number));
        let begun = Instant::now();
        while text(&found.status) != "filled" {
            assert!(begun.elapsed() < Duration::from_secs(20));
            let id = own.client_order_id;
            ok(tbk_read_order(desk.book, id, &raw mut found));
        }
        pushed.account = c"nobody".as_ptr();
        let status = tbk_push_fill(feed, &raw const pushed);
        assert_eq!((number, status), (1, TBK_ERROR_UNKNOWN));
        (pushed.account, pushed.leg) = (other, 9);
        let status = tbk_push_fill(feed, &raw const pushed);
        assert_eq!(status, TBK_ERROR_INVALID_VALUE);
        ok(tbk_producer_close(feed));
    }
    desk.close();
}

#[test]
fn a_view_has_all_of_one_sequence_and_never_changes() {
    let desk = Desk::open(TBK_LIVE);
    let (mut applied, mut found) = (make::<tbk_applied>(), make::<tbk_order>());
    let (mut position, mut portfolio) = (make::<tbk_position>(), make::<tbk_portfolio>());
    let (mut view, mut positions, mut orders) = (null_mut(), 9, 9);
    let (own, book) = (order(c"2"), desk.book);
    unsafe {
        ok(tbk_quote(
            book,
            own.symbol,
            c"99".as_ptr(),
            c"101".as_ptr(),
            1,
        ));
        ok(tbk_submit(book, &raw const own, &raw mut applied));
        let seen = applied.sequence;
        ok(tbk_view_open(book, seen, SECOND, &raw mut view));
        let id = c"o1".as_ptr();
        ok(tbk_order_update(book, TBK_ORDER_CANCELED, id, null(), 3));
        ok(tbk_view_counts(view, &raw mut positions, &raw mut orders));
        assert_eq!((positions, orders), (0, 1));
        ok(tbk_view_order(view, 0, &raw mut found));
        assert_eq!((text(&found.client_order_id), found.is_open), ("o1", 1));
        ok(tbk_view_portfolio(view, &raw mut portfolio));
        assert_eq!(portfolio.sequence, seen);
        let beyond = told(tbk_view_order(view, 1, &raw mut found));
        let why = "at: found 1, allowed: below 1, see tbk_view_counts";
        assert_eq!(beyond, (TBK_ERROR_INVALID_VALUE, why.to_owned()));
        let beyond = tbk_view_position(view, 0, &raw mut position);
        assert_eq!(beyond, TBK_ERROR_INVALID_VALUE);
        ok(tbk_view_close(view));
        let late = tbk_view_open(book, seen + 9, 1_000_000, &raw mut view);
        assert_eq!(late, TBK_ERROR_TIMED_OUT);
    }
    desk.close();
}

#[test]
fn text_and_integers_are_the_same_numbers() {
    let mut integer = 0;
    unsafe {
        ok(tbk_integer_of_text(c"-1.25".as_ptr(), 4, &raw mut integer));
        assert_eq!(integer, -12_500);
        for (wrong, scale) in [
            (c"1.23", 1),
            (c"9223372036854775808", 0),
            (c"x", 0),
            (c"1", 19),
        ] {
            let status = tbk_integer_of_text(wrong.as_ptr(), scale, &raw mut integer);
            assert_eq!(
                (status, integer),
                (TBK_ERROR_INVALID_VALUE, -12_500),
                "{}",
                said()
            );
        }
    }
}

#[test]
fn every_kind_of_event_has_its_number_in_c() {
    assert_eq!(TBK_EVENT_ORDER_PLACED, 0);
    let header = include_str!("../../include/truebook.h");
    for (number, kind) in truebook::News::KINDS.iter().enumerate() {
        let line = format!("#define TBK_EVENT_{} {number}\n", kind.to_uppercase());
        assert!(header.contains(&line), "{line}");
    }
}
