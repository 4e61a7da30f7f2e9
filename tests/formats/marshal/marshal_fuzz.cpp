// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "formats/marshal.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto reading = marshal::read(bytes);
  require(reading.is_code || reading.names.empty());
  require(std::ranges::is_sorted(reading.names));
  constexpr std::size_t kMost = 20;
  require(marshal::texts_in(bytes, kMost).size() <= kMost);
  return 0;
}
