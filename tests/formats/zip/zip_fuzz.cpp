// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "formats/zip.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const zip::Limits limits{.members = 100, .member_bytes = 1U << 20U, .ratio = 200};
  const auto reading = zip::read(bytes, limits);
  require(reading.is_zip || reading.members.empty());
  require(reading.members.size() <= limits.members);
  for (const auto& stray : reading.stray) require(stray.begin < stray.end && stray.end <= size);
  std::vector<std::byte> buffer;
  for (const auto& member : reading.members) {
    const auto content = zip::extract(bytes, member, buffer, limits);
    if (!content.ok()) continue;
    require(reading.complete ? member.data_offset <= size : true);
    require(content.value().bytes.size() <= std::max<std::size_t>(size, limits.member_bytes));
  }
  const auto again = zip::read(bytes, limits);
  require(again.problems.size() == reading.problems.size());
  require(again.complete == reading.complete && reading.end <= size);
  require(again.members.size() == reading.members.size());
  return 0;
}
