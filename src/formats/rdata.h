// SPDX-License-Identifier: Apache-2.0
// rdata: what R's serialization holds that is more than data (readRDS, load; XDR, ASCII and
// native, versions 2 and 3).
//
// Promises are expressions that are evaluated when somebody looks at the value; functions and
// bytecode run when somebody calls them; a namespace is loaded, with its start-up code, while the
// file is read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"

namespace cupel::rdata {

inline constexpr std::size_t kPromiseNames = 32;
struct Promise {
  std::uint64_t begin = 0;  // of the promise
  std::uint64_t end = 0;
  bool evaluated = false;       // it has its value; the expression is only kept
  bool in_environment = false;  // where R itself leaves promises: arguments that nobody used
  std::vector<std::string> names = {};  // symbols and strings of its expression, in order
};

struct Package {
  std::string name;
  std::uint64_t at = 0;
};

struct Reading {
  bool is_rdata = false;
  bool complete = false;  // the value was read to its end
  bool limited = false;   // it nests deeper than is read
  std::string problem;    // why it is not complete
  std::uint64_t examined_bytes = 0;
  std::vector<Promise> promises;
  std::vector<Package> packages;    // whose namespaces reading it loads
  std::vector<std::uint64_t> code;  // where functions and bytecode begin
  std::uint64_t functions = 0;      // how many of them
  std::uint64_t pointers = 0;       // external ones, which mean nothing in another process
};

// Whether the bytes begin so; compressed files do not.
[[nodiscard]] bool looks_like(Bytes head);
[[nodiscard]] Reading read(Bytes bytes);

}  // namespace cupel::rdata
