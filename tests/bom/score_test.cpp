// SPDX-License-Identifier: Apache-2.0
#include "bom/score.h"

#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "base/text.h"
#include "support/support.h"
#include "support/vectors.h"

namespace cupel::bom {
namespace {

const Element& element(const Score& score, std::string_view id) {
  for (const auto& each : score.elements) {
    if (each.id == id) return each;
  }
  ADD_FAILURE() << "no element " << id;
  return score.elements[0];
}

Document two_models() {
  Document document;
  document.tool = "cupel 9.9";
  document.system = {.ref = "system", .kind = Kind::system, .name = "s", .facts = {}};
  document.system.add("name", "s", Truth::declared, "cupel.yaml");
  Component one{.ref = "asset/one", .kind = Kind::model, .name = "one", .facts = {}};
  one.add("name", "one", Truth::declared, "cupel.yaml:3");
  one.add("sha256", "aa", Truth::observed, "one.bin");
  one.add("licence", "MIT", Truth::declared, "cupel.yaml:3");
  Component two{.ref = "asset/two", .kind = Kind::model, .name = "two", .facts = {}};
  two.add("name", "two", Truth::declared, "cupel.yaml:4");
  two.add("sha256", "bb", Truth::verified, "attestations/x.json");
  Component base{.ref = "external/b", .kind = Kind::model, .name = "b", .facts = {}};
  base.add("outside", "yes", Truth::inferred, "one.bin");
  document.components = {one, two, base};
  return document;
}

TEST(Score, HasThe50Elements) {
  const auto all = score({}, "CycloneDX 1.6");
  EXPECT_EQ(all.elements.size(), 50U);
  std::set<std::string_view> ids;
  for (const auto& each : all.elements) {
    EXPECT_FALSE(each.rule.empty());
    ids.insert(each.id);
  }
  EXPECT_EQ(ids.size(), 50U);
}

TEST(Score, HasTheElementsOfThePublication) {
  const auto file = test::vectors("g7ai.ttl");
  NEED_VECTORS(file);
  const auto text = test::slurp(file);
  for (const auto& each : score({}, "").elements) {
    EXPECT_NE(text.find(cat("\"G7AI-", each.id, "\"")), std::string::npos) << each.id;
    EXPECT_NE(text.find(cat("\"", each.name, "\"@en")), std::string::npos) << each.name;
  }
}

TEST(Score, CountsWhatCanBeShownApartFromWhatIsSaid) {
  const auto all = score(two_models(), "CycloneDX 1.6");
  EXPECT_EQ(element(all, "MDL-07").standing, Standing::shown);
  EXPECT_EQ(element(all, "MDL-07").parts, 2U) << "what lies outside is not asked";
  EXPECT_EQ(element(all, "MDL-01").standing, Standing::declared);
  EXPECT_EQ(element(all, "MDL-12").standing, Standing::in_part);
  EXPECT_EQ(element(all, "MDL-12").absent, std::vector<std::string>{"asset/two"});
  EXPECT_EQ(element(all, "MDL-06").standing, Standing::missing);
  EXPECT_EQ(element(all, "DP-01").standing, Standing::without_subject);
  EXPECT_EQ(element(all, "MD-05").standing, Standing::missing);
  EXPECT_EQ(element(all, "MD-07").standing, Standing::shown);
  EXPECT_EQ(element(all, "MDL-07").evidence[1].fact.seen, "attestations/x.json");
  std::size_t sum = 0;
  for (int i = 0; i < 6; ++i) sum += all.count(static_cast<Standing>(i));
  EXPECT_EQ(sum, 50U);
}

TEST(Score, IsAsGoodAsItsWeakestPart) {
  auto document = two_models();
  EXPECT_EQ(element(score(document, ""), "MD-10").standing, Standing::missing);
  document.edges.push_back({.from = "system",
                            .to = "asset/one",
                            .relation = Relation::contains,
                            .truth = Truth::observed,
                            .seen = "x"});
  EXPECT_EQ(element(score(document, ""), "MD-10").standing, Standing::shown);
  document.edges.push_back({.from = "system",
                            .to = "asset/two",
                            .relation = Relation::contains,
                            .truth = Truth::declared,
                            .seen = "x"});
  EXPECT_EQ(element(score(document, ""), "MD-10").standing, Standing::declared);
}

}  // namespace
}  // namespace cupel::bom
