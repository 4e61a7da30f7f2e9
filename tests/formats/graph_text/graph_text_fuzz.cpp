// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "formats/tensorflow.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto reading = tensorflow::read_text(as_text(bytes));
  for (const auto& [op, use] : reading.operators) {
    require(use.count > 0 && use.first.begin <= use.first.end && use.first.end <= size);
  }
  static_cast<void>(tensorflow::is_text_graph(as_text(bytes)));
  return 0;
}
