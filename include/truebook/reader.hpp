// Reading a book without a lock.

#ifndef TRUEBOOK_READER_HPP
#define TRUEBOOK_READER_HPP

#include "truebook/result.hpp"

namespace truebook { inline namespace TRUEBOOK_WAY {

// Reads a book from any number of threads, without a lock; see Book::reader.
class Reader : public detail::Owner<tbk_reader, tbk_reader_close> {
public:
    using Owner::Owner;

    static Result<Reader> open(const tbk_book *book) noexcept {
        return opened<Reader>([=](tbk_reader **to) { return tbk_reader_open(book, to); });
    }

    Result<std::uint64_t> sequence() const noexcept {
        return Result<std::uint64_t>::by(
            0, [this](std::uint64_t *to) { return tbk_read_sequence(handle(), to); });
    }

    // The numbers of names; each stays the same for good.
    Result<std::uint32_t> instrument(const char *symbol) const noexcept {
        return number([&](auto *to) { return tbk_instrument_number(handle(), symbol, to); });
    }
    Result<std::uint32_t> strategy(const char *name) const noexcept {
        return number([&](auto *to) { return tbk_strategy_number(handle(), name, to); });
    }
    Result<std::uint32_t> account(const char *name) const noexcept {
        return number([&](auto *to) { return tbk_account_number(handle(), name, to); });
    }

    // Which position is read: one of an account, by the numbers of its names.
    struct Key {
        std::uint32_t account;
        std::uint32_t instrument;
        std::uint32_t strategy;
        std::uint32_t leg = TBK_NET;
    };
    Result<std::uint32_t> position_number(const Key &key) const noexcept {
        return number([&](auto *to) {
            return tbk_position_number(handle(), key.account, key.instrument, key.strategy,
                                       key.leg, to);
        });
    }

    // What stands, by number: integers at the scales that info() tells.
    Result<tbk_position_line> position(std::uint32_t number) const noexcept {
        return sized<tbk_position_line>(
            [&](auto *to) { return tbk_read_position(handle(), number, to); });
    }
    Result<tbk_instrument_line> prices(std::uint32_t instrument) const noexcept {
        return sized<tbk_instrument_line>(
            [&](auto *to) { return tbk_read_instrument(handle(), instrument, to); });
    }
    Result<tbk_instrument_info> info(std::uint32_t instrument) const noexcept {
        return sized<tbk_instrument_info>(
            [&](auto *to) { return tbk_read_instrument_info(handle(), instrument, to); });
    }
    Result<tbk_totals_line> totals() const noexcept {
        return sized<tbk_totals_line>([&](auto *to) { return tbk_read_totals(handle(), to); });
    }

private:
    template <typename Call> static Result<std::uint32_t> number(const Call &call) noexcept {
        return Result<std::uint32_t>::by(TBK_NONE, call);
    }
};

} } // namespace truebook

#endif // TRUEBOOK_READER_HPP
