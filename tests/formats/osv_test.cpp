// SPDX-License-Identifier: Apache-2.0
#include "formats/osv.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel::osv {
namespace {

Affected affected(std::string_view ecosystem, std::string_view rest) {
  const auto reading = read(cat(R"({"id":"X-1","modified":"2026-01-01T00:00:00Z","affected":[
    {"package":{"ecosystem":")",
                                ecosystem, R"(","name":"p"},)", rest, "}]}"));
  EXPECT_TRUE(reading.record.has_value()) << reading.problem;
  return reading.record ? reading.record->affected[0] : Affected{};
}

constexpr std::string_view kTwice =
    R"("ranges":[{"type":"ECOSYSTEM","events":[{"fixed":"2.5"},{"introduced":"0"},{"fixed":"1.5"},
    {"introduced":"2.0"}]}])";

TEST(Osv, TellsWhichVersionsAreAffected) {
  const auto twice = affected("PyPI", kTwice);
  EXPECT_EQ(affects(twice, "1.0"), Answer::yes);
  EXPECT_EQ(affects(twice, "1.5"), Answer::no);
  EXPECT_EQ(affects(twice, "1.5rc1"), Answer::yes);
  EXPECT_EQ(affects(twice, "2.0"), Answer::yes);
  EXPECT_EQ(affects(twice, "2.5"), Answer::no);
  EXPECT_EQ(fixed_in(twice, "1.0"), "1.5");
  EXPECT_EQ(fixed_in(twice, "2.1"), "2.5");
  EXPECT_EQ(fixed_in(twice, "3"), "");
}

TEST(Osv, KnowsTheLastAffectedVersion) {
  const auto last = affected("npm", R"("ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},
    {"last_affected":"1.4.0"}]}])");
  EXPECT_EQ(affects(last, "0.9.0"), Answer::no);
  EXPECT_EQ(affects(last, "1.4.0"), Answer::yes);
  EXPECT_EQ(affects(last, "1.4.1"), Answer::no);
  EXPECT_EQ(fixed_in(last, "1.4.0"), "");
}

TEST(Osv, TakesListedVersionsInAnySpelling) {
  const auto listed = affected("PyPI", R"("versions":["1.0","2004d"])");
  EXPECT_EQ(affects(listed, "1.0.0"), Answer::yes);
  EXPECT_EQ(affects(listed, "2004d"), Answer::yes);
  EXPECT_EQ(affects(listed, "1.1"), Answer::no);
  EXPECT_EQ(affects(listed, "nightly"), Answer::unknown);
}

TEST(Osv, NeverSaysNotAffectedWhenItDoesNotKnow) {
  EXPECT_EQ(affects(affected("Maven", kTwice), "1.0"), Answer::unknown);
  EXPECT_EQ(affects(affected("Maven", R"("versions":["1.0"])"), "1.0"), Answer::yes);
  EXPECT_EQ(affects(affected("Maven", R"("versions":["1.0"])"), "1.1"), Answer::unknown);
  EXPECT_EQ(affects(affected("PyPI", kTwice), "main"), Answer::unknown);
  EXPECT_EQ(affects(affected("PyPI", R"("ranges":[])"), "1.0"), Answer::unknown);
  EXPECT_EQ(affects(affected("PyPI", R"("ranges":[{"type":"GIT","events":[{"introduced":"0"}]}])"),
                    "1.0"),
            Answer::unknown);
}

TEST(Osv, ReadsWhatARecordSays) {
  const auto reading = read(R"({"id":"GHSA-1","modified":"2026-01-02T00:00:00Z",
    "published":"2026-01-01T00:00:00Z","aliases":["CVE-1"],"summary":"bad","withdrawn":"2026-02-01T00:00:00Z",
    "database_specific":{"severity":"HIGH"}})");
  ASSERT_TRUE(reading.record) << reading.problem;
  EXPECT_EQ(reading.record->severity, "HIGH");
  EXPECT_TRUE(reading.record->withdrawn);
  EXPECT_EQ(reading.record->aliases, std::vector<std::string>{"CVE-1"});
}

TEST(Osv, SaysWhatIsNoRecord) {
  for (
      const auto* const text :
      {"", "[]", "{}", R"({"id":"X"})", R"({"id":"X","modified":"t","affected":{}})",
       R"({"id":"X","modified":"t","affected":[{"ranges":[{"type":"NEW","events":[]}]}]})",
       R"({"id":"X","modified":"t","affected":[{"ranges":[{"type":"SEMVER","events":[]}]}]})",
       R"({"id":"X","modified":"t","affected":[{"ranges":[{"type":"SEMVER","events":[{"soon":"1"}]}]}]})"}) {
    EXPECT_FALSE(read(text).record) << text;
    EXPECT_FALSE(read(text).problem.empty()) << text;
  }
}

TEST(Osv, SpellsNamesAsTheirEcosystemDoes) {
  EXPECT_EQ(plain_name("PyPI", "Scikit_Learn"), "scikit-learn");
  EXPECT_EQ(plain_name("npm", "@types/Node"), "@types/Node");
}

}  // namespace
}  // namespace cupel::osv
