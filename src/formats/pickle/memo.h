// SPDX-License-Identifier: Apache-2.0
// Memo: the unpickler's table of objects by number.
//
// Numbers come from the file and may be anything below 2^32, so what lies far
// beyond the dense front is kept in a map. MEMOIZE takes the count of entries as
// its number, as CPython does, not the highest number plus one.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "formats/pickle/value.h"

namespace cupel::pickle {

class Memo {
 public:
  explicit Memo(std::size_t limit) : limit_(limit) {}

  [[nodiscard]] std::uint64_t count() const { return count_; }

  // False when there are more entries than allowed.
  [[nodiscard]] bool put(std::uint64_t number, Value value) {
    if (number == dense_.size() && far_.empty() && number < limit_) {  // nearly always
      ++count_;
      dense_.push_back(value);
      return true;
    }
    if (number >= dense_.size()) {
      if (number > dense_.size() + kGap) return put_far(number, value);
      if (number >= limit_) return false;
      dense_.resize(static_cast<std::size_t>(number) + 1, kMissing);
    }
    Value& slot = dense_[static_cast<std::size_t>(number)];
    if (slot.is(kMissing.kind()) && (far_.empty() || far_.erase(number) == 0)) ++count_;
    slot = value;
    return true;
  }

  // Null when there is no such entry.
  [[nodiscard]] const Value* get(std::uint64_t number) const {
    if (number < dense_.size()) {
      const Value& slot = dense_[static_cast<std::size_t>(number)];
      if (!slot.is(kMissing.kind())) return &slot;
    }
    if (far_.empty()) return nullptr;
    const auto found = far_.find(number);
    return found == far_.end() ? nullptr : &found->second;
  }

 private:
  static constexpr std::size_t kGap = 1024;
  static constexpr Value kMissing = Value(static_cast<Kind>(0xff));

  bool put_far(std::uint64_t number, Value value) {
    const auto [slot, fresh] = far_.insert_or_assign(number, value);
    static_cast<void>(slot);
    if (fresh) ++count_;
    return far_.size() < limit_;
  }

  std::size_t limit_;
  std::uint64_t count_ = 0;
  std::vector<Value> dense_;
  std::unordered_map<std::uint64_t, Value> far_;
};

}  // namespace cupel::pickle
