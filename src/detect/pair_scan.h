// SPDX-License-Identifier: Apache-2.0
// PairScan: where in a text does one of these two-byte beginnings stand next?
//
// The question that a search of everything asks of every byte, so its speed is the
// search's speed. Each half byte of both bytes looks up, in a table of sixteen, the
// buckets of pairs that it may belong to, thirty-two places at a time with AVX2
// (the method of Hyperscan's "shufti" and "Teddy", Wang et al., NSDI 2019); what
// survives is looked up exactly. Without AVX2 only the exact look-up is made.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cupel::detect {

class PairScan {
 public:
  void add(unsigned char first, unsigned char second);
  void add_first(unsigned char first);  // with any second byte

  // The first place at or after `from` where a pair begins; text.size() when there is none.
  [[nodiscard]] std::size_t next(std::string_view text, std::size_t from) const;
  // The same, one place after the other: what next() is tested against.
  [[nodiscard]] std::size_t next_plain(std::string_view text, std::size_t from) const;

 private:
  [[nodiscard]] bool holds(std::string_view text, std::size_t at) const {
    return pairs_[static_cast<std::size_t>(static_cast<unsigned char>(text[at])) << 8U |
                  static_cast<unsigned char>(text[at + 1])];
  }
  [[nodiscard]] std::size_t next_avx2(std::string_view text, std::size_t from) const;

  // Bit b of an entry: a byte with this half may be of bucket b.
  struct Halves {
    std::array<std::uint8_t, 16> low{};
    std::array<std::uint8_t, 16> high{};
    void mark(unsigned char byte, std::uint8_t bucket);
  };

  std::bitset<65536> pairs_;
  Halves first_;
  Halves second_;
};

}  // namespace cupel::detect
