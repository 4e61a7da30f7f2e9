// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "formats/ubjson.h"
#include "scan/scan.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto reading = ubjson::read(bytes);
  require(reading.value.has_value() == reading.problem.empty() && reading.end <= size);
  if (reading.value) static_cast<void>(ubjson::whole_numbers(*reading.value));
  static_cast<void>(scan::examine("m.ubj", bytes));
  return 0;
}
