// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "detect/secrets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t last = 0;
  for (const auto& secret : cupel::find_secrets(text).secrets) {
    require(secret.begin >= last && secret.begin < secret.end && secret.end <= size);
    require(!cupel::redacted(text.substr(secret.begin, secret.end - secret.begin)).empty());
    last = secret.end;
  }
  return 0;
}
