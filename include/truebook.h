/* truebook: the book of record for a trading bot. C99 or later.
 *
 * Every call returns a status: TBK_OK, or a negative TBK_ERROR_* with text in tbk_last_error().
 * Outputs come last and are written only when the status is TBK_OK; `taken` of a batch always.
 * What is said of allocations, locks and system calls is of calls that end with TBK_OK: one that
 * fails allocates its text. A line whose writer lost its core in the middle of writing it is tried
 * for up to 200 ms, with system calls that let other threads run.
 * A struct begins with its own size; reserved members are 0.
 * Text is UTF-8 and ends with a NUL; the library copies what it keeps.
 * A tbk_book may be used from any thread; calls on one book wait for each other. A tbk_reader and
 * a tbk_view may be used from any number of threads at once, a tbk_producer, a tbk_subscription
 * and tbk_strategies from one at a time.
 * A handle that was closed is told from one that is open (TBK_ERROR_CLOSED), as long as no more
 * than 65,536 others were closed after it.
 *
 * Made by `cargo xtask header`; do not edit. */

#ifndef TRUEBOOK_H
#define TRUEBOOK_H

#include <stddef.h>
#include <stdint.h>

// tbk_bar_line.state: nothing stands for the source.
#define TBK_BAR_MISSING 0

// tbk_bar_line.state: the bar that closed at the set's time.
#define TBK_BAR_PRESENT 1

// tbk_bar_line.state: the bar of a slower timeframe that closed before, and is its newest.
#define TBK_BAR_CARRIED 2

// tbk_bar_line.state: the last bar known, instead of one that did not come.
#define TBK_BAR_STALE 3

// tbk_bar_line.state: a bar on the line between two others, instead of one that did not come.
#define TBK_BAR_INTERPOLATED 4

// Every order is taken that passes its checks.
#define TBK_ACTIVE 0

// Only orders that reduce are taken.
#define TBK_REDUCING 1

// No order is taken.
#define TBK_HALTED 2

// tbk_event.kind: "order_placed".
#define TBK_EVENT_ORDER_PLACED 0

// tbk_event.kind: "order_accepted".
#define TBK_EVENT_ORDER_ACCEPTED 1

// tbk_event.kind: "order_filled".
#define TBK_EVENT_ORDER_FILLED 2

// tbk_event.kind: "order_fill_reversed".
#define TBK_EVENT_ORDER_FILL_REVERSED 3

// tbk_event.kind: "order_corrected".
#define TBK_EVENT_ORDER_CORRECTED 4

// tbk_event.kind: "order_cancel_requested".
#define TBK_EVENT_ORDER_CANCEL_REQUESTED 5

// tbk_event.kind: "order_canceled".
#define TBK_EVENT_ORDER_CANCELED 6

// tbk_event.kind: "order_rejected".
#define TBK_EVENT_ORDER_REJECTED 7

// tbk_event.kind: "order_expired".
#define TBK_EVENT_ORDER_EXPIRED 8

// tbk_event.kind: "order_unknown".
#define TBK_EVENT_ORDER_UNKNOWN 9

// tbk_event.kind: "order_amended".
#define TBK_EVENT_ORDER_AMENDED 10

// tbk_event.kind: "limit_breached".
#define TBK_EVENT_LIMIT_BREACHED 11

// tbk_event.kind: "fill_booked".
#define TBK_EVENT_FILL_BOOKED 12

// tbk_event.kind: "fill_reversed".
#define TBK_EVENT_FILL_REVERSED 13

// tbk_event.kind: "fill_quarantined".
#define TBK_EVENT_FILL_QUARANTINED 14

// tbk_event.kind: "position_opened".
#define TBK_EVENT_POSITION_OPENED 15

// tbk_event.kind: "position_changed".
#define TBK_EVENT_POSITION_CHANGED 16

// tbk_event.kind: "position_closed".
#define TBK_EVENT_POSITION_CLOSED 17

// tbk_event.kind: "fee_changed".
#define TBK_EVENT_FEE_CHANGED 18

// tbk_event.kind: "balance_changed".
#define TBK_EVENT_BALANCE_CHANGED 19

// tbk_event.kind: "price_updated".
#define TBK_EVENT_PRICE_UPDATED 20

// tbk_event.kind: "price_refused".
#define TBK_EVENT_PRICE_REFUSED 21

// tbk_event.kind: "account_changed".
#define TBK_EVENT_ACCOUNT_CHANGED 22

// tbk_event.kind: "trading_state_changed".
#define TBK_EVENT_TRADING_STATE_CHANGED 23

// tbk_event.kind: "state_changed".
#define TBK_EVENT_STATE_CHANGED 24

// tbk_event.kind: "config_changed".
#define TBK_EVENT_CONFIG_CHANGED 25

// tbk_event.kind: "venue_stated".
#define TBK_EVENT_VENUE_STATED 26

// tbk_event.kind: "instrument_changed".
#define TBK_EVENT_INSTRUMENT_CHANGED 27

// tbk_event.kind: "account_added".
#define TBK_EVENT_ACCOUNT_ADDED 28

// tbk_event.kind: "strategy_added".
#define TBK_EVENT_STRATEGY_ADDED 29

// tbk_event.kind: "bar_closed".
#define TBK_EVENT_BAR_CLOSED 30

// tbk_event.kind: "observed".
#define TBK_EVENT_OBSERVED 31

// tbk_event.kind: "alerted".
#define TBK_EVENT_ALERTED 32

// tbk_event.kind: "snapshot_taken".
#define TBK_EVENT_SNAPSHOT_TAKEN 33

// tbk_event.kind: "store_changed".
#define TBK_EVENT_STORE_CHANGED 34

// tbk_position_line.flags: a part of it was given without its cost, so that cost and PnL say
// nothing.
#define TBK_COST_UNKNOWN 1

// tbk_order_request.flags: it may only reduce.
#define TBK_REDUCE_ONLY 1

// tbk_order_request.flags: return once it is on disk, so that it may leave.
#define TBK_DURABLE 2

// tbk_order_report: the venue took it.
#define TBK_ORDER_ACCEPTED 0

// tbk_order_report: the venue refused it.
#define TBK_ORDER_REJECTED 1

// tbk_order_report: we asked to cancel it.
#define TBK_ORDER_CANCEL_REQUESTED 2

// tbk_order_report: the venue refused to cancel it.
#define TBK_ORDER_CANCEL_REJECTED 3

// tbk_order_report: it is cancelled.
#define TBK_ORDER_CANCELED 4

// tbk_order_report: it has expired.
#define TBK_ORDER_EXPIRED 5

// tbk_order_report: nobody knows whether the venue has it.
#define TBK_ORDER_UNKNOWN 6

// tbk_producer_open: everything is taken, in the order in which it was given.
#define TBK_ORDERED 0

// tbk_producer_open: fills come before prices, and of the prices of an instrument the newest
// replaces one that was not taken yet.
#define TBK_LIVE_FEED 1

// In place of a number that is none: no strategy, no instrument.
#define TBK_NONE UINT32_MAX

// tbk_side: buy.
#define TBK_BUY 1

// tbk_side: sell.
#define TBK_SELL 2

// Legs of a position: the account is not hedged.
#define TBK_NET 0

// Legs of a position: the long one of a hedged account.
#define TBK_LONG 1

// Legs of a position: the short one of a hedged account.
#define TBK_SHORT 2

// tbk_instrument.kind: bought with the quote currency, never short.
#define TBK_SPOT 0

// tbk_instrument.kind: a share, may be short.
#define TBK_EQUITY 1

// tbk_instrument.kind: a perpetual that settles in its quote currency.
#define TBK_PERPETUAL 2

// tbk_instrument.kind: a future that settles in its quote currency.
#define TBK_FUTURE 3

// tbk_instrument.kind: a perpetual that settles in its base currency.
#define TBK_INVERSE_PERPETUAL 4

// tbk_instrument.kind: a future that settles in its base currency.
#define TBK_INVERSE_FUTURE 5

// tbk_instrument.kind: an option.
#define TBK_OPTION 6

// tbk_instrument.kind: one currency in another.
#define TBK_FX 7

// tbk_options.flags: run on the callers' threads instead of a writer thread.
#define TBK_INLINE 1

// tbk_options.flags: orders go to a venue and not to the paper venue.
#define TBK_LIVE 2

// tbk_options.flags: an acknowledged event survives kill -9, but not a power loss.
#define TBK_DURABILITY_OS 4

// tbk_options.flags: time comes from events only, instead of the system's clock.
#define TBK_EVENT_CLOCK 8

// tbk_options.wait: look for some microseconds, then sleep.
#define TBK_WAIT_ADAPTIVE 0

// tbk_options.wait: look again at once: the shortest way, and a whole core.
#define TBK_WAIT_SPIN 1

// tbk_options.wait: let another thread run, then look again.
#define TBK_WAIT_YIELD 2

// tbk_options.wait: sleep until something is given.
#define TBK_WAIT_PARK 3

// tbk_signal.action: buy, whatever it holds.
#define TBK_ACTION_BUY 1

// tbk_signal.action: sell, whatever it holds.
#define TBK_ACTION_SELL 2

// tbk_signal.action: be long: buy where it holds nothing and waits for nothing.
#define TBK_ACTION_LONG 3

// tbk_signal.action: be short: sell where it holds nothing, waits for nothing, and the instrument
// can be short.
#define TBK_ACTION_SHORT 4

// tbk_signal.action: be flat: close what it holds, unless an order that does is open.
#define TBK_ACTION_EXIT 5

// tbk_signal.flags: `qty` counts.
#define TBK_QTY 2

// The version of this interface; pass it to `tbk_open`.
#define TBK_ABI_VERSION 1

// Success.
#define TBK_OK 0

// The book is closed.
#define TBK_ERROR_CLOSED -1

// The writer stopped after an error of its own: open the book again.
#define TBK_ERROR_POISONED -2

// A value cannot be taken; tbk_last_error() names it and what is allowed.
#define TBK_ERROR_INVALID_VALUE -3

// No such instrument: tbk_add_instrument first.
#define TBK_ERROR_UNKNOWN_INSTRUMENT -4

// The database cannot be used.
#define TBK_ERROR_STORE -5

// A rule refused it; tbk_last_error() is the rule's name.
#define TBK_ERROR_REFUSED -6

// A pointer that must be given is NULL.
#define TBK_ERROR_NULL -7

// The header's TBK_ABI_VERSION is not this library's.
#define TBK_ERROR_ABI_VERSION -8

// No strategy, account, position or order that is looked up is called so. An order that is to be
// changed, and that nobody knows, is a value that cannot be taken, as in every language.
#define TBK_ERROR_UNKNOWN -9

// This process was forked from the one that opened the book: it can be used there only.
#define TBK_ERROR_FORKED -10

// There is no room just now, and nothing was given: try again.
#define TBK_ERROR_FULL -11

// The operating system refused something; tbk_last_error() has its words.
#define TBK_ERROR_SYSTEM -12

// What was waited for did not come in time.
#define TBK_ERROR_TIMED_OUT -13

// tbk_strategies_open: bars count from now on.
#define TBK_FROM_NOW UINT64_MAX

// tbk_strategy.flags and tbk_signal.flags: `valid_ms` and `valid_ns` count.
#define TBK_EXPIRES 1

// tbk_filter.overflow: the oldest events are lost, and counted.
#define TBK_DROP_OLDEST 0

// tbk_filter.overflow: of several that wait about the same thing, the newest is kept.
#define TBK_CONFLATE 1

// tbk_filter.overflow: the writer waits a little; then what is lost comes from the database.
#define TBK_BLOCK 2

// tbk_filter.flags: `since` counts.
#define TBK_SINCE 1

// A book of record.
struct tbk_book;

// Gives to a book from one thread at a time.
struct tbk_producer;

// Reads a book from any number of threads, without a lock.
struct tbk_reader;

// Strategies on a book's bars, for one thread at a time.
struct tbk_strategies;

// Hears a book on one thread at a time.
struct tbk_subscription;

// A book at one sequence; never changes. Any number of threads may read it.
struct tbk_view;

// A bar that has closed. Numbers are decimal text.
struct tbk_bar {
    // sizeof(struct tbk_bar).
    uint32_t size;
    // 0.
    uint32_t flags;
    // Of what.
    const char *symbol;
    // How long it is, as its source calls it: "1m", "1h".
    const char *timeframe;
    // When it opened, nanoseconds since the epoch.
    int64_t ts_open;
    // When it closed, nanoseconds since the epoch.
    int64_t ts_close;
    // The first price.
    const char *open;
    // The highest price.
    const char *high;
    // The lowest price.
    const char *low;
    // The last price.
    const char *close;
    // The quantity traded.
    const char *volume;
    // 0.
    uint64_t reserved[4];
};

// What became of a call.
struct tbk_applied {
    // sizeof(struct tbk_applied).
    uint32_t size;
    // 1 when it had been booked before.
    uint32_t is_duplicate;
    // The sequence of the event that booked it.
    uint64_t sequence;
    // 1 when it could not be booked and was put aside.
    uint32_t is_quarantined;
    // 0.
    uint32_t reserved[3];
};

// A name or an id, as text that ends with a NUL.
typedef char tbk_text[104];

// The bars that were known at one time.
struct tbk_bar_set {
    // sizeof(struct tbk_bar_set).
    uint32_t size;
    // 1 where it is made of bars that were recorded before: no order comes of it.
    uint32_t is_past;
    // Its time: every bar in it closed then or before, nanoseconds since the epoch.
    int64_t ts;
    // How many sources are expected; each has a place, from 0, that stays the same.
    uint32_t source_count;
    // Of how many the own bar is not there, whatever stands for it.
    uint32_t missing_count;
    // How many features there are; each has a place, from 0, that stays the same.
    uint32_t feature_count;
    // How many strategies are asked for signals.
    uint32_t asked_count;
    // Whose set it is; "" where a strategy of the configuration has a synchronizer to itself.
    tbk_text synchronizer;
};

// A whole number: high * 2^64 + low, in two's complement.
struct tbk_int128 {
    // The lower 64 bits.
    uint64_t low;
    // The upper 64 bits, signed.
    int64_t high;
};

// One bar of a set, integers at the scales of its instrument.
struct tbk_bar_line {
    // sizeof(struct tbk_bar_line).
    uint32_t size;
    // TBK_BAR_MISSING to TBK_BAR_INTERPOLATED; all below is 0 of one that is missing.
    uint32_t state;
    // The instrument's number; TBK_NONE of one that is missing.
    uint32_t instrument;
    // 0.
    uint32_t reserved;
    // When it closed, nanoseconds since the epoch.
    int64_t ts_close;
    // The first price.
    int64_t open;
    // The highest price.
    int64_t high;
    // The lowest price.
    int64_t low;
    // The last price.
    int64_t close;
    // The quantity traded.
    struct tbk_int128 volume;
};

// How to open a book; zero everything but the size for the defaults.
struct tbk_options {
    // sizeof(struct tbk_options).
    uint32_t size;
    // TBK_INLINE, TBK_LIVE, TBK_DURABILITY_OS, TBK_EVENT_CLOCK.
    uint32_t flags;
    // The database file; NULL keeps nothing.
    const char *path;
    // A TOML file with the configuration; NULL for the defaults.
    const char *config;
    // The core to pin the writer to, plus 1; 0 pins to none.
    uint32_t pin;
    // What the writer does while there is nothing to do: TBK_WAIT_ADAPTIVE to TBK_WAIT_PARK.
    uint32_t wait;
    // 0.
    uint32_t reserved[6];
};

// An instrument. Numbers are decimal text; those marked so may be NULL.
struct tbk_instrument {
    // sizeof(struct tbk_instrument).
    uint32_t size;
    // TBK_SPOT to TBK_FX.
    uint32_t kind;
    // What it is called.
    const char *symbol;
    // The currency or share that is bought.
    const char *base;
    // The currency that it is paid with.
    const char *quote;
    // Decimals of a price.
    uint32_t price_precision;
    // Decimals of a quantity.
    uint32_t qty_precision;
    // The step of a price; may be NULL.
    const char *tick;
    // The step of a quantity; may be NULL.
    const char *lot;
    // The smallest notional of an order; may be NULL.
    const char *min_notional;
    // The maker's fee in percent; may be NULL.
    const char *maker_fee_pct;
    // The taker's fee in percent; may be NULL.
    const char *taker_fee_pct;
    // Units of one contract; NULL is 1.
    const char *multiplier;
    // How many times its margin a position may be worth; NULL is 1.
    const char *leverage;
    // 0.
    uint64_t reserved[6];
};

// An execution. Numbers are decimal text; those marked so may be NULL.
struct tbk_fill {
    // sizeof(struct tbk_fill).
    uint32_t size;
    // TBK_BUY or TBK_SELL.
    uint32_t side;
    // What was traded.
    const char *symbol;
    // How much, positive, in base units.
    const char *qty;
    // At which price.
    const char *price;
    // The venue's id of the execution: a repeat is booked once; NULL makes one.
    const char *trade_id;
    // Our id of the order; may be NULL.
    const char *client_order_id;
    // The venue's id of the order; may be NULL.
    const char *venue_order_id;
    // Who decided it; may be NULL.
    const char *strategy;
    // The fee, negative for a rebate; NULL is not yet known.
    const char *fee;
    // The fee's currency; NULL is the quote currency.
    const char *fee_currency;
    // When, in nanoseconds since the epoch; 0 is now.
    int64_t ts_event;
    // Whose account, that of the order, too; NULL is "default".
    const char *account;
    // TBK_NET, TBK_LONG or TBK_SHORT, where the order does not say.
    uint32_t leg;
    // 0.
    uint32_t reserved[13];
};

// An exact decimal number: (high * 2^64 + low) / 10^scale, in two's complement.
struct tbk_decimal {
    // The upper 64 bits, signed.
    int64_t high;
    // The lower 64 bits.
    uint64_t low;
    // Digits after the decimal point.
    uint32_t scale;
    // 1 where there is a number, 0 where it is absent (an average price when flat).
    uint32_t is_present;
};

// A position at one sequence. Money is in settlement currency.
struct tbk_position {
    // sizeof(struct tbk_position).
    uint32_t size;
    // 1 when it is held but worth less than the dust threshold.
    uint32_t is_dust;
    // TBK_NET, TBK_LONG or TBK_SHORT.
    uint32_t leg;
    // 0.
    uint32_t reserved;
    // The sequence of the event that last changed it.
    uint64_t sequence;
    // Round trips that have ended.
    uint64_t closed_trades;
    // When it was opened from flat, nanoseconds since the epoch; 0 when flat.
    int64_t opened_at;
    // When a fill last changed it, nanoseconds since the epoch.
    int64_t updated_at;
    // Quantity in base units, negative when short.
    struct tbk_decimal signed_qty;
    // What of it no open order reduces already, unsigned.
    struct tbk_decimal available_to_reduce;
    // Average price of the open quantity at the scale of its price; absent when flat or unknown.
    struct tbk_decimal avg_px;
    // Exact cost of the open quantity, signed; absent where it is unknown.
    struct tbk_decimal cost;
    // The price at which it is valued; absent before the first.
    struct tbk_decimal mark;
    // Realized PnL, gross of fees; absent where a cost is unknown.
    struct tbk_decimal realized_pnl;
    // Unrealized PnL, gross of fees; absent without a mark or where a cost is unknown.
    struct tbk_decimal unrealized_pnl;
    // Received less paid for the quantity, fees apart.
    struct tbk_decimal cash_flow;
    // Funding, dividends and interest received less paid.
    struct tbk_decimal funding;
    // What it locks as margin.
    struct tbk_decimal margin;
    // What is held.
    tbk_text symbol;
    // Who decided it; "" is the account's net.
    tbk_text strategy;
    // Whose account.
    tbk_text account;
};

// What the book adds up to, in the reporting currency.
struct tbk_portfolio {
    // sizeof(struct tbk_portfolio).
    uint32_t size;
    // Currencies without a rate; their amounts are not in the sums.
    uint32_t missing_rates;
    // The sequence at which this holds.
    uint64_t sequence;
    // What was paid in, plus the PnL.
    struct tbk_decimal equity;
    // Balances that no position accounts for.
    struct tbk_decimal cash;
    // Positions at their marks.
    struct tbk_decimal holdings;
    // Realized PnL, gross of fees.
    struct tbk_decimal realized_pnl;
    // Unrealized PnL, gross of fees.
    struct tbk_decimal unrealized_pnl;
    // Fees paid.
    struct tbk_decimal fees;
    // Open positions, dust apart.
    uint64_t active;
    // Open positions that are dust.
    uint64_t dust;
    // 0.
    uint64_t reserved[8];
};

// A balance: total = free + in_orders + in_margin.
struct tbk_balance {
    // sizeof(struct tbk_balance).
    uint32_t size;
    // 0.
    uint32_t reserved;
    // Everything.
    struct tbk_decimal total;
    // What is not locked.
    struct tbk_decimal free;
    // What open orders lock.
    struct tbk_decimal in_orders;
    // What positions lock as margin.
    struct tbk_decimal in_margin;
    // What the venue last said the total is; absent where it said nothing.
    struct tbk_decimal stated;
};

// How a book does; each figure is of a moment of its own.
struct tbk_status {
    // sizeof(struct tbk_status).
    uint32_t size;
    // 1 while the writer runs.
    uint32_t is_running;
    // TBK_ACTIVE, TBK_REDUCING or TBK_HALTED.
    uint32_t trading_state;
    // Orders of unknown fate since the book was opened.
    uint32_t unresolved;
    // The newest event.
    uint64_t sequence;
    // How many changes were published, prices included, in this process.
    uint64_t version;
    // The newest event that survives; 0 without a database.
    uint64_t durable_sequence;
    // The event up to which the history tables stand; 0 without a database.
    uint64_t tables_sequence;
    // Bytes of events that wait in memory because the disk refuses.
    uint64_t backlog_bytes;
    // 0.
    uint64_t reserved[8];
};

// An order to be checked and recorded. Numbers are decimal text; those marked so may be NULL.
struct tbk_order_request {
    // sizeof(struct tbk_order_request).
    uint32_t size;
    // TBK_BUY or TBK_SELL.
    uint32_t side;
    // TBK_REDUCE_ONLY, TBK_DURABLE.
    uint32_t flags;
    // TBK_NET, TBK_LONG or TBK_SHORT.
    uint32_t leg;
    // What is traded.
    const char *symbol;
    // How much, positive.
    const char *qty;
    // Its limit; NULL is a market order.
    const char *price;
    // What sets it off; NULL is none.
    const char *stop;
    // Our id: a repeat is refused; NULL makes none.
    const char *client_order_id;
    // Who decided it; NULL is nobody in particular.
    const char *strategy;
    // Whose account; NULL is "default".
    const char *account;
    // When, nanoseconds since the epoch; 0 is now.
    int64_t ts_event;
    // 0.
    uint64_t reserved[6];
};

// An order at one sequence.
struct tbk_order {
    // sizeof(struct tbk_order).
    uint32_t size;
    // TBK_BUY or TBK_SELL.
    uint32_t side;
    // 1 while it can still fill.
    uint32_t is_open;
    // 1 where a cancel was asked for and is not yet answered.
    uint32_t is_cancel_requested;
    // The sequence of its submission.
    uint64_t sequence;
    // When it was submitted, nanoseconds since the epoch.
    int64_t ts_init;
    // How much.
    struct tbk_decimal qty;
    // How much was filled.
    struct tbk_decimal cum_qty;
    // How much is left.
    struct tbk_decimal leaves_qty;
    // Its limit; absent for a market order.
    struct tbk_decimal price;
    // The average price of its fills; absent before the first.
    struct tbk_decimal avg_px;
    // "pending", "working", "partially_filled", "unknown", "filled", "canceled", "rejected" or
    // "expired".
    char status[24];
    // What is traded.
    tbk_text symbol;
    // Our id.
    tbk_text client_order_id;
    // The venue's id; "" before it is known.
    tbk_text venue_order_id;
    // Who decided it.
    tbk_text strategy;
    // Whose account.
    tbk_text account;
    // 0.
    uint64_t reserved[4];
};

// A quote: integers at the instrument's price_scale.
struct tbk_quote_push {
    // The instrument's number.
    uint32_t instrument;
    // 0.
    uint32_t reserved;
    // The best bid; 0 is none.
    int64_t bid;
    // The best ask; 0 is none.
    int64_t ask;
    // When, nanoseconds since the epoch; 0 is now.
    int64_t ts_event;
};

// An execution: integers at the instrument's scales, text for what has a name.
struct tbk_fill_push {
    // sizeof(struct tbk_fill_push).
    uint32_t size;
    // TBK_BUY or TBK_SELL.
    uint32_t side;
    // The instrument's number.
    uint32_t instrument;
    // Digits after the point of `fee`.
    uint32_t fee_scale;
    // How much, positive, at qty_scale.
    int64_t qty;
    // At which price, at price_scale.
    int64_t price;
    // The fee in settlement currency at `fee_scale`, negative for a rebate; 0 is none.
    int64_t fee;
    // When, nanoseconds since the epoch; 0 is now.
    int64_t ts_event;
    // The venue's id of the execution: a repeat is booked once; NULL makes one.
    const char *trade_id;
    // Our id of the order; may be NULL.
    const char *client_order_id;
    // The venue's id of the order; may be NULL.
    const char *venue_order_id;
    // Who decided it; may be NULL.
    const char *strategy;
    // Whose account, that of the order, too; NULL is "default".
    const char *account;
    // TBK_NET, TBK_LONG or TBK_SHORT, where the order does not say.
    uint32_t leg;
    // 0.
    uint32_t reserved[5];
};

// The figures of one position, integers at the scales of its instrument.
struct tbk_position_line {
    // sizeof(struct tbk_position_line).
    uint32_t size;
    // TBK_COST_UNKNOWN.
    uint32_t flags;
    // The sequence of the event that last changed it.
    uint64_t sequence;
    // The price at which it is valued, at price_scale; 0 is none.
    int64_t mark;
    // 0.
    uint64_t reserved;
    // Signed quantity at qty_scale.
    struct tbk_int128 qty;
    // Signed cost at money_scale.
    struct tbk_int128 cost;
    // Realized PnL at money_scale, gross of fees.
    struct tbk_int128 realized_pnl;
};

// The prices of one instrument at its price_scale; 0 is none.
struct tbk_instrument_line {
    // sizeof(struct tbk_instrument_line).
    uint32_t size;
    // 0.
    uint32_t reserved;
    // How many events the book had.
    uint64_t sequence;
    // The best bid.
    int64_t bid;
    // The best ask.
    int64_t ask;
    // The last price.
    int64_t last;
    // The newest of the quote's middle, the last price and the venue's mark.
    int64_t mark;
    // The venue's own mark.
    int64_t venue_mark;
    // When the newest of them was known, nanoseconds since the epoch.
    int64_t ts;
};

// The whole book in the reporting currency, money at 10^-18.
struct tbk_totals_line {
    // sizeof(struct tbk_totals_line).
    uint32_t size;
    // 1 when currencies or positions are missing for want of a rate or a mark.
    uint32_t is_missing;
    // How many events the book had.
    uint64_t sequence;
    // How many changes were published, prices included.
    uint64_t version;
    // Positions that are open and not dust.
    uint64_t open_positions;
    // What was paid in, plus the PnL.
    struct tbk_int128 equity;
    // Balances that no position accounts for.
    struct tbk_int128 cash;
    // Realized PnL, gross of fees.
    struct tbk_int128 realized_pnl;
    // Unrealized PnL, gross of fees.
    struct tbk_int128 unrealized_pnl;
    // Fees paid; negative is a net rebate.
    struct tbk_int128 fees;
    // Funding, dividends and interest received less paid.
    struct tbk_int128 funding;
};

// What an instrument's integers mean.
struct tbk_instrument_info {
    // sizeof(struct tbk_instrument_info).
    uint32_t size;
    // TBK_SPOT to TBK_FX.
    uint32_t kind;
    // Digits after the point of its prices.
    uint32_t price_scale;
    // Digits after the point of its quantities.
    uint32_t qty_scale;
    // Digits after the point of its money: cost and PnL.
    uint32_t money_scale;
    // 0.
    uint32_t reserved[3];
    // What it is called, ends with a NUL.
    tbk_text symbol;
};

// What a strategy wants.
struct tbk_signal {
    // sizeof(struct tbk_signal).
    uint32_t size;
    // TBK_EXPIRES, TBK_QTY.
    uint32_t flags;
    // The instrument's number; it was registered when the strategies were opened.
    uint32_t instrument;
    // TBK_ACTION_BUY to TBK_ACTION_EXIT.
    uint32_t action;
    // How sure it is, where the selection goes by it: more is better.
    double score;
    // With TBK_EXPIRES: for how many nanoseconds after the time of the set it may become an order.
    int64_t valid_ns;
    // With TBK_QTY: how much, positive, at qty_scale; an exit is of everything.
    int64_t qty;
    // How much of the settlement currency, positive, as decimal text, without TBK_QTY; NULL is the
    // strategy's usual.
    const char *notional;
    // 0.
    uint64_t reserved[4];
};

// An order that a signal became.
struct tbk_routed_order {
    // TBK_OK, or the TBK_ERROR_* that tbk_submit would have given: it was not placed.
    int32_t status;
    // TBK_BUY or TBK_SELL.
    uint32_t side;
    // The instrument's number.
    uint32_t instrument;
    // 1 where it had been placed before.
    uint32_t is_duplicate;
    // The sequence of its submission; 0 where it was not placed.
    uint64_t sequence;
    // How much, at qty_scale.
    struct tbk_int128 qty;
    // Its id.
    tbk_text client_order_id;
    // Whose it is.
    tbk_text strategy;
    // The rule that refused it, or what else was wrong; "" with TBK_OK.
    tbk_text reason;
    // 0.
    uint64_t reserved[4];
};

// A strategy that decides outside; zero everything but the size and the name for the defaults.
struct tbk_strategy {
    // sizeof(struct tbk_strategy).
    uint32_t size;
    // TBK_EXPIRES.
    uint32_t flags;
    // What it is called, and its orders and positions.
    const char *name;
    // Whose sets it sees; NULL where there is one synchronizer only.
    const char *synchronizer;
    // More goes first, where the selection goes by it.
    int32_t priority;
    // With TBK_EXPIRES: for how many milliseconds after the time of their set its signals may
    // become orders, where they do not say it themselves.
    uint32_t valid_ms;
    // How much of the settlement currency it trades where a signal does not say, as decimal text;
    // NULL is nothing.
    const char *order_notional;
    // 0.
    uint64_t reserved[4];
};

// How strategies do together.
struct tbk_strategies_state {
    // sizeof(struct tbk_strategies_state).
    uint32_t size;
    // 1 where there will be no more bars: the book is closed, and all were taken.
    uint32_t is_over;
    // How many strategies there are, those of the configuration included; numbers are below it.
    uint32_t strategy_count;
    // How many synchronizers there are.
    uint32_t synchronizer_count;
    // How many parts of events were overwritten before they were read; not with a database.
    uint64_t lost;
    // Once a poll gave nothing: the last event of which everything was taken.
    uint64_t sequence;
    // 0.
    uint64_t reserved[4];
};

// How a strategy does.
struct tbk_strategy_state {
    // sizeof(struct tbk_strategy_state).
    uint32_t size;
    // 1 where it was stopped.
    uint32_t is_stopped;
    // How many signals it gave.
    uint64_t given;
    // How many of them were too old when they were to become orders.
    uint64_t expired;
    // How many were dropped for one on the other side.
    uint64_t outvoted;
    // How many had nothing to do: nothing to close, a position there already, less than one lot.
    uint64_t idle;
    // How many were sent as orders, which the limits may have refused.
    uint64_t sent;
    // Its name.
    tbk_text name;
};

// How a synchronizer does: how many sets and how many bars went which way.
struct tbk_synchronizer_state {
    // sizeof(struct tbk_synchronizer_state).
    uint32_t size;
    // 0.
    uint32_t reserved;
    // Sets that went out with every source present.
    uint64_t complete;
    // Sets that went out with a source missing, whatever stood for it.
    uint64_t incomplete;
    // Sets that were skipped: a source was missing and all are required.
    uint64_t skipped;
    // Sets that failed: a source was missing whose gaps are failures.
    uint64_t failed;
    // Of all these, how many went before their timeout because too many were open.
    uint64_t evicted;
    // Bars that are in their set.
    uint64_t taken;
    // Bars that are in their set, which is older than one that had begun already.
    uint64_t out_of_order;
    // Bars that were there already.
    uint64_t duplicate;
    // Bars that replaced one with other numbers before their set went out.
    uint64_t corrected;
    // Bars whose set had gone out without them.
    uint64_t late;
    // Bars that close after they arrived, by more than is allowed.
    uint64_t future;
    // Bars that nobody expects.
    uint64_t unexpected;
    // Bars that close between two closes of their timeframe.
    uint64_t off_grid;
    // Bars whose numbers contradict each other.
    uint64_t invalid;
    // Bars for which too many sets were open.
    uint64_t crowded;
    // Its name; "" where a strategy of the configuration has it to itself.
    tbk_text name;
};

// What a subscriber wants to hear; zero everything but the size for all of it, from now on.
struct tbk_filter {
    // sizeof(struct tbk_filter).
    uint32_t size;
    // TBK_SINCE.
    uint32_t flags;
    // TBK_DROP_OLDEST, TBK_CONFLATE or TBK_BLOCK.
    uint32_t overflow;
    // How many `instruments` there are.
    uint32_t instrument_count;
    // How many `strategies` there are.
    uint32_t strategy_count;
    // How many `accounts` there are.
    uint32_t account_count;
    // The kinds that are wanted: 1 << TBK_EVENT_... for each; 0 is all.
    uint64_t kinds;
    // With TBK_SINCE: begin after the event with this sequence, which needs a database.
    uint64_t since;
    // Numbers of instruments; NULL, or none of them, is all.
    const uint32_t *instruments;
    // Numbers of strategies; NULL, or none of them, is all.
    const uint32_t *strategies;
    // Numbers of accounts; NULL, or none of them, is all.
    const uint32_t *accounts;
    // 0.
    uint64_t reserved[4];
};

// One change that the book made.
struct tbk_event {
    // TBK_EVENT_..., the number of its kind.
    uint32_t kind;
    // Its number among those of one event, from 0.
    uint32_t index;
    // The sequence of the event that made it; for a price, of the event before.
    uint64_t sequence;
    // When it happened, nanoseconds since the epoch.
    int64_t ts;
    // The number of the instrument that it is about, or TBK_NONE.
    uint32_t instrument;
    // The number of the strategy that it is about, or TBK_NONE.
    uint32_t strategy;
    // The number of the account that it is about, or TBK_NONE.
    uint32_t account;
    // TBK_BUY or TBK_SELL of a fill, 0 of others.
    uint32_t side;
    // The price of a fill, or the newest of an instrument, at price_scale; 0 is none.
    int64_t price;
    // The best bid of a price, at price_scale; 0 is none.
    int64_t bid;
    // The best ask of a price, at price_scale; 0 is none.
    int64_t ask;
    // TBK_NET, TBK_LONG or TBK_SHORT of a position or a fill.
    uint32_t leg;
    // The number of the currency of a balance or a fee, or TBK_NONE.
    uint32_t currency;
    // At qty_scale: of a fill how much, of a position how much since, signed, of an order how much
    // was filled since. Of a balance its total since, of a fee the sum since, at the currency's
    // scale.
    struct tbk_int128 qty;
    // Of a fill what it realized, of a position what was realized since, at money_scale.
    struct tbk_int128 realized_pnl;
    // 0.
    uint64_t reserved[2];
};

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Records a bar that has closed; one of the same symbol, timeframe and opening replaces it in the
// history. `applied` may be NULL.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or from tbk_open; `bar` and `applied` are NULL or valid structs.
int32_t tbk_bar(struct tbk_book *book,
                const struct tbk_bar *bar,
                struct tbk_applied *applied);

// Takes a public trade: its price is the last one, and bars that the configuration makes of trades
// have it. `ts_event` is in nanoseconds since the epoch, 0 is now. A price that is refused (out of
// band) leaves the last one.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or from tbk_open; `symbol`, `price` and `qty` are NULL or end with a
// NUL.
int32_t tbk_trade_print(struct tbk_book *book,
                        const char *symbol,
                        const char *price,
                        const char *qty,
                        int64_t ts_event);

// Takes the next set; `has_set` is 0, and nothing else is written, where there is none yet.
// Strategies of the configuration have given their signals then; those that were added are asked:
// see tbk_strategies_asked. Does not wait: see tbk_strategies_fd. Set `set->size` first.
//
// One thread at a time for the strategies. Allocates; while it is live, no lock and no system
// call. One that lost bars, or that is told the past, takes locks and reads the database.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `set` is NULL or a struct;
// `has_set` is NULL or a place for a number.
int32_t tbk_strategies_poll(struct tbk_strategies *strategies,
                            struct tbk_bar_set *set,
                            int32_t *has_set);

// What stands in the newest set for the source at `at`, from 0. Set `bar->size` first.
//
// One thread at a time for the strategies. No allocation, no lock, no system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `bar` is NULL or a struct.
int32_t tbk_strategies_bar(const struct tbk_strategies *strategies,
                           size_t at,
                           struct tbk_bar_line *bar);

// Writes the name of the source at `at` of the newest set ("BTC-USD_1m") and a NUL into the `size`
// bytes at `text`, cut off where they are too few; `text` may be NULL, and tbk_last_text has the
// whole.
//
// One thread at a time for the strategies. Allocates; no lock, no system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `text` is NULL or has `size` bytes.
int32_t tbk_strategies_source(const struct tbk_strategies *strategies,
                              size_t at,
                              char *text,
                              size_t size);

// The place of a source of the newest set by its name; TBK_ERROR_UNKNOWN where there is none.
//
// One thread at a time for the strategies. No lock, no system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `name` is NULL or ends with a NUL;
// `at` is NULL or a place for a number.
int32_t tbk_strategies_source_number(const struct tbk_strategies *strategies,
                                     const char *name,
                                     size_t *at);

// The number of the strategy at `at`, from 0, among those that were asked for signals of the
// newest set.
//
// One thread at a time for the strategies. No allocation, no lock, no system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `number` is NULL or a place for a
// number.
int32_t tbk_strategies_asked(const struct tbk_strategies *strategies,
                             size_t at,
                             uint32_t *number);

// Opens a book. `abi_version` is TBK_ABI_VERSION; `options` may be NULL: in memory, paper mode, a
// writer thread. Free it with tbk_close.
//
// Any thread. Allocates, reads the files and starts the writer's thread.
//
// Requires: `options` is NULL or a valid struct, `book` is NULL or a place for a pointer.
int32_t tbk_open(uint32_t abi_version,
                 const struct tbk_options *options,
                 struct tbk_book **book);

// Keeps everything, ends the writer and frees the book; NULL is allowed. No other thread may be in
// a call on it. The book is freed whatever the status says. What was opened of it stays until it
// is closed itself.
//
// Any thread. Takes locks, and waits for the writer and the disk.
//
// Requires: `book` is NULL or from tbk_open.
int32_t tbk_close(struct tbk_book *book);

// Registers an instrument; a repeat with the same properties changes nothing.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or open; `instrument` is NULL or a valid struct.
int32_t tbk_add_instrument(struct tbk_book *book,
                           const struct tbk_instrument *instrument);

// Takes a quote; a side that is NULL is missing. `ts_event` is in nanoseconds since the epoch, 0
// is now. A price that is refused (crossed, out of band) leaves the last one.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or open; `symbol`, `bid` and `ask` are NULL or end with a NUL.
int32_t tbk_quote(struct tbk_book *book,
                  const char *symbol,
                  const char *bid,
                  const char *ask,
                  int64_t ts_event);

// Books an execution, once however often it is reported. `applied` may be NULL.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or open; `fill` and `applied` are NULL or valid structs.
int32_t tbk_fill(struct tbk_book *book,
                 const struct tbk_fill *fill,
                 struct tbk_applied *applied);

// Reads a position: of one strategy, or with NULL the account's net. Set `position->size` first.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or open; text is NULL or NUL-terminated; `position` is NULL or a
// struct.
int32_t tbk_position(const struct tbk_book *book,
                     const char *symbol,
                     const char *strategy,
                     struct tbk_position *position);

// Reads what the book adds up to. Set `portfolio->size` first.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or open; `portfolio` is NULL or a valid struct.
int32_t tbk_portfolio(const struct tbk_book *book,
                      struct tbk_portfolio *portfolio);

// Calls the method called `name`, one of the Python package's, with `args`, the text of a JSON
// object of its keywords; NULL is none. Writes what it returns as JSON text and a NUL into the
// `size` bytes at `result`, cut off where they are too few; `result` may be NULL. tbk_last_text
// has the whole.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or open; text is NULL or NUL-terminated; `result` NULL or `size`
// bytes.
int32_t tbk_call(struct tbk_book *book,
                 const char *name,
                 const char *args,
                 char *result,
                 size_t size);

// Books cash that came in; a repeat of `id` is booked once, NULL is a deposit of its own.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or from tbk_open; `currency`, `amount` and `id` are NULL or end with
// a NUL.
int32_t tbk_deposit(struct tbk_book *book,
                    const char *currency,
                    const char *amount,
                    const char *id);

// Books cash that went out, as tbk_deposit.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or from tbk_open; `currency`, `amount` and `id` are NULL or end with
// a NUL.
int32_t tbk_withdraw(struct tbk_book *book,
                     const char *currency,
                     const char *amount,
                     const char *id);

// Reads a balance; 0 where nothing was booked. `account` NULL is "default". Set `balance->size`
// first.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or from tbk_open; `account` and `currency` are NULL or end with a
// NUL; `balance` is NULL or a struct.
int32_t tbk_read_balance(const struct tbk_book *book,
                         const char *account,
                         const char *currency,
                         struct tbk_balance *balance);

// Changes what trading is allowed: `state` is TBK_ACTIVE, TBK_REDUCING or TBK_HALTED.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or from tbk_open; `reason` is NULL or ends with a NUL.
int32_t tbk_set_trading_state(struct tbk_book *book,
                              uint32_t state,
                              const char *reason);

// Waits at most `timeout_ns` nanoseconds until `sequence` is durable; `is_durable` is 1 when it
// is.
//
// Any thread. No lock of the book: others call it meanwhile.
//
// Requires: `book` is NULL or from tbk_open; `is_durable` is NULL or a place for a number.
int32_t tbk_wait_durable(const struct tbk_book *book,
                         uint64_t sequence,
                         uint64_t timeout_ns,
                         int32_t *is_durable);

// How a book does. Set `status->size` first. What the disk last refused is written with a NUL into
// the `error_size` bytes at `store_error`, cut off where they are too few, "" while it refuses
// nothing; it may be NULL.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or from tbk_open; `status` is NULL or a struct; `store_error` is NULL
// or has `error_size` bytes.
int32_t tbk_read_status(const struct tbk_book *book,
                        struct tbk_status *status,
                        char *store_error,
                        size_t error_size);

// Writes `value` as the shortest exact text and a NUL into the `size` bytes at `text`; 64 are
// always enough. An absent number is "".
//
// Any thread. Allocates; no lock, no system call.
//
// Requires: `value` is NULL or points to a decimal, `text` is NULL or to `size` writable bytes.
int32_t tbk_decimal_text(const struct tbk_decimal *value,
                         char *text,
                         size_t size);

// The integer that `text` writes, at `scale` digits after the point, exactly: what has more digits
// is refused.
//
// Any thread. No allocation, no lock, no system call.
//
// Requires: `text` is NULL or ends with a NUL; `integer` is NULL or a place for a number.
int32_t tbk_integer_of_text(const char *text,
                            uint32_t scale,
                            int64_t *integer);

// What the feature at `at`, from 0, came to in the newest set; `is_known` is 0, and `value` not a
// number, before its warm-up and where a source of it is missing.
//
// One thread at a time for the strategies. No allocation, no lock, no system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `value` and `is_known` are NULL or
// places for numbers.
int32_t tbk_strategies_feature(const struct tbk_strategies *strategies,
                               size_t at,
                               double *value,
                               int32_t *is_known);

// Writes the name of the feature at `at` of the newest set, as tbk_strategies_source does.
//
// One thread at a time for the strategies. Allocates; no lock, no system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `text` is NULL or has `size` bytes.
int32_t tbk_strategies_feature_name(const struct tbk_strategies *strategies,
                                    size_t at,
                                    char *text,
                                    size_t size);

// The place of a feature of the newest set by its name; TBK_ERROR_UNKNOWN where there is none.
//
// One thread at a time for the strategies. No lock, no system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `name` is NULL or ends with a NUL;
// `at` is NULL or a place for a number.
int32_t tbk_strategies_feature_number(const struct tbk_strategies *strategies,
                                      const char *name,
                                      size_t *at);

// Checks an order and records the intent to send it; TBK_ERROR_REFUSED with the name of the rule
// that it breaks in tbk_last_error(). `applied` may be NULL. With TBK_DURABLE, TBK_ERROR_STORE
// where it is recorded but not on disk after 10 seconds: it must not leave before
// tbk_wait_durable says so of its sequence, which tbk_read_order has.
//
// Any thread. Allocates, takes the book's lock and waits for the writer; with TBK_DURABLE then
// for the disk, without the lock.
//
// Requires: `book` is NULL or from tbk_open; `order` and `applied` are NULL or valid structs.
int32_t tbk_submit(struct tbk_book *book,
                   const struct tbk_order_request *order,
                   struct tbk_applied *applied);

// Records what happened to an order: `report` is TBK_ORDER_ACCEPTED to TBK_ORDER_UNKNOWN. A repeat
// changes nothing. `venue_order_id` may be NULL, and counts for TBK_ORDER_ACCEPTED.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or from tbk_open; text is NULL or ends with a NUL.
int32_t tbk_order_update(struct tbk_book *book,
                         uint32_t report,
                         const char *client_order_id,
                         const char *venue_order_id,
                         int64_t ts_event);

// Changes an order's quantity or limit; NULL leaves it. Refused as an order is.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or from tbk_open; text is NULL or ends with a NUL.
int32_t tbk_amend(struct tbk_book *book,
                  const char *client_order_id,
                  const char *qty,
                  const char *price);

// Reads an order by our id; TBK_ERROR_UNKNOWN where there is none. Set `order->size` first.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or from tbk_open; `client_order_id` is NULL or ends with a NUL;
// `order` is NULL or a struct.
int32_t tbk_read_order(const struct tbk_book *book,
                       const char *client_order_id,
                       struct tbk_order *order);

// Opens a producer of `book`, which must have a writer thread: TBK_ORDERED or TBK_LIVE_FEED. At
// most 64 are open at once. What it gave is executed although it is closed.
//
// Any thread; the producer is used by one thread at a time. Allocates.
//
// Requires: `book` is NULL or from tbk_open; `producer` is NULL or a place for a pointer.
int32_t tbk_producer_open(const struct tbk_book *book,
                          uint32_t discipline,
                          struct tbk_producer **producer);

// Closes a producer; NULL is allowed. What it gave is executed. No other thread may be in a call
// on it.
//
// Any thread. Frees, and takes a lock that all handles share.
//
// Requires: `producer` is NULL or from tbk_producer_open.
int32_t tbk_producer_close(struct tbk_producer *producer);

// Gives a quote, integers at the instrument's price_scale; 0 is a side that is missing, or the
// time now. Whether it is believed shows in what is read. TBK_ERROR_FULL where there is no room:
// nothing was given. A live feed has always room for the prices of the first 4,096 instruments.
//
// One thread at a time for a producer. No allocation, no lock; a system call only to wake a writer
// that sleeps.
//
// Requires: `producer` is NULL or from tbk_producer_open.
int32_t tbk_push_quote(struct tbk_producer *producer,
                       uint32_t instrument,
                       int64_t bid,
                       int64_t ask,
                       int64_t ts_event);

// Gives a last price, as tbk_push_quote.
//
// One thread at a time for a producer. No allocation, no lock; a system call only to wake a writer
// that sleeps.
//
// Requires: `producer` is NULL or from tbk_producer_open.
int32_t tbk_push_price(struct tbk_producer *producer,
                       uint32_t instrument,
                       int64_t last,
                       int64_t ts_event);

// Gives `count` quotes, in order; `taken` is how many were, whatever the status says: all of them
// with TBK_OK. It may be NULL, and so may `quotes` where there are none.
//
// One thread at a time for a producer. No allocation, no lock; a system call only to wake a writer
// that sleeps.
//
// Requires: `producer` is NULL or from tbk_producer_open; `quotes` is NULL or points to `count`
// quotes; `taken` is NULL or a place for a number.
int32_t tbk_push_quotes(struct tbk_producer *producer,
                        const struct tbk_quote_push *quotes,
                        size_t count,
                        size_t *taken);

// Gives an execution, which is booked once however often it is given. What is wrong with it beyond
// its numbers shows as an event, not as a status. TBK_ERROR_FULL where there is no room, of either
// discipline: nothing was given.
//
// One thread at a time for a producer. Allocates only while more executions wait than ever did;
// no lock; a system call only to wake a writer that sleeps.
//
// Requires: `producer` is NULL or from tbk_producer_open; `fill` is NULL or a valid struct.
int32_t tbk_push_fill(struct tbk_producer *producer,
                      const struct tbk_fill_push *fill);

// Gives `count` executions, in order; `taken` as for tbk_push_quotes.
//
// One thread at a time for a producer. Allocates only while more executions wait than ever did;
// no lock; a system call only to wake a writer that sleeps.
//
// Requires: `producer` is NULL or from tbk_producer_open; `fills` is NULL or points to `count`
// valid structs; `taken` is NULL or a place for a number.
int32_t tbk_push_fills(struct tbk_producer *producer,
                       const struct tbk_fill_push *fills,
                       size_t count,
                       size_t *taken);

// Opens a reader of `book`: it sees everything that any thread has an answer for. Reads stay
// possible after the book is closed, of what it was last.
//
// Any thread. Allocates. Close it with tbk_reader_close.
//
// Requires: `book` is NULL or from tbk_open; `reader` is NULL or a place for a pointer.
int32_t tbk_reader_open(const struct tbk_book *book,
                        struct tbk_reader **reader);

// Closes a reader; NULL is allowed. No other thread may be in a call on it.
//
// Any thread. Frees, and takes a lock that all handles share.
//
// Requires: `reader` is NULL or from tbk_reader_open.
int32_t tbk_reader_close(struct tbk_reader *reader);

// The sequence of the newest event that is published.
//
// Any thread. No allocation, no lock, no system call.
//
// Requires: `reader` is NULL or from tbk_reader_open; `sequence` is NULL or a place for a
// number.
int32_t tbk_read_sequence(const struct tbk_reader *reader,
                          uint64_t *sequence);

// The number of the instrument called `symbol`; it stays the same for good.
//
// Any thread. No allocation, no lock, no system call.
//
// Requires: `reader` is NULL or from tbk_reader_open; `symbol` is NULL or ends with a NUL;
// `instrument` is NULL or a place for a number.
int32_t tbk_instrument_number(const struct tbk_reader *reader,
                              const char *symbol,
                              uint32_t *instrument);

// The number of the strategy called `name`.
//
// Any thread. No allocation, no lock, no system call.
//
// Requires: As tbk_instrument_number.
int32_t tbk_strategy_number(const struct tbk_reader *reader,
                            const char *name,
                            uint32_t *strategy);

// The number of the account called `name`; "default" is 0.
//
// Any thread. No allocation, no lock, no system call.
//
// Requires: As tbk_instrument_number.
int32_t tbk_account_number(const struct tbk_reader *reader,
                           const char *name,
                           uint32_t *account);

// The number of a position: by the numbers of its account, instrument and strategy, and its leg,
// TBK_NET where the account is not hedged. TBK_ERROR_UNKNOWN where there never was one.
//
// Any thread. No allocation, no lock, no system call.
//
// Requires: `reader` is NULL or from tbk_reader_open; `position` is NULL or a place for a
// number.
int32_t tbk_position_number(const struct tbk_reader *reader,
                            uint32_t account,
                            uint32_t instrument,
                            uint32_t strategy,
                            uint32_t leg,
                            uint32_t *position);

// Reads a position by its number, TBK_ERROR_INVALID_VALUE for one that nobody has. Set
// `line->size` first.
//
// Any thread. No allocation, no lock, no system call.
//
// Requires: `reader` is NULL or from tbk_reader_open; `line` is NULL or a struct.
int32_t tbk_read_position(const struct tbk_reader *reader,
                          uint32_t position,
                          struct tbk_position_line *line);

// Reads the prices of an instrument by its number, TBK_ERROR_INVALID_VALUE for one that nobody
// has. Set `line->size` first.
//
// Any thread. No allocation, no lock, no system call.
//
// Requires: `reader` is NULL or from tbk_reader_open; `line` is NULL or a struct.
int32_t tbk_read_instrument(const struct tbk_reader *reader,
                            uint32_t instrument,
                            struct tbk_instrument_line *line);

// Reads the whole book in the reporting currency. Set `line->size` first.
//
// Any thread. No allocation, no lock, no system call.
//
// Requires: `reader` is NULL or from tbk_reader_open; `line` is NULL or a struct.
int32_t tbk_read_totals(const struct tbk_reader *reader,
                        struct tbk_totals_line *line);

// What the integers of an instrument mean, by its number, TBK_ERROR_INVALID_VALUE for one that
// nobody has. Set `info->size` first.
//
// Any thread. No allocation, no lock, no system call.
//
// Requires: `reader` is NULL or from tbk_reader_open; `info` is NULL or a struct.
int32_t tbk_read_instrument_info(const struct tbk_reader *reader,
                                 uint32_t instrument,
                                 struct tbk_instrument_info *info);

// Takes a signal of the newest set from the strategy `number`; it waits for
// tbk_strategies_decide. One of a set of the past is forgotten. TBK_ERROR_FULL where 65,536 wait.
//
// One thread at a time for the strategies. Allocates; no lock, no system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `signal` is NULL or a valid struct.
int32_t tbk_strategies_signal(struct tbk_strategies *strategies,
                              uint32_t number,
                              const struct tbk_signal *signal);

// Stops the strategy `number`: it is asked nothing more, and signals of it that wait are dropped.
// The next tbk_strategies_decide records `reason` as an alert. A repeat changes nothing.
//
// One thread at a time for the strategies. Allocates; no lock, no system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `reason` is NULL or ends with a
// NUL.
int32_t tbk_strategies_stop(struct tbk_strategies *strategies,
                            uint32_t number,
                            const char *reason);

// Chooses from the signals that wait and submits the orders that they ask for. Writes at most
// `capacity` of these into `orders`, which are of `order_size` bytes each: sizeof(struct
// tbk_routed_order); `count` is how many. Those that had no room come with the next calls, which
// decide nothing before all were given. What the limits refuse has a status of its own.
//
// One thread at a time for the strategies. Allocates, takes the book's lock and waits for the
// writer.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `orders` is NULL or has room for so
// many; `count` is NULL or a place for a number.
int32_t tbk_strategies_decide(struct tbk_strategies *strategies,
                              struct tbk_routed_order *orders,
                              size_t order_size,
                              size_t capacity,
                              size_t *count);

// The text of the last call that failed on this thread, "" before the first. Valid until the next
// failure on this thread. A thread that is past its own destructors has none: "".
//
// Any thread. No allocation, no lock, no system call.
const char *tbk_last_error(void);

// Opens strategies on the bars that `book` records. `composition` is TOML text with [[bars]],
// [[synchronizer]], [[feature]] and [selection]; NULL is what the book's own configuration says,
// and its strategies run, too. Bars count from now on with TBK_FROM_NOW, else all after the event
// `since`, which needs a database: these fill features, and no order comes of them. What was
// opened outlives the book, but decides nothing more.
//
// Any thread; it is used by one thread at a time. Allocates, takes the book's lock and waits for
// the writer. Close it with tbk_strategies_close.
//
// Requires: `book` is NULL or from tbk_open; `composition` is NULL or ends with a NUL;
// `strategies` is NULL or a place for a pointer.
int32_t tbk_strategies_open(const struct tbk_book *book,
                            const char *composition,
                            uint64_t since,
                            struct tbk_strategies **strategies);

// Closes strategies and their descriptor; NULL is allowed. Signals that wait are dropped; orders
// stay. No other thread may be in a call on them.
//
// Any thread. Frees, takes locks, and makes a system call to close the descriptor.
//
// Requires: `strategies` is NULL or from tbk_strategies_open.
int32_t tbk_strategies_close(struct tbk_strategies *strategies);

// Adds a strategy that gives its signals by tbk_strategies_signal; `number` is its own, from 0.
//
// One thread at a time for the strategies. Allocates; no lock, no system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `strategy` is NULL or a valid
// struct; `number` is NULL or a place for a number.
int32_t tbk_strategies_add(struct tbk_strategies *strategies,
                           const struct tbk_strategy *strategy,
                           uint32_t *number);

// Says that it is `now`, nanoseconds since the epoch, so that timeouts end without a bar: nothing
// here looks at a clock. tbk_strategies_poll then has the sets.
//
// One thread at a time for the strategies. No allocation, no lock, no system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open.
int32_t tbk_strategies_advance(struct tbk_strategies *strategies,
                               int64_t now);

// The number of a strategy by its name, one that the configuration has as "external" too;
// TBK_ERROR_UNKNOWN where there is none.
//
// One thread at a time for the strategies. No allocation, no lock, no system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `name` is NULL or ends with a NUL;
// `number` is NULL or a place for a number.
int32_t tbk_strategies_number(const struct tbk_strategies *strategies,
                              const char *name,
                              uint32_t *number);

// A descriptor that is readable while there may be a set, for epoll, poll or select; it belongs to
// the strategies. Call tbk_strategies_arm after each poll that gave none.
//
// One thread at a time for the strategies. The first call makes it, with a system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `fd` is NULL or a place for a
// number.
int32_t tbk_strategies_fd(struct tbk_strategies *strategies,
                          int32_t *fd);

// Makes the descriptor unreadable until there are bars to poll; `is_ready` is 1 where there may be
// already, and it stays readable. It may be NULL.
//
// One thread at a time for the strategies. Allocates, takes the lock that whoever rings takes, and
// makes one system call, two where it stays readable; the first call makes the descriptor.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `is_ready` is NULL or a place for a
// number.
int32_t tbk_strategies_arm(struct tbk_strategies *strategies,
                           int32_t *is_ready);

// How the strategies do together. Set `state->size` first.
//
// One thread at a time for the strategies. Allocates; no lock, no system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `state` is NULL or a struct.
int32_t tbk_read_strategies(const struct tbk_strategies *strategies,
                            struct tbk_strategies_state *state);

// How the strategy `number` does. Set `state->size` first. Why it was stopped is written with a
// NUL into the `reason_size` bytes at `reason`, cut off where they are too few, "" while it runs;
// it may be NULL.
//
// One thread at a time for the strategies. Allocates; no lock, no system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `state` is NULL or a struct;
// `reason` is NULL or has `reason_size` bytes.
int32_t tbk_read_strategy(const struct tbk_strategies *strategies,
                          uint32_t number,
                          struct tbk_strategy_state *state,
                          char *reason,
                          size_t reason_size);

// How the synchronizer at `at`, from 0, does; those with a name come first. Set `state->size`
// first.
//
// One thread at a time for the strategies. Allocates; no lock, no system call.
//
// Requires: `strategies` is NULL or from tbk_strategies_open; `state` is NULL or a struct.
int32_t tbk_read_synchronizer(const struct tbk_strategies *strategies,
                              size_t at,
                              struct tbk_synchronizer_state *state);

// Hears what `filter` wants of `book`; a NULL filter wants everything from now on. It outlives the
// book: what came before the end is still polled.
//
// Any thread; the subscription is used by one thread at a time. Allocates, and takes the book's
// lock.
//
// Requires: `book` is NULL or from tbk_open; `filter` is NULL or a valid struct, whose arrays
// are NULL or have as many numbers as it says; `subscription` is NULL or a place for a
// pointer.
int32_t tbk_subscribe(const struct tbk_book *book,
                      const struct tbk_filter *filter,
                      struct tbk_subscription **subscription);

// Ends a subscription and closes its descriptor; NULL is allowed. No other thread may be in a call
// on it.
//
// Any thread. Frees, takes locks, and makes a system call to close the descriptor.
//
// Requires: `subscription` is NULL or from tbk_subscribe.
int32_t tbk_unsubscribe(struct tbk_subscription *subscription);

// Takes at most `capacity` events that wait, oldest first, into `events`, which are of
// `event_size` bytes each: sizeof(struct tbk_event); `count` is how many. Does not wait: see
// tbk_subscription_fd.
//
// One thread at a time for a subscription. While it is live, no lock and no system call, and no
// allocation for a price, a position, a balance or a fee: other kinds allocate up to three times
// each. One that lost events with TBK_BLOCK, or that is told the past, takes locks and reads the
// database.
//
// Requires: `subscription` is NULL or from tbk_subscribe; `events` is NULL or has room for so
// many; `count` is NULL or a place for a number.
int32_t tbk_poll(struct tbk_subscription *subscription,
                 struct tbk_event *events,
                 size_t event_size,
                 size_t capacity,
                 size_t *count);

// Takes one event and writes all that it says as a JSON object and a NUL into the `size` bytes at
// `text`, cut off where they are too few; "" where none waits. 4,096 are mostly enough; `text` may
// be NULL, and tbk_last_text has the whole.
//
// One thread at a time for a subscription. Allocates; where the event names what is new, waits for
// the writer, or takes the lock of an inline book.
//
// Requires: `subscription` is NULL or from tbk_subscribe; `text` is NULL or has `size` bytes.
int32_t tbk_poll_json(struct tbk_subscription *subscription,
                      char *text,
                      size_t size);

// A descriptor that is readable while there may be events, for epoll, poll or select; it belongs
// to the subscription. Call tbk_subscription_arm after each poll that gave nothing.
//
// One thread at a time for a subscription. The first call makes it, with a system call.
//
// Requires: `subscription` is NULL or from tbk_subscribe; `fd` is NULL or a place for a number.
int32_t tbk_subscription_fd(struct tbk_subscription *subscription,
                            int32_t *fd);

// Makes the descriptor unreadable until there is something to poll; `is_ready` is 1 where there
// may be already, and it stays readable.
//
// One thread at a time for a subscription. Allocates, takes the lock that whoever rings takes, and
// makes one system call, two where it stays readable; the first call makes the descriptor.
//
// Requires: `subscription` is NULL or from tbk_subscribe; `is_ready` is NULL or a place for a
// number.
int32_t tbk_subscription_arm(struct tbk_subscription *subscription,
                             int32_t *is_ready);

// How a subscription does: `lost` is how many parts of events were overwritten before they were
// read; `sequence`, once a poll gave nothing, the last event of which everything was given out,
// where another may go on; `is_over` is 1 where there will be no more. Each may be NULL.
//
// One thread at a time for a subscription. No allocation, no lock, no system call.
//
// Requires: `subscription` is NULL or from tbk_subscribe; the others are NULL or places for
// numbers.
int32_t tbk_subscription_status(struct tbk_subscription *subscription,
                                uint64_t *lost,
                                uint64_t *sequence,
                                int32_t *is_over);

// The whole text that the last call on this thread gave that names this one (tbk_call,
// tbk_poll_json), where its place was too small or NULL; "" before the first. Valid until the next
// of them on this thread. `length` is how many bytes it has without its NUL; it may be NULL.
//
// Any thread. No allocation, no lock, no system call.
//
// Requires: `text` is NULL or a place for a pointer; `length` is NULL or a place for a number.
int32_t tbk_last_text(const char **text,
                      size_t *length);

// Takes a view of the whole book at `at_least` that sequence; 0 is as it is. Waits at most
// `timeout_ns` nanoseconds for a sequence that another thread brings, then TBK_ERROR_TIMED_OUT.
//
// Any thread. Allocates, takes the book's lock and waits for the writer.
//
// Requires: `book` is NULL or from tbk_open; `view` is NULL or a place for a pointer.
int32_t tbk_view_open(const struct tbk_book *book,
                      uint64_t at_least,
                      uint64_t timeout_ns,
                      struct tbk_view **view);

// Closes a view; NULL is allowed. No other thread may be in a call on it.
//
// Any thread. Frees, and takes a lock that all handles share.
//
// Requires: `view` is NULL or from tbk_view_open.
int32_t tbk_view_close(struct tbk_view *view);

// What the book adds up to. Set `portfolio->size` first.
//
// Any thread. No lock, no system call.
//
// Requires: `view` is NULL or from tbk_view_open; `portfolio` is NULL or a struct.
int32_t tbk_view_portfolio(const struct tbk_view *view,
                           struct tbk_portfolio *portfolio);

// How many open positions there are, and how many orders that can still fill. Either may be NULL.
//
// Any thread. No allocation, no lock, no system call.
//
// Requires: `view` is NULL or from tbk_view_open; the others are NULL or places for numbers.
int32_t tbk_view_counts(const struct tbk_view *view,
                        size_t *positions,
                        size_t *orders);

// The open position at `at`, from 0, in the order in which they were first opened. Set
// `position->size` first.
//
// Any thread. No lock, no system call.
//
// Requires: `view` is NULL or from tbk_view_open; `position` is NULL or a struct.
int32_t tbk_view_position(const struct tbk_view *view,
                          size_t at,
                          struct tbk_position *position);

// The order at `at` that can still fill, from 0, oldest first. Set `order->size` first.
//
// Any thread. No lock, no system call.
//
// Requires: `view` is NULL or from tbk_view_open; `order` is NULL or a struct.
int32_t tbk_view_order(const struct tbk_view *view,
                       size_t at,
                       struct tbk_order *order);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

/* The layout of the structs, which the library checks, too. */
#if defined(__cplusplus)
#define TBK_ASSERT(name, condition) static_assert(condition, #name)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define TBK_ASSERT(name, condition) _Static_assert(condition, #name)
#else
#define TBK_ASSERT(name, condition) typedef char tbk_assert_##name[(condition) ? 1 : -1]
#endif
#define TBK_SIZE(name, bytes) TBK_ASSERT(name##_size, sizeof(struct name) == (bytes))
#define TBK_OFFSET(name, member, bytes) \
    TBK_ASSERT(name##_##member, offsetof(struct name, member) == (bytes))

#if UINTPTR_MAX == UINT64_MAX
TBK_SIZE(tbk_options, 56);
TBK_SIZE(tbk_instrument, 144);
TBK_SIZE(tbk_fill, 152);
TBK_SIZE(tbk_applied, 32);
TBK_SIZE(tbk_decimal, 24);
TBK_SIZE(tbk_int128, 16);
TBK_SIZE(tbk_position, 600);
TBK_SIZE(tbk_portfolio, 240);
TBK_SIZE(tbk_balance, 128);
TBK_SIZE(tbk_status, 120);
TBK_SIZE(tbk_order_request, 128);
TBK_SIZE(tbk_order, 728);
TBK_SIZE(tbk_quote_push, 32);
TBK_SIZE(tbk_fill_push, 112);
TBK_SIZE(tbk_position_line, 80);
TBK_SIZE(tbk_instrument_line, 64);
TBK_SIZE(tbk_totals_line, 128);
TBK_SIZE(tbk_instrument_info, 136);
TBK_SIZE(tbk_filter, 96);
TBK_SIZE(tbk_event, 120);
TBK_SIZE(tbk_bar, 112);
TBK_SIZE(tbk_strategy, 72);
TBK_SIZE(tbk_bar_set, 136);
TBK_SIZE(tbk_bar_line, 72);
TBK_SIZE(tbk_signal, 80);
TBK_SIZE(tbk_routed_order, 384);
TBK_SIZE(tbk_strategies_state, 64);
TBK_SIZE(tbk_strategy_state, 152);
TBK_SIZE(tbk_synchronizer_state, 232);
TBK_OFFSET(tbk_position_line, qty, 32);
TBK_OFFSET(tbk_event, qty, 72);
TBK_OFFSET(tbk_fill_push, qty, 16);
TBK_OFFSET(tbk_quote_push, bid, 8);
TBK_OFFSET(tbk_position, signed_qty, 48);
TBK_OFFSET(tbk_position, symbol, 288);
TBK_OFFSET(tbk_order, symbol, 176);
TBK_OFFSET(tbk_portfolio, equity, 16);
TBK_OFFSET(tbk_totals_line, equity, 32);
TBK_OFFSET(tbk_bar_set, synchronizer, 32);
TBK_OFFSET(tbk_bar_line, volume, 56);
TBK_OFFSET(tbk_signal, score, 16);
TBK_OFFSET(tbk_routed_order, qty, 24);
TBK_OFFSET(tbk_strategy_state, name, 48);
TBK_OFFSET(tbk_synchronizer_state, name, 128);
#endif

#undef TBK_OFFSET
#undef TBK_SIZE
#undef TBK_ASSERT

/* 10^scale; scale is at most 18. */
static inline double tbk_power(uint32_t scale) {
    double power = 1.0;
    while (scale-- > 0) {
        power *= 10.0;
    }
    return power;
}

/* The integer `value` at `scale` as the nearest double. */
static inline double tbk_double_of_integer(int64_t value, uint32_t scale) {
    return (double)value / tbk_power(scale);
}

/* The same of 128 bits. Its size is what is converted: the two halves of a negative number are
 * near 2^64 each, and their sum would be left with what a double rounds away. */
static inline double tbk_double_of_int128(struct tbk_int128 value, uint32_t scale) {
    const int is_negative = value.high < 0;
    uint64_t low = value.low;
    uint64_t high = (uint64_t)value.high;
    if (is_negative) {
        low = ~low + 1;
        high = ~high + (low == 0 ? 1 : 0);
    }
    const double size = (double)high * 18446744073709551616.0 + (double)low;
    return (is_negative ? -size : size) / tbk_power(scale);
}

/* The integer that is nearest to `value` * 10^scale, a half away from 0; TBK_ERROR_INVALID_VALUE,
 * and nothing written, where it does not fit 64 bits or is no number, or `scale` is more than 18.
 * It leaves no text for tbk_last_error. */
static inline int32_t tbk_integer_of_double(double value, uint32_t scale, int64_t *integer) {
    double scaled, rest;
    int64_t whole;
    if (integer == NULL) {
        return TBK_ERROR_NULL;
    }
    if (scale > 18) {
        return TBK_ERROR_INVALID_VALUE;
    }
    scaled = value * tbk_power(scale);
    if (!(scaled >= -9223372036854775808.0 && scaled < 9223372036854775808.0)) {
        return TBK_ERROR_INVALID_VALUE;
    }
    /* Both are exact: a half that is added would round again. */
    whole = (int64_t)scaled;
    rest = scaled - (double)whole;
    if (rest >= 0.5) {
        whole += 1;
    } else if (rest <= -0.5) {
        whole -= 1;
    }
    *integer = whole;
    return TBK_OK;
}

/* The integer `value` at `scale` as a decimal, for tbk_decimal_text. */
static inline struct tbk_decimal tbk_decimal_of_integer(int64_t value, uint32_t scale) {
    struct tbk_decimal decimal;
    decimal.high = value < 0 ? -1 : 0;
    decimal.low = (uint64_t)value;
    decimal.scale = scale;
    decimal.is_present = 1;
    return decimal;
}

/* The same of 128 bits. */
static inline struct tbk_decimal tbk_decimal_of_int128(struct tbk_int128 value, uint32_t scale) {
    struct tbk_decimal decimal;
    decimal.high = value.high;
    decimal.low = value.low;
    decimal.scale = scale;
    decimal.is_present = 1;
    return decimal;
}

#endif  /* TRUEBOOK_H */
