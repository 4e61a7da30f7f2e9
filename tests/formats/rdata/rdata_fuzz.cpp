// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "formats/rdata.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto reading = rdata::read(bytes);
  require(reading.is_rdata == rdata::looks_like(bytes));
  require(reading.examined_bytes <= size);
  require(!reading.is_rdata || reading.complete == reading.problem.empty());
  for (const auto& promise : reading.promises) {
    require(promise.begin < promise.end && promise.end <= size && promise.names.size() <= 32);
  }
  require(reading.functions >= reading.code.size());
  return 0;
}
