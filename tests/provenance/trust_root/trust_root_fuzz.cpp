// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/text.h"
#include "provenance/keyless.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)cupel::read_trust_root(cupel::as_text({reinterpret_cast<const std::byte*>(data), size}));
  return 0;
}
