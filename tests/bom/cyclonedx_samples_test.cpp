// SPDX-License-Identifier: Apache-2.0
// The official samples of CycloneDX, valid and invalid, are told apart: every one.
#include <filesystem>

#include <gtest/gtest.h>

#include "base/text.h"
#include "bom/cyclonedx_grammar.h"
#include "support/support.h"
#include "support/vectors.h"

namespace cupel::bom {
namespace {

std::string first_problem(std::string_view text) {
  const auto reading = read_json(text);
  if (!reading.value) return reading.problem;
  const auto problems = check_cyclonedx(*reading.value);
  return problems.empty() ? "" : cat(problems[0].pointer, ": ", problems[0].what);
}

TEST(CycloneDxSamples, AreToldApart) {
  const auto folder = test::vectors("cyclonedx/1.6");
  NEED_VECTORS(folder);
  std::size_t valid = 0;
  std::size_t invalid = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (entry.path().extension() != ".json") continue;
    const auto problem = first_problem(test::slurp(entry.path()));
    if (name.starts_with("valid-")) {
      ++valid;
      EXPECT_EQ(problem, "") << name;
    } else {
      ++invalid;
      EXPECT_NE(problem, "") << name;
    }
  }
  EXPECT_GE(valid, 40U);
  EXPECT_GE(invalid, 20U);
}

TEST(CycloneDxGrammar, HasNothingThatTheValidatorDoesNotUnderstand) {
  const auto schemas = cyclonedx_schemas();
  EXPECT_EQ(schemas.size(), 7U);
  for (const auto& [name, schema] : schemas) {
    EXPECT_EQ(json_schema::not_understood(schema), std::vector<std::string>{}) << name;
  }
}

// Samples of our own, for where the official ones are not at hand.
TEST(CycloneDxGrammar, TellsTheValidFromTheInvalid) {
  const auto document = [](std::string_view version, std::string_view rest) {
    return cat(R"({"bomFormat":"CycloneDX","specVersion":")", version, R"(","version":1)", rest,
               "}");
  };
  for (const auto* const version : {"1.4", "1.5", "1.6", "1.7"}) {
    EXPECT_EQ(first_problem(document(version, "")), "") << version;
    EXPECT_EQ(first_problem(document(version, R"(,"components":[{"type":"library","name":"a"}])")),
              "");
    EXPECT_EQ(first_problem(document(version, R"(,"components":[{"type":"library"}])")),
              "/components/0: lacks `name`");
    EXPECT_NE(first_problem(document(version, R"(,"components":[{"type":"foo","name":"a"}])")), "");
    EXPECT_EQ(first_problem(document(version, R"(,"stranger":1)")),
              "/stranger: is a member that nobody knows");
  }
  EXPECT_EQ(first_problem(document("1.3", "")),
            "/specVersion: `1.3` is not one of 1.4, 1.5, 1.6, 1.7");
  constexpr std::string_view kModel =
      R"(,"components":[{"type":"machine-learning-model","name":"m"}])";
  EXPECT_NE(first_problem(document("1.4", kModel)), "") << "a type of 1.5";
  EXPECT_EQ(first_problem(document("1.6", kModel)), "");
  EXPECT_EQ(
      first_problem(document("1.6", R"(,"components":[{"type":"file","name":"a","bom-ref":"x"},
    {"type":"file","name":"b","bom-ref":"x"}])")),
      "/components/1/bom-ref: `x` names two things of this document");
  EXPECT_NE(first_problem(document("1.6", R"(,"version":2)")), "") << "a member twice";
  EXPECT_NE(first_problem(document("1.6", R"(,"components":[{"type":"file","name":"a",
    "licenses":[{"license":{"id":"Apache-2"}}]}])")),
            "");
}

}  // namespace
}  // namespace cupel::bom
