// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "formats/python_source.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto reading = python_source::read(as_text(bytes));
  for (const auto& call : reading.calls) {
    require(!call.callee.empty());
    require(call.span.begin <= call.span.end && call.span.end <= size);
  }
  return 0;
}
