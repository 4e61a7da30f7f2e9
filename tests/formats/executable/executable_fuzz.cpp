// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "formats/executable.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto found = executable::recognise(bytes);
  require(!found || !found->title.empty());
  const auto inside = executable::recognise_inside(bytes);
  if (!inside) return 0;
  // Whoever looks for programs in other data looks for their first two bytes.
  bool begins = false;
  for (const auto beginning : executable::kBeginnings) {
    begins = begins || as_text(bytes).starts_with(beginning);
  }
  require(begins);
  return 0;
}
