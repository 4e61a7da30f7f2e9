// SPDX-License-Identifier: Apache-2.0
#include "workbench.h"

namespace cupel {

extern const Check kInventoryComplete;

namespace {

using test::told;
using test::Workbench;
using Told = std::vector<std::string>;

TEST(InventoryComplete, IsSilentWhenAllIsDeclaredAndThere) {
  Workbench desk;
  desk.file("models/a.onnx", "weights", AssetKind::model);
  desk.file("data/a.csv", "x,y", AssetKind::dataset);
  desk.declare("data", AssetKind::dataset, "data/a.csv");
  desk.declare("a", AssetKind::model, "models/a.onnx", [](DeclaredAsset& asset) {
    asset.origin = "internal";
    asset.uses = {"data"};
  });
  const auto seen = desk.run(kInventoryComplete);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(told(seen), Told{});
  EXPECT_EQ(seen[0].coverage, (Coverage{.population = 2, .examined = 2}));
  EXPECT_EQ(seen[0].subjects.size(), 2U);
  EXPECT_EQ(seen[0].measured,
            "2 assets in 2 files: 0 undeclared, 0 missing, 0 not readable, 0 without their data");
}

TEST(InventoryComplete, TellsAnUndeclaredModelButNotAnUndeclaredConfiguration) {
  Workbench desk;
  desk.file("extra.pkl", "x", AssetKind::model);
  desk.file("app.ini", "x", AssetKind::configuration);
  desk.find("extra.pkl", AssetKind::model);
  desk.find("app.ini", AssetKind::configuration);
  EXPECT_EQ(told(desk.run(kInventoryComplete)),
            Told{"INV001: the model `extra.pkl` is not declared"});
}

TEST(InventoryComplete, KnowsTheEarlierVersionOfAModelByItsName) {
  Workbench desk;
  desk.file("a.onnx", "2", AssetKind::model);
  desk.file("old/a.onnx", "1", AssetKind::model);
  desk.declare("a", AssetKind::model, "a.onnx",
               [](DeclaredAsset& asset) { asset.known_good = "old/a.onnx"; });
  desk.find("old/a.onnx", AssetKind::model);
  EXPECT_EQ(told(desk.run(kInventoryComplete)), Told{});
}

TEST(InventoryComplete, TellsWhatIsDeclaredButNotThere) {
  Workbench desk;
  desk.declare("a", AssetKind::dataset, "gone.csv");
  desk.declare("api", AssetKind::endpoint, "",
               [](DeclaredAsset& asset) { asset.url = "https://api.shop.net"; });
  EXPECT_EQ(told(desk.run(kInventoryComplete)),
            Told{"INV002: the dataset `a` is declared but not there"});
}

TEST(InventoryComplete, CountsWhatCouldNotBeExaminedAsNotExamined) {
  Workbench desk;
  desk.unreadable("m.onnx", AssetKind::model, "permission denied");
  desk.declare("m", AssetKind::model, "m.onnx");
  desk.inventory.complete = false;
  const auto seen = desk.run(kInventoryComplete);
  EXPECT_EQ(told(seen), (Told{"INV003: `m.onnx` could not be examined",
                              "INV003: parts of the system's folder could not be listed"}));
  EXPECT_EQ(seen[0].coverage.population, 1U);
  EXPECT_EQ(seen[0].coverage.examined, 0U);
  EXPECT_EQ(seen[0].coverage.shortfall, "`m`: permission denied");
}

TEST(InventoryComplete, AsksModelsMadeHereForTheirData) {
  Workbench desk;
  desk.file("m.onnx", "x", AssetKind::model);
  desk.declare("m", AssetKind::model, "m.onnx",
               [](DeclaredAsset& asset) { asset.origin = "internal"; });
  desk.declare("p", AssetKind::model, "", [](DeclaredAsset& asset) {
    asset.url = "https://x";
    asset.origin = "public";
  });
  EXPECT_EQ(told(desk.run(kInventoryComplete)),
            Told{"INV004: the model `m` names no dataset that it was made from"});
}

TEST(InventoryComplete, LooksAtNothingInAnEmptyFolder) {
  Workbench desk;
  const auto seen = desk.run(kInventoryComplete);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].coverage.population, 0U);
  EXPECT_FALSE(seen[0].condition.has_value()) << "an empty folder is not a complete inventory";
}

}  // namespace
}  // namespace cupel
