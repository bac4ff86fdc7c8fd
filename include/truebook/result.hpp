// How calls end: a status, a result, and an owner of what was opened.

#ifndef TRUEBOOK_RESULT_HPP
#define TRUEBOOK_RESULT_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "truebook.h"

#ifdef TRUEBOOK_THROW
#include <stdexcept>
#define TRUEBOOK_WAY throwing
#else
#define TRUEBOOK_WAY returning
#endif

// The two ways have different symbols, so that one program may have files of both.
namespace truebook { inline namespace TRUEBOOK_WAY {

// How a call ended: TBK_OK, or a TBK_ERROR_* and what is wrong. Success allocates nothing.
class [[nodiscard]] Status {
public:
    Status() noexcept = default;

    // The status of a call that has just returned `code` on this thread.
    static Status of(std::int32_t code) noexcept {
        Status status;
        if (code != TBK_OK) {
            status.code_ = code;
            status.text_ = tbk_last_error();
        }
        return status;
    }

    bool ok() const noexcept { return code_ == TBK_OK; }
    explicit operator bool() const noexcept { return ok(); }
    std::int32_t code() const noexcept { return code_; }
    const std::string &text() const noexcept { return text_; }

#ifdef TRUEBOOK_THROW
    // Throws Error where the call failed.
    void check() const;
#endif

private:
    std::int32_t code_ = TBK_OK;
    std::string text_;
};

#ifdef TRUEBOOK_THROW
// What is thrown: the text, and the TBK_ERROR_* that came with it.
class Error : public std::runtime_error {
public:
    explicit Error(const Status &status)
        : std::runtime_error(status.text()), code_(status.code()) {}
    std::int32_t code() const noexcept { return code_; }

private:
    std::int32_t code_;
};

inline void Status::check() const {
    if (!ok()) throw Error(*this);
}
#define TRUEBOOK_VALUE_NOEXCEPT
#define TRUEBOOK_CHECK(status) (status).check()
#else
#define TRUEBOOK_VALUE_NOEXCEPT noexcept
#define TRUEBOOK_CHECK(status) static_cast<void>(0)
#endif

// An empty struct of the interface, its size set.
template <typename T> T make() noexcept {
    T value = {};
    value.size = static_cast<std::uint32_t>(sizeof(T));
    return value;
}

// A value, or why there is none.
template <typename T> class [[nodiscard]] Result {
public:
    Result(Status status) noexcept : status_(std::move(status)), value_() {}
    Result(T value) noexcept : status_(), value_(std::move(value)) {}

    // The value that `call` writes to the place that it gets, `begun` before; no copy is made.
    template <typename Call> static Result by(T begun, const Call &call) noexcept {
        Result result(std::move(begun));
        const std::int32_t code = call(&result.value_);
        if (code != TBK_OK) result.status_ = Status::of(code);
        return result;
    }

    bool ok() const noexcept { return status_.ok(); }
    explicit operator bool() const noexcept { return ok(); }
    const Status &status() const noexcept { return status_; }

    // The value; where there is none, what it was before the call, or with TRUEBOOK_THROW an Error.
    T &value() & TRUEBOOK_VALUE_NOEXCEPT {
        TRUEBOOK_CHECK(status_);
        return value_;
    }
    const T &value() const & TRUEBOOK_VALUE_NOEXCEPT {
        TRUEBOOK_CHECK(status_);
        return value_;
    }
    T value() && TRUEBOOK_VALUE_NOEXCEPT {
        TRUEBOOK_CHECK(status_);
        return std::move(value_);
    }
    T &operator*() & TRUEBOOK_VALUE_NOEXCEPT { return value(); }
    const T &operator*() const & TRUEBOOK_VALUE_NOEXCEPT { return value(); }
    T operator*() && TRUEBOOK_VALUE_NOEXCEPT { return std::move(*this).value(); }
    T *operator->() TRUEBOOK_VALUE_NOEXCEPT { return &value(); }
    const T *operator->() const TRUEBOOK_VALUE_NOEXCEPT { return &value(); }

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

// The integer that `text` writes at `scale`, exactly.
inline Result<std::int64_t> integer(const char *text, std::uint32_t scale) noexcept {
    return Result<std::int64_t>::by(
        0, [&](std::int64_t *to) { return tbk_integer_of_text(text, scale, to); });
}

namespace detail {

// Owns a handle, which is closed once.
template <typename H, std::int32_t (*close_of)(H *)> class Owner {
public:
    Owner() noexcept = default;
    explicit Owner(H *handle) noexcept : handle_(handle) {}
    Owner(const Owner &) = delete;
    Owner &operator=(const Owner &) = delete;
    Owner(Owner &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Owner &operator=(Owner &&other) noexcept {
        Owner moved(std::move(other));
        std::swap(handle_, moved.handle_);
        return *this;
    }
    ~Owner() { static_cast<void>(close_of(handle_)); }

    // Closes it; a repeat does nothing.
    Status close() noexcept { return Status::of(close_of(std::exchange(handle_, nullptr))); }

    // The handle for calls of truebook.h; it stays this object's.
    H *handle() const noexcept { return handle_; }

protected:
    template <typename Self, typename Open> static Result<Self> opened(const Open &open) noexcept {
        H *handle = nullptr;
        Status status = Status::of(open(&handle));
        if (!status) return status;
        return Self(handle);
    }

    // A struct that begins with its size, written by `call`.
    template <typename T, typename Call> static Result<T> sized(const Call &call) noexcept {
        return Result<T>::by(make<T>(), call);
    }

private:
    H *handle_ = nullptr;
};

// Not less than 0, as the interface takes it.
inline std::uint64_t count_of(std::chrono::nanoseconds time) noexcept {
    return time.count() > 0 ? static_cast<std::uint64_t>(time.count()) : 0;
}

// The whole text of the last call on this thread that gives text.
inline Result<std::string> last_text(std::int32_t code) noexcept {
    const char *text = nullptr;
    std::size_t length = 0;
    if (code == TBK_OK) code = tbk_last_text(&text, &length);
    Status status = Status::of(code);
    if (!status) return status;
    return std::string(text, length);
}

} // namespace detail

} } // namespace truebook

#endif // TRUEBOOK_RESULT_HPP
