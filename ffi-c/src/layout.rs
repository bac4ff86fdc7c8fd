//! What does not compile where it changes: the layout of the structs, as the header states it, too,
//! and the threads that may use what handles are of.

use std::mem::offset_of;

use truebook::{BookRecord, Reader};

use crate::book::Own;
use crate::feed::Feed;
use crate::handle::{any_thread, one_thread_at_a_time};
use crate::strategy::Desk;
use crate::subscription::Listener;
use crate::*;

const _: () = assert!(size_of::<tbk_options>() == 56);
const _: () = assert!(size_of::<tbk_instrument>() == 144);
const _: () = assert!(size_of::<tbk_fill>() == 152);
const _: () = assert!(size_of::<tbk_applied>() == 32);
const _: () = assert!(size_of::<tbk_decimal>() == 24);
const _: () = assert!(size_of::<tbk_int128>() == 16);
const _: () = assert!(size_of::<tbk_position>() == 600);
const _: () = assert!(size_of::<tbk_portfolio>() == 240);
const _: () = assert!(size_of::<tbk_balance>() == 128);
const _: () = assert!(size_of::<tbk_status>() == 120);
const _: () = assert!(size_of::<tbk_order_request>() == 128);
const _: () = assert!(size_of::<tbk_order>() == 728);
const _: () = assert!(size_of::<tbk_quote_push>() == 32);
const _: () = assert!(size_of::<tbk_fill_push>() == 112);
const _: () = assert!(size_of::<tbk_position_line>() == 80);
const _: () = assert!(size_of::<tbk_instrument_line>() == 64);
const _: () = assert!(size_of::<tbk_totals_line>() == 128);
const _: () = assert!(size_of::<tbk_instrument_info>() == 136);
const _: () = assert!(size_of::<tbk_filter>() == 96);
const _: () = assert!(size_of::<tbk_event>() == 120);
const _: () = assert!(size_of::<tbk_bar>() == 112);
const _: () = assert!(size_of::<tbk_strategy>() == 72);
const _: () = assert!(size_of::<tbk_bar_set>() == 136);
const _: () = assert!(size_of::<tbk_bar_line>() == 72);
const _: () = assert!(size_of::<tbk_signal>() == 80);
const _: () = assert!(size_of::<tbk_routed_order>() == 384);
const _: () = assert!(size_of::<tbk_strategies_state>() == 64);
const _: () = assert!(size_of::<tbk_strategy_state>() == 152);
const _: () = assert!(size_of::<tbk_synchronizer_state>() == 232);

const _: () = assert!(offset_of!(tbk_position_line, qty) == 32);
const _: () = assert!(offset_of!(tbk_event, qty) == 72);
const _: () = assert!(offset_of!(tbk_fill_push, qty) == 16);
const _: () = assert!(offset_of!(tbk_quote_push, bid) == 8);
const _: () = assert!(offset_of!(tbk_position, signed_qty) == 48);
const _: () = assert!(offset_of!(tbk_position, symbol) == 288);
const _: () = assert!(offset_of!(tbk_order, symbol) == 176);
const _: () = assert!(offset_of!(tbk_portfolio, equity) == 16);
const _: () = assert!(offset_of!(tbk_totals_line, equity) == 32);
const _: () = assert!(offset_of!(tbk_bar_set, synchronizer) == 32);
const _: () = assert!(offset_of!(tbk_bar_line, volume) == 56);
const _: () = assert!(offset_of!(tbk_signal, score) == 16);
const _: () = assert!(offset_of!(tbk_routed_order, qty) == 24);
const _: () = assert!(offset_of!(tbk_strategy_state, name) == 48);
const _: () = assert!(offset_of!(tbk_synchronizer_state, name) == 128);

const _: () = any_thread::<Own>();
const _: () = any_thread::<Reader>();
const _: () = any_thread::<BookRecord>();
const _: () = one_thread_at_a_time::<Feed>();
const _: () = one_thread_at_a_time::<Listener>();
const _: () = one_thread_at_a_time::<Desk>();
