// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "formats/safetensors.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto reading = safetensors::read(bytes, size);
  require(reading.complete || !reading.problems.empty());
  bool refused = false;
  for (const auto& problem : reading.problems) {
    refused = refused || problem.refused;
    require(problem.span.begin <= problem.span.end && problem.span.end <= size);
    require(!problem.what.empty());
  }
  // What is not refused fills the file exactly.
  if (!refused) {
    std::uint64_t data_bytes = 0;
    for (const auto& tensor : reading.tensors) data_bytes += tensor.end - tensor.begin;
    require(8 + reading.header_bytes + data_bytes == size);
  }
  const auto again = safetensors::read(bytes, size);
  require(again.problems.size() == reading.problems.size());
  static_cast<void>(safetensors::looks_like(bytes, size));
  return 0;
}
