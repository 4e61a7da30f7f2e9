// SPDX-License-Identifier: Apache-2.0
// Every sniffer, and the header of NumPy arrays, which is too small for a target of its own.
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "formats/format.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto head = bytes.first(std::min(size, kSniffBytes));
  for (const std::string_view name : {"", "model.csv", "rows.jsonl", "graph.pb", "m.onnx"}) {
    for (const auto* format : all_formats()) {
      const bool fits = format->sniff({.head = head, .size = size, .name = name});
      require(fits == format->sniff({.head = head, .size = size, .name = name}));
    }
    const auto* const found = recognise({.head = head, .size = size, .name = name});
    require(found == nullptr || found->sniff({.head = head, .size = size, .name = name}));
  }
  return 0;
}
