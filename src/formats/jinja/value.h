// SPDX-License-Identifier: Apache-2.0
// value: what is known of an expression of a template without rendering it.
//
// Inside of formats/jinja only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/jinja.h"

namespace cupel::jinja {

enum class Kind {
  unknown,   // the caller decides
  text,      // a constant
  number,    // `number` when `exact`
  list,      // of `items`
  any,       // one of `items`
  computed,  // from constants or the engine's own objects, out of sight
};

// Whose message a condition speaks of.
enum class Role { unknown, system, user, not_system };

// What is known when it holds, and when it does not.
struct Roles {
  Role holds = Role::unknown;
  Role fails = Role::unknown;
};

struct Value {
  Kind kind = Kind::unknown;
  std::string text;
  std::int64_t number = 0;
  bool exact = false;
  bool content = false;  // holds what a message says
  bool clock = false;    // tells the time
  std::vector<Value> items;
  std::vector<Test> tests;  // what its truth says of content or clock
  std::string path;         // "messages[0].content"
  Roles roles = {};         // of a condition

  [[nodiscard]] bool is_text() const { return kind == Kind::text; }
  [[nodiscard]] bool is_constant() const {
    return kind == Kind::text || kind == Kind::list || kind == Kind::any;
  }
  [[nodiscard]] bool is_computed() const { return kind == Kind::computed; }
};

inline Value text_value(std::string text) {
  Value out;
  out.kind = Kind::text;
  out.text = std::move(text);
  return out;
}

inline Value number_value(std::int64_t number) {
  Value out;
  out.kind = Kind::number;
  out.number = number;
  out.exact = true;
  return out;
}

inline Value list_value(std::vector<Value> items) {
  Value out;
  out.kind = Kind::list;
  out.items = std::move(items);
  return out;
}

inline Value computed_value() {
  Value out;
  out.kind = Kind::computed;
  return out;
}

// What both are tainted with and tested for.
inline void inherit(Value& to, const Value& from) {
  constexpr std::size_t kTests = 8;
  to.content = to.content || from.content;
  to.clock = to.clock || from.clock;
  for (const auto& test : from.tests) {
    if (to.tests.size() >= kTests) break;
    if (std::ranges::find(to.tests, test) == to.tests.end()) to.tests.push_back(test);
  }
}

// How much folding is left: constants that double with every operator must come to an end.
class Budget {
 public:
  explicit Budget(const Limits& limits) : left_(limits.folded), constant_(limits.constant) {}
  bool take(std::size_t bytes) {
    if (bytes > constant_ || bytes > left_) return false;
    left_ -= bytes;
    return true;
  }

 private:
  std::size_t left_;
  std::size_t constant_;
};

struct Arguments {
  std::vector<Value> plain;
  std::vector<std::pair<std::string, Value>> named;
  bool starred = false;

  [[nodiscard]] const Value* find(std::string_view name, std::size_t at) const;
};

// What a filter, or a method of the same name, makes of a value.
[[nodiscard]] Value filtered(std::string_view name, const Value& of, const Arguments& with,
                             Budget& budget);
[[nodiscard]] Value added(const Value& a, const Value& b, bool as_text, Budget& budget);
[[nodiscard]] Value multiplied(const Value& a, const Value& b, Budget& budget);
[[nodiscard]] Value item_of(const Value& of, std::int64_t at);
[[nodiscard]] Value slice_of(const Value& of, const Value& begin, const Value& end,
                             const Value& step);
// Known from constants alone: what an operation out of sight makes of it is computed.
[[nodiscard]] bool is_made_of_constants(const Value& value);
[[nodiscard]] std::size_t weight(const Value& value);

}  // namespace cupel::jinja
