// SPDX-License-Identifier: Apache-2.0
#include "workbench.h"

namespace cupel {

extern const Check kPermissions;

namespace {

using test::told;
using test::Workbench;
using Told = std::vector<std::string>;

const Observation& about(const std::vector<Observation>& seen, std::string_view provision) {
  const auto found = std::ranges::find(seen, provision, &Observation::provision);
  EXPECT_NE(found, seen.end());
  return *found;
}

TEST(Permissions, TellsAConfidentialDatasetThatEveryoneReads) {
  Workbench desk;
  desk.file("d.csv", "x", AssetKind::dataset, 0644);
  desk.file("open.csv", "x", AssetKind::dataset, 0644);
  desk.declare("d", AssetKind::dataset, "d.csv",
               [](DeclaredAsset& asset) { asset.sensitivity = "confidential"; });
  desk.declare("open", AssetKind::dataset, "open.csv",
               [](DeclaredAsset& asset) { asset.sensitivity = "public"; });
  const auto seen = desk.run(kPermissions);
  EXPECT_EQ(told({about(seen, "5.2.1-4.2")}),
            Told{"PRM001: `d.csv` is confidential and readable by everyone"});
  EXPECT_EQ(about(seen, "5.2.1-4.2").coverage.population, 1U);
  EXPECT_EQ(about(seen, "5.2.1-4").coverage.population, 2U);
}

TEST(Permissions, TellsAModelThatEveryoneMayChange) {
  Workbench desk;
  desk.file("m.onnx", "x", AssetKind::model, 0666);
  desk.find("m.onnx", AssetKind::model);
  const auto seen = desk.run(kPermissions);
  const auto& diagnostics = about(seen, "5.2.1-4").diagnostics;
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].code, "PRM002");
  EXPECT_EQ(diagnostics[0].notes, Told{"its mode is 0666"});
}

TEST(Permissions, IsSilentWhenThePermissionsAreTight) {
  Workbench desk;
  desk.file("m.onnx", "x", AssetKind::model, 0640);
  desk.declare("m", AssetKind::model, "m.onnx",
               [](DeclaredAsset& asset) { asset.sensitivity = "secret"; });
  EXPECT_EQ(told(desk.run(kPermissions)), Told{});
}

TEST(Permissions, SaysThatNothingIsConfidentialOnlyWhenAllIsDeclared) {
  Workbench desk;
  desk.file("m.onnx", "x", AssetKind::model);
  desk.declare("m", AssetKind::model, "m.onnx",
               [](DeclaredAsset& asset) { asset.sensitivity = "public"; });
  ASSERT_TRUE(about(desk.run(kPermissions), "5.2.1-4.2").condition.has_value());

  desk.file("n.onnx", "x", AssetKind::model);
  desk.find("n.onnx", AssetKind::model);
  const auto seen = desk.run(kPermissions);
  const auto& unsure = about(seen, "5.2.1-4.2");
  EXPECT_FALSE(unsure.condition.has_value());
  EXPECT_EQ(unsure.coverage.shortfall, "`n.onnx`: its sensitivity is not declared");
  EXPECT_LT(unsure.coverage.examined, unsure.coverage.population);
}

TEST(Permissions, CountsAConfidentialAssetThatIsNotThere) {
  Workbench desk;
  desk.declare("d", AssetKind::dataset, "gone.csv",
               [](DeclaredAsset& asset) { asset.sensitivity = "confidential"; });
  const auto seen = desk.run(kPermissions);
  EXPECT_LT(about(seen, "5.2.1-4.2").coverage.examined,
            about(seen, "5.2.1-4.2").coverage.population);
}

}  // namespace
}  // namespace cupel
