// SPDX-License-Identifier: Apache-2.0
#include "store/result_cache.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "support/support.h"

namespace cupel {
namespace {

constexpr std::string_view kOne =
    "1111111111111111111111111111111111111111111111111111111111111111";
constexpr std::string_view kTwo =
    "2222222222222222222222222222222222222222222222222222222222222222";

ResultCache again(const ResultCache& cache, std::string_view build, std::string& note) {
  return ResultCache::parse(as_bytes(cache.bytes()), build, note);
}

TEST(ResultCache, GivesBackWhatWasPutForTheSameQuestionAndBytesOnly) {
  ResultCache cache("build");
  cache.put("credentials", kOne, "none");
  ASSERT_NE(cache.find("credentials", kOne), nullptr);
  EXPECT_EQ(*cache.find("credentials", kOne), "none");
  EXPECT_EQ(cache.find("credentials", kTwo), nullptr);
  EXPECT_EQ(cache.find("libraries", kOne), nullptr);
}

TEST(ResultCache, SurvivesBeingWritten) {
  ResultCache cache("build");
  cache.put("credentials", kOne, std::string("a\0\n", 3));
  cache.put("credentials", kTwo, "");
  std::string note;
  auto read = again(cache, "build", note);
  EXPECT_EQ(note, "");
  ASSERT_NE(read.find("credentials", kOne), nullptr);
  EXPECT_EQ(*read.find("credentials", kOne), std::string("a\0\n", 3));
  EXPECT_EQ(*read.find("credentials", kTwo), "");
  EXPECT_FALSE(read.changed());
  EXPECT_EQ(read.bytes(), cache.bytes());
}

TEST(ResultCache, OfAnotherBuildIsEmptyWithoutANote) {
  ResultCache cache("build");
  cache.put("credentials", kOne, "none");
  std::string note;
  EXPECT_EQ(again(cache, "other", note).size(), 0U);
  EXPECT_EQ(note, "");
}

TEST(ResultCache, DropsWhatNobodyAskedFor) {
  ResultCache cache("build");
  cache.put("credentials", kOne, "");
  cache.put("credentials", kTwo, "");
  std::string note;
  auto read = again(cache, "build", note);
  ASSERT_NE(read.find("credentials", kTwo), nullptr);
  EXPECT_TRUE(read.changed());
  auto third = again(read, "build", note);
  EXPECT_EQ(third.size(), 1U);
  EXPECT_EQ(third.find("credentials", kOne), nullptr);
}

TEST(ResultCache, SaysThatEveryFlippedOrMissingByteIsDamage) {
  ResultCache cache("build");
  cache.put("credentials", kOne, "none");
  const std::string good = cache.bytes();
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    std::string note;
    EXPECT_EQ(ResultCache::parse(as_bytes(bad), "build", note).size(), 0U) << at;
    EXPECT_NE(note, "") << at;
    note.clear();
    EXPECT_EQ(ResultCache::parse(as_bytes(good.substr(0, at)), "build", note).size(), 0U) << at;
    EXPECT_NE(note, "") << at;
  }
}

TEST(ResultCache, DoesNotKeepWhatDoesNotFitItsFields) {
  ResultCache cache("build");
  cache.put("credentials", kOne, std::string((1U << 20U) + 1, 'x'));
  cache.put(std::string(70'000, 'q'), kOne, "");
  EXPECT_EQ(cache.size(), 0U);
}

TEST(ResultCache, IsEmptyWhereThereIsNoFile) {
  const test::TemporaryFolder folder;
  std::string note;
  EXPECT_EQ(ResultCache::load(folder / "results", "build", note).size(), 0U);
  EXPECT_EQ(note, "");
  ResultCache cache("build");
  cache.put("credentials", kOne, "none");
  ASSERT_TRUE(cache.save(folder / "results").ok());
  EXPECT_EQ(ResultCache::load(folder / "results", "build", note).size(), 1U);
}

}  // namespace
}  // namespace cupel
