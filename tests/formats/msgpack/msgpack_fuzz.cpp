// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "formats/msgpack.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  std::uint64_t at = 0;
  const auto reading = msgpack::read(bytes, [&](const msgpack::Item& item) {
    require(item.span.begin >= at && item.span.end <= size);
    at = item.span.end;
  });
  require(reading.complete == reading.problem.empty() && reading.end <= size);
  require(!reading.complete || reading.end == size);
  static_cast<void>(msgpack::looks_like(bytes));
  return 0;
}
