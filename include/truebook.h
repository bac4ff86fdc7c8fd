/* truebook: the book of record for a trading bot. C99 or later.
 *
 * Every call returns a status: TBK_OK, or a negative TBK_ERROR_* with text in tbk_last_error().
 * Outputs come last and are written only when the status is TBK_OK.
 * A struct begins with its own size; reserved members are 0.
 * Text is UTF-8 and ends with a NUL; the library copies what it keeps.
 * A tbk_book may be used from any thread; calls on one book wait for each other.
 *
 * Made by `cargo xtask header`; do not edit. */

#ifndef TRUEBOOK_H
#define TRUEBOOK_H

#include <stddef.h>
#include <stdint.h>

// tbk_side: buy.
#define TBK_BUY 1

// tbk_side: sell.
#define TBK_SELL 2

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

// A book of record.
struct tbk_book;

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
    // 0.
    uint32_t reserved[7];
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
    // 0.
    uint64_t reserved[8];
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

// A position at one sequence. Money is in quote currency.
struct tbk_position {
    // sizeof(struct tbk_position).
    uint32_t size;
    // 1 when it is held but worth less than the dust threshold.
    uint32_t is_dust;
    // The sequence of the event that last changed it.
    uint64_t sequence;
    // Quantity in base units, negative when short.
    struct tbk_decimal signed_qty;
    // Average price of the open quantity at the scale of its price; absent when flat.
    struct tbk_decimal avg_px;
    // Exact cost of the open quantity, signed.
    struct tbk_decimal cost;
    // The price at which it is valued; absent before the first.
    struct tbk_decimal mark;
    // Realized PnL, gross of fees.
    struct tbk_decimal realized_pnl;
    // Unrealized PnL, gross of fees; absent without a mark.
    struct tbk_decimal unrealized_pnl;
    // When it was opened from flat, nanoseconds since the epoch.
    int64_t opened_at;
    // When a fill last changed it, nanoseconds since the epoch.
    int64_t updated_at;
    // 0.
    uint64_t reserved[8];
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

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Opens a book. `abi_version` is TBK_ABI_VERSION; `options` may be NULL: in memory, paper mode, a
// writer thread. Free it with tbk_close.
//
// Requires: `options` is NULL or a valid struct, `book` is NULL or a place for a pointer.
int32_t tbk_open(uint32_t abi_version,
                 const struct tbk_options *options,
                 struct tbk_book **book);

// Keeps everything, ends the writer and frees the book; NULL is allowed. No other thread may be in
// a call on it. The book is freed whatever the status says.
//
// Requires: `book` is NULL or from tbk_open and not yet closed.
int32_t tbk_close(struct tbk_book *book);

// Registers an instrument; a repeat with the same properties changes nothing.
//
// Requires: `book` is NULL or open; `instrument` is NULL or a valid struct.
int32_t tbk_add_instrument(struct tbk_book *book,
                           const struct tbk_instrument *instrument);

// Books cash that came in; a repeat of `id` is booked once, NULL is a deposit of its own.
//
// Requires: `book` is NULL or open; `currency`, `amount` and `id` are NULL or end with a NUL.
int32_t tbk_deposit(struct tbk_book *book,
                    const char *currency,
                    const char *amount,
                    const char *id);

// Takes a quote; a side that is NULL is missing. `ts_event` is in nanoseconds since the epoch, 0
// is now. A price that is refused (crossed, out of band) leaves the last one.
//
// Requires: `book` is NULL or open; `symbol`, `bid` and `ask` are NULL or end with a NUL.
int32_t tbk_quote(struct tbk_book *book,
                  const char *symbol,
                  const char *bid,
                  const char *ask,
                  int64_t ts_event);

// Books an execution, once however often it is reported. `applied` may be NULL.
//
// Requires: `book` is NULL or open; `fill` and `applied` are NULL or valid structs.
int32_t tbk_fill(struct tbk_book *book,
                 const struct tbk_fill *fill,
                 struct tbk_applied *applied);

// Reads a position: of one strategy, or with NULL the account's net. Set `position->size` first.
//
// Requires: `book` is NULL or open; text is NULL or NUL-terminated; `position` is NULL or a struct.
int32_t tbk_position(struct tbk_book *book,
                     const char *symbol,
                     const char *strategy,
                     struct tbk_position *position);

// Reads what the book adds up to. Set `portfolio->size` first.
//
// Requires: `book` is NULL or open; `portfolio` is NULL or a valid struct.
int32_t tbk_portfolio(struct tbk_book *book,
                      struct tbk_portfolio *portfolio);

// Calls the method called `name`, one of the Python package's, with `args`, the text of a JSON
// object of its keywords; NULL is none. Writes what it returns as JSON text and a NUL into the
// `size` bytes at `result`, cut off where they are too few; `result` may be NULL.
//
// Requires: `book` is NULL or open; text is NULL or NUL-terminated; `result` NULL or `size` bytes.
int32_t tbk_call(struct tbk_book *book,
                 const char *name,
                 const char *args,
                 char *result,
                 size_t size);

// Writes `value` as the shortest exact text and a NUL into the `size` bytes at `text`; 64 are
// always enough. An absent number is "".
//
// Requires: `value` is NULL or points to a decimal, `text` is NULL or to `size` writable bytes.
int32_t tbk_decimal_text(const struct tbk_decimal *value,
                         char *text,
                         size_t size);

// The text of the last call that failed on this thread, "" before the first. Valid until the next
// failure on this thread.
const char *tbk_last_error(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* TRUEBOOK_H */
