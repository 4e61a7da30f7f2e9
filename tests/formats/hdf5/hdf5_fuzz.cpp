// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "formats/hdf5.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto reading = hdf5::read(bytes);
  for (const auto& text : reading.texts) require(text.begin < text.end && text.end <= size);
  require(reading.is_hdf5 || reading.outside.empty());
  return 0;
}
