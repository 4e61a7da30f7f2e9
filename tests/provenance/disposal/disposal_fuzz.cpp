// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "base/require.h"
#include "provenance/disposal.h"
#include "provenance/dsse.h"
#include "provenance/manifest.h"

// The input is the statement inside an envelope that a person of the roster has signed, and the
// envelope itself: what counts names assets, and carries the custodian's consent.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto key = PrivateKey::generate();
  require(key.ok());
  System system;
  system.name = "cards";
  system.people.push_back({.name = "Ana",
                           .roles = {"system-operator"},
                           .public_key = key.value().public_key().base64(),
                           .declared_at = {}});
  for (const auto& record : {read_disposal(text, system),
                             read_disposal(dsse::seal(kInTotoType, text, key.value()), system)}) {
    require(record.verified == record.problem.empty());
    // Ana cannot make a consent of anybody's within a statement that she is given.
    require(!record.verified);
  }
  return 0;
}
