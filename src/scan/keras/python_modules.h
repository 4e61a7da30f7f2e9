// SPDX-License-Identifier: Apache-2.0
// python_modules: what a module of Python gives to whoever may choose a name in it.
#pragma once

#include <string_view>

namespace cupel::scan {

// Of the standard library or the like, and able to run code, reach the net or change files.
[[nodiscard]] bool is_dangerous_module(std::string_view dotted);
// A name that runs what it is given, in whatever module: eval, system, Popen.
[[nodiscard]] bool is_dangerous_name(std::string_view name);

}  // namespace cupel::scan
