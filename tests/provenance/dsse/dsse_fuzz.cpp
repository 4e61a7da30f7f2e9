// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "provenance/dsse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel;
  const auto reading =
      dsse::read_envelope(std::string_view(reinterpret_cast<const char*>(data), size));
  require(reading.envelope.has_value() == reading.problem.empty());
  return 0;
}
