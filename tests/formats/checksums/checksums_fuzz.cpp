// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string_view>

#include "formats/checksums.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(cupel::checksums::read(text));
  return 0;
}
