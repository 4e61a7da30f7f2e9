// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "reports/fixture.h"
#include "reports/program.h"
#include "reports/report.h"
#include "reports/sarif/log.h"
#include "reports/sarif/parts.h"
#include "support/vectors.h"

namespace cupel {
namespace {

Json run_of(const std::string& text) {
  const auto reading = read_json(text);
  EXPECT_TRUE(reading.value) << reading.problem << " at byte " << reading.offset;
  return reading.value ? (*reading.value)["runs"].items().at(0) : Json();
}

Json run_of(const Assessment& assessment, SarifReader reader) {
  return run_of(sarif_log(assessment, test::fixture_catalogue(), reader));
}

TEST(Sarif, KeepsToTheSchemaOfItsAuthors) {
  // Not ours to copy.
  const auto schema = test::vectors("schemas/sarif-2.1.0.schema.json");
  NEED_VECTORS(schema);
  if (!test::have_jsonschema()) GTEST_SKIP() << "python3-jsonschema is not installed";
  const test::TemporaryFolder folder;
  const auto catalogue = test::fixture_catalogue();
  std::vector<std::string> arguments = {schema.string()};
  const Assessment assessments[] = {test::fixture_assessment(catalogue),
                                    test::fixture_of_broken_text(catalogue),
                                    test::fixture_with_findings(catalogue, 100), Assessment{}};
  for (const auto& assessment : assessments) {
    for (const auto reader : {SarifReader::specification, SarifReader::github}) {
      arguments.push_back(
          folder.write(cat(arguments.size(), ".sarif"), sarif_log(assessment, catalogue, reader))
              .string());
    }
  }
  EXPECT_EQ(test::complaints("check_schema.py", arguments), "");
}

TEST(Sarif, TellsEveryProvisionOnceWithTheKindOfItsVerdict) {
  const auto assessment = test::fixture_assessment(test::fixture_catalogue());
  const Json run = run_of(assessment, SarifReader::specification);
  std::map<std::string, Json> by_provision;
  for (const auto& result : run["results"].items()) {
    if (result["properties"].has("verdict")) {
      EXPECT_TRUE(by_provision.emplace(result["ruleId"].text(), result).second);
    }
  }
  ASSERT_EQ(by_provision.size(), 72U);
  for (const auto& provision : assessment.provisions) {
    const Json& result = by_provision.at(provision.id);
    const std::string kind = result["kind"].text();
    switch (provision.verdict) {
      case Verdict::pass:
        EXPECT_EQ(kind, "pass");
        break;
      case Verdict::fail:
        EXPECT_EQ(kind, "fail");
        EXPECT_EQ(result["level"].text(), provision.level == Level::shall ? "error" : "warning");
        break;
      case Verdict::inconclusive:
        EXPECT_EQ(kind, provision.kind == ProvisionKind::organisational ? "review" : "open");
        break;
      case Verdict::not_applicable:
        EXPECT_EQ(kind, "notApplicable");
        break;
    }
    const Json& taxon = result["taxa"].items().at(0);
    const auto index = static_cast<std::size_t>(taxon["index"].integer());
    EXPECT_EQ(run["taxonomies"].items().at(0)["taxa"].items().at(index)["id"].text(), provision.id);
  }
}

TEST(Sarif, WritesLevelNoneWithEveryKindButFail) {
  const auto assessment = test::fixture_assessment(test::fixture_catalogue());
  std::set<std::string> kinds;
  const Json run = run_of(assessment, SarifReader::specification);
  for (const auto& result : run["results"].items()) {
    kinds.insert(result["kind"].text());
    EXPECT_EQ(result["level"].text() == "none", result["kind"].text() != "fail");
  }
  EXPECT_EQ(kinds, (std::set<std::string>{"pass", "fail", "open", "review", "notApplicable",
                                          "informational"}));
}

TEST(Sarif, RulesAreThoseThatResultsName) {
  const auto assessment = test::fixture_assessment(test::fixture_catalogue());
  for (const auto reader : {SarifReader::specification, SarifReader::github}) {
    const Json run = run_of(assessment, reader);
    const auto& rules = run["tool"]["driver"]["rules"].items();
    std::set<std::string> ids;
    for (const auto& rule : rules) EXPECT_TRUE(ids.insert(rule["id"].text()).second);
    for (const auto& result : run["results"].items()) {
      const auto index = static_cast<std::size_t>(result["ruleIndex"].integer());
      EXPECT_EQ(rules.at(index)["id"].text(), result["ruleId"].text());
    }
  }
}

TEST(Sarif, FingerprintsAreDistinctAndSurviveALineThatMoves) {
  auto assessment = test::fixture_assessment(test::fixture_catalogue());
  const auto fingerprints = [&] {
    std::multiset<std::string> all;
    const Json run = run_of(assessment, SarifReader::specification);
    for (const auto& result : run["results"].items()) {
      all.insert(result["partialFingerprints"].members().at(0).value.text());
    }
    return all;
  };
  const auto before = fingerprints();
  EXPECT_EQ(std::set(before.begin(), before.end()).size(), before.size());
  for (auto& observation : assessment.observations) {
    for (auto& diagnostic : observation.diagnostics) {
      if (diagnostic.place.line != 0) diagnostic.place.line += 7;
      if (diagnostic.place.span) diagnostic.place.span->begin += 3;
    }
  }
  EXPECT_EQ(fingerprints(), before);
}

TEST(Sarif, PlacesAMemberInsideItsArchive) {
  const auto assessment = test::fixture_assessment(test::fixture_catalogue());
  const Json run = run_of(assessment, SarifReader::specification);
  const auto& results = run["results"].items();
  const auto found = std::ranges::find_if(results, [](const Json& result) {
    return result["message"]["text"].text().starts_with("pickle imports `os.system`");
  });
  ASSERT_NE(found, results.end());
  const Json& place = (*found)["locations"].items().at(0)["physicalLocation"];
  EXPECT_EQ(place["region"]["byteOffset"].integer(), 16);
  EXPECT_EQ(place["region"]["byteLength"].integer(), 2);
  const auto& artifacts = run["artifacts"].items();
  const Json& member =
      artifacts.at(static_cast<std::size_t>(place["artifactLocation"]["index"].integer()));
  EXPECT_EQ(member["location"]["uri"].text(), "archive/data.pkl");
  const Json& archive = artifacts.at(static_cast<std::size_t>(member["parentIndex"].integer()));
  EXPECT_EQ(archive["location"]["uri"].text(), "models/fraud.pt");
  EXPECT_EQ(archive["hashes"]["sha-256"].text(), std::string(64, 'a'));
}

TEST(SarifForGithub, HasOnlyFailuresEachWithALine) {
  auto assessment = test::fixture_assessment(test::fixture_catalogue());
  // One that fails without any finding: a contradicted exclusion.
  assessment.provisions[20].verdict = Verdict::fail;
  assessment.provisions[20].reason = "declared not to apply, but the evidence contradicts it";
  const Json run = run_of(assessment, SarifReader::github);
  ASSERT_EQ(run["results"].items().size(), 7U);
  bool told = false;
  for (const auto& result : run["results"].items()) {
    EXPECT_EQ(result["kind"].text(), "fail");
    const Json& place = result["locations"].items().at(0)["physicalLocation"];
    EXPECT_FALSE(place["artifactLocation"]["uri"].text().empty());
    EXPECT_GE(place["region"]["startLine"].integer(), 1);
    told = told || (result["ruleId"].text() == assessment.provisions[20].id &&
                    place["artifactLocation"]["uri"].text() == "cupel.yaml");
  }
  EXPECT_TRUE(told);
}

TEST(SarifForGithub, StopsAtWhatGithubAcceptsAndSaysSo) {
  const auto catalogue = test::fixture_catalogue();
  auto many = test::fixture_with_findings(catalogue, 25'010);
  for (auto& diagnostic : many.observations.front().diagnostics) {
    diagnostic.severity = Severity::high;
  }
  const Json run = run_of(many, SarifReader::github);
  EXPECT_EQ(run["results"].items().size(), 25'000U);
  const Json& notes = run["invocations"].items().at(0)["toolExecutionNotifications"];
  ASSERT_EQ(notes.items().size(), 1U);
  EXPECT_NE(notes.items()[0]["message"]["text"].text().find("results.sarif"), std::string::npos);
}

TEST(SarifUri, NoPathBecomesASchemeOrAHost) {
  EXPECT_EQ(uri_of("models/a b.pkl"), "models/a%20b.pkl");
  EXPECT_EQ(uri_of("javascript:alert(1)"), "javascript%3Aalert%281%29");
  EXPECT_EQ(uri_of("//evil.example/x"), "%2F/evil.example/x");
  EXPECT_EQ(uri_of("50%/\xff?#"), "50%25/%FF%3F%23");
}

}  // namespace
}  // namespace cupel
