// SPDX-License-Identifier: Apache-2.0
// A check that remembers must say the same with and without its memory.
#include <map>

#include <gtest/gtest.h>

#include "base/text.h"
#include "checks/workbench.h"

namespace cupel {

extern const Check kSecrets;

namespace {

class MapRecall final : public Recall {
 public:
  std::optional<std::string> find(std::string_view question, std::string_view sha256) override {
    const auto at = answers.find(cat(question, sha256));
    if (at == answers.end()) return {};
    ++hits;
    return at->second;
  }
  void keep(std::string_view question, std::string_view sha256, std::string answer) override {
    answers[cat(question, sha256)] = std::move(answer);
  }
  std::map<std::string, std::string> answers;
  int hits = 0;
};

TEST(Recall, OfSecretsGivesTheSameObservation) {
  test::Workbench bench;
  const std::string token = cat("gh", "p_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17");
  bench.file("app/settings.py", cat("import os\n  TOKEN = '", token, "'\n"), AssetKind::code);
  bench.file("app/clean.py", "import os\n", AssetKind::code);
  const auto plain = bench.run(kSecrets);
  MapRecall recall;
  bench.recall = &recall;
  const auto first = bench.run(kSecrets);
  EXPECT_EQ(recall.hits, 0);
  EXPECT_EQ(recall.answers.size(), 2U);
  for (const auto& [key, answer] : recall.answers) {
    EXPECT_EQ(answer.find(token), std::string::npos) << "the credential itself is never kept";
  }
  const auto second = bench.run(kSecrets);
  EXPECT_EQ(recall.hits, 2);
  ASSERT_EQ(plain.size(), 1U);
  ASSERT_EQ(plain[0].diagnostics.size(), 1U);
  EXPECT_EQ(plain[0].diagnostics[0].place.line, 2U);
  EXPECT_EQ(plain[0].diagnostics[0].place.column, 12U);
  EXPECT_EQ(to_json(plain[0]), to_json(first.at(0)));
  EXPECT_EQ(to_json(plain[0]), to_json(second.at(0)));
}

TEST(Recall, DoesNotSpeakForAFileThatCouldNotBeRead) {
  test::Workbench bench;
  bench.unreadable("app/settings.py", AssetKind::code, "permission denied");
  MapRecall recall;
  bench.recall = &recall;
  const auto seen = bench.run(kSecrets);
  EXPECT_EQ(seen.at(0).coverage.population, 1U);
  EXPECT_EQ(seen.at(0).coverage.examined, 0U);
  EXPECT_TRUE(recall.answers.empty());
}

}  // namespace
}  // namespace cupel
