// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "formats/gguf.h"
#include "scan/scan.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto reading = gguf::read(bytes);
  require(reading.complete || !reading.problems.empty());
  for (const auto& problem : reading.problems) {
    require(problem.span.begin <= problem.span.end && problem.span.end <= size);
  }
  // What is not refused lies in the file, and nothing overlaps.
  if (reading.problems.empty()) {
    std::uint64_t sum = 0;
    for (const auto& tensor : reading.tensors) {
      require(reading.data_offset + tensor.offset + tensor.size <= size);
      sum += tensor.size;
    }
    require(sum <= size);
  }
  for (const auto& pair : reading.pairs) {
    static_cast<void>(gguf::texts_of(reading, pair.value, 10));
  }
  require(scan::verdict_of(scan::examine("m.gguf", bytes)) != Verdict::pass || reading.complete ||
          size < 4);
  return 0;
}
