// SPDX-License-Identifier: Apache-2.0
#include "provenance/record.h"
#include "provenance/records/collection.h"
#include "support/signers.h"
#include "workbench.h"

namespace cupel {

extern const Check kDatasetRecord;

namespace {

using test::codes;
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

// A desk with one public dataset of which cupel.yaml says nothing more, and a record of it.
struct Collected {
  test::Signers who;
  Workbench desk;
  CollectionRecord collection{.sources = {{.uri = "https://data.example.org/x/d.csv"}},
                              .retrieved = *parse_timestamp("2026-03-01T09:00:00Z"),
                              .method = "download",
                              .custodian = "Bea",
                              .licence = "CC-BY-4.0"};

  std::vector<Observation> run(const std::function<void(DeclaredAsset&)>& fill,
                               std::string_view bytes = "data",
                               std::string_view signed_bytes = "data") {
    desk.system.people = who.system.people;
    desk.file("d.csv", bytes, AssetKind::dataset);
    desk.declare("d", AssetKind::dataset, "d.csv", [&](DeclaredAsset& asset) {
      asset.origin = "public";
      fill(asset);
    });
    const InTotoStatement statement{.subjects = {described("d", sha256_hex(signed_bytes))},
                                    .predicate_type = "https://cupel.dev/dataset-collection/v1",
                                    .predicate = to_json(collection)};
    desk.file("attestations/collection-d.json", make_record(statement, who.ana));
    return desk.run(kDatasetRecord);
  }
};

TEST(DatasetRecord, OfTheseBytesThatIsSignedSaysAllThatIsAsked) {
  Collected collected;
  const auto seen = collected.run([](DeclaredAsset&) {});
  EXPECT_EQ(told(seen), Told{});
  EXPECT_EQ(seen[0].facts["signed"].integer(), 1);
}

TEST(DatasetRecord, OfOtherBytesSaysNothingOfThese) {
  Collected collected;
  EXPECT_EQ(codes(collected.run([](DeclaredAsset&) {}, "poisoned", "data")),
            (Told{"DAT001", "DAT002", "DAT003", "DAT004", "DAT007"}));
}

TEST(DatasetRecord, ThatAgreesWithTheDescriptionIsNoContradiction) {
  Collected collected;
  EXPECT_EQ(told(collected.run([](DeclaredAsset& asset) {
              complete(asset);
              asset.source = "https://data.example.org/x/";
              asset.collected = "2026-03-01";
            })),
            Told{});
}

TEST(DatasetRecord, ThatContradictsTheDescriptionIsTold) {
  Collected collected;
  const auto seen = collected.run([](DeclaredAsset& asset) {
    asset.source = "https://data.example.org/xy";
    asset.collected = "2026-03-02T09:00:00Z";
    asset.licence = "MIT";
    asset.custodian = "Carl";
  });
  EXPECT_EQ(
      told(seen),
      (Told{"DAT006: the dataset `d` has another source in cupel.yaml than in its signed "
            "record",
            "DAT006: the dataset `d` has another time of collection in cupel.yaml than in its "
            "signed record",
            "DAT008: the dataset `d` has another custodian in cupel.yaml than in its signed "
            "record",
            "DAT008: the dataset `d` has another licence in cupel.yaml than in its signed "
            "record"}));
  for (const auto& diagnostic : seen[0].diagnostics) {
    EXPECT_EQ(diagnostic.severity, Severity::medium) << "nobody knows which of the two is wrong";
  }
}

TEST(DatasetRecord, BySomebodyElseOrOfTheFutureDoesNotCount) {
  Collected stranger;
  stranger.who.ana = PrivateKey::generate().value();
  const auto seen = stranger.run(complete);
  EXPECT_EQ(codes(seen), Told{"REC001"});
  EXPECT_EQ(seen[0].diagnostics[0].notes,
            std::vector<std::string>{"nobody of the roster has signed it"});
  EXPECT_EQ(seen[0].diagnostics[0].severity, Severity::low);
  Collected early;
  early.collection.retrieved = *parse_timestamp("2026-11-23T00:00:00Z");
  EXPECT_EQ(codes(early.run([](DeclaredAsset&) {})),
            (Told{"DAT001", "DAT002", "DAT003", "DAT004", "REC001"}));
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
