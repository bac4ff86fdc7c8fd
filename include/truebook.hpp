// truebook for C++17 or later: values that own and free, results instead of exceptions.
//
// A Book, Reader, Producer, Subscription, Strategies and View close themselves; each is moved,
// never copied.
// Nothing here throws and nothing needs RTTI. Where TRUEBOOK_THROW is defined before this is
// included, Result::value(), operator* and Status::check() throw truebook::Error instead.
// Threads are as in truebook.h: a Producer, a Subscription and Strategies belong to one thread at
// a time.

#ifndef TRUEBOOK_HPP
#define TRUEBOOK_HPP

#include "truebook/producer.hpp"
#include "truebook/reader.hpp"
#include "truebook/result.hpp"
#include "truebook/strategies.hpp"
#include "truebook/subscription.hpp"
#include "truebook/view.hpp"

namespace truebook { inline namespace TRUEBOOK_WAY {

// A book of record. Any thread may call it; calls on one book wait for each other.
class Book : public detail::Owner<tbk_book, tbk_close> {
public:
    using Owner::Owner;

    // Opens the database at `path` with the defaults; nullptr keeps nothing.
    static Result<Book> open(const char *path = nullptr) noexcept {
        tbk_options options = make<tbk_options>();
        options.path = path;
        return open(options);
    }
    static Result<Book> open(const tbk_options &options) noexcept {
        return opened<Book>(
            [&](tbk_book **to) { return tbk_open(TBK_ABI_VERSION, &options, to); });
    }

    // What is opened of it outlives it: see each.
    Result<Reader> reader() const noexcept { return Reader::open(handle()); }
    Result<Producer> producer(std::uint32_t discipline) const noexcept {
        return Producer::open(handle(), discipline);
    }
    Result<Subscription> subscribe() const noexcept { return Subscription::open(handle()); }
    Result<Subscription> subscribe(const tbk_filter &filter) const noexcept {
        return Subscription::open(handle(), &filter);
    }
    Result<Strategies> strategies(const char *composition = nullptr,
                                  std::uint64_t since = TBK_FROM_NOW) const noexcept {
        return Strategies::open(handle(), composition, since);
    }
    Result<View> view(std::uint64_t at_least = 0,
                      std::chrono::nanoseconds timeout = {}) const noexcept {
        return View::open(handle(), at_least, timeout);
    }

    Status add_instrument(const tbk_instrument &instrument) noexcept {
        return Status::of(tbk_add_instrument(handle(), &instrument));
    }

    // Cash in and out; a repeat of `id` is booked once.
    Status deposit(const char *currency, const char *amount, const char *id = nullptr) noexcept {
        return Status::of(tbk_deposit(handle(), currency, amount, id));
    }
    Status withdraw(const char *currency, const char *amount, const char *id = nullptr) noexcept {
        return Status::of(tbk_withdraw(handle(), currency, amount, id));
    }
    Result<tbk_balance> balance(const char *currency,
                                const char *account = nullptr) const noexcept {
        return sized<tbk_balance>(
            [&](auto *to) { return tbk_read_balance(handle(), account, currency, to); });
    }

    // Numbers as decimal text; a side that is nullptr is missing.
    Status quote(const char *symbol, const char *bid, const char *ask,
                 std::int64_t ts_event = 0) noexcept {
        return Status::of(tbk_quote(handle(), symbol, bid, ask, ts_event));
    }

    // A public trade, numbers as decimal text.
    Status trade_print(const char *symbol, const char *price, const char *qty,
                       std::int64_t ts_event = 0) noexcept {
        return Status::of(tbk_trade_print(handle(), symbol, price, qty, ts_event));
    }

    // Records a bar that has closed.
    Result<tbk_applied> bar(const struct tbk_bar &bar) noexcept {
        return sized<tbk_applied>([&](auto *to) { return tbk_bar(handle(), &bar, to); });
    }

    // Books an execution, once however often it is reported.
    Result<tbk_applied> fill(const struct tbk_fill &fill) noexcept {
        return sized<tbk_applied>([&](auto *to) { return tbk_fill(handle(), &fill, to); });
    }

    // Checks an order and records it; with TBK_DURABLE in its flags, on disk.
    Result<tbk_applied> submit(const tbk_order_request &order) noexcept {
        return sized<tbk_applied>([&](auto *to) { return tbk_submit(handle(), &order, to); });
    }

    // What became of an order, by our id; `ts_event` 0 is now.
    Status accept(const char *id, const char *venue_order_id = nullptr,
                  std::int64_t ts_event = 0) noexcept {
        return update(TBK_ORDER_ACCEPTED, id, ts_event, venue_order_id);
    }
    Status reject(const char *id, std::int64_t ts_event = 0) noexcept {
        return update(TBK_ORDER_REJECTED, id, ts_event);
    }
    Status cancel_request(const char *id, std::int64_t ts_event = 0) noexcept {
        return update(TBK_ORDER_CANCEL_REQUESTED, id, ts_event);
    }
    Status cancel_reject(const char *id, std::int64_t ts_event = 0) noexcept {
        return update(TBK_ORDER_CANCEL_REJECTED, id, ts_event);
    }
    Status canceled(const char *id, std::int64_t ts_event = 0) noexcept {
        return update(TBK_ORDER_CANCELED, id, ts_event);
    }
    Status expire(const char *id, std::int64_t ts_event = 0) noexcept {
        return update(TBK_ORDER_EXPIRED, id, ts_event);
    }
    Status mark_unknown(const char *id, std::int64_t ts_event = 0) noexcept {
        return update(TBK_ORDER_UNKNOWN, id, ts_event);
    }

    // Changes an order; what is nullptr stays.
    Status amend(const char *id, const char *qty, const char *price) noexcept {
        return Status::of(tbk_amend(handle(), id, qty, price));
    }

    // Of one strategy, or with nullptr the account's net.
    Result<struct tbk_position> position(const char *symbol,
                                         const char *strategy = nullptr) const noexcept {
        return sized<struct tbk_position>(
            [&](auto *to) { return tbk_position(handle(), symbol, strategy, to); });
    }
    Result<tbk_order> order(const char *id) const noexcept {
        return sized<tbk_order>([&](auto *to) { return tbk_read_order(handle(), id, to); });
    }
    Result<struct tbk_portfolio> portfolio() const noexcept {
        return sized<struct tbk_portfolio>(
            [this](auto *to) { return tbk_portfolio(handle(), to); });
    }

    // How it does; what the disk refuses is written to the `error_size` bytes at `store_error`.
    Result<tbk_status> status(char *store_error = nullptr,
                              std::size_t error_size = 0) const noexcept {
        return sized<tbk_status>([&](auto *to) {
            return tbk_read_status(handle(), to, store_error, error_size);
        });
    }

    // No order is taken; only those that reduce; every one that passes its checks.
    Status halt(const char *reason) noexcept { return trading(TBK_HALTED, reason); }
    Status reduce(const char *reason = "reduce") noexcept {
        return trading(TBK_REDUCING, reason);
    }
    Status resume(const char *reason = "resume") noexcept { return trading(TBK_ACTIVE, reason); }

    // Waits at most `timeout` until `sequence` survives a crash; whether it does.
    Result<bool> wait_durable(std::uint64_t sequence,
                              std::chrono::nanoseconds timeout) const noexcept {
        std::int32_t is_durable = 0;
        Status status = Status::of(tbk_wait_durable(
            handle(), sequence, detail::count_of(timeout), &is_durable));
        if (!status) return status;
        return is_durable != 0;
    }

    // Any method of the Python package, its keywords as the text of a JSON object; what it returns
    // as JSON text.
    Result<std::string> call(const char *name, const char *args = nullptr) noexcept {
        return detail::last_text(tbk_call(handle(), name, args, nullptr, 0));
    }

private:
    Status update(std::uint32_t report, const char *id, std::int64_t ts_event,
                  const char *venue_order_id = nullptr) noexcept {
        return Status::of(tbk_order_update(handle(), report, id, venue_order_id, ts_event));
    }
    Status trading(std::uint32_t state, const char *reason) noexcept {
        return Status::of(tbk_set_trading_state(handle(), state, reason));
    }
};

} } // namespace truebook

#endif // TRUEBOOK_HPP
