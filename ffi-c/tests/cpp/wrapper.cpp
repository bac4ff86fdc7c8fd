// Every call of truebook.hpp once, on a book that keeps nothing. Built without exceptions, and
// again with TRUEBOOK_THROW. Ends with the line of the first that is otherwise.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <type_traits>
#include <vector>

#include "truebook.hpp"

namespace {

#define MUST(what)                                                                                 \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            std::fprintf(stderr, "line %d: %s: %s\n", __LINE__, #what, tbk_last_error());          \
            return 1;                                                                              \
        }                                                                                          \
    } while (false)

using namespace truebook;

template <typename T> constexpr bool is_owner() {
    return std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> &&
           std::is_nothrow_default_constructible_v<T> && !std::is_copy_constructible_v<T> &&
           !std::is_copy_assignable_v<T> && sizeof(T) == sizeof(void *);
}
static_assert(is_owner<Book>() && is_owner<Reader>() && is_owner<Producer>() &&
              is_owner<Subscription>() && is_owner<Strategies>() && is_owner<View>());
static_assert(noexcept(std::declval<Producer &>().quote(0, 1, 2)));

constexpr std::int64_t ONE = 100000000;
constexpr std::chrono::seconds PATIENCE(10);

Result<Book> opened() {
    auto options = make<tbk_options>();
    options.flags = TBK_LIVE;
    auto opened = Book::open(options);
    if (!opened) return opened;
    Book book = std::move(opened).value();
    auto btc = make<tbk_instrument>();
    btc.symbol = "BTC-USD";
    btc.base = "BTC";
    btc.quote = "USD";
    btc.price_precision = 2;
    btc.qty_precision = 8;
    if (auto status = book.add_instrument(btc); !status) return status;
    if (auto status = book.deposit("USD", "1000"); !status) return status;
    return book;
}

int orders(Book &book) {
    MUST(book.quote("BTC-USD", "99", "101"));
    MUST(book.withdraw("USD", "1", "out"));
    auto order = make<tbk_order_request>();
    order.side = TBK_BUY;
    order.symbol = "BTC-USD";
    order.qty = "1";
    order.price = "100";
    const char *ids[] = {"a", "b", "c", "d", "e", "f"};
    for (const char *id : ids) {
        order.client_order_id = id;
        MUST(book.submit(order));
    }
    MUST(book.accept("a", "v-a") && book.amend("a", "2", nullptr));
    MUST(book.cancel_request("a") && book.cancel_reject("a"));
    MUST(book.reject("b") && book.canceled("c") && book.expire("d") && book.mark_unknown("e"));
    MUST(std::strcmp(book.order("a")->status, "working") == 0);
    MUST(text(book.order("a")->qty) == "2" && text(book.balance("USD")->total) == "999");
    const char *ends[] = {"rejected", "canceled", "expired", "unknown"};
    for (std::size_t at = 0; at < 4; ++at) {
        MUST(std::strcmp(book.order(ids[at + 1])->status, ends[at]) == 0);
    }
    auto missing = book.order("z");
    MUST(!missing.ok() && missing.status().code() == TBK_ERROR_UNKNOWN);
    MUST(missing.status().text().find("'z'") != std::string::npos);

    auto fill = make<struct tbk_fill>();
    fill.symbol = "BTC-USD";
    fill.side = TBK_BUY;
    fill.qty = "1";
    fill.price = "100";
    fill.trade_id = "t";
    fill.strategy = "mm";
    MUST(book.fill(fill)->is_duplicate == 0 && book.fill(fill)->is_duplicate == 1);
    MUST(text(book.position("BTC-USD", "mm")->cost) == "100");
    MUST(text(book.portfolio()->equity) == "999");

    MUST(book.reduce() && book.status()->trading_state == TBK_REDUCING);
    MUST(book.halt("test") && book.status()->trading_state == TBK_HALTED);
    MUST(book.resume() && book.status()->trading_state == TBK_ACTIVE);
    MUST(book.wait_durable(0, PATIENCE).ok());
    auto said = book.call("position", "{\"symbol\":\"BTC-USD\"}");
    MUST(said && said->front() == '{' && said->back() == '}');
    MUST(!book.call("nothing").ok());
    return 0;
}

int feeds(Book &book) {
    auto reader = book.reader();
    auto live = book.producer(TBK_LIVE_FEED);
    auto ordered = book.producer(TBK_ORDERED);
    auto all = book.subscribe();
    auto filter = make<tbk_filter>();
    filter.kinds = std::uint64_t{1} << TBK_EVENT_FILL_BOOKED;
    auto fills = book.subscribe(filter);
    MUST(reader && live && ordered && all && fills);
    const std::uint32_t number = reader->instrument("BTC-USD").value();
    MUST(live->quote(number, 109 * ONE, 111 * ONE) && live->price(number, 110 * ONE));
    const tbk_quote_push quotes[] = {{number, 0, 119 * ONE, 121 * ONE, 0}};
    auto fill = make<tbk_fill_push>();
    fill.side = TBK_SELL;
    fill.instrument = number;
    fill.qty = ONE / 2;
    fill.price = 120 * ONE;
    fill.strategy = "mm";
    fill.trade_id = "t-2";
    std::array<tbk_fill_push, 2> both = {fill, fill};
    std::size_t taken = 0;
    MUST(ordered->quotes(quotes) && ordered->fills(both, &taken) && taken == 2);
    both[1].qty = -1;
    MUST(ordered->fills(both, &taken).code() == TBK_ERROR_INVALID_VALUE && taken == 1);
    MUST(ordered->fill(fill));

    // The book's own call comes after what its thread has taken; the fill shows when it is there.
    const Reader::Key key = {reader->account("default").value(), number,
                             reader->strategy("mm").value()};
    const auto place = reader->position_number(key);
    MUST(place);
    while (reader->position(*place)->qty.low != static_cast<std::uint64_t>(ONE / 2)) {
    }
    MUST(reader->position(*place)->realized_pnl.low > 0);
    MUST(reader->prices(number)->ask == 121 * ONE || reader->prices(number)->last > 0);
    MUST(reader->info(number)->price_scale == 8 && reader->totals()->open_positions == 1);
    MUST(integer("1.5", 8).value() == ONE + ONE / 2 && !integer("x", 8).ok());

    const auto seen = reader->sequence();
    auto view = book.view(seen.value(), PATIENCE);
    MUST(view && view->counts()->positions == 1 && view->portfolio()->sequence >= *seen);
    MUST(view->counts()->orders >= 2 && view->order(0)->is_open == 1);
    MUST(text(view->position(0)->signed_qty) == "0.5" && !view->order(99).ok());

    std::vector<tbk_event> events(64);
    MUST(fills->poll(events).value() == 1 && events[0].side == TBK_SELL);
    MUST(fills->fd().value() >= 0 && fills->poll(events).value() == 0 && !fills->arm().value());
    MUST(all->poll(events.data(), 1).value() == 1);
    MUST(all->poll_json()->find("\"kind\"") != std::string::npos);
    MUST(all->state()->lost == 0 && fills->poll_json()->empty());
    MUST(live->close() && live->close());
    return 0;
}

double as_double(std::int64_t value) {
    const tbk_int128 wide = {static_cast<std::uint64_t>(value), value < 0 ? -1 : 0};
    return tbk_double_of_int128(wide, 0);
}

// What is a double of an integer, and the integer of a double: each the nearest there is.
int doubles() {
    const std::int64_t values[] = {0, 1, -1, -500, 12345678901, -12345678901, INT64_MIN};
    for (std::int64_t value : values) {
        MUST(std::fabs(as_double(value) - static_cast<double>(value)) == 0.0);
    }
    MUST(tbk_double_of_int128({0, -1}, 0) + 18446744073709551616.0 == 0.0);
    MUST(tbk_double_of_int128({1, 1}, 0) - 18446744073709551616.0 == 0.0);
    std::int64_t found = 0;
    const std::int64_t wide = std::int64_t{1} << 52;
    for (std::int64_t value = wide - 9; value < wide + 9; ++value) {
        MUST(tbk_integer_of_double(static_cast<double>(value), 0, &found) == TBK_OK);
        MUST(found == value);
        MUST(tbk_integer_of_double(-static_cast<double>(value), 0, &found) == TBK_OK);
        MUST(found == -value);
    }
    MUST(tbk_integer_of_double(0.49999999999999994, 0, &found) == TBK_OK && found == 0);
    MUST(tbk_integer_of_double(-0.5, 0, &found) == TBK_OK && found == -1);
    MUST(tbk_integer_of_double(60000.10, 8, &found) == TBK_OK && found == 6000010000000);
    MUST(tbk_integer_of_double(-9223372036854775808.0, 0, &found) == TBK_OK);
    MUST(found == INT64_MIN);
    for (double wrong : {9223372036854775808.0, -1e19, std::nan(""), HUGE_VAL}) {
        MUST(tbk_integer_of_double(wrong, 0, &found) == TBK_ERROR_INVALID_VALUE);
    }
    MUST(tbk_integer_of_double(1.0, 19, &found) == TBK_ERROR_INVALID_VALUE);
    MUST(tbk_integer_of_double(1.0, 0, nullptr) == TBK_ERROR_NULL && found == INT64_MIN);
    return 0;
}

constexpr std::int64_t MINUTE = 60000000000;
constexpr const char *COMPOSITION = R"(
[[synchronizer]]
name = "minutes"
expected_sources = ["BTC-USD_1m"]
waits_for_holes = false

[[feature]]
name = "change"
kind = "return"
source = "BTC-USD_1m"
)";

Result<tbk_applied> bar(Book &book, std::int64_t minute, const char *price) {
    auto bar = make<struct tbk_bar>();
    bar.symbol = "BTC-USD";
    bar.timeframe = "1m";
    bar.ts_open = (minute - 1) * MINUTE;
    bar.ts_close = minute * MINUTE;
    bar.open = bar.high = bar.low = bar.close = price;
    bar.volume = "2";
    return book.bar(bar);
}

int decisions(Book &book) {
    auto opened = book.strategies(COMPOSITION);
    MUST(opened && !book.strategies("[[nothing]]").ok());
    Strategies all = std::move(opened).value();
    auto strategy = make<tbk_strategy>();
    strategy.name = "own";
    const auto own = all.add(strategy);
    strategy.name = "other";
    const auto other = all.add(strategy);
    MUST(*own == 0 && *other == 1 && !all.add(strategy).ok());
    MUST(*all.number("other") == 1 && all.number("z").status().code() == TBK_ERROR_UNKNOWN);
    auto set = make<tbk_bar_set>();
    MUST(all.advance(1));
    MUST(!*all.poll(set) && *all.fd() >= 0 && !*all.arm());
    MUST(book.trade_print("BTC-USD", "120", "1"));
    MUST(bar(book, 1, "100") && bar(book, 2, "110") && *all.arm());
    while (!*all.poll(set)) {
    }
    MUST(set.ts == MINUTE && set.asked_count == 2 && set.missing_count == 0);
    MUST(std::isnan(*all.feature(0)) && *all.asked(1) == 1 && !all.asked(2).ok());
    while (!*all.poll(set)) {
    }
    MUST(set.ts == 2 * MINUTE && std::strcmp(set.synchronizer, "minutes") == 0);
    MUST(all.bar(0)->close == 110 * ONE && all.bar(0)->state == TBK_BAR_PRESENT);
    MUST(*all.source(0) == "BTC-USD_1m" && *all.source_number("BTC-USD_1m") == 0);
    MUST(*all.feature_name(0) == "change" && *all.feature_number("change") == 0);
    MUST(*all.feature(0) > 0.0999 && *all.feature(0) < 0.1001 && !all.feature(1).ok());

    auto signal = make<tbk_signal>();
    signal.instrument = all.bar(0)->instrument;
    signal.action = TBK_ACTION_BUY;
    signal.flags = TBK_QTY;
    signal.qty = ONE / 10;
    MUST(all.signal(*own, signal) && all.signal(*own, signal) && all.signal(*other, signal));
    MUST(all.stop(*other, "test") && !all.signal(*other, signal).ok());
    std::array<tbk_routed_order, 1> orders;
    MUST(*all.decide(orders) == 1 && orders[0].status == TBK_OK && orders[0].side == TBK_BUY);
    MUST(book.order(orders[0].client_order_id)->is_open == 1);
    MUST(*all.decide(orders.data(), 1) == 1 && *all.decide(orders) == 0);
    char reason[8];
    MUST(all.strategy(*other, reason, sizeof reason)->is_stopped == 1);
    MUST(std::strcmp(reason, "test") == 0 && all.strategy(*own)->sent == 2);
    MUST(all.synchronizer(0)->complete == 2 && all.state()->strategy_count == 2);
    return 0;
}

int moves(Book &book) {
    Book other = std::move(book);
    MUST(book.handle() == nullptr && other.handle() != nullptr);
    book = std::move(other);
    MUST(other.handle() == nullptr && book.portfolio().ok());
    Book third;
    MUST(third.portfolio().status().code() == TBK_ERROR_NULL);
    book = std::move(third);
    MUST(book.handle() == nullptr && book.close());
    return 0;
}

#ifdef TRUEBOOK_THROW
int throws() {
    int caught = 0;
    try {
        static_cast<void>(Book::open("nowhere/at/all.db").value());
    } catch (const Error &error) {
        caught += error.code() == TBK_ERROR_STORE && *error.what() != '\0';
    }
    Book book = opened().value();
    try {
        static_cast<void>(book.order("z")->qty);
    } catch (const std::runtime_error &) {
        ++caught;
    }
    try {
        book.quote("X", "1", "2").check();
    } catch (const Error &error) {
        caught += error.code() == TBK_ERROR_UNKNOWN_INSTRUMENT;
    }
    book.quote("BTC-USD", "1", "2").check();
    MUST(caught == 3);
    return 0;
}
#endif

int run() {
#ifdef TRUEBOOK_THROW
    if (throws() != 0) return 1;
#endif
    auto made = opened();
    MUST(made.ok());
    Book book = std::move(made).value();
    if (doubles() != 0 || orders(book) != 0 || feeds(book) != 0) return 1;
    if (decisions(book) != 0) return 1;
    return moves(book);
}

} // namespace

int main() { return run(); }
