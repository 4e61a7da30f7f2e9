// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "inventory/digest_cache.h"

// The digest at the end would turn nearly every input away; half of them get a true one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const bool sealed : {false, true}) {
    if (sealed) bytes += cupel::as_text(cupel::sha256(bytes));
    std::string note;
    const auto cache = cupel::DigestCache::parse(cupel::as_bytes(bytes), note);
    require(note.empty() || cache.size() == 0);
    if (cache.size() != 0) {
      const auto again = cupel::DigestCache::parse(cupel::as_bytes(cache.bytes()), note);
      require(note.empty() && again.size() <= cache.size());
    }
  }
  return 0;
}
