// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string_view>

#include "base/require.h"
#include "formats/croissant.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto reading = croissant::read({reinterpret_cast<const char*>(data), size});
  require(reading.dataset.has_value() == reading.problem.empty());
  if (!reading.dataset) return 0;
  require(!reading.dataset->name.empty());
  for (const auto& file : reading.dataset->files) {
    require(file.sha256.empty() || file.sha256.size() == 64);
  }
  return 0;
}
