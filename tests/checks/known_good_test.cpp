// SPDX-License-Identifier: Apache-2.0
#include "workbench.h"

namespace cupel {

extern const Check kKnownGood;

namespace {

using test::told;
using test::Workbench;
using Told = std::vector<std::string>;

// A model that declares the digest of "old" for its earlier version.
Workbench& with_model(Workbench& desk) {
  desk.file("m.onnx", "new", AssetKind::model);
  desk.declare("m", AssetKind::model, "m.onnx", [](DeclaredAsset& asset) {
    asset.known_good = "old/m.onnx";
    asset.known_good_sha256 = sha256_hex("old");
  });
  return desk;
}

TEST(KnownGood, IsTheSubjectThatPeopleSign) {
  Workbench desk;
  with_model(desk).file("old/m.onnx", "old", AssetKind::model);
  const auto seen = desk.run(kKnownGood);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(told(seen), Told{});
  ASSERT_EQ(seen[0].subjects.size(), 1U);
  EXPECT_EQ(seen[0].subjects[0].name, "old/m.onnx");
  EXPECT_EQ(seen[0].subjects[0].digest, sha256_hex("old"));
}

TEST(KnownGood, MustBeThere) {
  Workbench desk;
  EXPECT_EQ(told(with_model(desk).run(kKnownGood)),
            Told{"KGS001: the earlier version of `m` is not there"});
}

TEST(KnownGood, MustHaveTheDeclaredBytes) {
  Workbench desk;
  with_model(desk).file("old/m.onnx", "tampered", AssetKind::model);
  EXPECT_EQ(told(desk.run(kKnownGood)),
            Told{"KGS001: the earlier version of `m` is not what was declared"});
}

TEST(KnownGood, IsAskedForOfDeclaredModelsOnly) {
  Workbench desk;
  desk.declare("m", AssetKind::model, "m.onnx");
  desk.file("x.onnx", "x", AssetKind::model);
  desk.find("x.onnx", AssetKind::model);
  EXPECT_EQ(told(desk.run(kKnownGood)),
            Told{"KGS002: the model `m` names no earlier version to fall back to"});
}

TEST(KnownGood, IsNotThePresentVersionAgain) {
  Workbench desk;
  desk.file("m.onnx", "same", AssetKind::model);
  desk.declare("m", AssetKind::model, "m.onnx", [](DeclaredAsset& asset) {
    asset.known_good = "m.onnx";
    asset.known_good_sha256 = sha256_hex("same");
  });
  EXPECT_EQ(told(desk.run(kKnownGood)),
            Told{"KGS002: the earlier version of `m` is the present one"});
}

TEST(KnownGood, LooksAtNothingWithoutModels) {
  Workbench desk;
  const auto seen = desk.run(kKnownGood);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].coverage.population, 0U);
}

}  // namespace
}  // namespace cupel
