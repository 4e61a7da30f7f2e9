// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "base/text.h"
#include "crypto/digest.h"
#include "inventory/inventory.h"
#include "inventory/kinds.h"
#include "inventory/system_file.h"
#include "support/support.h"

namespace cupel {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

Inventory take(const fs::path& root, const System& system = {}) {
  Task task;
  auto inventory = take_inventory(system, root, {}, task);
  EXPECT_TRUE(inventory.ok());
  return inventory.ok() ? std::move(inventory).value() : Inventory{};
}

System system_of(std::string_view assets) {
  auto reading = read_system(cat("cupel: 1\nname: demo\nversion: \"1\"\nscenario: chatbot\n"
                                 "roles: [developer]\nassets:\n",
                                 assets),
                             "cupel.yaml", {});
  EXPECT_TRUE(reading.diagnostics.empty()) << reading.diagnostics.at(0).title;
  return reading.system.value_or(System{});
}

// "model models/a" of everything undeclared, a line each.
std::string undeclared(const Inventory& inventory) {
  std::string out;
  for (const auto& asset : inventory.assets) {
    if (!asset.is_declared) {
      out += cat(to_text(asset.declared.kind), " ", asset.declared.path, "\n");
    }
  }
  return out;
}

// ---- declared

TEST(Assets, ADeclaredFileHasItsBytesDigestAndTheDeclaredKind) {
  const TemporaryFolder folder;
  folder.write("weights.dat", "w");
  const auto inventory =
      take(folder.path(), system_of("  - {name: m, kind: model, path: weights.dat}\n"));
  const Asset& asset = inventory.assets.at(0);
  EXPECT_TRUE(asset.is_declared);
  EXPECT_TRUE(asset.is_present);
  EXPECT_EQ(asset.digest, sha256_hex("w"));
  EXPECT_EQ(asset.size_bytes, 1U);
  EXPECT_EQ(inventory.files.at(asset.files.at(0)).kind, AssetKind::model);
}

TEST(Assets, ADeclaredFolderHasTheDigestOfItsSortedLines) {
  const TemporaryFolder folder;
  folder.write("data/b.csv", "b");
  folder.write("data/sub/a.csv", "a");
  folder.write("database.csv", "not part of it");
  const auto inventory =
      take(folder.path(), system_of("  - {name: d, kind: dataset, path: data}\n"));
  const Asset& asset = inventory.assets.at(0);
  ASSERT_EQ(asset.files.size(), 2U);
  std::vector<std::string> lines = {cat(sha256_hex("b"), "  b.csv\n"),
                                    cat(sha256_hex("a"), "  sub/a.csv\n")};
  std::ranges::sort(lines);
  EXPECT_EQ(asset.digest, sha256_hex(lines[0] + lines[1]));
  EXPECT_EQ(undeclared(inventory), "dataset database.csv\n");
}

TEST(Assets, AFolderOfOneFileIsStillAFolder) {
  const TemporaryFolder folder;
  folder.write("data/b.csv", "b");
  const auto inventory =
      take(folder.path(), system_of("  - {name: d, kind: dataset, path: data}\n"));
  EXPECT_EQ(inventory.assets.at(0).digest, sha256_hex(cat(sha256_hex("b"), "  b.csv\n")));
}

TEST(Assets, LineBreaksInNamesCannotForgeAFoldersDigest) {
  const TemporaryFolder honest;
  honest.write("data/a.csv", "a");
  honest.write("data/b.csv", "b");
  const TemporaryFolder forged;
  // One file whose name spells the line of the other.
  const bool a_first = sha256_hex("a") < sha256_hex("b");
  const std::string first = a_first ? "a" : "b";
  const std::string second = a_first ? "b" : "a";
  forged.write(cat("data/", first, ".csv\n", sha256_hex(second), "  ", second, ".csv"), first);
  const System system = system_of("  - {name: d, kind: dataset, path: data}\n");
  EXPECT_NE(take(honest.path(), system).assets.at(0).digest,
            take(forged.path(), system).assets.at(0).digest);
}

TEST(Assets, AFolderThatCouldNotBeReadWhollyHasNoDigest) {
  const TemporaryFolder folder;
  folder.write("data/b.csv", "b");
  fs::create_symlink("/etc/passwd", folder / "data/c.csv");
  const auto inventory =
      take(folder.path(), system_of("  - {name: d, kind: dataset, path: data}\n"));
  EXPECT_TRUE(inventory.assets.at(0).is_present);
  EXPECT_EQ(inventory.assets.at(0).digest, "");
}

TEST(Assets, WhatIsDeclaredAndNotThereIsNotPresent) {
  const TemporaryFolder folder;
  const auto inventory =
      take(folder.path(), system_of("  - {name: m, kind: model, path: gone.bin}\n"
                                    "  - {name: e, kind: endpoint, url: \"https://a.example\"}\n"));
  EXPECT_FALSE(inventory.assets.at(0).is_present);
  EXPECT_TRUE(inventory.assets.at(1).is_present);
  EXPECT_EQ(inventory.assets.at(1).digest, "");
}

// The layout of a model hub's cache: names are links to content under its digest.
TEST(Assets, ADeclaredPathMayLeadThroughLinksOfTheSystem) {
  const TemporaryFolder folder;
  folder.write("hub/blobs/abc", "weights");
  folder.write("hub/blobs/def", "{}");
  fs::create_directories(folder / "hub/snapshots/1");
  fs::create_symlink("../../blobs/abc", folder / "hub/snapshots/1/model.safetensors");
  fs::create_symlink("../../blobs/def", folder / "hub/snapshots/1/config.json");
  fs::create_symlink("snapshots/1", folder / "hub/latest");
  const auto inventory = take(
      folder.path(), system_of("  - {name: m, kind: model, path: hub/latest}\n"
                               "  - {name: w, kind: model, path: hub/latest/model.safetensors}\n"));
  EXPECT_EQ(inventory.assets.at(0).files.size(), 2U);
  EXPECT_TRUE(inventory.assets.at(0).is_present);
  EXPECT_EQ(inventory.assets.at(1).digest, sha256_hex("weights"));
  EXPECT_EQ(inventory.files.at(inventory.assets.at(1).files.at(0)).kind, AssetKind::model);
}

TEST(Assets, TheVersionToFallBackToIsNoUndeclaredModel) {
  const TemporaryFolder folder;
  folder.write("models/fraud.onnx", "new");
  folder.write("releases/1/fraud.onnx", "old");
  const auto inventory = take(
      folder.path(), system_of(cat("  - name: m\n    kind: model\n    path: models/fraud.onnx\n"
                                   "    known_good: {path: releases/1/fraud.onnx, sha256: ",
                                   sha256_hex("old"), "}\n")));
  EXPECT_EQ(undeclared(inventory), "");
}

// ---- undeclared

TEST(Assets, AModelHubsFolderIsOneModel) {
  const TemporaryFolder folder;
  folder.write("models/bert/config.json", "{}");
  folder.write("models/bert/model.safetensors", "w");
  folder.write("models/bert/tokenizer.json", "{}");
  folder.write("models/bert/vocab.txt", "a");
  folder.write("models/bert/1_Pooling/config.json", "{}");
  folder.write("models/bert/README.md", "# card");
  folder.write("app.py", "import x");
  const auto inventory = take(folder.path());
  EXPECT_EQ(undeclared(inventory), "model models/bert\n");
  EXPECT_EQ(inventory.assets.at(0).files.size(), 6U);
  EXPECT_FALSE(inventory.assets.at(0).digest.empty());
}

TEST(Assets, AModelHubsFolderThatIsTheSystemIsTheModelAtItsRoot) {
  const TemporaryFolder folder;
  folder.write("config.json", "{}");
  folder.write("pytorch_model.bin", "w");
  folder.write("tokenizer.json", "{}");
  folder.write("README.md", "# card");
  folder.write("cupel.yaml", "cupel: 1\n");
  const auto inventory = take(folder.path());
  EXPECT_EQ(undeclared(inventory), "model .\n");
  EXPECT_EQ(inventory.assets.at(0).files.size(), 3U);
  const auto digest = inventory.assets.at(0).digest;
  folder.write("cupel.yaml", "cupel: 1 # edited\n");
  folder.write("attestations/a.json", "{}");
  EXPECT_EQ(take(folder.path()).assets.at(0).digest, digest) << "the assessment is no part of it";
  const auto declared = take(folder.path(), system_of("  - {name: m, kind: model, path: .}\n"));
  EXPECT_EQ(declared.assets.at(0).digest, digest) << "declared as found, it is the same";
  EXPECT_EQ(undeclared(declared), "");
}

TEST(Assets, APipelineBelowItsIndexIsOneModel) {
  const TemporaryFolder folder;
  folder.write("sd/model_index.json", "{}");
  folder.write("sd/unet/config.json", "{}");
  folder.write("sd/unet/diffusion_pytorch_model.safetensors", "w");
  folder.write("sd/vae/config.json", "{}");
  folder.write("sd/vae/diffusion_pytorch_model.safetensors", "w");
  EXPECT_EQ(undeclared(take(folder.path())), "model sd\n");
}

TEST(Assets, AServiceWithPickledModelsNamesEach) {
  const TemporaryFolder folder;
  folder.write("app/main.py", "x");
  folder.write("app/model.joblib", "w");
  folder.write("app/scaler.pkl", "w");
  folder.write("data/train.csv", "1,2\n");
  folder.write("requirements.txt", "scikit-learn\n");
  folder.write("config.json", "{}");
  EXPECT_EQ(undeclared(take(folder.path())),
            "model app/model.joblib\nmodel app/scaler.pkl\ndataset data/train.csv\n");
}

TEST(Assets, ManyFilesOfOneKindInAFolderOfTheirOwnAreOneAsset) {
  const TemporaryFolder folder;
  for (int i = 0; i < 40; ++i) folder.write(cat("data/train/", i % 4, "/", i, ".png"), "x");
  folder.write("data/train/README.md", "x");
  folder.write("data/prepare.py", "x");
  EXPECT_EQ(undeclared(take(folder.path())), "dataset data/train\n");
}

TEST(Assets, ARetrievalApplicationHasPromptsAndAVectorStore) {
  const TemporaryFolder folder;
  folder.write("prompts/system.md", "You are …");
  folder.write("prompts/README.md", "how to edit");
  folder.write("store/index.faiss", "IxFI....");
  folder.write("knowledge/handbook.pdf", "%PDF-");
  folder.write("system_prompt.txt", "You are …");
  folder.write("docs/prompting.md", "x");
  EXPECT_EQ(undeclared(take(folder.path())),
            "dataset knowledge/handbook.pdf\nprompt prompts/system.md\ndataset store/index.faiss\n"
            "prompt system_prompt.txt\n");
}

TEST(Assets, ConfigurationBesideSingleWeightsIsNamed) {
  const TemporaryFolder folder;
  folder.write("m/weights.onnx.bin", "w");
  folder.write("m/net.onnx", "w");
  folder.write("m/config.json", "{}");
  folder.write("web/config.json", "{}");
  const auto system = system_of("  - {name: n, kind: model, path: m/net.onnx}\n");
  EXPECT_EQ(undeclared(take(folder.path(), system)), "configuration m/config.json\n");
}

// ---- kinds

TEST(Kinds, ContentGoesBeforeTheName) {
  const auto recognised = [](std::string_view head, std::string_view name) {
    return recognise_format({.head = as_bytes(head), .size = head.size(), .name = name});
  };
  EXPECT_EQ(recognised("CBM1....", "x.txt"), "catboost");
  EXPECT_EQ(recognised("IxFI....", "x"), "faiss");
  EXPECT_EQ(recognised("hello", "x.txt"), "");
  EXPECT_EQ(recognised("", "x.onnx"), "");
  EXPECT_EQ(guess_kind("notes.txt", "gguf"), AssetKind::model);
  EXPECT_EQ(guess_kind("models/fraud.json", "xgboost-json"), AssetKind::model);
  EXPECT_EQ(guess_kind("models/fraud.json", ""), AssetKind::configuration);
}

TEST(Kinds, NamesAndFoldersDecideWhereContentDoesNot) {
  EXPECT_EQ(guess_kind("net.onnx", ""), AssetKind::model);
  EXPECT_EQ(guess_kind("prompts/a.txt", ""), AssetKind::prompt);
  EXPECT_EQ(guess_kind("prompts/load.py", ""), AssetKind::code);
  EXPECT_EQ(guess_kind("data/a.json", ""), AssetKind::dataset);
  EXPECT_EQ(guess_kind("data/README.md", ""), AssetKind::document);
  EXPECT_EQ(guess_kind("attestations/a.json", ""), AssetKind::document);
  EXPECT_EQ(guess_kind("cupel.yaml", ""), AssetKind::configuration);
  EXPECT_EQ(guess_kind("docs/notes", ""), AssetKind::document);
  EXPECT_EQ(guess_kind("LICENSE", ""), AssetKind::document);
  EXPECT_EQ(guess_kind("bin/tool", ""), AssetKind::other);
  EXPECT_EQ(guess_kind(".env", ""), AssetKind::configuration);
}

TEST(Kinds, FindsTheFolderOfInstalledPackages) {
  EXPECT_EQ(installed_in("a/.venv/lib/x.py"), "a/.venv");
  EXPECT_EQ(installed_in("node_modules/x"), "node_modules");
  EXPECT_EQ(installed_in("src/venv"), "") << "a file of that name";
  EXPECT_EQ(installed_in("src/a.py"), "");
}

}  // namespace
}  // namespace cupel
