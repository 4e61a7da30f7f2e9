// SPDX-License-Identifier: Apache-2.0
// Result<T>: what a function was asked for, or the reason it could not be had.
//
//   Result<Checkpoint> read_checkpoint(const Directory& dir);
//
//   Result<void> extend(const Directory& dir, const Entry& entry) {
//     auto checkpoint = TRY(read_checkpoint(dir));   // an Error returns from here
//     ...
//   }
//
// A Result speaks of work that could not be done: a disk that refused, a limit
// that was reached, a key that is not there. A malformed model file is not such
// a failure. It is what we came to find, and it is reported as a Diagnostic.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/require.h"

namespace cupel {

// Why work could not be done. Callers branch on this; people read Error::what.
enum class Fault { io, missing, denied, limit, integrity, unsupported, cancelled, usage };

struct Error {
  Fault fault = Fault::io;
  std::string what;                // "cannot open model.gguf": lower case, no full stop
  std::vector<std::string> trail;  // innermost first: "reading tensor 12", "scanning bundle"
  std::string hint;                // what the reader can do about it, or empty

  // Adds one line of context on the way up and hands the error on.
  Error&& during(std::string_view step) && {
    trail.emplace_back(step);
    return std::move(*this);
  }
};

[[nodiscard]] inline Error fail(Fault fault, std::string what, std::string hint = {}) {
  return Error{fault, std::move(what), {}, std::move(hint)};
}

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(*-explicit-*)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(*-explicit-*)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // REQUIRES: ok().
  [[nodiscard]] T& value() & {
    require(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    require(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    require(ok());
    return std::move(*std::get_if<0>(&state_));
  }

  // REQUIRES: !ok().
  [[nodiscard]] const Error& error() const& {
    require(!ok());
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] Error&& error() && {
    require(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT(*-explicit-*)

  [[nodiscard]] bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  void value() const { require(ok_); }
  [[nodiscard]] const Error& error() const& {
    require(!ok_);
    return error_;
  }
  [[nodiscard]] Error&& error() && {
    require(!ok_);
    return std::move(error_);
  }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace cupel

// The value of a Result, or a return of its Error from the enclosing function.
// NOLINTBEGIN(*-macro-usage)
#define TRY(...) TRY_IMPL_(__COUNTER__, __VA_ARGS__)
#define TRY_IMPL_(n, ...) TRY_NAMED_(n, __VA_ARGS__)
#define TRY_NAMED_(n, ...)                                \
  __extension__({                                         \
    auto&& try_##n = (__VA_ARGS__);                       \
    if (!try_##n.ok()) return std::move(try_##n).error(); \
    std::move(try_##n).value();                           \
  })
// NOLINTEND(*-macro-usage)
