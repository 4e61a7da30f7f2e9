// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "formats/loose_json.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto document = loose_json::read(as_text(bytes));
  require(document.examined <= size);
  for (std::uint32_t at = 0; at < document.nodes.size(); ++at) {
    const loose_json::Value value(document, at);
    require(value.span().begin <= value.span().end && value.span().end <= size);
    static_cast<void>(value.text());
    static_cast<void>(value.key());
    for (const auto& item : value.items()) require(item.index() > at);
    const auto same = value.find(value.key());
    require(!same.exists() || value.is_object());
  }
  return 0;
}
