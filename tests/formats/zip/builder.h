// SPDX-License-Identifier: Apache-2.0
// ZipBuilder: an archive, header by header, so that each of them can lie.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

namespace cupel::test {

inline std::string little_endian(std::uint64_t value, unsigned width) {
  std::string out;
  for (unsigned i = 0; i < width; ++i) {
    out += static_cast<char>(i < 8 ? value >> (8 * i) & 0xffU : 0U);
  }
  return out;
}

inline std::uint32_t crc32_of(std::string_view bytes) {
  std::uint32_t crc = 0xffff'ffffU;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb8'8320U : 0U);
  }
  return ~crc;
}

struct ZipMember {
  std::string name;
  std::string content;          // as it is stored
  std::string local_name = {};  // empty: the same
  std::uint16_t method = 0;
  std::uint16_t local_flags = 0;
  std::uint16_t flags = 0;
  std::optional<std::uint32_t> crc = {};  // nothing: the right one
  std::uint32_t size = 0;                 // 0: that of the content
  bool hidden = false;                    // no entry in the central directory
};

inline std::string zip_of(const std::vector<ZipMember>& members, std::string_view prefix = {}) {
  std::string out(prefix);
  std::string directory;
  unsigned entries = 0;
  for (const auto& member : members) {
    const auto& local_name = member.local_name.empty() ? member.name : member.local_name;
    const auto size = member.size == 0 ? member.content.size() : member.size;
    const auto common = little_endian(0, 4) +
                        little_endian(member.crc.value_or(crc32_of(member.content)), 4) +
                        little_endian(member.content.size(), 4) + little_endian(size, 4);
    const auto offset = out.size() - prefix.size();
    out += cat("PK\x03\x04", little_endian(20, 2), little_endian(member.local_flags, 2),
               little_endian(member.method, 2), common, little_endian(local_name.size(), 2),
               little_endian(0, 2), local_name, member.content);
    if (member.hidden) continue;
    ++entries;
    directory += cat("PK\x01\x02", little_endian(20, 2), little_endian(20, 2),
                     little_endian(member.flags, 2), little_endian(member.method, 2), common,
                     little_endian(member.name.size(), 2), little_endian(0, 2), little_endian(0, 2),
                     little_endian(0, 8), little_endian(offset, 4), member.name);
  }
  const auto at = out.size() - prefix.size();
  return out + directory + "PK\x05\x06" + little_endian(0, 4) + little_endian(entries, 2) +
         little_endian(entries, 2) + little_endian(directory.size(), 4) + little_endian(at, 4) +
         little_endian(0, 2);
}

}  // namespace cupel::test
