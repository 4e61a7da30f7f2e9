// SPDX-License-Identifier: Apache-2.0
// pickle_names: the table that pickle_policy judges by. Data only.
#pragma once

#include <span>
#include <string_view>

namespace cupel::pickle_names {

struct Module {
  std::string_view name;
  std::string_view names;  // with a space between them, sorted
};

// All three are sorted.
[[nodiscard]] std::span<const Module> vetted();
[[nodiscard]] std::span<const std::string_view> standard_library();
[[nodiscard]] std::span<const std::string_view> frameworks();

}  // namespace cupel::pickle_names
