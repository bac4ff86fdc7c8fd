// The whole book at one sequence.

#ifndef TRUEBOOK_VIEW_HPP
#define TRUEBOOK_VIEW_HPP

#include "truebook/result.hpp"

namespace truebook { inline namespace TRUEBOOK_WAY {

// A book at one sequence, which never changes; any number of threads may read it. See Book::view.
class View : public detail::Owner<tbk_view, tbk_view_close> {
public:
    using Owner::Owner;

    // At `at_least` that sequence, for which another thread is waited at most `timeout`.
    static Result<View> open(const tbk_book *book, std::uint64_t at_least = 0,
                             std::chrono::nanoseconds timeout = {}) noexcept {
        const std::uint64_t most = detail::count_of(timeout);
        return opened<View>(
            [=](tbk_view **to) { return tbk_view_open(book, at_least, most, to); });
    }

    Result<struct tbk_portfolio> portfolio() const noexcept {
        return sized<struct tbk_portfolio>(
            [this](auto *to) { return tbk_view_portfolio(handle(), to); });
    }

    // How many open positions there are, and how many orders that can still fill.
    struct Counts {
        std::size_t positions;
        std::size_t orders;
    };
    Result<Counts> counts() const noexcept {
        return Result<Counts>::by({}, [this](Counts *to) {
            return tbk_view_counts(handle(), &to->positions, &to->orders);
        });
    }

    // Each of them, from 0.
    Result<struct tbk_position> position(std::size_t at) const noexcept {
        return sized<struct tbk_position>(
            [&](auto *to) { return tbk_view_position(handle(), at, to); });
    }
    Result<tbk_order> order(std::size_t at) const noexcept {
        return sized<tbk_order>([&](auto *to) { return tbk_view_order(handle(), at, to); });
    }
};

} } // namespace truebook

#endif // TRUEBOOK_VIEW_HPP
