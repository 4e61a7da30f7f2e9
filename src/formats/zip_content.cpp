// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <zlib.h>

#include "base/text.h"
#include "formats/unpack.h"
#include "formats/zip.h"

namespace cupel::zip {
namespace {

constexpr std::uint16_t kEncrypted = 0x0001;
constexpr std::uint16_t kEndMarker = 0x0002;  // of LZMA
constexpr std::uint16_t kStronglyEncrypted = 0x0040;
constexpr std::uint16_t kMaskedHeaders = 0x2000;

enum Method : std::uint16_t {
  stored = 0,
  deflated = 8,
  bzip2 = 12,
  lzma = 14,
  old_zstd = 20,
  zstd = 93,
  xz = 95
};

Result<Bytes> packed_bytes(Bytes bytes, const Member& member) {
  if (member.data_offset == 0 || member.data_offset > bytes.size() ||
      member.compressed_bytes > bytes.size() - member.data_offset) {
    return fail(Fault::integrity, "the member is not inside the file");
  }
  return bytes.subspan(static_cast<std::size_t>(member.data_offset),
                       static_cast<std::size_t>(member.compressed_bytes));
}

Result<unpack::Outcome> unpack_into(Bytes packed, const Member& member, std::uint64_t most,
                                    std::vector<std::byte>& out) {
  using unpack::Codec;
  out.clear();
  switch (member.method) {
    case deflated:
      return unpack::unpack(Codec::deflate, packed, most, out);
    case bzip2:
      return unpack::unpack_all(Codec::bzip2, packed, most, out);
    case xz:
      return unpack::unpack_all(Codec::xz, packed, most, out);
    case zstd:
    case old_zstd:
      return unpack::unpack_all(Codec::zstd, packed, most, out);
    case lzma:
      return unpack::unpack_zip_lzma(packed, member.size_bytes, (member.flags & kEndMarker) != 0,
                                     most, out);
    default:
      return fail(Fault::unsupported, cat("compression method ", member.method, " is not known"));
  }
}

Content content_of(Bytes content, const Member& member, bool checksum = true) {
  const auto* const begin = reinterpret_cast<const Bytef*>(content.data());
  return {.bytes = content,
          .crc_matches = !checksum || crc32_z(0, begin, content.size()) == member.crc32,
          .size_matches = content.size() == member.size_bytes};
}

}  // namespace

bool is_encrypted(const Member& member) {
  return (member.flags & (kEncrypted | kStronglyEncrypted | kMaskedHeaders)) != 0;
}

Result<Content> extract(Bytes bytes, const Member& member, std::vector<std::byte>& buffer,
                        const Limits& limits) {
  buffer.clear();
  const auto packed = TRY(packed_bytes(bytes, member));
  if (member.method == stored) return content_of(packed, member, limits.checksums);
  constexpr std::uint64_t kHarmless = 1U << 20U;  // the ratio of something small is no bomb
  const std::uint64_t by_ratio = packed.size() > limits.member_bytes / limits.ratio
                                     ? limits.member_bytes
                                     : std::max(kHarmless, limits.ratio * packed.size());
  const std::uint64_t most = std::min(limits.member_bytes, by_ratio);
  const auto outcome = TRY(unpack_into(packed, member, most, buffer));
  if (outcome.limited) return fail(Fault::limit, outcome.problem);
  if (!outcome.ended) return fail(Fault::integrity, outcome.problem);
  return content_of(buffer, member);
}

}  // namespace cupel::zip
