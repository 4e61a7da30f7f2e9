// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "ledger/export.h"

// An export without problems has entries that all are what they say; whatever is wrong
// is told with its place.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto reading = read_export(text);
  for (const auto& problem : reading.problems) {
    require(problem.where.starts_with("line ") && !problem.what.empty());
  }
  require(!reading.trusted);
  if (reading.problems.empty()) require(read_export(text, reading.vkey).trusted);
  return 0;
}
