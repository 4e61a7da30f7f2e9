// SPDX-License-Identifier: Apache-2.0
// ByteReader: a cursor over bytes nobody vouches for.
//
// Reads never throw and never run past the end. The first read that cannot be
// satisfied fails the reader for good: it and every later read give zero or an
// empty span, and ok() is false. A parser may therefore read a whole record in a
// straight line and ask once:
//
//   ByteReader in(bytes);
//   const auto size = in.u64le();
//   const auto header = in.take(size);
//   if (!in.ok()) return truncated_at(in.offset());
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace cupel {

using Bytes = std::span<const std::byte>;

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return !ok_ || at_ == bytes_.size(); }

  // The offset of the next byte, or of the read that failed.
  [[nodiscard]] std::size_t offset() const { return at_; }

  std::uint8_t u8() { return static_cast<std::uint8_t>(little_endian(1)); }
  std::uint16_t u16le() { return static_cast<std::uint16_t>(little_endian(2)); }
  std::uint32_t u32le() { return static_cast<std::uint32_t>(little_endian(4)); }
  std::uint64_t u64le() { return little_endian(8); }
  std::uint16_t u16be() { return static_cast<std::uint16_t>(big_endian(2)); }
  std::uint32_t u32be() { return static_cast<std::uint32_t>(big_endian(4)); }
  std::uint64_t u64be() { return big_endian(8); }

  // The next `count` bytes. `count` may come straight from the file.
  Bytes take(std::uint64_t count) {
    if (!ok_ || count > bytes_.size() - at_) {
      ok_ = false;
      return {};
    }
    const auto taken = bytes_.subspan(at_, static_cast<std::size_t>(count));
    at_ += taken.size();
    return taken;
  }

  // The bytes up to `end`, which is consumed but not returned.
  Bytes take_until(std::byte end) {
    for (std::size_t i = at_; ok_ && i < bytes_.size(); ++i) {
      if (bytes_[i] == end) {
        const auto taken = bytes_.subspan(at_, i - at_);
        at_ = i + 1;
        return taken;
      }
    }
    ok_ = false;
    return {};
  }

 private:
  std::uint64_t little_endian(std::size_t width) {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const std::byte b : take(width)) {
      value |= std::to_integer<std::uint64_t>(b) << shift;
      shift += 8;
    }
    return value;
  }

  std::uint64_t big_endian(std::size_t width) {
    std::uint64_t value = 0;
    for (const std::byte b : take(width)) value = (value << 8U) | std::to_integer<std::uint64_t>(b);
    return value;
  }

  Bytes bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace cupel
