// SPDX-License-Identifier: Apache-2.0
#include "provenance/record.h"
#include "provenance/records/build.h"
#include "support/signers.h"
#include "workbench.h"

namespace cupel {

extern const Check kBuildProvenance;

namespace {

using test::codes;
using test::told;
using test::Workbench;
using Told = std::vector<std::string>;

// A model made here from one dataset, and the record of it.
struct Built {
  test::Signers who;
  Workbench desk;
  std::string subject = sha256_hex("model");
  BuildRecord build{.operation = "train",
                    .entry_point = "train.py",
                    .data = {"transactions"},
                    .models = {},
                    .seed = {},
                    .materials = {described("transactions", sha256_hex("data")),
                                  {.name = "image", .uri = "https://images.example.org/trainer"}},
                    .builder = "https://ci.example.org/trainer",
                    .started = {},
                    .finished = *parse_timestamp("2026-07-03T07:30:00Z")};
  bool is_recorded = true;

  std::vector<Observation> run() {
    desk.system.people = who.system.people;
    desk.file("m.onnx", "model", AssetKind::model);
    desk.file("d.csv", "data", AssetKind::dataset);
    desk.declare("m", AssetKind::model, "m.onnx", [](DeclaredAsset& asset) {
      asset.origin = "internal";
      asset.uses = {"transactions", "settings"};
    });
    desk.declare("transactions", AssetKind::dataset, "d.csv");
    desk.declare("settings", AssetKind::configuration, "s.yaml");
    if (is_recorded) {
      const InTotoStatement statement{.subjects = {described("m", subject)},
                                      .predicate_type = "https://slsa.dev/provenance/v1",
                                      .predicate = to_json(build)};
      desk.file("attestations/build-m.json", make_record(statement, who.ana));
    }
    return desk.run(kBuildProvenance);
  }
};

TEST(BuildProvenance, OfAModelMadeFromTheDataHereIsClean) {
  Built built;
  const auto seen = built.run();
  EXPECT_EQ(told(seen), Told{});
  EXPECT_EQ(seen[0].coverage, (Coverage{.population = 1, .examined = 1}));
  EXPECT_EQ(seen[0].measured, "1 of 1 model made here with a signed build record");
  EXPECT_EQ(seen[0].subjects.back().name, "attestations/build-m.json");
}

TEST(BuildProvenance, ThatIsMissingLeavesTheQuestionOpen) {
  Built built;
  built.is_recorded = false;
  const auto seen = built.run();
  EXPECT_EQ(told(seen), Told{"PRV001: there is no signed record of how the model `m` was made"});
  EXPECT_EQ(seen[0].diagnostics[0].severity, Severity::medium);
}

TEST(BuildProvenance, FromOtherDataThanIsHereFails) {
  Built built;
  built.build.materials[0] = described("transactions", sha256_hex("other data"));
  const auto seen = built.run();
  EXPECT_EQ(told(seen),
            Told{"PRV002: the model `m` was made from another `transactions` than the one here"});
  EXPECT_EQ(seen[0].diagnostics[0].severity, Severity::high);
}

TEST(BuildProvenance, OfOtherBytesIsToldApartFromNone) {
  Built built;
  built.subject = sha256_hex("an earlier model");
  EXPECT_EQ(codes(built.run()), Told{"PRV003"});
}

TEST(BuildProvenance, ThatNamesOtherDataThanTheDescriptionIsTold) {
  Built built;
  built.build.data.clear();
  built.build.materials.clear();
  const auto seen = built.run();
  EXPECT_EQ(told(seen), Told{"PRV004: cupel.yaml and the build record of the model `m` name "
                             "different data or models"});
  EXPECT_NE(seen[0].diagnostics[0].notes[0].find("`transactions`"), std::string::npos);
}

TEST(BuildProvenance, SignedByNobodyOfTheRosterIsNone) {
  Built built;
  built.who.ana = PrivateKey::generate().value();
  EXPECT_EQ(codes(built.run()), (Told{"PRV001", "REC001"}));
}

TEST(BuildProvenance, OfTheNewestRecordCounts) {
  Built built;
  auto wrong = built.build;
  wrong.materials[0] = described("transactions", sha256_hex("other data"));
  wrong.finished = *parse_timestamp("2026-01-01T00:00:00Z");
  const InTotoStatement older{.subjects = {described("m", built.subject)},
                              .predicate_type = "https://slsa.dev/provenance/v1",
                              .predicate = to_json(wrong)};
  built.desk.file("attestations/build-m-a.json", make_record(older, built.who.ana));
  EXPECT_EQ(told(built.run()), Told{});
}

TEST(BuildProvenance, IsNotAskedWhereNoModelIsMade) {
  Workbench desk;
  desk.declare("m", AssetKind::model, "m.onnx",
               [](DeclaredAsset& asset) { asset.origin = "supplier"; });
  const auto seen = desk.run(kBuildProvenance);
  EXPECT_EQ(seen[0].condition.value().why, "no model is declared as made here");
  desk.inventory.complete = false;
  EXPECT_FALSE(desk.run(kBuildProvenance)[0].condition.has_value());
}

}  // namespace
}  // namespace cupel
