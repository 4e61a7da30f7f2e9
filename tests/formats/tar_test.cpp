// SPDX-License-Identifier: Apache-2.0
#include "formats/tar.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel {
namespace {

// A header block with those fields; everything else is zero.
std::string header(std::string_view name, std::string_view size, char type = '0') {
  std::string out(512, '\0');
  out.replace(0, name.size(), name);
  out.replace(124, size.size(), size);
  out.replace(148, 8, "        ");
  out[156] = type;
  unsigned sum = 0;
  for (const char c : out) sum += static_cast<unsigned char>(c);
  for (std::size_t i = 0; i < 6; ++i, sum /= 8) out[153 - i] = static_cast<char>('0' + sum % 8);
  out[154] = '\0';
  return out;
}

std::string block(std::string_view text) {
  return std::string(text) + std::string(512 - text.size(), '\0');
}

tar::Reading read(std::string_view archive) {
  return tar::read(as_bytes(archive));
}

TEST(Tar, ReadsMembers) {
  const auto reading =
      read(header("a", "3") + block("abc") + header("b/", "0", '5') + std::string(1024, '\0'));
  EXPECT_TRUE(reading.complete);
  EXPECT_TRUE(reading.problems.empty());
  ASSERT_EQ(reading.members.size(), 2U);
  EXPECT_EQ(reading.members[0].name, "a");
  EXPECT_EQ(reading.members[0].data_offset, 512U);
  EXPECT_EQ(reading.members[0].size_bytes, 3U);
  EXPECT_EQ(reading.members[1].kind, tar::Kind::folder);
  EXPECT_EQ(reading.end, 1536U);
}

TEST(Tar, ReadsSizesInBinary) {
  const std::string size("\x80\0\0\0\0\0\0\0\0\0\0\x03", 12);
  const auto reading = read(header("a", size) + block("abc"));
  ASSERT_EQ(reading.members.size(), 1U);
  EXPECT_EQ(reading.members[0].size_bytes, 3U);
  EXPECT_TRUE(reading.complete);
}

TEST(Tar, TellsASizeThatIsNoNumber) {
  EXPECT_FALSE(tar::looks_like(as_bytes(header("a", "9"))));
  const auto reading = read(header("a", "0") + header("b", "8x") + std::string(1024, '\0'));
  ASSERT_EQ(reading.problems.size(), 2U);
  EXPECT_EQ(reading.problems[0].what, "a member's size is no number");
  EXPECT_EQ(reading.problems[0].at, 512U);
  EXPECT_FALSE(reading.complete);
}

TEST(Tar, TellsABlockThatIsNoHeaderAndReadsOn) {
  const auto reading = read(header("a", "0") + block("garbage") + header("b", "0"));
  ASSERT_EQ(reading.members.size(), 2U);
  EXPECT_TRUE(reading.members[1].hidden);
  EXPECT_EQ(reading.problems.size(), 2U);
  EXPECT_FALSE(reading.complete);
}

TEST(Tar, TellsRecordsThatAreDamaged) {
  for (const std::string_view records : {"12 path", "x", "99 path=a\n", "9 path=a\n8 pat\n"}) {
    const auto size = cat(records.size() / 8, records.size() % 8);
    const auto reading = read(header("x", size, 'x') + block(records) + header("a", "0"));
    ASSERT_EQ(reading.problems.size(), 1U) << records;
    EXPECT_EQ(reading.problems[0].what, "an extended header is damaged");
  }
}

TEST(Tar, StopsAtItsLimitOfMembers) {
  const auto archive = header("a", "0") + header("b", "0");
  const auto reading = tar::read(as_bytes(archive), {.members = 1});
  EXPECT_EQ(reading.members.size(), 1U);
  EXPECT_FALSE(reading.complete);
}

}  // namespace
}  // namespace cupel
