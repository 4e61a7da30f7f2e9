// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "formats/markdown.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& section : cupel::markdown::sections(text, 100)) {
    require(section.level >= 1 && section.level <= 6 && section.line >= 1);
    require(section.body.empty() ||
            section.body.data() + section.body.size() <= text.data() + size);
    static_cast<void>(cupel::markdown::plain_title(section.title));
    static_cast<void>(cupel::markdown::says_something(section.body));
  }
  return 0;
}
