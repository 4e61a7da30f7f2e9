// SPDX-License-Identifier: Apache-2.0
// Guarded<T>: a value that can be reached only while its mutex is held.
//
//   Guarded<std::vector<Error>> errors;
//   errors.with([&](auto& list) { list.push_back(std::move(error)); });
#pragma once

#include <mutex>
#include <utility>

namespace cupel {

template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  template <class F>
  decltype(auto) with(F&& use) {
    const std::scoped_lock lock(mutex_);
    return std::forward<F>(use)(value_);
  }

 private:
  std::mutex mutex_;
  T value_{};
};

}  // namespace cupel
