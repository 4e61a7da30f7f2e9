// SPDX-License-Identifier: Apache-2.0
// What holds for every report.
#include <set>

#include "reports/fixture.h"
#include "reports/program.h"
#include "reports/report.h"

namespace cupel {
namespace {

const Report& report(std::string_view id) {
  for (const auto* candidate : all_reports()) {
    if (candidate->id == id) return *candidate;
  }
  ADD_FAILURE() << "no report " << id;
  return *all_reports().front();
}

TEST(Reports, HaveDistinctNamesAndFiles) {
  std::set<std::string_view> ids;
  std::set<std::string_view> files;
  for (const auto* candidate : all_reports()) {
    EXPECT_TRUE(ids.insert(candidate->id).second) << candidate->id;
    EXPECT_TRUE(files.insert(candidate->file).second) << candidate->file;
    EXPECT_FALSE(candidate->title.empty());
  }
  EXPECT_EQ(ids, (std::set<std::string_view>{"html", "json", "sarif", "sarif-github", "junit"}));
}

TEST(Reports, AreMadeFromTheJsonAlone) {
  const auto catalogue = test::fixture_catalogue();
  const auto assessment = test::fixture_assessment(catalogue);
  const auto reading = read_json(report("json").render(assessment, catalogue));
  ASSERT_TRUE(reading.value) << reading.problem;
  const auto again = assessment_from(*reading.value);
  ASSERT_TRUE(again);
  for (const auto* candidate : all_reports()) {
    const std::string first = candidate->render(assessment, catalogue);
    EXPECT_EQ(first, candidate->render(assessment, catalogue)) << candidate->id;
    EXPECT_EQ(first, candidate->render(*again, catalogue)) << candidate->id;
  }
}

TEST(Reports, AreValidUtf8WhateverTheInputHolds) {
  const auto catalogue = test::fixture_catalogue();
  const auto assessment = test::fixture_of_broken_text(catalogue);
  for (const auto* candidate : all_reports()) {
    if (candidate->id == "json") continue;  // written by vocab
    EXPECT_TRUE(is_utf8(candidate->render(assessment, catalogue))) << candidate->id;
  }
}

TEST(Reports, StandWhenNothingWasSeen) {
  const auto catalogue = test::fixture_catalogue();
  Assessment nothing;
  nothing.cycle.id = "0";
  for (const auto* candidate : all_reports()) {
    EXPECT_FALSE(candidate->render(nothing, catalogue).empty()) << candidate->id;
    EXPECT_FALSE(candidate->render(nothing, Catalogue{}).empty()) << candidate->id;
  }
  EXPECT_FALSE(render_screen(nothing, Catalogue{}, {}).empty());
}

// Ten thousand findings are a large repository on a bad day: every report still has a size that a
// browser or a pipeline takes, and says the same when asked again.
TEST(Reports, TenThousandFindingsKeepToASize) {
  constexpr std::size_t kMostBytes = 32U << 20U;
  const auto catalogue = test::fixture_catalogue();
  const auto assessment = test::fixture_with_findings(catalogue, 10'000);
  for (const auto* candidate : all_reports()) {
    const auto text = candidate->render(assessment, catalogue);
    EXPECT_LT(text.size(), kMostBytes) << candidate->id;
    EXPECT_TRUE(text == candidate->render(assessment, catalogue)) << candidate->id;
  }
}

TEST(JsonReport, IsTheGoldenFile) {
  const auto catalogue = test::fixture_catalogue();
  test::expect_golden(report("json").render(test::fixture_assessment(catalogue), catalogue),
                      test::test_data("reports/golden/assessment.json"));
}

TEST(JsonReport, KeepsToItsSchema) {
  if (!test::have_jsonschema()) GTEST_SKIP() << "python3-jsonschema is not installed";
  const test::TemporaryFolder folder;
  const auto catalogue = test::fixture_catalogue();
  auto assessment = test::fixture_assessment(catalogue);
  const auto full = folder.write("full.json", report("json").render(assessment, catalogue));
  assessment.ledger = {};
  assessment.cycle.finished.reset();
  assessment.cycle.only = {"5.2.3-1"};
  const auto part = folder.write("part.json", report("json").render(assessment, catalogue));
  const std::string schema =
      (std::filesystem::path(CUPEL_SOURCE_DIR) / "catalogue/schema/assessment.schema.json")
          .string();
  EXPECT_EQ(test::complaints("check_schema.py", {schema, full.string(), part.string()}), "");
  // And the schema is not one that takes everything.
  assessment.provisions.pop_back();
  const auto short_of_one = folder.write("71.json", report("json").render(assessment, catalogue));
  EXPECT_NE(test::complaints("check_schema.py", {schema, short_of_one.string()}), "");
}

TEST(JunitReport, IsTheGoldenFile) {
  const auto catalogue = test::fixture_catalogue();
  test::expect_golden(report("junit").render(test::fixture_assessment(catalogue), catalogue),
                      test::test_data("reports/golden/junit.xml"));
}

TEST(JunitReport, IsXmlWhateverTheInputHolds) {
  const test::TemporaryFolder folder;
  const auto catalogue = test::fixture_catalogue();
  const auto good = folder.write(
      "good.xml", report("junit").render(test::fixture_assessment(catalogue), catalogue));
  auto broken = test::fixture_of_broken_text(catalogue);
  broken.shall.fail = broken.should.fail = broken.shall.inconclusive = 0;
  broken.shall = broken.should = {};
  for (const auto& provision : broken.provisions) {  // the fixture changed a verdict
    auto& tally = provision.level == Level::shall ? broken.shall : broken.should;
    (provision.verdict == Verdict::pass           ? tally.pass
     : provision.verdict == Verdict::fail         ? tally.fail
     : provision.verdict == Verdict::inconclusive ? tally.inconclusive
                                                  : tally.not_applicable)++;
  }
  const auto bad = folder.write("bad.xml", report("junit").render(broken, catalogue));
  EXPECT_EQ(test::complaints("check_junit.py", {good.string(), bad.string()}), "");
}

}  // namespace
}  // namespace cupel
