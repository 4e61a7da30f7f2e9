// SPDX-License-Identifier: Apache-2.0
// signature: the few things that sniffers look for.
#pragma once

#include <optional>
#include <string_view>

#include "formats/format.h"

namespace cupel {

[[nodiscard]] bool has_signature(const Sniff& file, std::string_view bytes, std::size_t at = 0);

// The name of the first member of a ZIP archive that begins with one.
[[nodiscard]] std::optional<std::string_view> first_member(Bytes head);

}  // namespace cupel
