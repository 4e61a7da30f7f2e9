// SPDX-License-Identifier: Apache-2.0
#include "workbench.h"

namespace cupel {

extern const Check kReevaluation;

namespace {

using test::told;
using test::Workbench;
using Told = std::vector<std::string>;

// A public model whose bytes are "weights", and a report about it with these lines.
Workbench& with_report(Workbench& desk, std::string_view lines) {
  desk.file("m.onnx", "weights", AssetKind::model);
  desk.declare("m", AssetKind::model, "m.onnx",
               [](DeclaredAsset& asset) { asset.origin = "public"; });
  desk.file("report.md", cat("---\nkind: reevaluation-report\nauthor: Eva\nmodel: m\n", lines,
                             "---\n# Report\n"));
  desk.claim("5.2.3-3", {"report.md"});
  return desk;
}

std::string of(std::string_view bytes) {
  return cat("sha256: ", sha256_hex(bytes), "\n");
}

TEST(Reevaluation, OfTheseBytesIsWhatPeopleSignAndGrowsOld) {
  Workbench desk;
  const auto seen = with_report(desk, of("weights") + "evaluated: 2026-09-01\n").run(kReevaluation);
  EXPECT_EQ(told(seen), Told{});
  ASSERT_EQ(seen.size(), 1U);
  ASSERT_EQ(seen[0].subjects.size(), 1U);
  EXPECT_EQ(seen[0].subjects[0].name, "report.md");
  EXPECT_EQ(seen[0].facts["author"].text(), "Eva");
  ASSERT_TRUE(seen[0].valid_until.has_value());
  EXPECT_EQ(to_date(*seen[0].valid_until), "2027-09-01");
}

TEST(Reevaluation, OfOtherBytesSaysNothingOfThese) {
  Workbench desk;
  EXPECT_EQ(told(with_report(desk, of("earlier") + "evaluated: 2026-09-01\n").run(kReevaluation)),
            Told{"EVL001: the evaluation of `m` is of other bytes than those in use"});
}

TEST(Reevaluation, IsAskedForWhereNoneIsDeclared) {
  Workbench desk;
  desk.file("m.onnx", "weights", AssetKind::model);
  desk.declare("m", AssetKind::model, "m.onnx",
               [](DeclaredAsset& asset) { asset.origin = "supplier"; });
  EXPECT_EQ(told(desk.run(kReevaluation)),
            Told{"EVL002: no evaluation of the model `m` is declared"});
}

TEST(Reevaluation, SaysWhichBytesAndWhen) {
  Workbench desk;
  EXPECT_EQ(told(with_report(desk, "").run(kReevaluation)),
            (Told{"EVL003: the evaluation does not say when it was made",
                  "EVL003: the evaluation does not say which bytes were evaluated"}));
  Workbench later;
  EXPECT_EQ(told(with_report(later, of("weights") + "evaluated: 2027-01-01\n").run(kReevaluation)),
            Told{"EVL003: the evaluation lies in the future"});
}

TEST(Reevaluation, IsHeldAgainstTheDeclaredThresholds) {
  const auto with = [](std::string_view line) {
    Workbench desk;
    desk.system.thresholds.set("robustness", 0.9);
    return told(with_report(desk, of("weights") + "evaluated: 2026-09-01\n" + std::string(line))
                    .run(kReevaluation));
  };
  EXPECT_EQ(with("robustness: 0.9\n"), Told{});
  EXPECT_EQ(with("robustness: 1\n"), Told{});
  EXPECT_EQ(with("robustness: 0.89\n"),
            Told{"EVL004: the evaluation of `m` measured a `robustness` below the declared "
                 "threshold"});
  const std::string none =
      "EVL003: the evaluation of `m` has no figure for `robustness`, for which a threshold is "
      "declared";
  EXPECT_EQ(with(""), Told{}) << "no test of robustness";
  EXPECT_EQ(with("robustness: good\n"), Told{none});
}

TEST(Reevaluation, HasAFigureForWhatItsClaimDemands) {
  Workbench desk;
  with_report(desk, of("weights") + "evaluated: 2026-09-01\nroc_auc: 0.97\n");
  auto& parameters = desk.system.declares.back().parameters;
  parameters.set("least_roc_auc", 0.98);
  parameters.set("least_recall", 0.5);
  EXPECT_EQ(told(desk.run(kReevaluation)),
            (Told{"EVL003: the evaluation of `m` has no figure for `recall`, for which a threshold "
                  "is declared",
                  "EVL004: the evaluation of `m` measured a `roc_auc` below the declared "
                  "threshold"}));
}

TEST(Reevaluation, IsOpenWhereTheBytesAreElsewhere) {
  Workbench desk;
  desk.declare("hosted", AssetKind::model, "",
               [](DeclaredAsset& asset) { asset.origin = "supplier"; });
  const auto seen = desk.run(kReevaluation);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].coverage.population, 1U);
  EXPECT_EQ(seen[0].coverage.examined, 0U);
}

TEST(Reevaluation, IsOfReleasedModelsOnly) {
  Workbench desk;
  desk.file("m.onnx", "weights", AssetKind::model);
  desk.declare("m", AssetKind::model, "m.onnx",
               [](DeclaredAsset& asset) { asset.origin = "internal"; });
  const auto seen = desk.run(kReevaluation);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].coverage.population, 0U);
  EXPECT_EQ(told(seen), Told{});
}

}  // namespace
}  // namespace cupel
