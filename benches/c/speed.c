/* What a call from C costs, beside an empty call into the same library: a table of medians. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "truebook.h"

#define ROUNDS 31
#define ONE 100000000LL

static struct tbk_book *book;
static struct tbk_reader *reader;
static struct tbk_producer *producer;
static struct tbk_subscription *subscription;
static uint32_t instrument, position;
static uint64_t fills;
static int64_t quotes;

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

static void check(int32_t status) {
    if (status != TBK_OK) {
        fprintf(stderr, "%d: %s\n", status, tbk_last_error());
        exit(1);
    }
}

static int by_size(const void *one, const void *other) {
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0.0) - (difference < 0.0);
}

/* Waits until the writer has nothing left to do. */
static void settle(void) {
    struct tbk_portfolio portfolio;
    memset(&portfolio, 0, sizeof portfolio);
    portfolio.size = sizeof portfolio;
    struct timespec rest = {0, 3000000};
    check(tbk_portfolio(book, &portfolio));
    nanosleep(&rest, NULL);
}

static void empty_call(int count) {
    for (int number = 0; number < count; number++) {
        check(tbk_close(NULL));
    }
}

static void read_position(int count) {
    struct tbk_position_line line;
    line.size = sizeof line;
    for (int number = 0; number < count; number++) {
        check(tbk_read_position(reader, position, &line));
    }
}

static void push_quote(int count) {
    for (int number = 0; number < count; number++) {
        quotes++;
        check(tbk_push_quote(producer, instrument, 100 * ONE, 101 * ONE, quotes));
    }
}

static void push_fill(int count) {
    struct tbk_fill_push fill;
    char trade_id[32];
    memset(&fill, 0, sizeof fill);
    fill.size = sizeof fill;
    fill.instrument = instrument;
    fill.qty = ONE;
    fill.price = 100 * ONE;
    fill.ts_event = 1;
    fill.trade_id = trade_id;
    fill.strategy = "s";
    trade_id[0] = 't';
    trade_id[17] = '\0';
    for (int number = 0; number < count; number++) {
        fills++;
        for (int digit = 0; digit < 16; digit++) {
            trade_id[1 + digit] = (char)('a' + ((fills >> (4 * digit)) & 15));
        }
        fill.side = fills % 2 ? TBK_BUY : TBK_SELL;
        check(tbk_push_fill(producer, &fill));
    }
}

static void push_quotes(int count) {
    static struct tbk_quote_push given[64];
    for (int number = 0; number < count; number += 64) {
        for (int each = 0; each < 64; each++) {
            quotes++;
            given[each].instrument = instrument;
            given[each].bid = 100 * ONE;
            given[each].ask = 101 * ONE;
            given[each].ts_event = quotes;
        }
        check(tbk_push_quotes(producer, given, 64, NULL));
    }
}

static void fill_ring(void) {
    push_quote(64);
    settle();
}

static void poll(int count) {
    struct tbk_event events[64];
    size_t taken = 0;
    check(tbk_poll(subscription, events, sizeof events[0], (size_t)count, &taken));
    if (taken != (size_t)count) {
        fprintf(stderr, "%zu events of %d\n", taken, count);
        exit(1);
    }
}

/* Prints a row of the table: the median of `count` calls, with `before` before each round. */
static void measure(const char *what, void (*call)(int), void (*before)(void), int count,
                    double most) {
    double found[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        before();
        double began = now();
        call(count);
        found[round] = (now() - began) / count;
    }
    qsort(found, ROUNDS, sizeof found[0], by_size);
    double median = found[ROUNDS / 2];
    if (most > 0.0) {
        printf("| %s | %.1f ns | <= %.0f ns | %s |\n", what, median, most,
               median <= most ? "met" : "missed");
    } else {
        printf("| %s | %.1f ns | | |\n", what, median);
    }
}

static void nothing(void) {}

int main(void) {
    struct tbk_options options;
    struct tbk_instrument spec;
    struct tbk_filter filter;
    memset(&options, 0, sizeof options);
    memset(&spec, 0, sizeof spec);
    memset(&filter, 0, sizeof filter);
    options.size = sizeof options;
    options.flags = TBK_EVENT_CLOCK;
    options.wait = TBK_WAIT_SPIN;
    spec.size = sizeof spec;
    spec.symbol = "BTC-USD";
    spec.base = "BTC";
    spec.quote = "USD";
    spec.price_precision = 2;
    spec.qty_precision = 8;
    filter.size = sizeof filter;
    filter.kinds = (uint64_t)1 << TBK_EVENT_PRICE_UPDATED;
    check(tbk_open(TBK_ABI_VERSION, &options, &book));
    check(tbk_add_instrument(book, &spec));
    check(tbk_deposit(book, "USD", "1000000", NULL));
    check(tbk_reader_open(book, &reader));
    check(tbk_producer_open(book, TBK_ORDERED, &producer));
    check(tbk_instrument_number(reader, "BTC-USD", &instrument));
    push_fill(1);
    settle();
    uint32_t strategy = 0;
    check(tbk_strategy_number(reader, "s", &strategy));
    check(tbk_position_number(reader, 0, instrument, strategy, TBK_NET, &position));

    printf("| what | found | target | |\n|---|---|---|---|\n");
    measure("an empty call", empty_call, nothing, 1000000, 0.0);
    measure("position read", read_position, nothing, 1000000, 12.0);
    measure("quote push", push_quote, settle, 1000, 30.0);
    measure("quote push, 64 at once", push_quotes, settle, 1024, 30.0);
    measure("fill push", push_fill, settle, 1000, 60.0);
    check(tbk_subscribe(book, &filter, &subscription));
    measure("an event of a poll of 64", poll, fill_ring, 64, 10.0);

    check(tbk_unsubscribe(subscription));
    check(tbk_producer_close(producer));
    check(tbk_reader_close(reader));
    check(tbk_close(book));
    return 0;
}
