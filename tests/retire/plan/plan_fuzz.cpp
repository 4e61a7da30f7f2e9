// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "retire/plan.h"

// What is read is what would have been written: one text for one plan.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel::retire;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto plan = read_plan(text);
  if (!plan) return 0;
  require(text_of(*plan) == text);
  for (const auto& item : plan->items) require(!item.names.empty());
  require(plan->count(Action::erase) <= plan->items.size());
  return 0;
}
