// SPDX-License-Identifier: Apache-2.0
// python_source: a Python file → what it imports and calls, and whether that happens on import.
//
// A tolerant reading of tokens and indentation, not a compiler: every text has an answer. Names
// are followed through `import a as b`, `from a import b` and plain assignments of names;
// `getattr(os, 'sys' + 'tem')` is `os.system`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vocab/diagnostic.h"

namespace cupel::python_source {

struct Import {
  std::string module;
  std::uint32_t line = 0;
  bool on_load = false;  // not inside of a function
  Span span;
};

struct Call {
  std::string callee;     // "os.system", after the aliases
  std::string arguments;  // as written, the first 200 bytes
  std::uint32_t line = 0;
  bool on_load = false;
  bool constant = false;  // all arguments are texts or numbers
  Span span;
};

struct Reading {
  std::vector<Import> imports;
  std::vector<Call> calls;
  std::string problem;  // why the reading stopped; "" when it reached the end
};

struct Limits {
  std::size_t facts = 50'000;
  std::size_t tokens = 4'000'000;
};

[[nodiscard]] Reading read(std::string_view text, const Limits& limits = {});

}  // namespace cupel::python_source
