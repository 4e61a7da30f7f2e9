// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "scan/scan.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  for (const auto* name : {"m.tflite", "m.cbm"}) {
    for (const auto& finding : scan::examine(name, bytes).findings) {
      const auto span = finding.place.span.value_or(Span{});
      require(span.begin <= span.end);
    }
  }
  return 0;
}
