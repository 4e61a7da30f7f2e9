// SPDX-License-Identifier: Apache-2.0
#include "formats/zip.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "zip/builder.h"

namespace cupel {
namespace {

using test::zip_of;
using Names = std::vector<std::string>;

zip::Reading read(std::string_view archive) {
  return zip::read(as_bytes(archive));
}

Names problems_of(const zip::Reading& reading) {
  Names out;
  for (const auto& problem : reading.problems) out.push_back(problem.what);
  return out;
}

std::string content(std::string_view archive, const zip::Member& member) {
  std::vector<std::byte> buffer;
  const auto out = zip::extract(as_bytes(archive), member, buffer);
  return out.ok() ? std::string(as_text(out.value().bytes)) : cat("error: ", out.error().what);
}

TEST(Zip, ReadsMembersAndTheirContent) {
  const auto archive =
      zip_of({{.name = "a/data.pkl", .content = "N."}, {.name = "b", .content = ""}});
  const auto reading = read(archive);
  EXPECT_TRUE(reading.is_zip);
  EXPECT_TRUE(reading.complete);
  EXPECT_EQ(problems_of(reading), Names{});
  ASSERT_EQ(reading.members.size(), 2U);
  EXPECT_EQ(reading.members[0].name, "a/data.pkl");
  EXPECT_EQ(content(archive, reading.members[0]), "N.");
}

TEST(Zip, LooksForNoEndRecordBeforeTheFirstByte) {
  // It looked there for another one again and again.
  const auto reading = read(cat("PK\x05\x06", std::string(16, '\0'), std::string("\1\0", 2)));
  EXPECT_TRUE(reading.is_zip);
  EXPECT_EQ(problems_of(reading),
            Names{"the archive's comment reaches beyond the end of the file"});
}

TEST(Zip, InflatesAndStopsAtItsLimits) {
  // "aaaa…" 100 times: one literal, then a match (RFC 1951, fixed Huffman codes).
  const std::string deflated("\x4b\x4c\xa4\x3d\x00\x00", 6);
  const std::string plain(100, 'a');
  const auto archive = zip_of(
      {{.name = "a", .content = deflated, .method = 8, .crc = test::crc32_of(plain), .size = 100}});
  const auto reading = read(archive);
  ASSERT_EQ(reading.members.size(), 1U);
  EXPECT_EQ(content(archive, reading.members[0]), plain);
  std::vector<std::byte> buffer;
  const auto limited =
      zip::extract(as_bytes(archive), reading.members[0], buffer, {.member_bytes = 50});
  ASSERT_FALSE(limited.ok());
  EXPECT_EQ(limited.error().fault, Fault::limit);
}

TEST(Zip, TellsDamagedDeflateData) {
  const auto archive = zip_of({{.name = "a", .content = "\xff\xff\xff", .method = 8, .size = 9}});
  EXPECT_EQ(content(archive, read(archive).members[0]), "error: its packed data is damaged");
}

TEST(Zip, RefusesMethodsThatItDoesNotKnow) {
  const auto archive = zip_of({{.name = "a", .content = "x", .method = 6}});
  EXPECT_EQ(content(archive, read(archive).members[0]), "error: compression method 6 is not known");
}

TEST(Zip, TellsAWrongChecksumWithoutRefusing) {
  const auto archive = zip_of({{.name = "a", .content = "x", .crc = 1}});
  std::vector<std::byte> buffer;
  const auto out = zip::extract(as_bytes(archive), read(archive).members[0], buffer);
  ASSERT_TRUE(out.ok());
  EXPECT_FALSE(out.value().crc_matches);
}

TEST(Zip, TellsEveryDisagreement) {
  const auto problems = [](const std::vector<test::ZipMember>& members) {
    return problems_of(read(zip_of(members)));
  };
  EXPECT_EQ(problems({{.name = "a", .content = "x", .local_name = "b"}}),
            Names{"member `a` is called `b` in its local header"});
  EXPECT_EQ(problems({{.name = "a", .content = "x", .local_flags = 1}}),
            Names{"member `a` has two sets of flags"});
  EXPECT_EQ(problems({{.name = "a", .content = "x"}, {.name = "a", .content = "y"}}),
            Names{"member `a` stands in the archive twice"});
  EXPECT_EQ(
      problems({{.name = "a", .content = "x"}, {.name = "b", .content = "y", .hidden = true}}),
      Names{"member `b` is not in the central directory"});
}

TEST(Zip, FindsHiddenMembers) {
  const auto archive =
      zip_of({{.name = "b", .content = "hidden", .hidden = true}, {.name = "a", .content = "x"}});
  const auto reading = read(archive);
  ASSERT_EQ(reading.members.size(), 2U);
  EXPECT_TRUE(reading.members[1].hidden);
  EXPECT_EQ(content(archive, reading.members[1]), "hidden");
}

TEST(Zip, FindsAnArchiveBehindOtherBytes) {
  const auto archive = zip_of({{.name = "a", .content = "x"}}, "#!/bin/sh\n");
  const auto reading = read(archive);
  EXPECT_TRUE(reading.complete);
  EXPECT_EQ(problems_of(reading), Names{});
  ASSERT_EQ(reading.stray.size(), 1U);
  EXPECT_EQ(reading.stray[0].begin, 0U);
  EXPECT_EQ(reading.stray[0].end, 10U);
  EXPECT_EQ(content(archive, reading.members[0]), "x");
}

TEST(Zip, TellsWhatFollowsTheEnd) {
  const auto archive = zip_of({{.name = "a", .content = "x"}});
  const auto reading = read(archive + "tail");
  EXPECT_EQ(reading.end, archive.size());
  ASSERT_EQ(reading.stray.size(), 1U);
  EXPECT_EQ(reading.stray[0].begin, archive.size());
  EXPECT_EQ(reading.stray[0].end, archive.size() + 4);
}

TEST(Zip, TakesAnArchiveInAnArchiveForWhatItIs) {
  const auto inner = zip_of({{.name = "a", .content = "x"}});
  const auto reading = read(zip_of({{.name = "inner.zip", .content = inner}}));
  EXPECT_TRUE(reading.complete);
  EXPECT_EQ(problems_of(reading), Names{});
  EXPECT_EQ(reading.members.size(), 1U);
}

TEST(Zip, IsNotCompleteWhenItIsCutAnywhere) {
  const auto archive = zip_of({{.name = "a", .content = "xyz"}, {.name = "b", .content = "123"}});
  for (std::size_t size = 0; size < archive.size(); ++size) {
    EXPECT_FALSE(read(archive.substr(0, size)).complete) << size;
  }
}

TEST(Zip, StillFindsTheMembersOfACutArchive) {
  const auto archive = zip_of({{.name = "a", .content = "xyz"}});
  const auto reading = read(archive.substr(0, 35));
  ASSERT_EQ(reading.members.size(), 1U);
  EXPECT_EQ(reading.members[0].name, "a");
}

TEST(Zip, TellsMembersThatShareBytes) {
  auto archive = zip_of({{.name = "a", .content = "xyz"}, {.name = "b", .content = "123"}});
  // The first member's size, in both of its headers, now reaches into the second.
  for (const std::size_t at : {std::size_t{18}, archive.find("PK\x01\x02") + 20}) archive[at] = 20;
  const auto problems = problems_of(read(archive));
  ASSERT_FALSE(problems.empty());
  EXPECT_EQ(problems.back(), "member `b` shares bytes with the member before it");
}

TEST(Zip, StopsAtItsLimitOfMembers) {
  const auto archive = zip_of({{.name = "a", .content = "x"}, {.name = "b", .content = "y"}});
  const auto reading = zip::read(as_bytes(archive), {.members = 1});
  EXPECT_FALSE(reading.complete);
  EXPECT_EQ(reading.members.size(), 1U);
}

TEST(Zip, ReadsZip64) {
  const auto plain = zip_of({{.name = "a", .content = "x"}});
  const auto end = plain.find("PK\x05\x06");
  const auto directory = plain.find("PK\x01\x02");
  const auto record = "PK\x06\x06" + test::little_endian(44, 8) + test::little_endian(0, 12) +
                      test::little_endian(1, 8) + test::little_endian(1, 8) +
                      test::little_endian(end - directory, 8) + test::little_endian(directory, 8);
  const auto locator = "PK\x06\x07" + test::little_endian(0, 4) + test::little_endian(end, 8) +
                       test::little_endian(1, 4);
  const auto old_end = "PK\x05\x06" + test::little_endian(0, 4) + std::string(12, '\xff') +
                       test::little_endian(0, 2);
  const auto reading = read(plain.substr(0, end) + record + locator + old_end);
  EXPECT_TRUE(reading.complete);
  EXPECT_EQ(problems_of(reading), Names{});
  ASSERT_EQ(reading.members.size(), 1U);
  EXPECT_EQ(reading.members[0].name, "a");
}

}  // namespace
}  // namespace cupel
