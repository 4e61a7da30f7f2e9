// SPDX-License-Identifier: Apache-2.0
// system_file: cupel.yaml, from text to a System or to diagnostics that point.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vocab/diagnostic.h"
#include "vocab/system.h"

namespace cupel {

struct SystemReading {
  std::optional<System> system;         // only when there is no diagnostic
  std::vector<Diagnostic> diagnostics;  // CFG001…: each with line, column and what was meant
};

// Pure. `file` is the name to be shown in places. Unknown keys, wrong types, values
// outside their set, duplicate names, paths that leave the folder and references to
// names that do not exist are all told, each once, in the order they stand.
// `provisions` are the ids that `declares:` may use.
[[nodiscard]] SystemReading read_system(std::string_view text, std::string_view file,
                                        const std::vector<std::string_view>& provisions);

// The JSON Schema (draft 2020-12) of the file, for editors: made from the same table of keys.
[[nodiscard]] std::string system_schema();

}  // namespace cupel
