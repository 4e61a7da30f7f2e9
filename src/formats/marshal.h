// SPDX-License-Identifier: Apache-2.0
// marshal: CPython code objects (3.7 to 3.14) → the names and texts that they use.
//
// Which CPython wrote them is not said: every known layout is tried, and the one in which all
// parts are of their kinds is the one. Names of nested functions are with those of the outer.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/byte_reader.h"

namespace cupel::marshal {

struct Reading {
  bool is_code = false;
  std::string layout;              // "3.11 or newer"
  std::vector<std::string> names;  // globals, attributes and modules, sorted
  std::vector<std::string> texts;  // constants, in order
};

[[nodiscard]] Reading read(Bytes bytes);

// The texts in any marshalled value, damaged or not, each once, in their order: names that code
// looks up, its constants, the file it came from. At most `limit` of them, fit for showing; what
// stands before damage still counts, so that a broken tail hides nothing.
[[nodiscard]] std::vector<std::string> texts_in(Bytes bytes, std::size_t limit = 200);

}  // namespace cupel::marshal
