// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "formats/tar.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const tar::Limits limits{.members = 100};
  const auto reading = tar::read(bytes, limits);
  require(reading.is_tar == tar::looks_like(bytes));
  require(reading.is_tar || reading.members.empty());
  require(reading.members.size() <= limits.members && reading.end <= size);
  for (const auto& member : reading.members) {
    require(member.data_offset <= size && member.size_bytes <= size - member.data_offset);
    require(member.header_offset + 512 == member.data_offset);
  }
  return 0;
}
