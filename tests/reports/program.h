// SPDX-License-Identifier: Apache-2.0
// program: runs a Python script of this folder over documents, for what is judged best
// by a reader that is not ours.
#pragma once

#include <string>
#include <vector>

#include "base/text.h"
#include "support/process.h"
#include "support/support.h"

namespace cupel::test {

// What the script prints; "" when it is content.
inline std::string complaints(std::string_view script, const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {"python3", test_data(cat("reports/", script))};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Process process(command, {});
  const int status = process.wait();
  const std::string out = process.said() + process.complained();
  return status != 0 && out.empty() ? "it failed and said nothing" : out;
}

inline bool have_jsonschema() {
  return Process({"python3", "-c", "import jsonschema"}, {}).wait() == 0;
}

}  // namespace cupel::test
