// SPDX-License-Identifier: Apache-2.0
#include "workbench.h"

namespace cupel {

extern const Check kComponentHashes;

namespace {

using test::told;
using test::Workbench;
using Told = std::vector<std::string>;

class ComponentHashes : public testing::Test {
 protected:
  ComponentHashes() {
    desk.file("models/m.onnx", "weights", AssetKind::model);
    desk.declare("m", AssetKind::model, "models/m.onnx",
                 [](DeclaredAsset& asset) { asset.released = true; });
  }
  Workbench desk;
};

TEST_F(ComponentHashes, AreFoundInTheListBesideTheFile) {
  desk.file("models/SHA256SUMS", cat(sha256_hex("weights"), "  m.onnx\n"));
  const auto seen = desk.run(kComponentHashes);
  EXPECT_EQ(told(seen), Told{});
  EXPECT_EQ(seen[0].measured,
            "1 released asset in 1 file: 0 without a published SHA-256, 0 with another one");
}

TEST_F(ComponentHashes, AreFoundInAListOfTheParentFolderAndInADigestFile) {
  desk.file("SHA256SUMS.txt", cat(sha256_hex("weights"), " *models/m.onnx\n"));
  EXPECT_EQ(told(desk.run(kComponentHashes)), Told{});
  Workbench other;
  other.file("m.onnx", "weights", AssetKind::model);
  other.file("m.onnx.sha256", sha256_hex("weights"));
  other.declare("m", AssetKind::model, "m.onnx",
                [](DeclaredAsset& asset) { asset.released = true; });
  EXPECT_EQ(told(other.run(kComponentHashes)), Told{});
}

TEST_F(ComponentHashes, AreMissedWhereNoneIsPublished) {
  desk.file("other/SHA256SUMS", cat(sha256_hex("weights"), "  m.onnx\n"));
  EXPECT_EQ(told(desk.run(kComponentHashes)),
            Told{"HSH001: the released file `models/m.onnx` has no published SHA-256"});
}

TEST_F(ComponentHashes, MustBeThoseOfTheFileInEveryList) {
  desk.file("models/SHA256SUMS", cat(sha256_hex("weights"), "  m.onnx\n"));
  desk.file("SHA256SUMS", cat(sha256_hex("older"), "  models/m.onnx\n"));
  const auto seen = desk.run(kComponentHashes);
  EXPECT_EQ(told(seen),
            Told{"HSH002: the published SHA-256 of `models/m.onnx` is not that of the file"});
  EXPECT_EQ(to_text(seen[0].diagnostics[0].place), "SHA256SUMS:1");
}

TEST_F(ComponentHashes, CannotBeComparedWithAFileThatWasNotRead) {
  desk.inventory.files.clear();
  desk.unreadable("models/m.onnx", AssetKind::model, "permission denied");
  const auto seen = desk.run(kComponentHashes);
  EXPECT_EQ(told(seen), Told{});
  EXPECT_EQ(seen[0].coverage.examined, 0U);
}

TEST_F(ComponentHashes, AreNotOwedWhenNothingIsReleased) {
  desk.inventory.assets[0].declared.released = false;
  EXPECT_TRUE(desk.run(kComponentHashes)[0].condition.has_value());
  desk.file("x.onnx", "x", AssetKind::model);
  desk.find("x.onnx", AssetKind::model);
  EXPECT_FALSE(desk.run(kComponentHashes)[0].condition.has_value())
      << "nobody said whether x.onnx is released";
}

}  // namespace
}  // namespace cupel
