// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/text.h"
#include "provenance/manifest.h"

// What was read says the same when it is written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = cupel::as_text({reinterpret_cast<const std::byte*>(data), size});
  const auto reading = cupel::read_manifest(text);
  if (!reading.manifest || reading.manifest->root.empty()) return 0;
  const auto again = cupel::read_manifest(cupel::write_manifest(*reading.manifest));
  if (!again.manifest || again.manifest->resources != reading.manifest->resources) {
    __builtin_trap();
  }
  return 0;
}
