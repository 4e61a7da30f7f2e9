// SPDX-License-Identifier: Apache-2.0
// server_frameworks: does the code, or what it depends on, open an interface to others?
#pragma once

#include <string>

#include "checks/check.h"

namespace cupel {

struct ServerSearch {
  std::string found;      // "`fastapi` in service/app.py"; empty: none was found
  std::string blind;      // why the search cannot say that there is none; empty: it can
  std::size_t files = 0;  // code and dependency files that were read
};
[[nodiscard]] Result<ServerSearch> search_server_frameworks(const CheckInput& input, Task& task);

}  // namespace cupel
