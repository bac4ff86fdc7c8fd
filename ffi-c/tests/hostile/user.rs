//! The calls on what is opened of a book, and on its orders.

use std::ffi::{CStr, c_char};
use std::ptr::null;

use truebook_c::*;

use super::{BATCH_MAX, Caller, zeroed};

impl Caller<'_> {
    pub(super) fn read(&mut self) {
        let book = self.of.handle(&self.books);
        let (mut position, mut portfolio) = (self.sized(), self.sized());
        let (mut balance, mut text) = (self.sized(), [0; 64]);
        let (a, b, size) = (self.of.text(), self.of.text(), self.of.below(64));
        let at: *mut c_char = self.of.place(&mut text).cast();
        let status = match self.of.below(6) {
            0 => unsafe { tbk_position(book, a, b, self.of.place(&mut position)) },
            1 => unsafe { tbk_portfolio(book, self.of.place(&mut portfolio)) },
            2 => unsafe { tbk_read_balance(book, a, b, self.of.place(&mut balance)) },
            3 => unsafe { tbk_call(book, self.of.name(), a, at, size) },
            4 => {
                let mut decimal = tbk_decimal {
                    high: self.of.integer(),
                    low: self.of.integer().cast_unsigned(),
                    scale: self.of.small().saturating_mul(13),
                    is_present: self.of.small(),
                };
                unsafe { tbk_decimal_text(self.of.place(&mut decimal), at, size) }
            }
            _ => {
                let mut integer = 0;
                let scale = self.of.small().saturating_mul(7);
                unsafe { tbk_integer_of_text(a, scale, self.of.place(&mut integer)) }
            }
        };
        self.told(status);
        self.last_text();
    }

    fn last_text(&mut self) {
        let (mut text, mut length) = (null(), 0);
        let status = unsafe { tbk_last_text(self.of.place(&mut text), self.of.place(&mut length)) };
        self.told(status);
        if !text.is_null() && length > 0 {
            assert_eq!(unsafe { CStr::from_ptr(text) }.count_bytes(), length);
        }
    }

    pub(super) fn submit(&mut self) {
        let book = self.of.handle(&self.books);
        let mut order: tbk_order_request = self.sized();
        (order.side, order.flags, order.leg) =
            (self.of.small(), self.of.small(), self.of.small() / 3);
        (order.symbol, order.qty, order.price) =
            (c"BTC-USD".as_ptr(), c"0.01".as_ptr(), c"90".as_ptr());
        (order.client_order_id, order.strategy) = (self.of.text(), self.of.text());
        if self.of.rarely() {
            (order.symbol, order.qty) = (self.of.text(), self.of.text());
            (order.price, order.stop) = (self.of.text(), self.of.text());
            (order.account, order.ts_event) = (self.of.text(), self.of.integer());
        }
        let mut applied = self.sized();
        let order = self.of.place(&mut order);
        let applied = self.of.place(&mut applied);
        let status = unsafe { tbk_submit(book, order, applied) };
        self.told(status);
    }

    pub(super) fn order(&mut self) {
        let book = self.of.handle(&self.books);
        let (id, other, more) = (self.of.text(), self.of.text(), self.of.text());
        let (report, ts) = (
            self.of.small().saturating_add(self.of.small()),
            self.of.integer(),
        );
        let mut order = self.sized();
        let status = match self.of.below(4) {
            0 => unsafe { tbk_amend(book, id, other, more) },
            1 => unsafe { tbk_read_order(book, id, self.of.place(&mut order)) },
            _ => unsafe { tbk_order_update(book, report, id, other, ts) },
        };
        self.told(status);
    }

    pub(super) fn govern(&mut self) {
        let book = self.of.handle(&self.books);
        let (mut is_durable, mut figures, mut text) = (0, self.sized(), [0; 16]);
        let error: *mut c_char = self.of.place(&mut text).cast();
        let status = match self.of.below(3) {
            0 => unsafe { tbk_set_trading_state(book, self.of.small(), self.of.text()) },
            1 => {
                let (sequence, most) = (self.of.moment(), self.of.moment());
                let is_durable = self.of.place(&mut is_durable);
                unsafe { tbk_wait_durable(book, sequence, most, is_durable) }
            }
            _ => {
                let figures = self.of.place(&mut figures);
                unsafe { tbk_read_status(book, figures, error, self.of.below(16)) }
            }
        };
        self.told(status);
    }

    /// An execution by numbers.
    fn pushed(&mut self) -> tbk_fill_push {
        let mut fill: tbk_fill_push = self.sized();
        (fill.side, fill.instrument) = (self.of.small(), self.of.small() / 2);
        (fill.qty, fill.price) = (self.of.integer(), self.of.integer());
        (fill.fee, fill.fee_scale) = (self.of.integer(), self.of.small().saturating_mul(7));
        (fill.trade_id, fill.strategy) = (self.of.text(), self.of.text());
        (fill.client_order_id, fill.ts_event) = (self.of.text(), self.of.integer());
        if self.of.rarely() {
            (fill.account, fill.leg) = (self.of.text(), self.of.small());
        }
        fill
    }

    pub(super) fn push(&mut self) {
        let producer = self.of.handle(&self.producers);
        let (instrument, ts) = (self.of.small() / 2, self.of.integer());
        let (bid, ask) = (self.of.integer(), self.of.integer());
        let mut fill = self.pushed();
        let status = match self.of.below(3) {
            0 => unsafe { tbk_push_quote(producer, instrument, bid, ask, ts) },
            1 => unsafe { tbk_push_price(producer, instrument, bid, ts) },
            _ => unsafe { tbk_push_fill(producer, self.of.place(&mut fill)) },
        };
        self.told(status);
    }

    pub(super) fn push_many(&mut self) {
        let producer = self.of.handle(&self.producers);
        let count = self.of.below(BATCH_MAX + 1);
        let mut quotes = [(); BATCH_MAX].map(|()| tbk_quote_push {
            instrument: self.of.small() / 2,
            reserved: 0,
            bid: self.of.integer(),
            ask: self.of.integer(),
            ts_event: self.of.integer(),
        });
        let mut fills = [(); BATCH_MAX].map(|()| self.pushed());
        let mut taken = 0;
        let at = self.of.place(&mut taken);
        let status = if self.of.below(2) == 0 {
            let quotes = self.of.place(&mut quotes).cast();
            unsafe { tbk_push_quotes(producer, quotes, count, at) }
        } else {
            let fills = self.of.place(&mut fills).cast();
            unsafe { tbk_push_fills(producer, fills, count, at) }
        };
        assert!(taken <= count);
        self.told(status);
    }

    pub(super) fn look(&mut self) {
        let reader = self.of.handle(&self.readers);
        let (mut sequence, mut number) = (0, 0);
        let (mut position, mut prices) = (self.sized(), self.sized());
        let (mut totals, mut info) = (self.sized(), self.sized());
        let (text, at) = (self.of.text(), self.of.small());
        let place = self.of.place(&mut number);
        let status = match self.of.below(9) {
            0 => unsafe { tbk_read_sequence(reader, self.of.place(&mut sequence)) },
            1 => unsafe { tbk_instrument_number(reader, text, place) },
            2 => unsafe { tbk_strategy_number(reader, text, place) },
            3 => unsafe { tbk_account_number(reader, text, place) },
            4 => {
                let (strategy, leg) = (self.of.small(), self.of.small());
                unsafe { tbk_position_number(reader, at / 2, at, strategy, leg, place) }
            }
            5 => unsafe { tbk_read_position(reader, at, self.of.place(&mut position)) },
            6 => unsafe { tbk_read_instrument(reader, at, self.of.place(&mut prices)) },
            7 => unsafe { tbk_read_totals(reader, self.of.place(&mut totals)) },
            _ => unsafe { tbk_read_instrument_info(reader, at, self.of.place(&mut info)) },
        };
        self.told(status);
    }

    pub(super) fn hear(&mut self) {
        let own = self.of.handle(&self.subscriptions);
        let mut events = [(); BATCH_MAX].map(|()| zeroed::<tbk_event>());
        let (mut count, mut text) = (0, [0; 64]);
        let (mut number, mut lost, mut sequence) = (0, 0, 0);
        let place = self.of.place(&mut number);
        let status = match self.of.below(5) {
            0 => {
                let size = self.of.size(size_of::<tbk_event>()) as usize;
                let events = self.of.place(&mut events).cast();
                let room = self.of.below(BATCH_MAX + 1);
                let count = self.of.place(&mut count);
                unsafe { tbk_poll(own, events, size, room, count) }
            }
            1 => {
                let text = self.of.place(&mut text).cast();
                unsafe { tbk_poll_json(own, text, self.of.below(64)) }
            }
            2 => unsafe { tbk_subscription_fd(own, place) },
            3 => unsafe { tbk_subscription_arm(own, place) },
            _ => {
                let lost = self.of.place(&mut lost);
                let sequence = self.of.place(&mut sequence);
                unsafe { tbk_subscription_status(own, lost, sequence, place) }
            }
        };
        assert!(count <= BATCH_MAX);
        self.told(status);
    }

    pub(super) fn view(&mut self) {
        let view = self.of.handle(&self.views);
        let (mut positions, mut orders, at) = (0, 0, self.of.small() as usize);
        let (mut portfolio, mut position, mut order) = (self.sized(), self.sized(), self.sized());
        let status = match self.of.below(4) {
            0 => {
                let positions = self.of.place(&mut positions);
                unsafe { tbk_view_counts(view, positions, self.of.place(&mut orders)) }
            }
            1 => unsafe { tbk_view_portfolio(view, self.of.place(&mut portfolio)) },
            2 => unsafe { tbk_view_position(view, at, self.of.place(&mut position)) },
            _ => unsafe { tbk_view_order(view, at, self.of.place(&mut order)) },
        };
        self.told(status);
    }
}
