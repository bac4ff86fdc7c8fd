// Strategies on a book's bars: sets are polled, signals become orders.

#ifndef TRUEBOOK_STRATEGIES_HPP
#define TRUEBOOK_STRATEGIES_HPP

#include <iterator>

#include "truebook/result.hpp"

namespace truebook { inline namespace TRUEBOOK_WAY {

// Strategies for one thread at a time; see Book::strategies.
class Strategies : public detail::Owner<tbk_strategies, tbk_strategies_close> {
public:
    using Owner::Owner;

    // As `composition` says, TOML text; nullptr is the book's own configuration, with its
    // strategies. Bars count from now on, or all after the event `since`.
    static Result<Strategies> open(const tbk_book *book, const char *composition = nullptr,
                                   std::uint64_t since = TBK_FROM_NOW) noexcept {
        return opened<Strategies>([=](tbk_strategies **to) {
            return tbk_strategies_open(book, composition, since, to);
        });
    }

    // Adds a strategy that gives signals; its number.
    Result<std::uint32_t> add(const tbk_strategy &strategy) noexcept {
        return Result<std::uint32_t>::by(
            TBK_NONE, [&](auto *to) { return tbk_strategies_add(handle(), &strategy, to); });
    }

    // The number of a strategy by its name.
    Result<std::uint32_t> number(const char *name) const noexcept {
        return Result<std::uint32_t>::by(
            TBK_NONE, [&](auto *to) { return tbk_strategies_number(handle(), name, to); });
    }

    // Takes the next set; whether there was one. Does not wait.
    Result<bool> poll(tbk_bar_set &set) noexcept {
        set.size = static_cast<std::uint32_t>(sizeof set);
        return is([&](auto *to) { return tbk_strategies_poll(handle(), &set, to); });
    }

    // Readable while there may be a set, for epoll, poll or select; it stays this object's.
    Result<std::int32_t> fd() noexcept {
        return Result<std::int32_t>::by(
            -1, [this](auto *to) { return tbk_strategies_fd(handle(), to); });
    }

    // Makes the descriptor unreadable until there are bars to poll; true where there may be
    // already. To be called after each poll that gave none.
    Result<bool> arm() noexcept {
        return is([this](auto *to) { return tbk_strategies_arm(handle(), to); });
    }

    // Of the newest set, each from 0: the bar of a source, its name, and its place by its name.
    Result<tbk_bar_line> bar(std::size_t at) const noexcept {
        return sized<tbk_bar_line>(
            [&](auto *to) { return tbk_strategies_bar(handle(), at, to); });
    }
    Result<std::string> source(std::size_t at) const noexcept {
        return detail::last_text(tbk_strategies_source(handle(), at, nullptr, 0));
    }
    Result<std::size_t> source_number(const char *name) const noexcept {
        return Result<std::size_t>::by(
            0, [&](auto *to) { return tbk_strategies_source_number(handle(), name, to); });
    }

    // The same of features; not a number before its warm-up, and where a source is missing.
    Result<double> feature(std::size_t at) const noexcept {
        return Result<double>::by(0.0, [&](double *to) {
            return tbk_strategies_feature(handle(), at, to, nullptr);
        });
    }
    Result<std::string> feature_name(std::size_t at) const noexcept {
        return detail::last_text(tbk_strategies_feature_name(handle(), at, nullptr, 0));
    }
    Result<std::size_t> feature_number(const char *name) const noexcept {
        return Result<std::size_t>::by(
            0, [&](auto *to) { return tbk_strategies_feature_number(handle(), name, to); });
    }

    // The number of a strategy that is asked for signals of the newest set.
    Result<std::uint32_t> asked(std::size_t at) const noexcept {
        return Result<std::uint32_t>::by(
            TBK_NONE, [&](auto *to) { return tbk_strategies_asked(handle(), at, to); });
    }

    // Says what time it is, so that timeouts end without a bar.
    Status advance(std::int64_t now) noexcept {
        return Status::of(tbk_strategies_advance(handle(), now));
    }

    // Gives a signal of the newest set; stops a strategy for good.
    Status signal(std::uint32_t number, const tbk_signal &signal) noexcept {
        return Status::of(tbk_strategies_signal(handle(), number, &signal));
    }
    Status stop(std::uint32_t number, const char *reason) noexcept {
        return Status::of(tbk_strategies_stop(handle(), number, reason));
    }

    // Makes orders of the signals that wait, and tells of at most `capacity`; how many. Those that
    // had no room come with the next call.
    Result<std::size_t> decide(tbk_routed_order *orders, std::size_t capacity) noexcept {
        return Result<std::size_t>::by(0, [&](std::size_t *to) {
            return tbk_strategies_decide(handle(), orders, sizeof(tbk_routed_order), capacity, to);
        });
    }
    // The same, as many as an array, std::array or std::vector has elements.
    template <typename Orders> Result<std::size_t> decide(Orders &orders) noexcept {
        return decide(std::data(orders), std::size(orders));
    }

    // How they do together, each strategy, and each synchronizer; why a strategy was stopped is
    // written to the `reason_size` bytes at `reason`.
    Result<tbk_strategies_state> state() const noexcept {
        return sized<tbk_strategies_state>(
            [this](auto *to) { return tbk_read_strategies(handle(), to); });
    }
    Result<tbk_strategy_state> strategy(std::uint32_t number, char *reason = nullptr,
                                        std::size_t reason_size = 0) const noexcept {
        return sized<tbk_strategy_state>([&](auto *to) {
            return tbk_read_strategy(handle(), number, to, reason, reason_size);
        });
    }
    Result<tbk_synchronizer_state> synchronizer(std::size_t at) const noexcept {
        return sized<tbk_synchronizer_state>(
            [&](auto *to) { return tbk_read_synchronizer(handle(), at, to); });
    }

private:
    // What `call` writes as 0 or 1.
    template <typename Call> static Result<bool> is(const Call &call) noexcept {
        std::int32_t is_so = 0;
        Status status = Status::of(call(&is_so));
        if (!status) return status;
        return is_so != 0;
    }
};

} } // namespace truebook

#endif // TRUEBOOK_STRATEGIES_HPP
