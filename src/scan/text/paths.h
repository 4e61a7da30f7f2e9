// SPDX-License-Identifier: Apache-2.0
// paths: names of files that a model file wants read or written beside itself.
#pragma once

#include <string_view>

namespace cupel::scan {

// Why a path leaves the folder of the file that names it: "is absolute"; "" when it stays.
[[nodiscard]] std::string_view path_escape(std::string_view path);

// Whether it names code that a loader would load: "libevil.so", "ops.dll".
[[nodiscard]] bool is_native_library(std::string_view path);

}  // namespace cupel::scan
