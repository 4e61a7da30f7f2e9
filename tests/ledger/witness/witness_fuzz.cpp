// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string_view>

#include "base/require.h"
#include "ledger/witness.h"

// What can be read is written again in the same way.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto reading = read_add_checkpoint(text);
  require(reading.request.has_value() == reading.problem.empty());
  if (reading.request) require(to_text(*reading.request) == text);
  return 0;
}
