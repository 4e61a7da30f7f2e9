// SPDX-License-Identifier: Apache-2.0
// program: runs a Python script of this folder over documents, for what is judged best
// by a reader that is not ours.
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.h"
#include "support/support.h"

namespace cupel::test {

// What the script prints; "" when it is content. Its arguments hold no quote.
inline std::string complaints(std::string_view script, const std::vector<std::string>& arguments) {
  std::string command = cat("python3 '", test_data(cat("reports/", script)).string(), "'");
  for (const auto& argument : arguments) command += cat(" '", argument, "'");
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return "cannot run python3";
  std::string out;
  std::array<char, 4096> block{};
  for (std::size_t got = 0; (got = std::fread(block.data(), 1, block.size(), pipe)) > 0;) {
    out.append(block.data(), got);
  }
  const int status = ::pclose(pipe);
  return status != 0 && out.empty() ? "it failed and said nothing" : out;
}

inline bool have_jsonschema() {
  return std::system("python3 -c 'import jsonschema' 2>/dev/null") ==
         0;  // NOLINT(*-command-processor,concurrency-*)
}

}  // namespace cupel::test
