// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "formats/protobuf.h"
#include "scan/scan.h"

using namespace cupel;

namespace {

// Fields tile their message, and stand where they say.
void walk(Bytes whole, protobuf::Message message, unsigned depth) {
  auto at = message.offset();
  while (const auto field = message.next()) {
    require(field->span.begin == at && field->span.end > at && field->span.end <= whole.size());
    at = field->span.end;
    if (field->bytes.empty()) continue;
    require(field->bytes.data() == whole.subspan(static_cast<std::size_t>(field->body)).data());
    if (depth < 6) walk(whole, protobuf::Message(*field), depth + 1);
  }
  require(message.offset() == at);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  walk(bytes, protobuf::Message(bytes), 0);
  static_cast<void>(scan::examine("m.pb", bytes));
  static_cast<void>(scan::examine("m.onnx", bytes));
  return 0;
}
