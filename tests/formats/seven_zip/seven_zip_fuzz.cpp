// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "formats/seven_zip.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  constexpr std::uint64_t kMost = 1U << 20U;
  const auto reading = seven_zip::read(bytes, {.header_bytes = kMost});
  require(reading.is_seven_zip || reading.members.empty());
  require(reading.end <= size &&
          reading.complete == (reading.is_seven_zip && reading.problem.empty()));
  std::size_t tried = 0;
  for (const auto& folder : reading.folders) {
    if (++tried > 4) break;
    std::vector<std::byte> out;
    const auto outcome = seven_zip::extract(bytes, folder, kMost, out);
    require(out.size() <= kMost && outcome.packed_bytes <= size);
  }
  for (const auto& member : reading.members) {
    if (!reading.complete || !member.folder) continue;
    require(*member.folder < reading.folders.size());
    const auto& folder = reading.folders[*member.folder];
    require(member.offset <= folder.size_bytes &&
            member.size_bytes <= folder.size_bytes - member.offset);
  }
  return 0;
}
