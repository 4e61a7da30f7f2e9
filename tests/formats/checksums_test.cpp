// SPDX-License-Identifier: Apache-2.0
#include "formats/checksums.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel::checksums {
namespace {

// SHA-256 of nothing.
constexpr std::string_view kSum =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::vector<std::string> names(const Listing& listing) {
  std::vector<std::string> out;
  for (const auto& sum : listing.sums) {
    EXPECT_EQ(sum.sha256, kSum);
    out.push_back(sum.name);
  }
  return out;
}
using Names = std::vector<std::string>;

TEST(Checksums, ReadsWhatSha256sumWrites) {
  const auto listing = read(cat(kSum, "  a.bin\n", kSum, " *dir/b c.bin\r\n\n# comment\n"));
  EXPECT_EQ(names(listing), (Names{"a.bin", "dir/b c.bin"}));
  EXPECT_EQ(listing.sums[1].line, 2U);
  EXPECT_TRUE(listing.unread.empty());
}

TEST(Checksums, UnescapesNamesAsCoreutilsDoes) {
  EXPECT_EQ(names(read(cat("\\", kSum, "  a\\nb\\\\c\n"))), Names{"a\nb\\c"});
  EXPECT_EQ(names(read(cat(kSum, "  a\\nb\n"))), Names{"a\\nb"}) << "no mark, no escapes";
  EXPECT_EQ(read(cat("\\", kSum, "  a\\xb\n")).unread.size(), 1U);
}

TEST(Checksums, ReadsTheBsdSpellingAndADigestAlone) {
  EXPECT_EQ(names(read(cat("SHA256 (x (1).bin) = ", kSum, "\n", kSum, "\n"))),
            (Names{"x (1).bin", ""}));
}

TEST(Checksums, LowersUpperCase) {
  std::string upper(kSum);
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  EXPECT_EQ(names(read(cat(upper, "  a\n"))), Names{"a"});
}

TEST(Checksums, SaysWhichLinesAreNone) {
  const auto listing =
      read(cat("d41d8cd98f00b204e9800998ecf8427e  md5\n", kSum, "x  a\n", kSum, " \n"));
  EXPECT_TRUE(listing.sums.empty());
  EXPECT_EQ(listing.unread, (std::vector<std::uint32_t>{1, 2, 3}));
}

}  // namespace
}  // namespace cupel::checksums
