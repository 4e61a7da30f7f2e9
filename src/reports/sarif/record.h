// SPDX-License-Identifier: Apache-2.0
// Record: one JSON object, written as it is told; for results, of which there are many.
//
// Keys are literals of ours. Texts are made printable, so that they hold neither a
// control character nor a byte that is not UTF-8.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace cupel {

class Record {
 public:
  Record& text(std::string_view key, std::string_view value, std::size_t limit = 2000);
  // A value that is JSON already.
  Record& json(std::string_view key, std::string_view value) {
    this->key(key) += value;
    return *this;
  }
  Record& number(std::string_view key, std::integral auto value) {
    this->key(key) += cat(value);
    return *this;
  }
  [[nodiscard]] std::string done() && {
    out_ += out_.empty() ? "{}" : "}";
    return std::move(out_);
  }

 private:
  std::string& key(std::string_view key) {
    out_ += out_.empty() ? "{\"" : ",\"";
    return out_.append(key).append("\":");
  }
  std::string out_;
};

// The items, which are JSON already, as an array.
[[nodiscard]] std::string array_of(const std::vector<std::string>& items);

}  // namespace cupel
