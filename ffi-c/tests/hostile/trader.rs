//! The calls on strategies, and the bars that they see.

use std::ffi::c_char;
use std::ptr::{null, null_mut};

use truebook_c::*;

use super::{BATCH_MAX, Caller};

/// What is composed where it is to hold.
const COMPOSITION: &std::ffi::CStr = c"
[[synchronizer]]
name = 'own'
expected_sources = ['BTC-USD_1m', 'BTC-USD_2m']
timeout_ms = 1000
require_all = false
[[feature]]
name = 'mean'
kind = 'sma'
source = 'BTC-USD_1m'
span = 2
";
/// How long its bars are.
const MINUTE: i64 = 60_000_000_000;

impl Caller<'_> {
    /// Opens strategies at `place`.
    pub(super) fn compose(&mut self, book: *mut tbk_book, place: *mut *mut ()) -> i32 {
        let composition = match self.of.below(8) {
            0 => null(),
            1 => self.of.text(),
            _ => COMPOSITION.as_ptr(),
        };
        let since = match self.of.rarely() {
            true => self.of.moment(),
            false => TBK_FROM_NOW,
        };
        unsafe { tbk_strategies_open(book, composition, since, place.cast()) }
    }

    pub(super) fn bars(&mut self) {
        let book = self.of.handle(&self.books);
        self.minute += i64::from(self.of.byte() % 3);
        let minute = self.minute;
        let mut bar: tbk_bar = self.sized();
        (bar.symbol, bar.timeframe) = (c"BTC-USD".as_ptr(), c"1m".as_ptr());
        (bar.ts_open, bar.ts_close) = ((minute - 1) * MINUTE, minute * MINUTE);
        (bar.open, bar.high) = (c"100".as_ptr(), c"101".as_ptr());
        (bar.low, bar.close, bar.volume) = (c"99".as_ptr(), c"100.5".as_ptr(), c"1".as_ptr());
        if self.of.rarely() {
            (bar.symbol, bar.timeframe) = (self.of.text(), self.of.text());
            (bar.open, bar.high) = (self.of.text(), self.of.text());
            (bar.low, bar.close) = (self.of.text(), self.of.text());
        }
        if self.of.rarely() {
            (bar.ts_open, bar.ts_close) = (self.of.integer(), self.of.integer());
            (bar.volume, bar.timeframe) = (self.of.text(), c"2m".as_ptr());
        }
        let mut applied = self.sized();
        let status = match self.of.below(4) {
            0 => {
                let (symbol, price, qty) = (bar.symbol, bar.close, self.of.text());
                unsafe { tbk_trade_print(book, symbol, price, qty, bar.ts_close) }
            }
            _ => unsafe { tbk_bar(book, &raw const bar, self.of.place(&mut applied)) },
        };
        self.told(status);
    }

    pub(super) fn trade(&mut self) {
        let own = self.of.handle(&self.strategies);
        let (mut number, mut set, mut has_set) = (0, self.sized(), 0);
        let place = self.of.place(&mut number);
        let status = match self.of.below(16) {
            0 => {
                let mut strategy: tbk_strategy = self.sized();
                (strategy.name, strategy.flags) = (self.of.text(), self.of.small() / 2);
                (strategy.priority, strategy.valid_ms) = (-1, self.of.small() / 3);
                if self.of.rarely() {
                    (strategy.synchronizer, strategy.order_notional) =
                        (self.of.text(), self.of.text());
                }
                let strategy = self.of.place(&mut strategy);
                unsafe { tbk_strategies_add(own, strategy, place) }
            }
            1 => unsafe { tbk_strategies_stop(own, self.of.small(), self.of.text()) },
            2..=6 => {
                let (set, has_set) = (self.of.place(&mut set), self.of.place(&mut has_set));
                unsafe { tbk_strategies_poll(own, set, has_set) }
            }
            7..=9 => {
                let mut signal = self.signal();
                let signal = self.of.place(&mut signal);
                unsafe { tbk_strategies_signal(own, self.of.small() / 2, signal) }
            }
            10..=12 => self.decide(own),
            13 => {
                let (mut fd, mut is_ready) = (0, 0);
                match self.of.below(2) {
                    0 => unsafe { tbk_strategies_fd(own, self.of.place(&mut fd)) },
                    _ => unsafe { tbk_strategies_arm(own, self.of.place(&mut is_ready)) },
                }
            }
            14 => self.look_at_strategies(own),
            _ => self.look_at_set(own),
        };
        self.told(status);
    }

    fn signal(&mut self) -> tbk_signal {
        let mut signal: tbk_signal = self.sized();
        (signal.action, signal.instrument) =
            (self.of.small().saturating_add(1), self.of.small() / 2);
        (signal.flags, signal.qty) = (TBK_QTY, 1_000_000);
        if self.of.rarely() {
            (signal.flags, signal.qty) = (self.of.small(), self.of.integer());
            (signal.valid_ns, signal.notional) = (self.of.integer(), self.of.text());
            signal.score = f64::from_bits(self.of.integer().cast_unsigned());
        }
        signal
    }

    fn decide(&mut self, own: *mut tbk_strategies) -> i32 {
        let mut orders = [(); BATCH_MAX].map(|()| super::zeroed::<tbk_routed_order>());
        let (mut count, room) = (0, self.of.below(BATCH_MAX + 1));
        let size = self.of.size(size_of::<tbk_routed_order>()) as usize;
        let orders = self.of.place(&mut orders).cast();
        let at = self.of.place(&mut count);
        let status = unsafe { tbk_strategies_decide(own, orders, size, room, at) };
        assert!(count <= room);
        status
    }

    fn look_at_strategies(&mut self, own: *mut tbk_strategies) -> i32 {
        let (mut all, mut one, mut other) = (self.sized(), self.sized(), self.sized());
        let (at, mut reason) = (self.of.small(), [0; 16]);
        match self.of.below(3) {
            0 => unsafe { tbk_read_strategies(own, self.of.place(&mut all)) },
            1 => {
                let reason: *mut c_char = self.of.place(&mut reason).cast();
                let one = self.of.place(&mut one);
                unsafe { tbk_read_strategy(own, at, one, reason, self.of.below(16)) }
            }
            _ => unsafe { tbk_read_synchronizer(own, at as usize, self.of.place(&mut other)) },
        }
    }

    fn look_at_set(&mut self, own: *mut tbk_strategies) -> i32 {
        let (at, name, mut line) = (self.of.small() as usize, self.of.text(), self.sized());
        let (mut text, mut value, mut is_known) = ([0; 16], 0.0, 0);
        let (mut number, mut place) = (0, 0);
        let text: *mut c_char = self.of.place(&mut text).cast();
        let place = self.of.place(&mut place);
        match self.of.below(8) {
            0 => unsafe { tbk_strategies_bar(own, at, self.of.place(&mut line)) },
            1 => unsafe { tbk_strategies_source(own, at, text, self.of.below(17)) },
            2 => unsafe { tbk_strategies_source_number(own, name, place) },
            3 => {
                let (value, known) = (self.of.place(&mut value), self.of.place(&mut is_known));
                unsafe { tbk_strategies_feature(own, at, value, known) }
            }
            4 => unsafe { tbk_strategies_feature_name(own, at, text, self.of.below(17)) },
            5 => unsafe { tbk_strategies_feature_number(own, name, place) },
            6 => unsafe { tbk_strategies_number(own, name, self.of.place(&mut number)) },
            _ => unsafe { tbk_strategies_asked(own, at, self.of.place(&mut number)) },
        }
    }

    /// Strategies as they should be, so that calls find something.
    pub(super) fn begin_strategies(&mut self, book: *mut tbk_book) {
        let (mut own, mut strategy) = (null_mut(), super::zeroed::<tbk_strategy>());
        strategy.size = u32::try_from(size_of::<tbk_strategy>()).unwrap_or(0);
        (strategy.name, strategy.order_notional) = (c"mm".as_ptr(), c"50".as_ptr());
        let (mut number, composition) = (0, COMPOSITION.as_ptr());
        unsafe {
            let opened = tbk_strategies_open(book, composition, TBK_FROM_NOW, &raw mut own);
            assert_eq!(opened, TBK_OK);
            let added = tbk_strategies_add(own, &raw const strategy, &raw mut number);
            assert_eq!(added, TBK_OK);
        }
        self.strategies.push(own);
    }
}
