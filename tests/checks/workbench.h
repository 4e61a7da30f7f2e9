// SPDX-License-Identifier: Apache-2.0
// Workbench: a system on a desk: files in a folder, the inventory that has them, and one
// check run over it. What the inventory room would find out is said by hand here.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "checks/check.h"
#include "crypto/digest.h"
#include "support/support.h"

namespace cupel::test {

inline constexpr std::string_view kNow = "2026-11-22T12:00:00Z";

// Reads the folder's files; a file of the inventory that is gone is an error.
class FolderReader final : public AssetReader {
 public:
  explicit FolderReader(const TemporaryFolder& folder) : folder_(folder) {}
  Result<void> with_bytes(const FileEntry& file,
                          const std::function<Result<void>(Bytes)>& use) const override {
    if (!std::filesystem::exists(folder_ / file.path)) return fail(Fault::missing, "no such file");
    const std::string text = slurp(folder_ / file.path);
    return use(as_bytes(text));
  }

 private:
  const TemporaryFolder& folder_;
};

class Workbench {
 public:
  Workbench() {
    system.name = "demo";
    system.version = "1.0";
    system.digest = sha256_hex("cupel.yaml");
  }

  System system;
  Inventory inventory;
  Baseline baseline;
  Recall* recall = nullptr;  // none: nothing is remembered
  Timestamp now = *parse_timestamp(kNow);

  // A file on disk and in the inventory.
  void file(std::string_view path, std::string_view text, AssetKind kind = AssetKind::other,
            std::uint32_t mode = 0644) {
    folder_.write(path, text);
    FileEntry entry = entry_of(path, kind);
    entry.size_bytes = text.size();
    entry.sha256 = sha256_hex(text);
    entry.mode = mode;
    inventory.files.push_back(std::move(entry));
  }

  // A file that the inventory could not examine.
  void unreadable(std::string_view path, AssetKind kind, std::string_view why) {
    FileEntry entry = entry_of(path, kind);
    entry.problem = why;
    inventory.files.push_back(std::move(entry));
  }

  // An asset of cupel.yaml. `fill` sets what the test is about.
  void declare(std::string_view name, AssetKind kind, std::string_view path,
               const std::function<void(DeclaredAsset&)>& fill = {}) {
    Asset asset = asset_of(name, kind, path);
    if (fill) fill(asset.declared);
    asset.is_declared = true;
    system.assets.push_back(asset.declared);
    inventory.assets.push_back(std::move(asset));
  }

  // An asset that was found but not declared.
  void find(std::string_view path, AssetKind kind) {
    inventory.assets.push_back(asset_of(path, kind, path));
  }

  // A document of a claim.
  void claim(std::string_view provision, std::vector<std::string> documents,
             Json parameters = Json::object()) {
    Claim claim;
    claim.provision = provision;
    claim.documents = std::move(documents);
    claim.parameters = std::move(parameters);
    system.declares.push_back(std::move(claim));
  }

  // All observations of one check. A check that fails is a failure of the test.
  std::vector<Observation> run(const Check& check) {
    std::ranges::sort(inventory.files, {}, &FileEntry::path);
    for (auto& asset : inventory.assets) link(asset);
    const FolderReader reader(folder_);
    NoRecall no_recall;
    const CheckInput input{.system = system,
                           .inventory = inventory,
                           .baseline = baseline,
                           .reader = reader,
                           .recall = recall == nullptr ? no_recall : *recall,
                           .now = now,
                           .collector = "cupel test"};
    std::vector<Observation> seen;
    Task task;
    const auto done = check.run(
        input,
        [&](Observation observation) -> Result<void> {
          seen.push_back(std::move(observation));
          return {};
        },
        task);
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().what);
    for (const auto& observation : seen) expect_honest(check, observation);
    return seen;
  }

 private:
  // What holds for every observation of every check.
  static void expect_honest(const Check& check, const Observation& observation) {
    EXPECT_EQ(observation.check, check.id);
    EXPECT_FALSE(observation.measured.empty());
    EXPECT_LE(observation.coverage.examined, observation.coverage.population);
    for (const auto& diagnostic : observation.diagnostics) {
      EXPECT_NE(std::ranges::find(check.codes, diagnostic.code), check.codes.end())
          << diagnostic.code << " is not among the codes of " << check.id;
      EXPECT_FALSE(diagnostic.title.empty());
      EXPECT_FALSE(diagnostic.help.empty());
      EXPECT_FALSE(diagnostic.place.path.empty()) << diagnostic.title;
    }
    for (const auto& unit : check.units) EXPECT_EQ(unit.check, check.id);
  }

  static FileEntry entry_of(std::string_view path, AssetKind kind) {
    FileEntry entry;
    entry.path = path;
    entry.kind = kind;
    return entry;
  }

  static Asset asset_of(std::string_view name, AssetKind kind, std::string_view path) {
    Asset asset;
    asset.declared.name = name;
    asset.declared.kind = kind;
    asset.declared.path = path;
    return asset;
  }

  void link(Asset& asset) const {
    asset.files.clear();
    const std::string folder = asset.declared.path + "/";
    for (std::size_t i = 0; i < inventory.files.size(); ++i) {
      const auto& file = inventory.files[i];
      const bool same = file.path == asset.declared.path;
      if (!asset.declared.path.empty() && (same || file.path.starts_with(folder))) {
        asset.files.push_back(i);
        if (same) asset.digest = file.sha256;
      }
    }
    asset.is_present = !asset.files.empty();
  }

  TemporaryFolder folder_;
};

// "CODE: title" of every diagnostic, sorted.
inline std::vector<std::string> told(const std::vector<Observation>& seen) {
  std::vector<std::string> out;
  for (const auto& observation : seen) {
    for (const auto& diagnostic : observation.diagnostics) {
      out.push_back(diagnostic.code + ": " + diagnostic.title);
    }
  }
  std::ranges::sort(out);
  return out;
}

// The codes alone, sorted.
inline std::vector<std::string> codes(const std::vector<Observation>& seen) {
  auto out = told(seen);
  for (auto& line : out) line.resize(line.find(':'));
  return out;
}

}  // namespace cupel::test
