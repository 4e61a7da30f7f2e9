// SPDX-License-Identifier: Apache-2.0
#include "bom/compare.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel::bom {
namespace {

Component part(Kind kind, std::string_view ref, std::string_view name, std::string_view version,
               std::string_view purl = {}) {
  Component made{.ref = std::string(ref), .kind = kind, .name = std::string(name), .facts = {}};
  made.add("version", version, Truth::observed, ref);
  made.add("purl", purl, Truth::inferred, ref);
  return made;
}

std::vector<std::string> told(const Difference& difference) {
  std::vector<std::string> lines;
  for (const auto& each : difference.added)
    lines.push_back(cat("+ ", each.name, " ", each.version));
  for (const auto& each : difference.removed) {
    lines.push_back(cat("- ", each.name, " ", each.version));
  }
  for (const auto& each : difference.changed) {
    for (const auto& field : each.fields) {
      lines.push_back(cat("~ ", each.name, " ", field.key, ": ", field.before, " > ", field.after));
    }
  }
  for (const auto& edge : difference.edges_added)
    lines.push_back(cat("+ ", edge.from, " ", edge.to));
  for (const auto& edge : difference.edges_removed)
    lines.push_back(cat("- ", edge.from, " ", edge.to));
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Compare, SaysNothingOfWhatIsTheSame) {
  Document a;
  a.components = {part(Kind::model, "x", "m", "1")};
  Document b = a;
  b.components[0].ref = "other-ref";
  b.components[0].facts[0].truth = Truth::declared;
  b.components[0].facts[0].seen = "elsewhere";
  EXPECT_TRUE(compare(a, b).is_empty());
}

TEST(Compare, TellsVersionsDigestsAndLicences) {
  Document a;
  a.components = {part(Kind::model, "m", "m", "1")};
  a.components[0].add("sha256", "aa", Truth::observed, "");
  Document b;
  b.components = {part(Kind::model, "m", "m", "2")};
  b.components[0].add("sha256", "bb", Truth::observed, "");
  b.components[0].add("licence", "MIT", Truth::declared, "");
  EXPECT_EQ(told(compare(a, b)),
            (Lines{"~ m licence:  > MIT", "~ m sha256: aa > bb", "~ m version: 1 > 2"}));
}

TEST(Compare, PairsPackagesByTheirAddress) {
  Document a;
  a.components = {part(Kind::package, "p1", "numpy", "1.0", "pkg:pypi/numpy@1.0"),
                  part(Kind::package, "p2", "left-pad", "1.0", "pkg:npm/left-pad@1.0"),
                  part(Kind::package, "p3", "left-pad", "2.0", "pkg:npm/left-pad@2.0")};
  Document b;
  b.components = {part(Kind::package, "q1", "NumPy", "1.1", "pkg:pypi/numpy@1.1?x=y"),
                  part(Kind::package, "q2", "left-pad", "2.0", "pkg:npm/left-pad@2.0"),
                  part(Kind::package, "q4", "@a/b", "1", "pkg:npm/%40a/b@1")};
  EXPECT_EQ(told(compare(a, b)), (Lines{"+ @a/b 1", "- left-pad 1.0",
                                        "~ NumPy purl: pkg:pypi/numpy@1.0 > pkg:pypi/numpy@1.1?x=y",
                                        "~ NumPy version: 1.0 > 1.1"}));
}

TEST(Compare, TellsEdgesByTheNamesOfTheirEnds) {
  Document a;
  a.system.ref = "root";
  a.components = {part(Kind::model, "1", "m", "1"), part(Kind::dataset, "2", "d", "1")};
  a.edges = {{.from = "1",
              .to = "2",
              .relation = Relation::trained_on,
              .truth = Truth::declared,
              .seen = {}}};
  Document b = a;
  b.system.ref = "system";
  b.components = {part(Kind::model, "7", "m", "1"), part(Kind::dataset, "8", "d", "1")};
  b.edges = {{.from = "7",
              .to = "8",
              .relation = Relation::trained_on,
              .truth = Truth::observed,
              .seen = {}}};
  EXPECT_TRUE(compare(a, b).is_empty());
  b.edges.push_back({.from = "system",
                     .to = "7",
                     .relation = Relation::contains,
                     .truth = Truth::declared,
                     .seen = {}});
  EXPECT_EQ(told(compare(a, b)), Lines{"+ the system m"});
  EXPECT_EQ(told(compare(b, a)), Lines{"- the system m"});
}

}  // namespace
}  // namespace cupel::bom
