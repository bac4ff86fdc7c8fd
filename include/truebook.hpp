// truebook for C++17 or later: values that own and free, results instead of exceptions.
//
// A Book closes itself; move it, it is not copied. Nothing here throws, and nothing needs RTTI.

#ifndef TRUEBOOK_HPP
#define TRUEBOOK_HPP

#include <cstdint>
#include <string>
#include <utility>

#include "truebook.h"

namespace truebook {

// How a call ended: TBK_OK, or a TBK_ERROR_* and what is wrong.
class Status {
public:
    Status() noexcept = default;

    // The status of a call that has just returned `code` on this thread.
    static Status of(std::int32_t code) noexcept {
        Status status;
        status.code_ = code;
        if (code != TBK_OK) {
            status.text_ = tbk_last_error();
        }
        return status;
    }

    bool ok() const noexcept { return code_ == TBK_OK; }
    explicit operator bool() const noexcept { return ok(); }
    std::int32_t code() const noexcept { return code_; }
    const std::string &text() const noexcept { return text_; }

private:
    std::int32_t code_ = TBK_OK;
    std::string text_;
};

// A value, or why there is none.
template <typename T> class [[nodiscard]] Result {
public:
    Result(Status status) noexcept : status_(std::move(status)), value_() {}
    Result(T value) noexcept : status_(), value_(std::move(value)) {}

    bool ok() const noexcept { return status_.ok(); }
    explicit operator bool() const noexcept { return ok(); }
    const Status &status() const noexcept { return status_; }

    // The value; a default one where there is none.
    T &value() noexcept { return value_; }
    const T &value() const noexcept { return value_; }
    T *operator->() noexcept { return &value_; }
    const T *operator->() const noexcept { return &value_; }

private:
    Status status_;
    T value_;
};

// The shortest exact text of a number; "" where it is absent.
inline std::string text(const tbk_decimal &value) noexcept {
    char buffer[64];
    return tbk_decimal_text(&value, buffer, sizeof buffer) == TBK_OK ? std::string(buffer)
                                                                     : std::string();
}

// An empty struct of the interface, its size set.
template <typename T> T make() noexcept {
    T value = {};
    value.size = static_cast<std::uint32_t>(sizeof(T));
    return value;
}

class Book {
public:
    Book() noexcept = default;
    Book(const Book &) = delete;
    Book &operator=(const Book &) = delete;
    Book(Book &&other) noexcept : book_(std::exchange(other.book_, nullptr)) {}
    Book &operator=(Book &&other) noexcept {
        std::swap(book_, other.book_);
        return *this;
    }
    ~Book() { static_cast<void>(tbk_close(book_)); }

    // Opens the database at `path` with the defaults; nullptr keeps nothing.
    static Result<Book> open(const char *path) noexcept {
        tbk_options options = make<tbk_options>();
        options.path = path;
        return open(options);
    }

    static Result<Book> open(const tbk_options &options) noexcept {
        Book book;
        Status status = Status::of(tbk_open(TBK_ABI_VERSION, &options, &book.book_));
        if (!status) {
            return status;
        }
        return book;
    }

    // Keeps everything and ends. A repeat does nothing.
    Status close() noexcept { return Status::of(tbk_close(std::exchange(book_, nullptr))); }

    Status add_instrument(const tbk_instrument &instrument) noexcept {
        return Status::of(tbk_add_instrument(book_, &instrument));
    }

    Status deposit(const char *currency, const char *amount, const char *id = nullptr) noexcept {
        return Status::of(tbk_deposit(book_, currency, amount, id));
    }

    Status quote(const char *symbol, const char *bid, const char *ask,
                 std::int64_t ts_event = 0) noexcept {
        return Status::of(tbk_quote(book_, symbol, bid, ask, ts_event));
    }

    Result<tbk_applied> fill(const struct tbk_fill &fill) noexcept {
        tbk_applied applied = make<tbk_applied>();
        return result(tbk_fill(book_, &fill, &applied), applied);
    }

    Result<struct tbk_position> position(const char *symbol,
                                         const char *strategy = nullptr) noexcept {
        auto position = make<struct tbk_position>();
        return result(tbk_position(book_, symbol, strategy, &position), position);
    }

    Result<struct tbk_portfolio> portfolio() noexcept {
        auto portfolio = make<struct tbk_portfolio>();
        return result(tbk_portfolio(book_, &portfolio), portfolio);
    }

    // The handle for calls of truebook.h; it stays this book's.
    tbk_book *handle() const noexcept { return book_; }

private:
    template <typename T> static Result<T> result(std::int32_t code, const T &value) noexcept {
        Status status = Status::of(code);
        if (!status) {
            return status;
        }
        return value;
    }

    tbk_book *book_ = nullptr;
};

} // namespace truebook

#endif // TRUEBOOK_HPP
