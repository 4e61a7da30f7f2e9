// SPDX-License-Identifier: Apache-2.0
// templates: empty documents for `cupel init`, one per kind that an organisation usually needs.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace cupel {

// Writes those that are not there yet and answers how many it wrote. A template says
// of itself that it is one, and is no evidence: its sections are empty, which DOC003 tells.
[[nodiscard]] Result<std::size_t> write_templates(const std::filesystem::path& folder,
                                                  std::string_view system);

}  // namespace cupel
