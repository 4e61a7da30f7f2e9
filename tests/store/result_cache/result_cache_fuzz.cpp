// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "store/result_cache.h"

// The digest at the end would turn nearly every input away; half of them get a true one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const bool sealed : {false, true}) {
    if (sealed) bytes += cupel::as_text(cupel::sha256(bytes));
    std::string note;
    auto cache = cupel::ResultCache::parse(cupel::as_bytes(bytes), "b", note);
    require(note.empty() || cache.size() == 0);
    const bool known = cache.find("q", "0") != nullptr;
    cache.put("r", "1", "x");
    require(cache.find("r", "1") != nullptr);
    std::string damage;
    const auto again = cupel::ResultCache::parse(cupel::as_bytes(cache.bytes()), "b", damage);
    require(damage.empty() && again.size() == (known ? 2U : 1U));
  }
  return 0;
}
