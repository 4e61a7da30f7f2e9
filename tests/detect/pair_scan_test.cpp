// SPDX-License-Identifier: Apache-2.0
#include "detect/pair_scan.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace cupel::detect {
namespace {

PairScan scan_for(std::initializer_list<std::string_view> pairs) {
  PairScan scan;
  for (const auto pair : pairs) {
    scan.add(static_cast<unsigned char>(pair[0]), static_cast<unsigned char>(pair[1]));
  }
  return scan;
}

TEST(PairScan, FindsAPairAtEveryPlaceAroundTheBlocksItReads) {
  const PairScan scan = scan_for({"gh", "AK", "\xff\x80"});
  for (std::size_t size = 2; size < 140; ++size) {
    for (std::size_t at = 0; at + 2 <= size; ++at) {
      std::string text(size, 'g');
      text[at] = 'A';
      text[at + 1] = 'K';
      ASSERT_EQ(scan.next(text, 0), at) << "of " << size;
      ASSERT_EQ(scan.next(text, at + 1), size);
    }
  }
}

TEST(PairScan, DoesNotTakeHalfAPairForOne) {
  const PairScan scan = scan_for({"gh"});
  EXPECT_EQ(scan.next("", 0), 0U);
  EXPECT_EQ(scan.next("g", 0), 1U);
  EXPECT_EQ(scan.next("hg", 0), 2U);
  EXPECT_EQ(scan.next("gh", 5), 2U);
}

// The oracle is the plain reading; few byte values, so that near misses are frequent.
TEST(PairScan, AgreesWithThePlainReadingOnRandomBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    PairScan scan;
    const auto pairs = random() % 20;
    for (unsigned i = 0; i < pairs; ++i) {
      scan.add(static_cast<unsigned char>(random()), static_cast<unsigned char>(random()));
    }
    if (round % 3 == 0) scan.add_first(static_cast<unsigned char>(random()));
    std::string text(random() % 3000, '\0');
    const unsigned mask = round % 2 == 0 ? 0xffU : 0x37U;
    for (auto& c : text) c = static_cast<char>(random() & mask);
    for (std::size_t at = 0; at <= text.size();) {
      const auto found = scan.next(text, at);
      ASSERT_EQ(found, scan.next_plain(text, at));
      at = found + 1;
    }
  }
}

}  // namespace
}  // namespace cupel::detect
