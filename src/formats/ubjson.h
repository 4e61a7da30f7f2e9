// SPDX-License-Identifier: Apache-2.0
// ubjson: Universal Binary JSON, as XGBoost writes it; typed lists stay views of the file.
// Source: https://ubjson.org/ and xgboost/src/common/json.cc
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "vocab/diagnostic.h"

namespace cupel::ubjson {

struct Member;

struct Value {
  char kind = 'Z';          // '{', '[', 'S', 'T', 'F', 'Z', or that of a number: U i I l L d D
  char item = 0;            // of a typed list: the kind of its items
  std::uint64_t count = 0;  // of a typed list
  std::int64_t number = 0;  // of a whole number
  Bytes bytes = {};         // of a text and of a typed list
  // Without `= {}`, for which clang would want to know a member already.
  std::vector<Member> members;
  std::vector<Value> items = {};
  Span span;

  // The member, or null.
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] std::uint64_t size() const { return item != 0 ? count : items.size(); }
};

struct Member {
  std::string_view key;
  Value value;
};

struct Reading {
  std::optional<Value> value;
  std::string problem;  // why there is none
  std::uint64_t end = 0;
};

[[nodiscard]] Reading read(Bytes bytes);

// The whole numbers of a list, typed or not; nothing when one of them is none.
[[nodiscard]] std::optional<std::vector<std::int64_t>> whole_numbers(const Value& list);

}  // namespace cupel::ubjson
