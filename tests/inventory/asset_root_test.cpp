// SPDX-License-Identifier: Apache-2.0
#include "inventory/asset_root.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "inventory/inventory.h"
#include "inventory/model_folder.h"
#include "support/support.h"

namespace cupel {
namespace {

DeclaredAsset model(std::string_view name, std::string_view path) {
  DeclaredAsset asset;
  asset.name = name;
  asset.kind = AssetKind::model;
  asset.path = path;
  return asset;
}

Inventory inventory_of(const System& system, const std::filesystem::path& root) {
  Task task;
  return take_inventory(system, root, {}, task).value();
}

// What `cupel sign` prints.
std::string signed_root(const std::filesystem::path& path) {
  Task task;
  auto files = read_model(path, {.ignore = default_ignored()}, task).value();
  sort_resources(files.resources);
  return root_of(files.resources);
}

TEST(AssetRoot, IsWhatASignatureOfTheSameThingNames) {
  const test::TemporaryFolder folder;
  for (const auto* name : {"m/a/b", "m/a-b/c", "m/a.txt", "m/sub/.hidden", "m/.gitignore",
                           "m/.github/x", "m/sub/.gitignore", "one.bin"}) {
    folder.write(name, name);
  }
  System system;
  system.assets = {model("folder", "m"), model("single", "one.bin")};
  const auto inventory = inventory_of(system, folder.path());
  const auto root = [&](std::string_view name) {
    return asset_root(inventory, *inventory.find(name));
  };
  EXPECT_EQ(root("folder"), signed_root(folder / "m"));
  EXPECT_EQ(root("single"), signed_root(folder / "one.bin"));
  EXPECT_NE(root("folder"), inventory.find("folder")->digest) << "the inventory has its own digest";
}

TEST(AssetRoot, LeavesOutTheSignatureThatLiesInside) {
  const test::TemporaryFolder folder;
  folder.write("m/a.bin", "a");
  System system;
  system.assets = {model("folder", "m/")};
  system.assets[0].signature = "m/model.sig";
  const auto before = inventory_of(system, folder.path());
  const auto root = asset_root(before, *before.find("folder"));
  EXPECT_EQ(root, signed_root(folder / "m"));
  folder.write("m/model.sig", "a signature");
  const auto after = inventory_of(system, folder.path());
  EXPECT_EQ(asset_root(after, *after.find("folder")), root);
}

TEST(AssetRoot, OfOneFileIsNotThatFilesDigestWhichIsKnownToo) {
  const test::TemporaryFolder folder;
  folder.write("one.bin", "x");
  folder.write("m/one.bin", "x");
  System system;
  system.assets = {model("single", "one.bin"), model("folder", "m")};
  const auto inventory = inventory_of(system, folder.path());
  const Asset& single = *inventory.find("single");
  EXPECT_EQ(asset_file_digest(inventory, single), sha256_hex("x"));
  EXPECT_NE(asset_root(inventory, single), sha256_hex("x"));
  EXPECT_EQ(asset_file_digest(inventory, *inventory.find("folder")), "")
      << "a folder is no file, whatever it holds";
}

TEST(AssetRoot, IsNoneOfWhatCannotBeSigned) {
  const test::TemporaryFolder folder;
  folder.write("m/a.bin", "a");
  folder.write("elsewhere.bin", "b");
  std::filesystem::create_symlink("../elsewhere.bin", folder / "m/link.bin");
  System system;
  system.assets = {model("linked", "m"), model("gone", "no.bin")};
  const auto inventory = inventory_of(system, folder.path());
  EXPECT_EQ(asset_root(inventory, *inventory.find("linked")), "");
  EXPECT_EQ(asset_root(inventory, *inventory.find("gone")), "");
}

}  // namespace
}  // namespace cupel
