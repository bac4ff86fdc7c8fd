// A market maker on one book: a feed gives quotes, a strategy hears them and gives its fills, and
// a reader looks on, each on a thread of its own and none waiting for another. Ends by itself
// after a second; the exit code is 0 where the book is exact to the last digit.
#include <poll.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <string>
#include <thread>

#include "truebook.hpp"

using namespace truebook;

namespace {

// Wide enough for a price times a quantity.
__extension__ typedef __int128 Wide;

// Prices and quantities have 8 digits, and so a product of both 16.
constexpr std::int64_t ONE = 100000000;
constexpr std::int64_t CENT = ONE / 100;
constexpr std::int64_t LOT = ONE / 100;
constexpr std::int64_t MOST = ONE;
constexpr std::int64_t HALF_SPREAD = ONE;
constexpr int QUOTES = 1000;

struct Desk {
    Book book;
    std::uint32_t btc = TBK_NONE;
    std::uint32_t position = TBK_NONE;
    std::atomic<bool> is_fed{false};
    std::atomic<bool> is_done{false};
    std::atomic<bool> has_failed{false};

    // Whether a call went well; one that did not ends the run.
    bool held(const Status &status) {
        if (status) return true;
        std::fprintf(stderr, "error %d: %s\n", status.code(), status.text().c_str());
        has_failed = true;
        return false;
    }
};

// The market: a walk of whole dollars, a quote each millisecond.
void feed(Desk &desk) {
    auto opened = desk.book.producer(TBK_LIVE_FEED);
    if (!desk.held(opened.status())) return;
    Producer out = std::move(opened).value();
    std::int64_t middle = 60000 * ONE;
    std::uint32_t random = 1;
    for (int at = 0; at < QUOTES && !desk.has_failed; ++at) {
        random = random * 1664525U + 1013904223U;
        middle += (static_cast<std::int64_t>(random >> 16) % 5 - 2) * ONE;
        if (!desk.held(out.quote(desk.btc, middle - CENT, middle + CENT))) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    desk.is_fed = true;
}

// Quotes around the middle, lower the more it has, and trades when the market comes there.
class Maker {
public:
    Maker(Desk &desk, Producer out, std::int64_t qty) noexcept
        : desk_(desk), out_(std::move(out)), qty_(qty) {}

    bool hear(const tbk_event &event) {
        if (event.kind == TBK_EVENT_FILL_BOOKED) {
            ++booked_;
            return true;
        }
        if (event.kind == TBK_EVENT_FILL_QUARANTINED) {
            std::fprintf(stderr, "a fill could not be booked\n");
            desk_.has_failed = true;
            return false;
        }
        bool held = true;
        if (bid_ > 0 && event.ask <= bid_ && qty_ + LOT <= MOST) held = trade(TBK_BUY, bid_);
        if (ask_ > 0 && event.bid >= ask_ && qty_ >= LOT) held = held && trade(TBK_SELL, ask_);
        const std::int64_t lean = (MOST / 2 - qty_) * 4;
        bid_ = (event.bid + event.ask) / 2 + lean - HALF_SPREAD;
        ask_ = bid_ + 2 * HALF_SPREAD;
        return held;
    }

    bool is_booked() const noexcept { return booked_ == given_; }
    int fills() const noexcept { return given_; }
    std::int64_t qty() const noexcept { return qty_; }
    // Received less paid, at 16 digits.
    Wide cash_flow() const noexcept { return cash_flow_; }

private:
    bool trade(std::uint32_t side, std::int64_t price) {
        const std::string trade_id = "t-" + std::to_string(++given_);
        auto fill = make<tbk_fill_push>();
        fill.side = side;
        fill.instrument = desk_.btc;
        fill.qty = LOT;
        fill.price = price;
        fill.fee = 1;
        fill.fee_scale = 2;
        fill.trade_id = trade_id.c_str();
        fill.strategy = "maker";
        Status status = out_.fill(fill);
        while (status.code() == TBK_ERROR_FULL) {
            std::this_thread::yield();
            status = out_.fill(fill);
        }
        const std::int64_t signed_qty = side == TBK_BUY ? LOT : -LOT;
        qty_ += signed_qty;
        cash_flow_ -= static_cast<Wide>(signed_qty) * price;
        return desk_.held(status);
    }

    Desk &desk_;
    Producer out_;
    std::int64_t qty_;
    std::int64_t bid_ = 0;
    std::int64_t ask_ = 0;
    int given_ = 0;
    int booked_ = 0;
    Wide cash_flow_ = 0;
};

// Sleeps in poll(2) until the book has something to say.
void make_market(Desk &desk, Maker &maker, Subscription &heard) {
    auto fd = heard.fd();
    if (!desk.held(fd.status())) return;
    pollfd waited = {*fd, POLLIN, 0};
    std::array<tbk_event, 256> events;
    while (!desk.has_failed) {
        const bool is_last = desk.is_fed && maker.is_booked();
        auto count = heard.poll(events);
        if (!desk.held(count.status())) return;
        for (std::size_t at = 0; at < *count; ++at) {
            if (!maker.hear(events[at])) return;
        }
        if (*count > 0) continue;
        if (is_last) break;
        auto is_ready = heard.arm();
        if (!desk.held(is_ready.status())) return;
        if (!*is_ready) ::poll(&waited, 1, 100);
    }
    if (heard.state()->lost > 0) std::printf("some prices came too fast\n");
}

// Looks at the position as often as it can.
void look(Desk &desk, const Reader &reader, std::uint64_t &reads) {
    std::uint64_t sequence = 0;
    while (!desk.is_done && !desk.has_failed) {
        auto line = reader.position(desk.position);
        if (!desk.held(line.status())) return;
        const bool is_within = line->qty.high == 0 && line->qty.low <= std::uint64_t{MOST};
        if (!is_within || line->sequence < sequence) {
            std::fprintf(stderr, "a position that never was\n");
            desk.has_failed = true;
        }
        sequence = line->sequence;
        ++reads;
    }
}

// A book with cash and half a bitcoin that the maker has bought at 60000.
bool open(Desk &desk) {
    auto options = make<tbk_options>();
    options.flags = TBK_LIVE;
    auto opened = Book::open(options);
    if (!desk.held(opened.status())) return false;
    desk.book = std::move(opened).value();
    auto btc = make<tbk_instrument>();
    btc.symbol = "BTC-USD";
    btc.base = "BTC";
    btc.quote = "USD";
    btc.price_precision = 2;
    btc.qty_precision = 8;
    auto first = make<struct tbk_fill>();
    first.symbol = "BTC-USD";
    first.side = TBK_BUY;
    first.qty = "0.5";
    first.price = "60000";
    first.trade_id = "first";
    first.strategy = "maker";
    return desk.held(desk.book.add_instrument(btc)) &&
           desk.held(desk.book.deposit("USD", "100000")) &&
           desk.held(desk.book.fill(first).status());
}

// The number at 18 digits.
Wide at_18(const tbk_decimal &value) {
    Wide raw = static_cast<Wide>(value.high) * (static_cast<Wide>(1) << 64) + value.low;
    for (std::uint32_t scale = value.scale; scale < 18; ++scale) raw *= 10;
    return raw;
}

// realized + unrealized = cash flow + quantity x mark, and that cash flow is what was traded.
bool is_exact(const struct tbk_position &position, const Maker &maker) {
    const Wide pnl = at_18(position.realized_pnl) + at_18(position.unrealized_pnl);
    const Wide cash_flow = at_18(position.cash_flow);
    // Both have at most 9 digits after the point that are not 0.
    const Wide billion = 1000000000;
    const Wide value = (at_18(position.signed_qty) / billion) * (at_18(position.mark) / billion);
    const Wide first = static_cast<Wide>(30000) * ONE * ONE;
    return pnl == cash_flow + value && cash_flow == (maker.cash_flow() - first) * 100 &&
           at_18(position.signed_qty) == static_cast<Wide>(maker.qty()) * 10 * billion;
}

int run(Desk &desk) {
    if (!open(desk)) return 1;
    auto reader = desk.book.reader();
    auto out = desk.book.producer(TBK_ORDERED);
    auto filter = make<tbk_filter>();
    filter.kinds = std::uint64_t{1} << TBK_EVENT_PRICE_UPDATED;
    filter.kinds |= std::uint64_t{1} << TBK_EVENT_FILL_BOOKED;
    filter.kinds |= std::uint64_t{1} << TBK_EVENT_FILL_QUARANTINED;
    auto heard = desk.book.subscribe(filter);
    for (const Status *status : {&reader.status(), &out.status(), &heard.status()}) {
        if (!desk.held(*status)) return 1;
    }
    desk.btc = reader->instrument("BTC-USD").value();
    auto position = reader->position_number({0, desk.btc, reader->strategy("maker").value()});
    if (!desk.held(position.status())) return 1;
    desk.position = *position;

    Maker maker(desk, std::move(out).value(), ONE / 2);
    std::uint64_t reads = 0;
    std::thread market([&] { feed(desk); });
    std::thread looking([&] { look(desk, *reader, reads); });
    make_market(desk, maker, *heard);
    desk.is_done = true;
    market.join();
    looking.join();
    if (desk.has_failed) return 1;

    auto ended = desk.book.position("BTC-USD", "maker");
    if (!desk.held(ended.status())) return 1;
    const bool exact = is_exact(*ended, maker);
    std::printf("%d fills, %llu reads\n", maker.fills(), static_cast<unsigned long long>(reads));
    std::printf("holds %s BTC at %s, marked %s\n", text(ended->signed_qty).c_str(),
                text(ended->avg_px).c_str(), text(ended->mark).c_str());
    std::printf("realized %s, unrealized %s, cash flow %s: %s\n",
                text(ended->realized_pnl).c_str(), text(ended->unrealized_pnl).c_str(),
                text(ended->cash_flow).c_str(), exact ? "exact" : "NOT exact");
    return exact && maker.fills() > 0 && desk.held(desk.book.close()) ? 0 : 1;
}

} // namespace

int main() {
    Desk desk;
    return run(desk);
}
