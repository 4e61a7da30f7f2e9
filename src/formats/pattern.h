// SPDX-License-Identifier: Apache-2.0
// Pattern: the regular expressions that JSON schemas use, matched in linear time.
//
// Literals, escapes (\d \s \w \. …), [classes], groups, |, ?, *, +, {n}, {n,}, {n,m}, ^ and $. No
// look-around and no back references: a text cannot make it slow, only long. Bytes are matched,
// so a class holds ASCII alone; "." and a negated class take any byte but a line feed.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cupel {

class Pattern {
 public:
  // Nothing when the text is not such an expression, or one that is too large.
  [[nodiscard]] static std::optional<Pattern> compile(std::string_view text);
  // Whether it matches somewhere in the text, as JSON schemas mean it.
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  friend class PatternCompiler;
  enum class Op : std::uint8_t { bytes, split, begin, end, accept };
  struct State {
    Op op = Op::accept;
    std::bitset<256> bytes = {};
    std::int32_t next = -1;
    std::int32_t other = -1;  // of a split
  };
  void add(std::vector<std::int32_t>& set, std::vector<bool>& known, std::int32_t state,
           bool at_begin, bool at_end) const;

  std::vector<State> states_;
  std::int32_t start_ = 0;
};

}  // namespace cupel
