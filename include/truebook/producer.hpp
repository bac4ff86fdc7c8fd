// Giving to a book without waiting for it.

#ifndef TRUEBOOK_PRODUCER_HPP
#define TRUEBOOK_PRODUCER_HPP

#include <iterator>

#include "truebook/result.hpp"

namespace truebook { inline namespace TRUEBOOK_WAY {

// Gives to a book from one thread at a time; see Book::producer. TBK_ERROR_FULL: try again.
class Producer : public detail::Owner<tbk_producer, tbk_producer_close> {
public:
    using Owner::Owner;

    // `discipline` is TBK_ORDERED or TBK_LIVE_FEED.
    static Result<Producer> open(const tbk_book *book, std::uint32_t discipline) noexcept {
        return opened<Producer>(
            [=](tbk_producer **to) { return tbk_producer_open(book, discipline, to); });
    }

    // Integers at the instrument's price_scale; 0 is a side that is missing, or the time now.
    Status quote(std::uint32_t instrument, std::int64_t bid, std::int64_t ask,
                 std::int64_t ts_event = 0) noexcept {
        return Status::of(tbk_push_quote(handle(), instrument, bid, ask, ts_event));
    }
    Status price(std::uint32_t instrument, std::int64_t last, std::int64_t ts_event = 0) noexcept {
        return Status::of(tbk_push_price(handle(), instrument, last, ts_event));
    }
    Status fill(const tbk_fill_push &fill) noexcept {
        return Status::of(tbk_push_fill(handle(), &fill));
    }

    // All of an array, std::array or std::vector, in order; `taken` is how many were taken, also
    // where the status is not TBK_OK.
    template <typename All> Status quotes(const All &all, std::size_t *taken = nullptr) noexcept {
        return Status::of(tbk_push_quotes(handle(), std::data(all), std::size(all), taken));
    }
    template <typename All> Status fills(const All &all, std::size_t *taken = nullptr) noexcept {
        return Status::of(tbk_push_fills(handle(), std::data(all), std::size(all), taken));
    }
};

} } // namespace truebook

#endif // TRUEBOOK_PRODUCER_HPP
