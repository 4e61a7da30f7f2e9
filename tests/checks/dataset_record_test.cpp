// SPDX-License-Identifier: Apache-2.0
#include "workbench.h"

namespace cupel {

extern const Check kDatasetRecord;

namespace {

using test::told;
using test::Workbench;
using Told = std::vector<std::string>;

void complete(DeclaredAsset& asset) {
  asset.origin = "public";
  asset.source = "https://data.example.org/x";
  asset.collected = "2026-03-01T00:00:00Z";
  asset.custodian = "Bea";
  asset.licence = "CC-BY-4.0";
}

TEST(DatasetRecord, IsCompleteWithSourceTimeCustodianAndLicence) {
  Workbench desk;
  desk.declare("d", AssetKind::dataset, "d.csv", complete);
  const auto seen = desk.run(kDatasetRecord);
  EXPECT_EQ(told(seen), Told{});
  EXPECT_EQ(seen[0].coverage, (Coverage{.population = 1, .examined = 1}));
}

TEST(DatasetRecord, NamesEveryGap) {
  Workbench desk;
  desk.declare("d", AssetKind::dataset, "d.csv");
  EXPECT_EQ(told(desk.run(kDatasetRecord)),
            (Told{"DAT001: the dataset `d` has no source on record",
                  "DAT002: the dataset `d` has no time of collection on record",
                  "DAT003: the dataset `d` has no custodian",
                  "DAT004: the dataset `d` has no licence on record",
                  "DAT005: the dataset `d` has no declared origin"}));
}

TEST(DatasetRecord, AccusesOnlyWhereTheOriginIsKnownToBePublic) {
  const auto severity_of_missing_source = [](std::string_view origin) {
    Workbench desk;
    desk.declare("d", AssetKind::dataset, "d.csv", [&](DeclaredAsset& asset) {
      complete(asset);
      asset.origin = origin;
      asset.source.clear();
    });
    const auto seen = desk.run(kDatasetRecord);
    for (const auto& diagnostic : seen.at(0).diagnostics) {
      if (diagnostic.code == "DAT001") return diagnostic.severity;
    }
    return Severity::info;
  };
  EXPECT_EQ(severity_of_missing_source("public"), Severity::high);
  EXPECT_EQ(severity_of_missing_source("unknown"), Severity::medium);
  EXPECT_EQ(severity_of_missing_source(""), Severity::medium);
}

TEST(DatasetRecord, DoesNotBelieveEveryTime) {
  Workbench desk;
  desk.declare("a", AssetKind::dataset, "a.csv", [](DeclaredAsset& asset) {
    complete(asset);
    asset.collected = "last spring";
  });
  desk.declare("b", AssetKind::dataset, "b.csv", [](DeclaredAsset& asset) {
    complete(asset);
    asset.collected = "2027-03-01";
  });
  EXPECT_EQ(told(desk.run(kDatasetRecord)),
            (Told{"DAT002: the dataset `a` has an unreadable time of collection: `last spring`",
                  "DAT002: the dataset `b` has a time of collection that lies in the future"}));
}

TEST(DatasetRecord, AsksNothingOfDataThatIsKnownNotToBePublic) {
  Workbench desk;
  desk.declare("d", AssetKind::dataset, "d.csv",
               [](DeclaredAsset& asset) { asset.origin = "internal"; });
  const auto seen = desk.run(kDatasetRecord);
  EXPECT_EQ(told(seen), Told{});
  EXPECT_EQ(seen[0].condition.value().why, "no dataset is of public or unknown origin");
}

TEST(DatasetRecord, DoesNotTakeSilenceForAnAnswer) {
  Workbench desk;
  EXPECT_FALSE(desk.run(kDatasetRecord)[0].condition.has_value()) << "nothing was seen at all";
  desk.declare("m", AssetKind::model, "m.onnx",
               [](DeclaredAsset& asset) { asset.origin = "internal"; });
  const auto seen = desk.run(kDatasetRecord);
  EXPECT_FALSE(seen[0].condition.has_value());
  EXPECT_EQ(seen[0].coverage.shortfall, "`m`: made here, from data that nobody names");
}

}  // namespace
}  // namespace cupel
