// SPDX-License-Identifier: Apache-2.0
// app: the program behind `main`, which only adds the real clock. Tests add another one.
#pragma once

#include <string_view>
#include <vector>

#include "base/time.h"

namespace cupel {

// Runs one command line (without the program's name) and returns the exit code:
// 0, 1, 2, 3 or 130 as the contract says.
int run_program(const std::vector<std::string_view>& arguments, const Clock& clock);

}  // namespace cupel
