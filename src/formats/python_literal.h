// SPDX-License-Identifier: Apache-2.0
// python_literal: the one constant that a text of Python stands for, as `ast.literal_eval` reads
// it: texts, numbers, tuples, lists, sets, mappings, True, False and None. Nothing is evaluated:
// what is a name, a call or an operator is the problem that the reading tells.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cupel::python_literal {

enum class Kind { none, boolean, integer, real, text, bytes, tuple, list, set, mapping };

struct Value {
  Kind kind = Kind::none;
  std::string text = {};          // of texts and bytes, escapes undone
  std::int64_t integer = 0;       // of integers and booleans; the nearest one when it does not fit
  bool fits = true;               // the integer is that
  bool escaped = false;           // the text stands behind escapes
  bool hidden = false;            // one of them names a character that is not looked up
  std::vector<Value> items = {};  // of a mapping: key, value, key, value …
  std::size_t begin = 0;          // in the text that was read
  std::size_t end = 0;
};

struct Limits {
  std::size_t values = 100'000;
  unsigned depth = 64;
};

struct Reading {
  Value value;
  std::string problem;  // why it is no literal; "" when it is one
  std::size_t at = 0;   // where the problem stands
  bool commented = false;
  bool called = false;  // the problem is a name or a call: whoever evaluates the text runs it
};

[[nodiscard]] Reading read(std::string_view text, const Limits& limits = {});

}  // namespace cupel::python_literal
