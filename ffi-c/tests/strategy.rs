//! Strategies in C: sets of a book's bars are polled, signals become orders.
#![allow(unsafe_code, reason = "calls as C makes them")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::undocumented_unsafe_blocks,
    reason = "in a test; every pointer is to something of its own"
)]

use std::ffi::{CStr, CString, c_char};
use std::ptr::{null, null_mut};
use std::time::{Duration, Instant};

use truebook_c::*;

const MINUTE: i64 = 60_000_000_000;
/// 1 as a price or a quantity of 8 digits.
const ONE: i64 = 100_000_000;
const PAIR: &CStr = c"
[[synchronizer]]
name = 'pair'
expected_sources = ['A_1m', 'B_1m']
timeout_ms = 1000
require_all = false
waits_for_holes = false

[[feature]]
name = 'mean'
kind = 'sma'
source = 'A_1m'
span = 2

[[feature]]
name = 'change'
kind = 'return'
source = 'B_1m'
";

fn said() -> String {
    let text = unsafe { CStr::from_ptr(tbk_last_error()) };
    text.to_str().unwrap().to_owned()
}

fn ok(status: i32) {
    assert_eq!(status, TBK_OK, "{}", said());
}

/// That `status` refuses, with what is said of it.
fn refused(status: i32, code: i32, what: &str) {
    assert_eq!(status, code, "{}", said());
    assert!(said().contains(what), "{} without {what}", said());
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

fn last_text() -> String {
    let (mut text, mut length) = (null(), 0);
    ok(unsafe { tbk_last_text(&raw mut text, &raw mut length) });
    let text = unsafe { CStr::from_ptr(text) }.to_str().unwrap();
    assert_eq!(text.len(), length);
    text.to_owned()
}

/// A book with A and B, and cash.
fn open(options: &tbk_options) -> *mut tbk_book {
    let mut book = null_mut();
    unsafe {
        ok(tbk_open(TBK_ABI_VERSION, options, &raw mut book));
        for symbol in [c"A", c"B"] {
            let mut given: tbk_instrument = make();
            (given.symbol, given.base, given.quote) =
                (symbol.as_ptr(), symbol.as_ptr(), c"USD".as_ptr());
            (given.price_precision, given.qty_precision) = (2, 8);
            ok(tbk_add_instrument(book, &raw const given));
        }
        let (usd, id) = (c"USD".as_ptr(), c"in".as_ptr());
        ok(tbk_deposit(book, usd, c"100000".as_ptr(), id));
    }
    book
}

fn options(flags: u32) -> tbk_options {
    let mut options: tbk_options = make();
    options.flags = flags | TBK_EVENT_CLOCK;
    options
}

fn bar(book: *mut tbk_book, symbol: &CStr, minute: i64, close: &CStr) {
    let mut bar: tbk_bar = make();
    (bar.symbol, bar.timeframe) = (symbol.as_ptr(), c"1m".as_ptr());
    (bar.ts_open, bar.ts_close) = ((minute - 1) * MINUTE, minute * MINUTE);
    (bar.open, bar.high) = (close.as_ptr(), close.as_ptr());
    (bar.low, bar.close) = (close.as_ptr(), close.as_ptr());
    bar.volume = c"3".as_ptr();
    let (symbol, close, ts) = (symbol.as_ptr(), close.as_ptr(), bar.ts_close);
    let mut applied: tbk_applied = make();
    unsafe {
        ok(tbk_quote(book, symbol, close, close, ts));
        ok(tbk_bar(book, &raw const bar, &raw mut applied));
    }
    assert!(applied.sequence > 0);
}

/// Strategies that are polled.
struct Desk(*mut tbk_strategies);

impl Desk {
    fn open(book: *mut tbk_book, composition: Option<&CStr>, since: u64) -> Self {
        let mut own = null_mut();
        let composition = composition.map_or(null(), CStr::as_ptr);
        ok(unsafe { tbk_strategies_open(book, composition, since, &raw mut own) });
        Self(own)
    }

    fn add(&self, name: &CStr, change: impl FnOnce(&mut tbk_strategy)) -> u32 {
        let (mut strategy, mut number) = (make::<tbk_strategy>(), TBK_NONE);
        strategy.name = name.as_ptr();
        change(&mut strategy);
        ok(unsafe { tbk_strategies_add(self.0, &raw const strategy, &raw mut number) });
        number
    }

    /// The next set, if there is one already.
    fn poll(&self) -> Option<tbk_bar_set> {
        let (mut set, mut has_set) = (make(), -1);
        ok(unsafe { tbk_strategies_poll(self.0, &raw mut set, &raw mut has_set) });
        (has_set == 1).then_some(set)
    }

    /// The next set, which comes.
    fn set(&self) -> tbk_bar_set {
        let begun = Instant::now();
        loop {
            if let Some(set) = self.poll() {
                return set;
            }
            assert!(begun.elapsed() < Duration::from_secs(20));
            std::thread::yield_now();
        }
    }

    fn bar(&self, at: usize) -> tbk_bar_line {
        let mut bar = make();
        ok(unsafe { tbk_strategies_bar(self.0, at, &raw mut bar) });
        bar
    }

    fn feature(&self, at: usize) -> Option<f64> {
        let (mut value, mut is_known) = (0.0, -1);
        ok(unsafe { tbk_strategies_feature(self.0, at, &raw mut value, &raw mut is_known) });
        assert_eq!(is_known == 0, value.is_nan());
        (is_known == 1).then_some(value)
    }

    fn asked(&self, set: &tbk_bar_set) -> Vec<u32> {
        let one = |at| {
            let mut number = TBK_NONE;
            ok(unsafe { tbk_strategies_asked(self.0, at, &raw mut number) });
            number
        };
        (0..set.asked_count as usize).map(one).collect()
    }

    fn signal(&self, number: u32, signal: &tbk_signal) -> i32 {
        unsafe { tbk_strategies_signal(self.0, number, signal) }
    }

    fn decide(&self, capacity: usize) -> Vec<tbk_routed_order> {
        let (mut orders, mut count) = (Vec::with_capacity(capacity.max(1)), 0);
        let (at, size) = (orders.as_mut_ptr(), size_of::<tbk_routed_order>());
        unsafe {
            ok(tbk_strategies_decide(
                self.0,
                at,
                size,
                capacity,
                &raw mut count,
            ));
            orders.set_len(count);
        }
        orders
    }

    fn state(&self) -> tbk_strategies_state {
        let mut state = make();
        ok(unsafe { tbk_read_strategies(self.0, &raw mut state) });
        state
    }

    fn strategy(&self, number: u32) -> (tbk_strategy_state, String) {
        let (mut state, mut why) = (make(), [0; 64]);
        let at = why.as_mut_ptr();
        ok(unsafe { tbk_read_strategy(self.0, number, &raw mut state, at, why.len()) });
        (state, text(&why).to_owned())
    }

    fn close(self) {
        ok(unsafe { tbk_strategies_close(self.0) });
    }
}

fn close(book: *mut tbk_book) {
    ok(unsafe { tbk_close(book) });
}

/// Wants `action` with the first instrument, of a quantity.
fn wants(action: u32, qty: i64) -> tbk_signal {
    let mut signal: tbk_signal = make();
    (signal.action, signal.flags, signal.qty) = (action, TBK_QTY, qty);
    signal
}

#[test]
fn a_signal_becomes_an_order_and_one_that_a_limit_refuses_says_which() {
    for flags in [0, TBK_INLINE] {
        let book = open(&options(flags));
        let desk = Desk::open(book, Some(PAIR), TBK_FROM_NOW);
        let own = desk.add(c"own", |one| one.order_notional = c"1000".as_ptr());
        let greedy = desk.add(c"greedy", |one| one.synchronizer = c"pair".as_ptr());
        bar(book, c"A", 1, c"100");
        bar(book, c"B", 1, c"50");
        let set = desk.set();
        assert_eq!(desk.asked(&set), [own, greedy]);
        let mut usual = wants(TBK_ACTION_LONG, 0);
        usual.flags = 0;
        let mut money = usual;
        (money.instrument, money.notional) = (1, c"25".as_ptr());
        ok(desk.signal(own, &usual));
        ok(desk.signal(own, &money));
        ok(desk.signal(greedy, &wants(TBK_ACTION_BUY, 1_000_000 * ONE)));
        let [first, second, third] = desk.decide(8).try_into().unwrap();
        let of = |order: &tbk_routed_order| (order.status, order.instrument, order.qty.low);
        assert_eq!(of(&first), (TBK_OK, 0, 10 * ONE.cast_unsigned()));
        assert_eq!(of(&second), (TBK_OK, 1, ONE.cast_unsigned() / 2));
        assert_eq!(third.status, TBK_ERROR_REFUSED);
        assert_eq!(text(&third.reason), "InsufficientBalance");
        assert_eq!((first.side, text(&first.strategy)), (TBK_BUY, "own"));
        assert_eq!(text(&first.client_order_id), "own-60000000000-1");
        assert!(first.sequence > 0 && text(&first.reason).is_empty() && third.sequence == 0);
        let (state, why) = desk.strategy(own);
        assert_eq!((state.given, state.sent, state.is_stopped), (2, 2, 0));
        assert_eq!((text(&state.name), why.as_str()), ("own", ""));
        assert!(desk.decide(8).is_empty() && desk.poll().is_none());
        desk.close();
        close(book);
    }
}

#[test]
fn a_set_has_its_bars_sources_and_features_by_number_and_by_name() {
    let book = open(&options(TBK_INLINE));
    let desk = Desk::open(book, Some(PAIR), TBK_FROM_NOW);
    assert!(desk.poll().is_none());
    bar(book, c"A", 1, c"100");
    bar(book, c"B", 1, c"50.25");
    let set = desk.set();
    assert_eq!((set.ts, text(&set.synchronizer)), (MINUTE, "pair"));
    let counts = (set.source_count, set.missing_count, set.feature_count);
    assert_eq!((counts, set.is_past, set.asked_count), ((2, 0, 2), 0, 0));
    let second = desk.bar(1);
    assert_eq!((second.state, second.instrument), (TBK_BAR_PRESENT, 1));
    assert_eq!(
        (second.close, second.ts_close),
        (50 * ONE + ONE / 4, MINUTE)
    );
    assert_eq!((second.volume.low, second.volume.high), (300_000_000, 0));
    assert_eq!((desk.feature(0), desk.feature(1)), (None, None));
    // The set of minute 2 lacks B, and goes out when minute 3 shows that its time is over.
    bar(book, c"A", 2, c"102");
    bar(book, c"A", 3, c"104");
    let set = desk.set();
    assert_eq!((set.ts, set.missing_count), (2 * MINUTE, 1));
    let missing = desk.bar(1);
    assert_eq!(
        (missing.state, missing.instrument),
        (TBK_BAR_MISSING, TBK_NONE)
    );
    assert_eq!((missing.close, missing.ts_close), (0, 0));
    assert_eq!((desk.feature(0), desk.feature(1)), (Some(101.0), None));
    let (mut source, mut feature, mut cut) = (9, 9, [0x7f; 3]);
    unsafe {
        let name = (c"B_1m".as_ptr(), c"change".as_ptr());
        ok(tbk_strategies_source_number(
            desk.0,
            name.0,
            &raw mut source,
        ));
        ok(tbk_strategies_feature_number(
            desk.0,
            name.1,
            &raw mut feature,
        ));
        assert_eq!((source, feature), (1, 1));
        ok(tbk_strategies_source(
            desk.0,
            1,
            cut.as_mut_ptr(),
            cut.len(),
        ));
        assert_eq!((text(&cut), last_text().as_str()), ("B_", "B_1m"));
        ok(tbk_strategies_feature_name(desk.0, 0, null_mut(), 0));
        assert_eq!(last_text(), "mean");
        let status = tbk_strategies_source_number(desk.0, name.1, &raw mut source);
        refused(status, TBK_ERROR_UNKNOWN, "name: found 'change'");
        let status = tbk_strategies_feature_number(desk.0, name.0, &raw mut feature);
        refused(status, TBK_ERROR_UNKNOWN, "name: found 'B_1m'");
    }
    let mut pair: tbk_synchronizer_state = make();
    ok(unsafe { tbk_read_synchronizer(desk.0, 0, &raw mut pair) });
    assert_eq!((pair.complete, pair.incomplete, pair.taken), (1, 1, 4));
    assert_eq!(text(&pair.name), "pair");
    desk.close();
    close(book);
}

#[test]
fn orders_that_had_no_room_come_with_the_next_calls_before_anything_is_decided() {
    let book = open(&options(TBK_INLINE));
    let desk = Desk::open(book, Some(PAIR), TBK_FROM_NOW);
    let own = desk.add(c"own", |_| {});
    bar(book, c"A", 1, c"100");
    bar(book, c"B", 1, c"50");
    desk.set();
    for _ in 0..3 {
        ok(desk.signal(own, &wants(TBK_ACTION_BUY, ONE)));
    }
    let ids = |orders: Vec<tbk_routed_order>| -> Vec<String> {
        let id = |order: &tbk_routed_order| text(&order.client_order_id).to_owned();
        orders.iter().map(id).collect()
    };
    assert!(desk.decide(0).is_empty());
    ok(desk.signal(own, &wants(TBK_ACTION_BUY, ONE)));
    let told = [desk.decide(2), desk.decide(2), desk.decide(2)].map(ids);
    let name = |number| format!("own-{MINUTE}-{number}");
    assert_eq!(told, [vec![name(1), name(2)], vec![name(3)], vec![name(4)]]);
    desk.close();
    close(book);
}

#[test]
fn one_that_was_stopped_is_asked_no_more_and_the_book_says_why() {
    let book = open(&options(TBK_INLINE));
    let desk = Desk::open(book, Some(PAIR), TBK_FROM_NOW);
    let (wrong, good) = (desk.add(c"wrong", |_| {}), desk.add(c"good", |_| {}));
    let (mut filter, mut alerts) = (make::<tbk_filter>(), null_mut());
    filter.kinds = 1 << TBK_EVENT_ALERTED;
    ok(unsafe { tbk_subscribe(book, &raw const filter, &raw mut alerts) });
    bar(book, c"A", 1, c"100");
    bar(book, c"B", 1, c"50");
    assert_eq!(desk.set().asked_count, 2);
    for number in [wrong, good] {
        ok(desk.signal(number, &wants(TBK_ACTION_BUY, ONE)));
    }
    ok(unsafe { tbk_strategies_stop(desk.0, wrong, c"no such model".as_ptr()) });
    let late = desk.signal(wrong, &wants(TBK_ACTION_BUY, ONE));
    refused(late, TBK_ERROR_INVALID_VALUE, "no such model");
    let orders = desk.decide(8);
    assert_eq!((orders.len(), text(&orders[0].strategy)), (1, "good"));
    let mut json = [0; 1_024];
    ok(unsafe { tbk_poll_json(alerts, json.as_mut_ptr(), json.len()) });
    assert!(
        text(&json).contains("wrong: no such model"),
        "{}",
        text(&json)
    );
    let (state, why) = desk.strategy(wrong);
    assert_eq!((state.is_stopped, why.as_str()), (1, "no such model"));
    bar(book, c"A", 2, c"100");
    bar(book, c"B", 2, c"50");
    assert_eq!(desk.asked(&desk.set()), [good]);
    ok(unsafe { tbk_unsubscribe(alerts) });
    desk.close();
    close(book);
}

#[test]
fn a_signal_that_has_become_too_old_is_no_order() {
    let book = open(&options(TBK_INLINE));
    let desk = Desk::open(book, Some(PAIR), TBK_FROM_NOW);
    let soon = desk.add(c"soon", |one| {
        (one.flags, one.valid_ms) = (TBK_EXPIRES, 500)
    });
    let later = desk.add(c"later", |_| {});
    bar(book, c"A", 1, c"100");
    bar(book, c"A", 2, c"100");
    assert_eq!(desk.set().ts, MINUTE);
    let mut own = wants(TBK_ACTION_BUY, ONE);
    ok(desk.signal(soon, &own));
    ok(desk.signal(later, &own));
    (own.flags, own.valid_ns) = (TBK_QTY | TBK_EXPIRES, MINUTE - 1);
    ok(desk.signal(later, &own));
    own.valid_ns = MINUTE;
    ok(desk.signal(soon, &own));
    let orders = desk.decide(8);
    let whose: Vec<&str> = orders.iter().map(|order| text(&order.strategy)).collect();
    assert_eq!(whose, ["later", "soon"]);
    assert_eq!(desk.strategy(soon).0.expired, 1);
    assert_eq!(desk.strategy(later).0.expired, 1);
    desk.close();
    close(book);
}

#[test]
fn the_descriptor_says_when_there_may_be_a_set() {
    let book = open(&options(0));
    let desk = Desk::open(book, Some(PAIR), TBK_FROM_NOW);
    let (mut fd, mut is_ready) = (-1, 1);
    unsafe {
        ok(tbk_strategies_fd(desk.0, &raw mut fd));
        assert!(fd >= 0 && desk.poll().is_none());
        ok(tbk_strategies_arm(desk.0, &raw mut is_ready));
        assert_eq!(is_ready, 0);
        bar(book, c"A", 1, c"100");
        bar(book, c"B", 1, c"50");
        ok(tbk_strategies_arm(desk.0, &raw mut is_ready));
        assert_eq!((is_ready, desk.set().ts), (1, MINUTE));
        ok(tbk_strategies_arm(desk.0, null_mut()));
    }
    desk.close();
    close(book);
}

#[test]
fn sets_of_the_past_fill_features_and_no_order_comes_of_them() {
    let path = format!("{}/strategies-past.db", env!("CARGO_TARGET_TMPDIR"));
    for ending in ["", "-wal", "-shm", ".lock"] {
        let _ = std::fs::remove_file(format!("{path}{ending}"));
    }
    let path = CString::new(path).unwrap();
    let mut options = options(TBK_INLINE);
    options.path = path.as_ptr();
    let book = open(&options);
    bar(book, c"A", 1, c"100");
    bar(book, c"B", 1, c"50");
    close(book);
    let book = open(&options);
    let desk = Desk::open(book, Some(PAIR), 0);
    let own = desk.add(c"own", |_| {});
    let set = desk.set();
    assert_eq!((set.ts, set.is_past, set.asked_count), (MINUTE, 1, 1));
    ok(desk.signal(own, &wants(TBK_ACTION_BUY, ONE)));
    assert!(desk.decide(8).is_empty());
    bar(book, c"A", 2, c"104");
    bar(book, c"B", 2, c"50");
    let set = desk.set();
    assert_eq!((set.ts, set.is_past), (2 * MINUTE, 0));
    assert_eq!((desk.feature(0), desk.feature(1)), (Some(102.0), Some(0.0)));
    ok(desk.signal(own, &wants(TBK_ACTION_BUY, ONE)));
    assert_eq!(desk.decide(8).len(), 1);
    desk.close();
    close(book);
}

#[test]
fn the_books_own_configuration_runs_its_strategies_on_bars_of_trades() {
    let path = format!("{}/strategies.toml", env!("CARGO_TARGET_TMPDIR"));
    let config = r#"
[[instrument]]
symbol = "A"
base = "A"
quote = "USD"
price_precision = 2
qty_precision = 8

[[bars]]
source = "A_1m"
from = "trades"

[[synchronizer]]
name = "minutes"
expected_sources = ["A_1m"]

[[strategy]]
name = "momentum"
kind = "momentum"
symbols = ["A"]
synchronizer = "minutes"
fast = 1
slow = 2

[[strategy]]
name = "outside"
kind = "external"
synchronizer = "minutes"
"#;
    std::fs::write(&path, config).unwrap();
    let path = CString::new(path).unwrap();
    let mut options = options(TBK_INLINE);
    options.config = path.as_ptr();
    let book = open(&options);
    let desk = Desk::open(book, None, TBK_FROM_NOW);
    assert_eq!(desk.state().strategy_count, 2);
    let mut outside = TBK_NONE;
    unsafe {
        let name = c"outside".as_ptr();
        ok(tbk_strategies_number(desk.0, name, &raw mut outside));
        let nobody = tbk_strategies_number(desk.0, c"nobody".as_ptr(), &raw mut outside);
        refused(nobody, TBK_ERROR_UNKNOWN, "name: found 'nobody'");
    }
    let mut told = Vec::new();
    for second in 60..=420_i64 {
        let px = CString::new((100 + (second / 60 - 3).pow(2)).to_string()).unwrap();
        let (symbol, qty) = (c"A".as_ptr(), c"0.5".as_ptr());
        let ts = second * 1_000_000_000;
        ok(unsafe { tbk_trade_print(book, symbol, px.as_ptr(), qty, ts) });
        while let Some(set) = desk.poll() {
            assert_eq!(desk.asked(&set), [outside]);
            assert_eq!(desk.bar(0).volume.low, 30 * ONE.cast_unsigned());
            told.extend(desk.decide(8));
        }
    }
    assert_eq!(told.len(), 1);
    assert_eq!(
        (text(&told[0].strategy), told[0].side),
        ("momentum", TBK_BUY)
    );
    desk.close();
    close(book);
}

#[test]
fn wrong_strategies_and_compositions_say_what_is_allowed() {
    let book = open(&options(TBK_INLINE));
    let mut own = null_mut();
    for (composition, what) in [
        (c"[[synchronizer", "composition:1"),
        (c"[[synchroniser]]", "synchronizer"),
        (
            c"[[synchronizer]]\nname='x'\nexpected_sources=['C_1m']",
            "C_1m",
        ),
    ] {
        let at = composition.as_ptr();
        let status = unsafe { tbk_strategies_open(book, at, TBK_FROM_NOW, &raw mut own) };
        refused(status, TBK_ERROR_INVALID_VALUE, what);
    }
    let status = unsafe { tbk_strategies_open(book, PAIR.as_ptr(), 0, &raw mut own) };
    assert_ne!(status, TBK_OK, "a past without a database");
    assert!(own.is_null());
    let desk = Desk::open(book, Some(PAIR), TBK_FROM_NOW);
    desk.add(c"own", |_| {});
    type Change = fn(&mut tbk_strategy);
    let wrong: [(Change, &str); 7] = [
        (|one| one.name = c"own".as_ptr(), "a second time"),
        (|one| one.name = c"".as_ptr(), "name"),
        (|one| one.synchronizer = c"pears".as_ptr(), "pair"),
        (
            |one| one.order_notional = c"much".as_ptr(),
            "order_notional",
        ),
        (|one| one.valid_ms = 5, "0 without TBK_EXPIRES"),
        (|one| one.flags = 4, "flags"),
        (|one| one.size = 4, "strategy.size"),
    ];
    for (change, what) in wrong {
        let (mut strategy, mut number) = (make::<tbk_strategy>(), 77);
        strategy.name = c"other".as_ptr();
        change(&mut strategy);
        let status = unsafe { tbk_strategies_add(desk.0, &raw const strategy, &raw mut number) };
        refused(status, TBK_ERROR_INVALID_VALUE, what);
        assert_eq!(number, 77);
    }
    desk.close();
    close(book);
}

#[test]
fn wrong_signals_are_refused_by_name_and_nothing_comes_of_them() {
    let book = open(&options(TBK_INLINE));
    let desk = Desk::open(book, Some(PAIR), TBK_FROM_NOW);
    let own = desk.add(c"own", |_| {});
    let buy = wants(TBK_ACTION_BUY, ONE);
    let early = desk.signal(own, &buy);
    refused(
        early,
        TBK_ERROR_INVALID_VALUE,
        "whose synchronizer has no new set",
    );
    bar(book, c"A", 1, c"100");
    bar(book, c"B", 1, c"50");
    desk.set();
    type Change = fn(&mut tbk_signal);
    let wrong: [(Change, &str); 12] = [
        (|one| one.action = 0, "action: found 0"),
        (|one| one.action = 6, "action: found 6"),
        (|one| one.flags = 4, "flags: found 4"),
        (|one| one.instrument = 2, "instrument: found 2"),
        (|one| one.score = f64::NAN, "score"),
        (|one| one.qty = 0, "qty: found 0"),
        (|one| one.qty = -1, "qty: found -1"),
        (|one| one.flags = 0, "0 without TBK_QTY"),
        (|one| one.notional = c"5".as_ptr(), "NULL with TBK_QTY"),
        (
            |one| (one.flags, one.qty, one.notional) = (0, 0, c"-5".as_ptr()),
            "notional",
        ),
        (|one| one.valid_ns = 5, "0 without TBK_EXPIRES"),
        (
            |one| (one.flags, one.valid_ns) = (TBK_QTY | TBK_EXPIRES, -1),
            "valid_ns",
        ),
    ];
    for (change, what) in wrong {
        let mut signal = buy;
        change(&mut signal);
        refused(desk.signal(own, &signal), TBK_ERROR_INVALID_VALUE, what);
    }
    refused(
        desk.signal(1, &buy),
        TBK_ERROR_INVALID_VALUE,
        "number: found 1",
    );
    assert!(desk.decide(8).is_empty());
    assert_eq!(desk.strategy(own).0.given, 0);
    for _ in 0..65_536 {
        ok(desk.signal(own, &wants(TBK_ACTION_EXIT, ONE)));
    }
    refused(
        desk.signal(own, &buy),
        TBK_ERROR_FULL,
        "as many as may wait",
    );
    assert!(desk.decide(8).is_empty());
    ok(desk.signal(own, &buy));
    desk.close();
    close(book);
}

#[test]
fn what_outlives_its_book_says_that_it_is_over_and_decides_nothing() {
    let book = open(&options(0));
    let desk = Desk::open(book, Some(PAIR), TBK_FROM_NOW);
    let own = desk.add(c"own", |_| {});
    bar(book, c"A", 1, c"100");
    bar(book, c"B", 1, c"50");
    close(book);
    assert_eq!(desk.set().ts, MINUTE);
    ok(desk.signal(own, &wants(TBK_ACTION_BUY, ONE)));
    let mut order = std::mem::MaybeUninit::<tbk_routed_order>::uninit();
    let (mut count, size) = (7, size_of::<tbk_routed_order>());
    let decided =
        unsafe { tbk_strategies_decide(desk.0, order.as_mut_ptr(), size, 1, &raw mut count) };
    refused(decided, TBK_ERROR_CLOSED, "the book is closed");
    assert!(desk.poll().is_none());
    assert_eq!((count, desk.state().is_over), (7, 1));
    desk.close();
}

#[test]
fn null_sizes_and_closed_handles_are_statuses() {
    let book = open(&options(TBK_INLINE));
    let desk = Desk::open(book, Some(PAIR), TBK_FROM_NOW);
    let (own, mut set, mut number) = (desk.0, make::<tbk_bar_set>(), 0);
    let (mut line, mut at, mut value) = (make::<tbk_bar_line>(), 0, 0.0);
    let (mut order, mut count) = (Vec::<tbk_routed_order>::with_capacity(1), 0);
    let (strategy, signal) = (make::<tbk_strategy>(), wants(TBK_ACTION_BUY, 1));
    let (mut other, mut has_set) = (null_mut(), 0);
    let (order, a) = (order.as_mut_ptr(), c"A".as_ptr());
    unsafe {
        for status in [
            tbk_bar(book, null(), null_mut()),
            tbk_trade_print(book, a, null(), a, 0),
            tbk_strategies_open(book, null(), 0, null_mut()),
            tbk_strategies_open(null_mut(), null(), 0, &raw mut other),
            tbk_strategies_add(own, null(), &raw mut number),
            tbk_strategies_add(own, &raw const strategy, null_mut()),
            tbk_strategies_poll(own, null_mut(), &raw mut has_set),
            tbk_strategies_poll(own, &raw mut set, null_mut()),
            tbk_strategies_fd(own, null_mut()),
            tbk_strategies_number(own, null(), &raw mut number),
            tbk_strategies_number(own, a, null_mut()),
            tbk_strategies_bar(own, 0, null_mut()),
            tbk_strategies_feature(own, 0, null_mut(), null_mut()),
            tbk_strategies_source_number(own, null(), &raw mut at),
            tbk_strategies_feature_number(own, c"mean".as_ptr(), null_mut()),
            tbk_strategies_asked(own, 0, null_mut()),
            tbk_strategies_signal(own, 0, null()),
            tbk_strategies_advance(null_mut(), 1),
            tbk_strategies_stop(own, 0, null()),
            tbk_strategies_decide(own, null_mut(), 0, 1, &raw mut count),
            tbk_strategies_decide(own, null_mut(), 0, 0, null_mut()),
            tbk_read_strategies(own, null_mut()),
            tbk_read_strategy(own, 0, null_mut(), null_mut(), 0),
            tbk_read_synchronizer(null_mut(), 0, null_mut()),
        ] {
            assert_eq!(status, TBK_ERROR_NULL, "{}", said());
        }
        ok(tbk_strategies_close(null_mut()));
        let wrong = tbk_strategies_decide(own, order, 8, 1, &raw mut count);
        refused(wrong, TBK_ERROR_INVALID_VALUE, "order_size: found 8");
        let beyond = tbk_strategies_bar(own, 0, &raw mut line);
        refused(
            beyond,
            TBK_ERROR_INVALID_VALUE,
            "at: found 0, allowed: below 0",
        );
        let beyond = tbk_strategies_feature(own, usize::MAX, &raw mut value, null_mut());
        refused(beyond, TBK_ERROR_INVALID_VALUE, "see tbk_strategies_poll");
        line.size = 3;
        let wrong = tbk_strategies_bar(own, 0, &raw mut line);
        refused(wrong, TBK_ERROR_INVALID_VALUE, "bar.size: found 3");
        ok(tbk_strategies_close(own));
        for status in [
            tbk_strategies_close(own),
            tbk_strategies_poll(own, &raw mut set, &raw mut has_set),
            tbk_strategies_signal(own, 0, &raw const signal),
        ] {
            refused(
                status,
                TBK_ERROR_CLOSED,
                "strategies: found one that is closed",
            );
        }
    }
    close(book);
}
