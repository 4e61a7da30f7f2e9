// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "formats/modelfile.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto text = as_text(bytes);
  const auto reading = modelfile::read(text, {.commands = 1'000});
  require(reading.at <= size);
  std::uint32_t line = 0;
  for (const auto& command : reading.commands) {
    require(command.span.begin <= command.span.end && command.span.end <= size);
    require(command.span.begin >= command.span.end ||
            command.value == text.substr(command.span.begin, command.value.size()));
    require(command.line >= line);
    line = command.line;
  }
  require(reading.commands.empty() || !reading.has_from || !reading.commands.front().name.empty());
  static_cast<void>(modelfile::begins_like_one(text));
  return 0;
}
