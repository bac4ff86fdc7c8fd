// Hearing what a book changes.

#ifndef TRUEBOOK_SUBSCRIPTION_HPP
#define TRUEBOOK_SUBSCRIPTION_HPP

#include <iterator>

#include "truebook/result.hpp"

namespace truebook { inline namespace TRUEBOOK_WAY {

// Hears a book on one thread at a time; see Book::subscribe.
class Subscription : public detail::Owner<tbk_subscription, tbk_unsubscribe> {
public:
    using Owner::Owner;

    // Everything that is wanted by `filter`; nullptr wants all, from now on.
    static Result<Subscription> open(const tbk_book *book,
                                     const tbk_filter *filter = nullptr) noexcept {
        return opened<Subscription>(
            [=](tbk_subscription **to) { return tbk_subscribe(book, filter, to); });
    }

    // Takes what waits, at most `capacity`, oldest first; how many there were. Does not wait.
    Result<std::size_t> poll(tbk_event *events, std::size_t capacity) noexcept {
        return Result<std::size_t>::by(0, [&](std::size_t *to) {
            return tbk_poll(handle(), events, sizeof(tbk_event), capacity, to);
        });
    }
    // The same, as many as an array, std::array or std::vector has elements.
    template <typename Events> Result<std::size_t> poll(Events &events) noexcept {
        return poll(std::data(events), std::size(events));
    }

    // Takes one event as a JSON object with all that it says; "" where none waits.
    Result<std::string> poll_json() noexcept {
        return detail::last_text(tbk_poll_json(handle(), nullptr, 0));
    }

    // Readable while there may be events, for epoll, poll or select; it stays the subscription's.
    Result<std::int32_t> fd() noexcept {
        return Result<std::int32_t>::by(
            -1, [this](std::int32_t *to) { return tbk_subscription_fd(handle(), to); });
    }

    // Makes the descriptor unreadable until there is something to poll; true where there may be
    // already. To be called after each poll that gave nothing.
    Result<bool> arm() noexcept {
        std::int32_t is_ready = 0;
        Status status = Status::of(tbk_subscription_arm(handle(), &is_ready));
        if (!status) return status;
        return is_ready != 0;
    }

    // How it does: what was lost, up to where everything was given out, whether more can come.
    struct State {
        std::uint64_t lost;
        std::uint64_t sequence;
        std::int32_t is_over;
    };
    Result<State> state() noexcept {
        return Result<State>::by({}, [this](State *to) {
            return tbk_subscription_status(handle(), &to->lost, &to->sequence, &to->is_over);
        });
    }
};

} } // namespace truebook

#endif // TRUEBOOK_SUBSCRIPTION_HPP
