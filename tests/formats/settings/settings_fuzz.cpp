// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string_view>

#include "formats/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  using namespace cupel::settings;
  static_cast<void>(syntax_of(text));
  static_cast<void>(read(text, data[0] % 2 == 0 ? Syntax::yaml : Syntax::lines));
  return 0;
}
