// SPDX-License-Identifier: Apache-2.0
#include "formats/signature.h"

#include "base/text.h"

namespace cupel {

bool has_signature(const Sniff& file, std::string_view bytes, std::size_t at) {
  return file.head.size() >= at && as_text(file.head.subspan(at)).starts_with(bytes);
}

std::optional<std::string_view> first_member(Bytes head) {
  constexpr std::uint32_t kLocalHeader = 0x04034b50;
  ByteReader in(head);
  if (in.u32le() != kLocalHeader) return {};
  in.take(22);  // up to the length of the name
  const auto name_bytes = in.u16le();
  in.u16le();
  const auto name = in.take(name_bytes);
  if (!in.ok()) return {};
  return as_text(name);
}

}  // namespace cupel
