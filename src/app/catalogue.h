// SPDX-License-Identifier: Apache-2.0
// The catalogue that is built into this program: provisions, test units, pages of codes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vocab/provision.h"

namespace cupel {

// Provisions and the units of all checks, with their digests. Our own data: a
// catalogue that cannot be read is our mistake.
[[nodiscard]] Catalogue built_in_catalogue();

// The page of a diagnostic code (Markdown), or nothing when there is no such code.
[[nodiscard]] std::optional<std::string_view> code_page(std::string_view code);
[[nodiscard]] std::vector<std::string_view> all_codes();

}  // namespace cupel
