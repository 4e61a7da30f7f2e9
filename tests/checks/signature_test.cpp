// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "crypto/signing_key.h"
#include "provenance/bundle.h"
#include "provenance/manifest.h"
#include "workbench.h"

namespace cupel {

extern const Check kSignature;

namespace {

using test::told;
using test::Workbench;
using Told = std::vector<std::string>;

// The bundle over files as a signer would have found them.
struct Signer {
  SigningKey key = SigningKey::generate(KeyType::p256).value();
  ModelManifest manifest{.model = "m", .root = {}};

  void add(std::string name, std::string_view bytes) {
    Hasher hasher(manifest.hash);
    manifest.resources.push_back(
        {.name = std::move(name), .digest = hasher.add(as_bytes(bytes)).finish_hex()});
  }
  std::string bundle() {
    sort_resources(manifest.resources);
    manifest.root = root_of(manifest.resources);
    return make_bundle(kInTotoType, write_manifest(manifest), key);
  }
  [[nodiscard]] std::string public_pem() const { return key.public_key().pem(); }
};

void declare(Workbench& desk, std::string_view path) {
  desk.declare("m", AssetKind::model, path, [](DeclaredAsset& asset) {
    asset.signature = "m.sig";
    asset.signature_key = "m.pub";
  });
}

// models/ of two files, signed whole.
void sign_folder(Workbench& desk, Signer& signer) {
  desk.file("models/a.json", "one", AssetKind::model);
  desk.file("models/b/c.json", "two", AssetKind::model);
  signer.add("a.json", "one");
  signer.add("b/c.json", "two");
  desk.file("m.sig", signer.bundle());
  desk.file("m.pub", signer.public_pem());
  declare(desk, "models");
}

TEST(Signature, IsNobodysQuestionWhenNoneIsDeclared) {
  Workbench desk;
  desk.file("m.json", "x", AssetKind::model);
  desk.declare("m", AssetKind::model, "m.json");
  const auto seen = desk.run(kSignature);
  ASSERT_EQ(seen.size(), 1U);
  ASSERT_TRUE(seen[0].condition);
  EXPECT_FALSE(seen[0].condition->met);
}

TEST(Signature, HoldsOverAFolder) {
  Workbench desk;
  Signer signer;
  sign_folder(desk, signer);
  const auto seen = desk.run(kSignature);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(told(seen), Told{});
  EXPECT_EQ(seen[0].coverage.examined, 1U);
  EXPECT_EQ(seen[0].facts["root"].text(), signer.manifest.root);
  EXPECT_EQ(seen[0].facts["method"].text(), "key");
}

TEST(Signature, HoldsOverOneFileUnderEitherName) {
  for (const auto* name : {"m.json", "."}) {
    Workbench desk;
    Signer signer;
    desk.file("models/m.json", "x", AssetKind::model);
    signer.add(name, "x");
    desk.file("m.sig", signer.bundle());
    desk.file("m.pub", signer.public_pem());
    declare(desk, "models/m.json");
    EXPECT_EQ(told(desk.run(kSignature)), Told{}) << name;
  }
}

TEST(Signature, ReadsTheBytesWhenTheInventoryHasAnotherDigest) {
  Workbench desk;
  Signer signer;
  signer.manifest.hash = HashKind::blake3;
  signer.manifest.shard_size = 2;
  desk.file("m.json", "abcde", AssetKind::model);
  signer.add("m.json:0:2", "ab");
  signer.add("m.json:2:4", "cd");
  signer.add("m.json:4:5", "e");
  desk.file("m.sig", signer.bundle());
  desk.file("m.pub", signer.public_pem());
  declare(desk, "m.json");
  EXPECT_EQ(told(desk.run(kSignature)), Told{});
  desk.file("m.json", "abxde", AssetKind::model);
  desk.inventory.files.erase(std::ranges::find(desk.inventory.files, "m.json", &FileEntry::path));
  EXPECT_EQ(told(desk.run(kSignature)),
            Told{"SGN002: the files of `m` are not those that were signed"});
}

TEST(Signature, NamesWhatChangedWhatIsMissingAndWhatWasAdded) {
  Workbench desk;
  Signer signer;
  desk.file("models/a.json", "other", AssetKind::model);
  desk.file("models/new.py", "new", AssetKind::code);
  desk.file("models/.gitattributes", "not signed, and never is");
  signer.add("a.json", "one");
  signer.add("gone.json", "two");
  desk.file("m.sig", signer.bundle());
  desk.file("m.pub", signer.public_pem());
  declare(desk, "models");
  const auto seen = desk.run(kSignature);
  EXPECT_EQ(told(seen), Told{"SGN002: the files of `m` are not those that were signed"});
  EXPECT_EQ(seen[0].diagnostics[0].notes,
            (Told{"changed: a.json", "missing: gone.json", "not signed: new.py"}));
}

TEST(Signature, MustBeByTheDeclaredKey) {
  Workbench desk;
  Signer signer;
  sign_folder(desk, signer);
  std::ranges::find(desk.inventory.files, "m.pub", &FileEntry::path)->path = "old.pub";
  desk.file("m.pub", Signer().public_pem());
  const auto seen = desk.run(kSignature);
  EXPECT_EQ(told(seen), Told{"SGN001: the signature of `m` does not hold"});
  EXPECT_FALSE(seen[0].facts["good"].boolean());
}

TEST(Signature, MustBeThere) {
  Workbench desk;
  desk.file("m.json", "x", AssetKind::model);
  declare(desk, "m.json");
  EXPECT_EQ(told(desk.run(kSignature)), Told{"SGN003: the signature of `m` is not there"});
}

TEST(Signature, IsNotGoodWhenItCouldNotBeChecked) {
  const auto expect_missed = [](Workbench& desk) {
    const auto seen = desk.run(kSignature);
    EXPECT_EQ(told(seen), Told{"SGN004: the signature of `m` could not be checked"});
    EXPECT_EQ(seen[0].coverage.examined, 0U);
    EXPECT_EQ(seen[0].coverage.population, 1U);
  };
  Workbench no_key;
  no_key.file("m.json", "x", AssetKind::model);
  no_key.file("m.sig", "{}");
  declare(no_key, "m.json");
  expect_missed(no_key);

  Workbench unreadable;
  Signer signer;
  sign_folder(unreadable, signer);
  unreadable.unreadable("models/a.bin", AssetKind::model, "permission denied");
  expect_missed(unreadable);

  Workbench elsewhere;
  Signer another;
  sign_folder(elsewhere, another);
  elsewhere.inventory.assets.clear();
  elsewhere.declare("m", AssetKind::model, "", [](DeclaredAsset& asset) {
    asset.url = "s3://models/m";
    asset.signature = "m.sig";
    asset.signature_key = "m.pub";
  });
  expect_missed(elsewhere);
}

TEST(Signature, OfNobodyInTheTrustedRootIsRefused) {
  Workbench desk;
  Signer signer;
  sign_folder(desk, signer);
  desk.inventory.assets[0].declared.signature_key.clear();
  desk.inventory.assets[0].declared.signature_identity = "ana@example.com";
  desk.inventory.assets[0].declared.signature_issuer = "https://accounts.example.com";
  EXPECT_EQ(told(desk.run(kSignature)), Told{"SGN001: the signature of `m` does not hold"});
}

}  // namespace
}  // namespace cupel
