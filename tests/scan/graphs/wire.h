// SPDX-License-Identifier: Apache-2.0
// Protobuf messages, field by field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cupel::test {

inline std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7U) out += static_cast<char>((value & 0x7fU) | 0x80U);
  return out + static_cast<char>(value);
}
inline std::string number(unsigned field, std::uint64_t value) {
  return varint(std::uint64_t{field} * 8) + varint(value);
}
inline std::string field(unsigned field, std::string_view bytes) {
  return varint(std::uint64_t{field} * 8 + 2) + varint(bytes.size()) + std::string(bytes);
}

}  // namespace cupel::test
