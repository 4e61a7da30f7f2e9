// SPDX-License-Identifier: Apache-2.0
// code_search: do the code, or what it depends on, open an interface to others, or run models?
#pragma once

#include <string>

#include "checks/check.h"

namespace cupel {

struct CodeSearch {
  std::string server;     // "`fastapi` in service/app.py"; empty: none was found
  std::string runtime;    // a library that runs models, likewise
  std::string blind;      // why the search cannot say that there is none; empty: it can
  std::size_t files = 0;  // code and dependency files that were read
};
[[nodiscard]] Result<CodeSearch> search_code(const CheckInput& input, Task& task);

}  // namespace cupel
